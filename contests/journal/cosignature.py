"""Cosignatures of witnesses (C2SP tlog-cosignature, Ed25519): whoever cosigned a head saw it, consistent, at a time."""

import base64

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from contests.errors import Malformed, Text
from contests.journal.note import Note, is_name, key_id, read_vkey, write_vkey

COSIGNATURE_V1 = b"\x04"
LATEST = 2**63 - 1


class Witness(msgspec.Struct, frozen=True):
    """A witness's public key with its name; `str()` gives the vkey line."""

    name: str
    key: bytes

    @property
    def id(self) -> bytes:
        """What names the key in a signature."""
        return key_id(self.name, COSIGNATURE_V1, self.key)

    def __str__(self) -> str:
        """Return the vkey line."""
        return write_vkey(self.name, COSIGNATURE_V1, self.key)

    def saw(self, note: Note) -> int | None:
        """Return when this witness cosigned the checkpoint in `note` (seconds since 1970, the earliest); None: it did not.

        A line of its own that does not hold is no cosignature.
        """
        times = []
        for name, signature in note.signatures:
            if name != self.name or signature[:4] != self.id or len(signature) != 4 + 8 + 64:
                continue
            at = int.from_bytes(signature[4:12])
            try:
                Ed25519PublicKey.from_public_bytes(self.key).verify(signature[12:], _message(note.text, at))
            except (InvalidSignature, ValueError):
                continue
            if at <= LATEST:
                times.append(at)
        return min(times, default=None)


def parse_witness(vkey: str) -> Witness:
    """Read a witness's vkey line. Raises Malformed."""
    try:
        return Witness(*read_vkey(vkey, COSIGNATURE_V1))
    except ValueError as error:
        raise _malformed(vkey) from error


class Cosigner:
    """A witness's private key (32 bytes) with its name."""

    def __init__(self, name: str, seed: bytes) -> None:
        if not is_name(name):
            raise _malformed(name)
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.witness = Witness(name, self._key.public_key().public_bytes_raw())

    def cosign(self, text: bytes, at: int) -> str:
        """Return the signature line, with its LF, over a checkpoint's three lines at a time in seconds since 1970."""
        signature = self._key.sign(_message(text, at))
        line = base64.b64encode(self.witness.id + at.to_bytes(8) + signature).decode()
        return f"— {self.witness.name} {line}\n"


def _message(text: bytes, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n".encode() + text


def _malformed(found: str) -> Malformed:
    return Malformed(
        "witness-malformed",
        Text(fr="Une clé de témoin C2SP était attendue : nom+identifiant+clé, de type 04 (cosignature Ed25519).",
             en="A C2SP witness key was expected: name+id+key, of type 04 (Ed25519 cosignature)."),
        Text(fr="Recopiez la clé que publie le témoin.", en="Copy the key that the witness publishes."),
        found=found[:160],
    )  # fmt: skip
