"""The ranking: successive sampling without replacement, exact in integers (spec draw §5)."""

import heapq
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from hashlib import sha256
from itertools import chain
from multiprocessing import get_context
from typing import NamedTuple

from contests.draw.pool import Pool

ALONE = 400_000
"""Tickets up to which one process is faster than starting others."""
_Found = tuple[bytes, bytes]


class Rank(NamedTuple):
    """One entrant's number (64 hex digits) in the ranking."""

    number: str
    entrant: str


def number(seed: str, entrant: str, tickets: int) -> str:
    """Return the smallest of SHA-256(seed LF entrant LF k LF) for k = 1 … tickets, in hex."""
    head = f"{seed}\n{entrant}\n"
    return min(sha256(f"{head}{k}\n".encode()).digest() for k in range(1, tickets + 1)).hex()


def _numbers(seed: bytes, lines: Iterable[bytes]) -> Iterator[_Found]:
    """Yield (number, entrant) for lines of the pool. Every hash begins with the seed: its state is kept."""
    copy = sha256(seed + b"\n").copy
    for line in lines:
        entrant, tickets = line[:32], line[33:]
        if tickets == b"1":
            hashed = copy()
            hashed.update(entrant + b"\n1\n")
            yield hashed.digest(), entrant
        else:
            own = copy()
            own.update(entrant + b"\n")
            yield min(_each(own.copy, int(tickets))), entrant


def _each(copy, tickets: int) -> Iterator[bytes]:  # type: ignore[no-untyped-def]  # noqa: ANN001 - hashlib's own
    for k in range(1, tickets + 1):
        hashed = copy()
        hashed.update(b"%d\n" % k)
        yield hashed.digest()


def _best(seed: bytes, chunk: bytes, first: int) -> list[_Found]:
    """Return the `first` places among the lines of one chunk."""
    return heapq.nsmallest(first, _numbers(seed, chunk.split(b"\n")[:-1]))


def rank(seed: str, pool: Pool, first: int | None = None, processes: int | None = None) -> list[Rank]:
    """Return the ranking of `pool` under `seed` (64 hex digits), or its `first` places.

    Ascending by (number, entrant). One hash a ticket, one pass, memory for the places asked for and one chunk a
    process; large pools use all processors (`processes`: so many).
    """
    head, places = seed.encode(), pool.size if first is None else first
    many = processes or (os.cpu_count() or 1 if pool.total > ALONE else 1)
    if many == 1:
        best = heapq.nsmallest(places, chain.from_iterable(_best(head, chunk, places) for chunk in pool.chunks()))
    else:
        best = _in_parallel(head, pool, places, many)
    return [Rank(found.hex(), entrant.decode()) for found, entrant in best]


def _in_parallel(seed: bytes, pool: Pool, places: int, many: int) -> list[_Found]:
    best: list[_Found] = []
    with ProcessPoolExecutor(many, mp_context=get_context("spawn")) as executor:
        waiting = []
        for chunk in pool.chunks():
            waiting.append(executor.submit(_best, seed, chunk, places))
            if len(waiting) > 2 * many:
                best = heapq.nsmallest(places, chain(best, waiting.pop(0).result()))
        for each in waiting:
            best = heapq.nsmallest(places, chain(best, each.result()))
    return best
