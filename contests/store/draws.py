"""The draw, the awards and the ceremony in the store."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import col, select, update

from contests.store import bulk
from contests.store.session import Tx
from contests.store.tables import AwardRow, CeremonyRow, DrawRow


def add(tx: Tx, row: DrawRow) -> None:
    """Keep what was frozen. The primary key allows one draw a campaign, ever."""
    tx.add(row)
    tx.flush()


def get(tx: Tx, campaign: str) -> DrawRow | None:
    """Return the draw, once the list is frozen."""
    return tx.get(DrawRow, campaign)


def pool(tx: Tx, campaign: str) -> bytes:
    """Return the frozen list of a campaign that has one."""
    return tx.exec(select(DrawRow.pool).where(DrawRow.campaign == campaign)).one()


def complete(tx: Tx, campaign: str, **values: object) -> None:
    """Write what came out."""
    tx.execute(update(DrawRow).where(col(DrawRow.campaign) == campaign).values(**values))


def note_served(tx: Tx, campaign: str, now: datetime) -> None:
    """Note when the frozen list was first given out; only the first time counts."""
    first = (col(DrawRow.campaign) == campaign, col(DrawRow.served_at).is_(None))
    tx.execute(update(DrawRow).where(*first).values(served_at=now))


def add_awards(tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
    """Keep the prize units with their first holders; there may be a hundred thousand of them."""
    bulk.insert_rows(tx, AwardRow, [{"until": None, "token": "", "claim": b"", **row} for row in rows])


def awards(tx: Tx, campaign: str) -> list[AwardRow]:
    """Return all units in the order they were drawn."""
    return list(tx.exec(select(AwardRow).where(AwardRow.campaign == campaign).order_by(col(AwardRow.position))))


def award(tx: Tx, campaign: str, unit: str) -> AwardRow | None:
    """Return one unit."""
    return tx.get(AwardRow, (campaign, unit))


def award_by_token(tx: Tx, token: str) -> AwardRow | None:
    """Return the unit behind a claim link, by the digest of its token."""
    return tx.exec(select(AwardRow).where(AwardRow.token == token)).first() if token else None


def put_ceremony(tx: Tx, campaign: str, staff: str, values: bytes, at: datetime) -> None:
    """Keep what one person typed; typing again replaces."""
    tx.merge(CeremonyRow(campaign=campaign, staff=staff, values=values, at=at))
    tx.flush()


def ceremonies(tx: Tx, campaign: str) -> list[CeremonyRow]:
    """Return what was typed, by person."""
    return list(tx.exec(select(CeremonyRow).where(CeremonyRow.campaign == campaign).order_by(col(CeremonyRow.at))))
