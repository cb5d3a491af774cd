"""A database restored from an older backup is noticed: its journals take nothing until somebody decides."""

import threading
from pathlib import Path

import pytest
from litestar.testing import TestClient
from simulator import Make, Simulator

from contests.errors import Malformed, Refused, Unavailable
from contests.flows.heads import Held, go_on, held_journals, read_heads, watch_heads
from contests.flows.house import House
from contests.flows.register import open_register
from contests.settings import Settings
from contests.store import journals
from contests.store.backup import backup
from contests.store.migrate import upgrade
from contests.store.session import Store
from contests.web.app import create_app
from contests.worker import Reach, run, tick


def restored(sim: Simulator, copy: Path) -> House:
    """Return the house over the older database."""
    return House(Store(f"sqlite:///{copy}"), sim.house.name, sim.house.url, sim.house.chance)


def held(house: House) -> list[Held]:
    with house.store.read() as tx:
        return held_journals(tx)


@pytest.fixture
def older(simulate: Make, tmp_path: Path) -> tuple[Simulator, House, Path]:
    """A contest with ten entries, a copy of its database from when it had four, and the file of heads."""
    sim, heads, copy = simulate(), tmp_path / "heads", tmp_path / "older.db"
    sim.enter(*[f"early{n}" for n in range(4)])
    backup(sim.store, copy)
    sim.enter(*[f"late{n}" for n in range(6)])
    assert watch_heads(sim.house, heads) == 0
    return sim, restored(sim, copy), heads


def test_an_older_database_signs_nothing_until_somebody_decides(older: tuple[Simulator, House, Path]) -> None:
    sim, house, heads = older
    assert watch_heads(house, heads, roots=True) == 1
    (found,) = held(house)
    assert (found.slug, found.size) == ("sim", 5)
    assert found.why == "11 records were seen, the database has 5"
    with pytest.raises(Unavailable, match="contests restored"), house.store.write() as tx:
        journals.lock(tx, sim.id)
    with pytest.raises(Refused, match="name and a reason"):
        go_on(house, heads, by="Alice", reason=" ", now=sim.now)
    assert go_on(house, heads, by="Alice", reason="the newer disk burnt", now=sim.now) == [found]
    with house.store.read() as tx:
        acts = (
            tx.connection()
            .exec_driver_sql("SELECT staff, verb, detail FROM action WHERE verb = 'journal-went-on'")
            .all()
        )
    assert acts == [("Alice", "journal-went-on", f"{found.why}. the newer disk burnt")]
    assert watch_heads(house, heads, roots=True) == 0
    assert held(house) == []
    with house.store.write() as tx:
        journals.lock(tx, sim.id)
    house.store.close()


def test_an_older_database_that_grew_again_is_noticed_at_the_next_start(older: tuple[Simulator, House, Path]) -> None:
    sim, house, heads = older
    with house.store.write() as tx:
        head = journals.lock(tx, sim.id)
        journals.append(tx, head, [("entry.accepted", b"%d" % n) for n in range(20)], sim.now)
    assert watch_heads(house, heads, roots=True) == 1
    assert held(house)[0].why == "the first 11 records are not those that were seen"
    house.store.close()


def test_what_grew_honestly_goes_on(simulate: Make, tmp_path: Path) -> None:
    sim, heads = simulate(), tmp_path / "heads"
    for n in range(4):
        sim.enter(*[f"p{n}x{m}" for m in range(90)])
        assert watch_heads(sim.house, heads, roots=True) == 0
    assert {seen.size for name, seen in read_heads(heads).items() if name.startswith(sim.id)} == {361}
    assert held(sim.house) == []


def test_the_worker_notices_while_it_runs(older: tuple[Simulator, House, Path]) -> None:
    sim, house, heads = older
    tick(house, Reach(heads=heads), sim.now)
    assert [journal.slug for journal in held(house)] == ["sim"]
    house.store.close()


def test_what_was_taken_in_the_last_second_is_seen_too(simulate: Make, tmp_path: Path) -> None:
    sim, heads = simulate(), tmp_path / "heads"
    settings = Settings(database=str(sim.store.url), heads=str(heads), proof_cost=1)
    with TestClient(create_app(sim.house, settings, lambda: sim.now)):
        sim.enter("alice")
    web = read_heads(heads)
    sim.enter("bob")
    stop = threading.Event()
    stop.set()
    run(sim.house, Reach(heads=heads), stop)
    worker = read_heads(heads)
    (name,) = [name for name in web if name.startswith(sim.id)]
    assert (web[name].size, worker[name].size) == (2, 3)


def test_another_installation_under_the_same_file_is_not_mistaken_for_an_older_one(
    simulate: Make, tmp_path: Path
) -> None:
    sim = simulate()
    open_register(sim.house)
    watch_heads(sim.house, tmp_path / "heads")
    other = restored(sim, tmp_path / "other.db")
    upgrade(other.store)
    open_register(other)
    assert watch_heads(other, tmp_path / "heads", roots=True) == 0
    assert held(other) == []
    other.store.close()


def test_a_file_that_is_none_of_ours_is_said(simulate: Make, tmp_path: Path) -> None:
    (tmp_path / "heads").write_text("[]")
    with pytest.raises(Malformed, match="CONTESTS_HEADS"):
        watch_heads(simulate().house, tmp_path / "heads")
