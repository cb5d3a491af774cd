"""The people of an organiser: who they are, who is invited, who looks on, and what happened to accounts."""

import asyncio
from datetime import date
from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from contests.errors import NotFound, Refused
from contests.flows import account_acts, people
from contests.flows.roles import ACCOUNTS, ROLES
from contests.store import campaigns, organisers, staff, views
from contests.web.desk import desk
from contests.web.guards import may, pressed, same_site, signed_in, staff_form, texts_of
from contests.web.render import language_of, page
from contests.web.threads import threaded

Web = Request[Any, Any, Any]
MOST_ACTS = 200


def _people(
    request: Web, refused: Refused | None = None, typed: dict[str, str] | None = None, *, status: int = 200
) -> Response[str]:
    own, here = desk(request), request.scope["state"]["staff"].organiser
    now = own.clock()
    with own.house.store.read() as tx:
        rows = organisers.members(tx, here)
        invitations = staff.invitations(tx, here)
        observers = staff.observers(tx, here, now)
        acts = views.account_actions(tx, here, MOST_ACTS)
        published = {row.id: (row.slug, campaigns.read_definition(row.definition)) for row in views.listed(tx, here)}
    return page(
        request, "staff/people.html", language_of(request), status=status, refused=refused, typed=typed or {},
        rows=rows, invitations=invitations, observers=observers, published=published, now=now, roles=ROLES,
        accounts=ACCOUNTS, acts=[(act, account_acts.tell(act)) for act in acts],
    )  # fmt: skip


@get("/staff/people", guards=[signed_in, may("people")])
@threaded
def people_page(request: Web) -> Response[str]:
    """Who has an account, who is invited, who looks on, and the journal of all that."""
    return _people(request)


@post("/staff/people", guards=[same_site, signed_in, may("people")], status_code=303)
async def people_form(request: Web) -> Response[Any]:
    """Invite, change a role, deactivate, cancel, by the button that was pressed."""
    form = texts_of(await staff_form(request))
    try:
        await asyncio.to_thread(_step, request, form)
    except NotFound:
        raise
    except Refused as refused:
        return await asyncio.to_thread(_people, request, refused, form, status=422)
    person = request.scope["state"]["staff"]
    # Who gives the role away themselves can no longer see this page.
    given_away = form.get("person") == person.id and form.get("do") in {"role", "deactivate"}
    return Redirect("/staff" if given_away else "/staff/people", status_code=303)


def _step(request: Web, form: dict[str, str]) -> None:
    own, by = desk(request), request.scope["state"]["staff"]
    do = pressed(form, "invite", "cancel", "role", "deactivate", "observer", "end-observer")
    now = own.clock()
    if do == "invite":
        people.invite(own.house, by, form.get("email", ""), form.get("role", ""), form.get("language", ""), now)
    elif do == "cancel":
        people.cancel(own.house, by, form.get("invitation", ""), now)
    elif do == "role":
        people.change_role(own.house, by, form.get("person", ""), form.get("role", ""), now)
    elif do == "deactivate":
        people.deactivate(own.house, by, form.get("person", ""), now)
    elif do == "observer":
        try:
            last = date.fromisoformat(form.get("last", ""))
        except ValueError:
            last = None
        people.invite_observer(
            own.house, by, email=form.get("observer-email", ""), name=form.get("observer-name", ""),
            slug=form.get("campaign", ""), last=last, language=form.get("observer-language", ""), now=now,
        )  # fmt: skip
    elif do == "end-observer":
        people.end_observer(own.house, by, form.get("observer", ""), now)


HANDLERS = [people_page, people_form]
