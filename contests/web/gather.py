"""Gather what comes in at the same moment into one transaction; each is answered after the commit."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from contests.errors import Unavailable
from contests.flows.enter import Result, Submission, enter
from contests.flows.house import House

log = logging.getLogger("contests.gather")
MOST = 500
Write = Callable[[str, Sequence[Submission]], Awaitable[Sequence[Result]]]
Waiting = tuple[Submission, "asyncio.Future[Result]"]


def in_thread(house: House) -> Write:
    """Return a way to write in this process, beside the loop."""

    async def write(campaign: str, submissions: Sequence[Submission]) -> list[Result]:
        return await asyncio.to_thread(enter, house, campaign, submissions)

    return write


class Gatherer:
    """One batch at a time for each campaign; while one is being written the next one fills up."""

    def __init__(self, write: Write, pause: float = 0.005) -> None:
        self._into_store, self._pause = write, pause
        self._waiting: dict[str, list[Waiting]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def submit(self, campaign: str, submission: Submission) -> Result:
        """Hand a submission in and wait for its own result."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(campaign, []).append((submission, future))
        if campaign not in self._tasks:
            self._tasks[campaign] = asyncio.create_task(self._work(campaign))
        return await future

    async def _work(self, campaign: str) -> None:
        try:
            await asyncio.sleep(self._pause)
            while waiting := self._waiting.get(campaign):
                batch = waiting[:MOST]
                del waiting[:MOST]
                await self._write(campaign, batch)
        finally:
            self._waiting.pop(campaign, None)
            del self._tasks[campaign]

    async def _write(self, campaign: str, batch: Sequence[Waiting]) -> None:
        try:
            results = await self._into_store(campaign, [s for s, _ in batch])
        except Unavailable as error:
            # Nobody knows whether it was written: writing it again could count people twice.
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            return
        except Exception as error:  # noqa: BLE001 - each waiting request gets it
            await self._one_by_one(campaign, batch, error)
            return
        for (_, future), result in zip(batch, results, strict=True):
            if not future.done():
                future.set_result(result)

    async def _one_by_one(self, campaign: str, batch: Sequence[Waiting], error: Exception) -> None:
        """One submission that cannot be written does not take the others with it."""
        if len(batch) == 1:
            if not batch[0][1].done():
                batch[0][1].set_exception(error)
            return
        log.warning("a batch of %d failed (%s); trying one by one", len(batch), type(error).__name__)
        for waiting in batch:
            await self._write(campaign, [waiting])

    async def drain(self) -> None:
        """Wait until everything handed in is answered."""
        while self._tasks:
            await asyncio.gather(*list(self._tasks.values()), return_exceptions=True)
