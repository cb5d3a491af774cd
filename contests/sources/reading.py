"""Reading what platforms send, one item at a time: one that cannot be read never takes the others with it."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

Id = int | str
"""As platforms write ids: text, or a number beyond 2^53. `str()` of it is exact; E notation fits neither."""
LONGEST_ADDRESS = 2000
T = TypeVar("T")
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u([dD][89a-fA-F][0-9a-fA-F]{2}|0000)|.)"
)
_LONE = re.compile(rb"\\u(?:[dD][89a-fA-F]|0000)")


def mended(data: bytes) -> bytes:
    """Return JSON with a mark in place of half a character, and of NUL, which no database takes as text.

    Platforms cut texts in the middle of an emoji.
    """
    if not _LONE.search(data):
        return data
    return _ESCAPE.sub(lambda found: rb"\ufffd" if found[1] else found[0], data)


def each(items: Iterable[msgspec.Raw], shape: type[T]) -> tuple[list[T], int]:
    """Return the items that are of a shape, and how many are not."""
    read, unread = [], 0
    for item in items:
        try:
            read.append(msgspec.json.decode(item, type=shape))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            unread += 1
    return read, unread


def moment(said: str) -> datetime | None:
    """Return an ISO 8601 time (`Z`, `+0000` or `+00:00`); None for one without a zone, or unreadable."""
    try:
        at = datetime.fromisoformat(said)
        return at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None


def seconds(said: float) -> datetime | None:
    """Return a time in Unix seconds, or in milliseconds where it is too large for seconds; None beyond any calendar."""
    try:
        return datetime.fromtimestamp(said / 1000 if abs(said) > 100_000_000_000 else said, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def pasted(address: str, hosts: frozenset[str]) -> tuple[tuple[str, ...], dict[str, str]] | None:
    """Return the path's parts and the query of an address at one of `hosts`, as people paste it; None elsewhere."""
    address = address.strip()
    if len(address) > LONGEST_ADDRESS:
        return None
    try:
        split = urlsplit(address if "://" in address else f"https://{address}")
        host = (split.hostname or "").removesuffix(".").removeprefix("www.")
        query = dict(parse_qsl(split.query))
    except ValueError:
        return None
    if split.scheme not in {"http", "https"} or host not in hosts:
        return None
    return tuple(unquote(part) for part in split.path.split("/") if part), query
