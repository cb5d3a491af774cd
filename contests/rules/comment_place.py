"""Where a comment stands: directly under the post, or at any depth."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from contests.errors import Text
from contests.rules.case import Case
from contests.rules.decision import Decision
from contests.rules.rule import COMMENT, Judged, Rule


class CommentPlace(Rule, tag="comment-place", frozen=True, kw_only=True):
    """Answers the post and not another comment; or stands anywhere, which the rules text then says."""

    judges: ClassVar[frozenset[Judged]] = COMMENT
    verified: ClassVar[Text] = Text(
        fr="La plateforme dit à quoi le commentaire répond.",
        en="The platform tells what the comment answers.",
    )

    where: Annotated[
        Literal["under-post", "anywhere"],
        Meta(description="Directly under the post, or answers to other comments too."),
    ] = "under-post"

    def check(self, case: Case) -> Decision:
        """Cannot be known where the source does not tell replies apart."""
        parent = case.told().parent
        if self.where == "anywhere" or parent == "":
            return self.yes()
        return self.unknown("place-untold") if parent is None else self.no("comment-is-reply")

    def sentence(self) -> Text:
        """Say whether replies count."""
        if self.where == "anywhere":
            return Text(
                fr="Un commentaire compte sous la publication comme en réponse à un autre commentaire.",
                en="A comment counts under the post as well as in answer to another comment.",
            )
        return Text(
            fr="Seul compte un commentaire écrit directement sous la publication, pas une réponse à un autre commentaire.",
            en="Only a comment written directly under the post counts, not an answer to another comment.",
        )


RULE = CommentPlace
SAYS = {
    "comment-is-reply": Text(
        fr="Ce commentaire répond à un autre. Écrivez-le directement sous la publication.",
        en="This comment answers another one. Write it directly under the post.",
    ),
    "place-untold": Text(
        fr="La source ne dit pas si le commentaire répond à un autre. Vérifiez-le sur la plateforme.",
        en="The source does not tell whether the comment answers another one. Look at it on the platform.",
    ),
}
