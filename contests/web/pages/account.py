"""One's own account: language, password, sessions, second sign-in step."""

import asyncio
from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from contests.errors import Refused
from contests.flows import account, second_factor
from contests.flows.passkeys import site_of
from contests.flows.password import SHORTEST_PASSWORD
from contests.papers.qr import qr_address
from contests.store import passkeys, staff
from contests.web.desk import desk
from contests.web.guards import may, pressed, same_site, signed_in, staff_form
from contests.web.pages.sign_in import address_of
from contests.web.render import language_of, page
from contests.web.threads import threaded

Web = Request[Any, Any, Any]


def me(request: Web, refused: Refused | None = None, *, status: int = 200) -> Response[str]:
    """Return the page of one's own account."""
    own, person = desk(request), request.scope["state"]["staff"]
    with own.house.store.read() as tx:
        left, keys = staff.recovery_left(tx, person.id), passkeys.of(tx, person.id)
    return page(
        request, "staff/me.html", language_of(request), status=status, refused=refused, shortest=SHORTEST_PASSWORD,
        sessions=account.sessions(own.house, person.id, own.clock()), here=request.scope["state"]["session"], left=left,
        done=request.query_params.get("done", ""), keys=keys, keys_here=site_of(own.house) is not None,
    )  # fmt: skip


@get("/staff/me", guards=[signed_in, may("account")])
@threaded
def me_page(request: Web) -> Response[str]:
    """Language, password, second step, sessions."""
    return me(request)


@post("/staff/me", guards=[same_site, signed_in, may("account")], status_code=303)
async def me_form(request: Web) -> Response[Any]:
    """Change the password, or end one session or all others, by the button that was pressed."""
    form = await staff_form(request)
    try:
        done = await asyncio.to_thread(_step, request, form)
    except Refused as refused:
        return await asyncio.to_thread(me, request, refused, status=422)
    return Redirect(done, status_code=303)


def _step(request: Web, form: dict[str, Any]) -> str:
    own, state = desk(request), request.scope["state"]
    person, here, do = state["staff"], state["session"], pressed(form, "password", "end", "end-others")
    if do == "password":
        account.change_password(
            own.house, person.id, str(form.get("old", "")), str(form.get("password", "")), session=here,
            address=address_of(request), limit=own.settings.limit_sign_in, now=own.clock(),
        )  # fmt: skip
        return "/staff/me?done=password"
    if do == "end":
        account.end_sessions(own.house, person.id, only=str(form.get("session", "")) or "-", now=own.clock())
    elif do == "end-others":
        account.end_sessions(own.house, person.id, but=here, now=own.clock())
    return "/staff/me"


def _second_factor(request: Web, secret: str, refused: Refused | None = None) -> Response[str]:
    own, person = desk(request), request.scope["state"]["staff"]
    return page(
        request, "staff/second_factor.html", language_of(request), status=422 if refused else 200, refused=refused,
        secret=secret, qr=qr_address(second_factor.enrolment(secret, person.email, own.house)),
        required=own.settings.second_step and second_factor.lacks_two_steps(own.house, person.id),
    )  # fmt: skip


@get("/staff/me/second-factor", guards=[signed_in, may("account")])
@threaded
def second_factor_page(request: Web) -> Response[Any]:
    """Show a new secret, to be confirmed by a code; nothing is kept before that."""
    if request.scope["state"]["staff"].second_factor:
        return Redirect("/staff/me", status_code=303)
    return _second_factor(request, second_factor.new_secret(desk(request).house))


@post("/staff/me/second-factor", guards=[same_site, signed_in, may("account")], status_code=303)
async def second_factor_form(request: Web) -> Response[Any]:
    """Switch the second step on, and show the recovery codes this once; or switch it off for the password."""
    own, form, person = desk(request), await staff_form(request), request.scope["state"]["staff"]
    if form.get("do") == "off":
        try:
            await asyncio.to_thread(
                second_factor.turn_off, own.house, person.id, str(form.get("factor-password", "")),
                address=address_of(request), limit=own.settings.limit_sign_in, now=own.clock(),
            )  # fmt: skip
        except Refused as refused:
            refused.where = "factor-password"
            return await asyncio.to_thread(me, request, refused, status=422)
        return Redirect("/staff/me", status_code=303)
    secret = str(form.get("secret", ""))
    try:
        codes = await asyncio.to_thread(
            second_factor.turn_on, own.house, person.id, secret, str(form.get("code", "")), str(form.get("factor-password", "")),
            session=request.scope["state"]["session"], address=address_of(request), limit=own.settings.limit_sign_in, now=own.clock(),
        )  # fmt: skip
    except Refused as refused:
        if not second_factor.is_secret(secret):
            secret = second_factor.new_secret(own.house)
        return await asyncio.to_thread(_second_factor, request, secret, refused)
    return page(request, "staff/recovery.html", language_of(request), codes=codes)


HANDLERS = [me_page, me_form, second_factor_page, second_factor_form]
