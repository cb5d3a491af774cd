"""Rate limits on entering: tight for one browser, wide for one address.

An office, a school or an event behind one address has many browsers, so the tight limit is counted by
address and browser together; the wide one stops somebody who changes the browser's name each time.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Literal, cast

from litestar import Request
from litestar.middleware import DefineMiddleware
from litestar.middleware.rate_limit import RateLimitConfig, RateLimitMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

Unit = Literal["second", "minute", "hour", "day"]


def _address(request: Request[Any, Any, Any]) -> str:
    return request.client.host if request.client else "unknown"


def by_address(request: Request[Any, Any, Any]) -> str:
    """Name the address."""
    return f"address:{_address(request)}"


def by_device(request: Request[Any, Any, Any]) -> str:
    """Name the address and browser together; only a digest is kept, in memory."""
    traits = "|".join(request.headers.get(h, "") for h in ("user-agent", "accept-language", "sec-ch-ua-platform"))
    return f"device:{sha256(f'{_address(request)}|{traits}'.encode()).hexdigest()[:32]}"


class EntryLimits:
    """Wrap a handler in both limits, read from the application's settings at the first request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._limited: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request through the limits."""
        if self._limited is None:
            settings = scope["litestar_app"].state.desk.settings
            limited: ASGIApp = self._app
            for limit, identify in ((settings.limit_address, by_address), (settings.limit_device, by_device)):
                count, _, unit = limit.partition("/")
                config = RateLimitConfig(
                    rate_limit=(cast("Unit", unit), int(count)),
                    identifier_for_request=identify,
                    set_rate_limit_headers=False,
                )
                limited = RateLimitMiddleware(limited, config)
            self._limited = limited
        await self._limited(scope, receive, send)


def entry_limits() -> Sequence[DefineMiddleware]:
    """Return the middleware for a handler."""
    return (DefineMiddleware(EntryLimits),)
