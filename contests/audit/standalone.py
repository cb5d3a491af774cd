#!/usr/bin/env python3
"""Check a contest's proof bundle, alone and offline. — Vérifie, seul et hors ligne, le dossier de preuve d’un concours.

    python verify.py bundle.zip                          the verdict, in words
    python verify.py bundle.zip --json                   the verdict, as one JSON object
    python verify.py bundle.zip --identities legal.zip   checks the winners' identities too
    python verify.py bundle.zip --lang fr                in French (or en; without it, LANG decides)

It needs Python 3.9 or later and nothing else; with `pip install py-ecc` it also checks the beacon's signature (step 9).
Exit code: 0 when every step passed or was not checked for a stated reason, 1 when a step failed, 2 when this is not a bundle.
It follows the specifications "Bundle" (whose fifteen steps are numbered here as there), "Draw" and "Journal".
"""
# ruff: noqa: T201, UP017
# T201: a program for the command line prints. UP017: datetime.UTC is younger than Python 3.9, on which this file must run.

from __future__ import annotations

import argparse
import base64
import binascii
import functools
import hashlib
import heapq
import hmac
import itertools
import json
import os
import re
import struct
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

# ---------------------------------------------------------------------------------------------------------------- words

Text = tuple[str, str]  # the same sentence in French and in English; {0}, {1}, … are values

STEPS: tuple[tuple[str, Text], ...] = (  # bundle §4, in order
    ("complete", ("Fichiers et empreintes", "Files and digests")),
    ("authentic", ("Journal et signature", "Journal and signature")),
    ("authentic", ("Point de contrôle du gel", "Freeze checkpoint")),
    ("authentic", ("Textes du règlement", "Rules texts")),
    ("timely", ("Déroulement et heures d’ouverture", "Stages and opening hours")),
    ("complete", ("Décompte des participations", "Count of entries")),
    ("complete", ("Liste gelée", "Frozen list")),
    ("timely", ("Instant du tirage et préavis", "Time of the draw and notice")),
    ("random", ("Balise de hasard", "Random beacon")),
    ("random", ("Graine", "Seed")),
    ("selected", ("Classement", "Ranking")),
    ("selected", ("Lots et suppléants", "Prizes and alternates")),
    ("afterwards", ("Après le tirage", "After the draw")),
    ("timely", ("Horodatages et contresignatures", "Time stamps and cosignatures")),
    ("selected", ("Identités des gagnants", "Winners’ identities")),
)
OUTCOMES: dict[str, Text] = {
    "passed": ("RÉUSSIE", "PASSED"),
    "failed": ("ÉCHOUÉE", "FAILED"),
    "not-checked": ("NON VÉRIFIÉE", "NOT CHECKED"),
}
LEVELS: dict[str, Text] = {
    "beacon": (
        "balise (beacon) — le hasard vient d’une balise publique : personne n’a pu le choisir",
        "beacon — chance comes from a public beacon: nobody could choose it",
    ),
    "ceremony": (
        "cérémonie (ceremony) — un témoin nommé a fourni le hasard, une fois la liste gelée",
        "ceremony — a named witness provided the chance, after the list was frozen",
    ),
    "rehearsal": (
        "répétition (rehearsal) — ce tirage est un essai et ne vaut rien",
        "rehearsal — this draw is a trial and is worth nothing",
    ),
}
NOT_PROVED: tuple[Text, ...] = (
    ("que les participants sont des personnes réelles et distinctes", "that entrants are real, distinct people"),
    ("que ce qu’ils ont déclaré est vrai", "that what they declared is true"),
    ("qu’un lot a été remis", "that a prize was delivered"),
    ("que la loi a été respectée", "that the law was kept"),
)
NO_DRAW: Text = ("pas encore de tirage", "no draw so far")
NO_FREEZE: Text = ("la liste n’est pas encore gelée", "the list is not frozen so far")
SHOWN = 8  # sentences given for one step; the others are counted


class RefusedError(ValueError):
    """Bytes are not as specified; the sentence exists in both languages."""

    def __init__(self, fr: str, en: str, *values: object) -> None:
        super().__init__(en)
        self.text: Text = (fr, en)
        self.values = values


class NotABundleError(RefusedError):
    """The file is not a bundle at all (bundle §2)."""


def show(value: object) -> str:
    """What was found, on one line, without control characters, cut at 120 characters."""
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return "".join(c if c.isprintable() else "·" for c in text[:120]) + ("…" if len(text) > 120 else "")


@dataclass
class Report:
    """What each step found; a step of which nothing was said has not passed."""

    lang: int
    failures: dict[int, list[str]] = field(default_factory=dict)
    more: Counter[int] = field(default_factory=Counter)
    skips: dict[int, list[str]] = field(default_factory=dict)
    passes: dict[int, list[str]] = field(default_factory=dict)

    def say(self, text: Text, values: Iterable[object] = ()) -> str:
        """The sentence in the reader's language."""
        return text[self.lang].format(*map(show, values))

    def fail(self, step: int, fr: str, en: str, *values: object) -> None:
        """Tell a failure; each is told or counted."""
        told = self.failures.setdefault(step, [])
        if len(told) < SHOWN:
            told.append(self.say((fr, en), values))
        else:
            self.more[step] += 1

    def differ(self, step: int, what: Text, expected: object, found: object) -> None:
        """Tell a failure by what was expected and what was found."""
        fr, en = "{0} : attendu {1}, trouvé {2}", "{0}: expected {1}, found {2}"
        self.fail(step, fr, en, what[self.lang], expected, found)

    def refuse(self, step: int, where: Text, error: RefusedError) -> None:
        """Tell that something could not be read."""
        told = self.say(error.text, error.values)
        self.fail(step, "{0} : {1}", "{0}: {1}", where[self.lang], told)

    def skip(self, step: int, text: Text, *values: object) -> None:
        """Tell why (a part of) a step is not checked."""
        self.skips.setdefault(step, []).append(self.say(text, values))

    def passed(self, step: int, fr: str, en: str, *values: object) -> None:
        """Tell what was established; counts only where nothing failed and nothing was left out."""
        self.passes.setdefault(step, []).append(self.say((fr, en), values))

    def outcome(self, step: int) -> tuple[str, str]:
        """`passed`, `failed` or `not-checked`, and the sentences."""
        if step in self.failures:
            told = list(self.failures[step])
            if self.more[step]:
                told.append(self.say(("… et {0} autres", "… and {0} more"), [self.more[step]]))
            return "failed", "; ".join(told)
        if step in self.skips:
            return "not-checked", "; ".join(dict.fromkeys(self.skips[step]))
        if step in self.passes:
            return "passed", "; ".join(self.passes[step])
        return "failed", self.say(("étape non atteinte", "this step was not reached"))


# ---------------------------------------------------------------------------------------------------------- the zip file

MIB = 1 << 20
LARGEST_ENTRY, LARGEST_ALL, THOUSANDFOLD = 512 * MIB, 4096 * MIB, 1000  # bundle §2
LARGEST_INDEX = 32 * MIB
REQUIRED = ("manifest.json", "journal/records.jsonl", "journal/checkpoint", "journal/vkey")


class Member(NamedTuple):
    """One file of the archive, as its central directory describes it."""

    raw: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int


class Archive:
    """A zip file read with strict limits: one entry a name, no encryption, nothing hidden, real sizes."""

    def __init__(self, path: Path) -> None:
        self.file: BinaryIO = path.open("rb")
        try:
            self.members, self.end = self._directory()
            self.starts = self._starts()
        except (struct.error, zlib.error, OverflowError) as error:
            raise _damaged("structure") from error
        self.unpacked = 0

    def _directory(self) -> tuple[dict[str, Member], int]:
        length = self.file.seek(0, os.SEEK_END)
        self.file.seek(max(0, length - 65_557))
        tail = self.file.read(65_557)
        at = tail.rfind(b"PK\x05\x06")
        if at < 0 or len(tail) - at < 22:
            raise NotABundleError("ce n’est pas un fichier zip", "this is not a zip file")
        disk, first, here, count, size, offset, comment = struct.unpack("<4H2LH", tail[at + 4 : at + 22])
        end = length - len(tail) + at
        if (disk, first, here) != (0, 0, count) or at + 22 + comment != len(tail) or offset + size != end:
            raise _damaged("index")
        if size > LARGEST_INDEX:
            raise _damaged("index > 32 MiB")
        self.file.seek(offset)
        index = self.file.read(size)
        members: dict[str, Member] = {}
        position = 0
        for _ in range(count):
            name, member, position = self._member(index, position)
            if name in members:
                raise NotABundleError("deux fichiers du même nom : {0}", "two entries of one name: {0}", name)
            members[name] = member
        if position != size:
            raise _damaged("index")
        return members, offset

    @staticmethod
    def _member(index: bytes, at: int) -> tuple[str, Member, int]:
        head = struct.unpack("<4s6H3L5H2L", index[at : at + 46])
        flags, method, crc, packed, size = head[3], head[4], head[7], head[8], head[9]
        stop = at + 46 + head[10]
        raw = index[at + 46 : stop]
        if head[0] != b"PK\x01\x02" or len(raw) != head[10]:
            raise _damaged("index")
        try:
            name = raw.decode("utf-8" if flags & 0x800 else "cp437")
        except UnicodeDecodeError as error:
            raise _damaged("name") from error
        if not name or name.startswith("/") or name[1:2] == ":" or ".." in name or "\\" in name or "\0" in name:
            raise NotABundleError("nom de fichier interdit : {0}", "forbidden file name: {0}", name)
        if flags & 0x2041:
            raise NotABundleError("fichier chiffré : {0}", "encrypted entry: {0}", name)
        if method not in {0, 8}:
            raise NotABundleError("{0} : compression inconnue ({1})", "{0}: unknown compression ({1})", name, method)
        return name, Member(raw, flags, method, crc, packed, size, head[16]), stop + head[11] + head[12]

    def _starts(self) -> dict[str, int]:
        """Where the bytes of each file begin; each file's own header must agree with the directory."""
        starts: dict[str, int] = {}
        free = 0
        for name, member in sorted(self.members.items(), key=lambda item: item[1].offset):
            self.file.seek(member.offset)
            head = struct.unpack("<4s5H3L2H", self.file.read(30))
            raw = self.file.read(head[9])
            start = member.offset + 30 + head[9] + head[10]
            same = (head[0], head[2] & 0x2841, head[3], raw) == (
                b"PK\x03\x04",
                member.flags & 0x2841,
                member.method,
                member.raw,
            )
            if not same or member.offset < free or start + member.packed > self.end:
                raise _damaged(name)
            starts[name] = start
            free = start + member.packed
        return starts

    def stream(self, name: str) -> Iterator[bytes]:
        """The real bytes of one file, in pieces; Raises NotABundleError where they are not as announced."""
        member = self.members[name]
        position, left, size, crc = self.starts[name], member.packed, 0, 0
        unpack = zlib.decompressobj(-15)
        while left:
            self.file.seek(position)
            chunk = self.file.read(min(left, 65_536))
            if not chunk:
                raise _damaged(name)
            position, left = position + len(chunk), left - len(chunk)
            for piece in self._inflate(unpack, chunk, name) if member.method else (chunk,):
                size, crc = size + len(piece), zlib.crc32(piece, crc)
                if size > LARGEST_ENTRY or (size > MIB and size > THOUSANDFOLD * member.packed):
                    raise NotABundleError("{0} : démesuré une fois décompressé", "{0}: expands beyond measure", name)
                yield piece
        if (member.method and not unpack.eof) or (size, crc) != (member.size, member.crc):
            raise _damaged(name)

    @staticmethod
    def _inflate(unpack: Any, chunk: bytes, name: str) -> Iterator[bytes]:  # noqa: ANN401 (zlib names no type for it)
        try:
            piece = unpack.decompress(chunk, 65_536)
            while piece:
                yield piece
                piece = unpack.decompress(unpack.unconsumed_tail, 65_536)
        except zlib.error as error:
            raise _damaged(name) from error
        if unpack.unused_data:
            raise _damaged(name)

    def digests(self) -> dict[str, str]:
        """SHA-256 of every file: reads everything once, so that damage shows before anything is judged."""
        found: dict[str, str] = {}
        for name in self.members:
            digest = hashlib.sha256()
            for piece in self.stream(name):
                self.unpacked += len(piece)
                if self.unpacked > LARGEST_ALL:
                    raise NotABundleError("plus de 4 Gio une fois décompressé", "more than 4 GiB once unpacked")
                digest.update(piece)
            found[name] = digest.hexdigest()
        return found

    def read(self, name: str, limit: int = MIB) -> bytes:
        """A small file, whole; Raises RefusedError where it is missing or longer than `limit`."""
        if name not in self.members:
            raise RefusedError("fichier absent du dossier", "this file is not in the bundle")
        if self.members[name].size > limit:
            raise RefusedError("plus de {0} octets", "more than {0} bytes", limit)
        return b"".join(self.stream(name))


def _damaged(what: str) -> NotABundleError:
    return NotABundleError(
        "le zip est abîmé ({0}) : le télécharger à nouveau", "the zip is damaged ({0}): download it again", what
    )


def lines(pieces: Iterable[bytes], limit: int = MIB) -> Iterator[tuple[bytes, bool]]:
    """Lines without their LF; False marks one without LF at the end, or one cut because it is longer than `limit`."""
    rest, cut = b"", False
    for piece in pieces:
        head, *others = piece.split(b"\n")
        rest += b"" if cut else head
        for other in others:
            yield rest, not cut
            rest, cut = other, False
        if len(rest) > limit:
            rest, cut = rest[:limit], True
    if rest:
        yield rest, False


# ------------------------------------------------------------------------------------------------------- canonical JSON

LIMIT = 1 << 53  # journal §3: integers are below 2^53


def _integer(text: str) -> int:
    if len(text) > 17 or abs(int(text)) >= LIMIT:
        raise RefusedError("entier de 2^53 ou plus : {0}", "integer of 2^53 or more: {0}", text)
    return int(text)


def _no_float(text: str) -> object:
    raise RefusedError("nombre à virgule : {0}", "floating number: {0}", text)


_DECODER = json.JSONDecoder(parse_int=_integer, parse_float=_no_float, parse_constant=_no_float)
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)
_ENCODER_AS_IS = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def _sorted(value: object) -> object:
    """The same value with keys in the order of RFC 8785: by UTF-16 code units."""
    if isinstance(value, dict):
        return {k: _sorted(value[k]) for k in sorted(value, key=lambda k: k.encode("utf-16-be", "surrogatepass"))}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


def canonical(value: object) -> bytes:
    """The RFC 8785 encoding of a value without floats."""
    text = _ENCODER.encode(value)
    return (text if text.isascii() else _ENCODER_AS_IS.encode(_sorted(value))).encode()


def parse(data: bytes) -> tuple[Any, bool]:
    """A JSON value, and whether `data` is its canonical encoding; Raises RefusedError where it is no JSON of ours."""
    try:
        value = _DECODER.decode(data.decode())
        return value, canonical(value) == data
    except RefusedError:
        raise
    except RecursionError:
        raise RefusedError("JSON trop imbriqué", "JSON nested too deep") from None
    except ValueError as error:
        raise RefusedError("ce n’est pas du JSON valide ({0})", "not valid JSON ({0})", error) from None


# ------------------------------------------------------------------------------------- Ed25519 (RFC 8032 §5.1), verifying

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)
Point = tuple[int, int, int, int]  # X, Y, Z, T with x = X/Z, y = Y/Z, xy = T/Z


def _add(p: Point, q: Point) -> Point:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % _P, (p[1] + p[0]) * (q[1] + q[0]) % _P
    c, d = 2 * p[3] * q[3] * _D % _P, 2 * p[2] * q[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(scalar: int, point: Point) -> Point:
    total: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            total = _add(total, point)
        point, scalar = _add(point, point), scalar >> 1
    return total


def _point(data: bytes) -> Point | None:
    """The point of 32 bytes; None for an encoding that is not canonical or not on the curve."""
    number = int.from_bytes(data, "little")
    y, sign = number & ((1 << 255) - 1), number >> 255
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    x = x if (x * x - square) % _P == 0 else x * _ROOT % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    x = _P - x if x & 1 != sign else x
    return x, y, 1, x * y % _P


def _encode(point: Point) -> bytes:
    inverse = pow(point[2], -1, _P)
    x, y = point[0] * inverse % _P, point[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


_BASE = _point((4 * pow(5, -1, _P) % _P).to_bytes(32, "little"))


def ed25519_holds(key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the signature is the key's: no cofactor, S below L, canonical encodings, no key of small order."""
    point, s = _point(key), int.from_bytes(signature[32:], "little")
    if point is None or _BASE is None or len(signature) != 64 or s >= _L:
        return False
    if _encode(_times(8, point)) == b"\1" + bytes(31):
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % _L
    minus = (_P - point[0], point[1], 1, _P - point[3])
    return _encode(_add(_times(s, _BASE), _times(k, minus))) == signature[:32]


# ---------------------------------------------------------------------------- notes, checkpoints, tree (journal §2 and §6)


class Key(NamedTuple):
    """A vkey: a name, the number of the key, the Ed25519 key."""

    name: str
    number: bytes
    public: bytes


class Checkpoint(NamedTuple):
    """A signed head: of which journal, of how many records, with what root (hex)."""

    origin: str
    size: int
    root: str


def _base64(text: str) -> bytes:
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except ValueError:
        data = b""
    if not data or base64.b64encode(data).decode() != text:
        raise RefusedError("base64 non valide : {0}", "not valid base64: {0}", text)
    return data


def parse_vkey(data: bytes) -> Key:
    """The key of `journal/vkey`; C2SP signed-note."""
    name, number, key = (*data.decode("utf-8", "replace").split("+", 2), "", "")[:3]
    if not name or any(c.isspace() for c in name) or not key.endswith("\n"):
        raise RefusedError(
            "attendu nom+numéro+clé et LF, trouvé {0}", "expected name+number+key and LF, found {0}", data
        )
    public = _base64(key[:-1])
    expected = hashlib.sha256(name.encode() + b"\n" + public).digest()[:4]
    if len(public) != 33 or public[0] != 1 or number != expected.hex():
        raise RefusedError(
            "clé Ed25519 attendue ({0}), trouvé {1}", "expected Ed25519 ({0}), found {1}", expected.hex(), data
        )
    return Key(name, expected, public[1:])


def parse_checkpoint(data: bytes, key: Key) -> Checkpoint:
    """A checkpoint whose signature by `key` holds; C2SP signed-note and tlog-checkpoint."""
    body, blank, signatures = data.rpartition(b"\n\n")
    if not blank or not signatures.endswith(b"\n") or any(c < 32 and c != 10 for c in data):
        raise RefusedError("ce n’est pas une note signée", "this is not a signed note")
    message = body + b"\n"
    try:
        text, signed = message.decode(), signatures.decode().split("\n")[:-1]
    except UnicodeDecodeError:
        raise RefusedError("UTF-8 non valide", "not valid UTF-8") from None
    ours = 0
    for line in signed[:100]:
        match = re.fullmatch(r"— ([^\s+]+) ([A-Za-z0-9+/=]+)", line)
        if match is None:
            raise RefusedError("ligne de signature illisible : {0}", "signature line not readable: {0}", line)
        blob = _base64(match[2])
        if match[1] == key.name and blob[:4] == key.number:
            ours += 1
            if not ed25519_holds(key.public, blob[4:], message):
                raise RefusedError("la signature de {0} est fausse", "the signature of {0} does not hold", key.name)
    if not ours:
        raise RefusedError(
            "attendu une signature de {0}, aucune trouvée", "expected a signature of {0}, found none", key.name
        )
    head = text.split("\n")[:-1]
    if len(head) < 3 or not all(head) or not re.fullmatch("0|[1-9][0-9]{0,15}", head[1]):
        raise RefusedError("attendu origine, taille et racine", "expected origin, size and root")
    root = _base64(head[2])
    if len(root) != 32:
        raise RefusedError("racine de 32 octets attendue", "expected a root of 32 bytes")
    return Checkpoint(head[0], int(head[1]), root.hex())


class Tree:
    """A Merkle tree that only grows; RFC 6962 §2.1."""

    def __init__(self) -> None:
        self.size = 0
        self.stack: list[bytes] = []

    def append(self, record: bytes) -> None:
        """Add one leaf."""
        node, size = hashlib.sha256(b"\0" + record).digest(), self.size
        while size & 1:
            node, size = hashlib.sha256(b"\1" + self.stack.pop() + node).digest(), size >> 1
        self.stack.append(node)
        self.size += 1

    def root(self) -> str:
        """The root of the leaves so far, hex."""
        if not self.stack:
            return hashlib.sha256().hexdigest()
        node = self.stack[-1]
        for left in reversed(self.stack[:-1]):
            node = hashlib.sha256(b"\1" + left + node).digest()
        return node.hex()


# --------------------------------------------------------------------------------------------------- instants and rounds

DAY = 86_400
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
QUICKNET: dict[str, object] = {  # draw §3
    "chain": "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971",
    "genesis": 1692803367,
    "genesis_seed": "f477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e",
    "name": "quicknet",
    "period": 3,
    "public_key": "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451"
    "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a",
    "source": "drand",
}
GENESIS, PERIOD = 1692803367, 3


@functools.lru_cache(maxsize=1 << 16)
def instant(text: object) -> int | None:
    """Seconds since 1970 of `2026-12-01T08:12:00Z`; None for anything else."""
    if type(text) is not str or not re.fullmatch("[0-9]{4}(-[0-9]{2}){2}T([0-9]{2}:){2}[0-9]{2}Z", text):
        return None
    return _seconds(text[:-1] + "+00:00")


def _seconds(text: str) -> int | None:
    try:
        return (datetime.fromisoformat(text) - _EPOCH) // timedelta(seconds=1)
    except (ValueError, OverflowError):
        return None


def local_instant(text: object, zone: object) -> int | None:
    """Seconds since 1970 of an instant of the definition: with Z or an offset, or local to its time zone."""
    match = type(text) is str and re.fullmatch(
        "([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}:[0-9]{2})(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?", text
    )
    if not match:
        return None
    plain, offset = f"{match[1]}T{match[2]}{match[3] or ':00'}", match[4]
    if offset:
        return _seconds(plain + ("+00:00" if offset == "Z" else offset))
    try:
        from zoneinfo import ZoneInfo

        return (datetime.fromisoformat(plain).replace(tzinfo=ZoneInfo(str(zone))) - _EPOCH) // timedelta(seconds=1)
    except (ImportError, LookupError, ValueError, OverflowError, OSError):
        return None


def when(seconds: int | None) -> str:
    """An instant as people write it to the second, UTC."""
    try:
        return "?" if seconds is None else (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
    except OverflowError:
        return str(seconds)


def round_at(seconds: int) -> int:
    """The first round of quicknet at or after an instant; draw §3."""
    return -((GENESIS - seconds) // PERIOD) + 1


def known_at(number: int) -> int:
    """When a round of quicknet is known; draw §3."""
    return GENESIS + (number - 1) * PERIOD


@functools.lru_cache(maxsize=64)
def beacon_holds(number: int, signature: str) -> bool | None:
    """Whether the signature is quicknet's for this round; None where py_ecc is not installed. Draw §3."""
    try:
        from py_ecc.bls.g2_primitives import subgroup_check
        from py_ecc.bls.hash_to_curve import hash_to_G1
        from py_ecc.bls.point_compression import decompress_G1, decompress_G2
        from py_ecc.optimized_bls12_381 import G2, is_inf, pairing
    except ImportError:
        return None
    public = str(QUICKNET["public_key"])
    message = hashlib.sha256(struct.pack(">Q", number)).digest()
    try:
        point: Any = decompress_G1(int(signature, 16))  # type: ignore[arg-type]
        key: Any = decompress_G2((int(public[:96], 16), int(public[96:], 16)))  # type: ignore[arg-type]
        hashed: Any = hash_to_G1(message, b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_", hashlib.sha256)  # type: ignore[arg-type]
    except ValueError:
        return False
    if is_inf(point) or not subgroup_check(point):
        return False
    return bool(pairing(G2, point) == pairing(key, hashed))


# ---------------------------------------------------------------------------------- the closed set of records (journal §4)

Check = Callable[[Any], bool]
Record = dict[str, Any]


def _text(pattern: str) -> Check:
    match = re.compile(pattern).fullmatch
    return lambda value: type(value) is str and match(value) is not None


def _number(low: int, high: int = LIMIT - 1) -> Check:
    return lambda value: type(value) is int and low <= value <= high


def _object(**checks: Check) -> Check:
    return lambda value: (
        type(value) is dict and value.keys() == checks.keys() and all(check(value[k]) for k, check in checks.items())
    )


def _instant(value: object) -> bool:
    return type(value) is str and instant(value) is not None


def _reason(value: object) -> bool:
    """A sentence, or one by language."""
    return WORDS(value) or (type(value) is dict and bool(value) and all(map(WORDS, value.values())))


def _papers(value: object) -> bool:
    return type(value) is dict and bool(value) and value.keys() <= {"fr", "en"} and all(map(HEX64, value.values()))


def _declined(value: object) -> bool:
    if type(value) is not list or not all(map(_object(channel=CODE, count=COUNT, reason=CODE), value)):
        return False
    order = [(line["reason"], line["channel"]) for line in value]
    return order == sorted(set(order))


def _revealed(value: object) -> bool:
    shape = _object(answers=lambda _: True, key=_text("(?:[0-9a-f]{2})+"), sealed=HEX64)
    return type(value) is list and bool(value) and all(map(shape, value))


HEX32, HEX64, CODE = _text("[0-9a-f]{32}"), _text("[0-9a-f]{64}"), _text("[a-z0-9](?:-?[a-z0-9])*")
CLAUSE, WORDS, COUNT = _text(r"[1-9][0-9]*(?:\.[1-9][0-9]*)*"), _text("(?s:.+)"), _number(0)
ANY_TEXT, DRAND = _text("(?s:.*)"), _text("drand")
_published = _object(
    chain=ANY_TEXT, genesis=COUNT, genesis_seed=ANY_TEXT, name=ANY_TEXT, period=COUNT, public_key=ANY_TEXT, source=DRAND
)
_drawn = _object(chain=ANY_TEXT, round=COUNT, signature=ANY_TEXT, source=DRAND)
_local_published, _local_drawn = (
    _object(source=_text("ceremony|rehearsal")),
    _object(source=_text("ceremony|rehearsal"), text=ANY_TEXT),
)

_TERMS: dict[str, Check] = {"definition": lambda value: type(value) is dict, "papers": _papers}
_ENTRY: dict[str, Check] = {"entry": HEX32, "entrant": HEX32}
_AWARD: dict[str, Check] = {"draw": CODE, "prize": CODE, "entrant": HEX32}
KINDS: dict[str, dict[str, Check]] = {
    "campaign.published": {**_TERMS, "source": lambda value: _published(value) or _local_published(value)},
    "campaign.amended": {**_TERMS, "number": _number(1), "reason": _reason},
    "entry.accepted": {
        **_ENTRY,
        "tickets": _number(1, 1000),
        "channel": CODE,
        "commitment": HEX64,
        "rules": _number(1),
    },
    "entry.withdrawn": _ENTRY,
    "entry.excluded": {**_ENTRY, "reason": CODE, "clause": CLAUSE},
    "entry.reinstated": _ENTRY,
    "campaign.closed": {"declined": _declined, "revealed": _revealed},
    "pool.frozen": {"draw": CODE, "pool": HEX64, "entrants": COUNT, "tickets": COUNT, "round": _number(1)},
    "draw.postponed": {"draw": CODE, "draws_at": _instant, "reason": CODE, "round": _number(1)},
    "draw.completed": {"draw": CODE, "source": lambda value: _drawn(value) or _local_drawn(value), "seed": HEX64}
    | {"ranking": HEX64, "winners": COUNT, "alternates": COUNT},
    "award.offered": {**_AWARD, "until": _instant},
    "award.confirmed": _AWARD,
    "award.forfeited": {**_AWARD, "reason": CODE},
    "alternate.promoted": {**_AWARD, "rank": _number(1)},
    "campaign.settled": {"confirmed": COUNT, "unawarded": COUNT},
    "campaign.voided": {"reason": _reason},
}
OPTIONAL = {
    ("campaign.closed", "revealed"),
    ("pool.frozen", "round"),
    ("draw.postponed", "round"),
}  # and never the default
ABOUT_ONE = ("entry.", "award.", "alternate.")  # their `at` is a whole minute: journal §3
NEEDLESS = {"channel", "clause", "commitment", "declined", "papers", "reason", "revealed", "round", "rules", "until"}
for _kind, _checks in KINDS.items():
    KINDS[_kind] = {"kind": WORDS, "at": _instant, "campaign": HEX32, **_checks}
REQUIRED_KEYS = {kind: {key for key in checks if (kind, key) not in OPTIONAL} for kind, checks in KINDS.items()}


def check_record(record: object) -> tuple[list[str], bool]:
    """The keys that are not as specified, and whether the record can be read without them."""
    if type(record) is not dict or type(record.get("kind")) is not str or record["kind"] not in KINDS:
        raise RefusedError("genre de fait inconnu : {0}", "unknown kind of record: {0}", _kind_of(record))
    kind, checks = record["kind"], KINDS[record["kind"]]
    wrong = [key for key, value in record.items() if key not in checks or not checks[key](value)]
    if record.keys() != REQUIRED_KEYS[kind]:
        wrong += [key for key in REQUIRED_KEYS[kind] if key not in record]
    usable = not wrong or all(key in NEEDLESS or key not in checks for key in wrong)
    if usable and kind.startswith(ABOUT_ONE) and not record["at"].endswith(":00Z"):
        wrong.append("at")
    return wrong, usable


def _kind_of(record: object) -> object:
    return record.get("kind", "?") if type(record) is dict else type(record).__name__


# --------------------------------------------------------------------------------------- what the definition in force says


@dataclass(frozen=True)
class Terms:
    """The part of a definition that the checks need; None where it cannot be read."""

    digest: str
    title: Text
    opens: int | None
    closes: int | None
    draws: int | None
    zone: str
    notice: int | None  # seconds
    source: str | None
    values: list[str] | None  # names of a ceremony's values
    prizes: list[tuple[str, int]] | None
    alternates: int | None
    forfeits: frozenset[str]
    sealed: frozenset[str]

    @staticmethod
    def of(definition: dict[str, Any]) -> Terms:
        """Read a definition; never raises."""
        zone = definition.get("timezone", "")
        draw = definition.get("draw")
        draw = draw if type(draw) is dict else {}
        notice = draw.get("notice_minutes", 15)
        alternates = definition.get("alternates", 0)
        return Terms(
            digest=hashlib.sha256(canonical(definition)).hexdigest(),
            title=_title(definition.get("title")),
            opens=local_instant(definition.get("opens_at"), zone),
            closes=local_instant(definition.get("closes_at"), zone),
            draws=local_instant(definition.get("draws_at"), zone),
            zone=str(zone),
            notice=notice * 60 if _number(1, 10**9)(notice) else None,
            source=draw.get("source") if WORDS(draw.get("source")) else None,
            values=_names(draw.get("values")),
            prizes=_prizes(definition.get("prizes")),
            alternates=alternates if COUNT(alternates) else None,
            forfeits=frozenset(_each(definition.get("forfeits"), "code")),
            sealed=frozenset(_each(definition.get("rules"), "sealed")),
        )

    def units(self) -> Iterator[str]:
        """Prize units in the order declared (journal §4), one at a time: a quantity may be any number."""
        for name, quantity in self.prizes or ():
            yield from (name,) if quantity == 1 else (f"{name}-{number}" for number in range(1, quantity + 1))

    @property
    def unit_count(self) -> int:
        """How many prize units there are."""
        return sum(quantity for _, quantity in self.prizes or ())


def _title(title: object) -> Text:
    texts = title if type(title) is dict else {"fr": title}
    fr, en = texts.get("fr"), texts.get("en")
    return show(fr or en or ""), show(en or fr or "")


def _each(items: object, key: str) -> Iterator[str]:
    for item in items if type(items) is list else ():
        if type(item) is dict and type(item.get(key)) is str:
            yield item[key]


def _names(values: object) -> list[str] | None:
    """Names of a ceremony's values, given as texts or as objects with a `name` (or an `id`)."""
    if type(values) is not list or not values:
        return None
    names = [v.get("name", v.get("id")) if type(v) is dict else v for v in values]
    return names if all(map(WORDS, names)) else None


def _prizes(items: object) -> list[tuple[str, int]] | None:
    if type(items) is not list or not all(type(item) is dict for item in items):
        return None
    prizes = [(item.get("id"), item.get("quantity", 1)) for item in items]
    return prizes if all(CODE(name) and _number(1)(quantity) for name, quantity in prizes) else None


# ------------------------------------------------------------------------------- after the draw, record by record (step 13)


class Row(NamedTuple):
    """One line of `ranking.csv`, as it stands there."""

    rank: str
    number: str
    entrant: str
    prize: str


@dataclass
class Awards:
    """What became of each prize unit; draw §6."""

    report: Report
    draw: str
    terms: Terms
    rows: list[Row]

    def __post_init__(self) -> None:
        units = itertools.islice(self.terms.units(), len(self.rows))
        self.holder = {unit: row.entrant for unit, row in zip(units, self.rows)}  # noqa: B905 (strict= is younger than 3.9)
        self.state = dict.fromkeys(self.holder, "won")
        self.first = min(self.terms.unit_count, len(self.rows)) + 1  # the rank of the first alternate
        self.next, self.used, self.seen = self.first, set[int](), 0

    def take(self, place: int, record: Record) -> None:
        """One `award.*` or `alternate.promoted`; tells what is wrong, then goes on from there."""
        kind, unit, entrant = record["kind"], record["prize"], record["entrant"]
        self.seen += 1
        if record["draw"] != self.draw:
            self.report.differ(13, (f"fait {place}, tirage", f"record {place}, draw"), self.draw, record["draw"])
        if unit not in self.state:
            fr, en = "fait {0} : le lot {1} n’a pas été attribué au tirage", "record {0}: prize {1} was not drawn"
            return self.report.fail(13, fr, en, place, unit)
        allowed = {"award.offered": ("won", "promoted"), "alternate.promoted": ("forfeited",)}.get(kind, ("offered",))
        if self.state[unit] not in allowed:
            what = (f"fait {place}, {kind}, lot {unit}, état", f"record {place}, {kind}, prize {unit}, state")
            self.report.differ(13, what, "/".join(allowed), self.state[unit])
        if kind == "alternate.promoted":
            self._promote(place, record)
        elif entrant != self.holder[unit]:
            what = (f"fait {place}, {kind}, lot {unit}, participant", f"record {place}, {kind}, prize {unit}, entrant")
            self.report.differ(13, what, self.holder[unit], entrant)
        if kind == "award.forfeited" and record.get("reason") not in self.terms.forfeits:
            what = (f"fait {place}, motif de déchéance", f"record {place}, reason of the forfeiture")
            self.report.differ(13, what, "/".join(sorted(self.terms.forfeits)) or "—", record.get("reason"))
        self.holder[unit], self.state[unit] = entrant, kind.rpartition(".")[2]
        return None

    def _promote(self, place: int, record: Record) -> None:
        rank, entrant = record["rank"], record["entrant"]
        if rank != self.next or rank > len(self.rows):
            what = (f"fait {place}, rang du suppléant", f"record {place}, rank of the alternate")
            self.report.differ(13, what, self.next if self.next <= len(self.rows) else "—", rank)
        if rank <= len(self.rows) and entrant != self.rows[rank - 1].entrant:
            what = (f"fait {place}, suppléant de rang {rank}", f"record {place}, alternate of rank {rank}")
            self.report.differ(13, what, self.rows[rank - 1].entrant, entrant)
        self.used.add(rank)
        while self.next in self.used:
            self.next += 1

    def settle(self, place: int, record: Record) -> None:
        """`campaign.settled`: every unit has an end, and the counts are right."""
        states = Counter(self.state.values())
        self.seen += 1
        waiting = [unit for unit, state in self.state.items() if state in {"won", "offered", "promoted"}]
        if waiting:
            fr, en = "fait {0} : soldé alors que le lot {1} attend", "record {0}: settled while prize {1} is pending"
            self.report.fail(13, fr, en, place, waiting[0])
        if states["forfeited"] and self.next <= len(self.rows):
            self.report.fail(
                13,
                "fait {0} : soldé sans promouvoir le suppléant de rang {1}",
                "record {0}: settled without promoting the alternate of rank {1}",
                place,
                self.next,
            )
        for key, fr, expected in (
            ("confirmed", "lots confirmés", states["confirmed"]),
            ("unawarded", "lots non attribués", self.terms.unit_count - states["confirmed"]),
        ):
            if record[key] != expected:
                self.report.differ(13, (f"fait {place}, {fr}", f"record {place}, {key}"), expected, record[key])


# ------------------------------------------------------------------------- the journal, record by record (steps 2, 4, 5, 8)

_MOVES = frozenset({"entry.withdrawn", "entry.excluded", "entry.reinstated"})
_AFTER = frozenset({"award.offered", "award.confirmed", "award.forfeited", "alternate.promoted"})
ALLOWED: dict[str, frozenset[str]] = {  # journal §4
    "": frozenset({"campaign.published"}),
    "open": _MOVES | {"campaign.amended", "entry.accepted", "campaign.closed", "campaign.voided"},
    "closed": _MOVES | {"draw.postponed", "pool.frozen", "campaign.voided"},
    "frozen": frozenset({"draw.completed", "campaign.voided"}),
    "drawn": _AFTER | {"campaign.settled", "campaign.voided"},
    "settled": frozenset(),
    "void": frozenset(),
}
LEADS = {"campaign.published": "open", "campaign.closed": "closed", "pool.frozen": "frozen", "draw.completed": "drawn"}
LEADS |= {"campaign.settled": "settled", "campaign.voided": "void"}


class Journal:
    """One reading of the records, from the first to the last: a fold that tells what is wrong on its way."""

    def __init__(self, report: Report, rows: list[Row] | None, wanted: set[str]) -> None:
        self.report, self.rows, self.wanted = report, rows, wanted
        self.tree = Tree()
        self.campaign, self.stage, self.last = "", "", ""
        self.source: Record = {}
        self.terms: Terms | None = None
        self.number = 1
        self.papers: dict[str, str] = {}
        self.standing: dict[bytes, tuple[bytes, int]] = {}
        self.excluded: dict[bytes, tuple[bytes, int]] = {}
        self.withdrawn: set[bytes] = set()
        self.counts: Counter[str] = Counter()
        self.commitments: dict[str, tuple[str, str]] = {}
        self.draws_at: int | None = None
        self.postponed = 0
        self.freeze: Record | None = None
        self.freeze_size, self.freeze_root = 0, ""
        self.fold: dict[bytes, int] = {}
        self.folded = (0, 0, 0)  # entries, entrants, tickets
        self.draw: Record | None = None
        self.draws = 0
        self.awards: Awards | None = None

    def read(self, records: Iterable[tuple[bytes, bool]]) -> None:
        """Take every line of `journal/records.jsonl`."""
        for place, (line, whole) in enumerate(records, 1):
            self.tree.append(line)
            try:
                record = self._record(place, line, whole)
            except RefusedError as error:
                self.report.refuse(2, (f"fait {place}", f"record {place}"), error)
                continue
            if record is not None:
                self._take(place, record)

    def _record(self, place: int, line: bytes, whole: bool) -> Record | None:  # noqa: FBT001 (what `lines` gives)
        """Step 2: canonical, of a known kind, as specified."""
        if not whole or len(line) > 65_535:
            self.report.fail(
                2,
                "fait {0} : attendu 65 535 octets au plus et LF, trouvé {1} octets{2}",
                "record {0}: expected at most 65,535 bytes and LF, found {1} bytes{2}",
                place,
                len(line),
                "" if whole else " (…)",
            )
        record, exact = parse(line)
        if not exact:
            expected = canonical(record)
            at = next((i for i, (a, b) in enumerate(itertools.zip_longest(expected, line)) if a != b), 0)
            what = (f"fait {place}, encodage canonique, octet {at}", f"record {place}, canonical encoding, byte {at}")
            self.report.differ(2, what, expected[at : at + 40], line[at : at + 40])
        wrong, usable = check_record(record)
        for key in wrong:
            fr, en = "fait {0}, {1} : {2} n’est pas conforme : {3}", "record {0}, {1}: {2} is not as specified: {3}"
            self.report.fail(2, fr, en, place, record["kind"], key, record.get(key, "—"))
        return record if usable else None

    def _take(self, place: int, record: Record) -> None:
        kind, at = record["kind"], record["at"]
        self.campaign = self.campaign or record["campaign"]
        if record["campaign"] != self.campaign:
            what = (f"fait {place}, campagne", f"record {place}, campaign")
            self.report.differ(2, what, self.campaign, record["campaign"])
        if at[:16] < self.last[:16]:
            self.report.differ(5, (f"fait {place}, heure", f"record {place}, time"), f"≥ {self.last}", at)
        self.last = max(self.last, at)
        if kind not in ALLOWED[self.stage]:
            expected = ", ".join(sorted(ALLOWED[self.stage])) or "—"
            self.report.differ(
                5, (f"fait {place}, stade « {self.stage} »", f"record {place}, stage “{self.stage}”"), expected, kind
            )
        if self.freeze is None:
            self.counts[kind] += 1
        take = getattr(self, "_" + kind.replace(".", "_"), None)
        if take is not None:
            take(place, record)
        elif self.awards is not None:
            self.awards.take(place, record)
        order = list(ALLOWED)
        if kind in LEADS and order.index(LEADS[kind]) > order.index(self.stage):
            self.stage = LEADS[kind]

    # -- the definition and its texts

    def _campaign_published(self, _place: int, record: Record) -> None:
        if self.terms is None:
            self.source = record["source"]
            self._define(1, record)

    def _campaign_amended(self, place: int, record: Record) -> None:
        self.number += 1
        if record["number"] != self.number:
            what = (f"fait {place}, version du règlement", f"record {place}, version of the rules text")
            self.report.differ(4, what, self.number, record["number"])
        if self.stage == "open":
            self._define(record["number"], record)

    def _define(self, number: int, record: Record) -> None:
        self.terms = Terms.of(record["definition"])
        self.draws_at = self.terms.draws
        for language, digest in record["papers"].items() if _papers(record.get("papers")) else ():
            self.papers[f"papers/rules-{number}-{language}.html"] = digest

    # -- entries

    def _entry_accepted(self, place: int, record: Record) -> None:
        if self.freeze is not None:
            return
        entry, entrant, tickets = bytes.fromhex(record["entry"]), bytes.fromhex(record["entrant"]), record["tickets"]
        if entry in self.standing or entry in self.excluded or entry in self.withdrawn:
            fr, en = "fait {0} : participation {1} déjà acceptée", "record {0}: entry {1} was accepted before"
            return self.report.fail(5, fr, en, place, record["entry"])
        self.standing[entry] = (entrant, tickets)
        if record["entry"] in self.wanted:
            self.commitments[record["entry"]] = (record["entrant"], str(record.get("commitment")))
        if record.get("rules", 0) > self.number:
            what = (f"fait {place}, version acceptée", f"record {place}, version accepted")
            self.report.differ(5, what, f"1…{self.number}", record["rules"])
        if self.terms is None or self.terms.opens is None or self.terms.closes is None:
            return None
        at = instant(record["at"]) or 0
        if not self.terms.opens // 60 * 60 <= at < self.terms.closes:
            what = (f"fait {place}, heure de participation", f"record {place}, time of the entry")
            expected = f"[{when(self.terms.opens // 60 * 60)}, {when(self.terms.closes)}["
            self.report.differ(5, what, expected, record["at"])
        return None

    def _move(self, place: int, record: Record) -> tuple[bytes, tuple[bytes, int]] | None:
        """The entry that a withdrawal, an exclusion or a reinstatement moves."""
        if self.freeze is not None:
            return None
        entry = bytes.fromhex(record["entry"])
        held = (self.excluded if record["kind"] == "entry.reinstated" else self.standing).pop(entry, None)
        if held is None:
            fr, en = (
                "fait {0}, {1} : la participation {2} n’est pas dans l’état voulu",
                "record {0}, {1}: entry {2} is not in the state for this",
            )
            self.report.fail(5, fr, en, place, record["kind"], record["entry"])
            return None
        if held[0].hex() != record["entrant"]:
            what = (f"fait {place}, participant", f"record {place}, entrant")
            self.report.differ(5, what, held[0].hex(), record["entrant"])
        return entry, held

    def _entry_withdrawn(self, place: int, record: Record) -> None:
        moved = self._move(place, record)
        if moved is not None:
            self.withdrawn.add(moved[0])

    def _entry_excluded(self, place: int, record: Record) -> None:
        moved = self._move(place, record)
        if moved is not None:
            self.excluded[moved[0]] = moved[1]

    def _entry_reinstated(self, place: int, record: Record) -> None:
        moved = self._move(place, record)
        if moved is not None:
            self.standing[moved[0]] = moved[1]

    # -- closing, freezing, drawing

    def _campaign_closed(self, place: int, record: Record) -> None:
        """Journal §8: the answers revealed are those that were sealed (told at step 4)."""
        sealed = self.terms.sealed if self.terms else frozenset()
        revealed = record.get("revealed", [])
        revealed = revealed if _revealed(revealed) else []
        for line in revealed:
            message = b"contests/answers/v1\n" + canonical(line["answers"])
            found = hmac.new(bytes.fromhex(line["key"]), message, hashlib.sha256).hexdigest()
            if found != line["sealed"] or found not in sealed:
                what = (f"fait {place}, réponses révélées", f"record {place}, revealed answers")
                self.report.differ(4, what, "/".join(sorted(sealed)) or "—", found)
        for missing in sorted(sealed - {line["sealed"] for line in revealed}):
            fr, en = "fait {0} : réponses scellées non révélées : {1}", "record {0}: sealed answers not revealed: {1}"
            self.report.fail(4, fr, en, place, missing)

    def _draw_postponed(self, place: int, record: Record) -> None:
        """Step 8: by whole days, before the round that is replaced is known."""
        before, after = self.draws_at, instant(record["draws_at"])
        if before is None or after is None or self.freeze is not None:
            return
        beacon = self.source.get("source") == "drand"
        if after <= before or (after - before) % DAY:
            what = (f"fait {place}, report", f"record {place}, postponement")
            self.report.differ(8, what, f"{when(before)} + n × 24 h", when(after))
        known = known_at(round_at(before)) if beacon else before
        if (instant(record["at"]) or 0) >= known:
            what = (f"fait {place}, heure du report", f"record {place}, time of the postponement")
            self.report.differ(8, what, f"< {when(known)}", record["at"])
        expected = round_at(after) if beacon else 0
        if record.get("round", 0) != expected:
            self.report.differ(8, (f"fait {place}, tour", f"record {place}, round"), expected, record.get("round", 0))
        self.draws_at, self.postponed = after, self.postponed + 1

    def _pool_frozen(self, place: int, record: Record) -> None:
        if self.freeze is not None:
            return
        self.freeze, self.freeze_size, self.freeze_root = record, place, self.tree.root()
        for entrant, tickets in self.standing.values():
            self.fold[entrant] = self.fold.get(entrant, 0) + tickets
        self.folded = (len(self.standing), len(self.fold), sum(self.fold.values()))
        self.standing, self.excluded, self.withdrawn = {}, {}, set()

    def _draw_completed(self, place: int, record: Record) -> None:
        self.draws += 1
        if self.draws > 1:
            fr, en = "fait {0} : second tirage ({1})", "record {0}: a second draw ({1})"
            return self.report.fail(13, fr, en, place, record["draw"])
        self.draw = record
        if self.freeze is None or record["draw"] != self.freeze["draw"]:
            what = (f"fait {place}, tirage", f"record {place}, draw")
            self.report.differ(5, what, self.freeze["draw"] if self.freeze else "—", record["draw"])
        if self.terms is not None and self.rows is not None:
            self.awards = Awards(self.report, record["draw"], self.terms, self.rows)
        return None

    def _campaign_settled(self, place: int, record: Record) -> None:
        if self.awards is not None and self.stage == "drawn":
            self.awards.settle(place, record)

    @property
    def level(self) -> str | None:
        """The weaker of the level published and the level of the draw."""
        names = {"drand": "beacon", "ceremony": "ceremony", "rehearsal": "rehearsal"}
        known = [self.source.get("source"), self.draw["source"]["source"] if self.draw else None]
        levels = [names[name] for name in known if name in names]
        return max(levels, key=list(LEVELS).index) if levels else None


# ----------------------------------------------------------------------------------------------------- the fifteen steps


@dataclass
class Case:
    """One bundle under examination."""

    archive: Archive
    report: Report
    digests: dict[str, str]
    identities: Path | None
    key: Key | None = None
    journal: Journal = field(init=False)
    ranking_lines: int = 0
    rows: list[Row] | None = None
    legal: list[Identity] | None = None
    top: list[tuple[str, str]] | None = None

    def file(self, name: str) -> str:
        """The full name of a file of the draw."""
        return f"draws/{self.journal.freeze['draw']}/{name}" if self.journal.freeze else ""


class Identity(NamedTuple):
    """One line of the legal file, with the commitment that it gives."""

    place: int
    entrant: str
    entry: str
    commitment: str
    rank: int
    prize: str


def step_1(case: Case) -> None:
    """Step 1: every file of the manifest is there with its digest, and no other."""
    report, found = case.report, {name: d for name, d in case.digests.items() if name != "manifest.json"}
    what = ("manifest.json", "manifest.json")
    try:
        listed, exact = parse(case.archive.read("manifest.json", 16 * MIB))
    except NotABundleError:
        raise
    except RefusedError as error:
        return report.refuse(1, what, error)
    if not exact:
        report.fail(1, "manifest.json : pas en JSON canonique", "manifest.json: not canonical JSON")
    if type(listed) is not dict or not all(map(HEX64, listed.values())):
        return report.differ(1, what, "{…: SHA-256}", str(listed)[:80])
    for name in sorted(found.keys() | listed.keys()):
        if name not in listed:
            report.fail(
                1, "{0} : dans le dossier, pas dans le manifeste", "{0}: in the bundle, not in the manifest", name
            )
        elif name not in found:
            report.fail(
                1, "{0} : dans le manifeste, absent du dossier", "{0}: in the manifest, not in the bundle", name
            )
        elif found[name] != listed[name]:
            report.differ(1, (f"SHA-256, {show(name)}", f"SHA-256, {show(name)}"), listed[name], found[name])
    return report.passed(1, "{0} fichiers, tous conformes", "{0} files, all as listed", len(found))


def step_2(case: Case) -> None:
    """Step 2: the records give the root that the key signed. (Records were judged one by one while reading.)"""
    report, journal = case.report, case.journal
    where = ("journal/checkpoint", "journal/checkpoint")
    if case.key is None:
        return None
    try:
        head = parse_checkpoint(case.archive.read("journal/checkpoint"), case.key)
    except RefusedError as error:
        return report.refuse(2, where, error)
    for fr, en, expected, found in (
        ("nombre de faits", "number of records", head.size, journal.tree.size),
        ("racine", "root", head.root, journal.tree.root()),
        ("origine", "origin", case.key.name, head.origin),
        (
            "fin de l’origine",
            "end of the origin",
            f"/journal/{journal.campaign}",
            f"/{'/'.join(head.origin.split('/')[-2:])}",
        ),
    ):
        if expected != found:
            report.differ(2, (f"journal/checkpoint, {fr}", f"journal/checkpoint, {en}"), expected, found)
    fr, en = "{0} faits, signés par {1}", "{0} records, signed by {1}"
    return report.passed(2, fr, en, journal.tree.size, case.key.name)


def step_3(case: Case) -> None:
    """Step 3: the freeze checkpoint is the signed head of the journal whose last leaf is `pool.frozen`."""
    report, journal = case.report, case.journal
    if journal.freeze is None:
        return report.skip(3, NO_FREEZE)
    name = case.file("checkpoint")
    if case.key is None:
        return report.skip(3, ("clé illisible (étape 2)", "key not readable (step 2)"))
    try:
        head = parse_checkpoint(case.archive.read(name), case.key)
    except RefusedError as error:
        return report.refuse(3, (name, name), error)
    for fr, en, expected, found in (
        ("origine", "origin", case.key.name, head.origin),
        ("taille", "size", journal.freeze_size, head.size),
        ("racine", "root", journal.freeze_root, head.root),
    ):
        if expected != found:
            report.differ(3, (f"{name}, {fr}", f"{name}, {en}"), expected, found)
    fr, en = "liste gelée au fait {0}, racine {1}", "list frozen at record {0}, root {1}"
    return report.passed(3, fr, en, journal.freeze_size, journal.freeze_root)


def step_4(case: Case) -> None:
    """Step 4: the rules texts are those whose digests the journal carries."""
    report, papers = case.report, case.journal.papers
    for name, digest in papers.items():
        found = case.digests.get(name, "—")
        if found != digest:
            report.differ(4, (f"SHA-256, {name}", f"SHA-256, {name}"), digest, found)
    for name in case.digests:
        if name.startswith("papers/rules-") and name not in papers:
            report.fail(
                4, "{0} : texte que le journal n’annonce pas", "{0}: a text that the journal does not announce", name
            )
    if not papers:
        return report.fail(4, "aucun règlement dans le journal", "no rules text in the journal")
    return report.passed(4, "{0} textes conformes", "{0} texts as published", len(papers))


def step_5(case: Case) -> None:
    """Step 5: stages and times. (Records were judged one by one while reading.)"""
    report, journal, terms = case.report, case.journal, case.journal.terms
    if terms is None:
        return report.fail(5, "attendu campaign.published d’abord", "expected campaign.published first, found none")
    if terms.opens is None or terms.closes is None:
        return _unreadable_time(report, 5, terms)
    fr, en = "chaque fait à sa place ; stade atteint : {0}", "every record in its place; stage reached: {0}"
    return report.passed(5, fr, en, journal.stage)


def _unreadable_time(report: Report, step: int, terms: Terms) -> None:
    """A time of the definition could not be read: for want of time zone data, or because it is none."""
    if (
        local_instant("2020-01-01T00:00", terms.zone) is None
        and local_instant("2020-01-01T00:00", "Europe/Paris") is None
    ):
        fr = "fuseaux horaires absents de cet ordinateur (pip install tzdata)"
        return report.skip(step, (fr, "no time zone data on this computer (pip install tzdata)"))
    return report.fail(
        step, "les instants de la définition sont illisibles", "the definition’s instants cannot be read"
    )


def step_6(case: Case) -> None:
    """Step 6: accepted − withdrawn − excluded + reinstated = pool."""
    report, journal = case.report, case.journal
    if journal.freeze is None:
        return report.skip(6, NO_FREEZE)
    counts = [journal.counts["entry." + kind] for kind in ("accepted", "withdrawn", "excluded", "reinstated")]
    entries, entrants, tickets = journal.folded
    for fr, en, expected, found in (
        ("participations", "entries", counts[0] - counts[1] - counts[2] + counts[3], entries),
        ("participants", "entrants", entrants, journal.freeze["entrants"]),
        ("chances", "tickets", tickets, journal.freeze["tickets"]),
    ):
        if expected != found:
            report.differ(6, (fr, en), expected, found)
    fr = "{0} acceptées − {1} retirées − {2} exclues + {3} réintégrées = {4} participations, {5} participants, {6} chances"
    en = "{0} accepted − {1} withdrawn − {2} excluded + {3} reinstated = {4} entries, {5} entrants, {6} tickets"
    return report.passed(6, fr, en, *counts, entries, entrants, tickets)


MOST_TICKETS = 50_000_000  # draw §2
_POOL_LINE = re.compile(rb"([0-9a-f]{32}),([1-9][0-9]{0,3})")


def step_7(case: Case) -> None:
    """Step 7: the pool is as specified and as folded. The numbers of step 11 are computed on the way."""
    report, journal = case.report, case.journal
    if journal.freeze is None:
        return report.skip(7, NO_FREEZE)
    name = case.file("pool.csv")
    if name not in case.digests:
        return report.fail(7, "{0} absent du dossier", "{0} is not in the bundle", name)
    seen: Counter[str] = Counter()
    pool = _pool(case, name, seen)
    if journal.draw is not None and case.rows is not None:
        seed = journal.draw["seed"].encode() + b"\n"
        ranked = heapq.nsmallest(len(case.rows), ((number_of(seed, e, k), e) for e, k in pool))
        case.top = [(number.hex(), entrant.decode()) for number, entrant in ranked]
    for _ in pool:
        pass
    if journal.fold:
        missing = next(iter(journal.fold)).hex()
        fr, en = "{0} participants manquent, dont {1}", "{0} entrants are missing, among them {1}"
        report.fail(7, fr, en, len(journal.fold), missing)
    for fr, en, expected, found in (
        ("SHA-256", "SHA-256", journal.freeze["pool"], case.digests[name]),
        ("nombre de participants", "number of entrants", journal.freeze["entrants"], seen["entrants"]),
        ("nombre de chances", "number of tickets", journal.freeze["tickets"], seen["tickets"]),
    ):
        if expected != found:
            report.differ(7, (f"{name}, {fr}", f"{name}, {en}"), expected, found)
    if not seen["entrants"]:
        report.fail(7, "liste vide : rien à tirer", "an empty list cannot be drawn")
    fr, en = (
        "{0} participants, {1} chances, tels que les faits les donnent",
        "{0} entrants, {1} tickets, as the records give them",
    )
    return report.passed(7, fr, en, seen["entrants"], seen["tickets"])


def _pool(case: Case, name: str, seen: Counter[str]) -> Iterator[tuple[bytes, int]]:
    """The lines of `pool.csv`, each judged; draw §2."""
    report, fold, before = case.report, case.journal.fold, b""
    for place, (line, whole) in enumerate(lines(case.archive.stream(name), 100), 1):
        match = _POOL_LINE.fullmatch(line)
        if not whole or (
            line != b"entrant,tickets" if place == 1 else match is None or len(match[2]) == 4 and match[2] > b"1000"
        ):
            what = (f"{name}, ligne {place}", f"{name}, line {place}")
            report.differ(7, what, "entrant,tickets" if place == 1 else "<32 hex>,<1…1000> LF", line)
        if match is None:
            continue
        entrant, tickets = match[1], int(match[2])
        if entrant <= before:
            report.differ(7, (f"{name}, ligne {place}, ordre", f"{name}, line {place}, order"), b"> " + before, entrant)
        before = entrant
        seen["entrants"] += 1
        seen["tickets"] += tickets
        folded = fold.pop(binascii.unhexlify(entrant), 0)
        if folded != tickets:
            what = (f"chances de {entrant.decode()} d’après les faits", f"tickets of {entrant.decode()} by the records")
            report.differ(7, what, folded, tickets)
        if seen["tickets"] > MOST_TICKETS:
            return report.differ(7, ("nombre de chances", "number of tickets"), f"≤ {MOST_TICKETS}", "…")
        yield entrant, tickets
    if seen["entrants"] == 0:
        report.differ(7, (name, name), "entrant,tickets LF …", "—")
    return None


def number_of(seed: bytes, entrant: bytes, tickets: int) -> bytes:
    """An entrant's number: the smallest hash of its tickets; draw §5. `seed` ends with LF."""
    head = seed + entrant + b"\n"
    if tickets == 1:
        return hashlib.sha256(head + b"1\n").digest()
    return min(hashlib.sha256(head + b"%d\n" % ticket).digest() for ticket in range(1, tickets + 1))


def step_8(case: Case) -> None:
    """Step 8: the instant in force gives the round; the list was frozen before the notice. Draw §3."""
    report, journal, terms = case.report, case.journal, case.journal.terms
    if journal.freeze is None or terms is None:
        return report.skip(8, NO_FREEZE)
    if journal.draws_at is None or terms.notice is None:
        return _unreadable_time(report, 8, terms)
    source, draws_at = journal.source.get("source"), journal.draws_at
    expected = round_at(draws_at) if source == "drand" else 0
    for place, found in _rounds(case):
        if found != expected:
            report.differ(8, (f"{place}, tour", f"{place}, round"), expected, found)
    if source == "rehearsal":
        fr, en = "une répétition n’a ni tour ni préavis", "a rehearsal has no round and needs no notice"
        return report.skip(8, (fr, en))
    frozen = instant(journal.freeze["at"]) or 0
    if frozen > draws_at - terms.notice:
        report.differ(
            8, ("heure du gel", "time of the freeze"), f"≤ {when(draws_at - terms.notice)}", journal.freeze["at"]
        )
    elif journal.postponed and frozen <= draws_at - terms.notice - DAY:
        what = ("report plus lointain que nécessaire", "postponed further than needed")
        report.differ(8, what, f"≤ {when(draws_at - DAY)}", when(draws_at))
    if expected and journal.draw is not None and (instant(journal.draw["at"]) or 0) < known_at(expected):
        what = ("heure du tirage", "time of the draw")
        report.differ(8, what, f"≥ {when(known_at(expected))}", journal.draw["at"])
    fr, en = "gelée à {0}, tirage à {1}, tour {2}", "frozen at {0}, drawn for {1}, round {2}"
    return report.passed(8, fr, en, journal.freeze["at"], when(draws_at), expected or "—")


def _rounds(case: Case) -> Iterator[tuple[str, object]]:
    """Every place that names the round."""
    journal = case.journal
    if journal.freeze is not None:
        yield "pool.frozen", journal.freeze.get("round", 0)
    if journal.draw is not None and journal.draw["source"]["source"] == "drand":
        yield "draw.completed", journal.draw["source"]["round"]
        copy = _round_json(case)
        if isinstance(copy, dict):
            yield "round.json", copy.get("round")


def _round_json(case: Case) -> Record | RefusedError:
    """What `round.json` says."""
    try:
        value, exact = parse(case.archive.read(case.file("round.json")))
    except RefusedError as error:
        return error
    if not exact or type(value) is not dict or value.keys() != {"chain", "round", "signature"}:
        return RefusedError(
            "attendu le JSON canonique chain, round, signature", "expected canonical JSON chain, round, signature"
        )
    return value


def step_9(case: Case) -> None:
    """Step 9: the source is the announced one; the beacon's parameters and signature hold."""
    report, journal = case.report, case.journal
    announced, draw = journal.source.get("source"), journal.draw
    if journal.terms is not None and journal.terms.source not in {None, announced}:
        report.differ(9, ("source de la définition", "source of the definition"), announced, journal.terms.source)
    if announced == "drand":
        for key, value in QUICKNET.items():
            if journal.source.get(key) != value:
                report.differ(
                    9, (f"paramètre publié {key}", f"published parameter {key}"), value, journal.source.get(key)
                )
    if draw is None:
        return report.skip(9, NO_DRAW)
    source = draw["source"]
    if source["source"] != announced:
        report.differ(9, ("source du tirage", "source of the draw"), announced, source["source"])
    if source["source"] != "drand":
        fr, en = "pas de balise : {0}", "no beacon: {0}"
        return report.skip(9, (fr, en), LEVELS[source["source"]][report.lang])
    copy = _round_json(case)
    if isinstance(copy, RefusedError):
        report.refuse(9, ("round.json", "round.json"), copy)
    else:
        for key in ("chain", "signature"):
            if copy[key] != source[key]:
                report.differ(9, (f"round.json, {key}", f"round.json, {key}"), source[key], copy[key])
    if source["chain"] != QUICKNET["chain"]:
        report.differ(9, ("chaîne du tirage", "chain of the draw"), QUICKNET["chain"], source["chain"])
    if not re.fullmatch("[0-9a-f]{96}", source["signature"]):
        return report.differ(9, ("signature", "signature"), "96 hex", source["signature"])
    holds = beacon_holds(source["round"], source["signature"])
    if holds is None:
        fr = "signature de la balise : py_ecc n’est pas installé (pip install py-ecc)"
        return report.skip(9, (fr, "signature of the beacon: py_ecc is not installed (pip install py-ecc)"))
    if not holds:
        fr, en = "signature du tour {0} fausse : {1}", "the signature of round {0} does not hold: {1}"
        report.fail(9, fr, en, source["round"], source["signature"])
    return report.passed(
        9, "tour {0} de quicknet, signature juste", "round {0} of quicknet, signature holds", source["round"]
    )


def seed_of(journal: Journal) -> str:
    """The seed; draw §4. Only after a draw of a frozen list."""
    assert journal.freeze is not None
    assert journal.draw is not None
    assert journal.terms is not None
    source = journal.draw["source"]
    name = source["source"]
    if name == "drand":
        chance = ["drand", source["chain"], str(source["round"]), source["signature"]]
    elif name == "ceremony":
        chance = ["ceremony", hashlib.sha256(source["text"].encode()).hexdigest()]
    else:
        chance = ["rehearsal", source["text"]]
    fields = [
        "contests/rehearsal/v1" if name == "rehearsal" else "contests/seed/v1",
        journal.campaign,
        journal.draw["draw"],
        journal.terms.digest,
        journal.freeze["pool"],
        str(journal.freeze["entrants"]),
        str(journal.freeze["tickets"]),
        str(journal.freeze_size),
        journal.freeze_root,
        *chance,
    ]
    return hashlib.sha256("".join(f + "\n" for f in fields).encode()).hexdigest()


def step_10(case: Case) -> None:
    """Step 10: the seed is that of draw §4; a ceremony's text has the announced names in order."""
    report, journal = case.report, case.journal
    if journal.draw is None:
        return report.skip(10, NO_DRAW)
    if journal.freeze is None or journal.terms is None:
        return report.fail(10, "tirage sans liste gelée", "a draw without a frozen list")
    source = journal.draw["source"]
    if source["source"] != "drand":
        name = case.file("source.txt")
        try:
            found = case.archive.read(name)
        except RefusedError as error:
            report.refuse(10, (name, name), error)
        else:
            if found != source["text"].encode():
                report.differ(10, (name, name), source["text"], found)
    if source["source"] == "rehearsal" and "\n" in source["text"]:
        report.differ(10, ("texte de la répétition", "text of the rehearsal"), "≠ LF", source["text"])
    if source["source"] == "ceremony":
        _ceremony(report, journal.terms.values or [], source["text"])
    expected = seed_of(journal)
    if journal.draw["seed"] != expected:
        report.differ(10, ("graine", "seed"), expected, journal.draw["seed"])
    return report.passed(10, "{0}", "{0}", expected)


def _ceremony(report: Report, names: list[str], text: str) -> None:
    head, *values = text.split("\n")
    found = [value.partition("=")[0] if "=" in value else value + "?" for value in values[:-1]]
    if head != "ceremony" or values[-1:] != [""] or not names or (names != found and not _prefixed(names, values[:-1])):
        what = ("texte de la cérémonie", "text of the ceremony")
        report.differ(10, what, " / ".join(["ceremony", *(name + "=…" for name in names)]), text.replace("\n", " / "))


def _prefixed(names: list[str], values: list[str]) -> bool:
    """Names may hold an equals sign themselves."""
    return len(names) == len(values) and all(v.startswith(n + "=") for n, v in zip(names, values))  # noqa: B905 (Python 3.9)


def step_11(case: Case) -> None:
    """Step 11: numbers and order are those of draw §5."""
    report, journal = case.report, case.journal
    if journal.draw is None:
        return report.skip(11, NO_DRAW)
    name = case.file("ranking.csv")
    if case.rows is None:
        return report.fail(11, "{0} absent du dossier", "{0} is not in the bundle", name)
    if case.top is None:
        return report.skip(11, ("pas de liste à classer (étape 7)", "no list to rank (step 7)"))
    for rank, row in enumerate(case.rows, 1):
        number, entrant = case.top[rank - 1] if rank <= len(case.top) else ("—", "—")
        if (row.rank, row.number, row.entrant) != (str(rank), number, entrant):
            expected, found = f"{rank},{number},{entrant}", f"{row.rank},{row.number},{row.entrant}"
            report.differ(11, (f"{name}, rang {rank}", f"{name}, rank {rank}"), expected, found)
    if case.ranking_lines > len(case.rows):
        fr, en = "au-delà du rang {0}, trop long pour ce programme", "beyond rank {0}, too long for this program"
        report.skip(11, (fr, en), len(case.rows))
    return report.passed(11, "{0} rangs recalculés", "{0} ranks computed again", len(case.rows))


def step_12(case: Case) -> None:
    """Step 12: prizes in the order declared, then alternates; counts and digest as recorded. Draw §6."""
    report, journal, terms = case.report, case.journal, case.journal.terms
    if journal.draw is None or journal.freeze is None:
        return report.skip(12, NO_DRAW)
    if case.rows is None or terms is None:
        fr, en = "ranking.csv absent du dossier", "ranking.csv is not in the bundle"
        return report.fail(12, fr, en)
    if terms.prizes is None or terms.alternates is None:
        return report.fail(12, "lots illisibles dans la définition", "the definition’s prizes cannot be read")
    winners = min(journal.freeze["entrants"], terms.unit_count)
    alternates = min(journal.freeze["entrants"] - winners, terms.alternates)
    units = itertools.chain(itertools.islice(terms.units(), winners), itertools.repeat(""))
    for rank, (row, unit) in enumerate(zip(case.rows, units), 1):  # noqa: B905 (the second one never ends)
        if row.prize != unit:
            report.differ(12, (f"lot du rang {rank}", f"prize of rank {rank}"), unit or "—", row.prize or "—")
    for fr, en, expected, found in (
        ("lignes de ranking.csv", "lines of ranking.csv", winners + alternates, case.ranking_lines),
        ("draw.completed, gagnants", "draw.completed, winners", winners, journal.draw["winners"]),
        ("draw.completed, suppléants", "draw.completed, alternates", alternates, journal.draw["alternates"]),
        (
            "SHA-256, ranking.csv",
            "SHA-256, ranking.csv",
            journal.draw["ranking"],
            case.digests[case.file("ranking.csv")],
        ),
    ):
        if expected != found:
            report.differ(12, (fr, en), expected, found)
    return report.passed(12, "{0} lots, {1} suppléants", "{0} prizes, {1} alternates", winners, alternates)


def step_13(case: Case) -> None:
    """Step 13: what came after the draw. (Records were judged one by one while reading.)"""
    report, journal = case.report, case.journal
    known = case.file("") if journal.freeze else "-"
    for name in case.digests:
        if name.startswith("draws/") and not name.startswith(known):
            report.fail(
                13, "{0} : fichier d’un tirage inconnu du journal", "{0}: file of a draw unknown to the journal", name
            )
    if journal.draw is None:
        return report.skip(13, NO_DRAW)
    if journal.awards is None:
        return report.skip(13, ("pas de ranking.csv auquel comparer", "no ranking.csv to compare with"))
    if not journal.awards.seen:
        return report.skip(13, ("rien encore après le tirage", "nothing so far after the draw"))
    fr, en = "{0} faits, dans l’ordre ; un seul tirage", "{0} records, in order; one draw"
    return report.passed(13, fr, en, journal.awards.seen)


def step_14(case: Case) -> None:
    """Step 14: stamps and cosignatures, which need keys that no bundle can vouch for."""
    stamps = [name for name in case.digests if case.journal.freeze and name.startswith(case.file("stamps/"))]
    if not stamps:
        return case.report.skip(14, ("le dossier n’en contient pas", "the bundle holds none"))
    fr = "{0} à vérifier avec la clé de leur autorité (« openssl ts -verify »), dont {1}"
    return case.report.skip(
        14,
        (fr, "{0} to be checked with their authority’s key (“openssl ts -verify”), such as {1}"),
        len(stamps),
        stamps[0],
    )


def step_15(case: Case) -> None:
    """Step 15: the legal file names the entrants of the ranking."""
    report, journal = case.report, case.journal
    if case.identities is None:
        return report.skip(15, ("fichier légal non fourni", "no legal file was given"))
    if journal.draw is None:
        return report.skip(15, NO_DRAW)
    if case.rows is None or case.legal is None:
        return report.skip(15, ("pas de ranking.csv auquel comparer", "no ranking.csv to compare with"))
    ranks = {row.entrant: rank for rank, row in enumerate(case.rows, 1)}
    for line in case.legal:
        where = f"identities.jsonl, {line.place}"
        entrant, commitment = journal.commitments.get(line.entry, ("—", "—"))
        rank = ranks.pop(line.entrant, 0)
        for fr, en, expected, found in (
            ("participant de la participation", "entrant of the entry", entrant, line.entrant),
            ("engagement", "commitment", commitment, line.commitment),
            ("rang", "rank", rank or "—", line.rank),
            ("lot", "prize", case.rows[rank - 1].prize if rank else "—", line.prize),
        ):
            if expected != found:
                report.differ(15, (f"{where}, {fr}", f"{where}, {en}"), expected, found)
    for entrant, rank in ranks.items():
        fr, en = "rang {0} sans identité ({1})", "rank {0} has no identity ({1})"
        report.fail(15, fr, en, rank, entrant)
    return report.passed(15, "{0} identités conformes", "{0} identities hold", len(case.legal))


# ------------------------------------------------------------------------------------------------------------ the verdict

MOST_ROWS = 1_000_000


def _read_ranking(case: Case) -> None:
    """The lines of `ranking.csv`, wherever the draw's folder is; judged later, at steps 11 and 12."""
    names = [name for name in case.digests if re.fullmatch("draws/[^/]+/ranking\\.csv", name)]
    for name in sorted(names)[:1]:
        case.rows = []
        for place, (line, whole) in enumerate(lines(case.archive.stream(name), 300)):
            if place == 0:
                if line != b"rank,number,entrant,prize" or not whole:
                    case.report.differ(11, (name, name), "rank,number,entrant,prize", line)
                continue
            case.ranking_lines += 1
            if place <= MOST_ROWS:
                parts = line.decode("utf-8", "replace").split(",") if whole else []
                case.rows.append(Row(*parts) if len(parts) == 4 else Row("", "", show(line), "?"))


_LEGAL_KEYS = {"entrant", "entry", "key", "identity", "rank", "prize"}


def _read_legal(case: Case, path: Path) -> list[Identity]:
    """The lines of the legal file, each with the commitment that its key and identity give; bundle §3."""
    archive = Archive(path)
    found = []
    try:
        archive.digests()
        data = archive.read("identities.jsonl", 64 * MIB)
    finally:
        archive.file.close()
    for place, (line, whole) in enumerate(lines([data]), 1):
        where = (f"identities.jsonl, ligne {place}", f"identities.jsonl, line {place}")
        try:
            value, exact = parse(line)
            found.append(_identity(place, value if exact and whole else None))
        except RefusedError as error:
            case.report.refuse(15, where, error)
    return found


def _identity(place: int, value: object) -> Identity:
    shape = {"entrant": HEX32, "entry": HEX32, "key": HEX64, "rank": _number(1), "prize": ANY_TEXT}
    line = {"prize": "", **value} if type(value) is dict else {}
    identity = line.get("identity")
    texts = type(identity) is dict and all(map(ANY_TEXT, identity.values()))
    if line.keys() != _LEGAL_KEYS or not texts or not all(check(line[key]) for key, check in shape.items()):
        expected = ", ".join(sorted(_LEGAL_KEYS))
        raise RefusedError("attendu le JSON canonique {0}", "expected canonical JSON {0}", expected)
    message = b"contests/identity/v1\n" + canonical(identity)
    commitment = hmac.new(bytes.fromhex(line["key"]), message, hashlib.sha256).hexdigest()
    return Identity(place, line["entrant"], line["entry"], commitment, line["rank"], line["prize"])


def _prepare(case: Case) -> None:
    """Read what the journal's records are compared with, then the records."""
    try:
        case.key = parse_vkey(case.archive.read("journal/vkey"))
    except RefusedError as error:
        case.report.refuse(2, ("journal/vkey", "journal/vkey"), error)
    _read_ranking(case)
    if case.identities is not None:
        try:
            case.legal = _read_legal(case, case.identities)
        except RefusedError as error:
            case.report.refuse(15, ("fichier légal", "legal file"), error)
    wanted = {line.entry for line in case.legal or ()}
    case.journal = Journal(case.report, case.rows, wanted)
    case.journal.read(lines(case.archive.stream("journal/records.jsonl")))


def examine(case: Case) -> dict[str, Any]:
    """The verdict on one bundle, as bundle §4 writes it in JSON."""
    report = case.report
    case.journal = Journal(report, None, set())
    parts = (step_1, _prepare, step_2, step_3, step_4, step_5, step_6, step_7, step_8, step_9, step_10)
    for part in (*parts, step_11, step_12, step_13, step_14, step_15):
        try:
            part(case)
        except NotABundleError:
            raise
        except Exception as error:  # noqa: BLE001 (the last resort: a verifier never ends in a traceback)
            step = int(part.__name__.rpartition("_")[2]) if part is not _prepare else 2
            report.fail(step, "erreur imprévue : {0} {1}", "unforeseen error: {0} {1}", type(error).__name__, error)
    findings = []
    for step, (category, name) in enumerate(STEPS, 1):
        outcome, detail = report.outcome(step)
        findings.append(
            {"step": step, "name": name[report.lang], "category": category, "outcome": outcome, "detail": detail}
        )
    return {
        "verdict": "failed" if any(f["outcome"] == "failed" for f in findings) else "passed",
        "level": case.journal.level,
        "campaign": case.journal.campaign,
        "title": case.journal.terms.title[report.lang] if case.journal.terms else "",
        "findings": findings,
        "not_proved": [text[report.lang] for text in NOT_PROVED],
    }


def verify(bundle: Path, identities: Path | None = None, lang: str = "en") -> dict[str, Any]:
    """Verify a bundle; Raises NotABundleError for what is none and OSError for a file that cannot be opened."""
    archive = Archive(bundle)
    try:
        missing = [name for name in REQUIRED if name not in archive.members]
        if missing:
            raise NotABundleError("il manque {0}", "{0} is missing", ", ".join(missing))
        return examine(Case(archive, Report(0 if lang == "fr" else 1), archive.digests(), identities))
    finally:
        archive.file.close()


def in_words(verdict: dict[str, Any], lang: int) -> str:
    """The verdict, for people."""
    level = LEVELS.get(verdict["level"] or "", ("inconnu", "unknown"))[lang]
    out = [
        f"{('Campagne', 'Campaign')[lang]} {verdict['campaign'] or '?'} — {verdict['title'] or '?'}",
        f"{('Niveau : ', 'Level: ')[lang]}{level}",
        "",
    ]
    for finding in verdict["findings"]:
        out.append(f"{finding['step']:>2}. {OUTCOMES[finding['outcome']][lang]} — {finding['name']}")
        out.append(f"    {finding['detail']}")
    out += ["", ("Ce qui n’est pas prouvé :", "What is not proved:")[lang]]
    out += [f"  - {text}" for text in verdict["not_proved"]]
    failed = sum(f["outcome"] == "failed" for f in verdict["findings"])
    left = sum(f["outcome"] == "not-checked" for f in verdict["findings"])
    good = ("VERDICT : aucune étape n’a échoué ({1} non vérifiées).", "VERDICT: no step failed ({1} not checked).")
    bad = ("VERDICT : {0} étape(s) en échec ({1} non vérifiées).", "VERDICT: {0} step(s) failed ({1} not checked).")
    return "\n".join([*out, "", (bad if failed else good)[lang].format(failed, left)])


def _language() -> str:
    """`fr` or `en`, by the environment."""
    names = (os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "fr" if next(filter(None, names), "").lower().startswith("fr") else "en"


def _refusal(told: str, lang: int, *, as_json: bool) -> int:
    title = ("Ce n’est pas un dossier de preuve", "This is not a proof bundle")[lang]
    if as_json:
        empty = {"verdict": "failed", "level": None, "campaign": "", "title": "", "findings": []}
        print(json.dumps({**empty, "not_proved": [text[lang] for text in NOT_PROVED], "error": told}, indent=2))
    else:
        print(f"{title} : {told}" if lang == 0 else f"{title}: {told}")
    return 2


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line; the exit code is 0, 1 or 2."""
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("bundle", type=Path, help="bundle.zip")
    options.add_argument("--json", action="store_true", help="print one JSON object / un objet JSON")
    options.add_argument("--identities", type=Path, metavar="legal.zip", help="the legal file / le fichier légal")
    options.add_argument("--lang", choices=("fr", "en"), default=_language(), help="language / langue")
    chosen = options.parse_args(arguments)
    lang = 0 if chosen.lang == "fr" else 1
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")
    try:
        verdict = verify(chosen.bundle, chosen.identities, chosen.lang)
    except RefusedError as error:
        return _refusal(Report(lang).say(error.text, error.values), lang, as_json=chosen.json)
    except Exception as error:  # noqa: BLE001 (the last resort: a verifier never ends in a traceback)
        return _refusal(show(f"{type(error).__name__}: {error}"), lang, as_json=chosen.json)
    print(json.dumps(verdict, indent=2) if chosen.json else in_words(verdict, lang))
    return 0 if verdict["verdict"] == "passed" else 1


if __name__ == "__main__":
    sys.exit(main())
