"""Bring a database to this version's tables (Alembic)."""

import logging
from pathlib import Path

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg.errors import InsufficientPrivilege
from sqlalchemy.exc import ProgrammingError

import contests
from alembic import command
from contests.errors import Refused, Text
from contests.store.session import Store

log = logging.getLogger("contests.store")
_LOCK = 7_163_202_611  # any number of our own, for PostgreSQL's advisory lock


def scripts() -> Path:
    """Return the folder of migrations: beside the package in a checkout, inside it in a wheel."""
    package = Path(contests.__file__).parent
    inside = package / "alembic"
    return inside if inside.is_dir() else package.parent / "alembic"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(scripts()).replace("%", "%%"))
    return config


def upgrade(store: Store) -> None:
    """Apply what is missing; two processes that start together do not collide.

    A database that a newer version has migrated is left alone: migrations only add, so that this version lives with
    it until its own turn comes (docs/howto/run.md). Raises Refused for a PostgreSQL database that cannot hold every text.
    """
    with store._writing.begin() as connection:  # noqa: SLF001 - the same room
        if not store.sqlite:
            _require_utf8(str(connection.exec_driver_sql("SHOW server_encoding").scalar()))
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        config = _config()
        current = MigrationContext.configure(connection).get_current_revision()
        if current is not None and current > (ScriptDirectory.from_config(config).get_current_head() or ""):
            log.warning("the database is at revision %s, newer than this version's: it is left as it is", current)
            return
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except ProgrammingError as error:
            if isinstance(error.orig, InsufficientPrivilege):
                raise _without_rights() from error
            raise


def _without_rights() -> Refused:
    return Refused(
        "database-rights",
        Text(fr="Un compte qui peut modifier les tables était attendu : la base n’est pas à jour.",
             en="An account that may change the tables was expected: the database is not up to date."),
        Text(fr="Lancez « contests migrate » avec le compte du propriétaire de la base, puis redémarrez.",
             en="Run “contests migrate” with the account of the database’s owner, then start again."),
    )  # fmt: skip


def _require_utf8(encoding: str) -> None:
    if encoding != "UTF8":
        raise Refused(
            "database-encoding",
            Text(fr="Une base PostgreSQL en UTF8 était attendue : elle seule garde tous les noms.",
                 en="A PostgreSQL database in UTF8 was expected: it alone holds every name."),
            Text(fr="Créez-la avec « createdb --encoding=UTF8 --template=template0 ».",
                 en="Make it with “createdb --encoding=UTF8 --template=template0”."),
            found=encoding,
        )  # fmt: skip


def revisions(store: Store) -> tuple[str | None, str | None]:
    """Return the database's revision and the newest one."""
    with store.engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    return current, ScriptDirectory.from_config(_config()).get_current_head()
