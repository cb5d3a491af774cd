"""Many rows at once, on the path where it counts: one statement, prepared once for each shape of row."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Dialect, Table
from sqlmodel import SQLModel

from contests.store.session import Tx

# SQLite takes one statement with all rows: one call into the driver; at most 32,766 places. PostgreSQL takes one array
# a column: the statement is the same for any number of rows, so that the driver reads it once and the server plans it
# once. With a place for each value the driver took a third of an entry's time to read it, each time. `%b`: as bytes.
MOST_PLACES = 30_000
Row = dict[str, Any]
Turn = Callable[[Any], Any]
_Plan = tuple[str, str, tuple[tuple[str, Turn | None], ...]]


def insert_rows(tx: Tx, model: type[SQLModel], rows: Sequence[Row], ending: str = "") -> list[Any]:
    """Insert rows that have the same keys, in order; columns that are left out get the database's null or default.

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
    arrays = connection.dialect.name == "postgresql"
    most = MOST_PLACES // len(columns)
    for start in range(0, len(rows), most):
        some = rows[start : start + most]
        if arrays:
            done = connection.exec_driver_sql(f"{head} {group} {ending}", tuple(_columns(some, columns)))
        else:
            values = tuple([turn(row[key]) if turn else row[key] for row in some for key, turn in columns])
            done = connection.exec_driver_sql(f"{head} VALUES {', '.join([group] * len(some))} {ending}", values)
        if ending:
            found.extend(done)
    return found


def _columns(rows: Sequence[Row], columns: Sequence[tuple[str, Turn | None]]) -> Iterator[list[Any]]:
    for key, turn in columns:
        yield [turn(row[key]) for row in rows] if turn else [row[key] for row in rows]


@lru_cache(maxsize=64)
def _plan(table: Table, dialect: Dialect, keys: tuple[str, ...]) -> _Plan:
    """Return the statement up to its values, the places of one row (or of all columns), and for each its key and how it is written."""
    quote = dialect.identifier_preparer
    columns = tuple((key, table.c[key].type.dialect_impl(dialect).bind_processor(dialect)) for key in keys)
    head = f"INSERT INTO {quote.format_table(table)} ({', '.join(quote.quote(key) for key in keys)})"
    if dialect.name == "postgresql":
        arrays = ", ".join(f"%b::{_type(table, dialect, key)}[]" for key in keys)
        return head, f"SELECT * FROM unnest({arrays})", columns  # noqa: S608 - types alone; values go apart
    return head, f"({', '.join(['?'] * len(keys))})", columns


def _type(table: Table, dialect: Dialect, key: str) -> str:
    """Return a column's type. Texts come without their length: a cast would cut them, the column refuses them."""
    name = table.c[key].type.compile(dialect)
    return "TEXT" if name.startswith("VARCHAR") else name
