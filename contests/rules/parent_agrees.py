"""A minor takes part only once a parent or guardian agreed, by a link mailed to them (legal FR10)."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from contests.entry import parse_email
from contests.errors import Malformed, Text
from contests.rules.case import Ask, Case
from contests.rules.decision import Decision
from contests.rules.minimum_age import KNOWN_BY, years_old
from contests.rules.rule import Rule

FIELD = "parent_email"
ANSWERS = {"busy": "parent-busy", "refused": "parent-refused", "silent": "parent-silent"}


class ParentAgrees(Rule, tag="parent-agrees", frozen=True, kw_only=True):
    """Somebody under age gives a parent's address; the entry counts once the parent agreed, before the closing."""

    verified: ClassVar[Text] = Text(
        fr="Le parent a donné son accord par le lien reçu, à une heure notée ; avant la remise d’un lot, une personne de "
        "l’équipe note qu’elle a vu son autorisation signée.",
        en="The parent agreed through the link received, at a time that is noted; before a prize is handed over, somebody "
        "of the team notes having seen the signed authorisation.",
    )

    under: Annotated[
        int, Meta(ge=2, le=21, description="Who has fewer full years on the day of the entry needs a parent.")
    ] = 18
    by: Annotated[
        Literal["declaration", "birth-date"],
        Meta(description="A choice on the form, or the date of birth that the rule `minimum-age` asks."),
    ] = "declaration"
    retention_days: Annotated[
        int,
        Meta(ge=1, le=3660, description="Days that the parent's address is kept after the draw, for who did not win."),
    ] = 30

    def check(self, case: Case) -> Decision:
        """Cannot be known until the parent answered; without an answer by the closing the entry does not count."""
        minor = self._minor(case)
        if minor is None:
            return self.no("age-group-missing", "age_group", under=self.under)
        return self._parent(case) if minor else self.yes()

    def _minor(self, case: Case) -> bool | None:
        if self.by == "birth-date":
            # A date that cannot be read is minimum-age's to refuse.
            years = years_old(case.values.get("birth_date", ""), case.at.astimezone(case.zone).date())
            return years is not None and years < self.under
        return {"adult": False, "minor": True}.get(case.values.get("age_group", ""))

    def _parent(self, case: Case) -> Decision:
        typed = case.values.get(FIELD, "").strip()
        if not typed:
            return self.no("parent-missing", FIELD, under=self.under)
        try:
            parent = parse_email(typed)
        except Malformed:
            return self.no("parent-unreadable", FIELD)
        if parent.key == case.email.key:
            return self.no("parent-same", FIELD)
        if reason := ANSWERS.get(case.known.parent):
            return self.no(reason, FIELD)
        return self.yes() if case.known.parent == "agreed" else self.unknown("parent-awaited", FIELD)

    def asks(self) -> tuple[Ask, ...]:
        """The age group, where nothing else tells it; the parent's address, only of a minor."""
        group = Ask(
            name="age_group",
            kind="choice",
            label=Text(fr="Votre âge", en="Your age"),
            options=(
                ("adult", Text(fr=f"J’ai {self.under} ans ou plus", en=f"I am {self.under} or older")),
                ("minor", Text(fr=f"J’ai moins de {self.under} ans", en=f"I am under {self.under}")),
            ),
        )
        parent = Ask(
            name=FIELD,
            kind="email",
            label=Text(
                fr=f"Adresse e-mail d’un parent ou tuteur (avant {self.under} ans)",
                en=f"E-mail address of a parent or guardian (under {self.under})",
            ),
            hint=Text(
                fr="Nous lui écrivons une fois, pour lui demander son accord. Sans réponse avant la clôture, la participation "
                "ne compte pas.",
                en="We write to them once, to ask whether they agree. Without an answer before the closing the entry does "
                "not count.",
            ),
            later=True,
        )
        return (parent,) if self.by == "birth-date" else (group, parent)

    def sentence(self) -> Text:
        """Say from which age nobody is asked, how the parent agrees, and what comes of silence."""
        how = KNOWN_BY[self.by]
        return Text(
            fr=f"Avant {self.under} ans ({how.fr}), le participant donne l’adresse e-mail d’un parent ou tuteur. Sa "
            "participation ne compte qu’une fois que celui-ci a donné son accord par le lien reçu, avant la clôture. Un refus "
            "ou une absence de réponse l’écarte.",
            en=f"Entrants under {self.under} ({how.en}) give the e-mail address of a parent or guardian. Their entry counts only "
            "once that person agreed through the link received, before the closing. A refusal or no answer leaves it out.",
        )


RULE = ParentAgrees
SAYS = {
    "age-group-missing": Text(
        fr="Dites si vous avez {under} ans ou plus.",
        en="Say whether you are {under} or older.",
    ),
    "parent-missing": Text(
        fr="Avant {under} ans, un parent ou tuteur doit donner son accord : indiquez son adresse e-mail.",
        en="Under {under} a parent or guardian has to agree: give their e-mail address.",
    ),
    "parent-unreadable": Text(
        fr="L’adresse e-mail du parent n’est pas lisible. Exemple attendu : nom@exemple.fr.",
        en="The parent’s e-mail address cannot be read. Expected, for example: name@example.com.",
    ),
    "parent-same": Text(
        fr="Donnez l’adresse e-mail d’un parent ou tuteur, pas la vôtre.",
        en="Give the e-mail address of a parent or guardian, not your own.",
    ),
    "parent-awaited": Text(
        fr="Un parent ou tuteur n’a pas encore donné son accord par le lien que nous lui avons envoyé.",
        en="A parent or guardian has not agreed yet through the link that we sent.",
    ),
    "parent-busy": Text(
        fr="Plusieurs demandes attendent déjà la réponse de ce parent. Recommencez quand il aura répondu.",
        en="Several requests already wait for this parent’s answer. Try again once they have answered.",
    ),
    "parent-refused": Text(
        fr="Le parent ou tuteur n’a pas donné son accord : la participation ne compte pas.",
        en="The parent or guardian did not agree: the entry does not count.",
    ),
    "parent-silent": Text(
        fr="Le parent ou tuteur n’a pas répondu avant la clôture : la participation ne compte pas.",
        en="The parent or guardian did not answer before the closing: the entry does not count.",
    ),
}
