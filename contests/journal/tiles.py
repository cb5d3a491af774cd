"""Tiles (C2SP tlog-tiles): addresses of hash tiles and entry bundles, and their bytes."""

import re
from collections.abc import Iterable
from typing import NamedTuple

WIDTH = 256
LARGEST_RECORD = 65_535
_PATH = re.compile(r"(entries|[0-9]|[1-5][0-9])/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


class TileName(NamedTuple):
    """Level (None for a bundle of entries), number, and how many of its 256 places are filled."""

    level: int | None
    number: int
    width: int = WIDTH


def tile_path(tile: TileName) -> str:
    """Return the address below `tile/`."""
    digits = f"{tile.number:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    number = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
    partial = "" if tile.width == WIDTH else f".p/{tile.width}"
    return f"{'entries' if tile.level is None else tile.level}/{number}{partial}"


def parse_tile_path(path: str) -> TileName:
    """Read an address below `tile/`; only the canonical one. Raises ValueError."""
    match = _PATH.fullmatch(path)
    if not match or len(path) > 80:
        raise ValueError(f"not a tile: {path[:80]}")
    level, number, width = match.groups()
    tile = TileName(
        None if level == "entries" else int(level),
        int(number.replace("/", "").replace("x", "")),
        int(width) if width else WIDTH,
    )
    if tile.width > WIDTH or tile_path(tile) != path:
        raise ValueError(f"not a tile: {path[:80]}")
    return tile


def exists(tile: TileName, size: int) -> bool:
    """Say whether a log of `size` records has that tile (full, or partial in this or an earlier state)."""
    filled = size >> 8 * (tile.level or 0)
    return tile.number * WIDTH + tile.width <= filled


def filled_up(level: int | None, old: int, new: int) -> range:
    """Return the numbers of the tiles of a level that a log of `new` records has full and one of `old` has not."""
    places = 8 * (level or 0)
    return range((old >> places) // WIDTH, (new >> places) // WIDTH)


def partial_tiles(size: int) -> list[TileName]:
    """Return the tiles at the right edge of a log of `size` records that are begun and not full, bundle first."""
    found = []
    for level in (None, *range(8)):
        number, width = divmod(size >> 8 * (level or 0), WIDTH)
        if width:
            found.append(TileName(level, number, width))
    return found


def bundle(records: Iterable[bytes]) -> bytes:
    """Return an entry bundle: each record behind its length in two bytes, big-endian."""
    return b"".join(len(record).to_bytes(2, "big") + record for record in records)


def parse_bundle(data: bytes) -> list[bytes]:
    """Take an entry bundle apart. Raises ValueError."""
    records, at = [], 0
    while at < len(data):
        length = int.from_bytes(data[at : at + 2], "big")
        if at + 2 + length > len(data):
            raise ValueError("the bundle is cut short")
        records.append(data[at + 2 : at + 2 + length])
        at += 2 + length
    return records
