"""The seed: 32 bytes over everything that was fixed, and then the random value (spec draw §4)."""

from collections.abc import Iterable
from hashlib import sha256

import msgspec

from contests.draw.beacon import Round
from contests.errors import Malformed, Text


class Frozen(msgspec.Struct, frozen=True, kw_only=True):
    """What was fixed before the random value existed. Hex in lower case."""

    campaign: str
    draw: str
    definition: str
    pool: str
    entrants: int
    tickets: int
    size: int
    root: str


class Beacon(msgspec.Struct, frozen=True, tag="drand", tag_field="source"):
    """Chance from a verified round of the public beacon."""

    round: Round

    def fields(self) -> tuple[str, ...]:
        """The last fields of the seed."""
        return ("drand", self.round.chain, str(self.round.round), self.round.signature)


class Ceremony(msgspec.Struct, frozen=True, tag="ceremony", tag_field="source"):
    """Chance from values that a named witness threw or read."""

    text: str

    def fields(self) -> tuple[str, ...]:
        """The last fields of the seed."""
        return ("ceremony", sha256(self.text.encode()).hexdigest())


class Rehearsal(msgspec.Struct, frozen=True, tag="rehearsal", tag_field="source"):
    """No chance at all: worth nothing, and says so in the seed's own label."""

    text: str

    def fields(self) -> tuple[str, ...]:
        """The last fields of the seed."""
        return ("rehearsal", self.text)


Source = Beacon | Ceremony | Rehearsal


def ceremony_text(values: Iterable[tuple[str, str]]) -> str:
    """Return the text of a ceremony from (name, value) pairs in the order announced.

    Raises Malformed for a value that is empty or holds a line end, or for a name with `=`.
    """
    lines = ["ceremony"]
    for name, value in values:
        if not value.strip() or any(c in value for c in "\r\n") or any(c in name for c in "=\r\n"):
            raise Malformed(
                "ceremony-value",
                Text(fr="Une valeur sur une ligne était attendue.", en="A value on one line was expected."),
                Text(fr="Ressaisissez la valeur.", en="Type the value again."),
                found=repr(value)[:60],
                where=name,
            )
        lines.append(f"{name}={value.strip()}")
    return "\n".join(lines) + "\n"


LABELS = {"drand": "contests/seed/v1", "ceremony": "contests/seed/v1", "rehearsal": "contests/rehearsal/v1"}


def seed_fields(frozen: Frozen, source: Source) -> tuple[str, ...]:
    """Return everything that the seed is the digest of, in order."""
    chance = source.fields()
    return (
        LABELS[chance[0]],
        frozen.campaign,
        frozen.draw,
        frozen.definition,
        frozen.pool,
        str(frozen.entrants),
        str(frozen.tickets),
        str(frozen.size),
        frozen.root,
        *chance,
    )


def seed(frozen: Frozen, source: Source) -> str:
    """Return the seed in hex. Raises Malformed when a field holds a line end or is not ASCII."""
    fields = seed_fields(frozen, source)
    if any("\n" in field or not field.isascii() for field in fields):
        raise Malformed(
            "seed-field",
            Text(fr="Des champs ASCII sur une ligne étaient attendus.", en="ASCII fields on one line were expected."),
            Text(fr="Corrigez le texte de la répétition.", en="Mend the rehearsal’s text."),
        )
    return sha256("".join(f"{field}\n" for field in fields).encode()).hexdigest()
