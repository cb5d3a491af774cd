"""Many rows at once, on the path where it counts: one statement, prepared once for each shape of row."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Dialect, Table, insert
from sqlmodel import SQLModel

from contests.store.session import Tx

# SQLite's driver lets go of the interpreter at each row of an `executemany`, and waits for it again behind the loop
# that reads requests; one statement with all rows lets go once. Its limit is 32,766 places a statement.
MOST_PLACES = 30_000
Row = dict[str, Any]
_Plan = tuple[str, bool, tuple[tuple[str, Callable[[Any], Any] | None], ...]]


def insert_rows(tx: Tx, model: type[SQLModel], rows: Sequence[Row]) -> None:
    """Insert rows that have the same keys, in order; columns that are left out get the database's null.

    This goes around the unit of work: what was added to `tx` before is flushed first.
    """
    if not rows:
        return
    tx.flush()
    connection = tx.connection()
    table: Table = model.__table__  # type: ignore[attr-defined]
    statement, named, columns = _plan(table, connection.dialect, tuple(rows[0]))
    if named:
        parameters = [{key: turn(row[key]) if turn else row[key] for key, turn in columns} for row in rows]
        connection.exec_driver_sql(statement, parameters)
        return
    head, _, group = statement.rpartition(" VALUES ")
    most = MOST_PLACES // len(columns)
    for start in range(0, len(rows), most):
        some = rows[start : start + most]
        values = [turn(row[key]) if turn else row[key] for row in some for key, turn in columns]
        connection.exec_driver_sql(f"{head} VALUES {', '.join([group] * len(some))}", tuple(values))


@lru_cache(maxsize=64)
def _plan(table: Table, dialect: Dialect, keys: tuple[str, ...]) -> _Plan:
    """Return the driver's own statement, whether its places are named, and for each the key and how it is written."""
    compiled = insert(table).compile(dialect=dialect, column_keys=list(keys))
    order = compiled.positiontup or list(keys)
    turns = tuple((key, table.c[key].type.dialect_impl(dialect).bind_processor(dialect)) for key in order)
    return str(compiled), compiled.positiontup is None, turns
