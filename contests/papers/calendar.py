"""The calendar of campaigns as an iCalendar feed (RFC 5545). Dates of contests only: no personal data."""

from collections.abc import Iterable
from datetime import UTC, datetime

import icalendar
import msgspec


class Date(msgspec.Struct, frozen=True, kw_only=True):
    """One date. `id` stays the same when the date moves, so that calendars move what they have."""

    id: str
    at: datetime
    title: str
    told: str
    link: str
    state: str = "CONFIRMED"


def feed(name: str, dates: Iterable[Date], now: datetime) -> bytes:
    """Return the feed: instants in UTC, lines folded at 75 bytes and ended by CRLF, texts escaped."""
    made = icalendar.Calendar()
    made.add("prodid", "-//contests//calendar//EN")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    made.add("name", name)
    made.add("x-wr-calname", name)
    for date in dates:
        event = icalendar.Event()
        event.add("uid", date.id)
        event.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
        event.add("dtstart", date.at.astimezone(UTC).replace(microsecond=0))
        event.add("summary", date.title)
        event.add("description", date.told)
        event.add("url", date.link)
        event.add("status", date.state)
        event.add("transp", "TRANSPARENT")
        made.add_component(event)
    return bytes(made.to_ical())
