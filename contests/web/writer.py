"""The writer: a process beside the web server that turns batches into transactions, with an interpreter of its own.

The web server reads requests and makes answers while the writer decides, hashes, signs and commits. They speak
msgpack over two pipes: four bytes of length, then one message. The writer ends when the pipe does, and with it the
server that started it.
"""

import asyncio
import logging
import signal
import sys
from collections.abc import Sequence
from typing import BinaryIO

import msgspec

from contests import logs
from contests.errors import Text, Unavailable
from contests.flows.enter import Result, Submission, enter
from contests.flows.house import House
from contests.settings import system_house
from contests.store.keyring import Keyring
from contests.store.session import Store
from contests.web.memory import settle_memory

log = logging.getLogger("contests.writer")
LENGTH = 4
DEADLINE = 90  # seconds; a PostgreSQL server that vanished is given up before
PAUSE = 0.5  # seconds before a writer that died is started again


class _House(msgspec.Struct, frozen=True):
    """The first message: what the writer opens. It goes through the pipe because it may hold a password, and the keys."""

    database: str
    keys: tuple[str, ...]
    name: str
    url: str
    log: str = "text"


class _Batch(msgspec.Struct, frozen=True):
    campaign: str
    submissions: list[Submission]


class _Away(msgspec.Struct, frozen=True):
    """Why the batch must not be tried again: as an Unavailable says it."""

    code: str
    expected: Text
    todo: Text


class _Written(msgspec.Struct, frozen=True):
    """The results, or what kept the batch from being written, or why it must not be tried again."""

    results: list[Result] = []
    fault: str = ""
    away: _Away | None = None


class FaultError(Exception):
    """A batch could not be written; nothing of it was. The writer has logged why."""


class Writer:
    """The web server's end. Started with the server, and again when it has died."""

    def __init__(self, house: House) -> None:
        database = house.store.url.render_as_string(hide_password=False)
        self._opening = _House(database, house.store.keyring.keys, house.name, house.url, logs.form_now())
        self._turn = asyncio.Lock()
        self._child: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start the process."""
        self._child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", __name__, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        self._send(self._opening)
        self._minding = asyncio.create_task(self._mind(self._child))

    async def _mind(self, child: asyncio.subprocess.Process) -> None:
        """Start the next one as soon as this one dies, so that nobody waits for it."""
        await child.wait()
        if self._child is child:
            log.error("the writer ended with %s; starting it again", child.returncode)
            await asyncio.sleep(PAUSE)
            async with self._turn:
                if self._child is child:
                    await self.start()

    @property
    def process(self) -> int | None:
        """The process's number while there is one."""
        return self._child.pid if self._child else None

    async def write(self, campaign: str, submissions: Sequence[Submission]) -> list[Result]:
        """Write one batch. Raises FaultError when none of it was written, Unavailable when nobody can tell."""
        async with self._turn:
            if self._child is None or self._child.returncode is not None:
                await self.start()
            try:
                self._send(_Batch(campaign, list(submissions)))
                async with asyncio.timeout(DEADLINE):
                    found = await self._read()
            except TimeoutError as error:
                log.error("the writer has not answered for %d seconds: it is ended", DEADLINE)  # noqa: TRY400 - no trace says more
                await self._again()
                raise _gone() from error
            except (asyncio.IncompleteReadError, OSError) as error:
                await self._again()
                raise _gone() from error
        if found.away:
            raise Unavailable(found.away.code, found.away.expected, found.away.todo)
        if found.fault:
            raise FaultError(found.fault)
        return found.results

    async def stop(self) -> None:
        """Let the writer end, and wait for it."""
        async with self._turn:
            await self._bury()

    async def _again(self) -> None:
        if self._child is not None and self._child.returncode is None:
            self._child.kill()
        await self._bury()
        await self.start()

    async def _bury(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            assert child.stdin is not None
            child.stdin.close()
            await child.wait()

    def _send(self, message: msgspec.Struct) -> None:
        assert self._child is not None
        assert self._child.stdin is not None
        self._child.stdin.write(_framed(message))

    async def _read(self) -> _Written:
        assert self._child is not None
        assert self._child.stdout is not None
        length = int.from_bytes(await self._child.stdout.readexactly(LENGTH))
        return _decode_written(await self._child.stdout.readexactly(length))


_encoder = msgspec.msgpack.Encoder()
_decode_written = msgspec.msgpack.Decoder(_Written).decode


def _framed(message: msgspec.Struct) -> bytes:
    data = _encoder.encode(message)
    return len(data).to_bytes(LENGTH) + data


def _gone() -> Unavailable:
    return Unavailable(
        "writer-gone",
        Text(fr="L’enregistrement s’est interrompu avant d’être confirmé.",
             en="The writing broke off before it was confirmed."),
        Text(fr="Réessayez dans un instant : si votre participation avait été enregistrée, un message vous le dit, et la page vous le dira.",
             en="Try again in a moment: if your entry was recorded after all, a message tells you, and so will the page."),
    )  # fmt: skip


def serve(orders: BinaryIO, answers: BinaryIO) -> None:
    """Write batches until the pipe ends: the writer's end."""
    opening = _message(orders)
    if opening is None:
        return
    told = msgspec.msgpack.decode(opening, type=_House)
    logs.set_up(told.log)
    house = system_house(Store(told.database, Keyring(told.keys)), told.name, told.url)
    decode = msgspec.msgpack.Decoder(_Batch).decode
    while (order := _message(orders)) is not None:
        batch = decode(order)
        answers.write(_framed(_write(house, batch)))
        answers.flush()
    house.store.close()


def _write(house: House, batch: _Batch) -> _Written:
    try:
        return _Written(enter(house, batch.campaign, batch.submissions))
    except Unavailable as error:
        log.warning("a batch of %d: %s", len(batch.submissions), error)
        return _Written(away=_Away(error.code, error.expected, error.todo))
    except Exception as error:
        log.exception("a batch of %d was not written", len(batch.submissions))
        return _Written(fault=type(error).__name__)


def _message(orders: BinaryIO) -> bytes | None:
    """Return the next message; None at the end, however abrupt."""
    head = orders.read(LENGTH)
    if len(head) < LENGTH:
        return None
    size = int.from_bytes(head)
    data = orders.read(size)
    return data if len(data) == size else None


if __name__ == "__main__":
    # A terminal and a service manager send their signal to both; the server ends first and closes the pipe.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    settle_memory()
    serve(sys.stdin.buffer, sys.stdout.buffer)
