"""The short terms of a contest: what a poster and a post have to say, made from the definition.

What, who may enter, when, what can be won, who is answerable; the rules themselves stand behind the link.
"""

import re
from datetime import datetime
from decimal import Decimal

import msgspec

from contests.campaign.definition import Campaign
from contests.dates import when
from contests.errors import Language, Text
from contests.papers.voice import Voice
from contests.rules.minimum_age import MinimumAge
from contests.rules.residence import Residence, country_name
from contests.rules.unique_code import UniqueCode


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """Short terms in one language; no text ends with a full stop. `free` and `who` may be empty."""

    title: str
    summary: str
    prizes: tuple[str, ...]
    value: str
    who: str
    free: str
    opens: str
    closes: str
    draws: str
    zone: str
    organiser: str


_PATTERNS: dict[Language, str] = {"fr": "d MMM y 'à' HH:mm", "en": "d MMM y 'at' HH:mm"}
_FREE = Text(fr="Jeu gratuit, sans obligation d’achat", en="Free to enter, no purchase necessary")
_AGE = Text(fr="{years} ans et plus", en="aged {years} or over")
_HOME = Text(fr="résidence : {countries}", en="residents of {countries}")


def short_terms(campaign: Campaign, language: Language) -> Terms:
    """Return the short terms in `language`, its spaces in place. Times are those of the campaign's own zone."""
    voice = Voice(campaign=campaign, language=language, version=1, numbers={})
    total = sum((Decimal(prize.unit_value) * prize.quantity for prize in campaign.prizes), Decimal())
    currencies = {prize.currency for prize in campaign.prizes}
    return Terms(
        title=one_line(voice.own(campaign.title)),
        summary=one_line(voice.own(campaign.summary)),
        prizes=tuple(
            (f"{voice.number(prize.quantity)}\N{NO-BREAK SPACE}× " if prize.quantity > 1 else "")
            + one_line(voice.own(prize.title)).rstrip(".")
            for prize in campaign.prizes
        ),
        value=voice.money(total, currencies.pop()) if len(currencies) == 1 else "",
        who=_who(voice),
        free=voice.say(_FREE) if free_of_charge(campaign) else "",
        opens=_at(campaign.opens_at, campaign, language),
        closes=_at(campaign.closes_at, campaign, language),
        draws=_at(campaign.draws_at, campaign, language),
        zone=campaign.timezone,
        organiser=campaign.organiser.name,
    )


def free_of_charge(campaign: Campaign) -> bool:
    """Say whether a poster may promise a free contest: not where entering costs, or a code may come with a purchase."""
    return campaign.law.cost is None and campaign.rule(UniqueCode) is None


def one_line(text: str) -> str:
    """Return `text` on one line."""
    return re.sub(r"[ \t\r\n]+", " ", text).strip()


def shortened(text: str, most: int) -> str:
    """Return `text` cut at a word, with an ellipsis, where it is longer than `most` characters."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    cut = cut.rsplit(" ", 1)[0] if " " in cut else cut
    return f"{cut.rstrip(' ,;:.–-')}…"


def _who(voice: Voice) -> str:
    age, home = voice.campaign.rule(MinimumAge), voice.campaign.rule(Residence)
    parts = []
    if isinstance(age, MinimumAge):
        parts.append(voice.say(_AGE, years=age.years))
    if isinstance(home, Residence):
        names = voice.listed(country_name(code, voice.language) for code in home.countries)
        parts.append(voice.say(_HOME, countries=names))
    said = ", ".join(parts)
    return said[:1].upper() + said[1:]


def _at(at: datetime, campaign: Campaign, language: Language) -> str:
    return when(at, campaign.timezone, language, _PATTERNS[language])
