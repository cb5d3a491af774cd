"""The ranking: successive sampling without replacement, exact in integers (spec draw §5)."""

import heapq
from collections.abc import Iterator
from hashlib import sha256
from typing import NamedTuple

from contests.draw.pool import Pool


class Rank(NamedTuple):
    """One entrant's number (64 hex digits) in the ranking."""

    number: str
    entrant: str


def number(seed: str, entrant: str, tickets: int) -> str:
    """Return the smallest of SHA-256(seed LF entrant LF k LF) for k = 1 … tickets, in hex."""
    head = f"{seed}\n{entrant}\n"
    return min(sha256(f"{head}{k}\n".encode()).digest() for k in range(1, tickets + 1)).hex()


def _numbers(seed: str, pool: Pool) -> Iterator[tuple[bytes, str]]:
    head = seed.encode() + b"\n"
    for entrant, tickets in zip(pool.entrants, pool.tickets, strict=True):
        own = head + entrant.encode()
        if tickets == 1:
            yield sha256(own + b"\n1\n").digest(), entrant
        else:
            yield min(sha256(b"%b\n%d\n" % (own, k)).digest() for k in range(1, tickets + 1)), entrant


def rank(seed: str, pool: Pool, first: int | None = None) -> list[Rank]:
    """Return the ranking of `pool` under `seed` (64 hex digits), or its `first` places.

    Ascending by (number, entrant). One hash a ticket, one pass, memory for the places asked for.
    """
    numbers = _numbers(seed, pool)
    best = sorted(numbers) if first is None else heapq.nsmallest(first, numbers)
    return [Rank(found.hex(), entrant) for found, entrant in best]
