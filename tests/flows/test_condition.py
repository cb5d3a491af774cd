"""The condition of an installation: each trouble is seen, named, and told in time."""

import ssl
import threading
import time
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from simulator import Make, Simulator

from contests import worker as worker_process
from contests.errors import Malformed, Text
from contests.flows import alarm, condition, doctor, freeze, mailing, moderate
from contests.flows.condition import Draw, Facts, Look, Probe, Process, judge, look
from contests.flows.doctor import ahead_of, examine
from contests.flows.heads import Held
from contests.flows.sign_in import add_staff
from contests.store import campaigns, journals, outbox
from contests.store.keyring import Keyring
from contests.worker import Pace, Reach, sign_of_life

HOUR = timedelta(hours=1)
STRONG = "a-long-and-random-text-of-the-house"


def well(sim: Simulator, **changes: Any) -> Look:
    """Return what is seen of an installation in which all is well."""
    now = sim.now
    probe = Probe(now, {"https://a.example": "", "https://b.example": ""}, 1.0, "", now + timedelta(days=60))
    seen = Look(
        now=now, url="https://contests.example", sqlite=True, revision="0005", newest="0005",
        processes=(Process("worker:a:1", now, Facts("1", now, now, {}, probe)), Process("web:a:2", now, Facts())),
        mails=outbox.Waiting(2, now - timedelta(minutes=1), 0), held=(), keys=(STRONG,), open_keys=0, lost_keys=0,
        draws=(Draw("c" * 32, "o" * 32, "sim", "open", now + HOUR, now + 3 * HOUR, "drand"),),
        registered=now - HOUR, free=50 * 2**30,
    )  # fmt: skip
    return msgspec.structs.replace(seen, **changes)


def worker(sim: Simulator, **facts: Any) -> tuple[Process, ...]:
    return (Process("worker:a:1", sim.now, Facts(**facts)),)


def levels(seen: Look) -> dict[str, str]:
    return {finding.code: finding.level for finding in judge(seen)}


def test_where_all_is_well_nothing_is_to_be_done(simulate: Make) -> None:
    found = judge(well(simulate()))
    assert {finding.level for finding in found} == {"good"}
    assert all(finding.todo == Text("", "") for finding in found)
    assert {finding.code for finding in found} >= {
        "worker",
        "clock",
        "relays",
        "mail",
        "keys",
        "disk",
        "certificate",
        "draw-soon",
    }


def probed(sim: Simulator, **changes: Any) -> dict[str, Any]:
    seen = msgspec.structs.replace(well(sim).probe, **changes)
    return {"processes": worker(sim, probe=seen)}


TROUBLES: dict[str, tuple[str, str, Any]] = {
    "an old database": ("database-revision", "bad", lambda _: {"revision": "0004"}),
    "a journal that is held": ("journal-held", "bad", lambda _: {"held": (Held("j", "sim", "why", 1),)}),
    "no worker at all": ("worker-gone", "bad", lambda _: {"processes": ()}),
    "a worker long ago": ("worker-gone", "bad", lambda sim: {"now": sim.now + 2 * condition.ALIVE}),
    "a turn that hangs": ("worker-hangs", "bad", lambda sim: {"processes": worker(sim, turned=sim.now - HOUR)}),
    "a turn that hangs, no draw": ("worker-hangs", "odd", lambda sim: {"processes": worker(sim, turned=sim.now - HOUR), "draws": ()}),
    "a failing step": ("step-failing", "bad", lambda sim: {"processes": worker(sim, failing={"sim": "OSError"})}),
    "a late closing": ("draw-late", "bad", lambda sim: {"draws": (msgspec.structs.replace(well(sim).draws[0], next_at=sim.now - HOUR),)}),
    "a contest that nobody entered": ("draw-empty", "bad", lambda sim: {"draws": (msgspec.structs.replace(well(sim).draws[0], stage="closed", empty=True),)}),
    "a register left behind": ("register-late", "odd", lambda sim: {"registered": sim.now - 4 * HOUR}),
    "a clock a little off": ("clock-off", "odd", lambda sim: probed(sim, ahead=-15.0)),
    "a wrong clock": ("clock-off", "bad", lambda sim: probed(sim, ahead=90.0)),
    "one relay down": ("relays-down", "odd", lambda sim: probed(sim, relays={"a": "", "b": "ConnectError"})),
    "all relays down before a draw": ("relays-down", "bad", lambda sim: probed(sim, relays={"a": "ConnectError"})),
    "all relays down, no draw": ("relays-down", "odd", lambda sim: probed(sim, relays={"a": "ConnectError"}) | {"draws": ()}),
    "a mail server down": ("mail-down", "bad", lambda sim: probed(sim, mail="SMTPConnectError")),
    "no mail server": ("mail-unset", "odd", lambda _: {"sends": False}),
    "late mails": ("mail-late", "odd", lambda sim: {"mails": outbox.Waiting(3, sim.now - HOUR, 0)}),
    "lost mails": ("mail-given-up", "odd", lambda _: {"mails": outbox.Waiting(0, None, 3)}),
    "open keys": ("keys-open", "odd", lambda _: {"keys": ()}),
    "keys under an old key": ("keys-old", "odd", lambda _: {"open_keys": 2}),
    "keys that no key opens": ("keys-lost", "bad", lambda _: {"open_keys": 2, "lost_keys": 1}),
    "keys closed, no key at all": ("keys-lost", "bad", lambda _: {"keys": (), "lost_keys": 1}),
    "a short key": ("keys-short", "odd", lambda _: {"keys": ("k" * 40, "short")}),
    "a small disk": ("disk-low", "odd", lambda _: {"free": 2**30}),
    "a full disk": ("disk-low", "bad", lambda _: {"free": 2**20}),
    "no https": ("site-plain", "odd", lambda _: {"url": "http://contests.example"}),
    "a certificate that ends soon": ("certificate-ends", "odd", lambda sim: probed(sim, certificate=sim.now + timedelta(days=5))),
    "a certificate that ends now": ("certificate-ends", "bad", lambda sim: probed(sim, certificate=sim.now + HOUR)),
    "a wrong certificate": ("certificate-fault", "bad", lambda sim: probed(sim, certificate_fault="self-signed certificate")),
    "a site that does not answer": ("site-away", "odd", lambda sim: probed(sim, site_fault="ConnectionRefusedError")),
}  # fmt: skip


@pytest.mark.parametrize("trouble", TROUBLES)
def test_each_trouble_is_named_with_what_to_do(trouble: str, simulate: Make) -> None:
    code, level, changes = TROUBLES[trouble]
    sim = simulate()
    found = {finding.code: finding for finding in judge(well(sim, **changes(sim)))}
    assert found[code].level == level
    assert found[code].todo("fr")
    assert found[code].todo("en")
    assert judge(well(sim, **changes(sim)))[0].level != "good", "the worst comes first"


def test_a_worker_of_the_release_before_does_not_hang_because_it_does_not_tell(simulate: Make) -> None:
    sim = simulate()
    assert levels(well(sim, processes=worker(sim, started=sim.now - HOUR)))["worker"] == "good"


def test_what_is_seen_comes_from_the_database(simulate_on: Make) -> None:
    sim = simulate_on()
    sim.enter("alice")
    sign_of_life(sim.house, Reach(), "worker:a:1", Probe(), Pace(sim.now), sim.now)
    seen = look(sim.house, sim.now, sends=False)
    assert (seen.revision, [draw.slug for draw in seen.draws]) == (seen.newest, ["sim"])
    assert seen.worker is not None
    assert seen.mails.count == 1
    assert levels(seen)["worker"] == "good"
    assert levels(look(sim.house, sim.now + HOUR))["worker-gone"] == "bad"
    condition.end_beat(sim.house, "worker:a:1")
    assert look(sim.house, sim.now).processes == ()


def test_a_held_journal_and_open_keys_are_seen(simulate: Make) -> None:
    sim = simulate()
    with sim.store.write() as tx:
        journals.hold(tx, {sim.id: "11 records were seen, the database has 5"})
    assert levels(look(sim.house, sim.now))["journal-held"] == "bad"
    sim.store.keyring = Keyring((STRONG,))
    assert look(sim.house, sim.now).open_keys >= 1


def test_signing_keys_that_cannot_be_opened_are_told_from_old_ones(simulate: Make) -> None:
    sim = simulate()
    sim.store.keyring = Keyring((STRONG,))
    assert levels(look(sim.house, sim.now))["keys-old"] == "odd"
    with sim.store.write() as tx:
        assert journals.close_keys(tx) >= 1
    assert levels(look(sim.house, sim.now))["keys"] == "good"
    sim.store.keyring = Keyring((STRONG[::-1], STRONG))
    assert levels(look(sim.house, sim.now))["keys-old"] == "odd"
    for ring in (Keyring((STRONG[::-1],)), Keyring()):
        sim.store.keyring = ring
        found = levels(look(sim.house, sim.now))
        assert found["keys-lost"] == "bad"
        assert not found.keys() & {"keys", "keys-old", "keys-open"}


def test_a_contest_that_nobody_entered_waits_to_be_voided_and_owners_are_told(simulate_on: Make) -> None:
    sim = simulate_on()
    staffed(sim)
    sim.enter("alice")
    sim.close()
    assert not [draw for draw in look(sim.house, sim.now).draws if draw.empty]
    moderate.exclude(
        sim.house,
        sim.id,
        sim.receipts["alice"].entrant,
        reason="automation",
        note="A robot.",
        evidence=("", b""),
        staff_name="Zoé",
        now=sim.now,
    )
    sim.now = sim.campaign.freezes_at
    with sim.store.read() as tx:
        (row,) = campaigns.upcoming(tx)
    assert worker_process.move_on(sim.house, Reach(), row, sim.now) == 0
    seen = look(sim.house, sim.now)
    assert levels(seen)["draw-empty"] == "bad"
    assert "draw-soon" not in levels(seen)
    assert alarm.raise_alarm(sim.house, seen) >= 1
    with pytest.raises(Malformed, match="void the campaign"):
        freeze.freeze(sim.house, sim.id, sim.now)
    moderate.void(sim.house, sim.id, reason="Nobody took part.", staff_name="Zoé", now=sim.now)
    assert "draw-empty" not in levels(look(sim.house, sim.now))


def staffed(sim: Simulator) -> None:
    for email, role, language in (("olga@house.example", "owner", "fr"), ("max@house.example", "manager", "en")):
        add_staff(
            sim.house, email, name=email, role=role, password="correct horse battery", now=sim.now, language=language
        )


def alarms(sim: Simulator) -> list[tuple[str, str, str]]:
    with sim.store.read() as tx:
        rows = tx.connection().exec_driver_sql(
            "SELECT recipient, subject, body FROM outbox WHERE kind = 'alarm' ORDER BY id"
        )
        return [tuple(row) for row in rows]


def test_the_alarm_is_raised_before_a_draw_is_late_once_in_a_half_day(simulate_on: Make) -> None:
    sim = simulate_on()
    staffed(sim)
    assert alarm.raise_alarm(sim.house, well(sim)) == 0
    trouble = well(sim, **probed(sim, relays={"https://a.example": "ConnectError"}))
    assert [alarm.raise_alarm(sim.house, trouble) for _ in range(3)] == [1, 0, 0]
    ((recipient, subject, body),) = alarms(sim)
    assert recipient == "olga@house.example", "who looks after the installation, and no manager"
    assert "relais de drand" in subject
    assert "CONTESTS_RELAYS" in body
    assert "/staff/status" in body
    worse = well(sim, free=1, **probed(sim, relays={"https://a.example": "ConnectError"}))
    assert alarm.raise_alarm(sim.house, worse) == 1, "another trouble is told at once"
    later = msgspec.structs.replace(trouble, now=sim.now + timedelta(hours=12))
    assert alarm.raise_alarm(sim.house, later) >= 1, "and it comes again as long as it lasts"


def test_without_a_draw_under_way_nobody_is_alarmed(simulate: Make) -> None:
    sim = simulate()
    staffed(sim)
    assert alarm.raise_alarm(sim.house, well(sim, free=1, draws=())) == 0


def test_an_alarm_leaves_without_the_other_mails(simulate: Make, office: Any) -> None:
    opened, server = office
    sim = simulate()
    staffed(sim)
    sim.enter("alice")
    alarm.raise_alarm(sim.house, well(sim, free=1))
    assert mailing.send_due(sim.house, server, sim.now, alarm.KIND) == 1
    assert [message["To"] for message in opened.letters] == ["olga@house.example"]


def test_the_doctor_looks_outside_and_says_what_a_broken_database_is(simulate: Make) -> None:
    sim = simulate()
    found = {finding.code: finding for finding in examine(sim.house, ["http://127.0.0.1:9"], None, sim.now)}
    assert found["relays-down"].level == "odd"
    with sim.store.write() as tx:
        tx.connection().exec_driver_sql("DROP TABLE beat")
    (broken,) = examine(sim.house, [], None, sim.now)
    assert (broken.code, broken.level) == ("database-away", "bad")


def test_a_site_that_does_not_answer_here_is_told_from_a_certificate_that_does_not_hold(
    simulate: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    sim = simulate()
    house = msgspec.structs.replace(sim.house, url="https://127.0.0.1:9")
    codes = {finding.code: finding.text("en") for finding in examine(house, [], None, sim.now)}
    assert "ConnectionRefusedError" in codes["site-away"]
    assert "certificate-fault" not in codes

    def unknown(_: str) -> None:
        error = ssl.SSLCertVerificationError(1, "certificate verify failed")
        error.verify_message = "self-signed certificate"
        raise error

    monkeypatch.setattr(doctor, "certificate_until", unknown)
    codes = {finding.code: finding.text("en") for finding in examine(house, [], None, sim.now)}
    assert "self-signed certificate" in codes["certificate-fault"]
    assert "site-away" not in codes


@pytest.mark.parametrize(("age", "ahead"), [(0, 0), (2.5, 0), (-4, -4), (33, 30)])
def test_the_clock_is_held_against_the_newest_round(age: float, ahead: float, simulate: Make) -> None:
    now = simulate().now
    assert ahead_of(now, now - timedelta(seconds=age), 3) == ahead


def test_a_worker_is_alive_while_the_outside_does_not_answer_and_after_that_look_failed(
    simulate: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    sim, stop, looked = simulate(), threading.Event(), threading.Event()

    def fail(*_: object) -> Probe:
        looked.set()
        raise KeyError("notAfter")

    monkeypatch.setattr(doctor, "look_outside", fail)
    monkeypatch.setattr(worker_process, "BEATS", 0.05)
    monkeypatch.setattr(worker_process, "tick", lambda *_: 0)
    running = threading.Thread(target=worker_process.run, args=(sim.house, Reach(), stop, 0.05))
    running.start()
    try:
        assert looked.wait(20)
        first = seen_at(sim)
        assert seen_at(sim, after=first) > first, "it goes on giving signs of life"
    finally:
        stop.set()
        running.join()


def test_a_worker_tells_when_its_last_turn_ended(simulate: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    sim, stop, go_on = simulate(), threading.Event(), threading.Event()
    turns: list[int] = []

    def tick(*_: object) -> int:
        turns.append(1)
        if len(turns) == 3:
            go_on.wait(60)
        return 0

    monkeypatch.setattr(worker_process, "BEATS", 0.05)
    monkeypatch.setattr(worker_process, "tick", tick)
    running = threading.Thread(target=worker_process.run, args=(sim.house, Reach(), stop, 0.05))
    running.start()
    try:
        while len(turns) < 3:
            time.sleep(0.01)
        first = seen_at(sim, after=seen_at(sim))
        hangs = look(sim.house, sim.now).turned
        assert seen_at(sim, after=first) > first
        assert look(sim.house, sim.now).turned == hangs, "alive, and no further"
    finally:
        go_on.set()
        stop.set()
        running.join()


def seen_at(sim: Simulator, after: datetime | None = None) -> datetime:
    """Wait for a worker's sign of life, a later one than `after`; return when it was."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        found = look(sim.house, sim.now).worker
        if found and (after is None or found.at > after):
            return found.at
        time.sleep(0.02)
    raise AssertionError("no sign of life")
