"""Acts that one person prepared and another releases, in the store."""

from datetime import datetime

from sqlmodel import col, func, select

from contests.store.session import Tx
from contests.store.tables import CampaignRow, CeremonyRow, ProposalRow, StaffRow


def add(tx: Tx, row: ProposalRow) -> None:
    """Keep a proposal."""
    tx.add(row)
    tx.flush()


def lock(tx: Tx, campaign: str, proposal: str) -> ProposalRow | None:
    """Return a proposal of a campaign, locked until the end of the transaction."""
    wanted = (ProposalRow.id == proposal, ProposalRow.campaign == campaign)
    query = select(ProposalRow).where(*wanted).with_for_update().execution_options(populate_existing=True)
    return tx.exec(query).first()


def waiting(tx: Tx, campaign: str = "") -> list[ProposalRow]:
    """Return what waits for a second person, in one campaign or in all, the oldest first."""
    query = select(ProposalRow).where(ProposalRow.state == "waiting")
    if campaign:
        query = query.where(ProposalRow.campaign == campaign)
    return list(tx.exec(query.order_by(col(ProposalRow.prepared_at), col(ProposalRow.id))))


def waiting_count(tx: Tx, organiser: str) -> int:
    """Return how many acts wait for a second person in an organiser's campaigns."""
    theirs = select(CampaignRow.id).where(CampaignRow.organiser == organiser)
    waiting = select(func.count()).where(ProposalRow.state == "waiting", col(ProposalRow.campaign).in_(theirs))
    return tx.exec(waiting).one()


def decided(tx: Tx, campaign: str, most: int = 50) -> list[ProposalRow]:
    """Return what was decided in a campaign, the latest first."""
    query = select(ProposalRow).where(ProposalRow.campaign == campaign, ProposalRow.state != "waiting")
    return list(tx.exec(query.order_by(col(ProposalRow.decided_at).desc(), col(ProposalRow.id)).limit(most)))


def close(
    tx: Tx, row: ProposalRow, state: str, *, asked: bytes, by: str, at: datetime, reason: str = ""
) -> None:  # fmt: skip
    """Decide a locked proposal; `asked` is what is left of it without what it says of people."""
    row.state, row.decided_by, row.decided_at, row.reason = state, by, at, reason
    row.asked, row.evidence = asked, b""
    tx.add(row)
    tx.flush()


def readings(tx: Tx, campaign: str) -> list[tuple[str, datetime]]:
    """Return who typed the values of a ceremony and when, without the values."""
    query = select(StaffRow.name, CeremonyRow.at).where(
        CeremonyRow.campaign == campaign, col(StaffRow.id) == col(CeremonyRow.staff)
    )
    return list(tx.exec(query.order_by(col(CeremonyRow.at))))
