"""The worker: moves campaigns on at their times, fetches the beacon, sends the mail, deletes old data. Unattended.

Any number may run, and be killed at any line: each step is one transaction behind the campaign's
lock. What failed is tried again at the next turn.
"""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

import contests
from contests.beacons import authority
from contests.beacons.drand import fetch_round
from contests.beacons.witness import add_checkpoint
from contests.draw.beacon import QUICKNET
from contests.draw.seed import Beacon, Rehearsal
from contests.flows import (
    alarm,
    announce,
    attend,
    condition,
    doctor,
    draw,
    freeze,
    heads,
    judge,
    mailing,
    opt_ins,
    remind,
    retain,
    settle,
    show,
    sift,
    stamp,
    stream,
    sweep,
    witness,
)
from contests.flows.apart import failing, safely
from contests.flows.house import House
from contests.flows.mirror import Mirror, mirror_due
from contests.flows.platforms import Platforms
from contests.flows.register import register_hourly
from contests.senders import smtp
from contests.store import campaigns, draws, entries
from contests.store.tables import CampaignRow

log = logging.getLogger("contests.worker")
HOUR = timedelta(hours=1)
PROBES = 600.0  # seconds between two looks at the outside
BEATS = 10.0  # seconds between two signs of life
MIRROR_PAUSE = 5.0  # seconds: how far the static files may be behind


class Reach(msgspec.Struct, frozen=True):
    """What the worker may reach outside: relays, a mail server, time-stamp authorities, witnesses."""

    relays: tuple[str, ...] = ()
    mail: smtp.Server | None = None
    authorities: tuple[stamp.Authority, ...] = ()
    witnesses: tuple[witness.Server, ...] = ()
    platforms: Platforms | None = None
    jetstream: str = ""
    heads: Path | None = None
    mirror: Mirror | None = None


def tick(house: House, reach: Reach, now: datetime) -> int:
    """Do all that is due at `now`; return how many steps were taken."""
    safely("heads", lambda: heads.watch_heads(house, reach.heads))
    with house.store.read() as tx:
        due = campaigns.due(tx, now)
    done = sum(safely(row.slug, lambda row=row: move_on(house, reach, row, now)) for row in due)  # type: ignore[misc]
    done += safely("register", lambda: _hourly(house, now))
    done += safely("signals", lambda: sift.sift_due(house))
    done += safely("judging", lambda: judge.judge_waiting(house))
    done += safely("attention", lambda: attend.read_waiting(house))
    done += safely("retention", lambda: retain.retain_due(house, now))
    done += safely("opt-ins", lambda: opt_ins.end_due(house, now))
    done += safely("amendments", lambda: announce.announce_due(house, now))
    done += safely("reminders", lambda: remind.remind_due(house, now))
    done += safely("documents", lambda: show.drop_old(house, now))
    return done


def tick_outside(house: House, reach: Reach, now: datetime) -> int:
    """Ask authorities and witnesses for what is due at `now`; return how many answers came."""
    done = safely("stamps", lambda: stamp.stamp_due(house, reach.authorities, authority.ask, now))
    done += safely("witnesses", lambda: witness.offer_due(house, reach.witnesses, add_checkpoint, now))
    return done


def tick_comments(house: House, reach: Reach, now: datetime) -> int:
    """List the posts that are due at `now`; a page that comes late is kept with the time at which it came."""
    if reach.platforms is None:
        return 0
    platforms, begun = reach.platforms, time.monotonic()
    return safely(
        "comments",
        lambda: sweep.sweep_due(house, platforms, lambda: now + timedelta(seconds=time.monotonic() - begun)),
    )


def tick_mail(house: House, reach: Reach, now: datetime, go_on: Callable[[], bool] = lambda: True) -> int:
    """Send the mail that is due at `now`; return how much was sent."""
    return safely("outbox", lambda: mailing.send_due(house, reach.mail, now, go_on=go_on))


def tick_alerts(house: House, reach: Reach, now: datetime) -> int:
    """Tell whoever asked for it that comments wait."""
    client = reach.platforms.client if reach.platforms else None
    return safely("alerts", lambda: attend.alert_due(house, client, now))


class Pace:
    """When this worker started, and when it last ended a turn: its signs of life come from another thread."""

    def __init__(self, started: datetime) -> None:
        self.started, self.turned = started, started


def sign_of_life(house: House, reach: Reach, name: str, probe: condition.Probe, pace: Pace, now: datetime) -> int:
    """Say that this worker is alive and what it knows; raise the alarm where a draw is in danger. Returns the mails."""
    facts = condition.Facts(contests.__version__, pace.started, pace.turned, dict(failing), probe)
    condition.beat(house, name, facts, now)
    return alarm.raise_alarm(house, condition.look(house, now, sends=reach.mail is not None))


def tick_files(house: House, reach: Reach, now: datetime) -> int:
    """Write what is new of the public files to where others serve them."""
    if reach.mirror is None:
        return 0
    shelf, begun = reach.mirror, time.monotonic()
    return safely(
        "static files",
        lambda: mirror_due(house, shelf, lambda: now + timedelta(seconds=time.monotonic() - begun)),
    )


def move_on(house: House, reach: Reach, row: CampaignRow, now: datetime) -> int:
    """Take the one step that a campaign's stage calls for."""
    if row.stage == "open":
        return int(freeze.close(house, row.id, now))
    if row.stage == "closed":
        with house.store.read() as tx:
            if freeze.is_empty(tx, row, now):
                return 0  # the installation's page and the campaign's own say so, and a mail
        return int(freeze.freeze(house, row.id, now))
    if row.stage == "frozen":
        return int(_draw(house, reach, row, now))
    return settle.advance(house, row.id, now)


def _draw(house: House, reach: Reach, row: CampaignRow, now: datetime) -> bool:
    source = campaigns.stand(row).definition.draw.source
    if source == "ceremony":
        return False  # two people type it
    if source == "rehearsal":
        return draw.draw(house, row.id, Rehearsal(f"rehearsal of {row.slug}"), now)
    with house.store.read() as tx:
        frozen = draws.get(tx, row.id)
    if frozen is None or now < QUICKNET.time_of(frozen.round):
        return False
    return draw.draw(house, row.id, Beacon(fetch_round(reach.relays, frozen.round)), now)


def _hourly(house: House, now: datetime) -> int:
    with house.store.read() as tx:
        stale = [
            row.id for row in campaigns.running(tx) if row.registered_at is None or row.registered_at <= now - HOUR
        ]
    for campaign in stale:
        register_hourly(house, campaign, now)
    if stale:
        with house.store.write() as tx:
            entries.forget_proofs(tx, now)
    return len(stale)


def _end(house: House, name: str) -> int:
    condition.end_beat(house, name)
    return 1


def _give_signs(house: House, reach: Reach, stop: threading.Event, name: str, pace: Pace) -> None:
    """Say every few seconds that this worker is alive, and look at the outside in a thread beside.

    Apart, because relays that do not answer take longer than a worker may be silent.
    """
    probe = condition.Probe()

    def live() -> None:
        while not stop.is_set():
            safely("beat", lambda: sign_of_life(house, reach, name, probe, pace, datetime.now(UTC)))
            stop.wait(BEATS)

    def look() -> None:
        nonlocal probe
        while not stop.is_set():
            try:
                probe = doctor.look_outside(house, reach.relays, reach.mail, datetime.now(UTC))
            except Exception:
                log.exception("the outside could not be looked at")
            stop.wait(PROBES)

    for own in (live, look):
        threading.Thread(target=own, daemon=True).start()


def run(house: House, reach: Reach, stop: threading.Event, pause: float = 1.0) -> None:
    """Tick until told to stop. Mail, authorities and witnesses, platforms, alerts, static files and the look at the outside have threads of their own: a slow one holds up no draw."""
    log.info("worker: started")
    name, pace = f"worker:{socket.gethostname()[:40]}:{os.getpid()}", Pace(datetime.now(UTC))

    def turn(step: Callable[[House, Reach, datetime], int]) -> None:
        while not stop.is_set():
            done = step(house, reach, datetime.now(UTC))
            stop.wait(0.05 if done else pause)

    def publish() -> None:
        # At its own pace: each turn under a stream of entries writes the begun tiles anew.
        while not stop.is_set():
            tick_files(house, reach, datetime.now(UTC))
            stop.wait(MIRROR_PAUSE)

    outside = [tick_outside] if reach.authorities or reach.witnesses else []
    for step in (*outside, *([tick_comments, tick_alerts] if reach.platforms else [])):
        threading.Thread(target=turn, args=(step,), daemon=True).start()
    _give_signs(house, reach, stop, name, pace)
    if reach.mirror:
        threading.Thread(target=publish, daemon=True).start()
    if reach.platforms and reach.jetstream:
        now = lambda: datetime.now(UTC)  # noqa: E731 - a clock
        threading.Thread(target=stream.listen, args=(house, reach.jetstream, stop, now), daemon=True).start()

    def send(house: House, reach: Reach, now: datetime) -> int:
        return tick_mail(house, reach, now, lambda: not stop.is_set())

    def move(house: House, reach: Reach, now: datetime) -> int:
        done = tick(house, reach, now)
        pace.turned = datetime.now(UTC)
        return done

    mail = threading.Thread(target=turn, args=(send,))
    mail.start()
    try:
        turn(move)
    finally:
        stop.set()  # whatever ended this turn: the process ends, and is started again
        mail.join()  # what was handed over is marked so
        safely("heads", lambda: heads.watch_heads(house, reach.heads))
        safely("beat", lambda: _end(house, name))
    log.info("worker: stopped")
