"""Entering over HTTP: server and load in processes of their own, rounds that take turns, medians and ratios."""
# ruff: noqa: INP001 - a folder of scripts

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import IO, Any

import msgspec
from world import World, journaled

HERE = Path(__file__).parent
Found = dict[str, Any]


class Plan(msgspec.Struct, frozen=True):
    """How many rounds, of how many seconds."""

    rounds: int
    seconds: float


class WrongError(Exception):
    """An answer that was not due, or an acknowledged entry that is not in the journal."""


class Talk:
    """A child process that answers a line of JSON with a line of JSON."""

    def __init__(self, *command: str) -> None:
        self.child = subprocess.Popen(  # noqa: S603 - our own scripts
            [sys.executable, str(HERE / command[0]), *command[1:]], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def read(self) -> Found:
        """Return the next line. Raises WrongError when the child has ended."""
        line = _pipe(self.child.stdout).readline()
        if not line:
            raise WrongError(f"{self.child.args!r} ended")
        found: Found = json.loads(line)
        return found

    def ask(self, order: Found) -> Found:
        """Send an order and return the answer."""
        pipe = _pipe(self.child.stdin)
        pipe.write(json.dumps(order).encode() + b"\n")
        pipe.flush()
        return self.read()

    def end(self) -> None:
        """Stop the child and wait for it."""
        _pipe(self.child.stdin).close()
        self.child.terminate()
        self.child.wait(30)


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe


@contextmanager
def talking(*command: str) -> Iterator[Talk]:
    """Run a child process."""
    made = Talk(*command)
    try:
        yield made
    finally:
        made.end()


class Bench:
    """One load process and the rounds it has run."""

    def __init__(self, load: Talk) -> None:
        self._load = load
        self._best: dict[str, float] = {}
        self.rounds: list[tuple[str, Found]] = []
        self.acknowledged: dict[str, int] = {}

    def round(self, label: str, kind: str, world: World, port: int, seconds: float) -> None:
        """Run one round. Requests for entries are made beforehand: more than fit, from the best rate so far."""
        ahead = int(max(self._best.get(kind, 0.0) * 1.4, 3000.0) * seconds) if kind == "entry" else int(1500 * seconds)
        found = self._load.ask({"port": port, "kind": kind, "seconds": seconds, "ahead": ahead})
        if found["wrong"]:
            raise WrongError(f"{label}: {found['wrong']}")
        self._best[kind] = max(self._best.get(kind, 0.0), found["rate"])
        if kind in {"entry", "single"}:
            self.acknowledged[world.database] = self.acknowledged.get(world.database, 0) + found["acknowledged"]
        self.rounds.append((label, found))

    def medians(self) -> dict[str, Found]:
        """Return the medians by label."""
        labels = dict.fromkeys(label for label, _ in self.rounds)
        return {label: self._median([found for name, found in self.rounds if name == label]) for label in labels}

    @staticmethod
    def _median(rounds: list[Found]) -> Found:
        found: Found = {key: median(r[key] for r in rounds) for key in ("rate", "p50", "p99", "load")}
        return found | {"rates": [r["rate"] for r in rounds]}

    def check(self, world: World) -> None:
        """Hold the journal against what was acknowledged. Raises WrongError."""
        expected, found = world.held + self.acknowledged.get(world.database, 0), journaled(world)
        if found != expected:
            raise WrongError(f"{expected} entries acknowledged, {found} in the journal")


def compare(world: World, plan: Plan, *, profile: bool = False) -> dict[str, Found]:
    """Compare the entry with a no-op and with a transaction for each entry, in one run."""
    flags = ("--profile",) if profile else ()
    with talking("server.py", "--database", world.database, *flags) as server, talking("load.py") as load:
        bench, ports = Bench(load), server.read()
        bench.round("warm-up", "noop", world, ports["port"], 0.5)
        bench.round("warm-up", "entry", world, ports["port"], 0.5)
        bench.rounds.clear()
        for _ in range(plan.rounds):
            bench.round("load side's ceiling", "bare", world, ports["bare"], plan.seconds / 2)
            bench.round("A no-op", "noop", world, ports["port"], plan.seconds)
            bench.round("B entry", "entry", world, ports["port"], plan.seconds)
            bench.round("C entry, a transaction each", "single", world, ports["port"], plan.seconds)
    bench.check(world)
    found = bench.medians()
    noop, entry, single = (found[label] for label in ("A no-op", "B entry", "C entry, a transaction each"))
    found["B / A"] = _ratio(entry, noop)
    found["B / C"] = _ratio(entry, single)
    return found


def _ratio(above: Found, below: Found) -> Found:
    """Return the median of the ratios of neighbouring rounds."""
    ratios = [a / b for a, b in zip(above["rates"], below["rates"], strict=True)]
    return {"ratio": round(median(ratios), 2), "from": round(min(ratios), 2), "to": round(max(ratios), 2)}


def flat(worlds: list[World], plan: Plan) -> dict[str, Found]:
    """Measure the entry on campaigns of several sizes; their rounds take turns."""
    with ExitStack() as stack:
        bench = Bench(stack.enter_context(talking("load.py")))
        servers = [stack.enter_context(talking("server.py", "--database", world.database)) for world in worlds]
        ports = [server.read()["port"] for server in servers]
        for world, port in zip(worlds, ports, strict=True):
            bench.round("warm-up", "entry", world, port, 0.5)
        bench.rounds.clear()
        for _ in range(plan.rounds):
            for world, port in zip(worlds, ports, strict=True):
                bench.round(f"B entry, {world.held:,} held", "entry", world, port, plan.seconds)
    for world in worlds:
        bench.check(world)
    found = bench.medians()
    first, *others = found
    for label in others:
        found[f"{label} / none held"] = _ratio(found[label], found[first])
    return found


def table(found: dict[str, Found], title: str) -> str:
    """Return the figures as text."""
    lines = ["", title, f"{'':44}{'per second':>12}{'p50 ms':>9}{'p99 ms':>9}{'load side':>11}"]
    for label, row in found.items():
        if "ratio" in row:
            lines.append(f"{label:44}{row['ratio']:12.2f}   (rounds: {row['from']} to {row['to']})")
        else:
            lines.append(f"{label:44}{row['rate']:12,.0f}{row['p50']:9.1f}{row['p99']:9.1f}{row['load']:11.0%}")
    return "\n".join(lines)
