"""Trying out: a made-up case before the rules."""

import asyncio
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath

from contests.campaign.definition import Campaign
from contests.campaign.form import PAGE_CHANNEL, Form, FormError, questions
from contests.campaign.trial import Judged, Trial, judge
from contests.errors import Text
from contests.flows import publish
from contests.rules.closed_question import ClosedQuestion
from contests.store import campaigns
from contests.store.campaigns import Standing
from contests.store.tables import CampaignRow
from contests.web.desk import Place, desk
from contests.web.guards import same_site, signed_in, staff_form
from contests.web.pages.entry import shown_stage
from contests.web.pages.staff import language_of
from contests.web.render import page
from contests.web.threads import threaded

Web = Request[Any, Any, Any]
MOST = 999
_COUNTS = ("earlier", "today", "household")
_NUMBER = Text(fr="Un nombre de 0 à 999 était attendu.", en="A number from 0 to 999 was expected.")
_TIME = Text(
    fr="Une date et une heure étaient attendues, par exemple 2027-01-05T10:00.",
    en="A date and a time were expected, for example 2027-01-05T10:00.",
)
_CODES = {"free": Text(fr="valable", en="valid"), "used": Text(fr="déjà utilisé", en="already used"),
          "unknown": Text(fr="inconnu", en="unknown")}  # fmt: skip


def found(request: Web, slug: str) -> tuple[CampaignRow, Place]:
    """Return a campaign's row and the campaign as a page shows it; a draft's definition is its text. Raises Refused."""
    own = desk(request)
    with own.house.store.read() as tx:
        row = campaigns.by_slug(tx, slug)
    if row.stage != "draft":
        return row, Place(campaigns.stand(row), row.digest)
    definition = publish.review(row, own.clock())[0]
    return row, Place(Standing(row.id, "draft", definition, "", 1, definition.freezes_at, definition.draws_at), "")


@get("/staff/c/{slug:str}/try", guards=[signed_in])
@threaded
def try_page(request: Web, slug: FromPath[str]) -> Response[str]:
    """A case to fill in, at a time when the contest is open."""
    row, place = found(request, slug)
    campaign, now = place.definition, desk(request).clock()
    at = now if campaign.opens_at <= now < campaign.closes_at else campaign.opens_at
    local = at.astimezone(ZoneInfo(campaign.timezone)).strftime("%Y-%m-%dT%H:%M")
    return _page(request, row, place, {"at": local, "checked": "on", "confirmed": "on"})


@post("/staff/c/{slug:str}/try", guards=[same_site, signed_in], status_code=200)
async def try_form(request: Web, slug: FromPath[str]) -> Response[str]:
    """What each rule says of the case; nothing is written, and nothing typed stands in an address."""
    form = await staff_form(request)
    return await asyncio.to_thread(_tried, request, slug, {key: str(value) for key, value in form.items()})


def _tried(request: Web, slug: str, raw: dict[str, str]) -> Response[str]:
    row, place = found(request, slug)
    trial, errors = read_trial(place.definition, raw, place.standing.version)
    if trial is None:
        return _page(request, row, place, raw, errors=errors, status=422)
    right = _right_answers(request, row, place.definition)
    return _page(request, row, place, raw, judge(place.definition, msgspec.structs.replace(trial, right_answers=right)))


def read_trial(campaign: Campaign, raw: dict[str, str], version: int) -> tuple[Trial | None, tuple[FormError, ...]]:
    """Read the form; the time is local to the campaign's zone. Returns the case, or what to mend."""
    errors = []
    counts = {}
    for name in _COUNTS:
        typed = raw.get(f"case-{name}", "0").strip() or "0"
        if not (typed.isascii() and typed.isdecimal() and len(typed) < 6 and int(typed) <= MOST):
            errors.append(FormError(f"case-{name}", "number", _NUMBER))
            continue
        counts[name] = int(typed)
    try:
        local = datetime.fromisoformat(raw.get("case-at", "").strip())
        at = local if local.tzinfo else local.replace(tzinfo=ZoneInfo(campaign.timezone))
        at.astimezone(ZoneInfo("UTC"))
    except (ValueError, OverflowError):
        errors.append(FormError("case-at", "time", _TIME))
    if errors:
        return None, tuple(errors)
    known = {channel.id for channel in campaign.channels}
    earlier_channel = raw.get("case-earlier-channel", "")
    code = raw.get("case-code", "free")
    return Trial(
        values=raw,
        at=at,
        earlier=counts["earlier"],
        today=counts["today"],
        household=counts["household"],
        earlier_channel=earlier_channel if earlier_channel in known else PAGE_CHANNEL,
        confirmed=bool(raw.get("case-confirmed")),
        checked=bool(raw.get("case-checked")),
        on_list=bool(raw.get("case-listed")),
        code="used" if code == "used" else "unknown" if code == "unknown" else "free",
        version=version,
    ), ()


def _right_answers(request: Web, row: CampaignRow, campaign: Campaign) -> tuple[str, ...]:
    """Return the right answers of a published campaign; in a draft they stand in the rule itself."""
    question = campaign.rule(ClosedQuestion)
    if not isinstance(question, ClosedQuestion) or not question.sealed:
        return ()
    with desk(request).house.store.read() as tx:
        sealed = campaigns.sealed_answers(tx, row.id)
    return sealed[question.sealed][1] if question.sealed in sealed else ()


def _page(
    request: Web,
    row: CampaignRow,
    place: Place,
    raw: dict[str, str],
    judged: Judged | None = None,
    errors: tuple[FormError, ...] = (),
    status: int = 200,
) -> Response[str]:
    campaign = place.definition
    shown = {name: raw.get(f"case-{name}", raw.get(name, "")) for name in ("at", "checked", "confirmed", "listed")}
    shown |= {name: raw.get(f"case-{name}", "0") for name in _COUNTS}
    shown |= {"via": raw.get("via", ""), "earlier-channel": raw.get("case-earlier-channel", ""), "code": raw.get("case-code", "free")}  # fmt: skip
    kinds = {rule.tag() for rule in campaign.rules}
    own = errors or (judged.errors if judged else ())
    return page(
        request, "staff/try.html", language_of(request), status=status, row=row, place=place, campaign=campaign, error="",
        stage="draft" if row.stage == "draft" else shown_stage(place, desk(request).clock()), judged=judged, case=shown,
        questions=questions(campaign), form=Form(raw, errors=own), kinds=kinds, codes=_CODES, refused=errors,
    )  # fmt: skip


HANDLERS = [try_page, try_form]
