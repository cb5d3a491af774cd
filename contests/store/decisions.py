"""A moderator's decisions in the store: what the last one was, and whether it was undone."""

from datetime import datetime

from sqlmodel import col, select, update

from contests.store.session import Tx
from contests.store.tables import DecisionRow, RecordRow


def add(tx: Tx, row: DecisionRow) -> None:
    """Keep a decision."""
    tx.add(row)
    tx.flush()


def last(tx: Tx, campaign: str) -> DecisionRow | None:
    """Return the latest decision that was not undone."""
    query = select(DecisionRow).where(DecisionRow.campaign == campaign, col(DecisionRow.undone_at).is_(None))
    return tx.exec(query.order_by(col(DecisionRow.at).desc(), col(DecisionRow.place).desc()).limit(1)).first()


def exclusions(tx: Tx, campaign: str) -> list[DecisionRow]:
    """Return the decisions that left records in the journal."""
    query = select(DecisionRow).where(DecisionRow.campaign == campaign, col(DecisionRow.place).is_not(None))
    return list(tx.exec(query.order_by(col(DecisionRow.place))))


def undo(tx: Tx, decision: str, at: datetime) -> None:
    """Note that a decision was taken back."""
    tx.execute(update(DecisionRow).where(col(DecisionRow.id) == decision).values(undone_at=at))


def records_since(tx: Tx, campaign: str, place: int) -> list[bytes]:
    """Return the records from `place` on that put an entry in or out."""
    kinds = ("entry.excluded", "entry.reinstated", "entry.withdrawn")
    query = select(RecordRow.data).where(
        RecordRow.journal == campaign, col(RecordRow.kind).in_(kinds), col(RecordRow.place) >= place
    )
    return list(tx.exec(query.order_by(col(RecordRow.place))))
