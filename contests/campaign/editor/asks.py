"""What the guided editor can ask: each question belongs to a key of the definition."""

from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from contests.errors import Text

Kind = Literal[
    "line", "long", "email", "number", "money", "instant", "choice", "tick", "list", "colour", "picture", "languages"
]


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """One question. `key` is dotted, below its part; `usual` is what the engine takes where the key is absent.

    Where `heads` is emptied, the whole table that its key stands in goes.
    """

    key: str
    kind: Kind
    label: Text
    hint: Text | None = None
    by_language: bool = False
    optional: bool = False
    usual: str = ""
    options: tuple[tuple[str, Text], ...] = ()
    heads: bool = False


class Many(msgspec.Struct, frozen=True, kw_only=True):
    """Several of the same: prizes, fields. `fresh` is what a new one begins as; `name` is its key in the journal."""

    key: str
    one: Text
    add: Text
    name: str
    asks: tuple[Ask, ...]
    fresh: dict[str, Any]


class Switch(msgspec.Struct, frozen=True, kw_only=True):
    """Something of a list of kinds that is there or not: a rule, a bonus. `instead_of` is what it takes the place of."""

    key: str
    kind: str
    label: Text
    hint: Text | None = None
    asks: tuple[Ask, ...] = ()
    fresh: dict[str, Any] = {}
    instead_of: str = ""


Part = Ask | Many | Switch


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """One page of the editor."""

    id: str
    title: Text
    lede: Text
    parts: tuple[Part, ...]

    @property
    def keys(self) -> frozenset[str]:
        """The first keys of the definition that this page is about."""
        return frozenset(part.key.partition(".")[0] for part in self.parts)

    @property
    def questions(self) -> Iterator[tuple[str, Ask]]:
        """Every question with the shape of its key: `title`, `prizes.*.title`, `rules.residence.countries`."""
        for part in self.parts:
            if isinstance(part, Ask):
                yield part.key, part
            else:
                above = f"{part.key}.*" if isinstance(part, Many) else f"{part.key}.{part.kind}"
                yield from ((f"{above}.{ask.key}", ask) for ask in part.asks)
