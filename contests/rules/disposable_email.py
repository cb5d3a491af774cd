"""Throw-away e-mail domains, from a list that its package keeps up to date."""

from functools import lru_cache
from typing import ClassVar

from disposable_email_domains import blocklist

from contests.errors import Text
from contests.rules.case import Case
from contests.rules.decision import Decision
from contests.rules.rule import Rule


@lru_cache(maxsize=65536)
def is_disposable(domain: str) -> bool:
    """Return whether `domain` or a domain above it is on the list."""
    labels = domain.split(".")
    return any(".".join(labels[i:]) in blocklist for i in range(len(labels) - 1))


class DisposableEmail(Rule, tag="disposable-email", frozen=True, kw_only=True):
    """The address is not at a provider of throw-away mailboxes."""

    verified: ClassVar[Text] = Text(
        fr="Le domaine de l’adresse est cherché dans une liste publiée.",
        en="The domain of the address is looked up in a published list.",
    )

    def check(self, case: Case) -> Decision:
        """Look the domain up."""
        if is_disposable(case.email.domain):
            return self.no("email-disposable", "email", domain=case.email.domain)
        return self.yes()

    def sentence(self) -> Text:
        """Say that such addresses are refused."""
        return Text(
            fr="Les adresses e-mail jetables ne sont pas acceptées.",
            en="Disposable e-mail addresses are not accepted.",
        )


RULE = DisposableEmail
SAYS = {
    "email-disposable": Text(
        fr="Les adresses jetables ({domain}) ne sont pas acceptées. Utilisez votre adresse habituelle.",
        en="Disposable addresses ({domain}) are not accepted. Use your usual address.",
    ),
}
