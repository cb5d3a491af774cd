"""Amendments: the staff's page that shows what one changes and what it means, and the public page of each in force."""

import asyncio
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from contests.campaign.amendment import LONGEST_REASON, Amended, Effect
from contests.errors import Language, NotFound, Refused, StageRefused, Text
from contests.flows import amend
from contests.flows.acknowledge import acknowledge
from contests.flows.amend import Review
from contests.flows.four_eyes import submit
from contests.flows.proposed import Amend
from contests.flows.publish import LARGEST_PICTURE, missing_pictures, papers_of
from contests.papers.amended import changed
from contests.papers.difference import Said, say
from contests.papers.redline import Passage, redline
from contests.store import amendments, campaigns, proposals, views
from contests.store.session import Tx
from contests.store.tables import AmendmentRow, CampaignRow
from contests.web.desk import desk, row_of
from contests.web.guards import may, pressed, same_site, signed_in, staff_form, uploaded_picture
from contests.web.pages.room import room_page
from contests.web.pages.steps import spots_of, steps_of
from contests.web.render import language_of, page
from contests.web.threads import threaded

Web = Request[Any, Any, Any]
SHORT = "public, max-age=5"


class Shown(msgspec.Struct, frozen=True):
    """A change as the staff's page shows it."""

    effect: Effect
    said: Said
    why: Text


@get("/staff/c/{slug:str}/amend", guards=[signed_in, may("read")])
@threaded
def amend_page(request: Web, slug: FromPath[str]) -> Response[Any]:
    """The amendment that is being prepared; or how one is begun, and those in force."""
    row = row_of(request, slug)
    if row.stage == "draft":
        return Redirect(f"/staff/c/{slug}")
    return _page(request, row)


def _page(
    request: Web,
    row: CampaignRow,
    refused: Refused | None = None,
    given: dict[str, Any] | None = None,
    status: int = 200,
) -> Response[str]:
    own, language = desk(request), language_of(request)
    given = given or {}
    with own.house.store.read() as tx:
        copy = amendments.working(tx, row.id)
        context = _review(tx, row, copy, language, own.clock()) if copy else {}
        past = context["review"].history if copy else amend.amendments_of(tx, row.id)
        known = campaigns.acknowledged(tx, row.id)
        second = [one for one in proposals.waiting(tx, row.id) if one.kind == "amend"]
    asked = str(given.get("remark", "")), str(given.get("reason", "")), ""
    if refused and refused.where == "reason":
        asked = (*asked[:2], f"{refused.expected(language)} {refused.todo(language)}")
    told = refused if refused and not refused.where.startswith(("reason", "release_reason")) else None
    return room_page(
        request, row, "staff/amend.html", status=status, error=told.sentence(language) if told else "",
        refused=refused, asked=asked, given=given, known=known, past=past, copy=copy, possible=_possible(request, row),
        longest=LONGEST_REASON, second=second, **{"review": None, **context},
    )  # fmt: skip


def _possible(request: Web, row: CampaignRow) -> bool:
    try:
        amend.may_change(row, desk(request).clock())
    except StageRefused:
        return False
    return True


def _review(tx: Tx, row: CampaignRow, copy: AmendmentRow, language: Language, now: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return what the page needs of a working copy."""
    found = amend.review_of(tx, row, copy, now)
    remarks = tuple(remark for remark in found.remarks if remark.level != "record")
    return {
        "review": found,
        "missing": missing_pictures(found.after, views.media_names(tx, row.id)),
        "shown": [
            Shown(change.effect, say(change.difference, found.before, found.after, language), change.why)
            for change in found.changes
        ],
        "remarks": remarks,
        "spots": spots_of(remarks, copy),
        "steps": steps_of(found.remarks),
        "passages": _text_changes(tx, row, found, language, now),
    }


def _text_changes(tx: Tx, row: CampaignRow, found: Review, wanted: Language, now: Any) -> tuple[Passage, ...]:  # noqa: ANN401
    """Return the difference of the rules text in the reader's language, or else in the contest's first."""
    spoken = [language for language in found.before.languages if language in found.after.languages]
    language = wanted if wanted in spoken else spoken[0] if spoken else None
    paper = views.paper(tx, row.id, row.version, language) if language else None
    if paper is None or language is None:
        return ()
    own = Amended(number=found.number, at=now, reason="", before=found.before, after=found.after)
    return redline(paper.data, papers_of(found.after, row.version + 1, (*found.history, own))[language])


@post("/staff/c/{slug:str}/amend", guards=[same_site, signed_in, may("publish")], status_code=303,
      request_max_body_size=LARGEST_PICTURE + 64 * 1024)  # fmt: skip
async def amend_form(request: Web, slug: FromPath[str]) -> Response[Any]:
    """Begin, acknowledge a warning, upload a picture, publish or give up, by the button that was pressed."""
    form = await staff_form(request)
    row = await asyncio.to_thread(row_of, request, slug)
    try:
        done = await asyncio.to_thread(_step, request, row, form)
    except Refused as refused:
        return await asyncio.to_thread(_page, request, row_of(request, slug), refused, form, 422)
    return Redirect(done, status_code=303)


def _step(request: Web, row: CampaignRow, form: dict[str, Any]) -> str:
    own, name = desk(request), request.scope["state"]["staff"].name
    do = pressed(form, "begin", "discard", "acknowledge", "picture", "publish")
    here = f"/staff/c/{row.slug}/amend"
    if do == "begin":
        amend.begin(own.house, row.id, name, own.clock())
        return f"/staff/c/{row.slug}/edit/essentials"
    if do == "discard":
        amend.discard(own.house, row.id)
    elif do == "acknowledge":
        remark, reason = str(form.get("remark", "")), str(form.get("reason", ""))
        acknowledge(own.house, row.id, remark, reason=reason, staff_name=name, now=own.clock())
    elif do == "picture":
        amend.add_picture(own.house, row.id, *uploaded_picture(form), now=own.clock())
    elif do == "publish":
        reasons: amend.Reasons = {"fr": str(form.get("reason_fr", "")), "en": str(form.get("reason_en", ""))}
        asked = Amend(reasons=reasons, mark=str(form.get("mark", "")))
        if not submit(own.house, row.id, asked, request.scope["state"]["staff"], own.clock()):
            return f"/staff/c/{row.slug}/waiting"
    return here


@post("/staff/c/{slug:str}/amend/release", guards=[same_site, signed_in, may("release")], status_code=303)
async def release_form(request: Web, slug: FromPath[str]) -> Response[Any]:
    """Let the changes against entrants through, as they were read, for a reason that is kept."""
    own, form = desk(request), await staff_form(request)
    row = await asyncio.to_thread(row_of, request, slug)
    try:
        await asyncio.to_thread(
            amend.release, own.house, row.id, str(form.get("seen", "")), reason=str(form.get("release_reason", "")),
            staff_name=request.scope["state"]["staff"].name, now=own.clock(),
        )  # fmt: skip
    except Refused as refused:
        return await asyncio.to_thread(_page, request, row_of(request, slug), refused, form, 422)
    return Redirect(f"/staff/c/{slug}/amend", status_code=303)


@get("/c/{slug:str}/amendments/{number:int}")
@threaded
def amendment_page(request: Web, slug: FromPath[str], number: FromPath[int]) -> Response[str]:
    """One amendment in force: when, why, what changed, and how the rules text reads now."""
    own = desk(request)
    place = own.place(slug)
    language = place.language(request)
    with own.house.store.read() as tx:
        past = amend.amendments_of(tx, place.id) if place.standing.version > 1 else ()
        if not 1 <= number <= len(past):
            raise NotFound(
                "amendment-unknown",
                Text(fr="Un avenant en vigueur était attendu.", en="An amendment in force was expected."),
                Text(fr="Le règlement nomme les siens.", en="The rules name theirs."),
                found=str(number)[:20],
            )
        old, new = (views.paper(tx, place.id, version, language) for version in (number, number + 1))
    amended = past[number - 1]
    return page(
        request, "campaign/amendment.html", language, cache_control=SHORT, place=place, campaign=place.definition,
        amended=amended, past=past, said=changed(amended, language),
        passages=redline(old.data, new.data) if old and new else (),
    )  # fmt: skip


HANDLERS = [amend_page, amend_form, release_form, amendment_page]
