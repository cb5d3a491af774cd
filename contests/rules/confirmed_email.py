"""Double opt-in: the entry counts only once the person opened the link sent to the address."""

from typing import ClassVar

from contests.errors import Text
from contests.rules.case import Case
from contests.rules.decision import Decision
from contests.rules.rule import Rule


class ConfirmedEmail(Rule, tag="confirmed-email", frozen=True, kw_only=True):
    """The address was confirmed, before the closing."""

    verified: ClassVar[Text] = Text(
        fr="Le lien envoyé à l’adresse a été ouvert, à une heure notée.",
        en="The link sent to the address was opened, at a time that is noted.",
    )

    def check(self, case: Case) -> Decision:
        """Cannot be known until the link was used."""
        return self.yes() if case.known.email_confirmed else self.unknown("email-unconfirmed", "email")

    def sentence(self) -> Text:
        """Say that an unconfirmed entry is not in the pool."""
        return Text(
            fr="La participation ne compte qu’une fois l’adresse e-mail confirmée par le lien envoyé, avant la "
            "clôture. Sans confirmation, elle n’entre pas dans le tirage.",
            en="An entry counts only once the e-mail address is confirmed through the link sent to it, before the "
            "closing. Unconfirmed entries are not in the draw.",
        )


RULE = ConfirmedEmail
SAYS = {
    "email-unconfirmed": Text(
        fr="Encore une étape : ouvrez le message que nous vous avons envoyé et confirmez votre adresse.",
        en="One more step: open the message we sent you and confirm your address.",
    ),
}
