"""The load side, in a process of its own: many keep-alive connections, requests made beforehand.

Reads one JSON order a line (`{"ports", "kind", "seconds", "ahead", "people"}`), answers one JSON line.
"""

import asyncio
import itertools
import json
import math
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, cast
from urllib.parse import urlencode

import altcha
import uvloop
from world import SECRET, SLUG, answers

from contests.web import proof

PATIENCE = 60.0
PATHS = {"noop": "/noop/x", "bare": "/noop/x", "entry": f"/c/{SLUG}", "single": f"/one/c/{SLUG}"}
# What is only looked at; the style sheet is of the landing page's size. `friend` comes by somebody's link.
LOOKS = {
    "landing": f"/c/{SLUG}",
    "channel": f"/c/{SLUG}?via=tv",
    "friend": f"/c/{SLUG}?ref=",
    "static": "/static/live.css?v=1",
}
RECEIPT = b"c2sp.org/tlog-proof@v1\n"
Serial = Iterator[int]


def solved() -> str:
    """Return a proof of work that the server made and a browser solved."""
    challenge = altcha.Challenge.from_dict(proof.challenge(SECRET, 1, datetime.now(UTC)))
    solution = altcha.solve_challenge(challenge)
    assert solution is not None
    return altcha.Payload(challenge, solution).to_base64()


def request(kind: str, number: int) -> bytes:
    """Return one whole request of a person that nobody else is, from an address of their own."""
    body = urlencode(answers(f"p{time.time_ns():x}{number}") | {"altcha": solved()}).encode()
    address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    head = (
        f"POST {PATHS[kind]} HTTP/1.1\r\nhost: bench.example\r\nuser-agent: Mozilla/5.0 (X11; Linux x86_64)\r\n"
        "accept: text/html,application/xhtml+xml\r\naccept-language: fr,en;q=0.5\r\n"
        f"x-forwarded-for: {address}\r\nx-forwarded-proto: https\r\n"
        f"content-type: application/x-www-form-urlencoded\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def look(kind: str, number: int) -> bytes:
    """Return the request of a phone that opens a page or fetches a file for the first time."""
    friend = f"{number:016x}" if kind == "friend" else ""
    head = (
        f"GET {LOOKS[kind]}{friend} HTTP/1.1\r\nhost: bench.example\r\n"
        f"user-agent: Mozilla/5.0 (Linux; Android {10 + number % 6}; K) AppleWebKit/537.36 (KHTML, like Gecko) "
        f"Chrome/{120 + number % 20}.0.0.0 Mobile Safari/537.36\r\n"
        "accept: text/html,application/xhtml+xml,text/css,*/*;q=0.1\r\naccept-encoding: gzip, deflate, br, zstd\r\n"
        "accept-language: fr-FR,fr;q=0.9,en-US;q=0.8,en;q=0.7\r\n"
        f"x-forwarded-for: 10.0.{number >> 8 & 255}.{number & 255}\r\nx-forwarded-proto: https\r\n\r\n"
    )
    return head.encode()


class Round:
    """One round: what is still to be sent, and what came back."""

    def __init__(self, requests: Iterator[bytes], seconds: float, *, due: bytes, receipts: bool) -> None:
        self.requests, self.due, self.receipts = requests, due, receipts
        self.start = time.perf_counter()
        self.deadline = self.start + seconds
        self.end = self.deadline
        self.times: list[float] = []
        self.late = 0
        self.size = 0
        self.wrong: list[str] = []

    def next(self) -> bytes | None:
        """Return the next request, or nothing after the deadline."""
        if time.perf_counter() >= self.deadline:
            return None
        sent = next(self.requests, None)
        if sent is None:
            self.end = self.deadline = time.perf_counter()
        return sent

    def done(self, took: float, status: bytes, body: bytes) -> None:
        """Count one answer; after the deadline it is acknowledged but not part of the rate."""
        if status != self.due or (self.receipts and not body.startswith(RECEIPT)):
            self.wrong.append(f"{status.decode()} {body[:300].decode(errors='replace')}")
        elif time.perf_counter() > self.deadline:
            self.late += 1
        else:
            self.times.append(took)
            self.size = len(body)


class Client(asyncio.Protocol):
    """One keep-alive connection: the next request goes out when the answer is there."""

    def __init__(self, turn: Round, finished: asyncio.Future[None]) -> None:
        self._turn, self._finished = turn, finished
        self._rest = b""
        self._since = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own class
        self._send()

    def _send(self) -> None:
        sent = self._turn.next()
        if sent is None:
            self._transport.close()
            return
        self._since = time.perf_counter()
        self._transport.write(sent)

    def data_received(self, data: bytes) -> None:
        """Take the answer; every answer says its length."""
        self._rest += data
        head, blank, body = self._rest.partition(b"\r\n\r\n")
        if blank and len(body) >= int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0]):
            self._rest = b""
            self._turn.done(time.perf_counter() - self._since, head[9:12], body)
            self._send()

    def connection_lost(self, error: Exception | None) -> None:
        """End; a connection that the server closes is an error."""
        if error:
            self._turn.wrong.append(repr(error))
        if not self._finished.done():
            self._finished.set_result(None)


async def drive(ports: Sequence[int], turn: Round, people: int) -> None:
    """Hold all connections until the round is over."""
    loop = asyncio.get_running_loop()
    ends = [loop.create_future() for _ in range(people)]
    for end, port in zip(ends, itertools.cycle(ports)):
        await loop.create_connection(partial(Client, turn, end), "127.0.0.1", port)
    async with asyncio.timeout(turn.deadline - turn.start + PATIENCE):
        await asyncio.gather(*ends)


def quantile(times: list[float], share: float) -> float:
    """Return the nearest-rank quantile of sorted times, in milliseconds."""
    return round(1000 * times[max(0, math.ceil(share * len(times)) - 1)], 2) if times else 0.0


def take(order: dict[str, Any], serial: Serial, same: dict[str, list[bytes]]) -> dict[str, Any]:
    """Run one round and return what was measured."""
    kind = order["kind"]
    entering = kind in {"entry", "single"}
    if entering:
        made = deque(request(kind, next(serial)) for _ in range(order["ahead"]))
        requests: Iterator[bytes] = (made.popleft() for _ in range(len(made)))
    else:
        requests = itertools.cycle(same["noop" if kind == "bare" else kind])
    time.sleep(0.2)  # let the server end what it still has to do
    busy = time.process_time()
    turn = Round(requests, order["seconds"], due=b"200" if kind in LOOKS else b"303", receipts=entering)
    uvloop.run(drive(order["ports"], turn, order["people"]))
    elapsed = turn.end - turn.start
    times = sorted(turn.times)
    return {
        "kind": kind,
        "rate": round(len(times) / elapsed, 1),
        "seconds": round(elapsed, 2),
        "acknowledged": len(times) + turn.late,
        "p50": quantile(times, 0.5),
        "p99": quantile(times, 0.99),
        "load": round((time.process_time() - busy) / (time.perf_counter() - turn.start), 2),
        "bytes": turn.size,
        "wrong": turn.wrong[:3],
    }


def main() -> None:
    """Take orders until the input ends."""
    proof.TRIES = (1, 3)  # easy to solve; the server judges it like any other
    serial = itertools.count(1)
    same = {"noop": [request("noop", next(serial)) for _ in range(500)]}
    same |= {kind: [look(kind, number) for number in range(500)] for kind in LOOKS}
    for line in sys.stdin:
        print(json.dumps(take(json.loads(line), serial, same)), flush=True)


if __name__ == "__main__":
    main()
