"""A series: drafts made at once from one text, a common answer carried over, all published or none."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from contests.campaign import carry as carrying
from contests.campaign.carry import Change
from contests.campaign.definition import Reveal
from contests.campaign.editor.answers import slug_of
from contests.campaign.lint.remark import Remark
from contests.campaign.parse import parse
from contests.campaign.series import Plan, unfold
from contests.campaign.starts import STEPS
from contests.codec import digest
from contests.errors import Changed, Malformed, NotFound, Refused, Text
from contests.flows import act
from contests.flows.acknowledge import acknowledge
from contests.flows.drafting import begin_in, given_title, languages_of
from contests.flows.four_eyes import submit
from contests.flows.house import House
from contests.flows.proposed import Publish
from contests.flows.publish import form_of_draft, publish, review, unacknowledged
from contests.flows.roles import Person
from contests.store import campaigns
from contests.store.session import Tx
from contests.store.tables import AcknowledgedRow, CampaignRow

LONGEST_KEY = 50
_LEVELS = ("block", "warn", "record")


class Finding(msgspec.Struct, frozen=True):
    """What the linter says, once, of all the drafts that it says it of; `waiting` still want a reason."""

    remark: Remark
    drafts: tuple[CampaignRow, ...]
    waiting: int
    given: AcknowledgedRow | None


class Carried(msgspec.Struct, frozen=True):
    """A change, and the drafts in which it would be made."""

    change: Change
    drafts: tuple[CampaignRow, ...]


class Carrying(msgspec.Struct, frozen=True):
    """What one draft would give to the others, by the first key of the definition; `mark` names the texts compared.

    `pictures` and `excluded` (a number) are what was uploaded with it and may be handed on as well.
    """

    keys: dict[str, tuple[Carried, ...]]
    others: tuple[CampaignRow, ...]
    pictures: tuple[str, ...]
    excluded: int
    mark: str


def start(
    house: House, template: str, title: str, languages: str, plan: Plan, by: Person, now: datetime
) -> str:  # fmt: skip
    """Make all drafts of a series and return its key; the plan's own key is not looked at. Raises Refused."""
    if template not in STEPS:
        raise NotFound(
            "start-unknown",
            Text(fr="Un modèle de série était attendu.", en="A template of a series was expected."),
            Text(fr="Choisissez-en un.", en="Choose one."),
            found=template[:40],
        )
    title = given_title(title)
    with house.store.write() as tx:
        plan = _free(tx, slug_of(title) or template, plan)
        base = begin_in(tx, template, plan.key, title, languages_of(languages), by.organiser, now)
        for text in unfold(base, plan):
            definition = parse(text.encode(), "toml")
            row = CampaignRow(
                id=house.chance(16).hex(), organiser=by.organiser, slug=definition.slug, stage="draft", draft=text,
                created_at=now, edited_by=by.name, edited_at=now, **campaigns.seat(definition),
            )  # fmt: skip
            campaigns.add(tx, row)
            act.note(tx, house, row.id, now, by.name, "series-start", f"{plan.key} {definition.slug}")
    return plan.key


def _free(tx: Tx, wanted: str, plan: Plan) -> Plan:
    """Return the plan under a key that no series has, with addresses that no campaign has."""
    stem, n = wanted[:LONGEST_KEY].strip("-"), 1
    while True:
        key = stem if n == 1 else f"{stem}-{n}"
        made = msgspec.structs.replace(plan, key=key)
        if not campaigns.in_series(tx, key) and not any(campaigns.has_slug(tx, slug) for slug in made.slugs):
            return made
        n += 1


def drafts_of(rows: list[CampaignRow]) -> list[CampaignRow]:
    """Return those that are not published yet."""
    return [row for row in rows if row.stage == "draft"]


def findings(tx: Tx, rows: list[CampaignRow], now: datetime) -> tuple[Finding, ...]:
    """Return what the linter says of the drafts, the same thing once, what blocks first."""
    remarks: dict[str, Remark] = {}
    said: dict[str, list[CampaignRow]] = {}
    waiting: dict[str, int] = {}
    given: dict[str, AcknowledgedRow] = {}
    for row in drafts_of(rows):
        found = review(row, now)[1]
        known = campaigns.acknowledged(tx, row.id)
        open_ones = {remark.digest for remark in unacknowledged(tx, row.id, found)}
        for remark in found:
            remarks[remark.digest] = remark
            said.setdefault(remark.digest, []).append(row)
            waiting[remark.digest] = waiting.get(remark.digest, 0) + (remark.digest in open_ones)
            if remark.digest in known:
                given.setdefault(remark.digest, known[remark.digest])
    found_once = (Finding(one, tuple(said[key]), waiting[key], given.get(key)) for key, one in remarks.items())
    return tuple(sorted(found_once, key=lambda finding: _LEVELS.index(finding.remark.level)))


def acknowledge_in_all(house: House, key: str, remark: str, *, reason: str, by: Person, now: datetime) -> None:
    """Acknowledge one warning, for one reason, in every draft of a series that it is said of. Raises Refused."""
    with house.store.read() as tx:
        said_of = [one for one in findings(tx, series_rows(tx, key, by), now) if one.remark.digest == remark]
    for row in said_of[0].drafts if said_of else ():
        acknowledge(house, row.id, remark, reason=reason, staff_name=by.name, now=now)


def series_rows(tx: Tx, key: str, by: Person) -> list[CampaignRow]:
    """Return the campaigns of a series of the person's organiser, in order. Raises NotFound."""
    rows = campaigns.in_series(tx, key, by.organiser)
    if not rows:
        raise no_series(key)
    return rows


def no_series(found: str) -> NotFound:
    """Return the refusal for a series that is not there."""
    return NotFound(
        "series-unknown",
        Text(fr="Une série de jeux était attendue.", en="A series of contests was expected."),
        Text(fr="Vérifiez l’adresse.", en="Check the address."),
        found=found[:80],
    )


def publish_all(house: House, key: str, by: Person, now: datetime) -> bool:
    """Publish every draft of a series, or none; prepare each for a second person where the installation wants one.

    Say whether they are published. Raises Refused that names the campaign which stands in the way.
    """
    waits = "publish" in house.four_eyes
    with house.store.trial() if waits else house.store.write() as tx:
        joined = msgspec.structs.replace(house, store=house.store.joined(tx), four_eyes=frozenset())
        drafts = drafts_of(series_rows(tx, key, by))
        for row in drafts:
            try:
                publish(joined, row.id, now)
            except Refused as refused:
                refused.found = f"{row.slug} {refused.found}".strip()
                raise
            act.note(tx, house, row.id, now, by.name, "series-publish", f"{key} {row.slug}")
    for row in drafts if waits else ():
        try:
            submit(house, row.id, Publish(), by, now)
        except Refused as refused:
            if refused.code != "waits-already":  # this one was prepared alone before
                raise
    return not waits


def settle_common(
    house: House, key: str, titles: Mapping[str, str], reveal: Reveal, by: Person, now: datetime
) -> None:  # fmt: skip
    """Give every draft of a series the same title by language, and say when prizes are shown. Raises Refused."""
    with house.store.write() as tx:
        for row in drafts_of(series_rows(tx, key, by)):
            text = carrying.name_series(row.draft, form_of_draft(row.draft_form), titles, reveal)
            definition = parse(text.encode(), "toml")
            if text == row.draft:
                continue
            campaigns.move(
                tx, row.id, draft=text, draft_form="toml", edited_by=by.name, edited_at=now,
                **campaigns.seat(definition),
            )  # fmt: skip
            act.note(tx, house, row.id, now, by.name, "series-name", key)


def discard_all(house: House, key: str, by: Person) -> None:
    """Throw away every draft of a series; what is published stays."""
    with house.store.write() as tx:
        for row in drafts_of(series_rows(tx, key, by)):
            campaigns.remove_draft(tx, row.id)


def compare(tx: Tx, row: CampaignRow) -> Carrying:
    """Return what a draft would give to the other drafts of its series."""
    others = [other for other in drafts_of(campaigns.in_series(tx, row.series, row.organiser)) if other.id != row.id]
    found: dict[str, dict[Change, list[CampaignRow]]] = {}
    for other in others:
        told = carrying.changes(row.draft, form_of_draft(row.draft_form), other.draft, form_of_draft(other.draft_form))
        for key, changes in told.items():
            for change in changes:
                found.setdefault(key, {}).setdefault(change, []).append(other)
    keys = {
        key: tuple(Carried(change, tuple(drafts)) for change, drafts in changes.items())
        for key, changes in found.items()
    }
    pictures, excluded = campaigns.goods(tx, row.id)
    return Carrying(
        keys, tuple(others), tuple(pictures), excluded, digest("\n".join(r.draft for r in (row, *others)).encode())[:16]
    )


def carry(
    house: House, campaign: str, keys: list[str], mark: str, staff_name: str, now: datetime, *, goods: bool = False
) -> int:
    """Say in the other drafts what this one says under those keys; return how many changed. Raises Refused.

    `goods`: its pictures and private list go along. `mark` is that of the comparison that was shown: what changed since is shown again instead.
    """
    with house.store.write() as tx:
        row = campaigns.row(tx, campaign)
        told = compare(tx, row)
        if told.mark != mark:
            raise Changed(
                "draft-changed",
                Text(fr="Un brouillon de la série a changé entre-temps.", en="A draft of the series has changed meanwhile."),
                Text(fr="Relisez ce qui changerait, puis recommencez.", en="Read again what would change, then try again."),
                where="mark",
            )  # fmt: skip
        wanted = [key for key in keys if key in told.keys]
        changed = {drafted.id: drafted for key in wanted for one in told.keys[key] for drafted in one.drafts}
        for other in changed.values():
            _carry_into(tx, house, row, other, wanted, staff_name, now)
        for other in told.others if goods else ():
            if campaigns.hand_on(tx, row.id, other.id):
                act.note(tx, house, other.id, now, staff_name, "series-hand-on", row.slug)
                changed[other.id] = other
        return len(changed)


def _carry_into(
    tx: Tx, house: House, row: CampaignRow, other: CampaignRow, keys: list[str], staff_name: str, now: datetime
) -> None:
    text = carrying.carry(
        row.draft, form_of_draft(row.draft_form), other.draft, form_of_draft(other.draft_form), keys
    )  # fmt: skip
    try:
        definition = parse(text.encode(), "toml")
    except Malformed as error:
        error.where = f"{other.slug}: {error.where}"
        raise
    campaigns.move(
        tx, other.id, draft=text, draft_form="toml", edited_by=staff_name, edited_at=now, **campaigns.seat(definition)
    )
    act.note(tx, house, other.id, now, staff_name, "series-carry", f"{row.slug}: {', '.join(keys)}")
