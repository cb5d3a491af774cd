"""Who came often, told by each process of an installation to the others."""

from collections.abc import Mapping

from sqlmodel import and_, col, delete, func, or_, select

from contests.store import bulk
from contests.store.session import Tx
from contests.store.tables import OftenRow

Counts = Mapping[str, tuple[int, Mapping[str, int]]]
"""By counter: its window, and how often each name came in it."""


def tell(tx: Tx, process: str, counts: Counts) -> None:
    """Write how often names came to this process, and drop the windows that are over."""
    rows = [
        {"counter": counter, "window": window, "name": name, "process": process, "count": count}
        for counter, (window, names) in sorted(counts.items())
        for name, count in sorted(names.items())
    ]
    ending = 'ON CONFLICT (counter, "window", name, process) DO UPDATE SET count = excluded.count RETURNING count'
    bulk.insert_rows(tx, OftenRow, rows, ending)
    over = [
        and_(col(OftenRow.counter) == counter, col(OftenRow.window) < window - 1)
        for counter, (window, _) in counts.items()
    ]
    tx.execute(delete(OftenRow).where(or_(*over)))


def elsewhere(tx: Tx, process: str, counts: Counts) -> dict[str, dict[str, int]]:
    """Return how often names came to all other processes in the same windows, by counter."""
    same = [
        and_(col(OftenRow.counter) == counter, col(OftenRow.window) == window)
        for counter, (window, _) in counts.items()
    ]
    found = tx.exec(
        select(OftenRow.counter, OftenRow.name, func.sum(OftenRow.count))
        .where(col(OftenRow.process) != process, or_(*same))
        .group_by(OftenRow.counter, OftenRow.name)
    )
    told: dict[str, dict[str, int]] = {counter: {} for counter in counts}
    for counter, name, count in found:
        told[counter][name] = int(count)
    return told
