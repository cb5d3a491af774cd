"""Every request has an id: the reverse proxy's, or a fresh one. It is in the answer, in the log, and on the page of a fault."""

import logging
import re
import secrets
import time
from typing import Any, cast

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from contests import logs

log = logging.getLogger("contests.requests")
_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")
HEADER = b"x-request-id"


def with_ids(app: ASGIApp, *, lines: bool) -> ASGIApp:
    """Return the application with ids; with `lines` each answer is logged: method, route, status, milliseconds."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        sent = next((value for name, value in scope["headers"] if name == HEADER), b"")
        scope.setdefault("state", {})["request"] = sent.decode() if _ID.fullmatch(sent) else secrets.token_hex(8)
        before = logs.request.set(scope)
        try:
            await (_told(app, scope, receive, send) if lines else app(scope, receive, send))
        finally:
            logs.request.reset(before)

    return cast("ASGIApp", answer)


async def _told(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    start, status = time.perf_counter(), 0

    async def watched(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        await send(message)

    try:
        await app(scope, receive, watched)
    finally:
        # The route, not the address: addresses of people's own pages open them.
        facts: dict[str, Any] = {
            "method": cast("dict[str, Any]", scope)["method"],
            "route": scope.get("path_template", "") or "-",
            "status": status,
            "ms": round(1000 * (time.perf_counter() - start), 1),
        }
        log.info("%(method)s %(route)s %(status)s %(ms)s ms", facts, extra={"facts": facts})
