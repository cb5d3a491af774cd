"""What people ask in comments, answered from the campaign as it stands, to be copied."""

from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath

from contests.draw.beacon import announced_round
from contests.errors import LANGUAGES
from contests.papers.replies import Facts, replies
from contests.store import views
from contests.web.desk import Place, desk
from contests.web.guards import may, signed_in
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
    """The replies in both languages."""
    row, place = published(request, slug)
    told = [
        (reply, {language: spaced(reply.answer[language], language) for language in LANGUAGES})
        for reply in replies(facts_of(request, place))
    ]
    return room_page(request, row, "staff/replies.html", replies=told)


HANDLERS = [replies_page]
