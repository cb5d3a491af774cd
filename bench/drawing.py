"""The draw and its verification: every step in a process of its own, with its time and its peak memory."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

from world import World, copy

import contests
from contests.draw.pool import TICKETS_IN_ALL

HERE = Path(__file__).parent
STANDALONE = Path(contests.__file__).parent / "audit" / "standalone.py"
STEPS = {
    "freeze": "freeze: replay, pool",
    "draw": "draw: seed, ranking, awards",
    "rank": "  ranking alone, 1 ticket each",
    "rank-10": "  ranking alone, 10 tickets each",
    "export": "export of the bundle",
    "verify": "contests verify",
    "standalone": "verify.py, standard library only",
    "browser": "the page /verify in Chromium",
}
MOST_IN_BROWSER = 1_000_000  # what a phone's memory holds
Found = dict[str, Any]


def step(name: str, world: World, bundle: Path) -> Found:
    """Take one step in a process of its own."""
    command = [sys.executable, str(HERE / "steps.py"), name, "--database", world.database]
    command += ["--campaign", world.campaign, "--out", str(bundle)]
    done = subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own script
    found: Found = json.loads(done.stdout)
    return found


def verdict(command: list[str], bundle: Path) -> Found:
    """Run a verifier from its start to its end; its verdict must be good."""
    with (bundle.parent / "verdict.txt").open("w+b") as out:
        start = time.perf_counter()
        child = subprocess.Popen(  # noqa: S603 - likewise
            [sys.executable, str(HERE / "peak.py"), *command, str(bundle), "--json"],
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        _, status, used = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        said = out.read()
        assert child.returncode == 0, said
    cpu = used.ru_utime + used.ru_stime
    return {"seconds": round(seconds, 3), "cpu": round(cpu, 3), "mb": json.loads(said.splitlines()[-1])["mb"]}


def in_browser(bundle: Path) -> Found:
    """Check a bundle on the page; its verdict must be good. The server and the browser's start are not counted."""
    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, str(HERE / "browser.py"), str(bundle)], check=True, capture_output=True
    )
    found: Found = json.loads(done.stdout)
    assert found["said"] == "Everything holds", found
    return found | {"cpu": 0.0}


def take_all(world: World, bundle: Path) -> dict[str, Found]:
    """Take all steps once, on a database that is used up by it."""
    found = {name: step(name, world, bundle) for name in ("freeze", "draw", "rank", "export")}
    if world.held * 10 <= TICKETS_IN_ALL:
        found["rank-10"] = step("rank-10", world, bundle)
    found["verify"] = verdict(["contests", "verify"], bundle)
    found["standalone"] = verdict([str(STANDALONE)], bundle)
    if shutil.which("chromium") and world.held <= MOST_IN_BROWSER:
        found["browser"] = in_browser(bundle)
    return found


def draw_sizes(worlds: dict[int, World], folder: Path, repeat: int) -> dict[str, Any]:
    """Take all steps for each size, several times for the smallest, and compare the cost of one entrant."""
    sizes: dict[str, dict[str, Found]] = {}
    bundle_mb: dict[str, float] = {}
    for size, world in worlds.items():
        runs = []
        for turn in range(repeat if size == min(worlds) else 1):
            bundle = folder / f"bundle{size}.zip"
            runs.append(take_all(copy(world, f"draw{size}x{turn}"), bundle))
        sizes[str(size)] = {name: _median([run[name] for run in runs], size) for name in STEPS if name in runs[0]}
        bundle_mb[str(size)] = round(bundle.stat().st_size / 1e6, 1)
    found: dict[str, Any] = {"sizes": sizes, "bundle_mb": bundle_mb}
    if len(worlds) > 1:
        small, large = sizes[str(min(worlds))], sizes[str(max(worlds))]
        found["growth"] = {name: round(large[name]["us"] / small[name]["us"], 2) for name in small if name in large}
    return found


def _median(runs: list[Found], size: int) -> Found:
    found: Found = {key: median(run[key] for run in runs) for key in ("seconds", "cpu", "mb")}
    return found | {"us": round(1e6 * found["seconds"] / size, 2)}


def draw_table(found: dict[str, Any]) -> str:
    """Return the figures as text."""
    lines = []
    for size, steps in found["sizes"].items():
        entrants = int(size)
        lines += ["", f"Draw of {entrants:,} entrants; bundle of {found['bundle_mb'][size]} MB"]
        lines.append(f"{'':36}{'seconds':>9}{'CPU s':>9}{'µs each':>9}{'µs a ticket':>13}{'peak MB':>9}")
        for name, row in steps.items():
            title = STEPS[name]
            tickets = {"rank": 1, "rank-10": 10}.get(name)
            ticket = f"{row['us'] / tickets:13.2f}" if tickets else " " * 13
            lines.append(f"{title:36}{row['seconds']:9.2f}{row['cpu']:9.2f}{row['us']:9.2f}{ticket}{row['mb']:9.0f}")
    if growth := found.get("growth"):
        lines += ["", "Cost of one entrant in the larger draw ÷ in the smaller (1 is linear)"]
        lines += [f"{STEPS[name]:36}{ratio:9.2f}" for name, ratio in growth.items()]
    return "\n".join(lines)
