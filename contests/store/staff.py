"""Staff, their sessions, failed sign-ins, and who did what."""

from datetime import datetime

from sqlmodel import col, delete, func, select

from contests.store.session import Tx
from contests.store.tables import ActionRow, AttemptRow, SessionRow, StaffRow


def add(tx: Tx, row: StaffRow) -> None:
    """Add a member of staff."""
    tx.add(row)
    tx.flush()


def by_email(tx: Tx, email: str) -> StaffRow | None:
    """Return a member of staff by address, lower case."""
    return tx.exec(select(StaffRow).where(StaffRow.email == email)).first()


def start_session(tx: Tx, row: SessionRow) -> None:
    """Keep a session."""
    tx.add(row)
    tx.flush()


def end_session(tx: Tx, token: str) -> None:
    """Forget a session."""
    tx.execute(delete(SessionRow).where(col(SessionRow.token) == token))


def session(tx: Tx, token: str, now: datetime) -> tuple[StaffRow, SessionRow] | None:
    """Return who is behind a session that has not ended."""
    found = tx.get(SessionRow, token)
    if found is None or found.expires_at <= now:
        return None
    person = tx.get(StaffRow, found.staff)
    return (person, found) if person else None


def failures(tx: Tx, subject: str, since: datetime) -> int:
    """Return how often `subject` failed to sign in since then."""
    return tx.exec(
        select(func.count()).select_from(AttemptRow).where(AttemptRow.subject == subject, col(AttemptRow.at) >= since)
    ).one()


def note_failure(tx: Tx, row: AttemptRow, forget_before: datetime) -> None:
    """Note a failed sign-in; old ones are forgotten."""
    tx.execute(delete(AttemptRow).where(col(AttemptRow.at) < forget_before))
    tx.add(row)
    tx.flush()


def note_action(tx: Tx, row: ActionRow) -> None:
    """Note who did what."""
    tx.add(row)
    tx.flush()
