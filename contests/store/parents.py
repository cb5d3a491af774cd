"""Parents who were asked to agree, in the store."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import col, delete, func, select, update

from contests.store.session import Tx
from contests.store.tables import AuthorisationRow, EntryRow, ParentRow


def add(tx: Tx, row: ParentRow) -> None:
    """Note that a parent was asked."""
    tx.add(row)
    tx.flush()


def by_token(tx: Tx, token: str) -> ParentRow | None:
    """Return who was asked by a link, by the digest of its token."""
    return tx.get(ParentRow, token, populate_existing=True)


def by_child(tx: Tx, child: str) -> ParentRow | None:
    """Return who was asked for the entry that had this link, by the link's digest."""
    return tx.exec(select(ParentRow).where(ParentRow.child == child)).first()


def waiting_for(tx: Tx, campaign: str, person: str) -> int:
    """Return how many requests wait for an answer from one address."""
    mine = (ParentRow.campaign == campaign, ParentRow.person == person, ParentRow.state == "asked")
    return tx.exec(select(func.count()).select_from(ParentRow).where(*mine)).one()


def waiting_by_channel(tx: Tx, campaign: str) -> dict[str, int]:
    """Return how many entries wait for a parent, by channel."""
    found = tx.exec(
        select(EntryRow.channel, func.count())
        .join(ParentRow, col(ParentRow.child) == col(EntryRow.token))
        .where(ParentRow.campaign == campaign, ParentRow.state == "asked", EntryRow.state == "pending")
        .group_by(col(EntryRow.channel))
    )
    return dict(found.all())


def agreed(tx: Tx, owners: Iterable[int]) -> set[int]:
    """Return which entrants, by number, have an entry that a parent agreed to."""
    wanted = list(owners)
    if not wanted:
        return set()
    found = tx.exec(
        select(EntryRow.owner)
        .join(ParentRow, col(ParentRow.entry) == col(EntryRow.number))
        .where(col(EntryRow.owner).in_(wanted), ParentRow.state == "agreed")
    )
    return {owner for owner in found if owner is not None}


def answer(tx: Tx, token: str, state: str, now: datetime, entry: int | None = None) -> None:
    """Note an answer; the parent's address is no longer needed here."""
    values = {"state": state, "answered_at": now, "entry": entry, "person": None}
    tx.execute(update(ParentRow).where(col(ParentRow.token) == token).values(**values))


def end(tx: Tx, campaign: str) -> None:
    """Nobody may answer any more: who did not is noted as silent, without the address."""
    waiting = (col(ParentRow.campaign) == campaign, col(ParentRow.state) == "asked")
    tx.execute(update(ParentRow).where(*waiting).values(state="silent", person=None))


def drop_pending(tx: Tx, child: str) -> None:
    """Delete an entry that waits, by the digest of its link."""
    tx.execute(delete(EntryRow).where(col(EntryRow.token) == child, col(EntryRow.state) == "pending"))


def forget(tx: Tx, entry: int) -> None:
    """Delete what is left of the parent who agreed to an entry."""
    tx.execute(delete(ParentRow).where(col(ParentRow.entry) == entry))


def authorisation(tx: Tx, campaign: str, unit: str, entrant: str) -> AuthorisationRow | None:
    """Return the note that a minor's signed authorisation was seen, for the holder of a prize."""
    return tx.get(AuthorisationRow, (campaign, unit, entrant))


def authorise(tx: Tx, row: AuthorisationRow) -> None:
    """Note that a signed authorisation was seen; a second note replaces the first."""
    tx.merge(row)
    tx.flush()
