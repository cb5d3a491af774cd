"""Personal data in the store, as it is deleted: by person, by batch, with counts that hold nobody."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlmodel import col, delete, func, or_, select, update

from contests.store import handovers
from contests.store.session import Tx
from contests.store.tables import (
    ActionRow,
    AuthorisationRow,
    AwardRow,
    CampaignRow,
    ClockRow,
    CodeRow,
    EntrantRow,
    EntryRow,
    ErasedRow,
    ExcludedRow,
    OutboxRow,
    ParentRow,
    ProposalRow,
    RecordRow,
)

Counts = Mapping[tuple[str, str], int]
EVERYBODYS_MAILS = ("confirm", "received", "amended", "alert")


def due(tx: Tx, now: datetime) -> list[str]:
    """Return the campaigns in which something may have to be deleted: their stage moved on, or a time is over."""
    found = tx.exec(
        select(CampaignRow.id)
        .outerjoin(ClockRow, col(ClockRow.campaign) == col(CampaignRow.id))
        .where(
            col(CampaignRow.stage).in_(("closed", "frozen", "drawn", "settled", "void")),
            or_(
                col(ClockRow.campaign).is_(None),
                col(ClockRow.stage) != col(CampaignRow.stage),
                col(ClockRow.next_at) <= now,
            ),
        )
    )
    return list(found)


def clock(tx: Tx, campaign: str) -> ClockRow | None:
    """Return where the deletion of a campaign stands."""
    return tx.get(ClockRow, campaign, populate_existing=True)


def put_clock(tx: Tx, row: ClockRow) -> None:
    """Write where it stands."""
    tx.merge(row)
    tx.flush()


def people(tx: Tx, campaign: str, after: int, most: int) -> list[EntrantRow]:
    """Return entrants in the order they came, from the number behind `after` on."""
    found = tx.exec(
        select(EntrantRow)
        .where(EntrantRow.campaign == campaign, col(EntrantRow.number) > after)
        .order_by(col(EntrantRow.number))
        .limit(most)
    )
    return list(found)


def asked(tx: Tx, campaign: str) -> bool:
    """Say whether somebody of whom something is left asked for erasure."""
    wanted = select(EntrantRow.number).where(EntrantRow.campaign == campaign, col(EntrantRow.erased_at).is_not(None))
    return tx.exec(wanted.limit(1)).first() is not None


def entries_of(tx: Tx, owners: Collection[int]) -> dict[int, list[EntryRow]]:
    """Return the entries of some entrants, by the entrant's number, in the order of the journal."""
    found: dict[int, list[EntryRow]] = {owner: [] for owner in owners}
    rows = tx.exec(select(EntryRow).where(col(EntryRow.owner).in_(list(owners))).order_by(col(EntryRow.place)))
    for row in rows:
        found[row.owner or 0].append(row)
    return found


def write_person(tx: Tx, number: int, values: Mapping[str, object]) -> None:
    """Write columns of an entrant."""
    tx.execute(update(EntrantRow).where(col(EntrantRow.number) == number).values(**values))


def remove(tx: Tx, entrants: Sequence[int], entries: Sequence[int]) -> None:
    """Delete entrants and entries, by number."""
    tx.execute(delete(EntryRow).where(col(EntryRow.number).in_(entries)))
    tx.execute(delete(EntrantRow).where(col(EntrantRow.number).in_(entrants)))


def forget_award(tx: Tx, campaign: str, entrant: str) -> int:
    """Take away what an entrant typed to claim prizes, and the links; return how many there were."""
    mine = (col(AwardRow.campaign) == campaign, col(AwardRow.entrant) == entrant)
    seen = (col(AuthorisationRow.campaign) == campaign, col(AuthorisationRow.entrant) == entrant)
    tx.execute(delete(AuthorisationRow).where(*seen))
    handovers.forget(tx, campaign, entrant)
    done = tx.execute(update(AwardRow).where(*mine, col(AwardRow.token) != "").values(claim=b"", token=""))
    return int(done.rowcount)  # type: ignore[attr-defined]


def free_code(tx: Tx, campaign: str, code: str) -> None:
    """Part a used code from its entry; it stays used."""
    tx.execute(
        update(CodeRow).where(col(CodeRow.campaign) == campaign, col(CodeRow.code) == code).values(entry="erased")
    )


def drop_pending_of(tx: Tx, campaign: str, person: str) -> int:
    """Delete what a person sent and never confirmed; return how many."""
    mine = (col(EntryRow.campaign) == campaign, col(EntryRow.state) == "pending", col(EntryRow.person) == person)
    tx.execute(delete(ParentRow).where(col(ParentRow.child).in_(select(EntryRow.token).where(*mine))))
    return int(tx.execute(delete(EntryRow).where(*mine)).rowcount)  # type: ignore[attr-defined]


def drop_pending(tx: Tx, campaign: str, most: int) -> int:
    """Delete entries that were never confirmed, up to `most`; return how many."""
    some = (
        select(EntryRow.number).where(EntryRow.campaign == campaign, EntryRow.state == "pending").limit(most)
    ).scalar_subquery()
    return int(tx.execute(delete(EntryRow).where(col(EntryRow.number).in_(some))).rowcount)  # type: ignore[attr-defined]


def drop_mails(tx: Tx, campaign: str, kinds: Sequence[str], most: int) -> int:
    """Delete mails of some kinds, up to `most`; return how many."""
    some = (
        select(OutboxRow.id).where(OutboxRow.campaign == campaign, col(OutboxRow.kind).in_(kinds)).limit(most)
    ).scalar_subquery()
    return int(tx.execute(delete(OutboxRow).where(col(OutboxRow.id).in_(some))).rowcount)  # type: ignore[attr-defined]


def drop_mails_to(tx: Tx, campaign: str, recipients: Collection[str], *, but: Sequence[str] = ()) -> int:
    """Delete the mails to some addresses, `but` those kinds; return how many."""
    mine = (col(OutboxRow.campaign) == campaign, col(OutboxRow.recipient).in_(list(recipients)))
    done = tx.execute(delete(OutboxRow).where(*mine, col(OutboxRow.kind).not_in(list(but))))
    return int(done.rowcount)  # type: ignore[attr-defined]


def mails_to(tx: Tx, campaign: str, recipients: Collection[str]) -> list[OutboxRow]:
    """Return the mails to some addresses, the first one first."""
    mine = (OutboxRow.campaign == campaign, col(OutboxRow.recipient).in_(list(recipients)))
    return list(tx.exec(select(OutboxRow).where(*mine).order_by(col(OutboxRow.id))))


def drop_list(tx: Tx, campaign: str) -> int:
    """Delete the private list of addresses that may not enter; return how many."""
    return int(tx.execute(delete(ExcludedRow).where(col(ExcludedRow.campaign) == campaign)).rowcount)  # type: ignore[attr-defined]


def drop_evidence(tx: Tx, campaign: str, verbs: Sequence[str]) -> int:
    """Take facts and evidence out of acts of some kinds; that they took place stays. Return how many."""
    mine = (col(ActionRow.campaign) == campaign, col(ActionRow.verb).in_(verbs), col(ActionRow.detail) != "")
    done = tx.execute(update(ActionRow).where(*mine).values(detail="", evidence=b"", evidence_name=""))
    return int(done.rowcount)  # type: ignore[attr-defined]


def drop_refusals(tx: Tx, campaign: str) -> int:
    """Take away why prepared acts were refused, which may name people; return how many."""
    mine = (col(ProposalRow.campaign) == campaign, col(ProposalRow.reason) != "")
    return int(tx.execute(update(ProposalRow).where(*mine).values(reason="")).rowcount)  # type: ignore[attr-defined]


def offers(tx: Tx, campaign: str) -> list[bytes]:
    """Return the records by which prizes were offered, and that of the voiding if there is one."""
    kinds = ("award.offered", "campaign.voided")
    found = select(RecordRow.data).where(RecordRow.journal == campaign, col(RecordRow.kind).in_(kinds))
    return list(tx.exec(found.order_by(col(RecordRow.place))))


def definitions(tx: Tx, campaign: str) -> list[bytes]:
    """Return the records that hold a definition, in the order of their rules' versions."""
    kinds = ("campaign.published", "campaign.amended")
    found = select(RecordRow.data).where(RecordRow.journal == campaign, col(RecordRow.kind).in_(kinds))
    return list(tx.exec(found.order_by(col(RecordRow.place))))


def count(tx: Tx, campaign: str, why: str, counts: Counts, now: datetime) -> None:
    """Add to the counts of what was deleted, by (item, purpose); the caller holds the campaign's lock."""
    for (item, purpose), number in counts.items():
        if not number:
            continue
        row = tx.get(ErasedRow, (campaign, item, why), populate_existing=True)
        if row is None:
            tx.add(
                ErasedRow(
                    campaign=campaign, item=item, why=why, purpose=purpose, count=number, first_at=now, last_at=now
                )
            )
        else:
            row.count += number
            row.last_at = now
    tx.flush()


def counted(tx: Tx, campaign: str) -> list[ErasedRow]:
    """Return what was deleted so far."""
    found = select(ErasedRow).where(ErasedRow.campaign == campaign)
    return list(tx.exec(found.order_by(col(ErasedRow.item), col(ErasedRow.why))))


def left(tx: Tx, campaign: str) -> tuple[int, int]:
    """Return how many people something is held of, and of how many of them only what may prove an award."""
    mine = select(func.count()).select_from(EntrantRow).where(EntrantRow.campaign == campaign)
    return tx.exec(mine).one(), tx.exec(mine.where(col(EntrantRow.erased_at).is_not(None))).one()


def accepted(tx: Tx, campaign: str, after: int, most: int) -> list[tuple[EntryRow, EntrantRow]]:
    """Return entries that count, of people who did not ask for erasure, in the order of the table."""
    found = tx.exec(
        select(EntryRow, EntrantRow)
        .where(
            EntryRow.campaign == campaign,
            EntryRow.state == "accepted",
            EntryRow.owner == EntrantRow.number,
            col(EntrantRow.erased_at).is_(None),
            col(EntryRow.number) > after,
        )
        .order_by(col(EntryRow.number))
        .limit(most)
    )
    return list(found)
