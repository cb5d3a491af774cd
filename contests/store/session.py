"""The one place that commits. A `write` has the whole database on SQLite, its locked rows on PostgreSQL."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from time import sleep
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import Session

from contests.errors import Text, Unavailable
from contests.store.keyring import Keyring

Tx = Session
KEYRING = "keyring"
WAL_TRIES, WAL_PAUSE = 200, 0.05  # seconds between two tries
# A server that vanished without a word is given up after a minute (seconds; the last in milliseconds), not after two hours.
_POSTGRES = {
    "client_encoding": "utf8", "connect_timeout": 10, "keepalives_idle": 20, "keepalives_interval": 10, "keepalives_count": 4,
    "tcp_user_timeout": 60_000,
}  # fmt: skip


class Store:
    """A database by URL: `sqlite:///path` or `postgresql+psycopg://…`. `keyring` opens the signing keys in it."""

    def __init__(self, url: str, keyring: Keyring = Keyring()) -> None:  # noqa: B008 - frozen
        address = make_url(url)
        if address.drivername == "postgresql":
            address = address.set(drivername="postgresql+psycopg")
        self.url, self.keyring = address, keyring
        self._open: Tx | None = None
        self.sqlite = address.get_backend_name() == "sqlite"
        # A driver's error would repeat addresses and answers into the log.
        options: dict[str, Any] = {"pool_pre_ping": not self.sqlite, "hide_parameters": True}
        if self.sqlite:
            if address.database:
                Path(address.database).parent.mkdir(parents=True, exist_ok=True)
            options["connect_args"] = {"check_same_thread": False, "timeout": 30}
        else:
            options["connect_args"] = {name: value for name, value in _POSTGRES.items() if name not in address.query}
        self.engine: Engine = create_engine(address, **options)
        if self.sqlite:
            event.listen(self.engine, "connect", _on_connect)
            event.listen(self.engine, "begin", _on_begin)
        self._writing = self.engine.execution_options(contests_write=True)

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """One transaction: committed at the end, rolled back on any error.

        Raises Unavailable when nobody can tell which, and where the database is away: then nothing was written.
        """
        if self._open is not None:
            yield self._open
            self._open.flush()
            return
        with self._session(self._writing) as tx, self._named():
            try:
                yield tx
                tx.flush()
                _commit(tx)
            except BaseException:
                tx.rollback()
                raise

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """One consistent look; nothing is kept. Raises Unavailable where the database is away."""
        if self._open is not None:
            yield self._open
            return
        with self._session(self.engine) as tx, self._named():
            yield tx  # closing rolls back, and lets go of the rows without emptying them

    @contextmanager
    def trial(self) -> Iterator[Tx]:
        """A transaction that may write and is taken back in any case."""
        with self._session(self._writing) as tx:
            yield tx

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Give a database that is away, full or locked its name: a stream of requests must not fill the log with traces."""
        try:
            yield
        except OperationalError as error:
            if not _is_away(error):
                raise
            if self.sqlite:
                # What SQLite opened while the disk could not be written to stays read-only: the next one is opened anew.
                self.engine.dispose()
            raise Unavailable(
                "database-away",
                Text(fr="La base de données ne répond pas, ou ne peut plus écrire.",
                     en="The database does not answer, or can write no more."),
                Text(fr="Rien n’a été enregistré. Réessayez dans un instant.", en="Nothing was recorded. Try again in a moment."),
                found=type(error.orig).__name__,
            ) from error  # fmt: skip

    def _session(self, engine: Engine) -> Tx:
        return Session(engine, expire_on_commit=False, autoflush=False, info={KEYRING: self.keyring})

    def joined(self, tx: Tx) -> "Store":
        """Return this store for flows that take part in `tx`: what they write is kept, or not, together with it."""
        made = copy(self)
        made._open = tx  # noqa: SLF001 - our own
        return made

    def answers(self) -> bool:
        """Say whether the database answers."""
        with self.engine.connect() as connection:
            return connection.execute(text("SELECT 1")).scalar() == 1

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def keyring(tx: Tx) -> Keyring:
    """Return what opens the signing keys in this transaction."""
    found: Keyring = tx.info[KEYRING]
    return found


def _is_away(error: OperationalError) -> bool:
    """Say whether it is the database's state, and not a statement of ours, that failed."""
    if isinstance(error.orig, sqlite3.Error):
        name = error.orig.sqlite_errorname
        return name.startswith(("SQLITE_BUSY", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN"))
    return True


def _commit(tx: Tx) -> None:
    """Commit. Raises Unavailable where the connection broke meanwhile: only the server knows whether it was written."""
    try:
        tx.commit()
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        raise Unavailable(
            "commit-unknown",
            Text(fr="La base de données s’est interrompue avant de confirmer.",
                 en="The database broke off before it confirmed."),
            Text(fr="Réessayez dans un instant : ce qui a été enregistré le sera resté, et la page vous le dira.",
                 en="Try again in a moment: what was recorded has stayed so, and the page will say it."),
        ) from error  # fmt: skip


def _on_connect(connection: Any, _record: Any) -> None:  # noqa: ANN401 - the driver's own
    connection.isolation_level = None  # BEGIN is ours, see below
    _switch_to_wal(connection)
    for pragma in (
        "synchronous=FULL",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        "cache_size=-65536",
        "wal_autocheckpoint=10000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _switch_to_wal(connection: Any) -> None:  # noqa: ANN401 - the driver's own
    """Switch the file to a write-ahead log. SQLite does not wait for another process that is just doing the same: we do."""
    for left in range(WAL_TRIES, -1, -1):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if not left:
                raise
            sleep(WAL_PAUSE)
        else:
            return


def _on_begin(connection: Connection) -> None:
    # A writer takes its lock at once: two readers that both want to write later would only dead-lock.
    write = connection.get_execution_options().get("contests_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
