"""Who may enter: age, address, question; what follows where minors may."""

from collections.abc import Iterator

from contests.campaign.dated import countries
from contests.campaign.definition import Campaign
from contests.campaign.lint.remark import Remark, block, warn
from contests.errors import Text
from contests.rules.closed_question import ClosedQuestion
from contests.rules.confirmed_email import ConfirmedEmail
from contests.rules.minimum_age import MinimumAge
from contests.rules.residence import Residence

ADULT = 18
COPPA = 13


def youngest(campaign: Campaign) -> int:
    """Return the age from which one may enter; 0 when no rule asks."""
    rule = campaign.rule(MinimumAge)
    return rule.years if isinstance(rule, MinimumAge) else 0


def open_to(campaign: Campaign) -> tuple[str, ...]:
    """Return the countries where entrants may live; none when no rule asks."""
    rule = campaign.rule(Residence)
    return rule.countries if isinstance(rule, Residence) else ()


def asks_consent(campaign: Campaign) -> bool:
    """Say whether the form has a box for commercial messages."""
    return any(field.kind == "consent" for field in campaign.fields)


def eligibility(campaign: Campaign) -> Iterator[Remark]:
    """Remark on who may enter."""
    yield from _age(campaign)
    yield from _children(campaign)
    if campaign.rule(ConfirmedEmail) is None:
        yield warn(
            "email-unconfirmed",
            "rules",
            Text(
                fr="Sans e-mail confirmé, une adresse inventée peut gagner.",
                en="Without a confirmed e-mail an invented address can win.",
            ),
            "DP5",
        )
    question = campaign.rule(ClosedQuestion)
    if isinstance(question, ClosedQuestion) and not (question.answers or question.sealed):
        yield block(
            "answer-unknown",
            "rules",
            Text(
                fr="Donnez au moins une bonne réponse à la question.",
                en="Give at least one right answer to the question.",
            ),
            "C7",
        )


def _age(campaign: Campaign) -> Iterator[Remark]:
    age = youngest(campaign)
    if age == 0:
        yield warn(
            "minors",
            "rules",
            Text(
                fr="Aucun âge minimum : des mineurs peuvent gagner ; prévoyez l’accord parental.",
                en="No minimum age: minors may win; provide for parental consent.",
            ),
            "FR10",
        )
    elif age < ADULT:
        yield warn(
            "minors",
            "rules",
            Text(
                fr="Des mineurs peuvent gagner : prévoyez l’accord parental à la remise.",
                en="Minors may win: provide for parental consent at hand-over.",
            ),
            "FR10",
        )


def _children(campaign: Campaign) -> Iterator[Remark]:
    """Below the age of digital consent nobody can be asked for a marketing consent; under 13 the United States forbid it."""
    age, named = youngest(campaign), open_to(campaign)
    table = countries()
    alone = {code: row.consent_age for code in named if (row := table.row(code)) and row.consent_age}
    alone |= {code: table.eea.consent_age for code in named if code in table.eea.codes and code not in alone}
    needed = max(alone.values(), default=0)
    if asks_consent(campaign) and age < needed:
        where = ", ".join(code for code, years in alone.items() if years > age)
        yield block(
            "minors-marketing",
            "fields",
            Text(
                fr=f"Un enfant ne peut pas consentir seul à la prospection ({where}) : retirez la case, ou fixez l’âge "
                f"minimum à {needed} ans.",
                en=f"A child cannot consent alone to marketing ({where}): remove the box, or set the minimum age to {needed}.",
            ),
            "DP8 (RGPD art. 8; LIL art. 45)",
        )
    if "US" in named and age < COPPA:
        yield block(
            "children",
            "rules",
            Text(
                fr="Aux États-Unis, un enfant de moins de 13 ans ne peut pas participer ainsi : fixez un âge minimum.",
                en="In the United States a child under 13 cannot enter this way: set a minimum age.",
            ),
            "US9 (COPPA)",
        )
