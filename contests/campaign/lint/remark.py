"""One remark of the linter, and how one is made."""

from typing import Literal

import msgspec

from contests.codec import canonical, digest
from contests.errors import Text

Level = Literal["block", "warn", "record"]


class Remark(msgspec.Struct, frozen=True):
    """One remark of the linter; the law is for the lawyer's eyes."""

    level: Level
    code: str
    path: str
    text: Text
    law: str = ""

    @property
    def digest(self) -> str:
        """What an acknowledgement is given for: this code, place, sentence and law, and no other (hex)."""
        return digest(canonical(self))


def block(code: str, path: str, text: Text, law: str = "") -> Remark:
    """Return a remark that forbids publishing."""
    return Remark("block", code, path, text, law)


def warn(code: str, path: str, text: Text, law: str = "") -> Remark:
    """Return a remark that a named person has to acknowledge."""
    return Remark("warn", code, path, text, law)


def record(code: str, path: str, text: Text, law: str = "") -> Remark:
    """Return a remark that is only said."""
    return Remark("record", code, path, text, law)
