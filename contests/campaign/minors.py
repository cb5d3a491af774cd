"""What follows from a young age: whose consent counts, what is kept of a form, whose prize needs a signature.

Pure: answers and a day in. Ages are known from a date of birth or a declaration on the form; nothing else is guessed.
"""

from collections.abc import Mapping
from datetime import date

import msgspec

from contests.campaign.dated import consent_ages
from contests.campaign.definition import Campaign
from contests.entry import Answers
from contests.errors import Text
from contests.rules.minimum_age import MinimumAge, years_old
from contests.rules.parent_agrees import FIELD as PARENT_FIELD
from contests.rules.parent_agrees import ParentAgrees
from contests.rules.residence import Residence, country_name

ADULT = 18


class Young(msgspec.Struct, frozen=True):
    """Why a person's own consent to commercial messages does not count: the country's age, and the country (or empty)."""

    years: int
    country: str


def asks_age(campaign: Campaign) -> bool:
    """Say whether the form tells a minor from an adult."""
    age = campaign.rule(MinimumAge)
    by_date = isinstance(age, MinimumAge) and age.by == "birth-date"
    return by_date or campaign.rule(ParentAgrees) is not None


def admits_minors(campaign: Campaign, age: int = ADULT) -> bool:
    """Say whether somebody younger than `age` years may enter."""
    rule = campaign.rule(MinimumAge)
    return not isinstance(rule, MinimumAge) or rule.years < age


def asks_age_late(campaign: Campaign) -> bool:
    """Say whether minors may win and no form tells who is one: whoever hands a prize over is asked then."""
    return admits_minors(campaign) and not asks_age(campaign)


def majority(campaign: Campaign) -> int:
    """Return the age from which on nobody else has to agree."""
    rule = campaign.rule(ParentAgrees)
    return rule.under if isinstance(rule, ParentAgrees) else ADULT


def is_minor(campaign: Campaign, values: Mapping[str, str], on: date) -> bool:
    """Say whether somebody's answers show a minor on that day. Who declared to be one at entering stays one."""
    years = years_old(values.get("birth_date", ""), on)
    if years is not None:
        return years < majority(campaign)
    return values.get("age_group") == "minor"


def at_least(campaign: Campaign, values: Mapping[str, str], on: date) -> int | None:
    """Return the age that somebody has reached for sure; None where the answers tell nothing."""
    years = years_old(values.get("birth_date", ""), on)
    if years is not None:
        return years
    if values.get("age_group") == "minor":
        rule = campaign.rule(MinimumAge)
        return rule.years if isinstance(rule, MinimumAge) else 0
    return None


def too_young(campaign: Campaign, values: Mapping[str, str], on: date) -> Young | None:
    """Say why a person's own consent does not count, if so (legal DP8; RGPD art. 8)."""
    years, country = at_least(campaign, values, on), values.get("country", "").strip().upper()
    needed = consent_ages().row(country).years
    return Young(needed, country) if years is not None and years < needed else None


def consent_notice(campaign: Campaign) -> Text | None:
    """Return what stands under a marketing box where children may enter and some are too young to tick it alone."""
    rule, floor = campaign.rule(Residence), campaign.rule(MinimumAge)
    if not asks_age(campaign) or not isinstance(rule, Residence):
        return None
    from_years = floor.years if isinstance(floor, MinimumAge) else 0
    ages = {code: consent_ages().row(code).years for code in rule.countries}
    above = {code: years for code, years in ages.items() if years > from_years}
    if not above:
        return None
    fr = " ; ".join(f"{country_name(code, 'fr')} : {years} ans" for code, years in above.items())
    en = "; ".join(f"{country_name(code, 'en')}: {years}" for code, years in above.items())
    return Text(
        fr=f"Avant l’âge de consentir seul ({fr}), cet accord n’est pas gardé.",
        en=f"Under the age of consenting alone ({en}) this consent is not kept.",
    )


def to_keep(campaign: Campaign, answers: Answers, on: date) -> Answers:
    """Return answers without what must not be kept: a child's own consent, an address of a parent who is not asked."""
    gone = set()
    if not is_minor(campaign, answers.values, on):
        gone.add(PARENT_FIELD)
    if too_young(campaign, answers.values, on):
        gone |= {field.id for field in campaign.fields if field.purpose == "marketing"}
    if not gone & answers.values.keys():
        return answers
    return msgspec.structs.replace(answers, values={k: v for k, v in answers.values.items() if k not in gone})
