"""The calendar that a member of staff follows from a telephone: an address with a secret, shown once."""

import asyncio
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath

from contests.errors import NotFound, Text
from contests.flows.calendar import calendar, renew
from contests.store import figures
from contests.web.desk import desk
from contests.web.guards import may, same_site, signed_in, staff_form
from contests.web.render import language_of, page
from contests.web.threads import threaded

Web = Request[Any, Any, Any]


@get("/staff/calendar", guards=[signed_in, may("read")])
@threaded
def calendar_page(request: Web) -> Response[str]:
    """What the calendar holds, and the button that makes its address."""
    return _page(request, "")


def _page(request: Web, address: str) -> Response[str]:
    with desk(request).house.store.read() as tx:
        person = request.scope["state"]["staff"]
        there = figures.has_calendar(tx, person.id, person.organiser)
    return page(request, "staff/calendar.html", language_of(request), address=address, there=there)


@post("/staff/calendar", guards=[same_site, signed_in, may("read")], status_code=200)
async def calendar_form(request: Web) -> Response[str]:
    """Make a new address and show it, the only time: the store keeps its digest."""
    await staff_form(request)
    own, person = desk(request), request.scope["state"]["staff"]
    secret = await asyncio.to_thread(renew, own.house, person.id, person.organiser)
    return await asyncio.to_thread(_page, request, f"{own.house.url}/staff/calendar/{secret}.ics")


@get("/staff/calendar/{name:str}")
@threaded
def calendar_file(request: Web, name: FromPath[str]) -> Response[bytes]:
    """The feed. Whoever has the address reads the dates of the campaigns, and nothing else."""
    own = desk(request)
    found = calendar(own.house, name.removesuffix(".ics"), own.clock()) if name.endswith(".ics") else None
    if found is None:
        raise NotFound("calendar-unknown", Text(fr="Une adresse de calendrier en vigueur était attendue.", en="A calendar address still in force was expected."),
                       Text(fr="Faites-en une nouvelle depuis l’accueil de l’équipe.", en="Make a new one from the staff’s home page."))  # fmt: skip
    headers = {"content-disposition": 'inline; filename="contests.ics"', "cache-control": "no-store"}
    return Response(found, media_type="text/calendar", headers=headers)


HANDLERS = [calendar_page, calendar_form, calendar_file]
