"""Links that show a draft, in the store."""

from datetime import datetime

from sqlmodel import col, delete, select

from contests.store.session import Tx
from contests.store.tables import PreviewRow


def add(tx: Tx, row: PreviewRow) -> None:
    """Keep a link; those that are over are forgotten."""
    tx.execute(delete(PreviewRow).where(col(PreviewRow.until) <= row.made_at))
    tx.add(row)
    tx.flush()


def by_token(tx: Tx, token: str) -> PreviewRow | None:
    """Return the link with the digest of that token."""
    return tx.exec(select(PreviewRow).where(PreviewRow.token == token)).first()


def of_campaign(tx: Tx, campaign: str, now: datetime) -> list[PreviewRow]:
    """Return the links of a draft that are still open, the one that ends first first."""
    query = select(PreviewRow).where(PreviewRow.campaign == campaign, col(PreviewRow.until) > now)
    return list(tx.exec(query.order_by(col(PreviewRow.until), col(PreviewRow.id))))


def end(tx: Tx, campaign: str, identity: str) -> PreviewRow | None:
    """Take a link of a draft away and return it."""
    found = tx.get(PreviewRow, identity) if identity.isalnum() else None
    if found is None or found.campaign != campaign:
        return None
    tx.execute(delete(PreviewRow).where(col(PreviewRow.id) == identity))
    return found
