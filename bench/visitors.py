"""The people: they send entries over HTTP one after the other, and keep what they were answered."""

import asyncio
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import urlencode

import altcha
import msgspec
from world import SECRET, answers

from contests.web import proof

Said = Literal["acknowledged", "waits", "declined", "refused", "cut"]
RECEIPT = b"c2sp.org/tlog-proof@v1\n"
PATIENCE = 40.0  # seconds until a person gives up on an answer
MOVES_ON = 0.1  # share of entries after which a person hangs up: others come, perhaps to another server
AGAIN = frozenset({"refused", "cut"})
proof.TRIES = (1, 3)  # easy to solve; the server judges it like any other


class Outcome(msgspec.Struct, frozen=True):
    """One request and what came of it: a receipt, a confirmation to wait for, a refusal (4xx), a fault (5xx), or nothing."""

    fault: str
    slug: str
    person: str
    web: int
    said: Said
    status: int
    at: float
    receipt: bytes = b""


class Ledger:
    """All outcomes, in the order in which they came; `fault` names what is being broken."""

    def __init__(self) -> None:
        self.outcomes: list[Outcome] = []
        self.fault = "before"
        self.last: dict[int, float] = {}
        self.flying: Counter[str] = Counter()

    def begin(self, fault: str) -> None:
        """Begin another fault, once everybody who sent something during the last one has their answer."""
        self.fault = fault
        wait_for(lambda: not any(many for name, many in self.flying.items() if name != fault), PATIENCE + 5)

    def note(self, outcome: Outcome) -> None:
        """Keep one."""
        self.outcomes.append(outcome)
        if outcome.said == "acknowledged":
            self.last[outcome.web] = outcome.at

    def counts(self) -> Counter[str]:
        """Return how often each answer was given."""
        return Counter(outcome.said for outcome in self.outcomes)


def solved(offset: float) -> str:
    """Return a proof of work that the server made and a browser solved; the server's clock is `offset` seconds ahead."""
    at = datetime.now(UTC) + timedelta(seconds=offset)
    challenge = altcha.Challenge.from_dict(proof.challenge(SECRET, 1, at))
    solution = altcha.solve_challenge(challenge)
    assert solution is not None
    return altcha.Payload(challenge, solution).to_base64()


def request(slug: str, person: str, offset: float) -> bytes:
    """Return one whole request."""
    body = urlencode(answers(person) | {"altcha": solved(offset)}).encode()
    head = (
        f"POST /c/{slug} HTTP/1.1\r\nhost: bench.example\r\nuser-agent: Mozilla/5.0 (X11; Linux x86_64)\r\n"
        "accept: text/html\r\nx-forwarded-proto: https\r\n"
        f"x-forwarded-for: 10.{random.randrange(256)}.{random.randrange(256)}.{random.randrange(256)}\r\n"  # noqa: S311 - an address, no secret
        f"content-type: application/x-www-form-urlencoded\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def judged(status: int, body: bytes) -> Said:
    """Say what an answer is worth to the person."""
    if status == 303:
        return "acknowledged" if body.startswith(RECEIPT) else "waits"
    return "refused" if status >= 500 or status == 429 else "declined"


class Line:
    """One keep-alive connection to one of the servers at a time."""

    def __init__(self, ports: list[int]) -> None:
        self._ports = ports
        self.port = 0
        self._ends: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def open(self) -> bool:
        """Connect to a server that takes connections, unless it is done; say whether there is one."""
        if self._ends is None:
            self.port = random.choice(self._ports)  # noqa: S311 - no secret
            try:
                self._ends = await asyncio.wait_for(asyncio.open_connection("127.0.0.1", self.port), 5)
            except (OSError, TimeoutError):
                return False
        return True

    async def ask(self, sent: bytes) -> tuple[int, bytes]:
        """Send a request and return the status and body of its answer. Raises OSError, EOFError, TimeoutError."""
        assert self._ends is not None
        reader, writer = self._ends
        writer.write(sent)
        async with asyncio.timeout(PATIENCE):
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            body = await reader.readexactly(length)
        if b"connection: close" in head.lower():
            self.close()
        return int(head[9:12]), body

    def close(self) -> None:
        """Hang up."""
        if self._ends is not None:
            self._ends[1].close()
        self._ends = None


class Visitors:
    """Many people at once, in a thread of their own. Whoever enters `again` sends the same entry until it is answered."""

    def __init__(self, ports: list[int], slugs: tuple[str, str], clock: Path, many: int, pause: float) -> None:
        self.ledger, self._ports = Ledger(), ports
        self._once, self._again = slugs
        self._clock, self._many, self._pause = clock, many, pause
        self._ending = threading.Event()
        self.resting = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._all()), daemon=True)
        self._serial = iter(range(10**9))
        self.sign = f"{time.time_ns():x}"

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def end(self) -> None:
        """Let everybody finish what they sent."""
        self._ending.set()
        self._thread.join()

    async def _all(self) -> None:
        await asyncio.gather(*(self._visit(number) for number in range(self._many)))

    async def _visit(self, number: int) -> None:
        line, again = Line(self._ports), number % 4 == 0
        while not self._ending.is_set():
            if self.resting.is_set():
                line.close()
                await asyncio.sleep(0.05)
                continue
            person = f"p{self.sign}{next(self._serial)}"
            said = await self._enter(line, self._again if again else self._once, person)
            while again and said in AGAIN and not self._ending.is_set():
                await asyncio.sleep(0.2)
                said = await self._enter(line, self._again, person)
            await asyncio.sleep(self._pause)
            if random.random() < MOVES_ON:  # noqa: S311 - no secret
                line.close()
        line.close()

    async def _enter(self, line: Line, slug: str, person: str) -> Said:
        while not await line.open():
            if self._ending.is_set():
                return "declined"
            await asyncio.sleep(0.1)
        fault, status, body = self.ledger.fault, 0, b""
        said: Said = "cut"
        self.ledger.flying[fault] += 1
        try:
            status, body = await line.ask(request(slug, person, _offset(self._clock)))
            said = judged(status, body)
        except (OSError, EOFError, TimeoutError, ValueError):
            line.close()
        finally:
            self.ledger.flying[fault] -= 1
        receipt = body if said == "acknowledged" else b""
        self.ledger.note(Outcome(fault, slug, person, line.port, said, status, time.monotonic(), receipt))
        return said


def _offset(clock: Path) -> float:
    try:
        return float(clock.read_text() or 0)
    except (OSError, ValueError):
        return 0.0


def wait_for(what: Callable[[], object], patience: float) -> float:
    """Wait until `what` holds and return how long it took. Raises TimeoutError."""
    begun = time.monotonic()
    while not what():
        if time.monotonic() - begun > patience:
            raise TimeoutError
        time.sleep(0.05)
    return time.monotonic() - begun
