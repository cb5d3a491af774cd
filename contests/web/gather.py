"""Gather what comes in at the same moment into one transaction; each is answered after the commit."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Protocol

import msgspec

from contests.errors import Text, Unavailable
from contests.flows.enter import Accepted, DeclinedEntry, Pending, Result, Submission, enter
from contests.flows.house import House

log = logging.getLogger("contests.gather")
MOST = 500


class Scribe(Protocol):
    """Whoever writes entries down."""

    async def submit(self, campaign: str, submission: Submission) -> Result:
        """Hand a submission in and wait for its own result. Raises FaultError when it was not written, Unavailable when nobody can tell."""

    async def drain(self) -> None:
        """Wait until everything handed in is answered."""


class Away(msgspec.Struct, frozen=True, tag=True):
    """Why a submission must not be tried again: as an Unavailable says it."""

    code: str
    expected: Text
    todo: Text

    @classmethod
    def of(cls, error: Unavailable) -> "Away":
        """Return what an error says."""
        return cls(error.code, error.expected, error.todo)


class Fault(msgspec.Struct, frozen=True, tag=True):
    """A submission could not be written; the log says why. `name` is that of the error."""

    name: str


Outcome = Accepted | Pending | DeclinedEntry | Away | Fault
Answer = asyncio.Future[Result]


class FaultError(Exception):
    """A submission could not be written; nothing of it was."""


def write_together(house: House, campaign: str, batch: Sequence[Submission]) -> list[Outcome]:
    """Write a batch in one transaction; where that fails, one by one: one that cannot be written takes no other with it."""
    try:
        return list(enter(house, campaign, batch))
    except Unavailable as error:
        # Nobody knows whether it was written: writing it again could count people twice.
        log.warning("a batch of %d: %s", len(batch), error)
        return [Away.of(error)] * len(batch)
    except Exception as error:
        if len(batch) == 1:
            log.exception("a submission was not written")
            return [Fault(type(error).__name__)]
        log.warning("a batch of %d failed (%s); trying one by one", len(batch), type(error).__name__)
        return [outcome for one in batch for outcome in write_together(house, campaign, [one])]


def settle(answer: Answer, outcome: Outcome) -> None:
    """Tell whoever waits, if somebody still does."""
    if answer.done():
        return
    if isinstance(outcome, Away):
        answer.set_exception(Unavailable(outcome.code, outcome.expected, outcome.todo))
    elif isinstance(outcome, Fault):
        answer.set_exception(FaultError(outcome.name))
    else:
        answer.set_result(outcome)


class Gatherer:
    """Writes in a thread of this process: one batch at a time for each campaign; while one is being written the next one fills up."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._waiting: dict[str, list[tuple[Submission, Answer]]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def submit(self, campaign: str, submission: Submission) -> Result:
        """Hand a submission in and wait for its own result."""
        answer: Answer = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(campaign, []).append((submission, answer))
        if campaign not in self._tasks:
            self._tasks[campaign] = asyncio.create_task(self._work(campaign))
        return await answer

    async def _work(self, campaign: str) -> None:
        try:
            while waiting := self._waiting.get(campaign):
                batch = waiting[:MOST]
                del waiting[:MOST]
                submissions = [submission for submission, _ in batch]
                outcomes = await asyncio.to_thread(write_together, self._house, campaign, submissions)
                for (_, answer), outcome in zip(batch, outcomes, strict=True):
                    settle(answer, outcome)
        finally:
            self._waiting.pop(campaign, None)
            del self._tasks[campaign]

    async def drain(self) -> None:
        """Wait until everything handed in is answered."""
        while self._tasks:
            await asyncio.gather(*list(self._tasks.values()), return_exceptions=True)
