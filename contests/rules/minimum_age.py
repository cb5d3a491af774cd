"""A minimum age, by declaration or by date of birth."""

from datetime import date
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from contests.errors import Text
from contests.rules.case import Ask, Case
from contests.rules.decision import Decision
from contests.rules.rule import Rule

OLDEST = 130
KNOWN_BY = {
    "declaration": Text(fr="sur déclaration", en="by declaration"),
    "birth-date": Text(fr="d’après la date de naissance indiquée", en="by the date of birth given"),
}


def full_years(born: date, today: date) -> int:
    """Return the full years on `today` of somebody born on that day."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def years_old(typed: str, today: date) -> int | None:
    """Return the full years on `today` by a date of birth as typed; None where it is no possible one."""
    try:
        born = date.fromisoformat(typed.strip())
    except ValueError:
        return None
    return full_years(born, today) if born <= today and today.year - born.year <= OLDEST else None


class MinimumAge(Rule, tag="minimum-age", frozen=True, kw_only=True):
    """At least so many full years old on the day of the entry, in the campaign's time zone."""

    verified: ClassVar[Text] = Text(
        fr="La déclaration ou la date de naissance saisie, puis, au besoin, une pièce demandée au gagnant.",
        en="The declaration or the date of birth typed, then, if need be, a document asked of the winner.",
    )

    years: Annotated[int, Meta(ge=1, le=120, description="Full years on the day of the entry.")] = 18
    by: Annotated[
        Literal["declaration", "birth-date"],
        Meta(description="A box to tick, or a date of birth to type."),
    ] = "declaration"

    def check(self, case: Case) -> Decision:
        """A birthday counts from its own day; who is born on 29 February comes of age on 1 March."""
        if self.by == "declaration":
            return self.yes() if case.values.get("age") else self.no("age-not-declared", "age", years=self.years)
        typed = case.values.get("birth_date", "").strip()
        if not typed:
            return self.no("birth-date-missing", "birth_date")
        today = case.at.astimezone(case.zone).date()
        try:
            born = date.fromisoformat(typed)
        except ValueError:
            return self.no("birth-date-unreadable", "birth_date", typed=typed[:20])
        if born > today or today.year - born.year > OLDEST:
            return self.no("birth-date-impossible", "birth_date", typed=typed[:20])
        years = full_years(born, today)
        return self.yes() if years >= self.years else self.no("too-young", "birth_date", years=self.years)

    def asks(self) -> tuple[Ask, ...]:
        """A box or a date."""
        if self.by == "declaration":
            return (
                Ask(
                    name="age",
                    kind="checkbox",
                    label=Text(
                        fr=f"J’ai {self.years} ans ou plus",
                        en=f"I am {self.years} or older",
                    ),
                ),
            )
        return (
            Ask(
                name="birth_date",
                kind="date",
                label=Text(fr="Date de naissance", en="Date of birth"),
                autocomplete="bday",
            ),
        )

    def sentence(self) -> Text:
        """Say the age and how it is known."""
        how = KNOWN_BY[self.by]
        return Text(
            fr=f"Le participant a au moins {self.years} ans le jour de sa participation ({how.fr}).",
            en=f"Entrants are at least {self.years} on the day they enter ({how.en}).",
        )


RULE = MinimumAge
SAYS = {
    "age-not-declared": Text(
        fr="Le jeu est réservé aux personnes de {years} ans et plus. Cochez la case si c’est votre cas.",
        en="The contest is for people aged {years} or more. Tick the box if you are.",
    ),
    "birth-date-missing": Text(fr="Indiquez votre date de naissance.", en="Give your date of birth."),
    "birth-date-unreadable": Text(
        fr="La date de naissance « {typed} » n’est pas lisible. Exemple attendu : 1990-05-31.",
        en="The date of birth “{typed}” cannot be read. Expected, for example: 1990-05-31.",
    ),
    "birth-date-impossible": Text(
        fr="La date de naissance « {typed} » n’est pas possible. Vérifiez l’année.",
        en="The date of birth “{typed}” is not possible. Check the year.",
    ),
    "too-young": Text(
        fr="Le jeu est réservé aux personnes de {years} ans et plus.",
        en="The contest is for people aged {years} or more.",
    ),
}
