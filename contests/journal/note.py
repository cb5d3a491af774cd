"""Signed notes (C2SP signed-note) with Ed25519 keys: text, a blank line, signature lines."""

import base64
from collections.abc import Iterable
from hashlib import sha256

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from contests.errors import Malformed, Text

ED25519 = b"\x01"
LARGEST_NOTE, MOST_SIGNATURES = 1_000_000, 1000
_TODO = Text(fr="Demandez une copie intacte.", en="Ask for an intact copy.")


def _malformed(found: str) -> Malformed:
    return Malformed(
        "note-malformed",
        Text(fr="Une note signée C2SP était attendue.", en="A C2SP signed note was expected."),
        _TODO,
        found=found[:160],
    )


def is_name(name: str) -> bool:
    """Say whether `name` may stand in a key: not empty, no plus sign, no white space."""
    return bool(name) and "+" not in name and not any(c.isspace() for c in name)


def key_id(name: str, kind: bytes, key: bytes) -> bytes:
    """Return the first four bytes of SHA-256(name ‖ LF ‖ kind ‖ key)."""
    return sha256(name.encode() + b"\n" + kind + key).digest()[:4]


def write_vkey(name: str, kind: bytes, key: bytes) -> str:
    """Return `<name>+<id>+<base64 of kind ‖ key>`."""
    return f"{name}+{key_id(name, kind, key).hex()}+{base64.b64encode(kind + key).decode()}"


def read_vkey(line: str, kind: bytes) -> tuple[str, bytes]:
    """Return name and key (32 bytes) of a vkey line of this kind. Raises ValueError."""
    name, _, rest = line.strip().partition("+")
    identity, _, encoded = rest.partition("+")
    data = decode_base64(encoded)
    if not is_name(name) or data[:1] != kind or len(data) != 33 or key_id(name, kind, data[1:]).hex() != identity:
        raise ValueError(line)
    if int.from_bytes(data[1:], "little") % (1 << 255) in _SMALL:
        raise ValueError(f"{line}: a key under which one signature holds for every text")
    return name, data[1:]


# The points of order 1, 2, 4 and 8, each way that some library reads them; the sign's bit is left out (RFC 8032 §5.1.3).
_P = 2**255 - 19
_EIGHTH = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_SMALL = frozenset({0, 1, _P - 1, _P, _P + 1, _EIGHTH, _P - _EIGHTH})


def decode_base64(text: str) -> bytes:
    """Return what was encoded, where this is the one way to write it (RFC 4648 §3.5). Raises ValueError."""
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError(f"base64 with bits to spare: {text[:80]}")
    return data


class Verifier(msgspec.Struct, frozen=True):
    """A public key with its name; `str()` gives the vkey line."""

    name: str
    key: bytes

    @property
    def id(self) -> bytes:
        """What names the key in a signature."""
        return key_id(self.name, ED25519, self.key)

    def __str__(self) -> str:
        """Return the vkey line."""
        return write_vkey(self.name, ED25519, self.key)

    def verifies(self, text: bytes, signature: bytes) -> bool:
        """Say whether `signature` (64 bytes) is this key's over `text`."""
        try:
            Ed25519PublicKey.from_public_bytes(self.key).verify(signature, text)
        except (InvalidSignature, ValueError):
            return False
        return True


def parse_vkey(line: str) -> Verifier:
    """Read a vkey line. Raises Malformed."""
    try:
        return Verifier(*read_vkey(line, ED25519))
    except ValueError as error:
        raise _malformed(line) from error


class Signer:
    """An Ed25519 private key (32 bytes) with its name."""

    def __init__(self, name: str, seed: bytes) -> None:
        if not is_name(name):
            raise _malformed(name)
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.verifier = Verifier(name, self._key.public_key().public_bytes_raw())

    def sign(self, text: bytes) -> bytes:
        """Return the signed note: `text`, a blank line, one signature line."""
        signed = base64.b64encode(self.verifier.id + self._key.sign(text)).decode()
        return text + f"\n— {self.verifier.name} {signed}\n".encode()


class Note(msgspec.Struct, frozen=True):
    """A note taken apart: its text and its signature lines (name, key id and signature)."""

    text: bytes
    signatures: tuple[tuple[str, bytes], ...]

    def signed_by(self, verifier: Verifier) -> bool:
        """Say whether one signature line is `verifier`'s and holds; a line of its that does not hold spoils all."""
        own = [s for name, s in self.signatures if name == verifier.name and s[:4] == verifier.id]
        return bool(own) and all(verifier.verifies(self.text, s[4:]) for s in own)


def parse_note(data: bytes) -> Note:
    """Take a signed note apart. Raises Malformed."""
    if len(data) > LARGEST_NOTE:
        raise _malformed(f"{len(data)} bytes, at most {LARGEST_NOTE} were expected")
    try:
        decoded = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _malformed("not UTF-8") from error
    if any(c < " " and c != "\n" for c in decoded):
        raise _malformed("a control character")
    text, blank, signatures = decoded.rpartition("\n\n")
    if not blank or not signatures.endswith("\n"):
        raise _malformed("no signature block")
    if signatures.count("\n") > MOST_SIGNATURES:
        raise _malformed(f"{signatures.count(chr(10))} signatures, at most {MOST_SIGNATURES} were expected")
    return Note(f"{text}\n".encode(), tuple(_signature_lines(signatures[:-1].split("\n"))))


def _signature_lines(lines: Iterable[str]) -> Iterable[tuple[str, bytes]]:
    for line in lines:
        dash, _, rest = line.partition(" ")
        name, _, encoded = rest.partition(" ")
        try:
            signature = decode_base64(encoded)
        except ValueError as error:
            raise _malformed(line) from error
        if dash != "—" or not is_name(name) or len(signature) < 5:
            raise _malformed(line)
        yield name, signature
