"""Rate limits hold for an installation, not for a process: what one process counted the others know a second later."""

from datetime import UTC, datetime

from simulator import Make, Simulator

from contests.settings import Settings
from contests.web.limits import Limits, limits_of
from contests.web.share import Sharing

NOW = 1_795_000_000.0


def sharing(sim: Simulator, limits: Limits, now: float = NOW) -> Sharing:
    return Sharing(sim.house, limits, lambda: datetime.fromtimestamp(now, UTC))


def process(settings: Settings | None = None) -> Limits:
    return limits_of(settings or Settings(limit_device="8/minute"), "one secret")


def counted(limits: Limits, who: bytes, times: int, now: float = NOW) -> list[int]:
    return [limits.by_device.count(limits.name(who), now) for _ in range(times)]


def test_two_processes_share_a_limit(simulate_on: Make) -> None:
    sim = simulate_on()
    one, other = process(), process()
    first, second = sharing(sim, one), sharing(sim, other)
    assert counted(one, b"somebody", 5) == [0] * 5
    first.once()
    second.once()
    assert [wait > 0 for wait in counted(other, b"somebody", 5)] == [False] * 3 + [True] * 2
    second.once()
    first.once()
    assert counted(one, b"somebody", 1)[0] > 0, "five here and three there"
    assert counted(one, b"somebody else", 8) == [0] * 8


def test_what_was_told_before_is_not_added_to_itself(simulate_on: Make) -> None:
    sim = simulate_on()
    one, other = process(), process()
    first, second = sharing(sim, one), sharing(sim, other)
    counted(one, b"somebody", 5)
    for _ in range(3):
        first.once()
        second.once()
    assert counted(other, b"somebody", 3) == [0] * 3


def test_a_new_window_begins_anew_and_the_old_rows_go(simulate_on: Make) -> None:
    sim = simulate_on()
    one, other = process(), process()
    for minute in range(5):
        counted(one, b"somebody", 8, NOW + 60 * minute)
        sharing(sim, one, NOW + 60 * minute).once()
    sharing(sim, other, NOW + 300).once()
    assert counted(other, b"somebody", 1, NOW + 300) == [0]
    with sim.store.read() as tx:
        kept = tx.connection().exec_driver_sql("SELECT count(*) FROM often").scalar()
    assert kept == 2


def test_who_came_seldom_is_not_written_down_and_nobody_by_address(simulate_on: Make) -> None:
    sim = simulate_on()
    limits = process(Settings(limit_device="80/minute"))
    counted(limits, b"192.0.2.1", 9)
    counted(limits, b"192.0.2.2", 10)
    sharing(sim, limits).once()
    with sim.store.read() as tx:
        rows = tx.connection().exec_driver_sql("SELECT name, count FROM often").all()
    assert [(len(name), count) for name, count in rows] == [(32, 10)]
    assert rows[0][0] == limits.name(b"192.0.2.2").hex()
    assert rows[0][0] != limits_of(Settings(), "another secret").name(b"192.0.2.2").hex()


def test_a_database_that_is_away_stops_nobody(simulate_on: Make) -> None:
    sim = simulate_on()
    limits = process()
    sim.store.engine.dispose()
    sim.as_owner("DROP TABLE often")
    sharing(sim, limits).once()
    assert counted(limits, b"somebody", 1) == [0]
