"""Times as files write them: with or without a zone, day or month first, as text, Unix time or a spreadsheet's serial."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

Order = Literal["day", "month", "unclear"]
Since = Literal["", "1900", "1904"]
_SLASHED = re.compile(
    r"(?P<one>\d{1,2})(?P<mark>[/.-])(?P<two>\d{1,2})(?P=mark)(?P<year>\d{4}|\d{2})"
    r"(?:,? (?:à )?(?P<hour>\d{1,2})(?::|h| h )(?P<minute>\d{2})(?::(?P<second>\d{2}))?(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?)?"
    r"(?: ?(?P<zone>UTC|GMT|Z|[+-]\d{2}:?\d{2}))?"
)
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{2})\2(\d{2})(.*)", re.DOTALL)
_NAMED_ZONE, _BEFORE_OFFSET = re.compile(r" ?(?:UTC|GMT)$"), re.compile(r" (?=[+-])")
_FLOAT = re.compile(r"\d{1,6}(?:\.\d+)?(?:E[+-]?\d{1,2})?")
_LATEST_SERIAL, _FIRST_UNIX = 110_000, 100_000_000
_ORIGIN = {"1900": datetime(1899, 12, 30), "1904": datetime(1904, 1, 1)}  # noqa: DTZ001 - a wall's, in no zone


class Moment(msgspec.Struct, frozen=True):
    """A time that was read, in UTC; how it was written, whatever the zone; what it lacked."""

    at: datetime
    wall: str
    zoned: bool
    day_only: bool = False


def order_of(cells: Iterable[str]) -> Order:
    """Return whether the day or the month comes first, from a column's first cells; `unclear` where they do not tell."""
    order: Order = "day"
    for cell in cells:
        found = _SLASHED.fullmatch(" ".join(cell.split()))
        if not found:
            continue
        if int(found["one"]) > 12 or found["mark"] == ".":
            return "day"
        if int(found["two"]) > 12:
            return "month"
        order = "month" if found["half"] else "unclear"
    return order


def moment(cell: str, zone: ZoneInfo, order: Order = "day", since: Since = "") -> Moment | None:
    """Return the time that a cell tells, or None where it tells none; without a zone it is read in `zone`.

    `since` is the origin of a workbook's serial days. An hour that the clock shows twice is the earlier one.
    """
    text = " ".join(cell.split())
    try:
        return _unix(text) or (_serial(text, zone, since) if since else None) or _iso(text, zone) or _slashed(
            text, zone, order
        )  # fmt: skip
    except (ValueError, OverflowError):
        return None


def _placed(at: datetime, zone: ZoneInfo, *, day_only: bool = False) -> Moment:
    zoned = at.tzinfo is not None
    utc = (at if zoned else at.replace(tzinfo=zone)).astimezone(UTC)
    return Moment(utc, at.isoformat(), zoned, day_only)


def _unix(text: str) -> Moment | None:
    if not (text.isascii() and text.isdecimal() and 9 <= len(text) <= 13) or int(text) < _FIRST_UNIX:
        return None
    seconds = int(text) / (1000 if len(text) > 11 else 1)
    at = datetime.fromtimestamp(seconds, UTC)
    return Moment(at, at.isoformat(), zoned=True)


def _serial(text: str, zone: ZoneInfo, since: Since) -> Moment | None:
    if not _FLOAT.fullmatch(text) or float(text) > _LATEST_SERIAL:
        return None
    days = float(text)
    at = _ORIGIN[since] + timedelta(seconds=round(days * 86_400))
    return _placed(at, zone, day_only=days.is_integer())


def _iso(text: str, zone: ZoneInfo) -> Moment | None:
    found = _YEAR_FIRST.fullmatch(text)
    if not found:
        return None
    rest = _NAMED_ZONE.sub("+00:00", found[5])
    at = datetime.fromisoformat(f"{found[1]}-{found[3]}-{found[4]}{_BEFORE_OFFSET.sub('', rest)}")
    return _placed(at, zone, day_only=not rest)


def _slashed(text: str, zone: ZoneInfo, order: Order) -> Moment | None:
    found = _SLASHED.fullmatch(text)
    if not found:
        return None
    day, month = int(found["one"]), int(found["two"])
    if order == "month" and found["mark"] != ".":
        day, month = month, day
    hour = int(found["hour"] or 0)
    if found["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found["half"] in "Pp" else 0)
    year = int(found["year"]) + (2000 if len(found["year"]) == 2 else 0)
    at = datetime(year, month, day, hour, int(found["minute"] or 0), int(found["second"] or 0))  # noqa: DTZ001 - placed below
    if offset := found["zone"]:
        at = datetime.fromisoformat(at.isoformat() + ("+00:00" if offset.isalpha() else offset))
    return _placed(at, zone, day_only=not found["hour"])
