"""The minutes in the store, and the second route to their counts: SQL over entries, not the journal."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlmodel import col, func, select, update

from contests.store.session import Tx
from contests.store.tables import EntryRow, ErasedRow, MinutesRow


class Recount(msgspec.Struct, frozen=True):
    """Entries and tickets counted in the table of entries, by state and by channel; pending ones do not count.

    `erased`: entries of this campaign were deleted after their time, so that the table no longer counts all.
    """

    states: dict[str, int]
    channels: dict[str, int]
    entrants: int
    tickets: int
    erased: bool = False

    @property
    def entries(self) -> int:
        """All entries that were ever accepted."""
        return sum(self.states.values())


class Issued(msgspec.Struct, frozen=True):
    """One issue in one language, without its files."""

    number: int
    language: str
    digest: str
    pdf_digest: str
    issued_at: datetime
    annulled_at: datetime | None
    reason: str


def add(tx: Tx, rows: Sequence[MinutesRow]) -> None:
    """Keep one issue, in each of its languages."""
    tx.add_all(rows)
    tx.flush()


def all_of(tx: Tx, campaign: str) -> list[MinutesRow]:
    """Return every issue, the first one first, in each of its languages."""
    return list(
        tx.exec(
            select(MinutesRow)
            .where(MinutesRow.campaign == campaign)
            .order_by(col(MinutesRow.number), col(MinutesRow.language))
        )
    )


def listed(tx: Tx, campaign: str) -> list[Issued]:
    """Return every issue without its files, the first one first, in each of its languages."""
    found = tx.exec(
        select(
            MinutesRow.number,
            MinutesRow.language,
            MinutesRow.digest,
            MinutesRow.pdf_digest,
            MinutesRow.issued_at,
            MinutesRow.annulled_at,
            MinutesRow.reason,
        )  # type: ignore[call-overload]
        .where(MinutesRow.campaign == campaign)
        .order_by(col(MinutesRow.number), col(MinutesRow.language))
    )
    return [Issued(*row) for row in found]


def get(tx: Tx, campaign: str, number: int, language: str) -> MinutesRow | None:
    """Return one issue in one language."""
    if not (0 < number < 10_000 and language.isalpha()):
        return None
    return tx.get(MinutesRow, (campaign, number, language))


def annul(tx: Tx, campaign: str, number: int, reason: str, at: datetime) -> None:
    """Mark an issue as annulled, in each of its languages."""
    tx.execute(
        update(MinutesRow)
        .where(col(MinutesRow.campaign) == campaign, col(MinutesRow.number) == number)
        .values(annulled_at=at, reason=reason)
    )


def recount(tx: Tx, campaign: str) -> Recount:
    """Count the entries of a campaign in SQL."""
    counted = (EntryRow.campaign == campaign, EntryRow.state != "pending")
    states = tx.exec(select(EntryRow.state, func.count()).where(*counted).group_by(col(EntryRow.state)))
    channels = tx.exec(select(EntryRow.channel, func.count()).where(*counted).group_by(col(EntryRow.channel)))
    standing = tx.exec(
        select(func.count(func.distinct(EntryRow.entrant)), func.coalesce(func.sum(EntryRow.tickets), 0)).where(
            EntryRow.campaign == campaign, EntryRow.state == "accepted"
        )
    ).one()
    erased = tx.get(ErasedRow, (campaign, "_entry", "time")) is not None
    return Recount(dict(states.all()), dict(channels.all()), standing[0], int(standing[1]), erased)
