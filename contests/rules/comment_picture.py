"""A comment with a picture."""

from typing import ClassVar

from contests.errors import Text
from contests.rules.case import Case
from contests.rules.decision import Decision
from contests.rules.rule import Rule


class CommentPicture(Rule, tag="comment-picture", frozen=True, kw_only=True):
    """At least one picture."""

    judges: ClassVar[frozenset[str]] = frozenset({"comment"})
    verified: ClassVar[Text] = Text(fr="x", en="x")

    def check(self, case: Case) -> Decision:
        """Pictures are counted by the platform."""
        assert case.comment is not None
        return self.yes() if case.comment.pictures else self.no("picture-missing")

    def sentence(self) -> Text:
        """Say it."""
        return Text(fr="Le commentaire porte une image.", en="The comment has a picture.")


RULE = CommentPicture
SAYS = {"picture-missing": Text(fr="Ajoutez une image.", en="Add a picture.")}
