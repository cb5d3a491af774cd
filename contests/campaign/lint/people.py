"""Who may enter: age, address, question; what follows where minors may."""

from collections.abc import Iterator

from contests.campaign.dated import consent_ages
from contests.campaign.definition import Campaign
from contests.campaign.lint.remark import Remark, block, record, warn
from contests.campaign.minors import ADULT, asks_age
from contests.errors import Text
from contests.rules.closed_question import ClosedQuestion
from contests.rules.confirmed_email import ConfirmedEmail
from contests.rules.minimum_age import MinimumAge
from contests.rules.parent_agrees import ParentAgrees
from contests.rules.residence import Residence

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
    yield from _parents(campaign)
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
    if campaign.rule(ParentAgrees) is not None:
        return
    if age == 0:
        yield warn(
            "minors",
            "rules",
            Text(
                fr="Aucun âge minimum : des mineurs peuvent gagner ; fixez-en un, ou demandez l’accord d’un parent (règle "
                "« parent-agrees »).",
                en="No minimum age: minors may win; set one, or ask for a parent’s agreement (rule “parent-agrees”).",
            ),
            "FR10",
        )
    elif age < ADULT:
        yield warn(
            "minors",
            "rules",
            Text(
                fr="Des mineurs peuvent gagner : demandez l’accord d’un parent dès l’inscription (règle « parent-agrees »).",
                en="Minors may win: ask for a parent’s agreement when they enter (rule “parent-agrees”).",
            ),
            "FR10",
        )


def _parents(campaign: Campaign) -> Iterator[Remark]:
    """The mode “minors with a parent” needs an age to begin at, and a way to tell who is under age."""
    parent, floor = campaign.rule(ParentAgrees), campaign.rule(MinimumAge)
    if not isinstance(parent, ParentAgrees):
        return
    if not isinstance(floor, MinimumAge):
        yield block(
            "parent-without-age",
            "rules",
            Text(
                fr="Dites à partir de quel âge un mineur peut participer avec un parent (règle « minimum-age »).",
                en="Say from which age a minor may enter with a parent (rule “minimum-age”).",
            ),
            "FR10",
        )
        return
    if floor.years >= parent.under:
        yield block(
            "parent-for-nobody",
            "rules",
            Text(
                fr=f"L’âge minimum est {floor.years} ans : personne n’a besoin d’un parent avant {parent.under} ans. Retirez "
                "l’une des deux règles, ou baissez l’âge minimum.",
                en=f"The minimum age is {floor.years}: nobody needs a parent under {parent.under}. Remove one of the two "
                "rules, or lower the minimum age.",
            ),
            "FR10",
        )
    if parent.by == "birth-date" and floor.by != "birth-date":
        yield block(
            "parent-age-unknown",
            "rules",
            Text(
                fr="L’accord d’un parent se règle sur la date de naissance, que personne ne demande : demandez-la dans la "
                "règle « minimum-age ».",
                en="The parent’s agreement goes by the date of birth, which nobody asks: ask it in the rule “minimum-age”.",
            ),
            "FR10",
        )
    if parent.under < ADULT:
        yield warn(
            "parent-too-early",
            "rules",
            Text(
                fr=f"Entre {parent.under} et {ADULT} ans, aucun parent n’est consulté : dites pourquoi.",
                en=f"Between {parent.under} and {ADULT} no parent is asked: say why.",
            ),
            "FR10",
        )


def _children(campaign: Campaign) -> Iterator[Remark]:
    """Below the age of digital consent nobody can be asked for a marketing consent; under 13 the United States forbid it."""
    age, named = youngest(campaign), open_to(campaign)
    alone = {code: consent_ages().row(code).years for code in named}
    needed = max(alone.values(), default=0)
    if asks_consent(campaign) and age < needed:
        where = ", ".join(code for code, years in alone.items() if years > age)
        yield (
            _left_out(where)
            if asks_age(campaign)
            else block(
                "minors-marketing",
                "fields",
                Text(
                    fr=f"Un enfant ne peut pas consentir seul à la prospection ({where}) : retirez la case, demandez la date de "
                    f"naissance, ou fixez l’âge minimum à {needed} ans.",
                    en=f"A child cannot consent alone to marketing ({where}): remove the box, ask the date of birth, or set the "
                    f"minimum age to {needed}.",
                ),
                "DP8 (RGPD art. 8; LIL art. 45)",
            )
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


def _left_out(where: str) -> Remark:
    return record(
        "minors-marketing-left-out",
        "fields",
        Text(
            fr=f"La case commerciale d’un enfant trop jeune pour consentir seul ({where}) n’est pas gardée ; le formulaire et "
            "le règlement le disent.",
            en=f"The marketing box of a child too young to consent alone ({where}) is not kept; the form and the rules say so.",
        ),
        "DP8 (RGPD art. 8; LIL art. 45)",
    )
