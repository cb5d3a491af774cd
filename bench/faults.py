"""The faults: each breaks something of a running installation, waits, and mends it."""

import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

sys.path.append(str(Path(__file__).parents[1] / "tests"))

from groups import group
from neighbours import Mode, Mood, Postgres, PostOffice, Wire
from outside import Answers, StampAuthority
from reading import Auditor, Journal, Watch, opened
from services import Manager, Service, Web, alive, children, kill
from visitors import Visitors, wait_for
from world import World, fill, house, make

from contests.store import campaigns, stamps

LONGEST = 90.0  # seconds in which everything must be there again


class Disk(msgspec.Struct, frozen=True):
    """A small file system of our own, mounted where the database lies."""

    folder: Path

    def fill_up(self) -> Path:
        """Write a file over all that is free."""
        path = self.folder / "filler"
        with path.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(1 << 16))
            except OSError:
                return path

    def remount(self, how: str) -> None:
        """Mount it again, `ro` or `rw`."""
        subprocess.run(["mount", "-o", f"remount,{how}", str(self.folder)], check=True, capture_output=True)  # noqa: S603, S607


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Disk | None]:
    """Mount a small file system on a folder; None where this user may not."""
    words = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "tmpfs", str(folder)]
    try:
        subprocess.run(words, check=True, capture_output=True)  # noqa: S603
    except (subprocess.CalledProcessError, FileNotFoundError):
        yield None
        return
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False, capture_output=True)  # noqa: S603, S607


class Site(msgspec.Struct):
    """An installation under load, with all that the harness can break of it. `database` is the address without the wire."""

    folder: Path
    database: str
    webs: list[Web]
    workers: list[Service]
    manager: Manager
    visitors: Visitors
    watch: Watch
    auditor: Auditor
    office: PostOffice
    clock: Path
    chance: random.Random
    wire: Wire | None = None
    postgres: Postgres | None = None
    disk: Disk | None = None
    authority: StampAuthority | None = None
    drawn: list[World] = []
    wrong: list[str] = []
    hold: float = 1.0

    def web(self) -> Web:
        """Return one of the servers."""
        return self.chance.choice(self.webs)

    def pause(self) -> None:
        """Let a fault last."""
        time.sleep(self.hold * self.chance.uniform(0.5, 1.5))


Fault = Callable[[Site], None]


def entering_again(site: Site) -> float:
    """Wait until every server has acknowledged an entry again and return how long that took. Raises TimeoutError."""
    since, last = time.monotonic(), site.visitors.ledger.last
    return wait_for(lambda: all(last.get(web.port, 0.0) > since for web in site.webs), LONGEST)


def mailing_again(site: Site) -> float:
    """Wait until a mail was sent again and return how long that took. Raises TimeoutError."""
    before = sum(site.office.taken.values())
    return wait_for(lambda: sum(site.office.taken.values()) > before, LONGEST)


# Processes


def web_killed(site: Site) -> None:
    """A server is killed; its writer goes with it."""
    kill(site.web().pid)


def writer_killed(site: Site) -> None:
    """The writer is killed, perhaps between its commit and its answer."""
    kill(site.web().writer)


def worker_killed(site: Site) -> None:
    """A worker is killed."""
    kill(site.chance.choice(site.workers).pid)


def all_killed(site: Site) -> None:
    """Everything is killed at once."""
    for pid in [*(web.writer for web in site.webs), *(one.pid for one in [*site.webs, *site.workers])]:
        kill(pid)


def web_stopped(site: Site) -> None:
    """A server is told to stop, under load; nobody may lose an answer."""
    web = site.web()
    old = web.pid
    web.signal(signal.SIGTERM)
    wait_for(lambda: web.pid not in {0, old}, LONGEST)


def worker_stopped(site: Site) -> None:
    """A worker is told to stop."""
    site.chance.choice(site.workers).signal(signal.SIGTERM)


def killed_at_draw(site: Site) -> None:
    """Workers are killed again and again while a contest closes, freezes and draws."""
    world = draw_soon(site, 20)
    end = time.monotonic() + LONGEST
    while stage_of(world) not in {"drawn", "settled"}:
        time.sleep(site.chance.uniform(0.05, 0.6))
        if time.monotonic() < end - LONGEST + 6 * site.hold:  # then let them come through
            worker_killed(site)
        if time.monotonic() > end:
            raise TimeoutError(f"{world.slug} is {stage_of(world)}")


def draw_soon(site: Site, many: int) -> World:
    """Publish a contest with entries that closes in a moment, freezes and draws at once."""
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=3)
    slug = f"draw-{len(site.drawn) + 1}"
    times = {"closes_at": at, "freezes_at": at, "draws_at": at + timedelta(seconds=1)}
    told = {name: when.strftime("%Y-%m-%dT%H:%M:%S") for name, when in times.items()}
    world = fill(make(site.database, slug=slug, **told), many)
    site.drawn.append(world)
    return world


def stage_of(world: World) -> str:
    """Return the stage of a campaign as it is stored."""
    with house(world.database) as own, own.store.read() as tx:
        return campaigns.standing(tx, world.campaign).stage


# What processes need


@contextmanager
def limited(pids: list[int], what: int, most: Callable[[int], int]) -> Iterator[None]:
    """Give processes less of something, and then as much as before."""
    before = []
    for pid in filter(None, pids):
        try:
            old = resource.prlimit(pid, what)
            resource.prlimit(pid, what, (most(pid), old[1]))
        except ProcessLookupError:
            continue
        before.append((pid, old))
    try:
        yield
    finally:
        for pid, old in before:
            try:
                resource.prlimit(pid, what, old)
            except ProcessLookupError:
                continue


def no_descriptors(site: Site) -> None:
    """A server may open no more files or connections; its writer dies meanwhile and cannot be started."""
    web = site.web()
    with limited(
        [web.pid, web.writer], resource.RLIMIT_NOFILE, lambda pid: len(list(Path(f"/proc/{pid}/fd").iterdir()))
    ):
        site.pause()
        kill(web.writer)
        site.pause()


def no_memory(site: Site) -> None:
    """A server and its writer get no more memory."""
    web = site.web()
    with limited([web.pid, web.writer], resource.RLIMIT_AS, lambda pid: _size(pid) + (1 << 19)):
        site.pause()


def _size(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[0]) * resource.getpagesize()


def memory_limit(site: Site) -> None:
    """The kernel lets a server and what it starts have 16 MB more between them, and kills who wants more."""
    web = site.web()
    with group("memory", 16 << 20) as put:
        put(web.pid)
        put(web.writer)
        kill(web.writer)  # the next one starts within the limit
        site.pause()
        site.pause()


def files_cannot_grow(site: Site) -> None:
    """No file may grow (a quota): the database can write nothing new."""
    pids = [pid for web in site.webs for pid in (web.pid, web.writer)] + [worker.pid for worker in site.workers]
    with limited(pids, resource.RLIMIT_FSIZE, lambda _: 1 << 16):
        site.pause()


def disk_full(site: Site) -> None:
    """The file system is full to the last byte."""
    assert site.disk is not None
    filler = site.disk.fill_up()
    site.pause()
    site.pause()
    filler.unlink()
    if site.postgres is not None:
        time.sleep(0.3)
        _up(site.postgres)


def read_only(site: Site) -> None:
    """Everything ends, and comes back on a file system that cannot be written to."""
    assert site.disk is not None
    services = [*site.webs, *site.workers]
    for service in services:
        service.wanted = False
        kill(service.pid)
        if isinstance(service, Web):
            kill(service.writer)
    wait_for(lambda: not any(service.pid for service in services), 10)
    for left in range(50, -1, -1):
        try:
            site.disk.remount("ro")
        except subprocess.CalledProcessError:
            if not left:
                raise
            time.sleep(0.1)  # an orphaned writer is just ending
        else:
            break
    for service in services:
        service.wanted = True
    time.sleep(4)
    site.disk.remount("rw")


def clock_set(site: Site) -> None:
    """The clock is set forward by two hours, back by one, and right again."""
    for seconds in (7200, -3600, 0):
        site.clock.write_text(str(seconds))
        site.pause()


# Neighbours


def mail_refused(site: Site) -> None:
    """The mail server refuses, then hangs up after it has taken a letter, then is slow, then is gone."""
    moods: tuple[Mood, ...] = ("refuses", "hangs-up", "slow")
    for mood in moods:
        site.office.mood = mood
        site.pause()
    site.office.mood = "takes"
    site.office.gone()
    site.pause()
    site.office.back()


def mail_slow_at_draw(site: Site) -> None:
    """The mail server takes three seconds for each letter, while a contest is to be drawn."""
    site.office.mood = "slow"
    time.sleep(1.5)
    try:
        world = draw_soon(site, 5)
        wait_for(lambda: stage_of(world) in {"drawn", "settled"}, 25)
    finally:
        site.office.mood = "takes"


def authority_at_draw(site: Site) -> None:
    """The time-stamp authority lies, drips, is late or refuses while a contest is drawn; later it stamps after all."""
    assert site.authority is not None
    moods: tuple[Answers, ...] = ("refusal", "spoilt", "another", "late", "drips")
    site.authority.says = site.chance.choice(moods)
    try:
        world = draw_soon(site, 5)
        wait_for(lambda: stage_of(world) in {"drawn", "settled"}, 25)
        site.pause()
    finally:
        site.authority.says = "truth"
    site.clock.write_text("7200")  # so that it is asked again at once
    try:
        wait_for(lambda: not unstamped(world), LONGEST)
    finally:
        site.clock.write_text("0")


def unstamped(world: World) -> bool:
    """Say whether a drawn contest still lacks a token over its rules, freeze or result."""
    with house(world.database) as own, own.store.read() as tx:
        tokens = {token.what.partition("-")[0] for token in stamps.tokens(tx, world.campaign) if token.token}
    return not tokens >= {"rules", "freeze", "result"}


# The database server


def postgres_stopped(site: Site) -> None:
    """PostgreSQL is stopped and started."""
    assert site.postgres is not None
    site.postgres.stop()
    site.pause()
    site.postgres.start()


def postgres_killed(site: Site) -> None:
    """All of PostgreSQL is killed; it recovers from its log."""
    assert site.postgres is not None
    head = site.postgres.head
    family = [head, *children(head)]
    for pid in family:
        kill(pid)
    wait_for(lambda: not any(map(alive, family)), 10)
    site.pause()
    _up(site.postgres)


def backend_killed(site: Site) -> None:
    """One process of PostgreSQL is killed: it drops everybody and recovers by itself."""
    assert site.postgres is not None
    found = [pid for pid in children(site.postgres.head) if b"[local]" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    if found:
        kill(site.chance.choice(found))


def _up(postgres: Postgres) -> None:
    if not alive(postgres.head):
        postgres.start()


def wire_stalled(site: Site) -> None:
    """Nothing comes through to the database, and then all of it."""
    _wire(site, "stalled")


def wire_reset(site: Site) -> None:
    """Connections to the database break, and new ones do too."""
    _wire(site, "resetting")


def wire_dropped(site: Site) -> None:
    """What is sent to the database vanishes without a word, and never comes."""
    _wire(site, "dropping")


def _wire(site: Site, mode: Mode) -> None:
    assert site.wire is not None
    site.wire.becomes(mode)
    site.pause()
    site.wire.becomes("through")


EVERYWHERE: dict[str, Fault] = {
    "web server killed": web_killed,
    "writer killed": writer_killed,
    "worker killed": worker_killed,
    "everything killed": all_killed,
    "web server stopped": web_stopped,
    "worker stopped": worker_stopped,
    "workers killed at a draw": killed_at_draw,
    "no file descriptors": no_descriptors,
    "no memory": no_memory,
    "clock set": clock_set,
    "mail server misbehaves": mail_refused,
    "mail server slow at a draw": mail_slow_at_draw,
}
ON_GROUPS: dict[str, Fault] = {"memory limit": memory_limit}
ON_STAMPS: dict[str, Fault] = {"stamp authority at a draw": authority_at_draw}
ON_SQLITE: dict[str, Fault] = {"files cannot grow": files_cannot_grow}
ON_DISK: dict[str, Fault] = {"disk full": disk_full}
ON_FILE: dict[str, Fault] = {"disk read-only": read_only}
ON_POSTGRES: dict[str, Fault] = {
    "PostgreSQL stopped": postgres_stopped,
    "PostgreSQL killed": postgres_killed,
    "one PostgreSQL process killed": backend_killed,
    "wire stalled": wire_stalled,
    "wire reset": wire_reset,
    "wire dropped": wire_dropped,
}
GRACEFUL = frozenset({"web server stopped", "worker stopped", "mail server misbehaves", "clock set"})
"""Where everybody must get their answer."""
OF_WORKERS = frozenset({"worker killed", "worker stopped", "mail server misbehaves"})


def journal_of(site: Site, world: World) -> Journal:
    """Return the journal of a campaign that was published on the way."""
    journal = opened(world.slug, site.webs[0].address)
    journal.catch_up(site.webs[0].address)
    return journal
