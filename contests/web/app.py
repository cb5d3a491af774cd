"""The composition root: settings, house, handlers, headers, errors."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from litestar import Litestar, Request, Response
from litestar.config.app import AppConfig
from litestar.datastructures import State
from litestar.exceptions import HTTPException, NotAuthorizedException, NotFoundException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.response import Redirect
from litestar.static_files import create_static_files_router
from litestar.types import Message, Scope

import contests
from contests.errors import Refused
from contests.flows.house import House
from contests.settings import Settings, proof_key
from contests.web.counts import Counts, Kept
from contests.web.desk import Desk
from contests.web.errors import on_fault, on_http, on_refused, wants_json
from contests.web.gather import Gatherer, in_thread
from contests.web.pages import (
    account,
    calendar,
    certificate,
    channels,
    claim,
    closing,
    data,
    editor,
    embed,
    entry,
    figures,
    home,
    live,
    minutes,
    notices,
    observe,
    people,
    proofs,
    replies,
    room,
    sign_in,
    staff,
    trying,
    verify,
    winner,
)
from contests.web.writer import Writer

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; worker-src 'self'; form-action 'self'; frame-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)

HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), browsing-topics=()",
}


LONGEST_PATH = 400
_RAW = [(name.encode(), value.encode()) for name, value in HEADERS.items()]


def now() -> datetime:
    """Read the clock; the only place on the web's side."""
    return datetime.now(UTC)


async def _dress(message: Message, scope: Scope) -> None:
    """Put the security headers on every answer, errors and files included."""
    if message["type"] != "http.response.start":
        return
    headers = message["headers"] = list(message.get("headers", ()))
    there = {name.lower() for name, _ in headers}
    if framed_by := scope.get("state", {}).get("framed_by"):
        # X-Frame-Options knows no list of sites; browsers that know frame-ancestors go by that alone.
        allowed = POLICY.replace("frame-ancestors 'none'", f"frame-ancestors {' '.join(framed_by)}")
        headers.append((b"content-security-policy", allowed.encode()))
        there |= {b"content-security-policy", b"x-frame-options"}
    headers.extend(pair for pair in _RAW if pair[0] not in there)
    if scope["path"].startswith("/static/"):
        # An address without a version, as other sites have it, must not be kept for ever.
        lasting = b"public, max-age=31536000, immutable" if scope["query_string"] else b"public, max-age=3600"
        headers.append((b"cache-control", lasting))


async def _plain_address(request: Request[Any, Any, Any]) -> None:
    """Refuse an address with a NUL, or a very long one: neither a database nor a file system has such names."""
    if "\x00" in request.scope["path"] or len(request.scope["path"]) > LONGEST_PATH:
        raise NotFoundException


def _to_sign_in(request: Request[Any, Any, Any], error: NotAuthorizedException) -> Response[Any]:
    return on_http(request, error) if wants_json(request) else Redirect("/staff/sign-in", status_code=303)


def create_app(
    house: House, settings: Settings, clock: Callable[[], datetime] = now, writer: Writer | None = None
) -> Litestar:
    """Return the application. `clock` is handed in so that tests steer it; without a writer a thread writes."""
    gatherer = Gatherer(writer.write if writer else in_thread(house))
    desk = Desk(house, settings, clock, proof_key(settings, house), gatherer)
    audience = live.open_audience(desk)
    counts = Counts(house)

    @asynccontextmanager
    async def lifespan(_app: Litestar) -> AsyncIterator[None]:
        if writer:
            await writer.start()
        counting = asyncio.create_task(counts.keep())
        try:
            yield
        finally:
            audience.close()
            counting.cancel()
            await asyncio.to_thread(counts.write)
            await gatherer.drain()
            if writer:
                await writer.stop()

    static = Path(__file__).parent / "static"
    static.mkdir(exist_ok=True)
    handlers: list[Any] = [
        *home.HANDLERS,
        *entry.HANDLERS,
        *claim.HANDLERS,
        *embed.HANDLERS,
        *proofs.HANDLERS,
        *live.HANDLERS,
        *observe.HANDLERS,
        *certificate.HANDLERS,
        *verify.HANDLERS,
        *sign_in.HANDLERS,
        *account.HANDLERS,
        *people.HANDLERS,
        *staff.HANDLERS,
        *editor.HANDLERS,
        *room.HANDLERS,
        *winner.HANDLERS,
        *notices.HANDLERS,
        *closing.HANDLERS,
        *minutes.HANDLERS,
        *channels.HANDLERS,
        *trying.HANDLERS,
        *figures.HANDLERS,
        *replies.HANDLERS,
        *calendar.HANDLERS,
        *data.HANDLERS,
        create_static_files_router("/static", [static], include_in_schema=False),
    ]
    return Litestar(
        route_handlers=handlers,
        lifespan=[lifespan],
        state=State({"desk": desk, "audience": audience, "counts": counts, "kept": Kept(house)}),
        before_send=[_dress],
        before_request=_plain_address,
        exception_handlers={
            Refused: on_refused,
            NotAuthorizedException: _to_sign_in,
            HTTPException: on_http,
            Exception: on_fault,
        },
        request_max_body_size=1024 * 1024,
        openapi_config=OpenAPIConfig(
            title="contests",
            version=contests.__version__,
            description="Contest campaigns with a draw that anyone can check.",
            path="/schema",
            render_plugins=[JsonRenderPlugin(path=["/", "/openapi.json"])],
        ),
        on_app_init=[_no_debug],
        logging_config=None,
    )


def _no_debug(config: AppConfig) -> AppConfig:
    config.debug = False
    return config
