"""What stands in a platform's answer, read one item at a time: one that cannot be read never takes the others with it."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, TypeVar, overload
from urllib.parse import unquote

import httpx
import msgspec

Id = int | str
"""As platforms write ids: text, or a number beyond 2^53. `str()` of it is exact; E notation fits neither."""
LONGEST_ID = 500
LONGEST_TEXT = 50_000
LONGEST_ADDRESS = 2000
SAME_PAGE = "same-page-again"
NOTHING = msgspec.Raw(b"null")
S = TypeVar("S")
K = TypeVar("K")
_MOST = 2**53 - 1
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")  # a terminal or a log may take them for orders
_MOST_SECONDS = 100_000_000_000
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


@overload
def each(items: Iterable[msgspec.Raw], shape: type[S]) -> tuple[list[S], int]: ...
@overload
def each(items: Iterable[msgspec.Raw], shape: type[S], read: Callable[[S], K | None]) -> tuple[list[K], int]: ...
def each(items: Iterable[msgspec.Raw], shape: type[Any], read: Callable[[Any], Any] = lambda item: item) -> Any:
    """Return what `read` makes of each item of a shape (None: left out), and how many items could not be read."""
    found, unread = [], 0
    for item in items:
        try:
            one = read(msgspec.json.decode(item, type=shape))
        except (msgspec.DecodeError, ValueError, RecursionError):
            unread += 1
            continue
        if one is not None:
            found.append(one)
    return found, unread


class Address(msgspec.Struct, frozen=True):
    """An address as people paste it: host in lower case and ASCII, the parts of its path, and its query."""

    host: str
    path: tuple[str, ...]
    query: dict[str, str]


def parse_address(text: str) -> Address | None:
    """Return the parts of a web address, with or without `https://`; None where it is none, or names a port or a user."""
    text = text.strip()
    if len(text) > LONGEST_ADDRESS:
        return None
    if "://" not in text:
        text = f"https://{text}"
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, ValueError, TypeError):
        return None
    if url.scheme not in {"http", "https"} or not url.host or url.port is not None or url.userinfo:
        return None
    path = url.raw_path.partition(b"?")[0].decode("ascii", "replace")
    host = url.raw_host.decode("ascii", "replace").lower().rstrip(".")
    return Address(host, tuple(unquote(part) for part in path.split("/") if part), dict(url.params))


def pasted(address: str, hosts: frozenset[str]) -> tuple[tuple[str, ...], dict[str, str]] | None:
    """Return the path's parts and the query of an address at one of `hosts`, with or without `www.`; None elsewhere."""
    found = parse_address(address)
    if found is None or found.host.removeprefix("www.") not in hosts:
        return None
    return found.path, found.query


def absent(value: msgspec.Raw) -> bool:
    """Return whether nothing stands there, or null."""
    return bytes(value).strip() in {b"", b"null"}


def identity(value: object) -> str:
    """Return an id as text, be it a number beyond 2^53. Raises ValueError for what is none."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_ID or not value.isprintable():
        raise ValueError("an id was expected")
    return value


def line(value: object) -> str:
    """Return a name or a handle as one line of text; empty where it is none."""
    return " ".join(_CONTROL.sub(" ", plain(value)).split())[:LONGEST_ID] if isinstance(value, str) else ""


def plain(value: object) -> str:
    """Return text that a database takes, cut at `LONGEST_TEXT` characters. Raises ValueError for what is no text."""
    if not isinstance(value, str):
        raise ValueError("text was expected")  # noqa: TRY004 - one kind of fault for all that cannot be read
    return value[:LONGEST_TEXT].replace("\x00", "").replace("\r\n", "\n").encode("utf-8", "replace").decode()


def when(value: object) -> datetime | None:
    """Return a time in UTC: ISO 8601 with a zone (`Z`, `+0000`, `+00:00`), or Unix time; None for anything else.

    Unix time is in seconds, or in milliseconds where it is too large for seconds.
    """
    try:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000 if abs(value) > _MOST_SECONDS else value, UTC)
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
        return at.astimezone(UTC) if at and at.tzinfo else None
    except (ValueError, OverflowError, OSError):
        return None


def whole(value: object) -> int | None:
    """Return a count, written as a number or in digits; None for anything else."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < len(str(_MOST)):
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST else None


def onward(asked: str, given: object) -> tuple[str, str]:
    """Return where the next page begins, and a note: a platform that names the page just given has said nothing new."""
    if isinstance(given, int) and not isinstance(given, bool):
        given = str(given)
    if not isinstance(given, str) or not given:
        return "", ""
    return ("", SAME_PAGE) if given == asked else (given, "")
