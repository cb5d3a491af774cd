"""The winner's file: one prize unit on its way into the winner's hands, and what to do next."""

import asyncio
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from contests.campaign.claim import address_lines, documents_of
from contests.campaign.minors import asks_age_late
from contests.campaign.thresholds import passed
from contests.comment import SITES
from contests.errors import NotFound, Refused, Text
from contests.flows import deliver, naming, show, write_to
from contests.flows.deliver import Sending
from contests.flows.todo import task_of
from contests.flows.worth import of_the_year
from contests.papers.names import below
from contests.rules.residence import country_name
from contests.store import campaigns, draws, entries, handovers, views
from contests.store.session import Tx
from contests.store.tables import AwardRow, CampaignRow, EntryRow, HandoverRow
from contests.web.desk import desk, row_of
from contests.web.guards import may, pressed, same_site, signed_in, staff_form, upload_of
from contests.web.pages.room import room_page
from contests.web.pages.staff import UPLOAD
from contests.web.path import path_of
from contests.web.render import language_of
from contests.web.threads import threaded

Web = Request[Any, Any, Any]
SHOWN_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"


def _award(tx: Tx, campaign: str, unit: str) -> AwardRow:
    found = draws.award(tx, campaign, unit) if unit.isascii() and unit.isprintable() else None
    if found is None or not found.entrant:
        raise NotFound("prize-unknown", Text(fr="Un lot du tirage était attendu.", en="A prize of the draw was expected."),
                       Text(fr="Rechargez la liste.", en="Reload the list."), found=unit[:80])  # fmt: skip
    return found


def _file(
    request: Web, row: CampaignRow, unit: str, refused: Refused | None = None, typed: dict[str, Any] | None = None,
    message: str = "",
) -> Response[str]:  # fmt: skip
    own, language = desk(request), language_of(request)
    standing = campaigns.stand(row)
    definition, now = standing.definition, own.clock()
    with own.house.store.read() as tx:
        award = _award(tx, row.id, unit)
        ways = {key: way for key, way in handovers.of_campaign(tx, row.id).items() if key[0] == unit}
        way = ways.pop((unit, award.entrant), None)
        shown = handovers.shown(tx, row.id, unit, award.entrant)
        person = entries.entrant(tx, award.entrant)
        reached = write_to.reached(tx, row.id, award.entrant)
        rows = entries.of_entrant(tx, award.entrant)
        told = handovers.notices(tx, row.id, unit)
        acts = [act for act in views.actions(tx, row.id) if act.detail.startswith(f"{unit}:")]
        named = naming.names(tx, standing, [award], now).get(award.entrant, "")
        down = naming.taken_down(tx, standing, now)
        prize = definition.prize_of(unit)
        today = now.astimezone(ZoneInfo(definition.timezone)).date()
        day = date.fromisoformat(way.sent_on) if way and way.sent_on else today
        year = of_the_year(tx, standing, person.person if person else None, prize.currency, day.year)
    claim = msgspec.json.decode(award.claim, type=dict[str, str]) if award.claim else {}
    country = claim.get("country") or _country(rows)
    value = way.value if way and way.value else prize.unit_value
    done = bool(way and (way.received_at or way.withheld_at)) or award.state in {"forfeited", "unawarded"}
    file = any(known.gone_at for known in shown.values())
    return room_page(
        request, row, "staff/winner.html", status=422 if refused else 200, refused=refused,
        error=refused.sentence(language) if refused and not refused.where else "", typed=typed or {},
        reached=reached, message=message, names=SITES, award=award, way=way, before=_before(ways), shown=shown, person=person, told=told, acts=acts, named=named,
        down=down, claim=claim, address=address_lines(claim, language), prize=prize, country=country_name(country, language) if country else "", today=today, year=year,
        rows=passed(country, Decimal(value), prize.currency, day, year), documents=documents_of(definition, unit),
        ask_age=asks_age_late(definition), levels=below(definition.publication), steps=path_of(award, way),
        task="" if done or award.state == "drawn" else task_of(award, way, now, file=file), now=now,
    )  # fmt: skip


def _country(rows: list[EntryRow]) -> str:
    return next((country for row in rows if (country := entries.read_answers(row).values.get("country"))), "")


def _before(ways: dict[tuple[str, str], HandoverRow]) -> list[HandoverRow]:
    """Return the ways to those who were offered the unit before."""
    return sorted(ways.values(), key=lambda way: (way.offered_at is None, way.offered_at))


@get("/staff/c/{slug:str}/awards/{unit:str}", guards=[signed_in, may("identities")])
@threaded
def winner_page(request: Web, slug: FromPath[str], unit: FromPath[str]) -> Response[str]:
    """The file of one unit."""
    return _file(request, row_of(request, slug), unit)


@post("/staff/c/{slug:str}/awards/{unit:str}", guards=[same_site, signed_in, may("award")], status_code=303,
      request_max_body_size=UPLOAD)  # fmt: skip
async def winner_form(request: Web, slug: FromPath[str], unit: FromPath[str]) -> Response[Any]:
    """Note what was seen, sent, received or withheld, or how the winner wants to be named."""
    form = await staff_form(request)
    return await asyncio.to_thread(_note, request, slug, unit, form)


def _note(request: Web, slug: str, unit: str, form: dict[str, Any]) -> Response[Any]:
    row = row_of(request, slug)
    try:
        if form.get("do") == "message":
            own, who = desk(request), request.scope["state"]["staff"].name
            text = write_to.write_to(own.house, row.id, unit, staff_name=who, now=own.clock())
            answer = _file(request, row, unit, message=text)
            answer.headers["cache-control"] = "no-store"
            return answer
        _step(request, row, unit, form)
    except NotFound:
        raise
    except Refused as refused:
        return _file(request, row, unit, refused, form)
    return Redirect(f"/staff/c/{slug}/awards/{unit}", status_code=303)


def _step(request: Web, row: CampaignRow, unit: str, form: dict[str, Any]) -> None:
    house, now, who = desk(request).house, desk(request).clock(), request.scope["state"]["staff"].name
    note = str(form.get("note", ""))
    do = pressed(form, "seen", "needless", "sent", "received", "withhold", "name")
    with house.store.read() as tx:
        _award(tx, row.id, unit)
    if do in {"seen", "needless"}:
        show.mark(house, row.id, unit, str(form.get("document", "")), needed=do == "seen", staff_name=who, now=now)
    elif do == "sent":
        deliver.note_sent(house, row.id, unit, _sending(form), staff_name=who, now=now)
    elif do == "received":
        proof = upload_of(form, "proof")
        deliver.note_received(house, row.id, unit, note=note, proof=proof, staff_name=who, now=now)
    elif do == "withhold":
        deliver.withhold(house, row.id, unit, reason=str(form.get("reason", "")), staff_name=who, now=now)
    elif do == "name":
        level = str(form.get("level", ""))
        deliver.name_as_asked(house, row.id, unit, level, note=note, staff_name=who, now=now)


def _sending(form: dict[str, Any]) -> Sending:
    said = {name: " ".join(str(form.get(name, "")).split()) for name in ("on", "carrier", "tracking", "value")}
    said["value"] = said["value"].replace(",", ".").replace(" ", "")
    if said["value"].isdecimal():
        said["value"] += ".00"
    return Sending(**said, adult=form.get("age") == "adult", guardian=form.get("age") == "guardian")


@post("/staff/c/{slug:str}/awards/{unit:str}/documents/{document:str}",
      guards=[same_site, signed_in, may("identities")], status_code=200)  # fmt: skip
async def open_form(request: Web, slug: FromPath[str], unit: FromPath[str], document: FromPath[str]) -> Response[bytes]:
    """Look at a file that waits; who looked is noted. A picture is shown, a PDF is saved: nothing in it runs."""
    await staff_form(request)
    own, who = desk(request), request.scope["state"]["staff"].name
    row = await asyncio.to_thread(row_of, request, slug)
    name, kind, data = await asyncio.to_thread(
        show.open_document, own.house, row.id, unit, document, staff_name=who, now=own.clock()
    )
    how = "attachment" if kind == "application/pdf" else "inline"
    headers = {
        "content-disposition": f'{how}; filename="{name}"',
        "cache-control": "no-store",
        "content-security-policy": SHOWN_POLICY,
    }
    return Response(data, media_type=kind, headers=headers)


HANDLERS = [winner_page, winner_form, open_form]
