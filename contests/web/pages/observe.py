"""What an officer who records the page finds on one sheet: who answers, when, and where the campaign stands."""

from datetime import UTC
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath

from contests.draw.beacon import QUICKNET, announced_round
from contests.journal.checkpoint import parse_checkpoint
from contests.store import journals, views
from contests.web.desk import Desk, desk
from contests.web.pages.entry import shown_stage
from contests.web.pages.live import exact
from contests.web.render import page
from contests.web.software import software_digest
from contests.web.threads import threaded

Web = Request[Any, Any, Any]


def seen_address(request: Web, own: Desk) -> tuple[str, str]:
    """Return the visitor's address as the server sees it, and where it comes from.

    `connection`; `proxy`: a declared proxy named it; `ignored`: an undeclared proxy named one that is not believed.
    """
    client = request.client
    if client is None:
        return "", "connection"
    told = "x-forwarded-for" in request.headers
    # The server puts the port 0 where a declared proxy named the address.
    if told and own.settings.forwarded_from and client.port == 0:
        return client.host, "proxy"
    return client.host, "ignored" if told else "connection"


@get("/c/{slug:str}/observe")
@threaded
def observe(request: Web, slug: FromPath[str]) -> Response[str]:
    """The sheet. Nothing of the visit is kept."""
    own = desk(request)
    place = own.place(slug, fresh=True)
    now = own.clock().replace(microsecond=0)
    with own.house.store.read() as tx:
        row = views.draw_head(tx, place.id)
        head = journals.head(tx, place.id)
    checkpoint, _ = parse_checkpoint(head.checkpoint)
    language, zone = place.language(request), place.definition.timezone
    number = row.round if row else announced_round(place.definition.draw.source, place.standing.draws_at)
    address, origin = seen_address(request, own)
    times = {
        "opens": place.definition.opens_at,
        "closes": place.definition.closes_at,
        "freezes": place.standing.freezes_at,
        "draws": place.standing.draws_at,
        "round": QUICKNET.time_of(number) if number else None,
        "frozen": row.frozen_at if row else None,
        "drawn": row.drawn_at if row else None,
    }
    return page(
        request, "campaign/observe.html", language, cache_control="no-store", place=place, campaign=place.definition,
        stage=shown_stage(place, own.clock()), now=now.astimezone(UTC), local=exact(now, zone, language), address=address,
        origin=origin, agent=request.headers.get("user-agent", "")[:500], host=request.headers.get("host", "")[:200],
        house=own.house, digest=software_digest(), draw=row, head=head, checkpoint=checkpoint, round=number,
        times={name: exact(at, zone, language) if at else "" for name, at in times.items()},
    )  # fmt: skip


HANDLERS = [observe]
