"""Who may come in: a session for every staff page, an ability for every step, a token in every form."""

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any, Literal
from urllib.parse import urlsplit

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie, UploadFile
from litestar.exceptions import (
    ClientException,
    HTTPException,
    NotAuthorizedException,
    PermissionDeniedException,
)
from litestar.handlers import BaseRouteHandler

from contests.errors import Refused, Text
from contests.flows.house import House
from contests.flows.roles import Ability
from contests.flows.second_factor import lacks_two_steps
from contests.flows.sign_in import who
from contests.web.desk import row_of

COOKIE = "contests_session"
Connection = ASGIConnection[Any, Any, Any, Any]
Guard = Callable[[Connection, BaseRouteHandler], Awaitable[None]]


def _named(house: House, name: str) -> str:
    """Return a cookie's name; `__Host-` keeps other hosts of the domain from setting it, where the address is secure."""
    return f"__Host-{name}" if house.url.startswith("https:") else name


def cookie_of(
    house: House, name: str, value: str, *, path: str, lasts: timedelta, samesite: Literal["lax", "strict"] = "lax"
) -> Cookie:
    """Return a cookie that no script reads; `path` counts only where `__Host-`, which wants the root, does not."""
    secure = house.url.startswith("https:")
    return Cookie(
        key=_named(house, name), value=value, httponly=True, samesite=samesite, path="/" if secure else path,
        max_age=int(lasts.total_seconds()), secure=secure,
    )  # fmt: skip


def sent_cookie(connection: Connection, name: str) -> str:
    """Return a cookie's value; empty where none was sent."""
    return connection.cookies.get(_named(connection.app.state.desk.house, name), "")


class SecondStepMissing(PermissionDeniedException):
    """Somebody whose password alone opens the account, where this installation wants a second step of everybody."""


async def signed_in(connection: Connection, _handler: BaseRouteHandler) -> None:
    """Require a session; put who it is into the request's state.

    A campaign in the address has to be one of the organiser's that the session is for (docs/decisions/0016).
    """
    own = connection.app.state.desk
    cookie = sent_cookie(connection, COOKIE)
    found = await asyncio.to_thread(who, own.house, cookie, own.clock()) if cookie else None
    if found is None:
        raise NotAuthorizedException
    connection.scope["state"]["staff"], session = found
    connection.scope["state"]["csrf"] = session.csrf
    connection.scope["state"]["session"] = session.token
    if slug := connection.path_params.get("slug"):
        await asyncio.to_thread(row_of, connection, slug)


def may(ability: Ability) -> Guard:
    """Return the guard that requires an ability; an observer also has to stay with one campaign.

    Where everybody has to have a second step, whoever lacks one has only the pages of their own account.
    """

    async def guard(connection: Connection, _handler: BaseRouteHandler) -> None:
        person = connection.scope["state"]["staff"]
        own = connection.app.state.desk
        asked = own.settings.second_step and ability != "account" and person.may("account")
        if asked and await asyncio.to_thread(lacks_two_steps, own.house, person.id):
            raise SecondStepMissing
        slug = connection.path_params.get("slug")
        if not person.may(ability) or not person.sees(slug):
            raise PermissionDeniedException

    return guard


async def same_site(connection: Connection, _handler: BaseRouteHandler) -> None:
    """Refuse a change that another site asks for."""
    if connection.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise PermissionDeniedException
    origin = connection.headers.get("origin")
    if origin and origin != "null" and _host_of(origin) != connection.headers.get("host"):
        raise PermissionDeniedException


def _host_of(origin: str) -> str:
    """Return the host and port of an origin; nothing for what is none."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def clean(text: str) -> str:
    """Return `text` without NULs and halves of characters, which no database keeps; nothing else that was typed is touched."""
    return text.replace("\x00", "").encode(errors="replace").decode()


async def form_of(request: Request[Any, Any, Any]) -> dict[str, str | UploadFile]:
    """Return a form's values, the last of each name, its texts `clean`. Raises ClientException for what cannot be read.

    A part may say in which encoding it is: one that there is not, or one that its bytes are not in.
    """
    if request.headers.get("content-type", "").startswith("application/json"):
        raise HTTPException(status_code=415)
    try:
        form = await request.form()
    except (ValueError, LookupError) as error:
        raise ClientException from error
    return {clean(key): clean(value) if isinstance(value, str) else value for key, value in form.multi_items()}


async def staff_form(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Return a form's values once its token has been checked; uploads come as (name, bytes)."""
    form = await form_of(request)
    sent = form.get("csrf", "")
    if not isinstance(sent, str) or not hmac.compare_digest(sent.encode(), request.scope["state"]["csrf"].encode()):
        raise PermissionDeniedException
    values: dict[str, Any] = {}
    for key, value in form.items():
        values[key] = value if isinstance(value, str) else (clean(value.filename or ""), await value.read())
    return values


def texts_of(form: dict[str, Any]) -> dict[str, str]:
    """Return a form's values without its uploads."""
    return {name: value for name, value in form.items() if isinstance(value, str)}


def pressed(form: Mapping[str, Any], *known: str) -> str:
    """Return which button of a page was pressed. Raises Refused for one that it does not have: nothing is done then."""
    do = str(form.get("do", ""))
    if do in known:
        return do
    raise Refused(
        "button-unknown",
        Text(fr="Un bouton de cette page était attendu.", en="A button of this page was expected."),
        Text(fr="Rechargez la page : rien n’a été fait.", en="Reload the page: nothing was done."),
        found=do[:40],
    )


def upload_of(form: dict[str, Any], name: str) -> tuple[str, bytes]:
    """Return an upload's file name and bytes; empty where nothing, or no file, was sent."""
    found = form.get(name)
    return found if isinstance(found, tuple) else ("", b"")


def uploaded_picture(form: dict[str, Any]) -> tuple[str, bytes]:
    """Return an uploaded picture under the name that a definition gives it: without folders, in small letters."""
    name, data = upload_of(form, "file")
    return name.rpartition("/")[2].lower(), data
