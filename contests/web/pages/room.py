"""A published campaign in the staff's room: figures, entries, draw, awards; and the legal reading of it."""

import asyncio
import io
import zipfile
from pathlib import PureWindowsPath
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from contests.campaign.form import questions
from contests.errors import NotFound, Refused, StageRefused, Text
from contests.flows import authorise, moderate, naming, settle
from contests.flows.draw import type_ceremony
from contests.flows.export import export_identities
from contests.flows.four_eyes import submit, waits_about
from contests.flows.freeze import is_empty, state_of
from contests.flows.proposed import Exclude, Release
from contests.flows.todo import todo
from contests.papers.acts import act_title
from contests.papers.clauses import CLAUSES
from contests.papers.timeline import tell
from contests.records import parse_record
from contests.signals import SIGNALS
from contests.store import amendments, campaigns, decisions, draws, entries, signals, views
from contests.store.tables import CampaignRow, DecisionRow
from contests.web.closed import closed, opened
from contests.web.desk import Place, desk, ranking_rows, row_of
from contests.web.guards import may, pressed, same_site, signed_in, staff_form, texts_of, upload_of
from contests.web.pages.entry import shown_stage
from contests.web.pages.staff import UPLOAD, draft_page
from contests.web.render import language_of, page
from contests.web.threads import threaded

Web = Request[Any, Any, Any]
LONGEST_SEARCH = 120  # characters


def room_page(request: Web, row: CampaignRow, template: str, *, status: int = 200, **context: Any) -> Response[str]:  # noqa: ANN401
    """Render a page of the room of a published campaign."""
    place = Place(campaigns.stand(row), row.digest)
    return page(
        request, template, language_of(request), status=status, row=row, place=place, campaign=place.definition,
        stage=shown_stage(place, desk(request).clock()), **{"error": "", **context},
    )  # fmt: skip


def published(request: Web, slug: str) -> tuple[CampaignRow, Place]:
    """Return a published campaign's row and how it stands. Raises NotFound, for a draft as well."""
    row = row_of(request, slug)
    return row, Place(campaigns.stand(row), row.digest)


@get("/staff/c/{slug:str}", guards=[signed_in, may("watch")])
@threaded
def overview(request: Web, slug: FromPath[str]) -> Response[str]:
    """Stage, countdown, figures; a draft shows its editor."""
    row = row_of(request, slug)
    return draft_page(request, row) if row.stage == "draft" else _overview(request, row)


def _overview(request: Web, row: CampaignRow, error: str = "", status: int = 200, reason: str = "") -> Response[str]:
    with desk(request).house.store.read() as tx:
        context: dict[str, Any] = {
            "counts": views.entry_counts(tx, row.id),
            "channels": views.channel_counts(tx, row.id),
            "declined": entries.declined(tx, row.id),
            "entrants": views.entrant_count(tx, row.id),
            "marked": signals.waiting(tx, row.id),
            "mails": views.unsent(tx, row.id),
            "draw": draws.get(tx, row.id),
            "amending": amendments.working(tx, row.id) is not None,
            "empty": is_empty(tx, row, desk(request).clock()),
            "base": desk(request).house.url,
        }
    return room_page(request, row, "staff/overview.html", status=status, error=error, reason=reason, **context)


@get("/staff/c/{slug:str}/entries", guards=[signed_in, may("read")])
@threaded
def entries_page(request: Web, slug: FromPath[str]) -> Response[str]:
    """Entries, paged; each can be looked at and excluded. `find` is what `entries_search` closed."""
    row, asked = row_of(request, slug), request.query_params
    before, find, marked = asked.get("before", ""), asked.get("find", ""), asked.get("marked", "") == "1"
    wanted = opened(request, find)
    with desk(request).house.store.read() as tx:
        found = views.entries(
            tx,
            row.id,
            wanted=wanted,
            marked=marked,
            before=int(before) if before.isdecimal() and len(before) < 16 else None,
        )
    return room_page(
        request, row, "staff/entries.html", found=found, wanted=wanted, marked=marked, find=find if wanted else "",
        signals=SIGNALS, more=found[-1][0].place if len(found) == 50 else None,
    )  # fmt: skip


@post("/staff/c/{slug:str}/entries", guards=[same_site, signed_in, may("read")], status_code=303)
async def entries_search(request: Web, slug: FromPath[str]) -> Redirect:
    """Search: who it is comes in the body and goes into the address closed, so that the list can be gone back to."""
    form = texts_of(await staff_form(request))
    wanted = form.get("q", "").strip()[:LONGEST_SEARCH]
    asked = {"find": closed(request, wanted)} if wanted else {}
    if form.get("marked", "") == "1":
        asked["marked"] = "1"
    query = f"?{urlencode(asked)}" if asked else ""
    return Redirect(f"/staff/c/{slug}/entries{query}", status_code=303)


@get("/staff/c/{slug:str}/entrants/{entrant:str}", guards=[signed_in, may("read")])
@threaded
def entrant_page(request: Web, slug: FromPath[str], entrant: FromPath[str]) -> Response[str]:
    """One entrant: answers, entries, marks; the form that excludes or reinstates."""
    return entrant_room(request, row_of(request, slug), entrant)


def entrant_room(
    request: Web,
    row: CampaignRow,
    entrant: str,
    error: str = "",
    status: int = 200,
    typed: dict[str, str] | None = None,
) -> Response[str]:
    """Show one entrant; after a refusal with what was typed."""
    with desk(request).house.store.read() as tx:
        person = entries.entrant(tx, entrant)
        own = entries.of_entrant(tx, entrant)
        pointing = signals.of_owners(tx, [person.number])[person.number] if person else []
        second = waits_about(tx, row.id)
    if person is None or person.campaign != row.id:
        raise NotFound("entrant-unknown", Text(fr="Un participant était attendu.", en="An entrant was expected."),
                       Text(fr="Rechargez la liste.", en="Reload the list."), found=entrant[:40])  # fmt: skip
    answers = msgspec.json.decode(own[0].answers)["values"] if own and own[0].answers else {}
    labels = {question.name: question.label for question in questions(campaigns.read_definition(row.definition))}
    return room_page(
        request, row, "staff/entrant.html", status=status, error=error, person=person, own=own, answers=answers,
        pointing=pointing, signals=SIGNALS, second=second,
        clauses=CLAUSES, labels=labels, typed=typed or {},
    )  # fmt: skip


@post("/staff/c/{slug:str}/entrants/{entrant:str}", guards=[same_site, signed_in, may("moderate")], status_code=303,
      request_max_body_size=UPLOAD)  # fmt: skip
async def entrant_form(request: Web, slug: FromPath[str], entrant: FromPath[str]) -> Response[Any]:
    """Exclude or reinstate."""
    form, row = await staff_form(request), row_of(request, slug)
    try:
        done = await asyncio.to_thread(_entrant_step, request, row, entrant, form)
    except Refused as refused:
        return entrant_room(request, row, entrant, refused.words(language_of(request)), 422, texts_of(form))
    return Redirect(f"/staff/c/{slug}/entrants/{entrant}" if done else f"/staff/c/{slug}/waiting", status_code=303)


def _entrant_step(request: Web, row: CampaignRow, entrant: str, form: dict[str, Any]) -> bool:
    """Exclude or reinstate; False where it waits for a second person."""
    own, person, note = desk(request), request.scope["state"]["staff"], str(form.get("note", ""))
    if pressed(form, "exclude", "reinstate") == "reinstate":
        moderate.reinstate(own.house, row.id, entrant, note=note, staff_name=person.name, now=own.clock())
        return True
    asked = Exclude(entrants=(entrant,), reason=str(form.get("reason", "")), note=note)
    return submit(own.house, row.id, asked, person, own.clock(), upload_of(form, "evidence"))


@get("/staff/c/{slug:str}/awards", guards=[signed_in, may("read")])
@threaded
def awards_page(request: Web, slug: FromPath[str]) -> Response[str]:
    """The draw, the units, their holders, and the alternates."""
    return _awards(request, row_of(request, slug))


def _awards(
    request: Web, row: CampaignRow, error: str = "", status: int = 200, typed: dict[str, str] | None = None
) -> Response[str]:
    """Show the units; after a refusal with what was typed, and where."""
    with desk(request).house.store.read() as tx:
        draw = draws.get(tx, row.id)
        awards = draws.awards(tx, row.id)
        people = {award.entrant: entries.entrant(tx, award.entrant) for award in awards if award.entrant}
        readings = draws.ceremonies(tx, row.id)
        second = waits_about(tx, row.id)
        minors = authorise.minors_of(tx, row.id, awards, desk(request).clock())
        tasks = {line.unit: line for line in todo(tx, desk(request).clock(), row.id)}
        named = naming.names(tx, campaigns.stand(row), awards, desk(request).clock())
    taken = max((award.rank for award in awards), default=0)
    ranking = ranking_rows(draw.ranking) if draw and draw.ranking else []
    waiting = [line for line in ranking if not line["prize"] and int(line["rank"]) > taken]
    claims = {award.unit: msgspec.json.decode(award.claim) for award in awards if award.claim}
    return room_page(
        request, row, "staff/awards.html", status=status, error=error, draw=draw, awards=awards, people=people,
        waiting=waiting, readings=readings, claims=claims, second=second, minors=minors, tasks=tasks, named=named,
        typed=typed or {},
    )  # fmt: skip


@post("/staff/c/{slug:str}/awards", guards=[same_site, signed_in, may("award")], status_code=303)
async def awards_form(request: Web, slug: FromPath[str]) -> Response[Any]:
    """Confirm or forfeit a unit, or type a ceremony's values."""
    form, row = await staff_form(request), row_of(request, slug)
    try:
        done = await asyncio.to_thread(_award_step, request, row, form)
    except Refused as refused:
        return _awards(request, row_of(request, slug), refused.words(language_of(request)), 422, texts_of(form))
    at = f"#u-{quote(str(form.get('unit', '')))}" if form.get("unit") else ""  # the prize with its new state
    return Redirect(f"/staff/c/{slug}/awards{at}" if done else f"/staff/c/{slug}/waiting", status_code=303)


def _award_step(request: Web, row: CampaignRow, form: dict[str, Any]) -> bool:
    """Do what was asked; False where it waits for a second person."""
    own, person = desk(request), request.scope["state"]["staff"]
    do = pressed(form, "ceremony", "authorise", "confirm", "forfeit")
    unit, note = str(form.get("unit", "")), str(form.get("note", ""))
    if do == "ceremony":
        values = {key.removeprefix("value:"): str(value) for key, value in form.items() if key.startswith("value:")}
        type_ceremony(own.house, row.id, person.id, person.name, values, own.clock())
    elif do == "authorise":
        seen_on = str(form.get("seen_on", ""))
        authorise.note_seen(own.house, row.id, unit, seen_on=seen_on, staff_name=person.name, now=own.clock())
    elif do == "confirm":
        return submit(own.house, row.id, Release(unit=unit, note=note), person, own.clock())
    else:
        settle.forfeit_award(
            own.house,
            row.id,
            unit,
            reason=str(form.get("reason", "")),
            staff_name=person.name,
            note=note,
            now=own.clock(),
        )
    return True


@post("/staff/c/{slug:str}/void", guards=[same_site, signed_in, may("void")], status_code=303)
async def void_form(request: Web, slug: FromPath[str]) -> Response[Any]:
    """End a campaign without a result, for a public reason."""
    own, form, row = desk(request), await staff_form(request), row_of(request, slug)
    reason = str(form.get("reason", ""))
    try:
        await asyncio.to_thread(
            moderate.void, own.house, row.id, reason=reason, staff_name=request.scope["state"]["staff"].name,
            now=own.clock(),
        )  # fmt: skip
    except StageRefused:
        raise
    except Refused as refused:
        return await asyncio.to_thread(_overview, request, row, refused.words(language_of(request)), 422, reason)
    return Redirect(f"/staff/c/{slug}", status_code=303)


def places(decision: DecisionRow) -> range:
    """Return the places of the records that a decision left."""
    return range(decision.place or 0, (decision.place or 0) + decision.entries)


@get("/staff/c/{slug:str}/legal", guards=[signed_in, may("watch")])
@threaded
def legal_page(request: Web, slug: FromPath[str]) -> Response[str]:
    """Who, what, when, under which clause, with the proof; the reconciliation; the files."""
    own, row, language = desk(request), row_of(request, slug), language_of(request)
    definition = campaigns.read_definition(row.definition)
    with own.house.store.read() as tx:
        records = views.timeline(tx, row.id)
        actions = views.actions(tx, row.id)
        state = state_of(tx, row.id)
        papers = views.papers(tx, row.id)
        acknowledged = campaigns.acknowledged(tx, row.id)
        declined = entries.declined(tx, row.id)
        channels = views.channel_counts(tx, row.id)
        many = decisions.exclusions(tx, row.id)
    by_place = {action.place: action for action in actions if action.place is not None}
    # An act that excluded several entries stands at its first record.
    by_place |= {place: by_place[one.place] for one in many for place in places(one) if one.place in by_place}
    beside = [(act, act_title(act.verb, language)) for act in actions if act.place is None]
    told = [tell(parse_record(found.data), found.place, definition, language) for found in records]
    kept, tickets = state.standing()
    return room_page(
        request, row, "staff/legal.html", told=told, by_place=by_place, beside=beside, state=state, kept=kept,
        tickets=tickets, papers=papers, acknowledged=acknowledged, declined=declined, channels=channels, clauses=CLAUSES,
    )  # fmt: skip


@get("/staff/c/{slug:str}/legal.zip", guards=[signed_in, may("identities")])
@threaded
def legal_file(request: Web, slug: FromPath[str]) -> Response[bytes]:
    """The legal file: identities of the people drawn and the keys of their commitments."""
    out = io.BytesIO()
    export_identities(desk(request).house, row_of(request, slug).id, out)
    return Response(
        out.getvalue(),
        media_type="application/zip",
        headers={"content-disposition": f'attachment; filename="{slug}-legal.zip"', "cache-control": "no-store"},
    )


@get("/staff/c/{slug:str}/evidence/{action:str}", guards=[signed_in, may("identities")])
@threaded
def evidence(request: Web, slug: FromPath[str], action: FromPath[str]) -> Response[bytes]:
    """The evidence of an exclusion, as a zip: whatever was uploaded is never shown by the browser."""
    row = row_of(request, slug)
    with desk(request).house.store.read() as tx:
        found = views.action(tx, row.id, action)
    if found is None or not found.evidence:
        raise NotFound("evidence-unknown", Text(fr="Une pièce était attendue.", en="A file was expected."),
                       Text(fr="Rechargez la page.", en="Reload the page."), found=action[:40])  # fmt: skip
    return zipped(found.evidence_name, found.evidence)


def zipped(name: str, data: bytes) -> Response[bytes]:
    """Hand an upload out as a zip: whatever it is, no browser shows it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        # A name without folders in any system's way of writing them: it is unpacked on somebody's computer.
        packed.writestr(PureWindowsPath(name).name or "evidence", data)
    return Response(
        out.getvalue(),
        media_type="application/zip",
        headers={"content-disposition": 'attachment; filename="evidence.zip"', "cache-control": "no-store"},
    )


HANDLERS = [
    overview, entries_page, entries_search, entrant_page, entrant_form, awards_page, awards_form, void_form, legal_page, legal_file,
    evidence,
]  # fmt: skip
