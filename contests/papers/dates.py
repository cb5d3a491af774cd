"""Instants as people of a campaign read them."""

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

from contests.campaign.definition import Campaign


def local(at: datetime, definition: Campaign, language: str) -> str:
    """Return an instant as people of the campaign read it, with its time zone."""
    return said(at, definition.timezone, language)


@lru_cache(maxsize=4096)
def said(at: datetime, timezone: str, language: str) -> str:
    """Return an instant as it is read in a time zone, which it names."""
    pattern = "EEEE d MMMM y 'à' HH:mm" if language == "fr" else "EEEE d MMMM y 'at' HH:mm"
    locale = "fr" if language == "fr" else "en_GB"
    return f"{format_datetime(at.astimezone(ZoneInfo(timezone)), pattern, locale=locale)} ({timezone})"


def day_of(day: date, language: str) -> str:
    """Return a day without an hour."""
    first = "d'er'" if language == "fr" and day.day == 1 else "d"
    return format_date(day, f"{first} MMMM y", locale="fr" if language == "fr" else "en_GB")
