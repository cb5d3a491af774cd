"""The writer: a process beside the web server that turns submissions into transactions, with an interpreter of its own.

The web server reads requests and makes answers while the writer decides, hashes, signs and commits. They speak
msgpack over two pipes: four bytes of length, then one message. The server sends each submission at once; the writer
takes all that lies in the pipe when it comes back to it, as one transaction a campaign. It ends when the pipe does,
and with it the server that started it.
"""

import asyncio
import itertools
import logging
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import msgspec

from contests import logs
from contests.errors import Text
from contests.flows.enter import Result, Submission
from contests.flows.house import House
from contests.settings import system_house
from contests.store.keyring import Keyring
from contests.store.session import Store
from contests.web.gather import MOST, Answer, Away, Outcome, settle, write_together
from contests.web.memory import settle_memory

log = logging.getLogger("contests.writer")
LENGTH = 4
PIECE = 1 << 20  # bytes: more than a pipe holds
DEADLINE = 90.0  # seconds; a PostgreSQL server that vanished is given up before
PAUSE = 0.5  # seconds before a writer that died is started again


class _House(msgspec.Struct, frozen=True):
    """The first message: what the writer opens. It goes through the pipe because it may hold a password, and the keys."""

    database: str
    keys: tuple[str, ...]
    name: str
    url: str
    log: str = "text"


class _Order(msgspec.Struct, frozen=True):
    number: int
    campaign: str
    submission: Submission


class _Written(msgspec.Struct, frozen=True):
    """What became of the orders of one transaction."""

    numbers: list[int]
    outcomes: list[Outcome]


class _Waiting(msgspec.Struct, frozen=True):
    answer: Answer
    since: float


class Writer:
    """The web server's end. Started with the server, and again when it has died or has not answered for `deadline` seconds."""

    def __init__(self, house: House, deadline: float = DEADLINE) -> None:
        database = house.store.url.render_as_string(hide_password=False)
        self._opening = _House(database, house.store.keyring.keys, house.name, house.url, logs.form_now())
        self.deadline = deadline
        self._turn = asyncio.Lock()
        self._child: Process | None = None
        self._numbers = itertools.count()
        self._waiting: dict[int, _Waiting] = {}  # in the order of their numbers: the first waits longest

    async def start(self) -> None:
        """Start the process."""
        async with self._turn:
            await self._start()

    async def _start(self) -> None:
        child = self._child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", __name__, stdin=PIPE, stdout=PIPE
        )
        _send(child, self._opening)
        self._minding = (asyncio.create_task(self._listen(child)), asyncio.create_task(self._watch(child)))

    @property
    def process(self) -> int | None:
        """The process's number while there is one."""
        return self._child.pid if self._child else None

    async def submit(self, campaign: str, submission: Submission) -> Result:
        """Hand a submission in and wait for its own result. Raises FaultError when it was not written, Unavailable when nobody can tell."""
        child = await self._living()
        loop = asyncio.get_running_loop()
        number, answer = next(self._numbers), loop.create_future()
        self._waiting[number] = _Waiting(answer, loop.time())
        _send(child, _Order(number, campaign, submission))
        result: Result = await answer
        return result

    async def _living(self) -> Process:
        if self._child is None or _is_gone(self._child):
            async with self._turn:
                if self._child is None or _is_gone(self._child):
                    self._lose()
                    await self._start()
        assert self._child is not None
        return self._child

    async def drain(self) -> None:
        """Wait until everything handed in is answered."""
        while self._waiting:
            await asyncio.wait([waiting.answer for waiting in self._waiting.values()])
            await asyncio.sleep(0)

    async def stop(self) -> None:
        """Let the writer end, and wait for it."""
        async with self._turn:
            child, self._child = self._child, None
            if child is not None:
                assert child.stdin is not None
                child.stdin.close()
                await child.wait()
                for task in self._minding:
                    task.cancel()

    async def _listen(self, child: Process) -> None:
        """Give everybody their answer; when this writer dies, start the next one, so that nobody waits for it."""
        assert child.stdout is not None
        try:
            while True:
                length = int.from_bytes(await child.stdout.readexactly(LENGTH))
                written = _decode_written(await child.stdout.readexactly(length))
                for number, outcome in zip(written.numbers, written.outcomes, strict=True):
                    settle(self._waiting.pop(number).answer, outcome)
        except (asyncio.IncompleteReadError, OSError):
            await child.wait()
        if self._child is not child:
            return
        self._lose()
        log.error("the writer ended with %s; starting it again", child.returncode)
        await asyncio.sleep(PAUSE)
        async with self._turn:
            if self.process is None:
                await self._start()

    async def _watch(self, child: Process) -> None:
        """End a writer that does not answer."""
        while self._child is child:
            await asyncio.sleep(1)
            first = next(iter(self._waiting.values()), None)
            if first and asyncio.get_running_loop().time() > first.since + self.deadline and not _is_gone(child):
                log.error("the writer has not answered for %g seconds: it is ended", self.deadline)
                child.kill()
                return

    def _lose(self) -> None:
        """This writer is gone: nobody can tell what it had written of what it was given."""
        self._child = None
        lost, self._waiting = self._waiting, {}
        for waiting in lost.values():
            settle(waiting.answer, _GONE)


_GONE = Away(
    "writer-gone",
    Text(fr="L’enregistrement s’est interrompu avant d’être confirmé.",
         en="The writing broke off before it was confirmed."),
    Text(fr="Réessayez dans un instant : si votre participation avait été enregistrée, un message vous le dit, et la page vous le dira.",
         en="Try again in a moment: if your entry was recorded after all, a message tells you, and so will the page."),
)  # fmt: skip
_encoder = msgspec.msgpack.Encoder()
_decode_written = msgspec.msgpack.Decoder(_Written).decode
_decode_order = msgspec.msgpack.Decoder(_Order).decode


def _framed(message: msgspec.Struct) -> bytes:
    data = _encoder.encode(message)
    return len(data).to_bytes(LENGTH) + data


def _send(child: Process, message: msgspec.Struct) -> None:
    assert child.stdin is not None
    child.stdin.write(_framed(message))


def _is_gone(child: Process) -> bool:
    return child.returncode is not None or child.stdin is None or child.stdin.is_closing()


def serve(orders: int, answers: BinaryIO) -> None:
    """Write what comes through the pipe `orders` until it ends: the writer's end."""
    house = None
    for messages in _lying(orders):
        if house is None:
            house = _opened(messages.pop(0))
        for campaign, batch in _by_campaign([_decode_order(message) for message in messages]):
            outcomes = write_together(house, campaign, [order.submission for order in batch])
            answers.write(_framed(_Written([order.number for order in batch], outcomes)))
            answers.flush()
    if house is not None:
        house.store.close()


def _opened(message: bytes) -> House:
    told = msgspec.msgpack.decode(message, type=_House)
    logs.set_up(told.log)
    return system_house(Store(told.database, Keyring(told.keys)), told.name, told.url)


def _lying(pipe: int) -> Iterator[list[bytes]]:
    """Yield all whole messages that lie in a pipe, at least one; ends with the pipe, however abruptly."""
    rest = b""
    while piece := os.read(pipe, PIECE):
        rest += piece
        found, start = [], 0
        while len(rest) >= (begin := start + LENGTH) and len(rest) >= (
            end := begin + int.from_bytes(rest[start:begin])
        ):
            found.append(rest[begin:end])
            start = end
        rest = rest[start:]
        if found:
            yield found


def _by_campaign(orders: Sequence[_Order]) -> Iterator[tuple[str, list[_Order]]]:
    """Yield the orders of each campaign in the order they came, at most MOST at a time."""
    own: dict[str, list[_Order]] = {}
    for order in orders:
        own.setdefault(order.campaign, []).append(order)
    for campaign, batch in own.items():
        for start in range(0, len(batch), MOST):
            yield campaign, batch[start : start + MOST]


if __name__ == "__main__":
    # A terminal and a service manager send their signal to both; the server ends first and closes the pipe.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    settle_memory()
    serve(sys.stdin.fileno(), sys.stdout.buffer)
