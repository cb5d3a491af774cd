"""Bonus tickets: a friend who enters, a second channel, what a platform lists. Each has a cap, each can be verified (legal C7).

A bonus is an entry of its own in the journal, of the same entrant, under a channel that begins with
`bonus-`: the pool adds tickets up and needs to know nothing else.
"""

from typing import Annotated, ClassVar, get_args

import msgspec
from msgspec import Meta

from contests.errors import Text
from contests.rules.case import Case, Tally
from contests.rules.decision import Outcome, Verdict

PREFIX = "bonus-"
"""What the channels of bonus entries begin with; no declared channel does."""
SAME_PERSON = frozenset({"already-entered", "already-entered-today"})
Tickets = Annotated[int, Meta(ge=1, le=100, description="Tickets each time.")]
Cap = Annotated[int, Meta(ge=1, le=900, description="The most tickets one entrant can get this way.")]


class Bonus(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """Base shape of a bonus."""

    verified: ClassVar[Text]
    """How it is verified (legal C7); said in the rules text."""

    tickets: Tickets = 1
    cap: Cap = 1

    @classmethod
    def tag(cls) -> str:
        """Return the `kind` by which a definition names the bonus."""
        return str(cls.__struct_config__.tag)

    def earned(self, tally: Tally) -> int:
        """Return the tickets due now, given what the entrant already got; never beyond the cap."""
        return min(self.tickets, max(0, self.cap - tally.bonus.get(self.tag(), 0)))

    def sentence(self) -> Text:
        """Return the clause of the rules text."""
        raise NotImplementedError


class Referral(Bonus, tag="referral", frozen=True, kw_only=True):
    """Tickets for the person whose link brought an entry that was accepted."""

    verified: ClassVar[Text] = Text(
        fr="C’est vérifié par le lien personnel, noté avec la participation acceptée.",
        en="This is verified by the personal link, noted with the entry that was accepted.",
    )

    def sentence(self) -> Text:
        """Say what counts as a referral."""
        return Text(
            fr=f"Parrainage : {self.tickets} chance(s) de plus par filleul dont la participation est acceptée par le "
            f"lien personnel, dans la limite de {self.cap} chance(s).",
            en=f"Referral: {self.tickets} more ticket(s) for each friend whose entry through the personal link is "
            f"accepted, up to {self.cap} ticket(s).",
        )


class SecondChannel(Bonus, tag="second-channel", frozen=True, kw_only=True):
    """Tickets for an entrant who comes in again by another of the declared channels."""

    verified: ClassVar[Text] = Text(
        fr="C’est vérifié par le canal noté avec chaque participation de la même adresse.",
        en="This is verified by the channel noted with each entry of the same address.",
    )

    def earned(self, tally: Tally) -> int:
        """Nothing is due before there is a first entry."""
        return super().earned(tally) if tally.entries else 0

    def sentence(self) -> Text:
        """Say what a second channel is."""
        return Text(
            fr=f"Second canal : {self.tickets} chance(s) de plus pour qui participe aussi par un autre des canaux "
            f"annoncés, dans la limite de {self.cap} chance(s).",
            en=f"Second channel: {self.tickets} more ticket(s) for entering through another announced channel too, "
            f"up to {self.cap} ticket(s).",
        )


LISTED_ONCE = Text(
    fr="C’est vérifié par la liste que la plateforme donne, lue une seule fois, juste après la clôture.",
    en="This is verified by the list that the platform gives, read once, right after the closing.",
)


class Engaged(Bonus, frozen=True, kw_only=True):
    """Base shape of what somebody does beside a comment that counts, where the platform lists who did it."""

    act: ClassVar[Text]
    """What one does, as a clause reads on: for each post … """

    def sentence(self) -> Text:
        """Say what is counted, of whom, and where."""
        where = ", ".join(sorted(site.capitalize() for site in LISTED_BY))
        return Text(
            fr=f"{self.act.fr} : {self.tickets} chance(s) de plus, dans la limite de {self.cap} chance(s), pour le compte dont un "
            f"commentaire compte. Seules ces plateformes le montrent : {where}.",
            en=f"{self.act.en}: {self.tickets} more ticket(s), up to {self.cap} ticket(s), for an account with a comment that "
            f"counts. Only these platforms show it: {where}.",
        )


class Like(Engaged, tag="like", frozen=True, kw_only=True):
    """Tickets for each of the contest's posts that somebody likes."""

    verified: ClassVar[Text] = LISTED_ONCE
    act: ClassVar[Text] = Text(fr="Aimer une publication du jeu", en="Liking a post of the contest")


class Repost(Engaged, tag="repost", frozen=True, kw_only=True):
    """Tickets for each of the contest's posts that somebody reposts."""

    verified: ClassVar[Text] = LISTED_ONCE
    act: ClassVar[Text] = Text(fr="Republier une publication du jeu", en="Reposting a post of the contest")


class Follow(Engaged, tag="follow", frozen=True, kw_only=True):
    """Tickets for each account that posted for the contest and that somebody follows."""

    verified: ClassVar[Text] = LISTED_ONCE
    act: ClassVar[Text] = Text(
        fr="Suivre un compte qui publie pour le jeu", en="Following an account that posts for the contest"
    )


LISTED_BY = frozenset({"bluesky", "mastodon"})
"""Platforms that list who liked, reposted and follows, whole. X stops at the hundred latest likes; the others list nobody."""
AnyBonus = Referral | SecondChannel | Like | Repost | Follow
BONUSES: dict[str, type[Bonus]] = {kind.tag(): kind for kind in get_args(AnyBonus)}


def second_channel(bonuses: tuple[Bonus, ...], outcome: Outcome, case: Case) -> Bonus | None:
    """Return the bonus when all that stands against the entry is that the person came in by another channel."""
    if case.channel in case.tally.channels or not case.tally.entries:
        return None
    if outcome.verdict is not Verdict.NO or any(d.reason not in SAME_PERSON for d in outcome.objections):
        return None
    found = next((bonus for bonus in bonuses if isinstance(bonus, SecondChannel)), None)
    return found if found and found.earned(case.tally) else None
