"""Rate limits on entering: tight for one browser, wide for one address.

An office, a school or an event behind one address has many browsers, so the tight limit is counted by
address and browser together; the wide one stops somebody who changes the browser's name each time. Of IPv6 it is the
network that counts: whoever has one has more addresses than there are entries.
"""

import time
from collections.abc import Hashable, Sequence
from ipaddress import IPv6Address, ip_network
from typing import cast

import msgspec
from litestar.exceptions import TooManyRequestsException
from litestar.middleware import DefineMiddleware
from litestar.middleware.rate_limit import DURATION_VALUES, DurationUnit
from litestar.types import ASGIApp, Receive, Scope, Send

from contests.settings import Settings

SITE, LINK = 48, 64
"""Bits of an IPv6 address: the most that one customer usually gets, and what one telephone or one network at home has."""
TRAITS = frozenset({b"user-agent", b"accept-language", b"sec-ch-ua-platform"})


class Counter:
    """Counts by name in windows; a limit is written as `30/minute`."""

    def __init__(self, limit: str) -> None:
        most, _, unit = limit.partition("/")
        self._most, self._seconds = int(most), DURATION_VALUES[cast("DurationUnit", unit)]
        self._window = 0
        self._counts: dict[Hashable, int] = {}

    def count(self, name: Hashable, now: float) -> int:
        """Count one more at `now` (seconds, monotonic); return the seconds to wait when that is too many, else 0."""
        window = int(now // self._seconds)
        if window != self._window:
            self._window, self._counts = window, {}
        count = self._counts.get(name, 0)
        if count >= self._most:
            return int((window + 1) * self._seconds - now) + 1
        self._counts[name] = count + 1
        return 0


class Limits(msgspec.Struct, frozen=True):
    """Both limits of one application: whichever door somebody takes, it is counted here."""

    by_address: Counter
    by_device: Counter


def limits_of(settings: Settings) -> Limits:
    """Return fresh counters as the settings want them."""
    return Limits(Counter(settings.limit_address), Counter(settings.limit_device))


class EntryLimits:
    """Wrap a handler in both limits.

    Counted, where Litestar's own limit remembers every request (docs/decisions/0008).
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request through the limits."""
        limits: Limits = scope["litestar_app"].state.limits
        client = scope["client"]
        address = client[0] if client else ""
        # Only digests of the network and of the browser's traits are kept, in memory, under a key that ends with the process.
        device = hash((network_of(address, LINK), *(value for name, value in scope["headers"] if name in TRAITS)))
        now = time.monotonic()
        if wait := limits.by_address.count(hash(network_of(address)), now) or limits.by_device.count(device, now):
            raise TooManyRequestsException(headers={"retry-after": str(wait)})
        await self._app(scope, receive, send)


def entry_limits() -> Sequence[DefineMiddleware]:
    """Return the middleware for a handler."""
    return (DefineMiddleware(EntryLimits),)


class Bursts:
    """Says when entries come in a burst from one network. Only counts are kept, in memory, under keys of this process."""

    def __init__(self, limit: str) -> None:
        self._counter = Counter(limit)

    def one_more(self, address: str, now: float) -> bool:
        """Count an entry from an address at `now` (seconds, monotonic); say whether it is one of a burst."""
        return bool(self._counter.count(hash(network_of(address)), now))


def network_of(address: str, bits: int = SITE) -> str:
    """Return the network of an address: an IPv4 address itself, which often stands for many; of IPv6 the first `bits`."""
    if ":" not in address:
        return address
    try:
        found = IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    return str(found.ipv4_mapped or ip_network((found, bits), strict=False))
