"""One campaign, said in one language: dates, money, counts and lists as that language writes them."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec
from babel.dates import get_timezone_name
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, get_currency_precision

from contests.campaign.amendment import Amended
from contests.campaign.definition import Campaign
from contests.dates import LONG, day_of, when
from contests.errors import Language, Text

LOCALES: dict[Language, str] = {"fr": "fr", "en": "en_GB"}
MINUTES = (Text(fr="{n} minute", en="{n} minute"), Text(fr="{n} minutes", en="{n} minutes"))
DAYS = (Text(fr="{n} jour", en="{n} day"), Text(fr="{n} jours", en="{n} days"))
YEARS = (Text(fr="{n} an", en="{n} year"), Text(fr="{n} ans", en="{n} years"))

_ARTICLE = Text(fr="article {number}", en="article {number}")
_NARROW, _WIDE = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"
_SPACES = ((re.compile(r" (?=[;?!])"), _NARROW), (re.compile(r" (?=[:»%])|(?<=«) "), _WIDE))


def spaced(text: str, language: str) -> str:
    """Return `text` with the no-break spaces of French; English has none."""
    for pattern, space in _SPACES if language == "fr" else ():
        text = pattern.sub(space, text)
    return text


class Voice(msgspec.Struct, frozen=True, kw_only=True):
    """Says things of `campaign` in `language`; `numbers` gives each article its number, by key.

    `amendments` are those that led to this version of the rules.
    """

    campaign: Campaign
    language: Language
    version: int
    numbers: dict[str, str]
    amendments: tuple[Amended, ...] = ()

    @property
    def locale(self) -> str:
        """The locale of dates and numbers: fr or en_GB."""
        return LOCALES[self.language]

    @property
    def address(self) -> str:
        """The contest's own address on the site."""
        return f"/c/{self.campaign.slug}"

    def say(self, text: Text, **facts: object) -> str:
        """Return the sentence with its facts, with the spaces that its language does not break."""
        return self.spaced(text(self.language, **facts))

    def own(self, texts: dict[Language, str] | None) -> str:
        """Return what the organiser wrote, in this language or else in the campaign's first."""
        return self.spaced(self.campaign.say(texts, self.language).strip())

    def spaced(self, text: str) -> str:
        """Return `text` with the no-break spaces of French; English has none."""
        return spaced(text, self.language)

    def article(self, key: str) -> str:
        """Return “article 12” for the article with that key. Raises KeyError."""
        return self.spaced(_ARTICLE(self.language, number=self.numbers[key])).replace(" ", _WIDE)

    def when(self, at: datetime) -> str:
        """Return the day and the minute in the campaign's time zone, with its offset from UTC."""
        local = at.astimezone(ZoneInfo(self.campaign.timezone))
        pattern = f"{LONG[self.language]}:ss" if local.second else ""
        said = when(at, self.campaign.timezone, self.language, pattern)
        return f"{said} (UTC{local.strftime('%z')[:3]}:{local.strftime('%z')[3:5]})"

    def day(self, day: date) -> str:
        """Return a day without an hour."""
        return day_of(day, self.language)

    def zone_names(self) -> str:
        """Return the campaign's time zone as people call it between opening and draw."""
        campaign, zone = self.campaign, ZoneInfo(self.campaign.timezone)
        instants = (campaign.opens_at, campaign.closes_at, campaign.freezes_at, campaign.draws_at)
        names = (get_timezone_name(at.astimezone(zone), locale=self.locale) for at in instants)
        return self.listed(dict.fromkeys(names))

    def number(self, n: int) -> str:
        """Return a whole number as the language groups it."""
        return format_decimal(n, locale=self.locale)

    def count(self, n: int, noun: tuple[Text, Text]) -> str:
        """Return “1 minute”, “15 minutes”: the noun's first form for one, the second for more."""
        one = n in {0, 1} if self.language == "fr" else n == 1
        return self.say(noun[0] if one else noun[1], n=self.number(n)).replace(" ", _WIDE, 1)

    def money(self, amount: Decimal, currency: str) -> str:
        """Return an amount with its currency; every declared digit that counts is printed."""
        whole = amount == round(amount, get_currency_precision(currency))
        return format_currency(amount, currency, locale=self.locale, currency_digits=whole)

    def listed(self, items: Iterable[str]) -> str:
        """Return “a, b et c”."""
        return format_list(list(items), locale=self.locale)

    def sentences(self, *parts: str) -> str:
        """Join parts into sentences: each begins after a full stop."""
        kept = [part.strip() for part in parts if part.strip()]
        return " ".join(part if part[-1] in ".!?…" else f"{part}." for part in kept)
