"""Many rows at once, on the path where it counts: one statement, prepared once for each shape of row."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Dialect, Table
from sqlmodel import SQLModel

from contests.store.session import Tx

# One statement with all rows costs one call into the driver. PostgreSQL's limit is 65,535 places a statement,
# SQLite's 32,766.
MOST_PLACES = 30_000
Row = dict[str, Any]
_Plan = tuple[str, str, tuple[tuple[str, Callable[[Any], Any] | None], ...]]


def insert_rows(tx: Tx, model: type[SQLModel], rows: Sequence[Row], ending: str = "") -> list[Any]:
    """Insert rows that have the same keys, in order; columns that are left out get the database's null.

    `ending` closes the statement; what its RETURNING gives is returned, in any order. This goes around the unit of
    work: what was added to `tx` before is flushed first.
    """
    found: list[Any] = []
    if not rows:
        return found
    tx.flush()
    connection = tx.connection()
    table: Table = model.__table__  # type: ignore[attr-defined]
    head, group, columns = _plan(table, connection.dialect, tuple(rows[0]))
    most = MOST_PLACES // len(columns)
    for start in range(0, len(rows), most):
        some = rows[start : start + most]
        values = tuple([turn(row[key]) if turn else row[key] for row in some for key, turn in columns])
        done = connection.exec_driver_sql(f"{head} VALUES {', '.join([group] * len(some))} {ending}", values)
        if ending:
            found.extend(done)
    return found


@lru_cache(maxsize=64)
def _plan(table: Table, dialect: Dialect, keys: tuple[str, ...]) -> _Plan:
    """Return the statement up to its values, the places of one row, and for each its key and how it is written."""
    quote = dialect.identifier_preparer
    columns = tuple((key, table.c[key].type.dialect_impl(dialect).bind_processor(dialect)) for key in keys)
    head = f"INSERT INTO {quote.format_table(table)} ({', '.join(quote.quote(key) for key in keys)})"
    mark = "?" if dialect.paramstyle == "qmark" else "%s"
    return head, f"({', '.join([mark] * len(keys))})", columns
