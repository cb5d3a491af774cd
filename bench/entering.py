"""Entering over HTTP: server and load in processes of their own, rounds that take turns, medians and ratios."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import IO, Any

import msgspec
from groups import group
from world import World, journaled

HERE = Path(__file__).parent
Found = dict[str, Any]


class Plan(msgspec.Struct, frozen=True):
    """How many rounds, of how many seconds, by how many people at once; `share` as in Site."""

    rounds: int
    seconds: float
    people: int = 64
    share: float = 0


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

    def busy(self) -> float:
        """Return the seconds of processor time that the child and its own children have used so far."""
        ticks = 0
        for process in (self.child.pid, *self._children()):
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def _children(self) -> list[int]:
        own = self.child.pid
        return [int(number) for number in Path(f"/proc/{own}/task/{own}/children").read_text().split()]

    def writer(self) -> int:
        """Return the number of a server's writer, once there is one. Raises WrongError where none comes."""
        for _ in range(100):
            if found := self._children():
                return found[0]
            time.sleep(0.1)
        raise WrongError("no writer")

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


class Site:
    """Servers over a world; one, unless said otherwise.

    `share`: each web process has that much of a processor, and its writer as much, as if each had a slow one for itself.
    """

    def __init__(self, stack: ExitStack, world: World, *flags: str, servers: int = 1, share: float = 0) -> None:
        self.world, self.acknowledged = world, 0
        command = ("server.py", "--database", world.database, *flags)
        self._servers = [stack.enter_context(talking(*command)) for _ in range(servers)]
        self._ports = [server.read() for server in self._servers]
        for server in self._servers if share else ():
            for process in (server.child.pid, server.writer()):
                stack.enter_context(group("cpu", share))(process)

    def ports(self, kind: str) -> list[int]:
        """Return the servers' ports for a kind of request."""
        return [int(ports["bare" if kind == "bare" else "port"]) for ports in self._ports]

    def busy(self) -> float:
        """Return the seconds of processor time that the servers and their writers have used so far."""
        return sum(server.busy() for server in self._servers)

    def check(self) -> None:
        """Hold the journal against what was acknowledged. Raises WrongError."""
        expected, found = self.world.held + self.acknowledged, journaled(self.world)
        if found != expected:
            raise WrongError(f"{expected} entries acknowledged, {found} in the journal")


class Bench:
    """One load process and the rounds it has run."""

    def __init__(self, load: Talk, people: int = 64) -> None:
        self._load, self._people = load, people
        self._best: dict[str, float] = {}
        self.rounds: list[tuple[str, Found]] = []

    def round(self, label: str, kind: str, at: Site, seconds: float) -> None:
        """Run one round. Requests for entries are made beforehand: more than fit, from the best rate so far."""
        ahead = int(max(self._best.get(kind, 0.0) * 1.4, 3000.0) * seconds) if kind == "entry" else int(1500 * seconds)
        busy = at.busy()
        order = {"ports": at.ports(kind), "kind": kind, "seconds": seconds, "ahead": ahead, "people": self._people}
        found = self._load.ask(order)
        found["cpu"] = round(1e6 * (at.busy() - busy) / max(found["acknowledged"], 1), 1)
        if found["wrong"]:
            raise WrongError(f"{label}: {found['wrong']}")
        self._best[kind] = max(self._best.get(kind, 0.0), found["rate"])
        if kind in {"entry", "single"}:
            at.acknowledged += found["acknowledged"]
        self.rounds.append((label, found))

    def medians(self) -> dict[str, Found]:
        """Return the medians by label."""
        labels = dict.fromkeys(label for label, _ in self.rounds)
        return {label: self._median([found for name, found in self.rounds if name == label]) for label in labels}

    @staticmethod
    def _median(rounds: list[Found]) -> Found:
        found: Found = {key: median(r[key] for r in rounds) for key in ("rate", "p50", "p99", "cpu", "load", "bytes")}
        return found | {"rates": [r["rate"] for r in rounds]}


def compare(world: World, plan: Plan) -> dict[str, Found]:
    """Compare the entry with a no-op and with a transaction for each entry, in one run."""
    with ExitStack() as stack:
        site, bench = Site(stack, world, share=plan.share), Bench(stack.enter_context(talking("load.py")), plan.people)
        bench.round("warm-up", "noop", site, 0.5)
        bench.round("warm-up", "entry", site, 0.5)
        bench.rounds.clear()
        for _ in range(plan.rounds):
            bench.round("load side's ceiling", "bare", site, plan.seconds / 2)
            bench.round("A no-op", "noop", site, plan.seconds)
            bench.round("B entry", "entry", site, plan.seconds)
            bench.round("C entry, a transaction each", "single", site, plan.seconds)
    site.check()
    found = bench.medians()
    noop, entry, single = (found[label] for label in ("A no-op", "B entry", "C entry, a transaction each"))
    found["B / A"] = _ratio(entry, noop)
    found["B / C"] = _ratio(entry, single)
    return found


def land(world: World, plan: Plan) -> dict[str, Found]:
    """Compare the landing page with a style sheet of its size from the same server, in one run."""
    kinds = {
        "static": "style sheet",
        "landing": "landing page",
        "channel": "landing page, ?via=",
        "friend": "landing page, ?ref=",
    }
    with ExitStack() as stack:
        site, bench = Site(stack, world), Bench(stack.enter_context(talking("load.py")))
        for kind in kinds:
            bench.round("warm-up", kind, site, 0.5)
        bench.rounds.clear()
        for _ in range(plan.rounds):
            for kind, label in kinds.items():
                bench.round(label, kind, site, plan.seconds)
    found = bench.medians()
    static, *pages = kinds.values()
    for label in pages:
        found[f"{label} / {static}"] = _ratio(found[label], found[static])
    return found


ENGINES = {
    "uvloop, httptools": ("uvloop", "httptools"),
    "asyncio, httptools": ("asyncio", "httptools"),
    "uvloop, h11": ("uvloop", "h11"),
    "asyncio, h11": ("asyncio", "h11"),
}


def engines(worlds: list[World], plan: Plan) -> dict[str, Found]:
    """Compare the loops and the readers of HTTP that uvicorn offers; a server and a world each, rounds in turns."""
    with ExitStack() as stack:
        bench = Bench(stack.enter_context(talking("load.py")))
        sites = {
            name: Site(stack, world, "--loop", loop, "--http", http)
            for world, (name, (loop, http)) in zip(worlds, ENGINES.items(), strict=True)
        }
        for kind in ("landing", "entry"):
            for site in sites.values():
                bench.round("warm-up", kind, site, 0.5)
        bench.rounds.clear()
        for _ in range(plan.rounds):
            for kind, label in (("landing", "landing page"), ("entry", "entry")):
                for name, site in sites.items():
                    bench.round(f"{label}: {name}", kind, site, plan.seconds)
    for site in sites.values():
        site.check()
    found = bench.medians()
    first, *others = ENGINES
    for label in ("landing page", "entry"):
        for name in others:
            found[f"{label}: {name} / {first}"] = _ratio(found[f"{label}: {name}"], found[f"{label}: {first}"])
    return found


def processes(worlds: list[World], plan: Plan) -> dict[str, Found]:
    """Compare one web process with two and three on databases of their own; rounds take turns.

    With the plan's `share` processors stay free, as on a larger machine.
    """
    with ExitStack() as stack:
        bench = Bench(stack.enter_context(talking("load.py")), plan.people)
        sites = {n: Site(stack, world, servers=n, share=plan.share) for n, world in enumerate(worlds, 1)}
        for site in sites.values():
            bench.round("warm-up", "entry", site, 1.0)
        bench.rounds.clear()
        for _ in range(plan.rounds):
            for n, site in sites.items():
                bench.round(f"entry, {n} web", "entry", site, plan.seconds)
                bench.round(f"no-op, {n} web", "noop", site, plan.seconds)
    for site in sites.values():
        site.check()
    found = bench.medians()
    for n in range(2, len(worlds) + 1):
        for kind in ("entry", "no-op"):
            found[f"{kind}, {n} web / 1 web"] = _ratio(found[f"{kind}, {n} web"], found[f"{kind}, 1 web"])
    return found


def profile(world: World, seconds: float, kind: str = "entry") -> None:
    """Run one kind of request alone with a sampler in the server, which prints its tables."""
    with ExitStack() as stack:
        site = Site(stack, world, "--profile")
        Bench(stack.enter_context(talking("load.py"))).round(kind, kind, site, seconds)
    site.check()


def _ratio(above: Found, below: Found) -> Found:
    """Return the median of the ratios of neighbouring rounds."""
    ratios = [a / b for a, b in zip(above["rates"], below["rates"], strict=True)]
    cpu = round(below["cpu"] / above["cpu"], 2)
    return {"ratio": round(median(ratios), 2), "cpu": cpu, "from": round(min(ratios), 2), "to": round(max(ratios), 2)}


def flat(worlds: list[World], plan: Plan) -> dict[str, Found]:
    """Measure the entry on campaigns of several sizes; their rounds take turns."""
    with ExitStack() as stack:
        bench = Bench(stack.enter_context(talking("load.py")))
        sites = [Site(stack, world) for world in worlds]
        for site in sites:
            bench.round("warm-up", "entry", site, 0.5)
        bench.rounds.clear()
        for _ in range(plan.rounds):
            for site in sites:
                bench.round(f"B entry, {site.world.held:,} held", "entry", site, plan.seconds)
    for site in sites:
        site.check()
    found = bench.medians()
    first, *others = found
    for label in others:
        found[f"{label} / none held"] = _ratio(found[label], found[first])
    return found


def table(found: dict[str, Found], title: str) -> str:
    """Return the figures as text."""
    lines = ["", title, f"{'':44}{'per second':>12}{'p50 ms':>9}{'p99 ms':>9}{'CPU µs':>9}{'load side':>11}"]
    for label, row in found.items():
        if "ratio" in row:
            lines.append(
                f"{label:44}{row['ratio']:12.2f}   (rounds: {row['from']} to {row['to']}; by the server's CPU: {row['cpu']})"
            )
        else:
            lines.append(
                f"{label:44}{row['rate']:12,.0f}{row['p50']:9.1f}{row['p99']:9.1f}{row['cpu']:9.0f}{row['load']:11.0%}"
            )
    return "\n".join(lines)
