"""The ranking alone, beside what else could be done with the same list and the same processors.

One process for each way, so that its peak memory is its own:
`ranking.py product|shuffle|sampler --entrants N --weights 1|10`.
"""

import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from peak import peak

from contests.draw.pool import HEADER, Pool, parse_pool
from contests.draw.ranking import in_python, rank

SEED = sha256(b"benchmark").hexdigest()
PLACES = 30
MESSAGE = 64 + 1 + 32 + 1 + 1 + 1
Found = dict[str, Any]


def made(entrants: int, weights: int) -> bytes:
    """Return a pool file of made-up entrants, sorted, with tickets 1 to `weights` in turn.

    Through a file, so that making it takes no more memory than having it.
    """
    with tempfile.TemporaryFile() as file:
        file.write(HEADER)
        for start in range(0, entrants, 100_000):
            lines = [
                f"{number:016x}{number * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF:016x},{1 + number % weights}\n"
                for number in range(start, min(start + 100_000, entrants))
            ]
            file.write("".join(lines).encode())
        file.seek(0)
        return file.read()


def _product(pool: Pool) -> object:
    return rank(SEED, pool, PLACES)


def _alone(pool: Pool) -> object:
    return in_python(SEED, pool, PLACES)


def _shuffle(pool: Pool) -> object:
    entrants = [entrant for entrant, _ in pool.lines()]
    random.Random(SEED).shuffle(entrants)  # noqa: S311 - what people do
    return entrants[:PLACES]


def _sampler(pool: Pool) -> object:
    import consistent_sampler

    entrants = [entrant for entrant, _ in pool.lines()]
    return list(consistent_sampler.sampler(entrants, seed=SEED, take=PLACES))


WAYS: dict[str, Callable[[Pool], object]] = {
    "product": _product,
    "product, Python alone": _alone,
    "random.shuffle": _shuffle,
    "consistent_sampler": _sampler,
}


def openssl(processes: int) -> float | None:
    """Return the millions of messages of a ticket's length that `openssl speed` hashes in a second; None without it."""
    if shutil.which("openssl") is None:
        return None
    command = ["openssl", "speed", "-seconds", "2", "-bytes", str(MESSAGE), "-multi", str(processes), "-evp", "sha256"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - a fixed command
    found = re.search(r"^sha256\s+([0-9.]+)k", done.stdout, re.MULTILINE | re.IGNORECASE)
    assert found is not None, done.stdout
    return float(found[1]) * 1000 / MESSAGE / 1e6


def compare(sizes: list[int]) -> Found:
    """Measure every way at every size, each in a process of its own."""
    found: Found = {"openssl": openssl(os.cpu_count() or 1), "ways": []}
    for entrants in sizes:
        for weights in (1, 10 if entrants < 9_000_000 else 9):  # a pool holds at most 50 million tickets
            found["ways"] += [_measured(way, entrants, weights) for way in WAYS if _knows(way, entrants, weights)]
    return found


def _knows(way: str, entrants: int, weights: int) -> bool:
    """The other ways know no tickets, and one of them is too slow for more than a million."""
    return way.startswith("product") or (weights == 1 and (entrants <= 1_000_000 or way == "random.shuffle"))


def _measured(way: str, entrants: int, weights: int) -> Found:
    command = [sys.executable, str(Path(__file__)), way, "--entrants", str(entrants), "--weights", str(weights)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ourselves
    if done.returncode:
        raise RuntimeError(done.stderr)
    found: Found = json.loads(done.stdout)
    return {"way": way, "entrants": entrants, "weights": weights} | found


def table(found: Found) -> str:
    """Return the figures as text."""
    best = found["openssl"]
    lines = ["", f"Ranking; openssl speed sha256 on {MESSAGE} bytes, all processors: {best or 0:.2f} million a second"]
    lines.append(
        f"{'':30}{'entrants':>12}{'tickets':>12}{'seconds':>9}{'million/s':>11}{'÷ openssl':>11}{'peak MB':>9}"
    )
    for row in found["ways"]:
        rate = row["tickets"] / row["seconds"] / 1e6
        share = f"{rate / best:11.2f}" if best else f"{'–':>11}"
        lines.append(
            f"{row['way']:30}{row['entrants']:12,}{row['tickets']:12,}{row['seconds']:9.2f}{rate:11.2f}{share}{row['mb']:9.0f}"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure one way."""
    options = argparse.ArgumentParser()
    options.add_argument("way", choices=WAYS)
    options.add_argument("--entrants", type=int, required=True)
    options.add_argument("--weights", type=int, default=1)
    chosen = options.parse_args()
    pool = parse_pool(made(chosen.entrants, chosen.weights))
    import contests.draw.engine  # noqa: F401 - loaded before the clock starts, as openssl is

    start = time.perf_counter()
    WAYS[chosen.way](pool)
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": round(seconds, 3), "tickets": pool.total, "mb": peak()}))


if __name__ == "__main__":
    main()
