"""Checkpoints (C2SP tlog-checkpoint): origin, size, root; signed as a note."""

import base64

import msgspec

from contests.errors import Malformed, Text
from contests.journal.note import Note, Signer, Verifier, decode_base64, parse_note


class Checkpoint(msgspec.Struct, frozen=True):
    """The head of a journal: who, how many records, which root (32 bytes)."""

    origin: str
    size: int
    root: bytes

    def text(self) -> bytes:
        """Return the three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n".encode()

    def sign(self, signer: Signer) -> bytes:
        """Return the signed note. The signer's name must be the origin."""
        if signer.verifier.name != self.origin:
            raise _malformed(f"{signer.verifier.name} signs {self.origin}")
        return signer.sign(self.text())


def _malformed(found: str) -> Malformed:
    return Malformed(
        "checkpoint-malformed",
        Text(
            fr="Un point de contrôle signé était attendu (C2SP tlog-checkpoint).",
            en="A signed checkpoint was expected (C2SP tlog-checkpoint).",
        ),
        Text(fr="Demandez une copie intacte.", en="Ask for an intact copy."),
        found=found[:160],
    )


def parse_checkpoint(data: bytes) -> tuple[Checkpoint, Note]:
    """Read a signed checkpoint without judging its signatures. Raises Malformed."""
    note = parse_note(data)
    lines = note.text.decode().split("\n")[:-1]
    if len(lines) < 3 or not all(lines):
        raise _malformed("fewer than three lines, or an empty one")
    size = lines[1]
    if not size.isascii() or not size.isdecimal() or (size[0] == "0" and size != "0") or len(size) > 16:
        raise _malformed(f"size {size}")
    try:
        root = decode_base64(lines[2])
    except ValueError as error:
        raise _malformed(f"root {lines[2]}") from error
    if len(root) != 32:
        raise _malformed(f"root {lines[2]}")
    return Checkpoint(lines[0], int(size), root), note


def open_checkpoint(data: bytes, verifier: Verifier) -> Checkpoint:
    """Read a checkpoint and require `verifier`'s name as origin and its signature. Raises Malformed."""
    checkpoint, note = parse_checkpoint(data)
    if checkpoint.origin != verifier.name:
        raise _malformed(f"origin {checkpoint.origin}, expected {verifier.name}")
    if not note.signed_by(verifier):
        raise _malformed("no valid signature of the journal's key")
    return checkpoint
