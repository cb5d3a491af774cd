"""Rate limits on entering: tight for one browser, wide for one address.

An office, a school or an event behind one address has many browsers, so the tight limit is counted by
address and browser together; the wide one stops somebody who changes the browser's name each time.
"""

import time
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Literal, cast

from litestar import Request
from litestar.exceptions import TooManyRequestsException
from litestar.middleware import DefineMiddleware
from litestar.middleware.rate_limit import DURATION_VALUES, RateLimitConfig, RateLimitMiddleware
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


class CountingLimit(RateLimitMiddleware):
    """Litestar's rate limit with a counter for each window, instead of a locked history of every request.

    The history costs an entry a quarter of its time, and its store never forgets a name that does not come again
    (docs/decisions/0008).
    """

    def __init__(self, app: ASGIApp, config: RateLimitConfig) -> None:
        super().__init__(app, config)
        self._window = 0
        self._counts: dict[str, int] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count the request, or refuse it until the window ends."""
        seconds = DURATION_VALUES[self.unit]
        now = time.monotonic()
        window = int(now // seconds)
        if window != self._window:
            self._window, self._counts = window, {}
        key = self.get_identifier_for_request(Request(scope))
        count = self._counts.get(key, 0)
        if count >= self.max_requests:
            wait = int((window + 1) * seconds - now) + 1
            raise TooManyRequestsException(headers={"retry-after": str(wait)})
        self._counts[key] = count + 1
        await self.app(scope, receive, send)


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
                config = RateLimitConfig(rate_limit=(cast("Unit", unit), int(count)), identifier_for_request=identify)
                limited = CountingLimit(limited, config)
            self._limited = limited
        await self._limited(scope, receive, send)


def entry_limits() -> Sequence[DefineMiddleware]:
    """Return the middleware for a handler."""
    return (DefineMiddleware(EntryLimits),)
