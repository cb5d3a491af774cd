"""Comments: the staff’s page of posts, files and what came of each comment; the public one tells whether mine counts."""

import asyncio
import io
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from contests.campaign.definition import Campaign
from contests.errors import NotFound, Refused, Text
from contests.flows import posts as steps
from contests.flows.import_comments import import_comments
from contests.flows.judge import SAYS
from contests.flows.platforms import NAMES
from contests.journal.receipt import Receipt
from contests.store import comments as kept
from contests.store import journals
from contests.store.comment_tables import CommentRow, PostRow, SweepRow
from contests.store.session import Tx
from contests.store.tables import CampaignRow
from contests.web.desk import desk, row_of
from contests.web.guards import may, same_site, signed_in, staff_form, texts_of, upload_of
from contests.web.limits import entry_limits
from contests.web.pages.entry import check_link, read_body, shown_stage
from contests.web.pages.room import room_page
from contests.web.render import page
from contests.web.threads import threaded

Web = Request[Any, Any, Any]
PAGE = 50
UPLOAD = 64 * 1024 * 1024
STATES = ("accepted", "declined", "unknown", "new", "gone")


class Listed(msgspec.Struct, frozen=True):
    """A post as the page shows it: its last sweep that ended, or the one under way."""

    post: PostRow
    sweep: SweepRow | None
    counts: dict[str, int]


@get("/staff/c/{slug:str}/comments", guards=[signed_in, may("read")])
@threaded
def comments_page(request: Web, slug: FromPath[str]) -> Response[Any]:
    """Posts, how complete their lists are, and the comments."""
    row = row_of(request, slug)
    return _page(request, row) if row.stage != "draft" else Redirect(f"/staff/c/{slug}")


def _page(
    request: Web, row: CampaignRow, refused: Refused | None = None, typed: dict[str, str] | None = None, did: str = ""
) -> Response[str]:
    query = request.query_params
    wanted = {
        "post": query.get("post", "")[:32],
        "state": query.get("state", "") if query.get("state", "") in STATES else "",
        "reason": query.get("reason", "")[:60],
    }
    number = max(int(query["page"]), 1) if query.get("page", "").isdecimal() and len(query["page"]) < 6 else 1
    with desk(request).house.store.read() as tx:
        rows = kept.posts(tx, row.id)
        counts = kept.counts(tx, row.id)
        listed = [_listed(tx, one, counts) for one in rows]
        start = (number - 1) * PAGE
        found = kept.page(
            tx,
            row.id,
            identity=wanted["post"],
            state=wanted["state"],
            reason=wanted["reason"],
            start=start,
            most=PAGE + 1,
        )
    return room_page(
        request, row, "staff/comments.html", status=422 if refused else 200, listed=listed, found=found[:PAGE],
        more=len(found) > PAGE, number=number, wanted=wanted, refused=refused, typed=typed or {}, did=did, names=NAMES,
        totals=_totals(counts), reasons=_reasons(counts), posts={one.id: one for one in rows}, says=SAYS, states=STATES,
        now=desk(request).clock(), vaulted=bool(request.app.state.platforms.vault.key),
    )  # fmt: skip


def _listed(tx: Tx, row: PostRow, counts: list[tuple[str, str, str, bool, int]]) -> Listed:
    own = [one for one in counts if one[0] == row.id]
    return Listed(row, kept.sweep(tx, row.id, row.sweep), _totals(own))


def _totals(counts: list[tuple[str, str, str, bool, int]]) -> dict[str, int]:
    """Return the comments by state; one that is gone is that alone."""
    found = dict.fromkeys(STATES, 0)
    for _, state, _, gone, number in counts:
        found["gone" if gone else state] += number
    return found


def _reasons(counts: list[tuple[str, str, str, bool, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for _, state, reason, gone, number in counts:
        if reason and not gone and state in {"declined", "unknown"}:
            found[reason] = found.get(reason, 0) + number
    return dict(sorted(found.items(), key=lambda one: -one[1]))


@post("/staff/c/{slug:str}/comments", guards=[same_site, signed_in, may("moderate")], status_code=303,
      request_max_body_size=UPLOAD)  # fmt: skip
async def comments_form(request: Web, slug: FromPath[str]) -> Response[Any]:
    """Add a post, import a file, pause, take up again, finish or give a token, by the button that was pressed."""
    form = await staff_form(request)
    return await asyncio.to_thread(_step, request, slug, form)


def _step(request: Web, slug: str, form: dict[str, Any]) -> Response[Any]:
    own, row, typed = desk(request), row_of(request, slug), texts_of(form)
    by: dict[str, Any] = {"staff_name": request.scope["state"]["staff"].name, "now": own.clock()}
    platforms, do, identity = request.app.state.platforms, typed.get("do", ""), typed.get("post", "")
    try:
        if do == "add":
            steps.add_post(
                own.house, platforms, row.id, channel=typed.get("channel", ""), address=typed.get("address", ""),
                token=typed.get("token", ""), **by,
            )  # fmt: skip
        elif do == "token":
            steps.set_token(own.house, platforms, row.id, identity, token=typed.get("token", ""), **by)
        elif do == "import":
            name, data = upload_of(form, "file")
            told = import_comments(
                own.house,
                row.id,
                io.BytesIO(data),
                name,
                channel=typed.get("channel", ""),
                site=typed.get("site", ""),
                **by,
            )
            return _page(request, row, did=told.sentence(request.scope["state"]["staff"].language))
        elif do in {"pause", "resume", "finish"}:
            {"pause": steps.pause, "resume": steps.resume, "finish": steps.finish}[do](
                own.house, row.id, identity, **by
            )
    except NotFound:
        raise
    except Refused as refused:
        # A token that was typed is not sent back.
        return _page(request, row, refused, {name: value for name, value in typed.items() if name != "token"})
    return Redirect(f"/staff/c/{slug}/comments", status_code=303)


class Answered(msgspec.Struct, frozen=True):
    """One comment of whoever asks: why it counts or not, its tickets, where it stands in the journal."""

    comment: CommentRow
    post: PostRow
    why: Text | None
    tickets: int
    place: int | None
    check: str


@get("/c/{slug:str}/comments")
@threaded
def ask_page(request: Web, slug: FromPath[str]) -> Response[Any]:
    """Tell whether a comment counts."""
    return _ask(request, slug, None)


@post("/c/{slug:str}/comments", status_code=200, middleware=entry_limits())
async def ask_form(request: Web, slug: FromPath[str]) -> Response[Any]:
    """Answer for a handle; it travels in the body, so that no address holds it."""
    raw, _ = await read_body(request)
    return await asyncio.to_thread(_ask, request, slug, raw.get("handle", "")[:320])


def _ask(request: Web, slug: str, typed: str | None) -> Response[Any]:
    own = desk(request)
    place = own.place(slug)
    definition = place.definition
    if definition.commented is None:
        raise NotFound("comments-undeclared", Text(fr="Un jeu qui se joue aussi en commentaires était attendu.",
                                                   en="A contest that takes comments was expected."),
                       Text(fr="Participez sur la page du jeu.", en="Enter on the contest’s page."))  # fmt: skip
    answers = _answers(request, place.id, definition, typed) if typed else []
    return page(
        request, "campaign/comments.html", place.language(request), place=place, campaign=definition,
        stage=shown_stage(place, own.clock()), typed=typed, answers=answers, names=NAMES, base_url=own.house.url, cache_control="no-store",
    )  # fmt: skip


def _answers(request: Web, campaign: str, definition: Campaign, typed: str) -> list[Answered]:
    handle = typed.strip().lstrip("@＠").casefold()
    own = desk(request)
    with own.house.store.read() as tx:
        rows = kept.by_handle(tx, campaign, handle) if handle else []
        posts = {one.id: one for one in kept.posts(tx, campaign)}
        places = kept.places(tx, [row.entrant for row in rows if row.entrant], campaign)
        receipts = {place: journals.receipt(tx, campaign, place) for place in set(places.values())}
    base = f"{own.house.url}/c/{definition.slug}"
    return [_answered(row, posts[row.post], places.get(row.entry), receipts, base) for row in rows]


def _answered(
    row: CommentRow, post: PostRow, place: int | None, receipts: dict[int, Receipt], base: str
) -> Answered:  # fmt: skip
    evidence = msgspec.json.decode(row.evidence, type=dict[str, str | int]) if row.evidence else {}
    why = SAYS[row.reason].fill(**evidence) if row.reason in SAYS else None
    check = check_link(base, receipts[place]) if place is not None else ""
    return Answered(row, post, why, 1 if row.state == "accepted" else 0, place, check)


HANDLERS = [comments_page, comments_form, ask_page, ask_form]
