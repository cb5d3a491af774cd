"""Receipts (C2SP tlog-proof): the record, its place, the path to a signed checkpoint.

The record itself rides in the `extra` line, so that a receipt is checked with the journal's vkey and
nothing else.
"""

import base64
import binascii

import msgspec

from contests.errors import Malformed, Text
from contests.journal.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from contests.journal.merkle import leaf_hash, root_from_inclusion
from contests.journal.note import Verifier, decode_base64

HEADER = "c2sp.org/tlog-proof@v1"


class Receipt(msgspec.Struct, frozen=True):
    """A proof that `record` stands at `index` under the signed `checkpoint` note."""

    record: bytes
    index: int
    proof: tuple[bytes, ...]
    checkpoint: bytes

    def text(self) -> str:
        """Return the tlog-proof."""
        path = "".join(f"{base64.b64encode(node).decode()}\n" for node in self.proof)
        extra = base64.b64encode(self.record).decode()
        return f"{HEADER}\nextra {extra}\nindex {self.index}\n{path}\n{self.checkpoint.decode()}"


def _malformed(found: str) -> Malformed:
    return Malformed(
        "receipt-malformed",
        Text(fr="Un reçu C2SP tlog-proof intact était attendu.", en="An intact C2SP tlog-proof receipt was expected."),
        Text(
            fr="Reprenez le reçu depuis sa page ou depuis l’e-mail, sans rien y changer.",
            en="Take the receipt from its page or the e-mail again, unchanged.",
        ),
        found=found[:160],
    )


def parse_receipt(data: bytes) -> Receipt:
    """Read a receipt without judging it. Raises Malformed."""
    if len(data) > 256 * 1024:
        raise _malformed(f"{len(data)} bytes")
    try:
        head, blank, checkpoint = data.decode("utf-8").partition("\n\n")
        lines = head.split("\n")
        if not blank or lines[0] != HEADER:
            raise ValueError("no header")
        if len(lines) < 3 or not lines[1].startswith("extra ") or not lines[2].startswith("index "):
            raise ValueError("no extra line with the record, or no index line")
        number = lines[2].removeprefix("index ")
        if not number.isascii() or not number.isdecimal() or str(int(number[:20])) != number:
            raise ValueError(f"index {number[:20]}")
        proof = tuple(decode_base64(line) for line in lines[3:])
        record = decode_base64(lines[1].removeprefix("extra "))
        if any(len(node) != 32 for node in proof):
            raise ValueError("a node that is not 32 bytes")
    except (UnicodeDecodeError, ValueError, binascii.Error) as error:
        raise _malformed(str(error)) from error
    parse_checkpoint(checkpoint.encode())
    return Receipt(record, int(number), proof, checkpoint.encode())


def verify_receipt(receipt: Receipt, verifier: Verifier) -> Checkpoint:
    """Return the checkpoint under which the record is included. Raises Malformed."""
    checkpoint = open_checkpoint(receipt.checkpoint, verifier)
    try:
        root = root_from_inclusion(leaf_hash(receipt.record), receipt.index, checkpoint.size, receipt.proof)
    except ValueError as error:
        raise _malformed(str(error)) from error
    if root != checkpoint.root:
        raise _malformed("the path does not lead to the checkpoint's root")
    return checkpoint
