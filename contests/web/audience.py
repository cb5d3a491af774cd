"""Many people watch one draw: one look at the store each second and campaign, however many wait for it.

A viewer is a coroutine that waits for news; it holds neither a thread nor a connection of the database.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Generic, Protocol, TypeVar

PAUSE = 1.0  # seconds between two looks
ALIVE = 10.0  # seconds after which a stream says that it is still there
MOST_EACH = 40  # streams of one address: a school or an office has many people behind it
MOST = 5000  # streams of one process
MOST_HALLS = 256


class Seen(Protocol):
    """What a look brings back; the same version is no news."""

    @property
    def version(self) -> str:
        """A name of what is shown."""


S = TypeVar("S", bound=Seen)


class CrowdedError(Exception):
    """One more stream would be too many."""


class _Hall(Generic[S]):
    """One campaign's viewers, and what they see."""

    def __init__(self) -> None:
        self.seen: S | None = None
        self.at = float("-inf")
        self.looking: asyncio.Task[S] | None = None
        self.news = asyncio.Event()
        self.viewers = 0
        self.keeper: asyncio.Task[None] | None = None


class Audience(Generic[S]):
    """One for each application; `look` goes to the store, in a thread, and is told what was seen last."""

    def __init__(self, look: Callable[[str, S | None], Awaitable[S]], pause: float = PAUSE) -> None:
        self._look, self._pause = look, pause
        self._halls: dict[str, _Hall[S]] = {}
        self._addresses: Counter[str] = Counter()
        self._closed = False

    async def see(self, slug: str) -> S:
        """Return what is to be seen, at most one pause old. Raises what the look raises."""
        hall = self._hall(slug)
        if hall.seen is None or hall.at <= time.monotonic() - self._pause:
            return await self._fresh(slug, hall)
        return hall.seen

    def enter(self, slug: str, address: str) -> AsyncIterator[S | None]:
        """Return a stream: what is to be seen, then each change; None when nothing happened for a while.

        Raises CrowdedError.
        """
        if self._closed or self._addresses[address] >= MOST_EACH or self._addresses.total() >= MOST:
            raise CrowdedError
        return self._follow(slug, address)

    def close(self) -> None:
        """End every stream."""
        self._closed = True
        for hall in self._halls.values():
            hall.news.set()
            if hall.keeper:
                hall.keeper.cancel()

    @property
    def viewers(self) -> int:
        """How many streams are open."""
        return self._addresses.total()

    def _hall(self, slug: str) -> _Hall[S]:
        hall = self._halls.get(slug)
        if hall is None:
            if len(self._halls) >= MOST_HALLS:
                self._halls = {name: kept for name, kept in self._halls.items() if kept.viewers or kept.looking}
            hall = self._halls[slug] = _Hall()
        return hall

    async def _fresh(self, slug: str, hall: _Hall[S]) -> S:
        """Look, or wait for the look that is under way. Whoever goes away does not take the look from the others."""
        if hall.looking is None:
            hall.looking = asyncio.create_task(self._go(slug, hall))
        return await asyncio.shield(hall.looking)

    async def _go(self, slug: str, hall: _Hall[S]) -> S:
        before = hall.seen
        try:
            seen = await self._look(slug, before)
        except BaseException:
            if before is None:
                self._halls.pop(slug, None)  # names that lead nowhere are not kept
            raise
        finally:
            hall.looking = None
        hall.seen, hall.at = seen, time.monotonic()
        if before is None or before.version != seen.version:
            news, hall.news = hall.news, asyncio.Event()
            news.set()
        return seen

    async def _keep(self, slug: str, hall: _Hall[S]) -> None:
        """Look again and again while somebody is there; a look that fails is tried again."""
        while hall.viewers and not self._closed:
            await asyncio.sleep(self._pause)
            with suppress(Exception):
                await self._fresh(slug, hall)
        hall.keeper = None

    async def _follow(self, slug: str, address: str) -> AsyncIterator[S | None]:
        hall = self._hall(slug)
        self._addresses[address] += 1
        hall.viewers += 1
        try:
            if hall.keeper is None:
                hall.keeper = asyncio.create_task(self._keep(slug, hall))
            shown = await self.see(slug)
            yield shown
            while not self._closed:
                news = hall.news
                if hall.seen is not None and hall.seen.version != shown.version:
                    shown = hall.seen
                    yield shown
                    continue
                try:
                    await asyncio.wait_for(news.wait(), ALIVE)
                except TimeoutError:
                    yield None
        finally:
            hall.viewers -= 1
            self._addresses[address] -= 1
            if not self._addresses[address]:
                del self._addresses[address]
