"""The outbox: a mail is a row, written in the transaction of the step it tells of; the worker sends it."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import true
from sqlmodel import case, col, delete, func, select, update

from contests.store import bulk
from contests.store.session import Tx
from contests.store.tables import NotifiedRow, OutboxRow

GIVES_UP_AFTER = 12


Mail = dict[str, Any]


def add(tx: Tx, mails: list[Mail]) -> None:
    """Write mails of steps that happen once by themselves."""
    bulk.insert_rows(tx, OutboxRow, mails)


def put(tx: Tx, mails: list[Mail]) -> None:
    """Write mails; one that was written before (same `once`) is left alone."""
    wanted = [mail["once"] for mail in mails]
    known = set(tx.exec(select(OutboxRow.once).where(col(OutboxRow.once).in_(wanted)))) if wanted else set()
    add(tx, [mail for mail in mails if mail["once"] not in known])


def count(tx: Tx, kind: str) -> int:
    """Return how many mails of a kind were ever written."""
    return tx.exec(select(func.count()).where(OutboxRow.kind == kind)).one()


def drop(tx: Tx, once: str) -> None:
    """Delete the mail of one step."""
    tx.execute(delete(OutboxRow).where(col(OutboxRow.once) == once))


class Waiting(msgspec.Struct, frozen=True):
    """Mails that wait, since when the first one is due, and those that were given up in the last day."""

    count: int
    since: datetime | None
    given_up: int


def waiting(tx: Tx, now: datetime) -> Waiting:
    """Return what waits at `now`."""
    late = (col(OutboxRow.due_at).is_not(None), col(OutboxRow.due_at) <= now)
    count, since = tx.exec(select(func.count(), func.min(OutboxRow.due_at)).where(*late)).one()
    lost = (col(OutboxRow.due_at).is_(None), col(OutboxRow.sent_at).is_(None))
    given_up = tx.exec(select(func.count()).where(*lost, OutboxRow.attempts >= GIVES_UP_AFTER)).one()
    return Waiting(count, since, given_up)


def due(tx: Tx, now: datetime, most: int = 50, kind: str = "") -> list[OutboxRow]:
    """Lock and return mails to be sent now, of one kind or of all; another worker takes others."""
    found = tx.exec(
        select(OutboxRow)
        .where(col(OutboxRow.due_at).is_not(None), col(OutboxRow.due_at) <= now)
        .where(OutboxRow.kind == kind if kind else true())
        .order_by(col(OutboxRow.due_at))
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    return list(found)


def lease(tx: Tx, rows: list[OutboxRow], until: datetime) -> None:
    """Hide mails from other workers while they are being sent."""
    for row in rows:
        tx.execute(update(OutboxRow).where(col(OutboxRow.id) == row.id).values(due_at=until))


def sent(tx: Tx, mail: int, now: datetime) -> None:
    """Mark a mail as handed over. Those to the staff carry a link that opens an account: their text is not kept."""
    body = case((col(OutboxRow.campaign) == "", ""), else_=col(OutboxRow.body))
    tx.execute(update(OutboxRow).where(col(OutboxRow.id) == mail).values(due_at=None, sent_at=now, error="", body=body))
    once = select(OutboxRow.once).where(col(OutboxRow.id) == mail).scalar_subquery()
    tx.execute(update(NotifiedRow).where(col(NotifiedRow.once) == once).values(sent_at=now))


def failed(tx: Tx, mail: int, attempts: int, error: str, now: datetime) -> None:
    """Try again later, each time twice as late, up to six hours; then give up and keep the error."""
    wait = min(timedelta(seconds=15 * 2**attempts), timedelta(hours=6))
    due_at = None if attempts + 1 >= GIVES_UP_AFTER else now + wait
    tx.execute(
        update(OutboxRow)
        .where(col(OutboxRow.id) == mail)
        .values(due_at=due_at, attempts=attempts + 1, error=error[:300])
    )
