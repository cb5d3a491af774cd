"""From the offer into the winner's hands, in the store: the way of a unit, what is shown, what was told."""

from datetime import datetime

import msgspec
from sqlalchemy import ColumnElement
from sqlmodel import and_, col, delete, or_, select, update

from contests.store.session import Tx
from contests.store.tables import (
    AwardRow,
    CampaignRow,
    ClosingRow,
    EntrantRow,
    HandoverRow,
    NotifiedRow,
    OutboxRow,
    ShownRow,
    WordsRow,
)


def begin(tx: Tx, row: HandoverRow) -> None:
    """Begin the way of a unit to a holder."""
    tx.merge(row)
    tx.flush()


def get(tx: Tx, campaign: str, unit: str, entrant: str) -> HandoverRow | None:
    """Return the way of a unit to one of its holders."""
    return tx.get(HandoverRow, (campaign, unit, entrant)) if entrant else None


def put(tx: Tx, campaign: str, unit: str, entrant: str, **values: object) -> None:
    """Write columns of the way of a unit; where none was begun, begin it."""
    row = get(tx, campaign, unit, entrant) or HandoverRow(campaign=campaign, unit=unit, entrant=entrant)
    for name, value in values.items():
        setattr(row, name, value)
    tx.add(row)
    tx.flush()


def of_campaign(tx: Tx, campaign: str) -> dict[tuple[str, str], HandoverRow]:
    """Return every way of a campaign, by unit and holder."""
    rows = tx.exec(select(HandoverRow).where(HandoverRow.campaign == campaign))
    return {(row.unit, row.entrant): row for row in rows}


def of_person(tx: Tx, person: str) -> list[HandoverRow]:
    """Return what was confirmed to a person, by their compared address, in every campaign, but what was withheld."""
    query = (
        select(HandoverRow)
        .join(EntrantRow, col(EntrantRow.id) == col(HandoverRow.entrant))
        .where(
            EntrantRow.person == person,
            col(HandoverRow.confirmed_at).is_not(None),
            col(HandoverRow.withheld_at).is_(None),
        )
    )
    return list(tx.exec(query))


def named_otherwise(tx: Tx, campaign: str) -> tuple[tuple[str, str], ...]:
    """Return who wants to be named with less than declared, and how."""
    query = select(HandoverRow.entrant, HandoverRow.named).where(HandoverRow.campaign == campaign)
    return tuple(sorted((entrant, named) for entrant, named in tx.exec(query.where(HandoverRow.named != ""))))


def deadlines(tx: Tx, campaign: str) -> list[HandoverRow]:
    """Return what has to be handed over until some time and is not yet, the first deadline first."""
    query = select(HandoverRow).where(
        HandoverRow.campaign == campaign,
        col(HandoverRow.due_at).is_not(None),
        _undone(),
    )
    return list(tx.exec(query.order_by(col(HandoverRow.due_at), col(HandoverRow.unit))))


def to_remind(tx: Tx, now: datetime, most: int = 50) -> list[HandoverRow]:
    """Lock and return what a reminder is due for."""
    query = select(HandoverRow).where(col(HandoverRow.remind_at).is_not(None), col(HandoverRow.remind_at) <= now)
    found = tx.exec(query.order_by(col(HandoverRow.remind_at)).limit(most).with_for_update(skip_locked=True))
    return list(found)


def under_way(tx: Tx, campaign: str = "", organiser: str = "") -> list[tuple[AwardRow, HandoverRow | None]]:
    """Return the units, of an organiser's campaigns or of one, that are offered or due and not in the winner's hands."""
    open_now = col(AwardRow.state).in_(("offered", "claimed"))
    due = col(HandoverRow.due_at).is_not(None) & _undone()
    query = (
        select(AwardRow, HandoverRow)
        .join(HandoverRow, and_(*_same_holder()), isouter=True)
        .where(or_(open_now, (col(AwardRow.state) == "confirmed") & due))
        .order_by(col(AwardRow.campaign), col(AwardRow.position))
    )
    theirs = select(CampaignRow.id).where(CampaignRow.organiser == organiser)
    within = AwardRow.campaign == campaign if campaign else col(AwardRow.campaign).in_(theirs)
    return list(tx.exec(query.where(within)))


def _same_holder() -> tuple[ColumnElement[bool], ...]:
    return (
        col(HandoverRow.campaign) == col(AwardRow.campaign),
        col(HandoverRow.unit) == col(AwardRow.unit),
        col(HandoverRow.entrant) == col(AwardRow.entrant),
    )


def _undone() -> ColumnElement[bool]:
    return col(HandoverRow.received_at).is_(None) & col(HandoverRow.withheld_at).is_(None)


def shown(tx: Tx, campaign: str, unit: str, entrant: str) -> dict[str, ShownRow]:
    """Return what a holder of a unit has shown, by document."""
    query = select(ShownRow).where(ShownRow.campaign == campaign, ShownRow.unit == unit, ShownRow.entrant == entrant)
    return {row.document: row for row in tx.exec(query)}


def put_shown(tx: Tx, row: ShownRow) -> None:
    """Keep a document, or that it was looked at."""
    tx.merge(row)
    tx.flush()


def waiting_files(tx: Tx) -> set[tuple[str, str]]:
    """Return campaign and unit of every file that waits for a look."""
    found = tx.exec(select(ShownRow.campaign, ShownRow.unit).where(col(ShownRow.gone_at).is_not(None)))
    return set(found)


def drop_files(tx: Tx, campaign: str, entrant: str, until: datetime | None = None) -> int:
    """Delete the files that somebody sent, or those that wait since too long at `until`; that they were seen stays.

    Return how many there were.
    """
    mine = [col(ShownRow.campaign) == campaign, col(ShownRow.entrant) == entrant, col(ShownRow.gone_at).is_not(None)]
    if until:
        mine.append(col(ShownRow.gone_at) <= until)
    return int(tx.execute(update(ShownRow).where(*mine).values(data=b"", kind="", gone_at=None)).rowcount)  # type: ignore[attr-defined]


def old_files(tx: Tx, now: datetime) -> set[tuple[str, str]]:
    """Return campaign and holder of every file that nobody looked at in time."""
    old = (col(ShownRow.gone_at).is_not(None), col(ShownRow.gone_at) <= now)
    return set(tx.exec(select(ShownRow.campaign, ShownRow.entrant).where(*old)))


def forget(tx: Tx, campaign: str, entrant: str) -> None:
    """Take away what says more of a holder than that a prize was awarded."""
    mine = (col(ShownRow.campaign) == campaign, col(ShownRow.entrant) == entrant)
    tx.execute(delete(ShownRow).where(*mine))
    way = (col(HandoverRow.campaign) == campaign, col(HandoverRow.entrant) == entrant)
    tx.execute(update(HandoverRow).where(*way).values(carrier="", tracking="", reason="", remind_at=None))


def words(tx: Tx, campaign: str) -> dict[tuple[str, str], WordsRow]:
    """Return what staff added to the mails of a campaign, by kind and language."""
    rows = tx.exec(select(WordsRow).where(WordsRow.campaign == campaign))
    return {(row.kind, row.language): row for row in rows}


def put_words(tx: Tx, row: WordsRow) -> None:
    """Keep what staff add to a mail; an empty text takes it away."""
    tx.merge(row)
    tx.flush()


def told(tx: Tx, row: NotifiedRow) -> None:
    """Note what is told; telling the same thing twice changes nothing."""
    if tx.get(NotifiedRow, row.once) is None:
        tx.add(row)
        tx.flush()


class Told(msgspec.Struct, frozen=True):
    """What was told, and the mail itself while it is kept."""

    noted: NotifiedRow
    mail: OutboxRow | None


def notices(tx: Tx, campaign: str, unit: str) -> list[Told]:
    """Return what was told about a unit, the first first."""
    query = (
        select(NotifiedRow, OutboxRow)
        .join(OutboxRow, col(OutboxRow.once) == col(NotifiedRow.once), isouter=True)
        .where(NotifiedRow.campaign == campaign, NotifiedRow.unit == unit)
        .order_by(col(NotifiedRow.written_at), col(NotifiedRow.once))
    )
    return [Told(noted, mail) for noted, mail in tx.exec(query)]


def mail_of(tx: Tx, once: str) -> OutboxRow | None:
    """Return the mail of a step, while it is kept."""
    return tx.exec(select(OutboxRow).where(OutboxRow.once == once)).first()


def closing(tx: Tx, campaign: str) -> ClosingRow | None:
    """Return what was typed for the closing report."""
    return tx.get(ClosingRow, campaign)


def put_closing(tx: Tx, row: ClosingRow) -> None:
    """Keep what was typed for the closing report; the last text replaces."""
    tx.merge(row)
    tx.flush()
