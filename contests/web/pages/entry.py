"""The participant's way: landing page, form or JSON, confirmation, receipt, withdrawal."""

import asyncio
import base64
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import unquote_to_bytes

import msgspec
from litestar import MediaType, Request, Response, get, post
from litestar.exceptions import ClientException, HTTPException
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER
from litestar.types import ASGIApp
from markupsafe import escape

from contests.campaign.form import Form, FormError, complaints, error_of, read_form
from contests.codec import parse_json
from contests.draw.ranking import number
from contests.errors import Language, Malformed, NotFound, Text
from contests.flows import moderate
from contests.flows.enter import Accepted, DeclinedEntry, Pending, Result, Submission, confirm, shut
from contests.flows.house import entry_token_digest
from contests.flows.notify import receipt_name
from contests.flows.tie import ask_code, shown
from contests.journal.merkle import leaf_hash
from contests.journal.receipt import Receipt
from contests.papers.clauses import CLAUSES
from contests.papers.qr import qr_address
from contests.records import EntryExcluded, parse_record
from contests.rules.accepts_rules import FIELD as RULES_FIELD
from contests.rules.accepts_rules import AcceptsRules
from contests.store import draws, entries, journals, parents, ties, views
from contests.store.session import Tx
from contests.store.tables import EntryRow
from contests.web import proof
from contests.web.counts import What
from contests.web.desk import Desk, Place, desk, ranking_rows
from contests.web.errors import problem, wants_json
from contests.web.guards import clean, form_of, texts_of
from contests.web.limits import Limits, count_in
from contests.web.pages.sign_in import address_of
from contests.web.ready import Gap, Ready, packed
from contests.web.render import page, rendered
from contests.web.threads import threaded

OPEN_TO_ALL = {
    "content-type": "text/html; charset=utf-8", "cache-control": "public, max-age=30", "vary": "Accept-Language",
}  # fmt: skip
GAP = "\ufdd0"  # stands where a code goes; no text that people write has it
TRAP = "website"
MOST_FIELDS = 500
SHUT = frozenset({"not-yet-open", "closed", "voided"})
Web = Request[Any, Any, Any]


def shown_stage(place: Place, now: datetime) -> str:
    """Return the stage as visitors live it: the clock goes before the worker."""
    if place.stage != "open":
        return place.stage
    if now < place.definition.opens_at:
        return "soon"
    return "open" if now < place.definition.closes_at else "closed"


def _shown(place: Place, stage: str, form: Form, via: str, ref: str) -> dict[str, Any]:
    """Return all that the landing page shows."""
    return {
        "place": place, "campaign": place.definition, "stage": stage, "questions": place.questions, "form": form,
        "pictures": place.pictures, "via": via, "ref": ref, "trap": TRAP,
    }  # fmt: skip


@get("/c/{slug:str}")
async def landing(request: Web, slug: FromPath[str]) -> ASGIApp:
    """The contest's page with its form: the same bytes for everybody, until the campaign or its stage is another."""
    own = desk(request)
    place = await own.soon(slug)
    language, query = place.language(request), request.query_params
    via, ref = place.channel(query.get("via", "")), query.get("ref", "")[:16]
    _count(request, place, "visit", via, language)
    stage = shown_stage(place, own.clock())
    if ref:
        gap: Gap = await own.pages.take(
            ("invited", slug, language, stage, via), place, lambda: _with_gap(place, language, stage, via)
        )
        plain, small = gap.filled(escape(ref).encode())
        return Ready(plain, OPEN_TO_ALL, {"gzip": small}, tagged=False)
    page: ASGIApp = await own.pages.take(
        ("landing", slug, language, stage, via), place, lambda: _ready(place, language, stage, via)
    )
    return page


def _ready(place: Place, language: Language, stage: str, via: str) -> Ready:
    body = rendered("campaign/landing.html", language, **_shown(place, stage, Form({}), via, "")).encode()
    return Ready(body, OPEN_TO_ALL, packed(body))


def _with_gap(place: Place, language: Language, stage: str, via: str) -> Gap:
    """Return the page without the code of whoever sent the visitor: there are as many codes as entrants."""
    html = rendered("campaign/landing.html", language, **_shown(place, stage, Form({}), via, GAP))
    before, _, after = html.partition(GAP)
    return Gap(before.encode(), after.encode())


def _count(request: Web, place: Place, what: What, via: str, language: Language) -> None:
    request.app.state.counts.note(request, place, what, desk(request).clock(), via, language)


@get("/c/{slug:str}/challenge", sync_to_thread=False)
def challenge(request: Web, slug: FromPath[str]) -> Response[dict[str, Any]]:
    """A fresh proof-of-work challenge."""
    own = desk(request)
    place = own.place(slug)
    if "again" not in request.query_params:
        _count(request, place, "begun", request.query_params.get("via", ""), place.language(request))
    body = proof.challenge(own.proof_key, own.settings.proof_cost, own.clock())
    return Response(body, headers={"cache-control": "no-store"})


@post("/c/{slug:str}", status_code=HTTP_303_SEE_OTHER, request_max_body_size=256 * 1024)
async def enter(request: Web, slug: FromPath[str]) -> Response[Any]:
    """Enter, by form or JSON; the answer comes after the commit and carries the receipt."""
    count_in(request)
    own = desk(request)
    raw, is_json = await read_body(request)
    is_json = is_json or wants_json(request)
    place = own.place_for(slug, raw)
    language = spoken(raw, place, request)
    form = read_form(place.definition, raw, language, place.questions)
    if form.answers is None or form.email is None:
        _count(request, place, "mended", raw.get("via", ""), language)
        form = msgspec.structs.replace(form, errors=against(place, form, own.clock()))
        return _refuse(request, place, language, form, raw, is_json=is_json)
    submission = submission_of(own, request.app.state.limits, form, raw, address_of(request))
    result = await own.gatherer.submit(place.id, submission)
    return _answer(request, place, language, form, raw, result, is_json=is_json)


def against(place: Place, form: Form, now: datetime) -> tuple[FormError, ...]:
    """Return all that stands against a form that cannot be read as an entry; where the door is shut, that alone."""
    stage = shown_stage(place, now)
    if stage != "open":
        return (error_of(shut(place.definition, stage)),)
    return (*form.errors, *complaints(place.definition, form.values, place.standing.version, now))


def errors_of(result: DeclinedEntry) -> tuple[FormError, ...]:
    """Return what is said against an entry: where the door is shut, nothing else matters."""
    errors = tuple(error_of(objection) for objection in result.objections)
    return tuple(error for error in errors if error.code in SHUT) or errors


def status_for(errors: Sequence[FormError]) -> int:
    """Return the status of a page that refuses an entry."""
    return 409 if errors[0].code in SHUT else 422


async def read_body(request: Web) -> tuple[dict[str, str], bool]:
    """Read the body: a form or one flat JSON object of texts."""
    kind = next((value for name, value in request.scope["headers"] if name == b"content-type"), b"")
    kind = kind.partition(b";")[0].strip().lower()
    if kind == b"application/x-www-form-urlencoded":
        return read_urlencoded(await request.body()), False
    if kind == b"application/json":
        found = parse_json(await request.body())
        if not isinstance(found, dict) or not all(isinstance(v, str | bool | int) for v in found.values()):
            raise Malformed(
                "json-shape",
                Text(fr="Un objet JSON plat, un texte par champ, était attendu.",
                     en="One flat JSON object, a text for each field, was expected."),
                Text(fr="Voir /schema.", en="See /schema."),
                found=type(found).__name__,
            )  # fmt: skip
        return {k: ("on" if v else "") if isinstance(v, bool) else clean(str(v)) for k, v in found.items()}, True
    if kind != b"multipart/form-data":
        raise HTTPException(status_code=415)
    return texts_of(await form_of(request)), False


def read_urlencoded(body: bytes) -> dict[str, str]:
    """Return the fields of a form in UTF-8, the last of each name. Raises ClientException for too many.

    Litestar's reader takes three times as long, and keeps the last thousand bodies, personal as they are, in memory.
    """
    parts = body.decode(errors="replace").replace("+", " ").split("&")
    if len(parts) > MOST_FIELDS:
        raise ClientException
    pairs = (part.partition("=") for part in parts if part)
    return {
        _unquoted(name) if "%" in name else name: _unquoted(value) if "%" in value else value
        for name, _, value in pairs
    }


def _unquoted(text: str) -> str:
    return unquote_to_bytes(text).decode(errors="replace")


def spoken(raw: dict[str, str], place: Place, request: Web) -> Language:
    """Return the language that a form was shown in, else that of the page."""
    for language in place.definition.languages:
        if raw.get("lang") == language:
            return language
    return place.language(request)


def submission_of(own: Desk, limits: Limits, form: Form, raw: dict[str, str], address: str) -> Submission:
    """Return what stands before the door: a form that was read, with its proof of work and its marks.

    The address is counted in memory and kept nowhere.
    """
    now = own.clock()
    checked = proof.check(raw.get("altcha", ""), own.proof_key, now)
    marks = []
    if raw.get(TRAP):
        marks.append("trap")
    if checked.proof == "valid" and checked.age < own.settings.too_fast:
        marks.append("too-fast")
    if limits.is_burst(address, now.timestamp()):
        marks.append("burst")
    assert form.answers is not None
    assert form.email is not None
    return Submission(
        answers=form.answers, email=form.email, at=now, proof=checked.proof, used=checked.used, marks=tuple(marks)
    )


def _refuse(
    request: Web,
    place: Place,
    language: Language,
    form: Form,
    raw: dict[str, str],
    *,
    is_json: bool,
) -> Response[Any]:
    """Refuse; the page says what is wrong, and still knows what was typed, the channel and whoever sent the visitor."""
    if is_json:
        title = Text(fr="Participation non enregistrée", en="Entry not taken")(language)
        first = form.errors[0]
        errors = [{"field": e.field, "code": e.code, "detail": e.text(language)} for e in form.errors]
        return problem(status_for(form.errors), first.code, title, first.text(language), errors=errors)
    stage = shown_stage(place, desk(request).clock())
    shown = _shown(place, stage, form, place.channel(raw.get("via", "")), raw.get("ref", "")[:16])
    return page(request, "campaign/landing.html", language, status=status_for(form.errors), **shown)


def _answer(
    request: Web,
    place: Place,
    language: Language,
    form: Form,
    raw: dict[str, str],
    result: Result,
    *,
    is_json: bool,
) -> Response[Any]:
    slug = place.definition.slug
    if isinstance(result, DeclinedEntry):
        errors = errors_of(result)
        if any(error.code == "rules-changed" for error in errors):
            place = desk(request).place(slug, fresh=True)
        declined = msgspec.structs.replace(form, errors=errors)
        return _refuse(request, place, language, declined, raw, is_json=is_json)
    if isinstance(result, Pending):
        where = f"/c/{slug}/sent?lang={language}"
        if is_json:
            return Response({"state": "pending", "next": where}, status_code=202, headers={"cache-control": "no-store"})
        return see_other(where, "")
    where = f"/c/{slug}/receipt/{result.token}?lang={language}"
    if not is_json:
        return see_other(where, result.receipt.text())
    body = {
        "state": "accepted",
        "entry": result.entry,
        "entrant": result.entrant,
        "tickets": result.tickets,
        "place": result.receipt.index,
        "receipt": result.receipt.text(),
        "receipt_page": where,
    }
    return Response(body, status_code=201, headers={"cache-control": "no-store"})


def see_other(where: str, body: str) -> Response[str]:
    """Redirect after a post; the answer's own body is the receipt."""
    return Response(
        body, status_code=303, media_type=MediaType.TEXT, headers={"location": where, "cache-control": "no-store"}
    )


@get("/c/{slug:str}/sent")
@threaded
def sent(request: Web, slug: FromPath[str]) -> Response[str]:
    """Say: open the message we sent you."""
    place = desk(request).place(slug)
    return page(
        request, "campaign/sent.html", place.language(request), place=place, campaign=place.definition,
        mailbox=desk(request).settings.mailbox,
    )  # fmt: skip


@get("/c/{slug:str}/confirm/{token:str}")
@threaded
def confirm_page(request: Web, slug: FromPath[str], token: FromPath[str]) -> Response[str]:
    """The mailed link; a button, because mail scanners open links."""
    place = desk(request).place(slug, fresh=True)
    with desk(request).house.store.read() as tx:
        row = entries.by_token(tx, entry_token_digest(token))
        asked = parents.by_child(tx, entry_token_digest(token))
    if asked is not None and asked.campaign == place.id:
        return see_other(f"/c/{slug}/waiting/{token}?lang={place.language(request)}", "")
    if row is None or row.campaign != place.id:
        raise no_link(place, desk(request).clock())
    if row.state != "pending":
        return see_other(f"/c/{slug}/receipt/{token}", "")
    return page(
        request, "campaign/confirm.html", place.language(request), place=place, campaign=place.definition, token=token,
        again=_must_accept(place, row),
    )  # fmt: skip


def _must_accept(place: Place, row: EntryRow) -> bool:
    """Say whether the rules changed after the form was sent: the box is then to be ticked once more."""
    accepts = place.definition.rule(AcceptsRules) is not None
    return accepts and row.version != place.standing.version


@post("/c/{slug:str}/confirm/{token:str}", status_code=303)
async def confirm_entry(request: Web, slug: FromPath[str], token: FromPath[str]) -> Response[Any]:
    """Confirm: the entry counts from now on; where the rules changed, with the box that accepts them ticked."""
    raw = read_urlencoded(await request.body())
    return await asyncio.to_thread(_confirm_entry, request, slug, token, raw.get(RULES_FIELD, "")[:8])


def _confirm_entry(request: Web, slug: str, token: str, accepted: str) -> Response[Any]:
    place = desk(request).place(slug, fresh=True)
    result = confirm(desk(request).house, place.id, token, desk(request).clock(), accepted)
    if result is None:
        raise no_link(place, desk(request).clock())
    language = place.language(request)
    if isinstance(result, Accepted):
        return see_other(f"/c/{slug}/receipt/{token}?lang={language}", result.receipt.text())
    if isinstance(result, Pending):
        return see_other(f"/c/{slug}/waiting/{token}?lang={language}", "")
    assert isinstance(result, DeclinedEntry)
    if all(decision.reason == "rules-changed" for decision in result.objections):
        return page(
            request, "campaign/confirm.html", language, status=409, place=place, campaign=place.definition,
            token=token, again=True,
        )  # fmt: skip
    return page(
        request, "campaign/declined.html", language, status=409, place=place, campaign=place.definition,
        reasons=[error.text(language) for error in errors_of(result)],
    )  # fmt: skip


def no_link(place: Place, now: datetime) -> NotFound:
    """Return the refusal for a link that leads to no entry; after the closing no form is offered in its place."""
    return NotFound(
        "link-unknown",
        Text(fr="Un lien de participation en vigueur était attendu.", en="A link to an entry, still in force, was expected."),
        _NO_LINK_NOW if now < place.definition.closes_at else _NO_LINK_ANY_MORE.fill(**shut(place.definition, "closed").evidence),
    )  # fmt: skip


_NO_LINK_NOW = Text(
    fr="Les participations non confirmées sont effacées à la clôture, les autres après leur durée ou à la demande de la "
       "personne. Sinon, remplissez à nouveau le formulaire.",
    en="Unconfirmed entries are deleted at the closing, others after their time or when the person asks. Otherwise fill in "
       "the form again.",
)  # fmt: skip
_NO_LINK_ANY_MORE = Text(
    fr="Le jeu est clos depuis le {date_fr} : les participations non confirmées ont été effacées, les autres le sont après "
       "leur durée ou à la demande de la personne. On ne peut plus participer.",
    en="The contest closed on {date_en}: entries that were not confirmed have been deleted, others are after their time or "
       "when the person asks. Nobody can enter any more.",
)  # fmt: skip


def check_link(base: str, receipt: Receipt) -> str:
    """Return the address under which a browser checks a receipt. What follows `#` is never sent to a server."""
    digest = base64.urlsafe_b64encode(leaf_hash(receipt.record)).decode().rstrip("=")
    return f"{base}/verify#i={receipt.index}&h={digest}"


@get("/c/{slug:str}/receipt/{token:str}")
@threaded
def receipt_page(request: Web, slug: FromPath[str], token: FromPath[str]) -> Response[str]:
    """The receipt: where the entry stands, its proof, and what came of it."""
    place = desk(request).place(slug, fresh=True)
    with desk(request).house.store.read() as tx:
        row = entries.by_token(tx, entry_token_digest(token))
        if row is None or row.campaign != place.id or row.entrant is None or row.place is None:
            raise no_link(place, desk(request).clock())
        own = entries.of_entrant(tx, row.entrant)
        person = entries.entrant(tx, row.entrant)
        receipt = journals.receipt(tx, place.id, row.place)
        drawn = draws.get(tx, place.id)
        tie = ties.of_entrant(tx, place.id, row.entrant) if place.definition.commented else None
        units = {award.entrant: award for award in draws.awards(tx, place.id)}
        excluded = _exclusion(tx, place.id, row) if row.state == "excluded" else None
    check = check_link(f"{desk(request).house.url}/c/{slug}", receipt)
    tickets = sum(entry.tickets for entry in own if entry.state == "accepted")
    fate: dict[str, Any] = {}
    if drawn and drawn.seed and tickets:
        ranks = ranking_rows(drawn.ranking)
        fate = {
            "number": number(drawn.seed, row.entrant, tickets),
            "last": ranks[-1]["number"] if ranks else "",
            "rank": next((line["rank"] for line in ranks if line["entrant"] == row.entrant), ""),
            "award": units.get(row.entrant),
        }
    return page(
        request, "campaign/receipt.html", place.language(request), place=place, campaign=place.definition, entry=row,
        own=own, tickets=tickets, proof=receipt.text(), token=token, fate=fate, check=check, check_qr=qr_address(check),
        tie=tie, tie_code=shown(tie.code) if tie else "", asks_tie=_asks_tie(place, row, desk(request).clock()),
        referral=(person and person.referral) or "", excluded=excluded,
        house=desk(request).house, stage=place.stage,
    )  # fmt: skip


def _exclusion(tx: Tx, campaign: str, row: EntryRow) -> tuple[Text, str] | None:
    """Return why an entry is out, and the article of the rules, as the journal has it."""
    found = views.exclusion(tx, campaign, row)
    record = parse_record(found) if found else None
    return (CLAUSES[record.reason].text, record.clause) if isinstance(record, EntryExcluded) else None


def _asks_tie(place: Place, row: EntryRow, now: datetime) -> bool:
    """Say whether somebody may still say that an account is theirs: only who came by the page has an address of their own."""
    definition = place.definition
    by_page = "email" in entries.read_answers(row).values and row.state == "accepted"
    return definition.commented is not None and by_page and place.stage == "open" and now < definition.closes_at


@post("/c/{slug:str}/receipt/{token:str}/tie", status_code=303)
async def tie(request: Web, slug: FromPath[str], token: FromPath[str]) -> Redirect:
    """Give a code to post as a comment with the account that is named."""
    count_in(request)
    raw, _ = await read_body(request)
    await asyncio.to_thread(_tie, request, slug, token, str(raw.get("name", ""))[:400])
    return Redirect(f"/c/{slug}/receipt/{token}#tie", status_code=303)


def _tie(request: Web, slug: str, token: str, name: str) -> None:
    own = desk(request)
    ask_code(own.house, own.place(slug, fresh=True).id, token, name, own.clock())


@get("/c/{slug:str}/receipt/{token:str}/proof")
@threaded
def receipt_file(request: Web, slug: FromPath[str], token: FromPath[str]) -> Response[bytes]:
    """The receipt as a file (C2SP tlog-proof)."""
    place = desk(request).place(slug)
    with desk(request).house.store.read() as tx:
        row = entries.by_token(tx, entry_token_digest(token))
        if row is None or row.campaign != place.id or row.place is None:
            raise no_link(place, desk(request).clock())
        text = journals.receipt(tx, place.id, row.place).text()
    return Response(
        text.encode(),
        media_type="text/plain",
        headers={
            "content-disposition": f'attachment; filename="{receipt_name(slug, row.place)}"',
            "cache-control": "no-store",
        },
    )


@post("/c/{slug:str}/receipt/{token:str}/withdraw", status_code=303)
@threaded
def withdraw(request: Web, slug: FromPath[str], token: FromPath[str]) -> Redirect:
    """Take one's entries out."""
    place = desk(request).place(slug, fresh=True)
    moderate.withdraw(desk(request).house, place.id, token, desk(request).clock())
    return Redirect(f"/c/{slug}/receipt/{token}", status_code=303)


HANDLERS = [
    landing, challenge, enter, sent, confirm_page, confirm_entry, receipt_page, receipt_file, tie, withdraw,
]  # fmt: skip
