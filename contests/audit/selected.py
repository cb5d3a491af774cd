"""Steps 11, 12 and 15 of the verifier: the ranking file, and the people it names (spec bundle §4)."""

from collections.abc import Mapping, Sequence
from typing import IO, Annotated

import msgspec
from msgspec import Meta

from contests.audit.archive import MIB, Archive
from contests.audit.verdict import Collector
from contests.codec import canonical, parse_json
from contests.draw.awards import Award
from contests.entry import commitment
from contests.errors import Malformed
from contests.records import Hex32, Hex64

PEOPLE = "identities.jsonl"
LARGEST_LEGAL = 64 * MIB


class Identity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One person who was drawn, with the key of their commitment."""

    entrant: Hex32
    entry: Hex32
    identity: dict[str, str]
    key: Hex64
    rank: Annotated[int, Meta(ge=1)]
    prize: str = ""


class Identities(msgspec.Struct, frozen=True):
    """A legal file: its people, and what in it is not as specified."""

    people: tuple[Identity, ...]
    faults: tuple[str, ...] = ()


def compare_ranking(say: Collector, data: bytes, expected: bytes) -> None:
    """Compare the ranking file with the one computed again, line by line."""
    if data == expected:
        return
    found, right = data.split(b"\n"), expected.split(b"\n")
    for i, (own, other) in enumerate(zip(found, right, strict=False), 1):
        if own != other:
            step = 12 if own.rpartition(b",")[0] == other.rpartition(b",")[0] else 11
            shown = own[:140].decode("utf-8", "replace")
            say.fail(step, f"Ligne {i} : « {shown} », attendu « {other.decode()} ».",
                     f"Line {i}: “{shown}”, expected “{other.decode()}”.")  # fmt: skip
    if len(found) != len(right):
        say.fail(12, f"{len(found) - 1} lignes, {len(right) - 1} attendues.",
                 f"{len(found) - 1} lines, {len(right) - 1} expected.")  # fmt: skip


def read_identities(file: IO[bytes]) -> Identities:
    """Read a legal file (spec bundle §3). What is not as specified is kept as a fault: it says nothing against the bundle."""
    people, faults = [], []
    try:
        legal = Archive(file)
        legal.digests()
        data = legal.read(PEOPLE, LARGEST_LEGAL)
    except Malformed as refused:
        return Identities((), (refused.found,))
    *lines, rest = data.split(b"\n")
    for place, line in enumerate([*lines, rest] if rest else lines, 1):
        try:
            if place > len(lines) or len(line) > MIB or canonical(parse_json(line)) != line:
                raise ValueError(f"not canonical JSON with its line end: {line[:60].decode('utf-8', 'replace')}")
            people.append(msgspec.json.decode(line, type=Identity))
        except (Malformed, ValueError) as error:
            faults.append(f"{PEOPLE}:{place}: {error.found if isinstance(error, Malformed) else error}")
    return Identities(tuple(people), tuple(faults))


def check_people(
    say: Collector,
    identities: Identities,
    awards: Sequence[Award],
    commitments: Mapping[str, tuple[str, str]],
) -> None:
    """Each named person opens the commitment of the entrant that was drawn, at the rank given; nobody is left out."""
    for fault in identities.faults:
        say.fail(15, f"Fichier légal : {fault}.", f"Legal file: {fault}.")
    if not awards:
        say.skip(15, "Aucun classement auquel comparer.", "No ranking to compare with.")
        return
    drawn = {award.entrant: award for award in awards}
    for person in identities.people:
        entrant = person.entrant
        if commitments.get(person.entry) != (entrant, commitment(bytes.fromhex(person.key), person.identity)):
            say.fail(15, f"L’identité de {entrant} n’ouvre pas l’engagement.",
                           f"The identity of {entrant} does not open the commitment.")  # fmt: skip
        award = drawn.get(entrant)
        if award is None or (person.rank, person.prize) != (award.rank, award.prize):
            say.fail(15, f"{entrant} n’est pas au rang indiqué.", f"{entrant} is not at the rank given.")
    # Who is on a line that cannot be read is not known.
    for entrant in drawn.keys() - {person.entrant for person in identities.people} if not identities.faults else ():
        say.fail(15, f"{entrant} n’est pas identifié.", f"{entrant} is not identified.")
    named = len({person.entrant for person in identities.people})
    say.passed(15, f"{named} personnes.", f"{named} people.")
