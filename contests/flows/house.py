"""What every flow is handed: the store, the installation's name and address, and chance."""

import hashlib
from collections.abc import Callable
from datetime import datetime

import msgspec

from contests.errors import Refused, StageRefused, Text
from contests.store.session import Store


class House(msgspec.Struct, frozen=True):
    """One installation. `name` begins its origins, `url` its links; `chance(n)` gives n random bytes.

    `four_eyes` are the acts that need a second person.
    """

    store: Store
    name: str
    url: str
    chance: Callable[[int], bytes]
    four_eyes: frozenset[str] = frozenset()

    def origin(self, campaign: str) -> str:
        """Return the origin of a campaign's journal."""
        return f"{self.name}/journal/{campaign}"

    @property
    def register_origin(self) -> str:
        """The origin of the register."""
        return f"{self.name}/journal"


STAGES = {
    "draft": Text(fr="à l’état de brouillon", en="a draft"), "open": Text(fr="publiée, avant la clôture", en="published and not closed"),
    "closed": Text(fr="close", en="closed"), "frozen": Text(fr="dont la liste est figée", en="frozen"),
    "drawn": Text(fr="tirée", en="drawn"), "settled": Text(fr="dont les lots sont réglés", en="settled"),
    "void": Text(fr="annulée", en="void"),
}  # fmt: skip


def need_second_person(house: House, act: str) -> None:
    """Refuse an act that this installation wants two people for; `flows/four_eyes.py` is the way round."""
    if act in house.four_eyes:
        raise Refused(
            "second-person-needed",
            Text(fr=f"Une seconde personne était attendue pour : {act}.",
                 en=f"A second person was expected for: {act}."),
            Text(fr="Préparez cet acte sur sa page ; une autre personne l’y validera.",
                 en="Prepare this act on its page; another person releases it there."),
        )  # fmt: skip


def token_digest(token: str) -> str:
    """Return what the store keeps of a link's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def entry_token(at: datetime, secret: bytes) -> str:
    """Return the token of an entry's links: the second it was made in, then the secret (20 bytes), all in hex."""
    return f"{int(at.timestamp()):08x}{secret.hex()}"


def entry_token_digest(token: str) -> str:
    """Return what the store keeps of an entry's token: digests of entries that come in together lie together.

    Digests alone would be spread over the whole index, and every entry would write a page of its own.
    """
    return token[:8] + token_digest(token)


UNITS = {
    "drawn": Text(fr="à proposer", en="to be offered"), "offered": Text(fr="proposé", en="offered"),
    "claimed": Text(fr="accepté", en="claimed"), "confirmed": Text(fr="confirmé", en="confirmed"),
    "forfeited": Text(fr="non attribué", en="not awarded"), "unawarded": Text(fr="non attribué", en="not awarded"),
    "lapsed": Text(fr="dont le délai est passé", en="past its time"), "received": Text(fr="remis", en="handed over"),
    "withheld": Text(fr="qui n’est pas remis", en="withheld"), "waiting": Text(fr="dont une pièce attend", en="with a document that waits"),
    "seen": Text(fr="dont la pièce a été vue", en="whose document was seen"),
    "needless": Text(fr="dont la pièce n’est pas nécessaire", en="whose document is not needed"),
}  # fmt: skip


def wrong_unit(found: str, *expected: str) -> StageRefused:
    """Return the refusal for a step that a prize is not at."""
    said = [UNITS.get(state, Text(state, state)) for state in expected]
    return StageRefused(
        "wrong-state",
        Text(fr=f"Un lot {' ou '.join(state.fr for state in said)} était attendu.",
             en=f"A prize that is {' or '.join(state.en for state in said)} was expected."),
        Text(fr="Rechargez la page : le lot a avancé.", en="Reload the page: the prize has moved on."),
        found=UNITS.get(found, found),
    )  # fmt: skip


def wrong_stage(found: str, *expected: str) -> StageRefused:
    """Return the refusal for a step that comes too early or too late."""
    said = [STAGES.get(stage, Text(stage, stage)) for stage in expected]
    return StageRefused(
        "wrong-stage",
        Text(fr=f"Une campagne {' ou '.join(stage.fr for stage in said)} était attendue.",
             en=f"A campaign that is {' or '.join(stage.en for stage in said)} was expected."),
        Text(fr="Rechargez la page : la campagne a avancé.", en="Reload the page: the campaign has moved on."),
        found=STAGES.get(found, found),
    )  # fmt: skip
