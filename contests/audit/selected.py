"""Steps 11, 12 and 15 of the verifier: the ranking file, and the people it names (spec bundle §4)."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from contests.audit.verdict import Collector
from contests.draw.awards import Award
from contests.entry import commitment

Identities = list[dict[str, Any]]


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


def check_people(
    say: Collector,
    identities: Identities,
    awards: Sequence[Award],
    commitments: Mapping[str, tuple[str, str]],
) -> None:
    """Each named person opens the commitment of the entrant that was drawn, at the rank given; nobody is left out."""
    drawn = {award.entrant: award for award in awards}
    named: set[str] = set()
    for line in identities:
        entrant, entry = str(line.get("entrant")), str(line.get("entry"))
        recorded = commitments.get(entry)
        try:
            key = bytes.fromhex(str(line.get("key")))
        except ValueError:
            key = b""
        identity = line.get("identity")
        opens = recorded is not None and isinstance(identity, dict) and len(key) == 32
        if not opens or recorded != (entrant, commitment(key, msgspec.convert(identity, dict[str, str], strict=False))):
            say.fail(15, f"L’identité de {entrant} n’ouvre pas l’engagement.",
                           f"The identity of {entrant} does not open the commitment.")  # fmt: skip
        award = drawn.get(entrant)
        if award is None or (line.get("rank"), line.get("prize")) != (award.rank, award.prize):
            say.fail(15, f"{entrant} n’est pas au rang indiqué.", f"{entrant} is not at the rank given.")
        named.add(entrant)
    for entrant in drawn.keys() - named:
        say.fail(15, f"{entrant} n’est pas identifié.", f"{entrant} is not identified.")
    say.passed(15, f"{len(named)} personnes.", f"{len(named)} people.")
