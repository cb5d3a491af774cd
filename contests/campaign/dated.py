"""Dated data: what countries and platforms ask, with the day it was gathered and where it comes from.

Rows stand in contests/campaign/data/; they change more often than code does. A row older than `FRESH` is still
followed, and the linter says that somebody has to look again.
"""

import tomllib
from collections.abc import Iterable
from datetime import date as Day  # noqa: N812 - the fields are named date
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from contests.campaign.definition import Action, Platform
from contests.errors import Text

FRESH_MONTHS = 18
Words = Annotated[str, Meta(min_length=1, max_length=500)]
Code = Annotated[str, Meta(pattern=r"^[A-Z]{2}$(?!\n)")]
Age = Annotated[int, Meta(ge=1, le=21)]
Money = Annotated[str, Meta(pattern=r"^[0-9]{1,9}\.[0-9]{2}$(?!\n)")]
Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}$(?!\n)")]


class Dated(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every row says: the day it was gathered and its source."""

    date: Day
    source: Words

    def is_old(self, now: datetime) -> bool:
        """Say whether the row was gathered more than 18 months before `now`."""
        months = (now.year - self.date.year) * 12 + now.month - self.date.month
        return (months, now.day) > (FRESH_MONTHS, self.date.day)


class Country(Dated, frozen=True, kw_only=True):
    """What the law of a country does to a prize draw; the keys are explained in countries.toml."""

    code: Code
    status: Literal["allow", "warn", "block"]
    fr: Words
    en: Words
    confirmed_consent: bool = False
    free_only: bool = False
    french: bool = False
    language: Literal["de", "es", "nl"] | None = None
    told: bool = False
    delivery_days: Annotated[int, Meta(ge=1, le=365)] | None = None
    filing_above: Money | None = None
    filing_currency: Currency | None = None
    filing_days: Annotated[int, Meta(ge=0, le=365)] = 0
    frozen_once_filed: bool = False


class Area(Dated, frozen=True, kw_only=True):
    """The European Economic Area: its countries."""

    codes: Annotated[tuple[Code, ...], Meta(min_length=1)]


class ConsentAge(Dated, frozen=True, kw_only=True):
    """From how many full years on one consents alone to commercial messages in a country."""

    code: Code
    years: Age


class Elsewhere(Dated, frozen=True, kw_only=True):
    """The same for every country without a row."""

    years: Age


class PlatformRow(Dated, frozen=True, kw_only=True):
    """What a platform says of contests; the keys are explained in platforms.toml."""

    id: Platform
    name: Words
    forbidden: tuple[Action, ...]
    doubtful: tuple[Action, ...]
    unseen: tuple[Action, ...]
    release: bool
    text_limit: Annotated[int, Meta(ge=1)] | None = None
    mention: bool = False
    minimum_age: Age | None = None
    no_cash: bool = False
    prize_below: Money | None = None
    currency: Currency | None = None
    clause: Text | None = None
    caution: Text | None = None


class Countries(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file of countries."""

    eea: Area
    country: tuple[Country, ...]

    def row(self, code: str) -> Country | None:
        """Return the row of a country, if there is one."""
        return next((row for row in self.country if row.code == code), None)


class ConsentAges(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file of ages."""

    others: Elsewhere
    country: tuple[ConsentAge, ...]

    def row(self, code: str) -> ConsentAge | Elsewhere:
        """Return the row of a country, or that of all the others."""
        return next((row for row in self.country if row.code == code), self.others)


class Platforms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file of platforms."""

    platform: tuple[PlatformRow, ...]

    def row(self, name: str) -> PlatformRow:
        """Return the row of a platform. Raises KeyError; a test holds names and rows together."""
        for row in self.platform:
            if row.id == name:
                return row
        raise KeyError(name)


def read_countries(text: str) -> Countries:
    """Read a file of countries, strictly. Raises ValueError."""
    found = msgspec.convert(tomllib.loads(text), Countries)
    _once(row.code for row in found.country)
    for row in found.country:
        if (row.filing_above is None) != (row.filing_currency is None):
            raise ValueError(f"{row.code}: filing_above and filing_currency go together")
    return found


def read_platforms(text: str) -> Platforms:
    """Read a file of platforms, strictly. Raises ValueError."""
    found = msgspec.convert(tomllib.loads(text), Platforms)
    _once(row.id for row in found.platform)
    for row in found.platform:
        if (row.prize_below is None) != (row.currency is None):
            raise ValueError(f"{row.id}: prize_below and currency go together")
        if both := set(row.forbidden) & set(row.doubtful):
            raise ValueError(f"{row.id}: forbidden and doubtful: {', '.join(sorted(both))}")
    return found


def read_consent_ages(text: str) -> ConsentAges:
    """Read a file of ages, strictly. Raises ValueError."""
    found = msgspec.convert(tomllib.loads(text), ConsentAges)
    _once(row.code for row in found.country)
    return found


def _once(names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"two rows of {name}")
        seen.add(name)


@cache
def countries() -> Countries:
    """Return the countries that come with the package."""
    return read_countries(_text("countries.toml"))


@cache
def consent_ages() -> ConsentAges:
    """Return the ages that come with the package."""
    return read_consent_ages(_text("consent_ages.toml"))


@cache
def platforms() -> Platforms:
    """Return the platforms that come with the package."""
    return read_platforms(_text("platforms.toml"))


def _text(name: str) -> str:
    return (files("contests.campaign") / "data" / name).read_text(encoding="utf-8")
