"""Bytes from outside, spoilt at random: refused in words, in little time and memory. `make fuzz` does it for longer."""

import random
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fuzz.parsers import TARGETS

PATIENCE = 5  # seconds for one input
MOST_MEMORY = 300 * 1024  # KiB that all inputs of a target may add to the process
LONGEST = 200_000
INPUTS = 300
# Those that do far more than read: they judge, print, or verify twice.
SLOW = {"definition-toml": 80, "definition-yaml": 80, "definition-json": 80, "bundle": 60, "bundle-parts": 80}
WORDS = [
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b'"', b"'", b"\r", b"\n\n", b"[" * 100, b"{" * 100, b"9" * 400, b"-1", b"1e999",
    b"NaN", b"\\ud800", b"\xed\xa0\x80", "٣".encode(), "²".encode(), "\u2028".encode(), "\u202e".encode(), b"0" * 17,
    b"2147483648", b"9007199254740993", b"-", b"=1+1", b"%00", b"%ff", b"+", b"&", b";", b"\t", b"..", b"true", b"null",
    b"0001-01-01T00:00:00", b"9999-12-31T23:59:59Z", b"&a *a", b"!!python/none", b"<!DOCTYPE x>", b"\x80" * 9, b"\x84\xff\xff\xff\xff",
]  # fmt: skip


def spoilt(chance: random.Random, seeds: list[bytes]) -> bytes:
    """Return a sample with some bytes flipped, cut, repeated, exchanged for another sample's, or odd ones put in."""
    data = bytearray(chance.choice(seeds))
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        at, other = chance.randrange(len(data) + 1), chance.randrange(len(data) + 1)
        first, last = min(at, other), min(max(at, other), min(at, other) + 400)
        match chance.randrange(7):
            case 0 if data:
                data[at % len(data)] ^= 1 << chance.randrange(8)
            case 1:
                del data[first:last]
            case 2:
                data[first:first] = data[first:last] * chance.choice((1, 2, 50))
            case 3:
                donor = chance.choice(seeds)
                start = chance.randrange(len(donor) + 1)
                data[at:at] = donor[start : start + chance.randrange(400)]
            case 4:
                del data[at:]
            case 5 if data:
                data[at % len(data)] = chance.randrange(256)
            case _:
                data[at:at] = chance.choice(WORDS)
    return bytes(data[:LONGEST])


@contextmanager
def patience(seconds: int) -> Iterator[None]:
    """Raise TimeoutError in what takes longer."""

    def ring(*_: object) -> None:
        raise TimeoutError(f"more than {seconds} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("name", TARGETS)
def test_samples_are_read_and_spoilt_ones_refused_in_words(name: str) -> None:
    target, chance = TARGETS[name], random.Random(name)  # noqa: S311 - the same ones each time
    seeds = list(target.seeds())
    assert not any(target(seed) for seed in seeds)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(SLOW.get(name, INPUTS)):
        data = spoilt(chance, seeds)
        with patience(PATIENCE):
            try:
                target(data)
            except Exception as fault:
                fault.add_note(f"bytes in hex: {data[:4000].hex()}")
                raise
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST_MEMORY


def test_the_long_run_of_a_target_begins_wherever_its_folder_is(tmp_path: Path) -> None:
    words = [sys.executable, str(Path(__file__).parent / "cover.py"), "note", "kept", "-runs=50"]
    ended = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    assert ended.returncode == 0, ended.stderr
    assert "Done 50 runs" in ended.stderr
