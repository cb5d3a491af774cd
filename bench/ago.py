"""A draw by a recorded round of drand: an installation of its own lives at that round's time, and its relays misbehave."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from faults import LONGEST, Site, stage_of
from neighbours import Relay, RelaySays, serving
from reading import of_draw, opened
from services import Manager, Outside, Service, Web, environment, free_port, kill
from visitors import wait_for
from world import World, empty, fill, make

from contests.draw.beacon import QUICKNET

ROUND = 1000
MOODS: tuple[RelaySays, ...] = ("lie", "slow", "drip", "broken")
PEOPLE = 20
NOTICE = timedelta(minutes=1)
DRAW = {"source": "drand", "notice_minutes": 1}


class Ago(msgspec.Struct, frozen=True):
    """The other installation: one contest that its workers are to draw by `ROUND`, and its relays."""

    folder: Path
    clock: Path
    world: World
    web: Web
    workers: list[Service]
    relays: list[Relay]


@contextmanager
def living_then(site: Site) -> Iterator[Ago]:
    """Run an installation whose clock stands before the round, with relays of which none tells the truth."""
    folder = site.folder / f"ago-{time.monotonic_ns()}"
    folder.mkdir()
    server = site.database if site.postgres else ""
    database = empty(server, folder, f"ago{time.monotonic_ns()}")
    due = QUICKNET.time_of(ROUND)
    freeze = due - NOTICE - timedelta(seconds=30)  # a freeze that comes late would put off the draw by a day
    start = freeze - timedelta(seconds=6)
    told = {"closes_at": freeze - timedelta(seconds=1), "freezes_at": freeze, "draws_at": due}
    times = {name: at.strftime("%Y-%m-%dT%H:%M:%S") for name, at in told.items()}
    world = fill(make(database, start, slug="ago", draw=DRAW, **times), PEOPLE, start)
    clock = folder / "clock"
    set_clock(clock, start)
    with ExitStack() as stack:
        relays = [Relay(mood) for mood in MOODS]
        addresses = [stack.enter_context(serving(relay)) for relay in relays]
        nobody = f"http://127.0.0.1:{free_port()}"
        outside = Outside(relays=",".join([nobody, *addresses]))
        variables = environment(database, clock, outside)
        web = Web("web", free_port(), variables, folder)
        workers = [Service(f"worker{number}", ["worker"], variables, folder) for number in range(2)]
        manager = Manager([web, *workers])
        manager.start()
        stack.callback(manager.end)
        yield Ago(folder, clock, world, web, workers, relays)


def set_clock(clock: Path, now: datetime) -> None:
    """Let it be `now` for the processes that live by this clock."""
    clock.write_text(str(now.timestamp() - time.time()))


def relays_at_draw(site: Site) -> None:
    """All relays of a contest that is to be drawn lie, drip, are slow, broken or gone, and its workers are killed; then one tells the truth."""
    with living_then(site) as ago:
        wait_for(lambda: stage_of(ago.world) == "frozen", LONGEST)
        set_clock(ago.clock, QUICKNET.time_of(ROUND) - timedelta(seconds=1))
        asked = ago.relays[0].asked
        wait_for(lambda: ago.relays[0].asked > asked, LONGEST)  # the round is due, and the liar was heard
        end = time.monotonic() + 12 * site.hold
        while time.monotonic() < end:
            time.sleep(site.chance.uniform(1, 4))
            kill(site.chance.choice(ago.workers).pid)
        if stage_of(ago.world) != "frozen":
            site.wrong.append(f"{ago.folder.name}: {stage_of(ago.world)}, though no relay told the truth")
        site.chance.choice(ago.relays).says = "truth"
        wait_for(lambda: stage_of(ago.world) in {"drawn", "settled"}, LONGEST)
        site.wrong += _checked(ago)


def _checked(ago: Ago) -> list[str]:
    """Check the drawn contest as a stranger does: each step once and in order, and the bundle by its verifier."""
    wait_for(ago.web.answers, LONGEST)
    journal = opened(ago.world.slug, ago.web.address)
    journal.catch_up(ago.web.address)
    by_round = any(f'"round":{ROUND},'.encode() in record for record in journal.records)
    wrong = [] if by_round else [f"{ago.folder.name}: not drawn by round {ROUND}"]
    return wrong + of_draw(journal, ago.folder, ago.web.address)
