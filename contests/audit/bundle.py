"""Write and open bundles (spec bundle §2): a zip with fixed times and order."""

import hashlib
import io
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import IO

import msgspec

from contests.audit.archive import DEFLATED, LARGEST_FILE, Archive, not_a_bundle
from contests.codec import canonical

EPOCH = (1980, 1, 1, 0, 0, 0)
NEEDED = ("manifest.json", "journal/records.jsonl", "journal/checkpoint", "journal/vkey")
RECORDS = "journal/records.jsonl"
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
    known = head.pack(20, 0, DEFLATED, 0, 0x21, crc, packed, size, len(name), 0)
    out.seek(start)
    out.write(b"PK\x03\x04" + known)
    out.seek(end)
    made_by = struct.pack("<2B", 20, 3)  # on Unix, where `external` are the file's rights
    external = 0o644 << 16
    return b"PK\x01\x02" + made_by + known + struct.pack("<3H2L", 0, 0, 0, external, start) + name


class Bundle(Archive):
    """A bundle: a zip with what every bundle has."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file)
        for name in NEEDED:
            if not self.has(name):
                raise not_a_bundle(f"no {name}")


@contextmanager
def open_bytes(data: bytes) -> Iterator[Bundle]:
    """Open a bundle that is in memory."""
    with io.BytesIO(data) as file:
        yield Bundle(file)
