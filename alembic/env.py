"""Run migrations on the connection that `contests migrate` hands over, or on CONTESTS_DATABASE."""

from sqlmodel import AutoString, SQLModel

import contests.store.comment_tables  # noqa: F401 - its tables join the metadata
from alembic import context
from contests.settings import load
from contests.store.session import Store
from contests.store.tables import Instant


def _plain(kind: str, item: object, _context: object) -> str | bool:
    """Write a migration in SQLAlchemy's own types: it must not change when our classes do."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, AutoString):
        return f"sa.String({item.length or ''})"
    return False


def _run(connection: object) -> None:
    context.configure(
        connection=connection,  # type: ignore[arg-type]
        target_metadata=SQLModel.metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=_plain,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    _run(given)
else:
    with Store(load().database).engine.begin() as own:
        _run(own)
