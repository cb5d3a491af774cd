"""Whoever is drawn follows an account: checked with them alone, since few platforms show it of everybody."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from contests.errors import Text
from contests.rules.case import Case
from contests.rules.decision import Decision
from contests.rules.rule import COMMENT, Judged, Rule

Account = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[^@\s][^\s]*$(?!\n)")]
_SHOWN = {
    "message": Text(
        fr="la personne tirée écrit un message privé au compte, qui montre alors si elle le suit",
        en="the person drawn sends the account a private message, which then shows whether they follow it",
    ),
    "screen": Text(
        fr="la personne tirée montre sur son écran qu’elle suit le compte",
        en="the person drawn shows on their screen that they follow the account",
    ),
}


class CommentFollow(Rule, tag="comment-follow", frozen=True, kw_only=True):
    """Following an account, looked at once somebody is drawn. It judges no comment."""

    judges: ClassVar[frozenset[Judged]] = COMMENT
    verified: ClassVar[Text] = Text(
        fr="C’est vérifié pour les seules personnes tirées, avant que le lot leur soit attribué.",
        en="It is checked of the people drawn alone, before the prize becomes theirs.",
    )

    accounts: Annotated[
        tuple[Account, ...], Meta(min_length=1, max_length=5, description="Accounts to follow, without @.")
    ]
    shown_by: Annotated[
        Literal["message", "screen"],
        Meta(description="How whoever is drawn shows it: by a private message to the account, or on their screen."),
    ] = "message"

    def check(self, case: Case) -> Decision:
        """Yes: it is known of nobody, so it counts against nobody before the draw."""
        case.told()
        return self.yes()

    def sentence(self) -> Text:
        """Say whom to follow, and how that is checked."""
        named = ", ".join(f"@{account}" for account in self.accounts)
        shown = _SHOWN[self.shown_by]
        return Text(
            fr=f"La personne tirée suit {named} au moment où on le vérifie. Pour le vérifier, {shown.fr}. Qui ne suit pas "
            "alors perd son rang, pour le motif annoncé.",
            en=f"Whoever is drawn follows {named} at the time of the check. For that, {shown.en}. Who does not follow then "
            "loses their rank, for the reason announced.",
        )


RULE = CommentFollow
SAYS: dict[str, Text] = {}
