"""The ranking: successive sampling without replacement, exact in integers (spec draw §5)."""

import heapq
from hashlib import sha256
from importlib.util import find_spec
from itertools import chain
from typing import NamedTuple

from contests.draw.pool import TICKETS_AN_ENTRANT, Pool

ALONE = 1_000_000
"""Tickets up to which Python is done before the extra `scale` is loaded."""
LARGEST = b"\xff" * 32
_Found = tuple[bytes, bytes]
_LINE = 35
_SLICE = 2000 * _LINE
_ENDINGS = [b"\n%d\n" % k for k in range(1, TICKETS_AN_ENTRANT + 1)]


class Rank(NamedTuple):
    """One entrant's number (64 hex digits) in the ranking."""

    number: str
    entrant: str


def number(seed: str, entrant: str, tickets: int) -> str:
    """Return the smallest of SHA-256(seed LF entrant LF k LF) for k = 1 … tickets, in hex."""
    head = f"{seed}\n{entrant}\n"
    return min(sha256(f"{head}{k}\n".encode()).digest() for k in range(1, tickets + 1)).hex()


def _best(seed: bytes, chunk: bytes, first: int) -> list[_Found]:
    """Return the `first` places, as (number, entrant), among the lines of one chunk."""
    head, worst, found = seed + b"\n", LARGEST, list[_Found]()
    lines = chunk.count(b"\n")
    if chunk.count(b",1\n") == lines:
        # One ticket each, the usual case: with another mark each line is the end of its own message.
        ends = chunk.replace(b",", b"\n")
        for start in range(0, len(ends), _SLICE):
            part = (ends[at : at + _LINE] for at in range(start, min(start + _SLICE, len(ends)), _LINE))
            found += [(hashed, end[:32]) for end in part if (hashed := sha256(head + end).digest()) <= worst]
            found, worst = _kept(found, first)
        return found
    for line in chunk.split(b"\n")[:-1]:
        own = head + line[:32]
        hashed = min([sha256(own + ending).digest() for ending in _ENDINGS[: int(line[33:])]])
        if hashed <= worst:
            found.append((hashed, line[:32]))
            if len(found) > 2 * first + 1000:
                found, worst = _kept(found, first)
    return _kept(found, first)[0]


def _kept(found: list[_Found], first: int) -> tuple[list[_Found], bytes]:
    """Return the best so far, and the number beyond which nothing counts any more."""
    best = sorted(found)[:first]
    return best, best[-1][0] if len(best) == first and best else LARGEST


def rank(seed: str, pool: Pool, first: int | None = None) -> list[Rank]:
    """Return the ranking of `pool` under `seed` (64 hex digits), or its `first` places.

    Ascending by (number, entrant). One hash a ticket, one pass, memory for the places asked for and one chunk. Where the
    extra `scale` is installed, large pools are hashed by it on all processors.
    """
    places = pool.size if first is None else first
    if pool.total > ALONE and find_spec("polars_hash"):
        from contests.draw.engine import nearest

        return [Rank(*found) for found in nearest(seed, pool, places)]
    return in_python(seed, pool, places)


def in_python(seed: str, pool: Pool, places: int) -> list[Rank]:
    """Return the first `places` with the standard library alone."""
    head = seed.encode()
    best = heapq.nsmallest(places, chain.from_iterable(_best(head, chunk, places) for chunk in pool.chunks()))
    return [Rank(found.hex(), entrant.decode()) for found, entrant in best]
