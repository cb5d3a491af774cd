"""The draw as it happens, for a big screen or a film, and its replay from the record."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.response import Stream

from contests.codec import digest, instant
from contests.dates import when
from contests.draw.beacon import QUICKNET, announced_round, verify_round
from contests.draw.seed import Beacon, Source, seed_fields
from contests.errors import Language
from contests.flows import naming
from contests.flows.draw import frozen_of, recorded_source
from contests.store import draws, views
from contests.store.tables import AwardRow, DrawRow
from contests.web.audience import Audience, CrowdedError
from contests.web.desk import Desk, Place, desk, ranking_rows
from contests.web.pages.entry import shown_stage
from contests.web.render import page
from contests.web.threads import threaded

Web = Request[Any, Any, Any]
MOST_LINES = 300
SHORT = "public, max-age=1"


class Line(msgspec.Struct, frozen=True):
    """One rank as it was drawn. `state` is that of the unit this person holds; `moved` when it went on to somebody else."""

    rank: int
    number: str
    entrant: str
    unit: str = ""
    state: str = ""
    name: str = ""


class State(msgspec.Struct, frozen=True, kw_only=True):
    """What the page shows, public as it is."""

    stage: str
    source: str
    draws_at: str
    round: int = 0
    round_at: str = ""
    pool: str = ""
    entrants: int = 0
    tickets: int = 0
    frozen_at: str = ""
    drawn_at: str = ""
    seed: str = ""
    lines: tuple[Line, ...] = ()
    more: int = 0


class Chance(msgspec.Struct, frozen=True, kw_only=True):
    """The random value as recorded, whether it holds, and the fields that the seed is the digest of."""

    source: Source
    holds: bool
    fields: tuple[str, ...]


class Look(msgspec.Struct, frozen=True):
    """One look at the store. `pages` keeps what was rendered from it, once for each language."""

    version: str
    place: Place
    state: State
    chance: Chance | None
    marks: tuple[Any, ...]
    pages: dict[str, str] = {}


def open_audience(own: Desk) -> Audience[Look]:
    """Return the audience of an application's draws."""

    async def look(slug: str, before: Look | None) -> Look:
        return await asyncio.to_thread(take_look, own, slug, before)

    return Audience(look)


def take_look(own: Desk, slug: str, before: Look | None) -> Look:
    """Look at the store; where nothing moved, what was seen before is returned as it is. Raises NotFound."""
    place = own.place(slug, fresh=True)
    stage = shown_stage(place, own.clock())
    with own.house.store.read() as tx:
        row = views.draw_head(tx, place.id)
        awards = draws.awards(tx, place.id) if row and row.drawn_at else []
        marks = (
            place.digest, stage, place.standing.draws_at, row and (row.frozen_at, row.drawn_at),
            tuple((award.entrant, award.state) for award in awards), naming.mark(tx, place.standing, own.clock()),
        )  # fmt: skip
        if before is not None and before.marks == marks:
            return before
        names = naming.names(tx, place.standing, awards, own.clock())
    state = _state(place, stage, row, awards, names)
    version = digest(msgspec.json.encode([state, marks]))[:16]
    return Look(version, place, state, _chance(place, row) if row and row.drawn_at else None, marks, {})


def _state(place: Place, stage: str, row: DrawRow | None, awards: list[AwardRow], names: dict[str, str]) -> State:
    number = row.round if row else announced_round(place.definition.draw.source, place.standing.draws_at)
    state = State(
        stage=stage,
        source=place.definition.draw.source,
        draws_at=instant(place.standing.draws_at),
        round=number,
        round_at=instant(QUICKNET.time_of(number)) if number else "",
    )
    if row is None or stage == "void":
        return state
    lines = _lines(row, awards, names)
    return msgspec.structs.replace(
        state,
        pool=row.digest,
        entrants=row.entrants,
        tickets=row.tickets,
        frozen_at=instant(row.frozen_at),
        drawn_at=instant(row.drawn_at) if row.drawn_at else "",
        seed=row.seed,
        lines=lines[:MOST_LINES],
        more=max(0, len(lines) - MOST_LINES),
    )


def _lines(row: DrawRow, awards: list[AwardRow], names: dict[str, str]) -> tuple[Line, ...]:
    """Return the ranking as it was drawn, with what became of each place."""
    by_unit = {award.unit: award for award in awards}
    held = {award.entrant: award for award in awards if award.entrant}
    found = []
    for line in ranking_rows(row.ranking) if row.ranking else []:
        own = held.get(line["entrant"])
        drawn = by_unit.get(line["prize"])
        unit = line["prize"] or (own.unit if own else "")
        state = own.state if own else ""
        if drawn and not own:
            state = "moved" if drawn.entrant else "unawarded"
        found.append(
            Line(
                rank=int(line["rank"]),
                number=line["number"],
                entrant=line["entrant"],
                unit=unit,
                state=state,
                name=names.get(line["entrant"], ""),
            )
        )
    return tuple(found)


def _chance(place: Place, row: DrawRow) -> Chance:
    source = recorded_source(row.source)
    return Chance(
        source=source,
        holds=isinstance(source, Beacon) and verify_round(source.round),
        fields=seed_fields(frozen_of(place.standing, row), source),
    )


def exact(at: datetime, zone: str, language: Language) -> str:
    """Return an instant to the second, in the campaign's zone and in UTC, each named."""
    pattern = "EEEE d MMMM y 'à' HH:mm:ss" if language == "fr" else "EEEE d MMMM y 'at' HH:mm:ss"
    local = f"{when(at, zone, language, pattern)} ({zone})"
    return local if zone == "UTC" else f"{local}, {when(at, 'UTC', language, 'HH:mm:ss')} UTC"


def audience(request: Web) -> Audience[Look]:
    """Return the application's audience."""
    found = request.app.state.audience
    assert isinstance(found, Audience)
    return found


@get("/c/{slug:str}/live")
async def live(request: Web, slug: FromPath[str]) -> Response[str]:
    """The draw's own page."""
    look = await audience(request).see(slug)
    language = look.place.language(request)
    if language not in look.pages:
        look.pages[language] = await _render(request, look, language)
    return Response(
        look.pages[language], media_type="text/html", headers={"cache-control": SHORT, "vary": "Accept-Language"}
    )


@threaded
def _render(request: Web, look: Look, language: Language) -> str:
    place, state = look.place, look.state
    zone = place.definition.timezone
    units = len(place.definition.units)
    times = {
        "draws": place.standing.draws_at,
        "freezes": place.standing.freezes_at,
        "round": QUICKNET.time_of(state.round) if state.round else place.standing.draws_at,
        "frozen": datetime.fromisoformat(state.frozen_at) if state.frozen_at else None,
        "drawn": datetime.fromisoformat(state.drawn_at) if state.drawn_at else None,
    }
    return page(
        request, "campaign/live.html", language, place=place, campaign=place.definition, state=state, stage=state.stage,
        chance=look.chance, version_seen=look.version, times=times,
        exact={name: exact(at, zone, language) for name, at in times.items() if at},
        drawn=[line for line in state.lines if line.rank <= units],
        alternates=[line for line in state.lines if line.rank > units],
    ).content  # fmt: skip


def told(look: Look, now: datetime) -> bytes:
    """Return what programs read: the state, its version, and the server's time."""
    body = {"version": look.version, "now": now.isoformat(timespec="milliseconds"), **msgspec.to_builtins(look.state)}
    return msgspec.json.encode(body)


@get("/c/{slug:str}/live/state.json")
async def state(request: Web, slug: FromPath[str]) -> Response[bytes]:
    """The state, for who cannot listen."""
    look = await audience(request).see(slug)
    body = told(look, desk(request).clock())
    return Response(body, media_type="application/json", headers={"cache-control": "no-store"})


@get("/c/{slug:str}/live/events")
async def events(request: Web, slug: FromPath[str]) -> Response[Any] | Stream:
    """The state at once, then each change, as server-sent events."""
    own = desk(request)
    await audience(request).see(slug)  # no stream for a campaign that is not there
    try:
        looks = audience(request).enter(slug, request.client.host if request.client else "")
    except CrowdedError:
        return Response(b"", status_code=429, media_type="text/plain", headers={"retry-after": "30"})

    async def lines() -> AsyncIterator[bytes]:
        async for look in looks:
            if look is None:
                yield b"event: alive\ndata: {}\n\n"
            else:
                yield b"event: state\nid: %b\ndata: %b\n\n" % (look.version.encode(), told(look, own.clock()))

    return Stream(
        lines(),
        media_type="text/event-stream",
        # A proxy that gathers answers would keep the news to itself.
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


HANDLERS = [live, state, events]
