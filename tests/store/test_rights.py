"""The rights that deploy/postgres-rights.sql gives suffice (all that `simulate_on` runs on PostgreSQL has no others), and end there."""

import pytest
from conftest import fresh_database
from simulator import Make
from sqlalchemy.engine import make_url

from contests.errors import Refused
from contests.store.migrate import upgrade
from contests.store.session import Store

FORBIDDEN = (
    "UPDATE record SET data = ''",
    "DELETE FROM record",
    "DELETE FROM action",
    "UPDATE action SET staff = 'nobody'",
    "DROP TRIGGER action_change ON action",
    "ALTER TABLE action DISABLE TRIGGER ALL",
    "TRUNCATE entry",
    "DROP TABLE entry",
    "CREATE TABLE mine (x int)",
    "UPDATE alembic_version SET version_num = '9999'",
)


@pytest.mark.postgres
def test_without_the_rights_to_migrate_one_is_told(postgres: str, postgres_tables: str) -> None:
    assert postgres_tables, "the role is there"
    address = make_url(fresh_database(postgres)).set(username="contests_app")
    store = Store(address.render_as_string(hide_password=False))
    with pytest.raises(Refused, match="contests migrate"):
        upgrade(store)
    store.close()


@pytest.mark.postgres
def test_what_the_processes_may_not_do_to_their_database(simulate_on: Make, request: pytest.FixtureRequest) -> None:
    sim = simulate_on()
    if sim.store.sqlite:
        pytest.skip("PostgreSQL has rights, SQLite has none")
    sim.enter("alice", "bob")
    for statement in FORBIDDEN:
        with (
            sim.store.engine.connect() as connection,
            pytest.raises(Exception, match=r"permission denied|must be owner"),
        ):
            connection.exec_driver_sql(statement)
