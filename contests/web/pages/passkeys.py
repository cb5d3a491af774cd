"""Passkeys: added and removed on one's own account, and used to come in."""

import asyncio
from datetime import timedelta
from typing import Any

from litestar import Request, Response, post
from litestar.datastructures import Cookie
from litestar.response import Redirect

from contests.errors import Language, Refused, Text
from contests.flows import passkeys
from contests.flows.sign_in import half_way
from contests.web.desk import desk
from contests.web.guards import COOKIE, cookie_of, may, same_site, sent_cookie, signed_in, staff_form
from contests.web.limits import count_in
from contests.web.pages.account import me
from contests.web.pages.sign_in import (
    SMALL,
    address_of,
    browser_of,
    come_in,
    first_page,
    second_step,
    sign_in_again,
    typed_in,
)
from contests.web.render import language_of, page, wanted_language

Web = Request[Any, Any, Any]
ASKED = "contests_passkey"  # the cookie that a challenge is bound to before there is a session


def _refusal(refused: Refused, language: Language) -> Response[dict[str, str]]:
    """Return a refusal as the script shows it, beside the field it is about."""
    return Response({"error": f"{refused.expected(language)} {refused.todo(language)}"}, status_code=422)


def _json(options: str) -> Response[bytes]:
    return Response(options.encode(), media_type="application/json", headers={"cache-control": "no-store"})


@post("/staff/me/passkeys/options", guards=[same_site, signed_in, may("account")], status_code=200)
async def new_options(request: Web) -> Response[Any]:
    """What a browser needs to make a passkey, for the password."""
    own, form, state = desk(request), await staff_form(request), request.scope["state"]
    try:
        options = await asyncio.to_thread(
            passkeys.ask_new, own.house, state["staff"], state["session"], str(form.get("passkey-password", "")),
            address=address_of(request), limit=own.settings.limit_sign_in, now=own.clock(),
        )  # fmt: skip
    except Refused as refused:
        return _refusal(refused, language_of(request))
    return _json(options)


@post("/staff/me/passkeys", guards=[same_site, signed_in, may("account")], status_code=303)
async def passkeys_form(request: Web) -> Response[Any]:
    """Keep the passkey that was made, or remove one, by the button that was pressed."""
    own, form, state = desk(request), await staff_form(request), request.scope["state"]
    try:
        if form.get("do") == "remove":
            await asyncio.to_thread(
                passkeys.remove, own.house, state["staff"], str(form.get("passkey", ""))[:1400],
                str(form.get("remove-password", "")), address=address_of(request), limit=own.settings.limit_sign_in,
                now=own.clock(),
            )  # fmt: skip
            return Redirect("/staff/me?done=passkey-removed", status_code=303)
        codes = await asyncio.to_thread(
            passkeys.add, own.house, state["staff"], state["session"], str(form.get("passkey-name", "")),
            str(form.get("credential", "")), own.clock(),
        )  # fmt: skip
    except Refused as refused:
        return await asyncio.to_thread(me, request, refused, status=422)
    if codes:
        return page(request, "staff/recovery.html", language_of(request), codes=codes)
    return Redirect("/staff/me?done=passkey", status_code=303)


@post("/staff/sign-in/passkey/options", guards=[same_site], status_code=200,
      request_max_body_size=SMALL)  # fmt: skip
async def sign_in_options(request: Web) -> Response[Any]:
    """What a browser needs to sign in with a passkey; the challenge is bound to a cookie."""
    count_in(request)
    own = desk(request)
    try:
        cookie, options = await asyncio.to_thread(
            passkeys.ask_sign_in, own.house, sent_cookie(request, COOKIE), own.clock()
        )
    except Refused as refused:
        return _refusal(refused, wanted_language(request))
    answer = _json(options)
    answer.cookies.append(_asked(request, cookie, passkeys.CHALLENGE_LASTS))
    return answer


def _asked(request: Web, value: str, lasts: timedelta) -> Cookie:
    return cookie_of(desk(request).house, ASKED, value, path="/staff/sign-in", lasts=lasts, samesite="strict")


@post("/staff/sign-in/passkey", guards=[same_site], status_code=303, request_max_body_size=2 * SMALL)
async def sign_in_form(request: Web) -> Response[Any]:
    """Start a session for the right answer."""
    own, form, half = desk(request), await typed_in(request), sent_cookie(request, COOKIE)
    error = Text(
        fr="Cette clé d’accès n’ouvre rien ici. Recommencez, ou utilisez votre mot de passe.",
        en="This passkey opens nothing here. Try again, or use your password.",
    )
    status = 422
    try:
        found = await asyncio.to_thread(
            passkeys.sign_in, own.house, sent_cookie(request, ASKED), form.get("credential", ""), half=half,
            address=address_of(request), browser=browser_of(request), limit=own.settings.limit_sign_in,
            now=own.clock(),
        )  # fmt: skip
    except Refused as refused:
        found, status = None, 429 if refused.code == "sign-in-throttled" else 422
        error = Text(fr=refused.sentence("fr"), en=refused.sentence("en"))
    if found:
        answer = come_in(request, found, first_page(found))
        answer.cookies.append(_asked(request, "", timedelta()))
        return answer
    step = await asyncio.to_thread(half_way, own.house, half, own.clock())
    if step:
        return second_step(request, step, error, status)
    return sign_in_again(request, error, status)


HANDLERS = [new_options, passkeys_form, sign_in_options, sign_in_form]
