"""A small witness (C2SP tlog-witness) for tests and for whoever runs one: it cosigns only heads that grow.

One's own witness is no independent witness: docs/howto/witnesses.md.
"""

import binascii
import os
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from litestar import Litestar, Request, Response, post
from litestar.datastructures import State

from contests.errors import Malformed
from contests.journal.checkpoint import Checkpoint, parse_checkpoint
from contests.journal.cosignature import Cosigner
from contests.journal.merkle import verify_consistency
from contests.journal.note import Verifier, decode_base64

LARGEST_REQUEST = 64 * 1024
MOST_LINES = 63
SIZE_TYPE = "text/x.tlog.size"
_TABLE = "CREATE TABLE IF NOT EXISTS head (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL)"


class Ruling(msgspec.Struct, frozen=True):
    """A witness's answer: status, body, and whether the head is to be kept."""

    status: int
    body: str = ""
    kind: str = "text/plain"


class Memory:
    """The last head cosigned of each log, in a file: kept before the answer goes out, one request at a time."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA synchronous=FULL")
        self._database.execute(_TABLE)

    def rule(self, body: bytes, logs: dict[str, Verifier], cosigner: Cosigner, at: int) -> Ruling:
        """Judge one request and keep what it proves, in one transaction."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            ruling = self._rule(body, logs, cosigner, at)
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")
        return ruling

    def _rule(  # noqa: PLR0911 - one answer for each way a request can be wrong
        self, body: bytes, logs: dict[str, Verifier], cosigner: Cosigner, at: int
    ) -> Ruling:
        try:
            old, proof, data = _parts(body)
            head, note = parse_checkpoint(data)
        except (Malformed, ValueError):
            return Ruling(400)
        log = logs.get(head.origin)
        if log is None:
            return Ruling(404)
        if not note.signed_by(log):
            return Ruling(403)
        if old > head.size:
            return Ruling(400)
        size, root = self._last(head.origin)
        if old != size:
            return Ruling(409, f"{size}\n", SIZE_TYPE)
        if (found := _grows(head, size, root, proof)) != 200:
            return Ruling(found, f"{size}\n" if found == 409 else "", SIZE_TYPE if found == 409 else "text/plain")
        self._database.execute(
            "INSERT INTO head VALUES (?, ?, ?) ON CONFLICT (origin) DO UPDATE SET size = excluded.size, root = excluded.root",
            (head.origin, head.size, head.root),
        )
        return Ruling(200, cosigner.cosign(note.text, at))

    def _last(self, origin: str) -> tuple[int, bytes]:
        found = self._database.execute("SELECT size, root FROM head WHERE origin = ?", (origin,)).fetchone()
        return found or (0, b"")

    def close(self) -> None:
        """Close the file."""
        self._database.close()


def _grows(head: Checkpoint, size: int, root: bytes, proof: list[bytes]) -> int:
    """Return the status for a head that is said to have grown from `size` and `root`."""
    if size == head.size and size:
        return 200 if root == head.root and not proof else 409 if root != head.root else 422
    if size == 0:
        return 422 if proof else 200
    return 200 if verify_consistency(size, head.size, root, head.root, proof) else 422


def _parts(body: bytes) -> tuple[int, list[bytes], bytes]:
    """Take a request apart: old size, proof, checkpoint. Raises ValueError."""
    first, _, checkpoint = body.partition(b"\n\n")
    head, *lines = first.decode("ascii").split("\n")
    word, _, number = head.partition(" ")
    if word != "old" or not number.isdecimal() or str(int(number[:20])) != number or len(lines) > MOST_LINES:
        raise ValueError(head)
    try:
        proof = [decode_base64(line) for line in lines]
    except binascii.Error as error:
        raise ValueError("proof") from error
    if any(len(node) != 32 for node in proof):
        raise ValueError("proof")
    return int(number), proof, checkpoint


def key_file(path: Path, chance: Callable[[int], bytes]) -> bytes:
    """Return the private key (32 bytes, in hex) in a file; made, for its owner's eyes only, when it is not there."""
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"{chance(32).hex()}\n")
    return bytes.fromhex(path.read_text().strip())


@post("/add-checkpoint", status_code=200, request_max_body_size=LARGEST_REQUEST)
async def add_checkpoint(request: Request[Any, Any, Any]) -> Response[str]:
    """Cosign a head that grew from the last one."""
    state = request.app.state
    ruling = state.memory.rule(await request.body(), state.logs, state.cosigner, int(state.clock().timestamp()))
    return Response(ruling.body, status_code=ruling.status, media_type=ruling.kind)


def create_witness(
    memory: Memory, logs: tuple[Verifier, ...], cosigner: Cosigner, clock: Callable[[], datetime]
) -> Litestar:
    """Return the application; `logs` are those it follows."""
    state = {"memory": memory, "logs": {log.name: log for log in logs}, "cosigner": cosigner, "clock": clock}
    return Litestar([add_checkpoint], state=State(state), openapi_config=None, logging_config=None)
