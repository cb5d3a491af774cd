"""A comment carries the hashtags that are asked for: one of them, or every one."""

from collections.abc import Sequence
from typing import Annotated, ClassVar

from msgspec import Meta

from contests.errors import Text
from contests.rules.case import Case
from contests.rules.decision import Decision
from contests.rules.rule import COMMENT, Judged, Rule
from contests.rules.wording import hashtags, key

_NEVER = r"""#＃@＠&\s.,;:!?'"’()<>/\\+*=%$-"""
Tag = Annotated[
    str,
    Meta(
        # One word with something else than digits in it: what no platform takes for a hashtag could never be met.
        pattern=rf"^[0-9_]*[^0-9_{_NEVER}][^{_NEVER}]*$(?!\n)",
        max_length=100,
        description="A hashtag without “#”: one word, not of digits alone.",
    ),
]


class CommentHashtag(Rule, tag="comment-hashtag", frozen=True, kw_only=True):
    """Carries the hashtag as a whole word: “#winter” is not “#win”."""

    judges: ClassVar[frozenset[Judged]] = COMMENT
    verified: ClassVar[Text] = Text(
        fr="Les mots-dièse sont lus dans le texte du commentaire.",
        en="The hashtags are read in the text of the comment.",
    )

    tags: Annotated[
        tuple[Tag, ...],
        Meta(
            min_length=1, max_length=10, description="Hashtags, without “#”. Case and full-width letters do not count."
        ),
    ]
    all: Annotated[bool, Meta(description="Whether every one is asked for; else any one is enough.")] = False
    accents: Annotated[bool, Meta(description="Whether accents tell apart: then “#été” is not “#ete”.")] = False

    def check(self, case: Case) -> Decision:
        """Compare whole hashtags, never parts of them."""
        carried = {key(tag, accents=self.accents) for tag in hashtags(case.told().text)}
        missing = [tag for tag in self.tags if key(tag, accents=self.accents) not in carried]
        if missing and (self.all or len(missing) == len(self.tags)):
            return self.no("hashtag-missing", "", **self._listed(missing))
        return self.yes()

    def sentence(self) -> Text:
        """Name the hashtags, and say whether all are needed and what tells them apart."""
        return Text(
            fr="Le commentaire porte {tags_fr}, écrit en entier ("
            + ("majuscules indifférentes)." if self.accents else "majuscules et accents indifférents)."),
            en="The comment carries {tags_en}, written in full ("
            + ("capitals aside)." if self.accents else "capitals and accents aside)."),
        ).fill(**self._listed(self.tags))

    def _listed(self, tags: Sequence[str]) -> dict[str, str]:
        marked = [f"#{tag}" for tag in tags]
        return {
            "tags_fr": (" et " if self.all else " ou ").join(marked),
            "tags_en": (" and " if self.all else " or ").join(marked),
        }


RULE = CommentHashtag
SAYS = {
    "hashtag-missing": Text(
        fr="Il manque au commentaire : {tags_fr}. Écrivez le mot-dièse en entier.",
        en="The comment lacks {tags_en}. Write the hashtag in full.",
    ),
}
