"""A comment names other people: at least so many different ones."""

from collections.abc import Iterable
from typing import Annotated, ClassVar

from msgspec import Meta

from contests.comment import Comment, Mention
from contests.errors import Text
from contests.rules.case import Case
from contests.rules.decision import Decision
from contests.rules.rule import COMMENT, Judged, Rule
from contests.rules.wording import key, mentions


class CommentMentions(Rule, tag="comment-mentions", frozen=True, kw_only=True):
    """Names so many other people, each counted once; never the brand, the author, or whom the platform put there."""

    judges: ClassVar[frozenset[Judged]] = COMMENT
    verified: ClassVar[Text] = Text(
        fr="Les comptes nommés sont comptés, par identifiant là où la plateforme le donne, sinon par nom de compte.",
        en="The accounts named are counted, by id where the platform tells it, else by handle.",
    )

    at_least: Annotated[int, Meta(ge=1, le=20, description="How many different people the comment names.")] = 1

    def check(self, case: Case) -> Decision:
        """Count whom the comment surely names, and whom it may name; in between it cannot be known."""
        surely, perhaps = counted(case)
        if surely >= self.at_least:
            return self.yes()
        if perhaps is None or perhaps >= self.at_least:
            return self.unknown("mentions-untold", found=surely, at_least=self.at_least)
        return self.no("mentions-missing", found=surely, at_least=self.at_least)

    def sentence(self) -> Text:
        """Say how many, and who does not count."""
        return Text(
            fr=f"Le commentaire nomme au moins {self.at_least} autre(s) personne(s), différentes. Ne comptent pas : "
            "l’organisateur, l’auteur du commentaire et ses autres comptes, les noms que la plateforme ajoute d’elle-même.",
            en=f"The comment names at least {self.at_least} other, different person(s). The organiser, the author of the "
            "comment and their other accounts, and names that the platform adds by itself do not count.",
        )


def counted(case: Case) -> tuple[int, int | None]:
    """Return how many other people a comment names for sure, and at most (None: nobody can say).

    Where the source tells mentions the two are one number. Elsewhere the text is read: the name that a reply begins
    with may be the platform's, and Facebook writes friends as plain names.
    """
    comment = case.told()
    not_friends = case.brand | case.own
    if comment.mentions is not None:
        typed = len(_distinct(comment.author.id, comment.author.handle, comment.mentions, not_friends))
        return typed, typed
    named = mentions(comment.text, comment.author.site)
    perhaps = len(_friends(comment, named, not_friends))
    begins = bool(comment.parent) and bool(named) and comment.text.lstrip()[1:].startswith(named[0])
    surely = len(_friends(comment, named[1:], not_friends)) if begins else perhaps
    return surely, None if comment.author.site == "facebook" else perhaps


def _friends(comment: Comment, named: Iterable[str], not_friends: frozenset[str]) -> set[str]:
    made = (Mention(handle=handle) for handle in named)
    return _distinct(comment.author.id, comment.author.handle, made, not_friends)


def _distinct(author: str, handle: str, named: Iterable[Mention], not_friends: frozenset[str]) -> set[str]:
    """Return one key for each other person: an id, or `@` and a folded handle that goes with no id."""
    others = not_friends | ({author, key(handle)} - {""})
    ids: set[str] = set()
    of_ids: set[str] = set()
    handles: set[str] = set()
    for mention in named:
        folded = key(mention.handle)
        if not mention.typed or mention.id in others or folded in others:
            continue
        if mention.id:
            ids.add(mention.id)
            of_ids.add(folded)
        elif folded:
            handles.add(folded)
    return ids | {f"@{folded}" for folded in handles - of_ids}


RULE = CommentMentions
SAYS = {
    "mentions-missing": Text(
        fr="Le commentaire nomme {found} autre(s) personne(s) ; il en faut au moins {at_least}, différentes.",
        en="The comment names {found} other person(s); at least {at_least} different ones are needed.",
    ),
    "mentions-untold": Text(
        fr="La source ne dit pas tout des personnes nommées : {found} sont sûres, il en faut {at_least}. Vérifiez le "
        "commentaire sur la plateforme.",
        en="The source does not tell all people named: {found} are sure, {at_least} are needed. Look at the comment on "
        "the platform.",
    ),
}
