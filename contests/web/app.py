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
from litestar.types import Message, Scope

import contests
from contests.errors import Refused
from contests.flows.apart import safely
from contests.flows.attend import hear
from contests.flows.heads import watch_heads
from contests.flows.house import House
from contests.flows.measure import read_answers
from contests.settings import Settings, heads_of, mail_server, platforms_of, proof_key
from contests.web.counts import Counts, Kept
from contests.web.desk import Desk
from contests.web.errors import on_fault, on_http, on_refused, wants_json
from contests.web.files import files_of
from contests.web.gather import Gatherer, in_thread
from contests.web.guards import SecondStepMissing
from contests.web.heads import with_heads
from contests.web.limits import limits_of
from contests.web.pages import (
    account,
    amend,
    calendar,
    certificate,
    channels,
    claim,
    closing,
    comments,
    condition,
    data,
    editor,
    embed,
    entry,
    figures,
    home,
    hooks,
    live,
    minutes,
    notices,
    observe,
    organisers,
    parents,
    passkeys,
    people,
    preview,
    proofs,
    queue,
    replies,
    room,
    series,
    sign_in,
    staff,
    trying,
    verify,
    waiting,
    winner,
)
from contests.web.share import Sharing
from contests.web.telemetry import measuring
from contests.web.trace import HEADER, with_ids
from contests.web.watch import Watch
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
# For this host alone: what its subdomains do is not ours to say. A proxy that knows better can add it.
_SECURE_ONLY = (b"strict-transport-security", b"max-age=31536000")


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
    if nonce := scope.get("state", {}).get("style_nonce"):
        own = POLICY.replace("style-src 'self'", f"style-src 'self' 'nonce-{nonce}'")
        headers.append((b"content-security-policy", own.encode()))
        there |= {b"content-security-policy"}
    if named := scope.get("state", {}).get("request"):
        headers.append((HEADER, named.encode()))
    headers.extend(pair for pair in _RAW if pair[0] not in there)
    if scope["litestar_app"].state.desk.house.url.startswith("https:"):
        headers.append(_SECURE_ONLY)
    if scope["path"].startswith("/static/") and message["status"] < 400:
        # An address without a version, as other sites have it, must not be kept for ever.
        lasting = b"public, max-age=31536000, immutable" if scope["query_string"] else b"public, max-age=3600"
        headers.append((b"cache-control", lasting))
    elif b"cache-control" not in there:
        headers.append((b"cache-control", b"no-store"))


async def _plain_address(request: Request[Any, Any, Any]) -> None:
    """Refuse an address with a NUL, or a very long one: neither a database nor a file system has such names."""
    if "\x00" in request.scope["path"] or len(request.scope["path"]) > LONGEST_PATH:
        raise NotFoundException


def _to_sign_in(request: Request[Any, Any, Any], error: NotAuthorizedException) -> Response[Any]:
    return on_http(request, error) if wants_json(request) else Redirect("/staff/sign-in", status_code=303)


def _to_second_step(request: Request[Any, Any, Any], error: SecondStepMissing) -> Response[Any]:
    return on_http(request, error) if wants_json(request) else Redirect("/staff/me/second-factor", status_code=303)


def opened(
    house: House, settings: Settings, clock: Callable[[], datetime] = now, writer: Writer | None = None
) -> State:
    """Return what the handlers work on. `clock` is handed in so that tests steer it; without a writer a thread writes."""
    gatherer = Gatherer(writer.write if writer else in_thread(house))
    secret = proof_key(settings, house)
    desk = Desk(house, settings, clock, secret, gatherer)
    limits = limits_of(settings, secret)
    return State({
        "desk": desk, "audience": live.open_audience(desk), "counts": Counts(house), "kept": Kept(lambda campaign: read_answers(house, campaign)),
        "talk": Kept(lambda campaign: hear(house, campaign)),
        "limits": limits, "sharing": Sharing(house, limits, clock), "watch": Watch(house, mail_server(settings), clock), "writer": writer, "platforms": platforms_of(settings),
    })  # fmt: skip


@asynccontextmanager
async def _lifespan(app: Litestar) -> AsyncIterator[None]:
    state = app.state
    if state.writer:
        await state.writer.start()
    chores = [asyncio.create_task(chore.keep()) for chore in (state.counts, state.sharing, state.watch)]
    try:
        yield
    finally:
        state.audience.close()
        for chore in chores:
            chore.cancel()
        await asyncio.to_thread(state.counts.write)
        await asyncio.to_thread(state.watch.end)
        await state.desk.gatherer.drain()
        if state.writer:
            await state.writer.stop()
        house = state.desk.house
        # What the worker, which looks once a second, has not seen any more.
        await asyncio.to_thread(safely, "heads", lambda: watch_heads(house, heads_of(state.desk.settings, house)))


def create_app(
    house: House, settings: Settings, clock: Callable[[], datetime] = now, writer: Writer | None = None
) -> Litestar:
    """Return the application over a house."""
    static = Path(__file__).parent / "static"
    static.mkdir(exist_ok=True)
    handlers: list[Any] = [
        *home.HANDLERS,
        *condition.HANDLERS,
        *entry.HANDLERS,
        *claim.HANDLERS,
        *embed.HANDLERS,
        *parents.HANDLERS,
        *proofs.HANDLERS,
        *live.HANDLERS,
        *observe.HANDLERS,
        *certificate.HANDLERS,
        *verify.HANDLERS,
        *sign_in.HANDLERS,
        *account.HANDLERS,
        *passkeys.HANDLERS,
        *people.HANDLERS,
        *organisers.HANDLERS,
        *staff.HANDLERS,
        *editor.HANDLERS,
        *room.HANDLERS,
        *series.HANDLERS,
        *preview.HANDLERS,
        *amend.HANDLERS,
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
        *waiting.HANDLERS,
        *queue.HANDLERS,
        *comments.HANDLERS,
        *hooks.HANDLERS,
        files_of(static),
    ]
    measure = measuring(settings)
    app = Litestar(
        route_handlers=handlers,
        lifespan=[_lifespan],
        state=opened(house, settings, clock, writer),
        before_send=[_dress, *measure.before_send],
        middleware=measure.middleware,
        on_shutdown=measure.at_end,
        before_request=_plain_address,
        exception_handlers={
            Refused: on_refused,
            NotAuthorizedException: _to_sign_in,
            SecondStepMissing: _to_second_step,
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
    app.asgi_handler = with_ids(with_heads(app.asgi_handler), lines=settings.log_requests)
    return app


def _no_debug(config: AppConfig) -> AppConfig:
    config.debug = False
    return config
