"""The pool: one line for each entrant, with its tickets (spec draw §2)."""

import re
from collections.abc import Iterator, Mapping
from operator import lt

import msgspec

from contests.codec import digest
from contests.errors import Malformed, Text

HEADER = b"entrant,tickets\n"
TICKETS_AN_ENTRANT = 1000
TICKETS_IN_ALL = 50_000_000
CHUNK = 1 << 22
_LINE = re.compile(rb"([0-9a-f]{32}),([1-9][0-9]{0,3})\n")
_LINES = re.compile(rb"(?:[0-9a-f]{32},(?:[1-9][0-9]{0,2}|1000)\n)+")


class Pool(msgspec.Struct, frozen=True):
    """Entrants with their tickets, sorted by entrant: the file itself, and what it adds up to.

    Ten millions of entrants are 350 MB as bytes, and would be gigabytes as objects: they are read chunk by chunk.
    """

    data: bytes
    size: int
    total: int

    @property
    def digest(self) -> str:
        """SHA-256 of the file, in hex."""
        return digest(self.data)

    def chunks(self, size: int = CHUNK) -> Iterator[bytes]:
        """Yield whole lines, about `size` bytes at a time."""
        at = len(HEADER)
        while at < len(self.data):
            end = self.data.find(b"\n", min(at + size, len(self.data)) - 1) + 1 or len(self.data)
            yield self.data[at:end]
            at = end

    def lines(self) -> Iterator[tuple[str, int]]:
        """Yield each entrant with its tickets."""
        for chunk in self.chunks():
            for line in chunk.decode("ascii").splitlines():
                yield line[:32], int(line[33:])


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
    for entrant in sorted(tickets):
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
    size, total, last = 0, 0, b""
    for chunk in Pool(data, 0, 0).chunks():
        if not _LINES.fullmatch(chunk):
            raise _first_fault(data)
        lines = chunk.split(b"\n")[:-1]
        entrants = [line[:32] for line in lines]
        if entrants[0] <= last or not all(map(lt, entrants, entrants[1:])):
            raise _first_fault(data)
        last = entrants[-1]
        size += len(lines)
        total += sum([int(line[33:]) for line in lines])
    if not size:
        raise _bad("pool-empty", "Au moins un participant était attendu.", "At least one entrant was expected.", "0")
    if total > TICKETS_IN_ALL:
        raise _bad(
            "pool-total",
            "Au plus 50 millions de chances étaient attendues.",
            "At most 50 million tickets were expected.",
            str(total),
        )
    return Pool(data, size, total)


def _first_fault(data: bytes) -> Malformed:
    """Return what is wrong with the first line that is: slow, and only on the way to a refusal."""
    at, last, number = len(HEADER), "", 2
    while match := _LINE.match(data, at):
        entrant, where = match[1].decode(), f"line {number}"
        if entrant <= last:
            return _bad(
                "pool-order",
                "Des participants triés, chacun une fois, étaient attendus.",
                "Sorted entrants, each once, were expected.",
                entrant,
                where,
            )
        if int(match[2]) > TICKETS_AN_ENTRANT:
            return _bad(
                "pool-tickets",
                "Au plus 1000 chances par participant étaient attendues.",
                "At most 1000 tickets an entrant were expected.",
                match[2].decode(),
                where,
            )
        last, at, number = entrant, match.end(), number + 1
    return _bad(
        "pool-line",
        "32 chiffres hexadécimaux, une virgule, un nombre de 1 à 1000 étaient attendus.",
        "32 hex digits, a comma, a number from 1 to 1000 were expected.",
        repr(data[at : at + 60]),
        f"line {number}",
    )
