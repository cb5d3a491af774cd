"""`contests witness` as people run it: a process, its key file, its memory across restarts."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from contests.beacons.witness import add_checkpoint
from contests.journal.checkpoint import Checkpoint
from contests.journal.cosignature import Witness, parse_witness
from contests.journal.merkle import Frontier, consistency_proof, leaf_hash
from contests.journal.note import Signer, parse_note

LOG = Signer("log.example/journal", b"L" * 32)
LEAVES = [leaf_hash(str(n).encode()) for n in range(9)]


@contextmanager
def running(folder: Path, port: int) -> Iterator[tuple[Witness, str]]:
    command = [
        sys.executable, "-m", "contests", "witness", "--name", "w.example/1", "--key", "w.key", "--state", "w.db",
        "--log", str(LOG.verifier), "--port", str(port),
    ]  # fmt: skip
    child = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True, env={**os.environ})  # noqa: S603
    try:
        assert child.stdout is not None
        witness = parse_witness(child.stdout.readline())
        address = f"http://127.0.0.1:{port}"
        for _ in range(200):
            try:
                httpx.get(address)
            except httpx.TransportError:
                time.sleep(0.05)
            else:
                break
        yield witness, address
    finally:
        child.terminate()
        child.communicate(timeout=10)


def head(size: int) -> bytes:
    return Checkpoint("log.example/journal", size, Frontier().extend(LEAVES[:size]).root()).sign(LOG)


def test_a_witness_remembers_across_restarts(tmp_path: Path, unused_tcp_port: int) -> None:
    with running(tmp_path, unused_tcp_port) as (witness, address):
        answer = add_checkpoint(address, 0, (), head(5))
        assert witness.saw(parse_note(head(5) + answer.lines.encode())) is not None
    assert (tmp_path / "w.key").stat().st_mode & 0o777 == 0o600
    with running(tmp_path, unused_tcp_port) as (again, address):
        assert again == witness
        assert add_checkpoint(address, 0, (), head(9)).size == 5
        proof = consistency_proof(5, 9, Frontier().subtree(LEAVES))
        assert add_checkpoint(address, 5, proof, head(9)).lines
