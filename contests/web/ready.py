"""Answers whose bytes are ready: while somebody waits, nothing is looked up, rendered, read or compressed.

Only what is the same for everybody and holds no secret is ever kept or compressed here. A token beside words that a
stranger chose must not be compressed together (BREACH), so that pages with tokens go out as they are.
"""

import asyncio
import gzip
import zlib
from collections.abc import Callable, Hashable
from functools import lru_cache
from hashlib import sha256
from typing import Any

import msgspec
from litestar.types import Receive, Scope, Send

MOST = 512  # pages of one process; a page has 5 to 20 kB, and about a third of that again compressed
GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"  # deflate, no name, no time (RFC 1952)
LONGEST_HEADER = 200  # characters of Accept-Encoding that are read


@lru_cache(maxsize=256)
def encodings(accepted: bytes) -> frozenset[bytes]:
    """Return the encodings that a value of Accept-Encoding allows by name."""
    found = set()
    for part in accepted.split(b","):
        name, _, weight = part.strip().lower().partition(b";")
        if weight.replace(b" ", b"") not in {b"q=0", b"q=0.0", b"q=0.00", b"q=0.000"}:
            found.add(name.strip())
    return frozenset(found)


class Ready:
    """An answer of status 200, or 304 for whoever has it: an ASGI application."""

    def __init__(self, body: bytes, headers: dict[str, str], packed: dict[str, bytes], *, tagged: bool = True) -> None:
        """Take the plain bytes, and smaller ones by the name of their encoding, the preferred first."""
        self._tag = f'"{sha256(body).hexdigest()[:24]}"'.encode() if tagged else b""
        vary = ", ".join(name for name in (headers.get("vary"), "Accept-Encoding") if name)
        common = [(name.encode(), value.encode()) for name, value in (headers | {"vary": vary}).items()]
        if tagged:  # weak: one for the plain and the compressed bytes
            common.append((b"etag", b"W/" + self._tag))
        self._unchanged = [pair for pair in common if pair[0] != b"content-type"]
        self._plain = ([*common, (b"content-length", str(len(body)).encode())], body)
        self._packed = [
            (
                name.encode(),
                [*common, (b"content-encoding", name.encode()), (b"content-length", str(len(data)).encode())],
                data,
            )
            for name, data in packed.items()
            if len(data) < len(body)
        ]

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer."""
        accepted = known = b""
        for name, value in scope["headers"]:
            if name == b"accept-encoding":
                accepted = value
            elif name == b"if-none-match":
                known = value
        if self._tag and (self._tag in known or known == b"*"):
            await send({"type": "http.response.start", "status": 304, "headers": self._unchanged})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        headers, body = self._plain
        if accepted:
            allowed = encodings(accepted[:LONGEST_HEADER])
            headers, body = next(((head, data) for name, head, data in self._packed if name in allowed), self._plain)
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})


def packed(body: bytes) -> dict[str, bytes]:
    """Return the bytes as gzip, the same each time."""
    return {"gzip": gzip.compress(body, mtime=0)}


class Gap:
    """A page with one gap in it, compressed on both sides of the gap beforehand.

    What is put in goes out as a stored block between two compressed parts that know nothing of each other (RFC 1951
    §3.2.4): compressing the whole page anew for each visitor would cost more than all the rest of the answer.
    """

    def __init__(self, before: bytes, after: bytes) -> None:
        self._before, self._after = before, after
        self._size, self._sum = len(before) + len(after), zlib.crc32(before)
        first, last = (zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS) for _ in range(2))
        self._start = GZIP_HEAD + first.compress(before) + first.flush(zlib.Z_FULL_FLUSH)
        self._end = last.compress(after) + last.flush()

    def filled(self, value: bytes) -> tuple[bytes, bytes]:
        """Return the page with `value`, of less than 64 kB, in the gap: plain, and as gzip."""
        size = len(value)
        stored = b"\x00" + size.to_bytes(2, "little") + (size ^ 0xFFFF).to_bytes(2, "little") + value
        check = zlib.crc32(self._after, zlib.crc32(value, self._sum))
        foot = check.to_bytes(4, "little") + (self._size + size).to_bytes(4, "little")
        return self._before + value + self._after, self._start + stored + self._end + foot


class _Kept(msgspec.Struct):
    """What was made, or is being made, of what."""

    made_of: Any
    task: asyncio.Task[Any]


class Shelf:
    """Keeps what is made of something for as long as that stays the same; used on the loop alone.

    What many ask for at once is made once, in a thread. Bounded: the oldest goes first.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: dict[Hashable, _Kept] = {}

    def __len__(self) -> int:
        """Return how many things are kept."""
        return len(self._kept)

    async def take(self, key: Hashable, made_of: Any, make: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever is made
        """Return what `make` makes; `key` and `made_of` together have to say all that it depends on."""
        kept = self._kept.get(key)
        if kept is None or (kept.made_of is not made_of and kept.made_of != made_of):
            while len(self._kept) >= self._most:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = kept = _Kept(made_of, asyncio.create_task(asyncio.to_thread(make)))
        kept.made_of = made_of
        if kept.task.done() and not kept.task.cancelled() and kept.task.exception() is None:
            return kept.task.result()
        try:
            return await asyncio.shield(kept.task)
        except BaseException:
            if kept.task.done() and self._kept.get(key) is kept:
                del self._kept[key]
            raise
