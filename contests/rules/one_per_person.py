"""One entry for each person, the whole contest long."""

from typing import ClassVar

from contests.errors import Text
from contests.rules.case import Case
from contests.rules.decision import Decision
from contests.rules.rule import BOTH, Judged, Rule


class OnePerPerson(Rule, tag="one-per-person", frozen=True, kw_only=True):
    """A person, known by the compared form of the e-mail address, enters once."""

    judges: ClassVar[frozenset[Judged]] = BOTH
    verified: ClassVar[Text] = Text(
        fr="Les participations acceptées de la même adresse sont comptées.",
        en="The accepted entries of the same address are counted.",
    )

    def check(self, case: Case) -> Decision:
        """Any earlier entry stands against a second one, withdrawn ones too."""
        return self.no("already-entered", "email") if case.tally.entries else self.yes()

    def sentence(self) -> Text:
        """Say how a person is told apart."""
        return Text(
            fr="Une seule participation par personne. Les adresses e-mail qui aboutissent à la même boîte désignent la même "
            "personne : majuscules ou non, et, chez les fournisseurs connus pour les ignorer, points et suffixe « + ».",
            en="One entry per person. E-mail addresses that reach the same mailbox are the same person: in capitals or not, "
            "and, with providers known to ignore them, dots and a “+” suffix.",
        )


RULE = OnePerPerson
SAYS = {
    "already-entered": Text(
        fr="Cette personne participe déjà : une seule participation par personne.",
        en="This person has already entered: one entry per person.",
    ),
}
