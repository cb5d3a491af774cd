"""The ways in: password and code, an invitation, an observer's link; and the way out."""

import asyncio
from datetime import timedelta
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from contests.errors import NotFound, Refused, Text
from contests.flows import people
from contests.flows.passkeys import site_of
from contests.flows.password import SHORTEST_PASSWORD
from contests.flows.roles import ROLES
from contests.flows.sign_in import LASTS, Half, SignedIn, give_code, half_way, sign_in, sign_out
from contests.store import campaigns
from contests.store.tables import InvitationRow
from contests.web.agents import browser_words
from contests.web.desk import desk
from contests.web.errors import problem, wants_json
from contests.web.guards import (
    COOKIE,
    cookie_of,
    form_of,
    same_site,
    sent_cookie,
    signed_in,
    staff_form,
    texts_of,
)
from contests.web.render import page, wanted_language
from contests.web.threads import threaded

Web = Request[Any, Any, Any]
SMALL = 16 * 1024


def browser_of(request: Web) -> str:
    """Return the browser in short words."""
    return browser_words(request.headers.get("user-agent", "")[:400])


def address_of(request: Web) -> str:
    """Return the address that failures are counted by."""
    return request.client.host if request.client else "unknown"


async def typed_in(request: Web) -> dict[str, str]:
    """Return the texts of a form that is sent before there is a session."""
    return texts_of(await form_of(request))


def come_in(request: Web, found: SignedIn, to: str) -> Redirect:
    """Return the way to a page, with the session's cookie."""
    cookie = cookie_of(desk(request).house, COOKIE, found.cookie, path="/staff", lasts=LASTS)
    return Redirect(to, status_code=303, cookies=[cookie])


def first_page(found: SignedIn) -> str:
    """Return where somebody who came in is taken: to an invitation, if one waits."""
    return "/staff/organisers" if found.invited else "/staff"


@get("/staff/sign-in", sync_to_thread=False)
def sign_in_page(request: Web) -> Response[str]:
    """Ask for address and password."""
    return sign_in_again(request)


def _not_in(request: Web, status: int, error: Text) -> Response[Any] | None:
    """Tell a program that nobody came in; people get the page again."""
    if not wants_json(request):
        return None
    language = wanted_language(request)
    return problem(status, "sign-in-refused", _REFUSED(language), error(language))


_REFUSED = Text(fr="Connexion refusée", en="Sign-in refused")


def sign_in_again(request: Web, error: Text | None = None, status: int = 200, email: str = "") -> Response[str]:
    """Return the page that asks for address and password, or a passkey."""
    language = wanted_language(request)
    return page(
        request, "staff/sign_in.html", language, status=status, error=error(language) if error else "",
        email=email[:320], passkeys=site_of(desk(request).house) is not None,
    )  # fmt: skip


@post("/staff/sign-in", guards=[same_site], status_code=303, request_max_body_size=SMALL)
async def sign_in_form(request: Web) -> Response[Any]:
    """Start a session, or its first half where a code is asked for."""
    own, form = desk(request), await typed_in(request)
    email = form.get("email", "")
    status, error = 422, Text(fr="Adresse ou mot de passe inconnu.", en="Unknown address or password.")
    try:
        found = await asyncio.to_thread(
            sign_in, own.house, email, form.get("password", ""), address=address_of(request),
            browser=browser_of(request), limit=own.settings.limit_sign_in, now=own.clock(),
        )  # fmt: skip
    except Refused as refused:
        found, status = None, 429
        error = Text(fr=refused.sentence("fr"), en=refused.sentence("en"))
    if found is None:
        return _not_in(request, status, error) or sign_in_again(request, error, status, email)
    return come_in(request, found, "/staff/sign-in/code" if found.half else first_page(found))


@get("/staff/sign-in/code")
@threaded
def code_page(request: Web) -> Response[Any]:
    """Ask for the code."""
    own = desk(request)
    step = half_way(own.house, sent_cookie(request, COOKIE), own.clock())
    return second_step(request, step) if step else Redirect("/staff/sign-in", status_code=303)


def second_step(request: Web, step: Half, error: Text | None = None, status: int = 200) -> Response[str]:
    """Return the page that asks for a code or a passkey."""
    language = wanted_language(request)
    return page(
        request, "staff/code.html", language, status=status, error=error(language) if error else "", step=step,
        passkeys=step.passkey and site_of(desk(request).house) is not None,
    )  # fmt: skip


@post("/staff/sign-in/code", guards=[same_site], status_code=303, request_max_body_size=SMALL)
async def code_form(request: Web) -> Response[Any]:
    """Start the session for the right code."""
    own, form = desk(request), await typed_in(request)
    cookie = sent_cookie(request, COOKIE)
    status, error = (
        422,
        Text(
            fr="Code inconnu ou déjà utilisé. Attendez le suivant.",
            en="Unknown code, or one already used. Wait for the next.",
        ),
    )
    try:
        found = await asyncio.to_thread(
            give_code, own.house, cookie, form.get("code", ""), address=address_of(request),
            browser=browser_of(request), limit=own.settings.limit_sign_in, now=own.clock(),
        )  # fmt: skip
    except Refused as refused:
        found, status = None, 429
        error = Text(fr=refused.sentence("fr"), en=refused.sentence("en"))
    if found:
        return come_in(request, found, first_page(found))
    if told := _not_in(request, status, error):
        return told
    step = await asyncio.to_thread(half_way, own.house, cookie, own.clock())
    return second_step(request, step, error, status) if step else Redirect("/staff/sign-in", status_code=303)


@post("/staff/sign-out", guards=[same_site, signed_in], status_code=303)
async def sign_out_form(request: Web) -> Redirect:
    """End the session."""
    await staff_form(request)
    await asyncio.to_thread(sign_out, desk(request).house, sent_cookie(request, COOKIE))
    gone = cookie_of(desk(request).house, COOKIE, "", path="/staff", lasts=timedelta())
    return Redirect("/staff/sign-in", status_code=303, cookies=[gone])


def _invitation(
    request: Web, found: InvitationRow, refused: Refused | None = None, *, name: str = "", status: int = 200
) -> Response[str]:
    language = wanted_language(request) if request.query_params.get("lang") else found.language
    return page(
        request, "staff/invitation.html", "fr" if language == "fr" else "en", status=status, invitation=found,
        role=ROLES[found.role], name=name, refused=refused, shortest=SHORTEST_PASSWORD,
        known=people.has_account(desk(request).house, found.email),
    )  # fmt: skip


@get("/staff/invitation/{token:str}")
@threaded
def invitation_page(request: Web, token: FromPath[str]) -> Response[str]:
    """Ask somebody invited for a name and a password."""
    own = desk(request)
    return _invitation(request, people.invited(own.house, token, own.clock()))


@post("/staff/invitation/{token:str}", guards=[same_site], status_code=303, request_max_body_size=SMALL)
async def invitation_form(request: Web, token: FromPath[str]) -> Response[Any]:
    """Make the account and start a session."""
    own, form = desk(request), await typed_in(request)
    found = await asyncio.to_thread(people.invited, own.house, token, own.clock())
    name = form.get("name", "")
    try:
        made = await asyncio.to_thread(
            people.join, own.house, token, name=name, typed=form.get("password", ""), browser=browser_of(request),
            now=own.clock(),
        )  # fmt: skip
    except NotFound:
        raise
    except Refused as refused:
        return _invitation(request, found, refused, name=name[: people.LONGEST_NAME], status=422)
    return come_in(request, made, "/staff")


@get("/staff/observe/{token:str}")
@threaded
def observe_page(request: Web, token: FromPath[str]) -> Response[str]:
    """Say what an observer's link opens; a button opens it, so that nothing that fetches links comes in."""
    own = desk(request)
    found, _ = people.observer_of(own.house, token, own.clock())
    with own.house.store.read() as tx:
        campaign = campaigns.standing(tx, found.campaign).definition
    language = wanted_language(request) if request.query_params.get("lang") else found.language
    return page(
        request, "staff/observe.html", "fr" if language == "fr" else "en", observer=found, campaign=campaign
    )  # fmt: skip


@post("/staff/observe/{token:str}", guards=[same_site], status_code=303, request_max_body_size=SMALL)
async def observe_form(request: Web, token: FromPath[str]) -> Response[Any]:
    """Start an observer's session."""
    own = desk(request)
    made, slug = await asyncio.to_thread(
        people.come_in, own.house, token, browser=browser_of(request), now=own.clock()
    )  # fmt: skip
    return come_in(request, made, f"/staff/c/{slug}")


HANDLERS = [
    sign_in_page, sign_in_form, code_page, code_form, sign_out_form, invitation_page, invitation_form, observe_page,
    observe_form,
]  # fmt: skip
