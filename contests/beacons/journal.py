"""A published journal over HTTP (C2SP tlog-tiles), read as a stranger reads it."""

import httpx

from contests.audit.honour import Today
from contests.beacons import bounded
from contests.errors import Malformed, Text
from contests.journal.checkpoint import parse_checkpoint
from contests.journal.merkle import root_of
from contests.journal.tiles import WIDTH, TileName, tile_path

LARGEST = 1 << 20


def read_journal(address: str) -> Today:
    """Return the journal below an address (C2SP tlog-tiles), tile by tile as they are needed. Raises Malformed."""
    base = address.rstrip("/")
    checkpoint = _get(f"{base}/checkpoint")
    size = parse_checkpoint(checkpoint)[0].size
    known: dict[tuple[int, int], bytes] = {}

    def tile(level: int, number: int) -> bytes:
        if (level, number) not in known:
            width = min(WIDTH, size // WIDTH**level - number * WIDTH)
            known[level, number] = _get(f"{base}/tile/{tile_path(TileName(level, number, width))}")
        return known[level, number]

    def subtree(start: int, end: int) -> bytes:
        level = 0
        while WIDTH ** (level + 1) <= end - start:
            level += 1
        first, count = start // WIDTH**level, (end - start) // WIDTH**level
        offset = first % WIDTH * 32
        data = tile(level, first // WIDTH)[offset : offset + count * 32]
        if len(data) != count * 32:
            raise ValueError("a tile that is too short")
        return root_of([data[i : i + 32] for i in range(0, len(data), 32)])

    return Today(checkpoint, subtree)


def _get(address: str) -> bytes:
    try:
        return bounded.ask("GET", address, LARGEST).taken()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise Malformed(
            "journal-unreadable",
            Text(fr="Un journal publié était attendu.", en="A published journal was expected."),
            Text(fr="Vérifiez l’adresse.", en="Check the address."),
            found=f"{address}: {error}"[:200],
        ) from error
