"""From which value on a prize brings duties, by country: dated rows (legal US8, ES2)."""

import tomllib
from datetime import date as Day  # noqa: N812 - the fields are named date
from decimal import Decimal
from functools import cache
from importlib.resources import files

import msgspec

from contests.campaign.dated import Code, Currency, Dated, Money, Words


class Threshold(Dated, frozen=True, kw_only=True, rename={"since": "from"}):
    """One row; the keys are explained in thresholds.toml."""

    country: Code
    above: Money
    currency: Currency
    fr: Words
    en: Words
    since: Day | None = None
    until: Day | None = None
    cumulative: bool = False

    def applies(self, country: str, day: Day) -> bool:
        """Say whether the row is about prizes handed over in a country on a day."""
        return country == self.country and (self.since or day) <= day <= (self.until or day)


class Passed(msgspec.Struct, frozen=True):
    """A row that a prize has to be held against; `sure` where its value is in the same currency and reaches it."""

    row: Threshold
    sure: bool


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    threshold: tuple[Threshold, ...]


def read_thresholds(text: str) -> tuple[Threshold, ...]:
    """Read a file of thresholds, strictly. Raises ValueError."""
    found = msgspec.convert(tomllib.loads(text), _File).threshold
    for row in found:
        if row.since and row.until and row.since > row.until:
            raise ValueError(f"{row.country}: from {row.since} until {row.until}")
    return found


@cache
def thresholds() -> tuple[Threshold, ...]:
    """Return the thresholds that come with the package."""
    return read_thresholds((files("contests.campaign") / "data" / "thresholds.toml").read_text(encoding="utf-8"))


def passed(country: str, value: Decimal, currency: str, day: Day, year: Decimal = Decimal(0)) -> tuple[Passed, ...]:
    """Return the rows that a prize of `value` for somebody in `country` meets; another currency is for a person to compare.

    `year` is what the same person had from the same sponsor in that year, this prize included; where it is known.
    """
    rows = (row for row in thresholds() if row.applies(country, day))
    return tuple(
        Passed(row, sure=currency == row.currency)
        for row in rows
        if currency != row.currency or max(value, year if row.cumulative else value) >= Decimal(row.above)
    )
