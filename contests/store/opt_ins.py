"""Consents to commercial messages in the store: a list apart, each with its proof and its own end."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_
from sqlmodel import col, delete, func, or_, select, update

from contests.store import bulk
from contests.store.session import Tx
from contests.store.tables import EntryRow, OptInRow

AGAIN = (
    "ON CONFLICT (campaign, person, box) DO UPDATE SET last_contact_at = excluded.ticked_at, ends_at = excluded.ends_at "
    "RETURNING number"
)
"""A box that is ticked once more is a contact: the first proof stays, its time begins again."""


def insert(tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
    """Write consents; the rows of one call are of different people or boxes."""
    bulk.insert_rows(tx, OptInRow, rows, AGAIN)


def listed(tx: Tx, campaign: str, after: int, most: int) -> list[OptInRow]:
    """Return consents in the order they came, but for those of entries that no longer count."""
    entry = and_(col(EntryRow.campaign) == col(OptInRow.campaign), col(EntryRow.place) == col(OptInRow.place))
    found = tx.exec(
        select(OptInRow)
        .outerjoin(EntryRow, entry)
        .where(
            OptInRow.campaign == campaign,
            col(OptInRow.number) > after,
            or_(col(EntryRow.number).is_(None), col(EntryRow.state) == "accepted"),
        )
        .order_by(col(OptInRow.number))
        .limit(most)
    )
    return list(found)


def every(tx: Tx, campaign: str, after: int, most: int) -> list[OptInRow]:
    """Return all consents in the order they came."""
    found = select(OptInRow).where(OptInRow.campaign == campaign, col(OptInRow.number) > after)
    return list(tx.exec(found.order_by(col(OptInRow.number)).limit(most)))


def of_places(tx: Tx, campaign: str, places: Collection[int | None]) -> list[OptInRow]:
    """Return the consents that came with some entries, by the places of their records."""
    found = select(OptInRow).where(OptInRow.campaign == campaign, col(OptInRow.place).in_([*places]))
    return list(tx.exec(found.order_by(col(OptInRow.number))))


def drop_of(tx: Tx, campaign: str, places: Collection[int | None]) -> int:
    """Delete the consents that came with some entries; return how many."""
    mine = (col(OptInRow.campaign) == campaign, col(OptInRow.place).in_([*places]))
    return int(tx.execute(delete(OptInRow).where(*mine)).rowcount)  # type: ignore[attr-defined]


def remove(tx: Tx, numbers: Collection[int]) -> None:
    """Delete consents, by number."""
    tx.execute(delete(OptInRow).where(col(OptInRow.number).in_([*numbers])))


def touch(tx: Tx, numbers: Collection[int], at: datetime, ends_at: datetime) -> int:
    """Note a contact with people who were not heard of since; return how many."""
    earlier = func.coalesce(col(OptInRow.last_contact_at), col(OptInRow.ticked_at)) < at
    done = tx.execute(
        update(OptInRow)
        .where(col(OptInRow.number).in_([*numbers]), earlier)
        .values(last_contact_at=at, ends_at=ends_at)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def due_campaigns(tx: Tx, now: datetime) -> list[str]:
    """Return the campaigns in which a consent has ended."""
    return list(tx.exec(select(OptInRow.campaign).where(col(OptInRow.ends_at) <= now).distinct()))


def due(tx: Tx, campaign: str, now: datetime, most: int) -> list[OptInRow]:
    """Return consents of a campaign that have ended."""
    found = select(OptInRow).where(OptInRow.campaign == campaign, col(OptInRow.ends_at) <= now)
    return list(tx.exec(found.order_by(col(OptInRow.number)).limit(most)))


def owners(tx: Tx, campaign: str, places: Collection[int]) -> dict[int, int]:
    """Return whose each entry is (the entrant's number) by the place of its record, where it is still there."""
    mine = (EntryRow.campaign == campaign, col(EntryRow.place).in_([*places]))
    found = tx.exec(select(EntryRow.place, EntryRow.owner).where(*mine))
    return {place: owner for place, owner in found if place is not None and owner is not None}


def counted(tx: Tx, campaign: str) -> dict[str, tuple[int, datetime, datetime]]:
    """Return how many consents are held for each box, and when the first and the last of them end."""
    ends = col(OptInRow.ends_at)
    found = tx.exec(
        select(OptInRow.box, func.count(), func.min(ends), func.max(ends))
        .where(OptInRow.campaign == campaign)
        .group_by(col(OptInRow.box))
    )
    return {box: (count, first, last) for box, count, first, last in found}
