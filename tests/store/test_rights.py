"""The rights that deploy/postgres-rights.sql gives suffice (all that `simulate_on` runs on PostgreSQL has no others), and end there."""

import pytest
from simulator import Make

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
