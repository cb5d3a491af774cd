"""Days and instants as people read them, in both languages. In French the first of a month is “1er”."""

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

LONG = {"fr": "EEEE d MMMM y 'à' HH:mm", "en": "EEEE d MMMM y 'at' HH:mm"}


@lru_cache(maxsize=4096)
def when(at: datetime, zone: str, language: str, pattern: str = "") -> str:
    """Return an instant as it is read in `zone`; `pattern` is one of CLDR, else weekday, day, month, year and minute."""
    there = at.astimezone(ZoneInfo(zone))
    pattern = _first(pattern or LONG.get(language, LONG["en"]), there, language)
    return str(format_datetime(there, pattern, locale=_locale(language)))


def said(at: datetime, zone: str, language: str) -> str:
    """Return an instant as it is read in a time zone, which it names."""
    return f"{when(at, zone, language)} ({zone})"


def day_of(day: date, language: str) -> str:
    """Return a day without an hour."""
    return str(format_date(day, _first("d MMMM y", day, language), locale=_locale(language)))


def _first(pattern: str, day: date, language: str) -> str:
    return pattern.replace("d MMM", "d'er' MMM") if language == "fr" and day.day == 1 else pattern


def _locale(language: str) -> str:
    return "fr" if language == "fr" else "en_GB"
