"""The winner's own page: the offer and its answer, what is shown, how the prize travels, how the winner is named."""

import asyncio
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath

from contests.campaign.claim import Claim, documents_of, questions_of, read_claim
from contests.campaign.files import KEPT_DAYS, LARGEST
from contests.errors import NotFound, Refused, StageRefused
from contests.flows import deliver, naming, settle, show
from contests.flows.house import token_digest
from contests.papers.names import below
from contests.store import draws, entries, handovers
from contests.store.session import Tx
from contests.store.tables import AwardRow
from contests.web.desk import Place, desk
from contests.web.guards import clean, form_of, same_site
from contests.web.pages.entry import read_body, see_other
from contests.web.path import path_of
from contests.web.render import page
from contests.web.threads import threaded

Web = Request[Any, Any, Any]


def _award(tx: Tx, place: Place, token: str) -> AwardRow:
    found = draws.award_by_token(tx, token_digest(token))
    if found is None or found.campaign != place.id:
        raise settle.no_offer()
    return found


def _page(
    request: Web, slug: str, token: str, claim: Claim | None = None, error: str = "", status: int = 200
) -> Response[str]:
    own = desk(request)
    place = own.place(slug, fresh=True)
    definition, language = place.definition, place.language(request)
    with own.house.store.read() as tx:
        award = _award(tx, place, token)
        way = handovers.get(tx, place.id, award.unit, award.entrant)
        shown = handovers.shown(tx, place.id, award.unit, award.entrant)
        rows = entries.of_entrant(tx, award.entrant)
    declared = definition.publication
    levels = [(level, naming.name_of(definition, rows, level or declared)) for level in ("", *below(declared))]
    return page(
        request, "campaign/claim.html", language, status=status, place=place, campaign=definition, award=award, way=way,
        prize=definition.prize_of(award.unit), token=token, claim=claim or Claim({}, {}), error=error, now=own.clock(),
        questions=questions_of(definition, award.unit), documents=documents_of(definition, award.unit), shown=shown,
        steps=path_of(award, way), kept=KEPT_DAYS, largest=LARGEST // 1024 // 1024, levels=[(level, name) for level, name in levels if name or level == "none"],
    )  # fmt: skip


@get("/c/{slug:str}/claim/{token:str}")
@threaded
def claim_page(request: Web, slug: FromPath[str], token: FromPath[str]) -> Response[str]:
    """The offer of a prize, provisional; later the way of the prize."""
    return _page(request, slug, token)


@post("/c/{slug:str}/claim/{token:str}", status_code=303, request_max_body_size=64 * 1024)
async def claim(request: Web, slug: FromPath[str], token: FromPath[str]) -> Response[Any]:
    """Answer the offer."""
    raw, _ = await read_body(request)
    return await asyncio.to_thread(_answer, request, slug, token, raw)


def _answer(request: Web, slug: str, token: str, raw: dict[str, str]) -> Response[Any]:
    own = desk(request)
    place = own.place(slug, fresh=True)
    with own.house.store.read() as tx:
        award = _award(tx, place, token)
    read = read_claim(place.definition, award.unit, raw)
    if read.errors:
        return _page(request, slug, token, read, status=422)
    settle.claim(own.house, place.id, token, read.answers, own.clock())
    return _back(request, slug, token)


def _back(request: Web, slug: str, token: str) -> Response[str]:
    place = desk(request).place(slug)
    return see_other(f"/c/{slug}/claim/{token}?lang={place.language(request)}", "")


@post("/c/{slug:str}/claim/{token:str}/document/{document:str}", guards=[same_site], status_code=303,
      request_max_body_size=LARGEST + 64 * 1024)  # fmt: skip
async def document_form(
    request: Web, slug: FromPath[str], token: FromPath[str], document: FromPath[str]
) -> Response[Any]:
    """Take a document that the winner shows."""
    form = await form_of(request)
    file = form.get("file")
    data = b"" if file is None or isinstance(file, str) else await file.read()
    return await asyncio.to_thread(_show, request, slug, token, document, data)


def _show(request: Web, slug: str, token: str, document: str, data: bytes) -> Response[Any]:
    own = desk(request)
    place = own.place(slug, fresh=True)
    try:
        show.send_document(own.house, place.id, token, document, data, own.clock())
    except (NotFound, StageRefused):
        raise
    except Refused as refused:
        return _page(request, slug, token, error=refused.sentence(place.language(request)), status=422)
    return _back(request, slug, token)


@post("/c/{slug:str}/claim/{token:str}/hand", guards=[same_site], status_code=303)
@threaded
def received_form(request: Web, slug: FromPath[str], token: FromPath[str]) -> Response[Any]:
    """The prize is in the winner's hands."""
    own = desk(request)
    deliver.winner_received(own.house, own.place(slug, fresh=True).id, token, own.clock())
    return _back(request, slug, token)


@post("/c/{slug:str}/claim/{token:str}/name", guards=[same_site], status_code=303, request_max_body_size=16 * 1024)
async def name_form(request: Web, slug: FromPath[str], token: FromPath[str]) -> Response[Any]:
    """Choose how to be named, from what is declared downwards."""
    raw, _ = await read_body(request)
    own = desk(request)
    place = await asyncio.to_thread(own.place, slug, fresh=True)
    level = clean(raw.get("level", ""))[:40]
    await asyncio.to_thread(deliver.name_as, own.house, place.id, token, level, own.clock())
    return _back(request, slug, token)


HANDLERS = [claim_page, claim, document_form, received_form, name_form]
