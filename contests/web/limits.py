"""Rate limits on entering: tight for one browser, wide for one address.

An office, a school or an event behind one address has many browsers, so the tight limit is counted by
address and browser together; the wide one stops somebody who changes the browser's name each time. Of IPv6 it is the
network that counts: whoever has one has more addresses than there are entries.

Each process counts in memory. Where several serve one installation, they tell each other once a second who came often:
only names that have reached an eighth of a limit, as keyed digests, for two windows (docs/decisions/0008).
"""

from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from ipaddress import IPv6Address, ip_network
from typing import Any, cast

import msgspec
from litestar import Request
from litestar.exceptions import TooManyRequestsException
from litestar.middleware.rate_limit import DURATION_VALUES, DurationUnit

from contests.settings import Settings

SITE, LINK = 48, 64
"""Bits of an IPv6 address: the most that one customer usually gets, and what one telephone or one network at home has."""
TRAITS = frozenset({b"user-agent", b"accept-language", b"sec-ch-ua-platform"})
TOLD_FROM = 8  # a name is told to other processes from this part of the limit on


class Counter:
    """Counts by name in windows; a limit is written as `30/minute`."""

    def __init__(self, limit: str) -> None:
        most, _, unit = limit.partition("/")
        self._most, self._seconds = int(most), DURATION_VALUES[cast("DurationUnit", unit)]
        self._window = 0
        self._counts: dict[bytes, int] = {}
        self._elsewhere: dict[bytes, int] = {}

    def count(self, name: bytes, now: float) -> int:
        """Count one more at `now` (seconds since 1970); return the seconds to wait when that is too many, else 0."""
        self._turn(now)
        count = self._counts.get(name, 0)
        if count + self._elsewhere.get(name, 0) >= self._most:
            return int((self._window + 1) * self._seconds - now) + 1
        self._counts[name] = count + 1
        return 0

    def _turn(self, now: float) -> None:
        window = int(now // self._seconds)
        if window != self._window:
            self._window, self._counts, self._elsewhere = window, {}, {}

    def often(self, now: float) -> tuple[int, dict[str, int]]:
        """Return the window of `now`, and how often those came in it that others should know of."""
        self._turn(now)
        most = self._most
        # A copy in one go: the loop goes on counting.
        return self._window, {name.hex(): n for name, n in list(self._counts.items()) if n * TOLD_FROM >= most}

    def hear(self, window: int, elsewhere: Mapping[str, int]) -> None:
        """Take in how often names came to other processes in a window."""
        if window == self._window:
            self._elsewhere = {bytes.fromhex(name): count for name, count in elsewhere.items()}


class Limits(msgspec.Struct, frozen=True):
    """All counters of one application: whichever door somebody takes, it is counted here. `key` makes names of addresses."""

    key: bytes
    by_address: Counter
    by_device: Counter
    by_network: Counter

    def each(self) -> Iterator[tuple[str, Counter]]:
        """Yield the counters by name."""
        yield from (("address", self.by_address), ("device", self.by_device), ("network", self.by_network))

    def name(self, *parts: bytes) -> bytes:
        """Return what is kept of an address and a browser's traits."""
        return blake2b(b"\0".join(parts), digest_size=16, key=self.key).digest()

    def count(self, address: str, headers: Iterable[tuple[bytes, bytes]], now: float) -> int:
        """Count one more from an address and a browser at `now` (seconds since 1970); return the seconds to wait, or 0."""
        traits = [value for name, value in headers if name in TRAITS]
        return self.by_address.count(self.name(network_of(address).encode()), now) or self.by_device.count(
            self.name(network_of(address, LINK).encode(), *traits), now
        )

    def is_burst(self, address: str, now: float) -> bool:
        """Count an entry from an address at `now` (seconds since 1970); say whether it is one of a burst from its network."""
        return bool(self.by_network.count(self.name(network_of(address).encode()), now))


def limits_of(settings: Settings, secret: str) -> Limits:
    """Return fresh counters as the settings want them. `secret` is the same in every process of an installation."""
    return Limits(
        blake2b(secret.encode(), digest_size=32, person=b"contests/limits").digest(),
        Counter(settings.limit_address), Counter(settings.limit_device), Counter(settings.limit_burst),
    )  # fmt: skip


def count_in(request: Request[Any, Any, Any]) -> None:
    """Count whoever enters, or asks what could be asked without end. Raises TooManyRequestsException.

    Counted, where Litestar's own limit remembers every request (docs/decisions/0008).
    """
    state, scope = request.app.state, request.scope
    limits: Limits = state.limits
    address = scope["client"][0] if scope["client"] else ""
    if wait := limits.count(address, scope["headers"], state.desk.clock().timestamp()):
        raise TooManyRequestsException(headers={"retry-after": str(wait)})


def network_of(address: str, bits: int = SITE) -> str:
    """Return the network of an address: an IPv4 address itself, which often stands for many; of IPv6 the first `bits`."""
    if ":" not in address:
        return address
    try:
        found = IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    return str(found.ipv4_mapped or ip_network((found, bits), strict=False))
