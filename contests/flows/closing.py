"""The closing report: its facts from the store, what a person typed, and the report as a file."""

from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from contests.codec import canonical, digest
from contests.errors import Changed, Language, Refused, Text
from contests.flows import act
from contests.flows.house import House
from contests.flows.measure import Answered, Friends, measure
from contests.flows.minutes import looked
from contests.papers.closing import COSTS, LESSONS, Closing, Handed, Line, Stated, page_of, write_closing
from contests.papers.file import as_file
from contests.papers.tree import Document
from contests.records import EntryExcluded, parse_record
from contests.store import campaigns, draws, handovers, views
from contests.store.session import Tx
from contests.store.tables import AwardRow, ClosingRow, HandoverRow

LONGEST = 4000


def closing_of(house: House, campaign: str, now: datetime) -> Closing:
    """Return what the report tells as of `now`. Raises NotFound for a draft."""
    found = measure(house, campaign, now, Answered({}, Friends()))
    with house.store.read() as tx:
        standing = campaigns.standing(tx, campaign)
        zone = ZoneInfo(standing.definition.timezone)
        ways = handovers.of_campaign(tx, campaign)
        kinds = views.kind_counts(tx, campaign)
        frozen = views.draw_head(tx, campaign)
        exclusions = Counter(
            record.reason
            for data in views.records_of(tx, campaign, "entry.excluded")
            if isinstance(record := parse_record(data), EntryExcluded)
        )
        return Closing(
            campaign=campaign, definition=standing.definition, site=house.url, at=now, stage=standing.stage,
            visits=found.visits, begun=found.begun, received=found.received, confirmed=found.confirmed,
            counting=found.counting, excluded=found.excluded, withdrawn=found.withdrawn, bonuses=found.bonuses,
            entrants=frozen.entrants if frozen else views.entrant_count(tx, campaign),
            declined=found.declined, exclusions=exclusions,
            channels=tuple(Line(line.name, line.visits, line.entries) for line in found.channels),
            looked=tuple(looked(tx, campaign)),
            days=tuple((step.at.date(), step.entries) for step in found.days),
            offers=kinds.get("award.offered", 0), forfeited=kinds.get("award.forfeited", 0),
            handed=tuple(
                _handed(standing.definition.prize_of(award.unit).unit_value, award,
                        ways.get((award.unit, award.entrant)), zone)
                for award in draws.awards(tx, campaign)
            ),
            stated=stated_of(tx, campaign),
        )  # fmt: skip


def _handed(value: str, award: AwardRow, way: HandoverRow | None, zone: ZoneInfo) -> Handed:
    if way is None or award.state != "confirmed":
        return Handed(unit=award.unit, state=award.state, value=value)
    state = "received" if way.received_at else "withheld" if way.withheld_at else "sent" if way.sent_on else "confirmed"
    return Handed(
        unit=award.unit, state=state, value=way.value or value, reason=way.reason if state == "withheld" else "",
        confirmed=way.confirmed_at.astimezone(zone).date() if way.confirmed_at else None,
        sent=datetime.fromisoformat(way.sent_on).date() if way.sent_on else None,
        received=way.received_at.astimezone(zone).date() if way.received_at else None,
    )  # fmt: skip


def stated_of(tx: Tx, campaign: str) -> Stated:
    """Return what was typed; empty at first."""
    row = handovers.closing(tx, campaign)
    return msgspec.json.decode(row.stated, type=Stated) if row else Stated()


def mark_of(stated: Stated) -> str:
    """Return what a form carries of the text it was made from, so that a stale one replaces nobody else's."""
    return digest(canonical(stated))[:16]


def state_closing(
    house: House, campaign: str, stated: Stated, mark: str, *, staff_name: str, now: datetime
) -> None:  # fmt: skip
    """Keep costs and lessons in the place of those that `mark` was made of.

    Raises Refused for an amount that is none, or where others stand there by now; NotFound.
    """
    for name, amount in stated.costs.items():
        if name not in COSTS or not _is_amount(amount):
            raise Refused(
                "amount-unreadable",
                Text(fr="Un montant comme 120,50 était attendu.", en="An amount such as 120.50 was expected."),
                Text(fr="Corrigez-le, ou laissez vide.", en="Mend it, or leave it empty."),
                found=amount[:20],
                where=name if name in COSTS else "",
            )
    for name, text in stated.lessons.items():
        if name not in LESSONS or len(text) > LONGEST:
            raise Refused(
                "lesson-long",
                Text(
                    fr=f"{LONGEST} caractères au plus étaient attendus.",
                    en=f"At most {LONGEST} characters were expected.",
                ),
                Text(fr="Raccourcissez.", en="Make it shorter."),
                where=name if name in LESSONS else "",
            )
    with house.store.write() as tx:
        campaigns.standing(tx, campaign)
        if mark != mark_of(stated_of(tx, campaign)):
            raise Changed(
                "closing-changed",
                Text(fr="Le bilan tel que vous l’avez lu était attendu : quelqu’un l’a changé entre-temps.",
                     en="The report as you read it was expected: somebody changed it meanwhile."),
                Text(fr="Ce qui est gardé figure dans le bilan ci-dessous, ce que vous avez saisi dans les champs : comparez, "
                        "puis gardez.",
                     en="What is kept stands in the report below, what you typed in the fields: compare, then keep yours."),
            )  # fmt: skip
        handovers.put_closing(tx, ClosingRow(campaign=campaign, stated=canonical(stated), staff=staff_name, at=now))
        act.note(tx, house, campaign, now, staff_name, "closing", "")


def _is_amount(text: str) -> bool:
    whole, dot, cents = text.partition(".")
    return (
        bool(dot)
        and whole.isascii()
        and whole.isdecimal()
        and len(whole) <= 9
        and len(cents) == 2
        and cents.isdecimal()
    )


def report(facts: Closing, language: Language) -> Document:
    """Return the report as a document."""
    return write_closing(facts, language)


def report_file(facts: Closing, language: Language, kind: str) -> bytes:
    """Return the report as a file: `pdf`, else `html`."""
    document = write_closing(facts, language)
    author = facts.definition.organiser.name
    return as_file(document, page_of(facts, document), kind, at=facts.at, author=author)
