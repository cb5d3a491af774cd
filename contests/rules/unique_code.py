"""A code printed on a ticket, a receipt or a pack: each one lets one entry in."""

from typing import ClassVar

from contests.errors import Text
from contests.rules.case import Ask, Case
from contests.rules.decision import Decision
from contests.rules.rule import Rule


def code_key(typed: str) -> str:
    """Return the form under which codes are compared: letters and digits, upper case."""
    return "".join(c for c in typed.upper() if c.isalnum())


class UniqueCode(Rule, tag="unique-code", frozen=True, kw_only=True):
    """The code is on the campaign's list and was not used."""

    verified: ClassVar[Text] = Text(
        fr="Le code est cherché dans la liste privée, où il est marqué comme utilisé.",
        en="The code is looked up in the private list, where it is marked as used.",
    )

    def check(self, case: Case) -> Decision:
        """The store knows the list."""
        if not code_key(case.values.get("code", "")):
            return self.no("code-missing", "code")
        if case.known.code == "used":
            return self.no("code-used", "code")
        return self.yes() if case.known.code == "free" else self.no("code-unknown", "code")

    def asks(self) -> tuple[Ask, ...]:
        """One line."""
        return (Ask(name="code", kind="text", label=Text(fr="Votre code", en="Your code")),)

    def sentence(self) -> Text:
        """Say that a code serves once."""
        return Text(
            fr="Chaque participation demande un code valable ; un code ne sert qu’une fois.",
            en="Each entry needs a valid code; a code serves once.",
        )


RULE = UniqueCode
SAYS = {
    "code-missing": Text(fr="Saisissez le code qui vous a été remis.", en="Type the code you were given."),
    "code-unknown": Text(
        fr="Ce code n’existe pas. Vérifiez chaque caractère.",
        en="There is no such code. Check each character.",
    ),
    "code-used": Text(fr="Ce code a déjà servi.", en="This code was already used."),
}
