"""How often a landing page is asked for: counted in memory, written every few seconds, nothing about the visitor kept.

No cookie, no fingerprint, no address (legal DP13). A counter lost in a crash is a few seconds' worth.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from threading import Lock
from typing import Any, Generic, Literal, TypeVar
from zoneinfo import ZoneInfo

from litestar import Request

from contests.campaign.form import PAGE_CHANNEL
from contests.flows.house import House
from contests.flows.measure import note_visits
from contests.store.figures import Key
from contests.web.desk import Place
from contests.web.headers import header

log = logging.getLogger("contests.counts")
PAUSE = 3.0  # seconds between two writes
LONGEST_AGENT = 300  # characters that are looked at
MOST = 10_000  # different counters that wait at once; more come only when the store is away for long
What = Literal["visit", "begun", "mended"]
# Programs say so themselves: search engines, previews of shared links, monitors, libraries.
_BOTS = (
    "bot", "crawl", "spider", "slurp", "preview", "monitor", "uptime", "headless", "lighthouse", "facebookexternalhit",
    "embedly", "skypeuri", "vkshare", "scan", "curl", "wget", "libwww", "python", "java/", "okhttp", "go-http", "httpclient",
    "axios", "node-fetch", "feedfetcher", "archive",
)  # fmt: skip


@lru_cache(maxsize=512)
def is_bot(agent: str) -> bool:
    """Say whether a user agent names itself as a program; an empty one is taken for one. Most visitors share a few."""
    said = agent.lower()
    # One expression of all these words, letters of either case, took a third of the whole page's time.
    return not agent or said.startswith("whatsapp/") or any(word in said for word in _BOTS)


def _ahead(request: Request[Any, Any, Any]) -> bool:
    return "prefetch" in (header(request, b"sec-purpose") or header(request, b"purpose"))


@lru_cache(maxsize=64)
def _hour(zone: str, minute: datetime) -> datetime:
    """Return when the hour began, on the clocks of a zone, that a minute lies in; in UTC."""
    return minute.astimezone(ZoneInfo(zone)).replace(minute=0).astimezone(UTC)


T = TypeVar("T")


class Kept(Generic[T]):
    """What was read out of all that a campaign holds, for a minute: a page that is looked at all day costs little."""

    FOR = 60.0  # seconds

    def __init__(self, read: Callable[[str], T]) -> None:
        self._read = read
        self._known: dict[str, tuple[float, T]] = {}
        self._lock = Lock()

    def of(self, campaign: str) -> T:
        """Return what was read; whoever comes while it is being read waits for the same look."""
        with self._lock:
            known = self._known.get(campaign)
            if known is None or known[0] < time.monotonic() - self.FOR:
                self._known[campaign] = known = (time.monotonic(), self._read(campaign))
            return known[1]


class Counts:
    """One for each application; called from threads and from the loop."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._waiting: Counter[Key] = Counter()
        self._lock = Lock()

    def note(
        self, request: Request[Any, Any, Any], place: Place, what: What, at: datetime, via: str, spoken: str
    ) -> None:
        """Count one page; `via` is what the address says of the channel. Bots, HEAD and pages fetched ahead are left out."""
        agent = header(request, b"user-agent")[:LONGEST_AGENT]
        if request.scope["state"].get("head") or _ahead(request) or is_bot(agent):
            return
        hour = _hour(place.definition.timezone, at.replace(second=0, microsecond=0))
        key = (place.id, hour, place.channel(via) or PAGE_CHANNEL, spoken, what)
        with self._lock:
            if key in self._waiting or len(self._waiting) < MOST:
                self._waiting[key] += 1

    def write(self) -> None:
        """Write what waits; what cannot be written waits on."""
        with self._lock:
            counts, self._waiting = self._waiting, Counter()
        if not counts:
            return
        try:
            note_visits(self._house, counts)
        except Exception as error:  # noqa: BLE001 - counting must never stop a page
            log.warning("visits could not be written (%s); they wait", type(error).__name__)
            with self._lock:
                self._waiting.update(counts)

    async def keep(self) -> None:
        """Write again and again until cancelled."""
        while True:
            await asyncio.sleep(PAUSE)
            if self._waiting:
                await asyncio.to_thread(self.write)
