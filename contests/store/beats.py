"""Who is alive: each process of an installation says so every few seconds."""

from datetime import datetime, timedelta

from sqlmodel import col, delete, select

from contests.store import bulk
from contests.store.session import Tx
from contests.store.tables import BeatRow

KEPT = timedelta(hours=1)


def beat(tx: Tx, name: str, at: datetime, facts: str) -> None:
    """Say that `name` is alive, with what it knows; who has not been heard of for an hour is forgotten."""
    ending = "ON CONFLICT (name) DO UPDATE SET at = excluded.at, facts = excluded.facts RETURNING name"
    bulk.insert_rows(tx, BeatRow, [{"name": name, "at": at, "facts": facts}], ending)
    tx.execute(delete(BeatRow).where(col(BeatRow.at) < at - KEPT))


def end(tx: Tx, name: str) -> None:
    """Say that a process ends."""
    tx.execute(delete(BeatRow).where(col(BeatRow.name) == name))


def beats(tx: Tx) -> list[BeatRow]:
    """Return the processes heard of, the latest first."""
    return list(tx.exec(select(BeatRow).order_by(col(BeatRow.at).desc(), col(BeatRow.name))))
