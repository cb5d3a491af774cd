"""Canonical bytes and digests (spec journal §3).

Canonical means RFC 8785 (JCS). Floats never occur. JCS sorts keys by UTF-16, msgspec by code points: the two differ only
where a key has a letter beyond U+FFFF, and such values are sorted here.
"""

import hashlib
import json
import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec

from contests.errors import Malformed, Text

LARGEST_INTEGER = 2**53 - 1
DEEPEST = 64
_encoder, _in_order = msgspec.json.Encoder(order="sorted"), msgspec.json.Encoder()
_BEYOND = re.compile(rb"[\xf0-\xf4]")  # begins a letter beyond U+FFFF in UTF-8


def canonical(value: Any) -> bytes:  # noqa: ANN401 - anything JSON can hold
    """Return the JCS bytes of a struct, dict, list or scalar without floats."""
    data = _encoder.encode(value)
    return _in_order.encode(_sorted(msgspec.json.decode(data))) if _BEYOND.search(data) else data


def _sorted(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value, key=lambda key: key.encode("utf-16-be"))}
    return [_sorted(inner) for inner in value] if isinstance(value, list) else value


def digest(data: bytes) -> str:
    """Return the SHA-256 of `data` as 64 lower-case hex digits."""
    return hashlib.sha256(data).hexdigest()


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"duplicate key {key!r}")
        found[key] = value
    return found


def _whole(number: str) -> int:
    # The length is looked at first: int() of a million digits takes a long time.
    if len(number) > len(str(-LARGEST_INTEGER)) or abs(int(number)) > LARGEST_INTEGER:
        raise ValueError(f"integer beyond 2^53: {number[:24]}")
    return int(number)


def _no_float(number: str) -> float:
    raise ValueError(f"a number with a fraction or an exponent: {number[:24]}")


_NESTING = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]')


def check_depth(data: bytes) -> None:
    """Refuse JSON nested deeper than `DEEPEST`, before a parser recurses into it. Raises ValueError."""
    if data.count(b"[") + data.count(b"{") <= DEEPEST:
        return
    depth = 0
    for token in _NESTING.finditer(data):
        mark = token[0][:1]
        depth += (mark in b"[{") - (mark in b"]}")
        if depth > DEEPEST:
            raise ValueError(f"nested deeper than {DEEPEST}")


def parse_json(data: bytes) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Parse JSON strictly: UTF-8, no duplicate keys, no floats, integers within ±(2^53 − 1).

    Raises Malformed.
    """
    try:
        check_depth(data)
        return json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_int=_whole,
            parse_float=_no_float,
            parse_constant=_no_float,
        )
    except (ValueError, RecursionError) as error:
        raise Malformed(
            "json-malformed",
            Text(
                fr="Du JSON strict était attendu (UTF-8, clés uniques, nombres entiers).",
                en="Strict JSON was expected (UTF-8, unique keys, whole numbers).",
            ),
            Text(fr="Corrigez le fichier et renvoyez-le.", en="Mend the file and send it again."),
            found=str(error)[:200] or "nesting too deep",
        ) from error


def instant(at: datetime) -> str:
    """Return `at` as RFC 3339 in UTC with whole seconds and `Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@lru_cache(maxsize=1024)
def _minute(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:00Z")


def minute(at: datetime) -> str:
    """Return `at` cut to the whole minute, as RFC 3339 in UTC with `Z`."""
    return _minute(at.astimezone(UTC).replace(second=0, microsecond=0))


def parse_instant(text: str) -> datetime:
    """Read what `instant` writes, and nothing else. Raises ValueError."""
    at = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    if instant(at) != text:
        raise ValueError(f"not a canonical time: {text!r}")
    return at
