"""Several organisers: which one is shown, what one is invited to; and, for who looks after the installation, all of them."""

import asyncio
from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from contests.errors import NotFound, Refused
from contests.flows import organisers
from contests.flows.roles import ROLES
from contests.store import organisers as kept
from contests.web.desk import desk
from contests.web.guards import may, pressed, same_site, signed_in, staff_form, texts_of
from contests.web.render import language_of, page
from contests.web.threads import threaded

Web = Request[Any, Any, Any]


@get("/staff/organisers", guards=[signed_in, may("read")])
@threaded
def organisers_page(request: Web) -> Response[str]:
    """Where one belongs, and what one is invited to."""
    own = desk(request)
    places, waiting = organisers.mine(own.house, request.scope["state"]["staff"], own.clock())
    return page(
        request, "staff/organisers.html", language_of(request), places=places, waiting=waiting, roles=ROLES
    )  # fmt: skip


@post("/staff/organisers", guards=[same_site, signed_in, may("read")], status_code=303)
async def organisers_form(request: Web) -> Redirect:
    """Change to another organiser, or join one, by the button that was pressed."""
    form, own, state = await staff_form(request), desk(request), request.scope["state"]
    step, named = (organisers.accept, "invitation") if form.get("do") == "accept" else (organisers.switch, "organiser")
    await asyncio.to_thread(
        step, own.house, state["staff"], state["session"], str(form.get(named, "")), own.clock()
    )  # fmt: skip
    return Redirect("/staff", status_code=303)


def _installation(
    request: Web, refused: Refused | None = None, typed: dict[str, str] | None = None, *, status: int = 200
) -> Response[str]:
    with desk(request).house.store.read() as tx:
        rows = kept.everything(tx)
    return page(
        request, "staff/installation.html", language_of(request), status=status, rows=rows, refused=refused,
        typed=typed or {},
    )  # fmt: skip


@get("/staff/installation", guards=[signed_in, may("organisers")])
@threaded
def installation_page(request: Web) -> Response[str]:
    """All organisers by name, without their campaigns."""
    return _installation(request)


@post("/staff/installation", guards=[same_site, signed_in, may("organisers")], status_code=303)
async def installation_form(request: Web) -> Response[Any]:
    """Make an organiser, give one another name, invite its first owner again, by the button that was pressed."""
    form = texts_of(await staff_form(request))
    try:
        await asyncio.to_thread(_step, request, form)
    except NotFound:
        raise
    except Refused as refused:
        return await asyncio.to_thread(_installation, request, refused, form, status=422)
    return Redirect("/staff/installation", status_code=303)


def _step(request: Web, form: dict[str, str]) -> None:
    own, by, do = desk(request), request.scope["state"]["staff"], pressed(form, "make", "rename", "appoint")
    now, language, which = own.clock(), form.get("language", ""), form.get("organiser", "")
    if do == "make":
        organisers.make(
            own.house, by, name=form.get("name", ""), email=form.get("email", ""), language=language, now=now
        )  # fmt: skip
    elif do == "rename":
        _at(f"name-{which}", organisers.rename, own.house, by, which, form.get("name", ""), now)
    elif do == "appoint":
        _at(
            f"email-{which}", organisers.appoint, own.house, by, which, email=form.get("email", ""), language=language,
            now=now,
        )  # fmt: skip


def _at(where: str, step: Any, *given: Any, **named: Any) -> None:  # noqa: ANN401 - handed on as it is
    """Take a step; a refusal points at the field of this organiser's card."""
    try:
        step(*given, **named)
    except NotFound:
        raise
    except Refused as refused:
        refused.where = where
        raise


HANDLERS = [organisers_page, organisers_form, installation_page, installation_form]
