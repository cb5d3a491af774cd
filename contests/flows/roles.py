"""Who may do what: the roles in one table. Guards and pages name an ability, never a role."""

from typing import Literal

import msgspec

from contests.errors import Text
from contests.store.tables import FIRST

Ability = Literal[
    "watch",  # one campaign's overview and what happened in it, without identities
    "read",  # every campaign: drafts, entries, awards
    "identities",  # the legal file and the evidence of exclusions
    "minutes",  # issue and annul minutes
    "moderate",  # exclude and reinstate entrants
    "award",  # confirm and forfeit prizes, type a ceremony's values
    "publish",  # write, publish and amend campaigns
    "release",  # let through an amendment that may disadvantage entrants
    "void",  # end a campaign without a result
    "account",  # an account of one's own: password, sessions, second factor
    "people",  # invite people, change their roles, read the journal of accounts
    "organisers",  # make organisers and name their first owners: no role's, the installation's
]


class Role(msgspec.Struct, frozen=True):
    """What a role is called, what it is for, and what it may do."""

    title: Text
    purpose: Text
    abilities: frozenset[Ability]


ROLES: dict[str, Role] = {
    "owner": Role(
        Text(fr="propriétaire", en="owner"),
        Text(fr="Peut tout faire, et gère les personnes.", en="May do everything, and looks after people."),
        frozenset(("watch", "read", "identities", "minutes", "moderate", "award", "publish", "release", "void", "account",
                   "people")),
    ),
    "manager": Role(
        Text(fr="responsable des campagnes", en="community manager"),
        Text(fr="Crée, publie et suit les campagnes jusqu’aux lots.", en="Makes, publishes and runs campaigns, prizes included."),
        frozenset(("watch", "read", "identities", "minutes", "moderate", "award", "publish", "void", "account")),
    ),
    "moderator": Role(
        Text(fr="modération", en="moderator"),
        Text(fr="Lit les campagnes, exclut et réintègre ; ne publie rien, ne touche pas aux lots.",
             en="Reads campaigns, excludes and reinstates; publishes nothing, touches no prize."),
        frozenset(("watch", "read", "moderate", "account")),
    ),
    "legal": Role(
        Text(fr="service juridique", en="legal department"),
        Text(fr="Lit tout, identités comprises, établit les relevés, donne ou refuse son accord aux avenants défavorables ; "
                "n’écrit dans aucune campagne.",
             en="Reads everything, identities too, issues minutes, releases unfavourable amendments or not; writes in no campaign."),
        frozenset(("watch", "read", "identities", "minutes", "release", "account")),
    ),
    "observer": Role(
        Text(fr="observation", en="observer"),
        Text(fr="Voit l’avancement d’une campagne, sans identités, jusqu’à une date.",
             en="Sees how one campaign goes, without identities, until a date."),
        frozenset(("watch",)),
    ),
}  # fmt: skip
# An observer has a link and no account, so nobody is invited as one or made one.
ACCOUNTS = tuple(name for name, role in ROLES.items() if "account" in role.abilities)


class Person(msgspec.Struct, frozen=True):
    """Who is behind a session, and for which organiser: `role` is the one there.

    An observer has no address, and sees the campaign called `slug` only. `elsewhere`: other organisers, or
    invitations, wait; `installation`: looks after the installation as well.
    """

    id: str
    name: str
    role: str
    language: str
    email: str = ""
    slug: str = ""
    second_factor: bool = False
    organiser: str = FIRST
    organiser_name: str = ""
    elsewhere: bool = False
    installation: bool = False

    def may(self, ability: Ability) -> bool:
        """Say whether this person's role has an ability."""
        return self.installation if ability == "organisers" else ability in ROLES[self.role].abilities

    def sees(self, slug: str | None) -> bool:
        """Say whether a page about the campaign called `slug` (None: about no campaign) is within reach."""
        return not self.slug or slug == self.slug

    @property
    def title(self) -> Text:
        """What the role is called."""
        return ROLES[self.role].title
