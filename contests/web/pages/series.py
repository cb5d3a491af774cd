"""A series: the public calendar, and the staff's page where its drafts are begun, compared and published together."""

import asyncio
from collections import Counter
from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from contests.campaign.definition import Campaign, Reveal, Series
from contests.campaign.editor.sections import LANGUAGES, SECTIONS
from contests.campaign.lint.remark import Remark
from contests.campaign.series import MOST, Plan, possible, read_prizes
from contests.campaign.starts import SERIES, STEPS, Start
from contests.dates import when
from contests.errors import LANGUAGES as LANGUAGE_CODES
from contests.errors import Language, Malformed, Refused, Text
from contests.flows import publish
from contests.flows import series as steps
from contests.flows.drafting import languages_of
from contests.store import campaigns, views
from contests.store.campaigns import Standing
from contests.store.tables import CampaignRow
from contests.web.desk import Place, desk, row_of
from contests.web.errors import status_of
from contests.web.guards import may, pressed, same_site, signed_in, staff_form, texts_of
from contests.web.pages.entry import shown_stage
from contests.web.pages.preview import still
from contests.web.pages.steps import spots_of
from contests.web.render import language_of, page, wanted_language
from contests.web.threads import threaded

Web = Request[Any, Any, Any]
USUAL = {"advent": "24", "weekly": "4"}
LONG = timedelta(days=2)


class Door(msgspec.Struct, frozen=True):
    """One contest of a series as its page shows it; a prize that is not shown yet has no picture either."""

    campaign: Campaign
    place: int
    stage: str
    day: str
    until: str
    shown: bool
    picture: str


def _door(campaign: Campaign, stage: str, language: Language, pictures: set[str]) -> Door:
    told = campaign.one_of
    assert told is not None
    zone, last = campaign.timezone, campaign.closes_at - timedelta(seconds=1)
    day = _day(campaign.opens_at, zone, language)
    if campaign.closes_at - campaign.opens_at > LONG:
        day = f"{day} – {_day(last, zone, language)}"
    shown = told.reveal == "at-once" or stage != "soon"
    image = next((prize.image for prize in campaign.prizes if prize.image and prize.image in pictures), "")
    return Door(campaign, told.place, stage, day, _until(campaign, language), shown, image if shown else "")


def _day(at: datetime, zone: str, language: Language) -> str:
    first = language == "fr" and at.astimezone(ZoneInfo(zone)).day == 1
    return when(at, zone, language, "d'er' MMM" if first else "d MMM")


_END = Text(fr="Ouvert jusqu’à la fin du {day}", en="Open until the end of {day}")
_HOUR = Text(fr="Ouvert jusqu’au {at}", en="Open until {at}")


def _until(campaign: Campaign, language: Language) -> str:
    """Say until when it is open: midnight as the end of the day that people live, not as the first minute of the next."""
    zone, last = campaign.timezone, campaign.closes_at - timedelta(seconds=1)
    if campaign.closes_at.astimezone(ZoneInfo(zone)).time() == time():
        return _END(language, day=when(last, zone, language, "EEEE d MMMM"))
    return _HOUR(language, at=when(campaign.closes_at, zone, language))


@get("/s/{key:str}")
@threaded
def calendar(request: Web, key: FromPath[str]) -> Response[str]:
    """The doors of a series: today's leads to its contest, past ones to their proof, the others are closed."""
    own = desk(request)
    with own.house.store.read() as tx:
        rows = [row for row in campaigns.in_series(tx, key) if row.stage != "draft"]
        pictures = {row.id: views.media_names(tx, row.id) for row in rows}
    if not rows:
        raise steps.no_series(key)
    places = [Place(campaigns.stand(row), row.digest) for row in rows]
    language = wanted_language(request, places[0].definition.languages)
    doors = [_door(place.definition, shown_stage(place, own.clock()), language, pictures[place.id]) for place in places]
    return _calendar(request, doors, language)


def _calendar(request: Web, doors: list[Door], language: Language, **more: Any) -> Response[str]:  # noqa: ANN401
    today = [door for door in doors if door.stage == "open"]
    soon = next((door for door in doors if door.stage == "soon"), None)
    shown = (today or [soon or doors[-1]])[0].campaign
    return page(
        request, "campaign/series.html", language, cache_control="no-store" if more else "public, max-age=30", doors=doors,
        today=today, next=soon, campaign=shown, series=shown.one_of, first=doors[0].campaign,
        weeks=shown.closes_at - shown.opens_at > LONG, **more,
    )  # fmt: skip


def _start(name: str) -> Start:
    for start in SERIES:
        if start.id == name:
            return start
    raise steps.no_series(name)


@get("/staff/start/{name:str}", guards=[signed_in, may("publish")])
@threaded
def begin_page(request: Web, name: FromPath[str]) -> Response[str]:
    """What differs from one to the next: the first day, how many, the prizes."""
    query, now = request.query_params, desk(request).clock()
    first = date(now.year, 12, 1) if name == "advent" else now.date() + timedelta(days=7 - now.weekday())
    given = {"title": query.get("title", "")[:300], "languages": query.get("languages", "fr")[:10],
             "first": first.isoformat(), "number": USUAL.get(name, "2")}  # fmt: skip
    return _begin(request, _start(name), given)


def _begin(
    request: Web, start: Start, given: dict[str, str], refused: Refused | None = None, status: int = 200
) -> Response[str]:
    return page(
        request, "staff/series_start.html", language_of(request), status=status, start=start, given=given, refused=refused,
        languages=LANGUAGES, most=MOST, step=STEPS[start.id],
    )  # fmt: skip


@post("/staff/start/{name:str}", guards=[same_site, signed_in, may("publish")], status_code=303)
async def begin_form(request: Web, name: FromPath[str]) -> Response[Any]:
    """Make all drafts at once."""
    own, form, start = desk(request), await staff_form(request), _start(name)
    given = texts_of(form)
    by = request.scope["state"]["staff"]
    try:
        plan = _plan(start, given)
        key = await asyncio.to_thread(
            steps.start, own.house, name, given.get("title", "")[:300], given.get("languages", ""), plan, by,
            own.clock(),
        )  # fmt: skip
    except Refused as refused:
        return _begin(request, start, given, refused, 422)
    return Redirect(f"/staff/s/{key}", status_code=303)


def _plan(start: Start, given: dict[str, str]) -> Plan:
    """Read the answers. Raises Malformed with the name of the one that cannot be read."""
    mend = Text(fr="Corrigez cette réponse.", en="Mend this answer.")
    typed = given.get("number", "").strip()
    if not (typed.isascii() and typed.isdecimal() and len(typed) < 5):
        expected = Text(fr="Un nombre entier était attendu.", en="A whole number was expected.")
        raise Malformed("answer-unreadable", expected, mend, found=typed[:40], where="number")
    try:
        first = date.fromisoformat(given.get("first", ""))
    except ValueError as error:
        expected = Text(fr="Un jour était attendu, par exemple 2026-12-01.",
                        en="A day was expected, for example 2026-12-01.")  # fmt: skip
        raise Malformed(
            "answer-unreadable", expected, mend, found=given.get("first", "")[:40], where="first"
        ) from error
    reveal: Reveal = "on-the-day" if given.get("reveal") else "at-once"
    plan = Plan(key="", step=STEPS[start.id], first=first, number=int(typed), reveal=reveal)
    possible(plan)
    prizes = read_prizes(given.get("prizes", ""), plan.number, languages_of(given.get("languages", "")))
    return msgspec.structs.replace(plan, prizes=prizes)


@get("/staff/s/{key:str}", guards=[signed_in, may("read")])
@threaded
def room(request: Web, key: FromPath[str]) -> Response[str]:
    """The series: its campaigns, what the linter says of its drafts, the button that publishes all."""
    return _room(request, key)


def _room(request: Web, key: str, refused: Refused | None = None, typed: dict[str, str] | None = None) -> Response[str]:
    """Show the series; after a refusal with what was typed."""
    own, language = desk(request), language_of(request)
    now = own.clock()
    with own.house.store.read() as tx:
        rows = steps.series_rows(tx, key, request.scope["state"]["staff"])
        findings = steps.findings(tx, rows, now)
        entrants = {row.id: views.entrant_count(tx, row.id) for row in rows if row.stage != "draft"}
    told = {row.id: publish.definition_of(row) for row in rows}
    stages = {row.id: _stage(row, now) for row in rows}
    drafts, first = steps.drafts_of(rows), told[rows[0].id]
    spots = spots_of(tuple(one.remark for one in findings), drafts[0]) if drafts else {}
    assert isinstance(first.series, Series)
    return page(
        request, "staff/series.html", language, status=422 if refused else 200, rows=rows, told=told, stages=stages,
        days={row.id: _day(told[row.id].opens_at, told[row.id].timezone, language) for row in rows},
        first_day=when(min(one.opens_at for one in told.values()), first.timezone, language, "d MMMM y"),
        last_day=when(max(one.draws_at for one in told.values()), first.timezone, language, "d MMMM y"),
        counts=Counter(stages.values()), findings=findings, entrants=entrants, series=first.series, first=first,
        drafts=drafts, spots=spots, refused=refused, typed=typed or {},
        blocked=any(one.remark.level == "block" for one in findings), waiting=any(one.waiting for one in findings),
        carried=request.query_params.get("carried", ""), gaps=sorted(
            set(range(1, first.series.of + 1)) - {row.series_place for row in rows}
        ),
    )  # fmt: skip


def _stage(row: CampaignRow, now: datetime) -> str:
    return "draft" if row.stage == "draft" else shown_stage(Place(campaigns.stand(row), row.digest), now)


@post("/staff/s/{key:str}", guards=[same_site, signed_in, may("publish")], status_code=303)
async def room_form(request: Web, key: FromPath[str]) -> Response[Any]:
    """Acknowledge a warning wherever it stands, publish all, or throw all drafts away."""
    own, form = desk(request), await staff_form(request)
    by = request.scope["state"]["staff"]
    remark, reason = str(form.get("remark", "")), str(form.get("reason", ""))
    try:
        do = pressed(form, "publish", "acknowledge", "name", "discard")
        if do == "publish":
            if not await asyncio.to_thread(steps.publish_all, own.house, key, by, own.clock()):
                return Redirect("/staff/waiting", status_code=303)
        elif do == "acknowledge":
            await asyncio.to_thread(
                steps.acknowledge_in_all, own.house, key, remark, reason=reason, by=by, now=own.clock()
            )
        elif do == "name":
            titles: dict[str, str] = {
                code: str(form[f"title-{code}"]).strip() for code in LANGUAGE_CODES if form.get(f"title-{code}")
            }
            reveal: Reveal = "on-the-day" if form.get("reveal") else "at-once"
            await asyncio.to_thread(steps.settle_common, own.house, key, titles, reveal, by, own.clock())
        elif do == "discard":
            await asyncio.to_thread(steps.discard_all, own.house, key, by)
            return Redirect("/staff", status_code=303)
    except Refused as refused:
        return await asyncio.to_thread(_room, request, key, refused, texts_of(form))
    return Redirect(f"/staff/s/{key}", status_code=303)


@get("/staff/s/{key:str}/preview", guards=[signed_in, may("read")])
@threaded
def preview(request: Web, key: FromPath[str]) -> Response[str]:
    """The calendar with its drafts as if they were published, on the day `?on=` of one of them."""
    own, now = desk(request), desk(request).clock()
    with own.house.store.read() as tx:
        rows = steps.series_rows(tx, key, request.scope["state"]["staff"])
        pictures = {row.id: views.media_names(tx, row.id) for row in rows}
    told = {row.id: publish.definition_of(row) for row in rows}
    on = next((told[row.id] for row in rows if row.slug == request.query_params.get("on", "")), None)
    at = on.opens_at if on else now
    language = wanted_language(request, told[rows[0].id].languages)
    doors = [_door(told[row.id], _as_if(told[row.id], at), language, pictures[row.id]) for row in rows]
    return still(_calendar(request, doors, language, preview=f"/staff/c/{rows[0].slug}"), "'self'")


def _as_if(campaign: Campaign, at: datetime) -> str:
    standing = Standing("", "open", campaign, "", 1, campaign.freezes_at, campaign.draws_at)
    stage = shown_stage(Place(standing, ""), at)
    return "drawn" if stage == "closed" and at >= campaign.draws_at else stage


@get("/staff/c/{slug:str}/carry", guards=[signed_in, may("publish")])
@threaded
def carry_page(request: Web, slug: FromPath[str]) -> Response[Any]:
    """What one draft would give to the others of its series."""
    row = row_of(request, slug)
    if row.stage != "draft" or not row.series:
        return Redirect(f"/staff/c/{slug}")
    return _carry(request, row)


def _carry(
    request: Web, row: CampaignRow, refused: Refused | None = None, ticked: Collection[str] | None = None
) -> Response[str]:  # fmt: skip
    with desk(request).house.store.read() as tx:
        told = steps.compare(tx, row)
    definition = publish.definition_of(row)
    assert isinstance(definition.series, Series)
    titles = {key: section.title for section in reversed(SECTIONS) for key in section.keys}
    paths = {one.change.path for carried in told.keys.values() for one in carried}
    spots = spots_of(tuple(Remark("record", "", path, Text("", "")) for path in paths), row)
    return page(
        request, "staff/series_carry.html", language_of(request), status=status_of(refused), row=row, told=told,
        campaign=definition, series=definition.series, titles=titles, spots=spots, refused=refused,
        ticked=ticked,
    )  # fmt: skip


@post("/staff/c/{slug:str}/carry", guards=[same_site, signed_in, may("publish")], status_code=303)
async def carry_form(request: Web, slug: FromPath[str]) -> Response[Any]:
    """Apply what was ticked to the other drafts."""
    own, form = desk(request), await staff_form(request)
    row = await asyncio.to_thread(row_of, request, slug)
    if row.stage != "draft" or not row.series:
        return Redirect(f"/staff/c/{slug}", status_code=303)
    keys = [name.removeprefix("key-") for name in form if name.startswith("key-")]
    name, goods = request.scope["state"]["staff"].name, bool(form.get("goods"))
    try:
        changed = await asyncio.to_thread(
            steps.carry, own.house, row.id, keys, str(form.get("mark", "")), name, own.clock(), goods=goods
        )
    except Refused as refused:
        return await asyncio.to_thread(_carry, request, row, refused, [*keys, *(["goods"] if goods else [])])
    return Redirect(f"/staff/s/{row.series}?carried={changed}", status_code=303)


HANDLERS = [calendar, begin_page, begin_form, room, room_form, preview, carry_page, carry_form]
