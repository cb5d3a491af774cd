"""People who may not take part: staff, agency, officer (legal C11), by domain or by a private list."""

from typing import Annotated, ClassVar

from msgspec import Meta

from contests.errors import Text
from contests.rules.case import Case
from contests.rules.decision import Decision
from contests.rules.rule import BOTH, Judged, Rule

Domain = Annotated[str, Meta(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$(?!\n)", description="An e-mail domain, lower case.")]


class ExcludedPeople(Rule, tag="excluded-people", frozen=True, kw_only=True):
    """Staff, agencies and officers, named by e-mail domain here or by address in a list that stays private."""

    judges: ClassVar[frozenset[Judged]] = BOTH
    verified: ClassVar[Text] = Text(
        fr="L’adresse est cherchée dans les domaines déclarés et dans la liste privée.",
        en="The address is looked up in the declared domains and in the private list.",
    )

    domains: Annotated[
        tuple[Domain, ...],
        Meta(max_length=200, description="E-mail domains whose people are excluded. Public: they are in the rules."),
    ] = ()
    who: Annotated[
        str,
        Meta(max_length=300, description="Who is meant, for the rules text, for example “staff and their families”."),
    ] = ""

    def check(self, case: Case) -> Decision:
        """The private list lives in the store; only its verdict comes here."""
        domain = case.email.domain
        if case.known.on_list or any(domain == d or domain.endswith(f".{d}") for d in self.domains):
            return self.no("excluded-person", "email")
        return self.yes()

    def sentence(self) -> Text:
        """Say who and by which domains."""
        domains = ", ".join(self.domains)
        return Text(
            fr="Ne peuvent pas participer : "
            + (self.who or "le personnel de l’organisateur, de ses agences, et l’officier ministériel")
            + (f" (dont les adresses en {domains})." if domains else "."),
            en="Excluded from entering: "
            + (self.who or "staff of the organiser and its agencies, and the officer present")
            + (f" (including addresses at {domains})." if domains else "."),
        )


RULE = ExcludedPeople
SAYS = {
    "excluded-person": Text(
        fr="Les membres de l’organisation du jeu et leurs prestataires ne peuvent pas participer.",
        en="People who organise the contest or work for it cannot enter.",
    ),
}
