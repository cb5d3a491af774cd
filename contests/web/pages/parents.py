"""The parent's page: what it is about, what is kept, agree or refuse; and the page where a minor sees what came of it."""

import asyncio
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath

from contests.campaign.form import error_of
from contests.campaign.retention import items
from contests.errors import Text
from contests.flows import parents as asking
from contests.flows.enter import DeclinedEntry
from contests.rules.parent_agrees import FIELD
from contests.web.desk import Place, desk
from contests.web.guards import form_of, same_site
from contests.web.pages.entry import no_link, see_other
from contests.web.render import page
from contests.web.threads import threaded

Web = Request[Any, Any, Any]
SURE = Text(
    fr="Cochez la case : seul un titulaire de l’autorité parentale peut donner cet accord.",
    en="Tick the box: only a parent or guardian can give this agreement.",
)
BACK = Text(
    fr="Cochez la case pour confirmer que vous retirez votre accord.",
    en="Tick the box to confirm that you take your agreement back.",
)


def _page(
    request: Web, place: Place, token: str, error: tuple[str, Text] | None = None, status: int = 200
) -> Response[str]:
    told = asking.request_of(desk(request).house, place.id, token)
    if told is None:
        raise no_link(place, desk(request).clock())
    days = next((item.days for item in items(place.definition) if item.name == FIELD), 0)
    return page(
        request, "campaign/parent.html", place.language(request), status=status, cache_control="no-store", place=place,
        campaign=place.definition, token=token, told=told, days=days, error=error, stage=place.stage,
    )  # fmt: skip


@get("/c/{slug:str}/parent/{token:str}")
@threaded
def parent_page(request: Web, slug: FromPath[str], token: FromPath[str]) -> Response[str]:
    """The mailed link. Nothing is answered by opening it: mail scanners open links."""
    return _page(request, desk(request).place(slug, fresh=True), token)


@post("/c/{slug:str}/parent/{token:str}", guards=[same_site], status_code=303, request_max_body_size=16 * 1024)
async def parent_form(request: Web, slug: FromPath[str], token: FromPath[str]) -> Response[Any]:
    """Agree, refuse, or take an agreement back."""
    form = await form_of(request)
    do, accepted = str(form.get("do", "")), str(form.get("rules", ""))[:8]
    return await asyncio.to_thread(_answer, request, slug, token, do, accepted, sure=bool(form.get("sure")))


def _answer(request: Web, slug: str, token: str, do: str, accepted: str, *, sure: bool) -> Response[Any]:
    own = desk(request)
    place = own.place(slug, fresh=True)
    language, here = place.language(request), f"/c/{slug}/parent/{token}"
    if do == "refuse":
        asking.refuse(own.house, place.id, token, own.clock())
    elif not sure:
        return _page(request, place, token, ("sure", BACK if do == "back" else SURE), 422)
    elif do == "back":
        if asking.take_back(own.house, place.id, token, own.clock()):
            return see_other(f"/c/{slug}/erased?lang={language}", "")
    elif do == "agree":
        result = asking.agree(own.house, place.id, token, own.clock(), accepted)
        if isinstance(result, DeclinedEntry) and all(one.reason == "rules-changed" for one in result.objections):
            return _page(request, own.place(slug, fresh=True), token, status=409)
        if isinstance(result, DeclinedEntry):
            return page(
                request, "campaign/declined.html", language, status=409, place=place, campaign=place.definition,
                reasons=[error_of(decision).text(language) for decision in result.objections],
            )  # fmt: skip
    return see_other(f"{here}?lang={language}", "")


@get("/c/{slug:str}/waiting/{token:str}")
@threaded
def waiting_page(request: Web, slug: FromPath[str], token: FromPath[str]) -> Response[str]:
    """What came of the request, for the minor who entered."""
    place = desk(request).place(slug, fresh=True)
    told = asking.request_for(desk(request).house, place.id, token)
    if told is None:
        raise no_link(place, desk(request).clock())
    return page(
        request, "campaign/waiting.html", place.language(request), cache_control="no-store", place=place,
        campaign=place.definition, told=told, stage=place.stage, mailbox=desk(request).settings.mailbox,
    )  # fmt: skip


HANDLERS = [parent_page, parent_form, waiting_page]
