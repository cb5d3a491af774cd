"""The entrant accepts the rules text, in a version that is recorded with the entry."""

from typing import ClassVar

from contests.errors import Text
from contests.rules.case import Ask, Case
from contests.rules.decision import Decision
from contests.rules.rule import Rule

FIELD = "rules"


class AcceptsRules(Rule, tag="accepts-rules", frozen=True, kw_only=True):
    """Accepts the version of the rules text that is in force."""

    verified: ClassVar[Text] = Text(
        fr="La case cochée et la version acceptée sont notées avec la participation.",
        en="The ticked box and the version accepted are noted with the entry.",
    )

    def check(self, case: Case) -> Decision:
        """The form sends the number of the version that was on the page."""
        accepted = case.values.get(FIELD, "")
        if not accepted:
            return self.no("rules-not-accepted", FIELD)
        if accepted != str(case.rules_version):
            return self.no("rules-changed", FIELD, version=case.rules_version)
        return self.yes()

    def asks(self) -> tuple[Ask, ...]:
        """One box, never ticked beforehand."""
        return (
            Ask(
                name=FIELD,
                kind="checkbox",
                label=Text(fr="J’ai lu le règlement et je l’accepte", en="I have read the rules and accept them"),
            ),
        )

    def sentence(self) -> Text:
        """Say how acceptance is given."""
        return Text(
            fr="Participer suppose d’accepter le règlement en cochant la case prévue ; la version acceptée est "
            "enregistrée avec la participation.",
            en="To enter, accept these rules by ticking the box; the version accepted is recorded with the entry.",
        )


RULE = AcceptsRules
SAYS = {
    "rules-not-accepted": Text(
        fr="Pour participer, lisez le règlement et cochez la case d’acceptation.",
        en="To enter, read the rules and tick the box that accepts them.",
    ),
    "rules-changed": Text(
        fr="Le règlement a changé depuis que la page a été ouverte (version {version}). Lisez-le et validez à nouveau.",
        en="The rules changed after the page was opened (version {version}). Read them and send the form again.",
    ),
}
