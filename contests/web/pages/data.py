"""Personal data: what is held of a person, for that person; the campaign's sheet, requests and opt-ins for the staff."""

import asyncio
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from contests.campaign.form import questions
from contests.campaign.minors import too_young
from contests.campaign.retention import items
from contests.errors import Language, NotFound, Refused, Text
from contests.flows import erase as erasing
from contests.flows.access import Held, hand_out, held, to_json
from contests.flows.opt_ins import Contacted, Did, export_opt_ins, note_contacts
from contests.flows.processing import processing_of, sheet, sheet_file
from contests.papers.fields import PURPOSES
from contests.papers.html import fragment
from contests.rules.residence import country_name
from contests.sources.contacts import LARGEST, read_contacts
from contests.store import entries
from contests.store.tables import EntryRow
from contests.web.desk import Place, desk, row_of
from contests.web.guards import form_of, may, pressed, same_site, signed_in, staff_form, texts_of, upload_of
from contests.web.pages.proofs import download
from contests.web.pages.room import entrant_room, room_page
from contests.web.render import language_of, page
from contests.web.threads import threaded

Web = Request[Any, Any, Any]
SURE = Text(
    fr="Cochez la case pour confirmer que vous voulez effacer vos données.",
    en="Tick the box to confirm that you want your data erased.",
)


class Line(msgspec.Struct, frozen=True):
    """One answer as its person reads it: the item's name, its label, what was answered, and why it was asked."""

    name: str
    label: Text
    value: str
    purpose: Text


def _lines(place: Place, row: EntryRow, language: Language) -> list[Line]:
    labels = {question.name: question.label for question in questions(place.definition)}
    purposes = {item.name: PURPOSES[item.purpose] for item in items(place.definition)}
    return [
        Line(
            name,
            labels.get(name, Text(fr=name, en=name)),
            country_name(value, language) if name == "country" else value,
            purposes.get(name, PURPOSES["entry"]),
        )
        for name, value in entries.read_answers(row).values.items()
    ]


def _look(request: Web, place: Place, token: str) -> tuple[Held, bool]:
    """Return what is held of the person behind a link, and whether some of it would have to stay."""
    with desk(request).house.store.read() as tx:
        told = held(tx, place.id, erasing.by_token(tx, place.id, token))
        return told, erasing.stays(tx, place.id, told.found)


def _my_data(request: Web, slug: str, token: str, error: str = "", status: int = 200) -> Response[str]:
    place = desk(request).place(slug, fresh=True)
    told, stays = _look(request, place, token)
    given = [(row, _lines(place, row, place.language(request))) for row in told.found.rows]
    boxes = erasing.marketing(place.definition)
    consents = boxes & {line.name for _, lines in given for line in lines}
    zone = ZoneInfo(place.definition.timezone)
    young = next((found for row in told.found.rows if (found := too_young(
        place.definition, entries.read_answers(row).values, row.received_at.astimezone(zone).date()))), None)  # fmt: skip
    return page(
        request, "campaign/data.html", place.language(request), status=status, place=place, campaign=place.definition,
        token=token, told=told, given=given, stays=stays, consents=consents, error=error, stage=place.stage,
        young=young if boxes else None,
        excluded=any(row.state == "excluded" for row in told.found.rows),
    )  # fmt: skip


@get("/c/{slug:str}/receipt/{token:str}/data")
@threaded
def my_data(request: Web, slug: FromPath[str], token: FromPath[str]) -> Response[str]:
    """All that is held of the person who holds the receipt, and what they may do about it."""
    return _my_data(request, slug, token)


@get("/c/{slug:str}/receipt/{token:str}/data.json")
@threaded
def my_data_file(request: Web, slug: FromPath[str], token: FromPath[str]) -> Response[bytes]:
    """The same as a file, to take away."""
    told, _ = _look(request, desk(request).place(slug, fresh=True), token)
    return _json(slug, to_json(told))


def _json(slug: str, data: bytes) -> Response[bytes]:
    headers = {"content-disposition": f'attachment; filename="{slug}-my-data.json"', "cache-control": "no-store"}
    return Response(data, media_type="application/json", headers=headers, status_code=200)


@post("/c/{slug:str}/receipt/{token:str}/erase", guards=[same_site], status_code=303, request_max_body_size=16 * 1024)
async def erase_form(request: Web, slug: FromPath[str], token: FromPath[str]) -> Response[Any]:
    """Erase one's data, once the box is ticked."""
    form = await form_of(request)
    return await asyncio.to_thread(_erase, request, slug, token, sure=bool(form.get("sure")))


def _erase(request: Web, slug: str, token: str, *, sure: bool) -> Response[Any]:
    own = desk(request)
    place = own.place(slug, fresh=True)
    language = place.language(request)
    if not sure:
        return _my_data(request, slug, token, SURE(language), 422)
    with own.house.store.read() as tx:
        entrant = erasing.by_token(tx, place.id, token)
    if erasing.erase(own.house, place.id, entrant, own.clock()):
        return _to(f"/c/{slug}/erased?lang={language}")
    return _to(f"/c/{slug}/receipt/{token}/data?lang={language}")


@post("/c/{slug:str}/receipt/{token:str}/consent", guards=[same_site], status_code=303)
@threaded
def consent_form(request: Web, slug: FromPath[str], token: FromPath[str]) -> Response[Any]:
    """Take one's consent to commercial messages back."""
    own = desk(request)
    place = own.place(slug, fresh=True)
    with own.house.store.read() as tx:
        entrant = erasing.by_token(tx, place.id, token)
    erasing.withdraw_consent(own.house, place.id, entrant, own.clock())
    return _to(f"/c/{slug}/receipt/{token}/data?lang={place.language(request)}")


def _to(where: str) -> Response[Any]:
    return Response(b"", status_code=303, headers={"location": where, "cache-control": "no-store"})


@get("/c/{slug:str}/erased")
@threaded
def erased(request: Web, slug: FromPath[str]) -> Response[str]:
    """Say that it is done; the page knows nobody."""
    place = desk(request).place(slug, fresh=True)
    return page(
        request, "campaign/erased.html", place.language(request), place=place, campaign=place.definition,
        stage=place.stage,
    )  # fmt: skip


@get("/staff/c/{slug:str}/data", guards=[signed_in, may("identities")])
@threaded
def sheet_page(request: Web, slug: FromPath[str]) -> Response[str]:
    """The campaign's sheet in the record of processing, with its clocks; the opt-ins."""
    return _sheet(request, slug)


def _sheet(
    request: Web, slug: str, *, told: Contacted | None = None, did: str = "", error: str = "", status: int = 200,
    typed: dict[str, str] | None = None,
) -> Response[str]:  # fmt: skip
    row = row_of(request, slug)
    facts = processing_of(desk(request).house, row.id, desk(request).clock())
    boxes = [f for f in facts.definition.fields if f.purpose == "marketing" and f.kind == "consent"]
    ended = [one for one in facts.erased if one.item == "_opt_in"]
    return room_page(
        request, row, "staff/data.html", status=status, article=fragment(sheet(facts, language_of(request))), boxes=boxes,
        consents=facts.consents, ended=ended, told=told, did=did, error=error, typed=typed or {},
        labels={question.name: question.label for question in questions(facts.definition)},
    )  # fmt: skip


@get("/staff/c/{slug:str}/data/{name:str}", guards=[signed_in, may("identities")])
@threaded
def sheet_download(request: Web, slug: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """The sheet as a file: `fr.html`, `en.pdf` and so on."""
    row = row_of(request, slug)
    facts = processing_of(desk(request).house, row.id, desk(request).clock())
    expected = Text(fr="Une fiche était attendue.", en="A sheet was expected.")
    return download(name, f"{slug}-processing", expected, lambda language, kind: sheet_file(facts, language, kind))


@post("/staff/c/{slug:str}/opt-ins", guards=[same_site, signed_in, may("identities")], status_code=200)
async def opt_ins(request: Web, slug: FromPath[str]) -> Response[bytes]:
    """The opt-ins with the proof of consent, as CSV; who took them is noted."""
    await staff_form(request)
    own, who = desk(request), request.scope["state"]["staff"].name
    row = await asyncio.to_thread(row_of, request, slug)
    data = await asyncio.to_thread(export_opt_ins, own.house, row.id, staff_name=who, now=own.clock())
    headers = {"content-disposition": f'attachment; filename="{slug}-opt-ins.csv"', "cache-control": "no-store"}
    return Response(data, media_type="text/csv; charset=utf-8", headers=headers)


@post("/staff/c/{slug:str}/contacts", guards=[same_site, signed_in, may("award")], status_code=200,
      request_max_body_size=LARGEST + 64 * 1024)  # fmt: skip
async def contacts(request: Web, slug: FromPath[str]) -> Response[str]:
    """Take in who wrote or clicked on a day, or took their consent back; the list itself is not kept."""
    form = await staff_form(request)
    return await asyncio.to_thread(_contacts, request, slug, form)


def _contacts(request: Web, slug: str, form: dict[str, Any]) -> Response[str]:
    own, row = desk(request), row_of(request, slug)
    did: Did = "withdrawn" if pressed(form, "withdrawn", "contact") == "withdrawn" else "contact"
    data = b"\n".join((upload_of(form, "file")[1], str(form.get("people", "")).encode()))
    try:
        told = note_contacts(
            own.house, row.id, read_contacts(data), did=did, on=str(form.get("on", "")),
            staff_name=request.scope["state"]["staff"].name, now=own.clock(),
        )  # fmt: skip
    except NotFound:
        raise
    except Refused as refused:
        return _sheet(
            request, slug, did=did, error=refused.words(language_of(request)), status=422, typed=texts_of(form)
        )
    return _sheet(request, slug, told=told, did=did)


@post("/staff/c/{slug:str}/entrants/{entrant:str}/data", guards=[same_site, signed_in, may("award")], status_code=303)
async def request_form(request: Web, slug: FromPath[str], entrant: FromPath[str]) -> Response[Any]:
    """Serve a person who asked by other ways: a copy, consent taken back, or erasure; each with a note."""
    form = await staff_form(request)
    return await asyncio.to_thread(_serve, request, slug, entrant, form)


def _serve(request: Web, slug: str, entrant: str, form: dict[str, Any]) -> Response[Any]:
    own, row, do = desk(request), row_of(request, slug), pressed(form, "access", "erase", "consent")
    by = erasing.Staff(request.scope["state"]["staff"].name, str(form.get("note", "")))
    try:
        if do == "access":
            return _json(slug, hand_out(own.house, row.id, entrant, own.clock(), by))
        if do == "erase":
            erasing.erase(own.house, row.id, entrant, own.clock(), by)
        else:
            erasing.withdraw_consent(own.house, row.id, entrant, own.clock(), by)
    except NotFound:
        raise
    except Refused as refused:
        return entrant_room(request, row, entrant, refused.words(language_of(request)), 422, {"asked": by.note})
    return Redirect(f"/staff/c/{slug}/entrants/{entrant}", status_code=303)


HANDLERS = [
    my_data, my_data_file, erase_form, consent_form, erased, sheet_page, sheet_download, opt_ins, contacts, request_form,
]  # fmt: skip
