"""Who must have seen a head (C2SP tlog-policy): witnesses, groups of them, and a quorum."""

from collections.abc import Set as AbstractSet

import msgspec

from contests.errors import Malformed, Text
from contests.journal.cosignature import Witness, parse_witness
from contests.journal.note import Verifier, parse_vkey

LONGEST = 8192
MOST_LINES = 200
NOBODY = "none"


class Named(msgspec.Struct, frozen=True):
    """A witness under its name in the policy, and where it listens, when that is said."""

    name: str
    witness: Witness
    url: str = ""


class Group(msgspec.Struct, frozen=True):
    """`least` of the members must have seen the head."""

    name: str
    least: int
    members: tuple[str, ...]


class Policy(msgspec.Struct, frozen=True):
    """A policy; `quorum` names a witness, a group, or `none`."""

    logs: tuple[Verifier, ...]
    witnesses: tuple[Named, ...]
    groups: tuple[Group, ...]
    quorum: str

    def met(self, saw: AbstractSet[str]) -> bool:
        """Say whether the quorum is met when the witnesses named in `saw` have cosigned."""
        holds = {named.name for named in self.witnesses} & saw | {NOBODY}
        for group in self.groups:  # a group names only what stands before it
            if sum(member in holds for member in group.members) >= group.least:
                holds.add(group.name)
        return self.quorum in holds


class _Reader:
    def __init__(self) -> None:
        self.logs: list[Verifier] = []
        self.witnesses: list[Named] = []
        self.groups: list[Group] = []
        self.names: set[str] = set()
        self.members: set[str] = set()
        self.quorum = ""

    def line(self, number: int, words: list[str]) -> None:
        """Take one line apart. Raises Malformed."""
        match words:
            case ["log", vkey] | ["log", vkey, _]:
                log = parse_vkey(vkey)
                if log.key in {known.key for known in self.logs}:
                    raise _malformed(number, "a log twice")
                self.logs.append(log)
            case ["witness", name, vkey, *rest] if len(rest) <= 1:
                witness = parse_witness(vkey)
                if witness.key in {known.witness.key for known in self.witnesses}:
                    raise _malformed(number, "a witness twice")
                self._name(number, name)
                self.witnesses.append(Named(name, witness, rest[0] if rest else ""))
            case ["group", name, least, *members] if members:
                self._group(number, name, least, tuple(members))
            case ["quorum", name] if not self.quorum and (name in self.names or name == NOBODY):
                self.quorum = name
            case _:
                raise _malformed(number, " ".join(words))

    def _group(self, number: int, name: str, least: str, members: tuple[str, ...]) -> None:
        count = {"any": "1", "all": str(len(members))}.get(least, least)
        if (
            not count.isascii()
            or not count.isdecimal()
            or count.startswith("0")
            or not 1 <= int(count[:4]) <= len(members)
        ):
            raise _malformed(number, least)
        for member in members:
            if member not in self.names or member in self.members:
                raise _malformed(number, member)
            self.members.add(member)
        self._name(number, name)
        self.groups.append(Group(name, int(count), members))

    def _name(self, number: int, name: str) -> None:
        if name in self.names or name == NOBODY:
            raise _malformed(number, name)
        self.names.add(name)


def parse_policy(text: str) -> Policy:
    """Read a policy. Raises Malformed with the number of the line."""
    if len(text) > LONGEST or any((ord(c) < 0x20 and c not in "\t\n") or c == "\x7f" for c in text):
        raise _malformed(0, "a control character, or too long a text")
    reader = _Reader()
    lines = text.removesuffix("\n").split("\n")
    if len(lines) > MOST_LINES:
        raise _malformed(MOST_LINES, f"{len(lines)} lines")
    for number, line in enumerate(lines, 1):
        words = line.replace("\t", " ").split(" ")
        words = [word for word in words if word]
        if words and not words[0].startswith("#"):
            reader.line(number, words)
    if not reader.quorum:
        raise _malformed(len(lines), "no quorum line")
    return Policy(tuple(reader.logs), tuple(reader.witnesses), tuple(reader.groups), reader.quorum)


def _malformed(number: int, found: str) -> Malformed:
    return Malformed(
        "policy-malformed",
        Text(fr="Une politique de témoins C2SP était attendue : des lignes witness et group, puis une ligne quorum.",
             en="A C2SP witness policy was expected: witness and group lines, then a quorum line."),
        Text(fr="Corrigez la ligne indiquée.", en="Mend the line that is named."),
        found=found[:160],
        where=f"line {number}",
    )  # fmt: skip
