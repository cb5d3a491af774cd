"""Read-only views for pages: what people look at, counted and sorted; nothing here changes anything."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy.orm import defer
from sqlmodel import col, func, or_, select

from contests.store.journals import REGISTER
from contests.store.session import Tx
from contests.store.tables import (
    ActionRow,
    CampaignRow,
    DrawRow,
    EntrantRow,
    EntryRow,
    JournalRow,
    MediaRow,
    OutboxRow,
    PaperRow,
    RecordRow,
)


def papers(tx: Tx, campaign: str) -> list[PaperRow]:
    """Return every version of the rules text, in order."""
    return list(
        tx.exec(
            select(PaperRow)
            .where(PaperRow.campaign == campaign)
            .order_by(col(PaperRow.version), col(PaperRow.language))
        )
    )


def paper(tx: Tx, campaign: str, version: int, language: str) -> PaperRow | None:
    """Return one rules text."""
    if not (0 < version < 10_000 and language.isalpha()):
        return None
    return tx.get(PaperRow, (campaign, version, language))


def draw_head(tx: Tx, campaign: str) -> DrawRow | None:
    """Return the draw without its list, which may be large."""
    query = select(DrawRow).where(DrawRow.campaign == campaign).options(defer(DrawRow.pool, raiseload=True))  # type: ignore[arg-type]
    return tx.exec(query).first()


class PublicJournal(NamedTuple):
    """A journal that anybody may read: its id, its campaign's slug and stage (both empty for the register), its head."""

    id: str
    slug: str
    stage: str
    checkpoint: bytes


def public_journals(tx: Tx) -> list[PublicJournal]:
    """Return the register and the journals of all published campaigns, those that were published first first."""
    rows = tx.exec(
        select(JournalRow.id, CampaignRow.slug, CampaignRow.stage, JournalRow.checkpoint)
        .join(CampaignRow, col(CampaignRow.id) == col(JournalRow.id), isouter=True)
        .where(or_(col(JournalRow.id) == REGISTER, col(CampaignRow.version) > 0))
        .order_by(col(CampaignRow.published_at), col(JournalRow.id))
    )
    return [PublicJournal(id_, slug or "", stage or "", checkpoint) for id_, slug, stage, checkpoint in rows]


def listed(tx: Tx, organiser: str | None = None) -> list[CampaignRow]:
    """Return the published campaigns, the latest first: an organiser's, or (for the public) everybody's."""
    query = select(CampaignRow).where(CampaignRow.stage != "draft").order_by(col(CampaignRow.published_at).desc())
    return list(tx.exec(query if organiser is None else query.where(CampaignRow.organiser == organiser)))


def everything(tx: Tx, organiser: str) -> list[CampaignRow]:
    """Return all campaigns of an organiser, drafts first, then the latest."""
    query = select(CampaignRow).where(CampaignRow.organiser == organiser)
    found = tx.exec(query.order_by(col(CampaignRow.created_at).desc()))
    return sorted(found, key=lambda row: row.stage != "draft")


def media(tx: Tx, campaign: str, name: str) -> MediaRow | None:
    """Return a picture."""
    return None if not name.isprintable() else tx.get(MediaRow, (campaign, name))


def media_names(tx: Tx, campaign: str) -> set[str]:
    """Return the names of a campaign's pictures."""
    return set(tx.exec(select(MediaRow.name).where(MediaRow.campaign == campaign)))


def entry_counts(tx: Tx, campaign: str) -> dict[str, int]:
    """Return how many entries are in each state."""
    found = tx.exec(
        select(EntryRow.state, func.count()).where(EntryRow.campaign == campaign).group_by(col(EntryRow.state))
    )
    return dict(found.all())


def channel_counts(tx: Tx, campaign: str) -> list[tuple[str, int]]:
    """Return how many entries came by each channel, the most first."""
    found = tx.exec(
        select(EntryRow.channel, func.count())
        .where(EntryRow.campaign == campaign, EntryRow.state != "pending")
        .group_by(col(EntryRow.channel))
    )
    return sorted(found, key=lambda pair: -pair[1])


def entrant_count(tx: Tx, campaign: str) -> int:
    """Return how many people are entrants."""
    return tx.exec(select(func.count()).select_from(EntrantRow).where(EntrantRow.campaign == campaign)).one()


def entries(
    tx: Tx, campaign: str, *, wanted: str, marked: bool, before: int | None, most: int = 50
) -> list[tuple[EntryRow, EntrantRow]]:
    """Return entries with their people, the latest first; `wanted` looks into the compared address or pseudonym."""
    query = (
        select(EntryRow, EntrantRow)
        .where(EntryRow.campaign == campaign, EntryRow.owner == EntrantRow.number)
        .order_by(col(EntryRow.place).desc())
        .limit(most)
    )
    if wanted:
        query = query.where(
            col(EntryRow.person).contains(wanted.lower(), autoescape=True) | (col(EntryRow.entrant) == wanted)
        )
    if marked:
        query = query.where(EntryRow.marks != "")
    if before is not None:
        query = query.where(col(EntryRow.place) < before)
    return [(entry, entrant) for entry, entrant in tx.exec(query)]


def timeline(
    tx: Tx, campaign: str, *, quiet: Sequence[str] = ("entry.accepted",), before: int | None = None, most: int = 200
) -> list[RecordRow]:
    """Return records but for the `quiet` kinds, the latest first."""
    query = (
        select(RecordRow)
        .where(RecordRow.journal == campaign, col(RecordRow.kind).not_in(list(quiet)))
        .order_by(col(RecordRow.place).desc())
        .limit(most)
    )
    if before is not None:
        query = query.where(col(RecordRow.place) < before)
    return list(tx.exec(query))


def records_of(tx: Tx, campaign: str, kind: str) -> list[bytes]:
    """Return the records of one kind, in order."""
    found = select(RecordRow.data).where(RecordRow.journal == campaign, RecordRow.kind == kind)
    return list(tx.exec(found.order_by(col(RecordRow.place))))


def exclusion(tx: Tx, campaign: str, entry: EntryRow) -> bytes | None:
    """Return the record that put an entry out last; it stands behind that of the entry itself.

    What is no index's business is looked for here: no text comparison of bytes is alike in both databases.
    """
    named = select(RecordRow.data).where(
        RecordRow.journal == campaign, RecordRow.kind == "entry.excluded", RecordRow.place > (entry.place or 0)
    )
    needle = f'"entry":"{entry.id}"'.encode()
    with tx.exec(named.order_by(col(RecordRow.place).desc()).execution_options(yield_per=1000)) as latest:
        return next((data for data in latest if needle in data), None)


def actions(tx: Tx, campaign: str) -> list[ActionRow]:
    """Return who did what, the latest first."""
    return list(tx.exec(select(ActionRow).where(ActionRow.campaign == campaign).order_by(col(ActionRow.at).desc())))


def account_actions(tx: Tx, organiser: str, most: int) -> list[ActionRow]:
    """Return the latest acts on accounts that an organiser is told of, the latest first."""
    query = select(ActionRow).where(ActionRow.organiser == organiser)
    return list(tx.exec(query.order_by(col(ActionRow.at).desc(), col(ActionRow.id)).limit(most)))


def action(tx: Tx, campaign: str, action: str) -> ActionRow | None:
    """Return one act, for its evidence."""
    found = tx.get(ActionRow, action) if action.isalnum() else None
    return found if found and found.campaign == campaign else None


def kind_counts(tx: Tx, campaign: str) -> dict[str, int]:
    """Return how many records there are of each kind."""
    found = tx.exec(
        select(RecordRow.kind, func.count()).where(RecordRow.journal == campaign).group_by(col(RecordRow.kind))
    )
    return dict(found.all())


def mails(tx: Tx, most: int = 100, wanted: str = "") -> list[OutboxRow]:
    """Return the latest mails, for the mailbox of a demonstration."""
    query = select(OutboxRow).order_by(col(OutboxRow.due_at).desc(), col(OutboxRow.sent_at).desc()).limit(most)
    if wanted:
        query = query.where(OutboxRow.recipient == wanted)
    return list(tx.exec(query))


def mail(tx: Tx, number: int) -> OutboxRow | None:
    """Return one mail, for the mailbox of a demonstration."""
    return tx.get(OutboxRow, number) if number < 2**63 else None


def unsent(tx: Tx, campaign: str) -> tuple[int, int]:
    """Return how many mails wait, and how many were given up."""
    waiting = tx.exec(
        select(func.count())
        .select_from(OutboxRow)
        .where(OutboxRow.campaign == campaign, col(OutboxRow.due_at).is_not(None))
    ).one()
    lost = tx.exec(
        select(func.count())
        .select_from(OutboxRow)
        .where(OutboxRow.campaign == campaign, col(OutboxRow.due_at).is_(None), col(OutboxRow.sent_at).is_(None))
    ).one()
    return waiting, lost
