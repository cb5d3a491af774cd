"""What waits for a second person: the list of all, and each campaign's, with what exactly will happen."""

import asyncio
from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from contests.campaign.definition import Campaign
from contests.errors import NotFound, Refused, Text
from contests.flows import four_eyes
from contests.flows.proposed import KINDS, Asked, Exclude, Kind, Release, decode
from contests.papers.clauses import CLAUSES, Clause
from contests.store import draws, entries, proposals, views
from contests.store.session import Tx
from contests.store.tables import CampaignRow, ProposalRow
from contests.web.desk import desk, row_of
from contests.web.guards import may, pressed, same_site, signed_in, staff_form
from contests.web.pages.entry import shown_stage
from contests.web.pages.room import zipped
from contests.web.pages.trying import found
from contests.web.render import language_of, page
from contests.web.threads import threaded

Web = Request[Any, Any, Any]
SHOWN = 500  # people of one act: who releases it sees whom it is about


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """One proposal as the pages show it: what will be done, to whom (address or pseudonym), whether it still fits."""

    row: ProposalRow
    kind: Kind
    asked: Asked
    people: tuple[tuple[str, str], ...] = ()
    more: int = 0
    clause: Clause | None = None
    prize: str = ""
    fits: bool = True


def shown(tx: Tx, row: ProposalRow, definition: Campaign | None, language: str) -> Shown:
    """Return a proposal in words."""
    asked = decode(row.asked)
    pseudonyms: tuple[str, ...] = ()
    clause, prize = None, ""
    fits = row.state != "waiting" or four_eyes.fits(tx, row)
    if isinstance(asked, Exclude):
        pseudonyms, clause = asked.entrants, CLAUSES.get(asked.reason)
    elif isinstance(asked, Release):
        award = draws.award(tx, row.campaign, asked.unit)
        # Who holds it now may be another person than the one it was prepared for.
        pseudonyms = (award.entrant,) if award and fits else ()
        prize = definition.say(definition.prize_of(asked.unit).title, language) if definition else asked.unit
    named = [(one, entries.entrant(tx, one)) for one in pseudonyms[:SHOWN]]
    return Shown(
        row=row, kind=KINDS[row.kind], asked=asked,
        people=tuple((one, (person and person.email) or one[:8]) for one, person in named),
        more=max(0, len(pseudonyms) - SHOWN), clause=clause, prize=prize,
        fits=fits,
    )  # fmt: skip


@get("/staff/waiting", guards=[signed_in, may("read")])
@threaded
def all_waiting(request: Web) -> Response[str]:
    """Everything that waits, in all campaigns."""
    own = desk(request)
    with own.house.store.read() as tx:
        rows = {row.id: row for row in views.everything(tx, request.scope["state"]["staff"].organiser)}
        waiting = [(row, rows[row.campaign]) for row in proposals.waiting(tx) if row.campaign in rows]
        fits = {row.id: four_eyes.fits(tx, row) for row, _ in waiting}
        rooms = [row for row in rows.values() if row.stage == "frozen" and proposals.readings(tx, row.id)]
    titles = {row.id: _title(request, row) for row in [*(row for _, row in waiting), *rooms]}
    return page(
        request, "staff/all_waiting.html", language_of(request), waiting=waiting, kinds=KINDS, titles=titles, fits=fits,
        rooms=rooms,
    )  # fmt: skip


def _title(request: Web, row: CampaignRow) -> str:
    definition = found(request, row.slug)[1].definition
    return definition.say(definition.title, language_of(request))


@get("/staff/c/{slug:str}/waiting", guards=[signed_in, may("read")])
@threaded
def waiting_page(request: Web, slug: FromPath[str]) -> Response[str]:
    """What waits in one campaign, and what was decided."""
    return _page(request, slug)


def _page(request: Web, slug: str, refused: Refused | None = None, typed: str = "") -> Response[str]:
    own, language = desk(request), language_of(request)
    row, place = found(request, slug)
    with own.house.store.read() as tx:
        waiting = [shown(tx, one, place.definition, language) for one in proposals.waiting(tx, row.id)]
        decided = [shown(tx, one, place.definition, language) for one in proposals.decided(tx, row.id)]
        readings = proposals.readings(tx, row.id) if row.stage == "frozen" else []
    where = refused.where if refused and refused.where.startswith("reason-") else ""
    return page(
        request, "staff/waiting.html", language, status=422 if refused else 200, row=row, place=place,
        campaign=place.definition, stage=shown_stage(place, own.clock()), waiting=waiting, decided=decided,
        readings=readings, refused=refused, typed=typed,
        error="" if where or refused is None else refused.sentence(language),
    )  # fmt: skip


@post("/staff/c/{slug:str}/waiting", guards=[same_site, signed_in, may("moderate")], status_code=303)
async def waiting_form(request: Web, slug: FromPath[str]) -> Response[Any]:
    """Release, refuse or take back; the ability that the act itself takes is asked for as well."""
    form = await staff_form(request)
    try:
        await asyncio.to_thread(_step, request, slug, form, desk(request).clock())
    except Refused as refused:
        return await asyncio.to_thread(_page, request, slug, refused, str(form.get("reason", "")))
    return Redirect(f"/staff/c/{slug}/waiting", status_code=303)


def _step(request: Web, slug: str, form: dict[str, Any], now: datetime) -> None:
    house, person, proposal = desk(request).house, request.scope["state"]["staff"], str(form.get("proposal", ""))
    campaign = row_of(request, slug).id
    if pressed(form, "release", "refuse") == "release":
        four_eyes.release(house, campaign, proposal, person, now)
    else:
        four_eyes.refuse(house, campaign, proposal, person, str(form.get("reason", "")), now)


@get("/staff/c/{slug:str}/waiting/{action:str}", guards=[signed_in, may("moderate")])
@threaded
def waiting_evidence(request: Web, slug: FromPath[str], action: FromPath[str]) -> Response[bytes]:
    """The evidence of an exclusion that waits, for the person who decides on it."""
    campaign = row_of(request, slug).id
    with desk(request).house.store.read() as tx:
        row = next((one for one in proposals.waiting(tx, campaign) if one.id == action and one.evidence), None)
    if row is None:
        raise NotFound("evidence-unknown", Text(fr="Une pièce était attendue.", en="A file was expected."),
                       Text(fr="Rechargez la page.", en="Reload the page."), found=action[:40])  # fmt: skip
    asked = decode(row.asked)
    return zipped(asked.evidence if isinstance(asked, Exclude) else "", row.evidence)


HANDLERS = [all_waiting, waiting_page, waiting_form, waiting_evidence]
