"""What people ask in comments, answered from the campaign as it stands, to be copied."""

import asyncio
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from contests.draw.beacon import announced_round
from contests.errors import LANGUAGES, Refused
from contests.flows import attend
from contests.papers.replies import Facts, replies
from contests.store import attention, views
from contests.web.desk import Place, desk, row_of
from contests.web.guards import may, same_site, signed_in, staff_form, texts_of
from contests.web.pages.entry import shown_stage
from contests.web.pages.room import published, room_page
from contests.web.render import spaced
from contests.web.threads import threaded

Web = Request[Any, Any, Any]


def facts_of(request: Web, place: Place) -> Facts:
    """Return what the replies rest on."""
    own = desk(request)
    with own.house.store.read() as tx:
        row = views.draw_head(tx, place.id)
    return Facts(
        definition=place.definition,
        stage=shown_stage(place, own.clock()),
        base=f"{own.house.url}/c/{place.definition.slug}",
        freezes_at=place.standing.freezes_at,
        draws_at=place.standing.draws_at,
        pool=row.digest if row else "",
        round=row.round if row else announced_round(place.definition.draw.source, place.standing.draws_at),
        entrants=row.entrants if row else 0,
    )


@get("/staff/c/{slug:str}/replies", guards=[signed_in, may("read")])
@threaded
def replies_page(request: Web, slug: FromPath[str]) -> Response[str]:
    """The replies in both languages, and those that the staff wrote."""
    return _page(request, slug)


def _page(
    request: Web, slug: str, refused: Refused | None = None, typed: dict[str, str] | None = None
) -> Response[str]:
    row, place = published(request, slug)
    told = [
        (reply, {language: spaced(reply.answer[language], language) for language in LANGUAGES})
        for reply in replies(facts_of(request, place))
    ]
    with desk(request).house.store.read() as tx:
        own = attention.saved_replies(tx, row.id)
    return room_page(
        request, row, "staff/replies.html", status=422 if refused else 200, replies=told, own=own, refused=refused,
        typed=typed or {},
    )  # fmt: skip


@post("/staff/c/{slug:str}/replies", guards=[same_site, signed_in, may("moderate")], status_code=303)
async def replies_form(request: Web, slug: FromPath[str]) -> Response[Any]:
    """Keep a reply of one’s own, or delete one."""
    form = await staff_form(request)
    return await asyncio.to_thread(_step, request, slug, texts_of(form))


def _step(request: Web, slug: str, typed: dict[str, str]) -> Response[Any]:
    own, row = desk(request), row_of(request, slug)
    number = typed.get("reply", "")
    if typed.get("do") == "drop" and number.isdecimal() and len(number) < 19:
        attend.drop_reply(own.house, row.id, int(number))
    elif typed.get("do") == "save":
        by = {"staff_name": request.scope["state"]["staff"].name, "now": own.clock()}
        try:
            attend.save_reply(own.house, row.id, title=typed.get("title", ""), text=typed.get("text", ""), **by)
        except Refused as refused:
            return _page(request, slug, refused, typed)
    return Redirect(f"/staff/c/{slug}/replies#own", status_code=303)


HANDLERS = [replies_page, replies_form]
