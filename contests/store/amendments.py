"""Amendments in the store: the working copy of the next one, and whom those in force still have to be told to."""

from collections.abc import Collection
from typing import Any

from sqlmodel import col, delete, func, select, update

from contests.store.session import Tx
from contests.store.tables import AmendmentRow, EntryRow


def working(tx: Tx, campaign: str) -> AmendmentRow | None:
    """Return the amendment that is being prepared."""
    query = select(AmendmentRow).where(AmendmentRow.campaign == campaign, col(AmendmentRow.published_at).is_(None))
    return tx.exec(query.execution_options(populate_existing=True)).first()


def prepared(tx: Tx, campaigns: Collection[str]) -> list[AmendmentRow]:
    """Return the amendments that are being prepared among some campaigns."""
    mine = (col(AmendmentRow.campaign).in_(list(campaigns)), col(AmendmentRow.published_at).is_(None))
    return list(tx.exec(select(AmendmentRow).where(*mine).order_by(AmendmentRow.campaign)))


def add(tx: Tx, row: AmendmentRow) -> None:
    """Begin one."""
    tx.add(row)
    tx.flush()


def write(tx: Tx, row: AmendmentRow, **values: Any) -> None:  # noqa: ANN401 - columns of a row
    """Write columns of one."""
    mine = (col(AmendmentRow.campaign) == row.campaign, col(AmendmentRow.version) == row.version)
    tx.execute(update(AmendmentRow).where(*mine).values(**values))


def drop(tx: Tx, campaign: str) -> None:
    """Throw the working copy away; those in force stay."""
    mine = (col(AmendmentRow.campaign) == campaign, col(AmendmentRow.published_at).is_(None))
    tx.execute(delete(AmendmentRow).where(*mine))


def untold(tx: Tx, campaign: str = "", version: int = 0) -> list[AmendmentRow]:
    """Return the amendments in force of which somebody may still have to be told; or that one, locked, if it is one."""
    query = select(AmendmentRow).where(col(AmendmentRow.published_at).is_not(None), col(AmendmentRow.told_at).is_(None))
    if campaign:
        mine = query.where(AmendmentRow.campaign == campaign, AmendmentRow.version == version)
        query = mine.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    return list(tx.exec(query.order_by(col(AmendmentRow.published_at))))


def has_entries(tx: Tx, campaign: str) -> bool:
    """Say whether somebody has entered, or has only to confirm."""
    return tx.exec(select(EntryRow.number).where(EntryRow.campaign == campaign).limit(1)).first() is not None


def latest_accepted(tx: Tx, owners: Collection[int]) -> dict[int, int]:
    """Return the latest version of the rules that each of some entrants, by number, accepted with an entry that counts."""
    query = (
        select(EntryRow.owner, func.max(EntryRow.version))
        .where(col(EntryRow.owner).in_(list(owners)), EntryRow.state == "accepted")
        .group_by(col(EntryRow.owner))
    )
    return {int(owner): int(version) for owner, version in tx.exec(query) if owner is not None}
