"""Write and open bundles (spec bundle §2): a zip with fixed times and order.

Opening is defensive: names, doubles, sizes and ratios are looked at before anything is unpacked.
"""

import hashlib
import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Self

import msgspec

from contests.codec import canonical
from contests.errors import Malformed, Text

EPOCH = (1980, 1, 1, 0, 0, 0)
LARGEST_FILE = (1 << 32) - 1
LARGEST_BUNDLE = 6 << 30
STEEPEST = 1000
NEEDED = ("manifest.json", "journal/records.jsonl", "journal/checkpoint", "journal/vkey")
RECORDS = "journal/records.jsonl"
MOST_FILES = 2000
# The end record of a zip; and with the two of a large one (zip64) before it.
_TAILS = (22, 22 + 56 + 20)
_UNREADABLE = (
    zipfile.BadZipFile, OSError, EOFError, ValueError, RuntimeError, NotImplementedError, zlib.error, struct.error,
)  # fmt: skip
README = """\
Ce fichier contient de quoi vérifier tout un jeu, du premier enregistrement au dernier lot, sans nous croire.
Il ne nomme aucun participant. Pour le vérifier : python3 verify.py CE-FICHIER.zip  (Python 3.9 ou plus, rien à installer).
Le format est décrit dans docs/spec/ du projet « contests ».

This file holds what it takes to check a whole contest, from the first record to the last prize, without trusting us.
It names no entrant. To check it: python3 verify.py THIS-FILE.zip  (Python 3.9 or later, nothing to install).
The format is described in docs/spec/ of the project "contests".
"""


class Part(msgspec.Struct, frozen=True):
    """One file of a bundle; `chunks()` gives its bytes, and gives them again when called again."""

    name: str
    chunks: Callable[[], Iterable[bytes]]


def part(name: str, data: bytes) -> Part:
    """Return a part that is in memory."""
    return Part(name, lambda: (data,))


def write_bundle(out: IO[bytes], parts: Iterable[Part]) -> None:
    """Write README, manifest and `parts` to a seekable file, deterministic to the byte. Raises Malformed beyond 4 GiB."""
    listed = [part("README.txt", README.encode()), *parts]
    digests = {}
    for each in listed:
        running = hashlib.sha256()
        for chunk in each.chunks():
            running.update(chunk)
        digests[each.name] = running.hexdigest()
    index = b""
    for each in (listed[0], part("manifest.json", canonical(digests)), *listed[1:]):
        index += _add(out, each)
    start = out.tell()
    out.write(index)
    count = len(listed) + 1
    out.write(struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(index), start, 0))


def _add(out: IO[bytes], each: Part) -> bytes:
    """Write one file, deflated, and return its line of the zip's index.

    The same bytes as `zipfile` gives, which would go over to zip64 at 2 GiB already: ten million records are 3.3 GB, and
    whoever reads the proof elsewhere is better off with the oldest form.
    """
    name, start = each.name.encode("ascii"), out.tell()
    head = struct.Struct("<5H3L2H")  # version, flags, deflated, 1980-01-01 00:00, then what is known afterwards
    out.write(bytes(4 + head.size) + name)
    packer, crc, size, packed = zlib.compressobj(-1, zlib.DEFLATED, -15), 0, 0, 0
    for chunk in each.chunks():
        crc, size = zlib.crc32(chunk, crc), size + len(chunk)
        packed += out.write(packer.compress(chunk))
    packed += out.write(packer.flush())
    end = out.tell()
    if max(size, end) > LARGEST_FILE:
        raise not_a_bundle(f"{each.name}: {size} bytes, {LARGEST_FILE} at most")
    known = head.pack(20, 0, zipfile.ZIP_DEFLATED, 0, 0x21, crc, packed, size, len(name), 0)
    out.seek(start)
    out.write(b"PK\x03\x04" + known)
    out.seek(end)
    made_by = struct.pack("<2B", 20, 3)  # on Unix, where `external` are the file's rights
    external = 0o644 << 16
    return b"PK\x01\x02" + made_by + known + struct.pack("<3H2L", 0, 0, 0, external, start) + name


def not_a_bundle(found: str) -> Malformed:
    """Return the refusal for something that is no bundle."""
    return Malformed(
        "not-a-bundle",
        Text(fr="Un fichier zip de preuve était attendu.", en="A zip file with the proof was expected."),
        Text(fr="Téléchargez à nouveau le fichier depuis la page des résultats.",
             en="Download the file again from the results page."),
        found=found[:200],
    )  # fmt: skip


class Bundle:
    """An open bundle. Close it, or use it as a context."""

    def __init__(self, file: IO[bytes]) -> None:
        try:
            self._zip = zipfile.ZipFile(file)
            infos = self._zip.infolist()
        except _UNREADABLE as error:
            raise not_a_bundle(f"{type(error).__name__}: {error}") from error
        self._infos = {info.filename: info for info in infos}
        size = file.seek(0, io.SEEK_END)
        # Bytes before or after could be a second zip, which another reader would see instead.
        index = sum(46 + len(info.orig_filename.encode()) + len(info.extra) + len(info.comment) for info in infos)
        ends = {self._zip.start_dir + index + tail for tail in _TAILS}
        if self._zip.comment or not infos or min(info.header_offset for info in infos) != 0 or size not in ends:
            raise not_a_bundle("bytes around the zip, or nothing in it")
        _inspect(infos, size)
        for name in NEEDED:
            if name not in self._infos:
                raise not_a_bundle(f"no {name}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    @property
    def names(self) -> tuple[str, ...]:
        """All file names, in the order of the zip."""
        return tuple(self._infos)

    def chunks(self, name: str, size: int = 1 << 16) -> Iterator[bytes]:
        """Yield a file's bytes. Raises Malformed where it is missing, or cannot be unpacked."""
        if name not in self._infos:
            raise not_a_bundle(f"{name} is missing")
        try:
            with self._zip.open(self._infos[name]) as file:
                seen = 0
                while chunk := file.read(size):
                    seen += len(chunk)
                    if seen > self._infos[name].file_size:
                        raise not_a_bundle(f"{name} is larger than it says")
                    yield chunk
        except _UNREADABLE as error:
            raise not_a_bundle(f"{name}: {error}") from error

    def has(self, name: str) -> bool:
        """Say whether there is such a file."""
        return name in self._infos

    def read(self, name: str) -> bytes:
        """Return a whole file. Raises Malformed where it is missing, or cannot be unpacked."""
        return b"".join(self.chunks(name))

    def lines(self, name: str) -> Iterator[bytes]:
        """Yield lines without their LF; a last line without one is yielded with a NUL so that it is noticed."""
        rest = b""
        for chunk in self.chunks(name):
            *whole, rest = (rest + chunk).split(b"\n")
            yield from whole
            if len(rest) > 1 << 20:
                raise not_a_bundle(f"{name}: a line beyond 1 MiB")
        if rest:
            yield rest + b"\x00"


def _inspect(infos: list[zipfile.ZipInfo], size: int) -> None:
    if len(infos) > MOST_FILES:
        raise not_a_bundle(f"{len(infos)} files")
    seen: set[str] = set()
    total = 0
    for info in infos:
        name = info.filename
        steps = name.split("/")
        if name in seen:
            raise not_a_bundle(f"{name} twice")
        if (
            name.startswith("/")
            or "\\" in info.orig_filename
            or ":" in name
            or ".." in steps
            or "" in steps
            or "\x00" in info.orig_filename
        ):
            raise not_a_bundle(f"the name {name!r}")
        if info.flag_bits & 0x1 or info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise not_a_bundle(f"{name} is encrypted, or packed in a way of its own")
        if info.compress_size > size:
            raise not_a_bundle(f"{name} is larger than the zip")
        steep = info.file_size > 1 << 20 and info.file_size > STEEPEST * max(info.compress_size, 1)
        total += info.file_size
        if info.file_size > LARGEST_FILE or total > LARGEST_BUNDLE or steep:
            raise not_a_bundle(f"{name} unpacks to {info.file_size} bytes")
        seen.add(name)


def open_bytes(data: bytes) -> Bundle:
    """Open a bundle that is in memory."""
    return Bundle(io.BytesIO(data))
