"""Passkeys of staff, and the challenges that a browser is to sign."""

from datetime import datetime

from sqlmodel import col, delete, select

from contests.store.session import Tx
from contests.store.tables import ChallengeRow, PasskeyRow


def of(tx: Tx, person: str) -> list[PasskeyRow]:
    """Return somebody's passkeys, the oldest first."""
    query = select(PasskeyRow).where(PasskeyRow.staff == person)
    return list(tx.exec(query.order_by(col(PasskeyRow.created_at), col(PasskeyRow.name))))


def lock(tx: Tx, identity: str) -> PasskeyRow | None:
    """Return a passkey by id, locked until the end of the transaction, so that a counter is compared once."""
    return tx.exec(select(PasskeyRow).where(PasskeyRow.id == identity).with_for_update()).first()


def put(tx: Tx, row: PasskeyRow) -> None:
    """Add a passkey, or keep what was changed."""
    tx.add(row)
    tx.flush()


def remove(tx: Tx, person: str, identity: str | None = None) -> int:
    """Remove one passkey of somebody, or all of them; return how many."""
    query = delete(PasskeyRow).where(col(PasskeyRow.staff) == person)
    return int(tx.exec(query if identity is None else query.where(col(PasskeyRow.id) == identity)).rowcount)


def put_challenge(tx: Tx, row: ChallengeRow, now: datetime) -> None:
    """Keep a challenge in place of the one before; those that have expired are forgotten."""
    gone = (col(ChallengeRow.token) == row.token) | (col(ChallengeRow.expires_at) <= now)
    tx.execute(delete(ChallengeRow).where(gone))
    tx.add(row)
    tx.flush()


def take_challenge(tx: Tx, token: str, now: datetime) -> bytes | None:
    """Take a challenge away and return it; of two who come at once one gets it, and nobody once it has expired."""
    row = tx.get(ChallengeRow, token)
    if row is None or not tx.exec(delete(ChallengeRow).where(col(ChallengeRow.token) == token)).rowcount:
        return None
    return row.challenge if row.expires_at > now else None
