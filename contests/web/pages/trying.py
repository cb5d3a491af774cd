"""Trying out: a made-up case before the rules, and a whole campaign rehearsed in a store of its own."""

import asyncio
import re
import threading
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath

from contests.campaign.definition import Campaign
from contests.campaign.form import PAGE_CHANNEL, Form, FormError, questions
from contests.campaign.trial import Judged, Trial, judge
from contests.errors import NotFound, Refused, Text
from contests.flows import publish
from contests.flows.house import wrong_stage
from contests.flows.rehearse import PEOPLE, Rehearsed, rehearse
from contests.rules.closed_question import ClosedQuestion
from contests.store import campaigns
from contests.store.campaigns import Standing
from contests.store.tables import CampaignRow
from contests.web.desk import Place, desk, row_of
from contests.web.guards import may, same_site, signed_in, staff_form
from contests.web.pages.entry import shown_stage
from contests.web.render import language_of, page
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
    row = row_of(request, slug)
    if row.stage != "draft":
        return row, Place(campaigns.stand(row), row.digest)
    definition = publish.definition_of(row)
    return row, Place(Standing(row.id, "draft", definition, "", 1, definition.freezes_at, definition.draws_at), "")


@get("/staff/c/{slug:str}/try", guards=[signed_in, may("read")])
@threaded
def try_page(request: Web, slug: FromPath[str]) -> Response[str]:
    """A case to fill in, at a time when the contest is open."""
    row, place = found(request, slug)
    campaign, now = place.definition, desk(request).clock()
    at = now if campaign.opens_at <= now < campaign.closes_at else campaign.opens_at
    local = at.astimezone(ZoneInfo(campaign.timezone)).strftime("%Y-%m-%dT%H:%M")
    return _page(request, row, place, {"at": local, "checked": "on", "confirmed": "on", "rules": "on"})


@post("/staff/c/{slug:str}/try", guards=[same_site, signed_in, may("read")], status_code=200)
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
    code, parent = raw.get("case-code", "free"), raw.get("case-parent", "")
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
        parent="agreed" if parent == "agreed" else "refused" if parent == "refused" else "unasked",
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
    shown |= {"via": raw.get("via", ""), "earlier-channel": raw.get("case-earlier-channel", ""), "code": raw.get("case-code", "free"), "parent": raw.get("case-parent", "")}  # fmt: skip
    kinds = {rule.tag() for rule in campaign.rules}
    own = errors or (judged.errors if judged else ())
    return page(
        request, "staff/try.html", language_of(request), status=status, row=row, place=place, campaign=campaign, error="",
        stage="draft" if row.stage == "draft" else shown_stage(place, desk(request).clock()), judged=judged, case=shown,
        questions=questions(campaign), form=Form(raw, errors=own), kinds=kinds, codes=_CODES, refused=errors, trying=True,
    )  # fmt: skip


_ONE_AT_A_TIME = threading.Lock()
_MINUTES = re.compile(r"minutes-(fr|en)\.pdf")


@lru_cache(maxsize=4)
def _rehearsed(definition: bytes, name: str, url: str) -> Rehearsed:
    """Rehearse a definition; the same one gives the same bytes, so that the last few are kept for their downloads."""
    return rehearse(campaigns.read_definition(definition), name, url)


def _rehearsal(request: Web, place: Place) -> Rehearsed:
    """Rehearse a draft, one rehearsal at a time: it is a few seconds of work. Raises Refused."""
    if place.stage != "draft":
        raise wrong_stage(place.stage, "draft")
    house = desk(request).house
    with _ONE_AT_A_TIME:
        return _rehearsed(place.definition.bytes(), house.name, house.url)


def _rehearsal_page(
    request: Web, row: CampaignRow, place: Place, told: Rehearsed | None = None, error: str = "", status: int = 200
) -> Response[str]:
    if place.stage != "draft":
        raise wrong_stage(place.stage, "draft")
    return page(
        request, "staff/rehearse.html", language_of(request), status=status, row=row, place=place, error=error,
        campaign=place.definition, stage="draft", told=told, people=PEOPLE,
    )  # fmt: skip


@get("/staff/c/{slug:str}/rehearse", guards=[signed_in, may("read")])
@threaded
def rehearse_page(request: Web, slug: FromPath[str]) -> Response[str]:
    """The button."""
    return _rehearsal_page(request, *found(request, slug))


@post("/staff/c/{slug:str}/rehearse", guards=[same_site, signed_in, may("read")], status_code=200)
async def rehearse_form(request: Web, slug: FromPath[str]) -> Response[str]:
    """Rehearse the whole campaign and tell what came of it; the installation's own store is only read."""
    await staff_form(request)
    return await asyncio.to_thread(_play, request, slug)


def _play(request: Web, slug: str) -> Response[str]:
    row, place = found(request, slug)
    try:
        return _rehearsal_page(request, row, place, _rehearsal(request, place))
    except Refused as refused:
        if place.stage != "draft":
            raise
        return _rehearsal_page(request, row, place, error=refused.sentence(language_of(request)), status=422)


@get("/staff/c/{slug:str}/rehearse/{name:str}", guards=[signed_in, may("read")])
@threaded
def rehearsal_file(request: Web, slug: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """The bundle (`bundle.zip`) or the minutes (`minutes-fr.pdf`) of the draft's rehearsal."""
    _, place = found(request, slug)
    wanted = _MINUTES.fullmatch(name)
    files = {}
    if wanted or name == "bundle.zip":
        told = _rehearsal(request, place)
        files = {"bundle.zip": told.bundle} | {f"minutes-{code}.pdf": pdf for code, pdf in told.minutes.items()}
    if name not in files:
        raise NotFound("not-there", Text(fr="Un fichier de la répétition était attendu.", en="A file of the rehearsal was expected."),
                       Text(fr="Revenez à la répétition.", en="Go back to the rehearsal."), found=name[:80])  # fmt: skip
    return Response(
        files[name],
        media_type="application/pdf" if wanted else "application/zip",
        headers={"content-disposition": f'attachment; filename="{slug}-REHEARSAL-{name}"', "cache-control": "no-store"},
    )


HANDLERS = [try_page, try_form, rehearse_page, rehearse_form, rehearsal_file]
