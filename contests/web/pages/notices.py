"""What is told to people at each step, as it is sent; what staff may add."""

import asyncio
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from contests.errors import NotFound, Refused
from contests.flows.words import LONGEST, add_words, samples
from contests.store.tables import CampaignRow
from contests.web.desk import desk, row_of
from contests.web.guards import may, same_site, signed_in, staff_form
from contests.web.pages.room import room_page
from contests.web.render import language_of
from contests.web.threads import threaded

Web = Request[Any, Any, Any]


def _page(request: Web, row: CampaignRow, refused: Refused | None = None, **typed: str) -> Response[str]:
    kinds = samples(desk(request).house, row.id, desk(request).clock())
    return room_page(
        request, row, "staff/notices.html", status=422 if refused else 200, kinds=kinds, refused=refused, typed=typed,
        longest=LONGEST,
    )  # fmt: skip


@get("/staff/c/{slug:str}/notices", guards=[signed_in, may("read")])
@threaded
def notices_page(request: Web, slug: FromPath[str]) -> Response[str]:
    """Every message, in each language."""
    return _page(request, row_of(request, slug))


@post("/staff/c/{slug:str}/notices", guards=[same_site, signed_in, may("award")], status_code=303)
async def notices_form(request: Web, slug: FromPath[str]) -> Response[Any]:
    """Keep what is added to a message, unless the law is against it."""
    form = await staff_form(request)
    return await asyncio.to_thread(_keep, request, slug, form)


def _keep(request: Web, slug: str, form: dict[str, Any]) -> Response[Any]:
    own, row = desk(request), row_of(request, slug)
    said = {name: str(form.get(name, "")) for name in ("kind", "language", "text")}
    try:
        add_words(own.house, row.id, **said, staff_name=request.scope["state"]["staff"].name, now=own.clock())
    except NotFound:
        raise
    except Refused as refused:
        return _page(request, row, refused, **said)
    return Redirect(f"/staff/c/{slug}/notices?lang={language_of(request)}#{said['kind']}", status_code=303)


HANDLERS = [notices_page, notices_form]
