"""A comment carries at least one picture."""

from typing import ClassVar

from contests.errors import Text
from contests.rules.case import Case
from contests.rules.decision import Decision
from contests.rules.rule import COMMENT, Judged, Rule


class CommentPicture(Rule, tag="comment-picture", frozen=True, kw_only=True):
    """A picture is attached to the comment."""

    judges: ClassVar[frozenset[Judged]] = COMMENT
    verified: ClassVar[Text] = Text(
        fr="La plateforme dit combien d’images le commentaire porte.",
        en="The platform tells how many pictures the comment carries.",
    )

    def check(self, case: Case) -> Decision:
        """Cannot be known where the source does not tell pictures."""
        pictures = case.told().pictures
        if pictures is None:
            return self.unknown("picture-untold")
        return self.yes() if pictures else self.no("picture-missing")

    def sentence(self) -> Text:
        """Say that a picture is needed."""
        return Text(fr="Le commentaire porte au moins une image.", en="The comment carries at least one picture.")


RULE = CommentPicture
SAYS = {
    "picture-missing": Text(fr="Le commentaire ne porte pas d’image.", en="The comment carries no picture."),
    "picture-untold": Text(
        fr="La source ne dit pas si le commentaire porte une image. Vérifiez-le sur la plateforme.",
        en="The source does not tell whether the comment carries a picture. Look at it on the platform.",
    ),
}
