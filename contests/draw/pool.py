"""The pool: one line for each entrant, with its tickets (spec draw §2)."""

import re
from collections.abc import Mapping

import msgspec

from contests.codec import digest
from contests.errors import Malformed, Text

HEADER = b"entrant,tickets\n"
TICKETS_AN_ENTRANT = 1000
TICKETS_IN_ALL = 50_000_000
_LINE = re.compile(rb"([0-9a-f]{32}),([1-9][0-9]{0,3})\n")


class Pool(msgspec.Struct, frozen=True):
    """Entrants with their tickets, sorted by entrant; `data` is the file that is hashed."""

    entrants: tuple[str, ...]
    tickets: tuple[int, ...]
    data: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the file, in hex."""
        return digest(self.data)

    @property
    def total(self) -> int:
        """All tickets."""
        return sum(self.tickets)


def _bad(code: str, fr: str, en: str, found: str, where: str = "") -> Malformed:
    todo = Text(fr="Refaites la liste à partir du journal.", en="Make the list again from the journal.")
    return Malformed(code, Text(fr=fr, en=en), todo, found=found, where=where)


def make_pool(tickets: Mapping[str, int]) -> Pool:
    """Write the pool of `tickets` by entrant (32 hex digits). Raises Malformed."""
    if not tickets:
        raise Malformed(
            "pool-empty",
            Text(
                fr="Au moins une participation acceptée était attendue.", en="At least one accepted entry was expected."
            ),
            Text(
                fr="Il n’y a rien à tirer : annulez la campagne avec un motif public.",
                en="There is nothing to draw: void the campaign with a public reason.",
            ),
            found="0",
        )
    data = bytearray(HEADER)
    entrants = tuple(sorted(tickets))
    for entrant in entrants:
        data += f"{entrant},{tickets[entrant]}\n".encode()
    return parse_pool(bytes(data))


def parse_pool(data: bytes) -> Pool:
    """Read a pool file; strict to the byte. Raises Malformed with the line."""
    if not data.startswith(HEADER):
        raise _bad(
            "pool-header",
            "L’en-tête « entrant,tickets » était attendu.",
            "The header “entrant,tickets” was expected.",
            repr(data[:40]),
            "line 1",
        )
    entrants: list[str] = []
    tickets: list[int] = []
    at, last = len(HEADER), ""
    while at < len(data):
        match = _LINE.match(data, at)
        where = f"line {len(entrants) + 2}"
        if not match:
            raise _bad(
                "pool-line",
                "32 chiffres hexadécimaux, une virgule, un nombre de 1 à 1000 étaient attendus.",
                "32 hex digits, a comma, a number from 1 to 1000 were expected.",
                repr(data[at : at + 60]),
                where,
            )
        entrant, count = match[1].decode(), int(match[2])
        if entrant <= last:
            raise _bad(
                "pool-order",
                "Des participants triés, chacun une fois, étaient attendus.",
                "Sorted entrants, each once, were expected.",
                entrant,
                where,
            )
        if count > TICKETS_AN_ENTRANT:
            raise _bad(
                "pool-tickets",
                "Au plus 1000 chances par participant étaient attendues.",
                "At most 1000 tickets an entrant were expected.",
                str(count),
                where,
            )
        entrants.append(entrant)
        tickets.append(count)
        last, at = entrant, match.end()
    if not entrants:
        raise _bad("pool-empty", "Au moins un participant était attendu.", "At least one entrant was expected.", "0")
    pool = Pool(tuple(entrants), tuple(tickets), data)
    if pool.total > TICKETS_IN_ALL:
        raise _bad(
            "pool-total",
            "Au plus 50 millions de chances étaient attendues.",
            "At most 50 million tickets were expected.",
            str(pool.total),
        )
    return pool
