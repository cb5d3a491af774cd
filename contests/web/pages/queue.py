"""The moderation queue: marked people with their signals in words, decided on one by one or many at once."""

import asyncio
from typing import Any, get_args
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from contests.attention import KINDS
from contests.campaign.definition import Campaign
from contests.errors import Changed, Refused, Text
from contests.flows import decide
from contests.flows.followed import Followed, look_up
from contests.flows.four_eyes import submit, waits_about
from contests.flows.moderate import BEFORE_FREEZE
from contests.flows.proposed import Exclude
from contests.papers.clauses import CLAUSES
from contests.rules.comment_follow import CommentFollow
from contests.rules.rule import Rule
from contests.signals import SIGNALS
from contests.sources.social_json import LARGEST_FOLLOWERS
from contests.store import attention, campaigns, decisions, draws, entries, signals, views
from contests.store.session import Tx
from contests.store.signals import PAGE, Show, Wanted
from contests.store.tables import CampaignRow, EntrantRow, EntryRow, SignalRow
from contests.web.desk import desk, ranking_rows
from contests.web.errors import status_of
from contests.web.guards import may, pressed, same_site, signed_in, staff_form, upload_of
from contests.web.pages.room import published, room_page
from contests.web.pages.staff import UPLOAD
from contests.web.render import language_of
from contests.web.threads import threaded

Web = Request[Any, Any, Any]
SHOWS: tuple[Show, ...] = get_args(Show)
TICK = "who:"
MOST_DRAWN = 50
# What rests on a declaration, or on an address that a person may have twice.
DECLARED = frozenset(
    {"minimum-age", "residence", "one-per-person", "one-per-household", "excluded-people", "comment-follow"}
)


class Suspect(msgspec.Struct, frozen=True, kw_only=True):
    """A person in the list, with what points to them; `rank` and `unit` once drawn."""

    person: EntrantRow
    signals: list[SignalRow]
    entries: list[EntryRow]
    strength: int = 0
    rank: int = 0
    unit: str = ""
    state: str = ""


class Counts(msgspec.Struct, frozen=True):
    """Received = taking part + excluded + withdrawn, by the journal's own records."""

    received: int
    excluded: int
    withdrawn: int

    @property
    def standing(self) -> int:
        """How many entries take part."""
        return self.received - self.excluded - self.withdrawn


def counts_of(tx: Tx, campaign: str) -> Counts:
    """Count the journal's records."""
    kinds = views.kind_counts(tx, campaign)
    out = kinds.get("entry.excluded", 0) - kinds.get("entry.reinstated", 0)
    return Counts(kinds.get("entry.accepted", 0), out, kinds.get("entry.withdrawn", 0))


def wanted_of(campaign: str, asked: dict[str, str]) -> Wanted:
    """Read the filter; what is not known is left out."""
    show: Show = next((one for one in SHOWS if one == asked.get("show")), "open")
    kind = asked.get("signal", "") if asked.get("signal", "") in SIGNALS else ""
    cluster = asked.get("with", "") if kind and asked.get("with", "").isalnum() else ""
    return Wanted(campaign=campaign, show=show, kind=kind, cluster=cluster[:32])


def address(slug: str, wanted: Wanted, page: int = 1) -> str:
    """Return the address of a page of the list."""
    asked = {"show": wanted.show if wanted.show != "open" else "", "signal": wanted.kind, "with": wanted.cluster}
    asked["page"] = str(page) if page > 1 else ""
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"/staff/c/{slug}/queue{'?' if query else ''}{query}"


def _suspects(tx: Tx, found: list[tuple[int, int]]) -> list[Suspect]:
    owners = [owner for owner, _ in found]
    people, pointing = signals.people(tx, owners), signals.of_owners(tx, owners)
    own = entries.of_owners(tx, owners)
    return [
        Suspect(person=people[owner], signals=pointing[owner], entries=own[owner], strength=strength)
        for owner, strength in found
        if owner in people
    ]


def _drawn(tx: Tx, campaign: str) -> list[Suspect]:
    """Return who was drawn, winners and then the alternates that wait, each with their signals."""
    draw = draws.get(tx, campaign)
    if draw is None or not draw.ranking:
        return []
    awards = {award.rank: award for award in draws.awards(tx, campaign) if award.entrant}
    taken = max(awards, default=0)
    lines = [line for line in ranking_rows(draw.ranking) if int(line["rank"]) in awards or int(line["rank"]) > taken]
    people = {line["entrant"]: entries.entrant(tx, line["entrant"]) for line in lines[:MOST_DRAWN]}
    numbers = [person.number for person in people.values() if person]
    pointing, own = signals.of_owners(tx, numbers), entries.of_owners(tx, numbers)
    found = []
    for line in lines[:MOST_DRAWN]:
        person, award = people[line["entrant"]], awards.get(int(line["rank"]))
        if person:
            found.append(
                Suspect(
                    person=person, signals=pointing[person.number], entries=own[person.number], rank=int(line["rank"]),
                    unit=award.unit if award else "", state=award.state if award else "",
                )
            )  # fmt: skip
    return found


@get("/staff/c/{slug:str}/queue", guards=[signed_in, may("read")])
@threaded
def queue_page(request: Web, slug: FromPath[str]) -> Response[str]:
    """Who to look at, the strongest first."""
    row, _ = published(request, slug)
    query = {name: str(value) for name, value in request.query_params.items()}
    return _page(request, row, query)


def _page(
    request: Web, row: CampaignRow, asked: dict[str, str], refused: Refused | None = None,
    typed: dict[str, Any] | None = None, followed: Followed | None = None,
) -> Response[str]:  # fmt: skip
    wanted = wanted_of(row.id, asked)
    number = asked.get("page", "")
    with desk(request).house.store.read() as tx:
        total = signals.count(tx, wanted)
        pages = max(1, -(-total // PAGE))
        at = min(pages, max(1, int(number))) if number.isdecimal() and len(number) < 7 else 1
        found = _suspects(tx, signals.queue(tx, wanted, at))
        context: dict[str, Any] = {
            "kinds": signals.kinds(tx, row.id, wanted.show),
            "everybody": signals.count(tx, Wanted(campaign=row.id, show=wanted.show)),
            "counts": counts_of(tx, row.id),
            "comments": attention.waiting(tx, row.id, KINDS),
            "second": waits_about(tx, row.id),
            "last": decisions.last(tx, row.id),
            "drawn": _drawn(tx, row.id) if row.stage in {"drawn", "settled"} else [],
        }
    rules = _all_rules(campaigns.read_definition(row.definition))
    return room_page(
        request, row, "staff/queue.html", status=status_of(refused), wanted=wanted, total=total, page=at,
        pages=pages, found=found, signals=SIGNALS, clauses=CLAUSES, shows=SHOWS, typed=typed or {}, tick=TICK,
        checks=[rule for rule in rules if rule.tag() in DECLARED], followed=followed,
        follows=any(isinstance(rule, CommentFollow) for rule in rules),
        open_list=row.stage in BEFORE_FREEZE, to=lambda **changes: address(row.slug, *_moved(wanted, changes)),
        error=refused.sentence(language_of(request)) if refused else "", **context,
    )  # fmt: skip


def _all_rules(definition: Campaign) -> tuple[Rule, ...]:
    return (*definition.rules, *(definition.commented.rules if definition.commented else ()))


def _moved(wanted: Wanted, changes: dict[str, Any]) -> tuple[Wanted, int]:
    page = int(changes.pop("page", 1))
    return msgspec.structs.replace(wanted, **changes), page


@post("/staff/c/{slug:str}/queue", guards=[same_site, signed_in, may("moderate")], status_code=303,
      request_max_body_size=UPLOAD)  # fmt: skip
async def queue_form(request: Web, slug: FromPath[str]) -> Response[Any]:
    """Exclude, keep, or take the last decision back."""
    form = await staff_form(request)
    asked = {name: str(form.get(name, "")) for name in ("show", "signal", "with", "page")}
    row, _ = await asyncio.to_thread(published, request, slug)
    try:
        done = await asyncio.to_thread(_step, request, row, form, asked)
    except Refused as refused:
        return await asyncio.to_thread(_page, request, row, asked, refused, form)
    return Redirect(address(slug, wanted_of(row.id, asked)) if done else f"/staff/c/{slug}/waiting", status_code=303)


@post("/staff/c/{slug:str}/queue/followers", guards=[same_site, signed_in, may("moderate")], status_code=200,
      request_max_body_size=LARGEST_FOLLOWERS + 64 * 1024)  # fmt: skip
async def followers_form(request: Web, slug: FromPath[str]) -> Response[Any]:
    """Hold the people drawn against Instagram's own list of followers."""
    form = await staff_form(request)
    row, _ = await asyncio.to_thread(published, request, slug)
    return await asyncio.to_thread(_followed, request, row, upload_of(form, "followers"))


def _followed(request: Web, row: CampaignRow, file: tuple[str, bytes]) -> Response[str]:
    own, person = desk(request), request.scope["state"]["staff"]
    with own.house.store.read() as tx:
        people = [one.person.id for one in _drawn(tx, row.id)]
    try:
        told = look_up(own.house, row.id, people, file, staff_name=person.name, now=own.clock())
    except Refused as refused:
        return _page(request, row, {}, refused)
    return _page(request, row, {}, followed=told)


def _step(request: Web, row: CampaignRow, form: dict[str, Any], asked: dict[str, str]) -> bool:
    """Do what the button says; False where it waits for a second person."""
    own, person = desk(request), request.scope["state"]["staff"]
    do = pressed(form, "exclude", "keep", "undo")
    if do == "undo":
        decide.undo(
            own.house, row.id, str(form.get("decision", "")), staff_name=person.name, now=own.clock()
        )  # fmt: skip
        return True
    people = _ticked(request, row, form, asked)
    if do == "keep":
        decide.keep(own.house, row.id, people, staff_name=person.name, now=own.clock())
        return True
    what = Exclude(entrants=people, reason=str(form.get("reason", "")), note=str(form.get("note", "")))
    return submit(own.house, row.id, what, person, own.clock(), upload_of(form, "evidence"))


def _ticked(request: Web, row: CampaignRow, form: dict[str, Any], asked: dict[str, str]) -> tuple[str, ...]:
    """Return the pseudonyms of those ticked, or of the whole list as it was shown. Raises Refused."""
    if not form.get("all"):
        found = tuple(name.removeprefix(TICK) for name in form if name.startswith(TICK))
        if not found:
            raise decide.nobody_ticked()
        return found
    with desk(request).house.store.read() as tx:
        listed = tuple(signals.pseudonyms(tx, wanted_of(row.id, asked)))
    if str(len(listed)) != form.get("listed"):
        raise Changed(
            "list-changed",
            Text(fr=f"La liste telle qu’affichée était attendue ({form.get('listed')} personnes).",
                 en=f"The list as it was shown was expected ({form.get('listed')} people)."),
            Text(fr="Elle a changé depuis : relisez-la, puis décidez.", en="It has changed since: read it, then decide."),
            found=str(len(listed)),
        )  # fmt: skip
    return listed


HANDLERS = [queue_page, queue_form, followers_form]
