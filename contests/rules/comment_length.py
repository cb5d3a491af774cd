"""A comment is neither too short nor too long, in characters as people count them."""

from typing import Annotated, ClassVar

from msgspec import Meta

from contests.errors import Text
from contests.rules.case import Case
from contests.rules.decision import Decision
from contests.rules.rule import COMMENT, Judged, Rule
from contests.rules.wording import length

NO_LIMIT = 100_000


class CommentLength(Rule, tag="comment-length", frozen=True, kw_only=True):
    """So many characters, mentions and hashtags included; an emoji or a letter with its accents is one."""

    judges: ClassVar[frozenset[Judged]] = COMMENT
    verified: ClassVar[Text] = Text(
        fr="Les caractères du commentaire sont comptés comme on les voit.",
        en="The characters of the comment are counted as they are seen.",
    )

    at_least: Annotated[int, Meta(ge=1, le=5000, description="Fewest characters, spaces at the ends aside.")] = 1
    at_most: Annotated[int, Meta(ge=1, le=NO_LIMIT, description="Most characters, spaces at the ends aside.")] = (
        NO_LIMIT
    )

    def check(self, case: Case) -> Decision:
        """Count grapheme clusters."""
        found = length(case.told().text)
        if found < self.at_least:
            return self.no("comment-short", found=found, at_least=self.at_least)
        if found > self.at_most:
            return self.no("comment-long", found=found, at_most=self.at_most)
        return self.yes()

    def sentence(self) -> Text:
        """Say the limits, and what a character is."""
        most = self.at_most < NO_LIMIT
        return Text(
            fr=f"Le commentaire compte au moins {self.at_least} caractère(s)"
            + (f" et au plus {self.at_most}" if most else "")
            + ", noms de comptes et mots-dièse compris ; un émoji en est un.",
            en=f"The comment has at least {self.at_least} character(s)"
            + (f" and at most {self.at_most}" if most else "")
            + ", handles and hashtags included; an emoji is one.",
        )


RULE = CommentLength
SAYS = {
    "comment-short": Text(
        fr="Le commentaire compte {found} caractère(s) ; il en faut au moins {at_least}.",
        en="The comment has {found} character(s); at least {at_least} are needed.",
    ),
    "comment-long": Text(
        fr="Le commentaire compte {found} caractères ; au plus {at_most} sont admis.",
        en="The comment has {found} characters; at most {at_most} are allowed.",
    ),
}
