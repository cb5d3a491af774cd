"""The form alone, in a frame on sites that the campaign names; its own answers stay in the frame.

No cookie is set or read here, so there is nothing that a framing site could borrow; what can be undone or claimed
(receipt, prize) is never shown in a frame.
"""

from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.exceptions import PermissionDeniedException
from litestar.params import FromPath
from litestar.types import ASGIApp

from contests.campaign.form import Form, read_form
from contests.errors import Language
from contests.flows.enter import DeclinedEntry, Pending
from contests.flows.house import entry_token_digest
from contests.store import entries
from contests.web.desk import Place, desk
from contests.web.limits import count_in
from contests.web.pages.entry import (
    TRAP,
    against,
    errors_of,
    no_link,
    read_body,
    see_other,
    shown_stage,
    spoken,
    status_for,
    submission_of,
)
from contests.web.pages.sign_in import address_of
from contests.web.ready import Ready, packed
from contests.web.render import page, rendered
from contests.web.threads import threaded

Web = Request[Any, Any, Any]
HEADERS = {"content-type": "text/html; charset=utf-8", "cache-control": "no-store", "vary": "Accept-Language"}


def _open(request: Web, slug: str) -> Place:
    """Return the campaign, the answer framed by its own sites. Raises NotFound; PermissionDenied where it names none."""
    return _let_in(request, desk(request).place(slug))


def _let_in(request: Web, place: Place) -> Place:
    if not place.definition.embedders:
        raise PermissionDeniedException
    request.scope["state"]["framed_by"] = place.definition.embedders
    return place


def _framed(
    request: Web,
    place: Place,
    language: Language,
    step: str,
    *,
    form: Form | None = None,
    status: int = 200,
    token: str = "",
) -> Response[str]:
    raw = form.values if form else {}
    via = raw.get("via") or request.query_params.get("via", "")[:80]
    stage = shown_stage(place, desk(request).clock())
    shown = _shown(place, stage, via, form or Form({}), mailbox=desk(request).settings.mailbox)
    return page(request, "campaign/embed.html", language, status=status, step=step, token=token, **shown)


def _shown(place: Place, stage: str, via: str, form: Form, *, mailbox: bool) -> dict[str, Any]:
    """Return all that the frame shows but the step and its token."""
    return {
        "place": place, "campaign": place.definition, "embedded": True, "stage": stage, "questions": place.questions,
        "form": form, "trap": TRAP, "ref": "", "via": via, "mailbox": mailbox,
    }  # fmt: skip


@get("/c/{slug:str}/embed")
async def embed_page(request: Web, slug: FromPath[str]) -> ASGIApp:
    """The form, for a frame: the same bytes for everybody, as those of the campaign's own page."""
    own = desk(request)
    place = _let_in(request, await own.soon(slug))
    language, stage = place.language(request), shown_stage(place, own.clock())
    via, mailbox = place.channel(request.query_params.get("via", "")), own.settings.mailbox

    def make() -> Ready:
        shown = _shown(place, stage, via, Form({}), mailbox=mailbox)
        body = rendered("campaign/embed.html", language, step="form", token="", **shown).encode()
        return Ready(body, HEADERS, packed(body), tagged=False)

    page: ASGIApp = await own.pages.take(("framed", slug, language, stage, via), place, make)
    return page


@post("/c/{slug:str}/embed", status_code=303, request_max_body_size=256 * 1024)
async def embed_form(request: Web, slug: FromPath[str]) -> Response[Any]:
    """Enter from within the frame; the answer comes after the commit."""
    count_in(request)
    own = desk(request)
    raw, _ = await read_body(request)
    own.place_for(slug, raw)
    place = _open(request, slug)
    language = spoken(raw, place, request)
    form = read_form(place.definition, raw, language, place.questions)
    kept = msgspec.structs.replace(form, values=form.values | {"via": raw.get("via", "")[:80]})
    if form.answers is None or form.email is None:
        kept = msgspec.structs.replace(kept, errors=against(place, form, own.clock()))
        return _framed(request, place, language, "form", form=kept, status=status_for(kept.errors))
    result = await own.gatherer.submit(
        place.id, submission_of(own, request.app.state.limits, form, raw, address_of(request))
    )
    if isinstance(result, DeclinedEntry):
        errors = errors_of(result)
        if any(error.code == "rules-changed" for error in errors):
            place = own.place(slug, fresh=True)
        kept = msgspec.structs.replace(kept, errors=errors)
        return _framed(request, place, language, "form", form=kept, status=status_for(errors))
    if isinstance(result, Pending):
        return see_other(f"/c/{slug}/embed/sent?lang={language}", "")
    return see_other(f"/c/{slug}/embed/done/{result.token}?lang={language}", "")


@get("/c/{slug:str}/embed/sent")
@threaded
def embed_sent(request: Web, slug: FromPath[str]) -> Response[str]:
    """Say, in the frame: open the message we sent you."""
    place = _open(request, slug)
    return _framed(request, place, place.language(request), "sent")


@get("/c/{slug:str}/embed/done/{token:str}")
@threaded
def embed_done(request: Web, slug: FromPath[str], token: FromPath[str]) -> Response[str]:
    """Say, in the frame, that the entry is in; the receipt opens in a window of its own."""
    place = _open(request, slug)
    with desk(request).house.store.read() as tx:
        row = entries.by_token(tx, entry_token_digest(token))
    if row is None or row.campaign != place.id or row.place is None:
        raise no_link(place, desk(request).clock())
    return _framed(request, place, place.language(request), "done", token=token)


HANDLERS = [embed_page, embed_form, embed_sent, embed_done]
