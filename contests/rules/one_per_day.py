"""One entry for each person and each day."""

from typing import ClassVar

from contests.errors import Text
from contests.rules.case import Case
from contests.rules.decision import Decision
from contests.rules.rule import BOTH, Judged, Rule


class OnePerDay(Rule, tag="one-per-day", frozen=True, kw_only=True):
    """A day runs from midnight to midnight in the campaign's time zone."""

    judges: ClassVar[frozenset[Judged]] = BOTH
    verified: ClassVar[Text] = Text(
        fr="Les participations acceptées de la même adresse sont comptées jour par jour.",
        en="The accepted entries of the same address are counted day by day.",
    )

    def check(self, case: Case) -> Decision:
        """One earlier entry today stands against a second one."""
        return self.no("already-entered-today", "email") if case.tally.today else self.yes()

    def sentence(self) -> Text:
        """Say what a day is."""
        return Text(
            fr="Une participation par personne et par jour, de minuit à minuit dans le fuseau horaire du jeu.",
            en="One entry per person and per day, from midnight to midnight in the contest’s time zone.",
        )


RULE = OnePerDay
SAYS = {
    "already-entered-today": Text(
        fr="Vous avez déjà participé aujourd’hui. Revenez demain.",
        en="You have already entered today. Come back tomorrow.",
    ),
}
