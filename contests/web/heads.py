"""HEAD: what GET would answer, without its body. The framework has a road for GET only (RFC 9110 §9.3.2 wants both)."""

import asyncio
from typing import Any, cast

from litestar.types import ASGIApp, Message, Receive, Scope, Send

ENDLESS = b"text/event-stream"


def with_heads(app: ASGIApp) -> ASGIApp:
    """Return the application, answering HEAD wherever it answers GET."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if cast("dict[str, Any]", scope).get("method") != "HEAD":
            await app(scope, receive, send)
            return

        async def head_only(message: Message) -> None:
            if message["type"] == "http.response.body":
                message["body"] = b""
            if not asked.cancelling():
                await send(message)
            if message["type"] == "http.response.start" and _is_endless(message["headers"]):
                await send({"type": "http.response.body", "body": b"", "more_body": False})
                asked.cancel()

        scope["state"]["head"] = True
        # A copy: the server goes by the method that it read.
        asked = asyncio.create_task(_run(app, cast("Scope", {**scope, "method": "GET"}), receive, head_only))
        await asyncio.wait([asked])
        if not asked.cancelled() and (error := asked.exception()):
            raise error

    return answer


async def _run(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    await app(scope, receive, send)


def _is_endless(headers: Any) -> bool:  # noqa: ANN401 - pairs of bytes
    return any(name == b"content-type" and value.startswith(ENDLESS) for name, value in headers)
