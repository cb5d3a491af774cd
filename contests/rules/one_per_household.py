"""One entry for each household, by postal address."""

from typing import ClassVar

from contests.entry import household
from contests.errors import Text
from contests.rules.case import Ask, Case
from contests.rules.decision import Decision
from contests.rules.rule import Rule


class OnePerHousehold(Rule, tag="one-per-household", frozen=True, kw_only=True):
    """Same street line and postcode, compared without case, accents and punctuation."""

    verified: ClassVar[Text] = Text(
        fr="Les participations acceptées de la même adresse postale sont comptées.",
        en="The accepted entries of the same postal address are counted.",
    )

    def check(self, case: Case) -> Decision:
        """An earlier entry from the same address stands against a second one."""
        for name in ("street", "postcode"):
            if not case.values.get(name, "").strip():
                return self.no("address-missing", name)
        if not household(case.values):
            return self.no("address-missing", "street")
        return self.no("household-already-entered", "street") if case.tally.household else self.yes()

    def asks(self) -> tuple[Ask, ...]:
        """The two lines that are compared."""
        return (
            Ask(
                name="street",
                kind="text",
                label=Text(fr="Numéro et rue", en="Street and number"),
                autocomplete="address-line1",
            ),
            Ask(name="postcode", kind="text", label=Text(fr="Code postal", en="Postcode"), autocomplete="postal-code"),
        )

    def sentence(self) -> Text:
        """Say what a household is."""
        return Text(
            fr="Une seule participation par foyer (même numéro, même rue, même code postal).",
            en="One entry per household (same street line and postcode).",
        )


RULE = OnePerHousehold
SAYS = {
    "address-missing": Text(
        fr="Indiquez votre rue et votre code postal : le jeu accepte une participation par foyer.",
        en="Give your street and postcode: the contest takes one entry per household.",
    ),
    "household-already-entered": Text(
        fr="Une personne de ce foyer participe déjà : une seule participation par foyer.",
        en="Somebody of this household has already entered: one entry per household.",
    ),
}
