"""Read a zip with strict limits (spec bundle §2), so that every reader of a proof sees the same files in it, or none.

The library's own reader is made to open as many zips as it can; here a zip that two readers could take for two things is
refused. Nothing is unpacked before its name, its place and its size have been looked at.
"""

import hashlib
import io
import struct
import zlib
from collections.abc import Iterator
from typing import IO, NamedTuple

from contests.errors import Malformed, Text

MIB = 1 << 20
LARGEST_FILE = 4096 * MIB - 1
LARGEST_ALL = 6144 * MIB
LARGEST_INDEX = 32 * MIB
SMALL = 16 * MIB  # of what is read whole, where nothing else is said
STEEPEST = 1000
DEFLATED = 8
# Bits of an entry's flags: how hard it was packed; the sizes stand behind it; its name is UTF-8.
_HARD, _BEHIND, _UTF8 = 0x6, 0x8, 0x800
_KNOWN = _HARD | _BEHIND | _UTF8
_END, _LINE, _HEAD = struct.Struct("<4s4H2LH"), struct.Struct("<4s6H3L5H2L"), struct.Struct("<4s5H3L2H")
_NEXT = {False: frozenset({0}), True: frozenset({12, 16})}  # bytes between an entry and what comes after it


def not_a_bundle(found: str) -> Malformed:
    """Return the refusal for something that is no bundle."""
    return Malformed(
        "not-a-bundle",
        Text(fr="Un fichier zip de preuve était attendu.", en="A zip file with the proof was expected."),
        Text(fr="Téléchargez à nouveau le fichier depuis la page des résultats.",
             en="Download the file again from the results page."),
        found=found[:200],
    )  # fmt: skip


class _Member(NamedTuple):
    flags: int
    method: int
    known: tuple[int, int, int]  # its checksum, its bytes packed, its bytes
    offset: int
    name: bytes


class Archive:
    """A zip in a file that somebody else opened and closes: its names, and the bytes of each. All of it raises Malformed."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._members = dict(self._index())
        self._starts = dict(self._heads())

    @property
    def names(self) -> tuple[str, ...]:
        """All file names, in the order of the zip."""
        return tuple(self._members)

    def has(self, name: str) -> bool:
        """Say whether there is such a file."""
        return name in self._members

    def read(self, name: str, limit: int = SMALL) -> bytes:
        """Return a whole file, which is not longer than `limit`."""
        if self.has(name) and self._members[name].known[2] > limit:
            raise Malformed(
                "file-too-long",
                Text(fr=f"{limit} octets au plus étaient attendus.", en=f"At most {limit} bytes were expected."),
                Text(fr="Téléchargez à nouveau le fichier.", en="Download the file again."),
                found=str(self._members[name].known[2]),
                where=name,
            )
        return b"".join(self.chunks(name))

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield a file's bytes in pieces; what they are is known to be right only once all were read."""
        if not self.has(name):
            raise not_a_bundle(f"{name} is missing")
        member, size, crc = self._members[name], 0, 0
        packed = member.known[1]
        for piece in self._pieces(name, member):
            size, crc = size + len(piece), zlib.crc32(piece, crc)
            if size > LARGEST_FILE or (size > MIB and size > STEEPEST * packed):
                raise not_a_bundle(f"{name} expands beyond measure")
            yield piece
        if (crc, packed, size) != member.known:
            raise not_a_bundle(f"{name} is damaged")

    def digests(self) -> dict[str, str]:
        """Return the SHA-256 (hex) of every file. All is read once, so that damage shows before anything is judged."""
        found, unpacked = {}, 0
        for name in self._members:
            digest = hashlib.sha256()
            for chunk in self.chunks(name):
                digest.update(chunk)
                unpacked += len(chunk)
                if unpacked > LARGEST_ALL:
                    raise not_a_bundle(f"more than {LARGEST_ALL} bytes once unpacked")
            found[name] = digest.hexdigest()
        return found

    def lines(self, name: str) -> Iterator[bytes]:
        """Yield lines without their LF; a last line without one, and a line cut at 1 MiB, end with a NUL, to be noticed."""
        rest, cut = b"", False
        for chunk in self.chunks(name):
            first, *others = chunk.split(b"\n")
            rest += b"" if cut else first
            for other in others:
                yield rest
                rest, cut = other, False
            if len(rest) > MIB:
                rest, cut = rest[:MIB] + b"\x00", True
        if rest:
            yield rest if cut else rest + b"\x00"

    def _at(self, place: int, length: int) -> bytes:
        self._file.seek(place)
        return self._file.read(length)

    def _index(self) -> Iterator[tuple[str, _Member]]:
        """Read the end record, which is the file's last bytes, and the index, which is all that stands before it."""
        end = self._file.seek(0, io.SEEK_END) - _END.size
        sign, *disks, count, size, start, comment = (
            _END.unpack(self._at(end, _END.size)) if end >= 0 else (b"", 0, 0, 0, 0, 0, 0, 0)
        )
        if sign != b"PK\x05\x06" or comment:
            raise not_a_bundle("not a whole zip file")
        if disks != [0, 0, count] or start + size != end or size > LARGEST_INDEX:
            raise not_a_bundle("a zip with a damaged index")
        self._end, index, place, seen = start, self._at(start, size), 0, set()
        for _ in range(count):
            if place + _LINE.size > size:
                raise not_a_bundle("a zip with a damaged index")
            line = _LINE.unpack_from(index, place)
            raw = index[place + _LINE.size : place + _LINE.size + line[10]]
            place += _LINE.size + sum(line[10:13])
            member = _Member(line[3], line[4], line[7:10], line[16], raw)
            if line[0] != b"PK\x01\x02" or place > size:
                raise not_a_bundle("a zip with a damaged index")
            name = _name(raw)
            if name in seen:
                raise not_a_bundle(f"{name} twice")
            seen.add(name)
            if member.flags & ~_KNOWN or member.method not in {0, DEFLATED}:
                raise not_a_bundle(f"{name} is encrypted, or packed in a way of its own")
            yield name, member
        if place != size:
            raise not_a_bundle("a zip with a damaged index")

    def _heads(self) -> Iterator[tuple[str, int]]:
        """Find where the bytes of each file begin. Its own header says what the index says, and nothing stands between two."""
        place, gaps = 0, _NEXT[False]
        for name, member in sorted(self._members.items(), key=lambda item: item[1].offset):
            raw = self._at(member.offset, _HEAD.size + len(member.name))
            if member.offset - place not in gaps or len(raw) < _HEAD.size + len(member.name):
                raise not_a_bundle(f"{name} is damaged")
            sign, _, flags, method, _, _, *known, length, extra = _HEAD.unpack_from(raw)
            behind = bool(flags & _BEHIND)
            same = (sign, flags, method, raw[_HEAD.size :]) == (b"PK\x03\x04", member.flags, member.method, member.name)
            if not same or length != len(member.name) or not (behind or tuple(known) == member.known):
                raise not_a_bundle(f"{name} is damaged")
            start = member.offset + len(raw) + extra
            yield name, start
            place, gaps = start + member.known[1], _NEXT[behind]
        if self._end - place not in gaps:
            raise not_a_bundle("bytes that are no file's")

    def _pieces(self, name: str, member: _Member) -> Iterator[bytes]:
        at, unpack = self._starts[name], zlib.decompressobj(-15)
        stop = at + member.known[1]
        try:
            while at < stop:
                chunk = self._at(at, min(stop - at, 1 << 16))
                at += len(chunk) or stop
                if member.method != DEFLATED:
                    yield chunk
                    continue
                piece = unpack.decompress(chunk, 1 << 16)
                while piece:
                    yield piece
                    piece = unpack.decompress(unpack.unconsumed_tail, 1 << 16)
        except zlib.error as error:
            raise not_a_bundle(f"{name}: {error}") from error
        if member.method == DEFLATED and (not unpack.eof or unpack.unused_data):
            raise not_a_bundle(f"{name} is damaged")


def _name(raw: bytes) -> str:
    """Return an entry's name: printable ASCII, relative, without a way up."""
    name = raw.decode("ascii", "replace")
    if not raw or name[0] == "/" or ".." in name or not all(" " <= c <= "~" and c not in "\\:" for c in name):
        raise not_a_bundle(f"the name {name!r}")
    return name
