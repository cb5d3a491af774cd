"""The way of a prize unit to its holder: what each step of settling writes down for the people who hand it over."""

from datetime import datetime, timedelta

from contests.campaign.definition import Campaign
from contests.flows.show import count
from contests.store import handovers
from contests.store.campaigns import Standing
from contests.store.session import Tx
from contests.store.tables import AwardRow, HandoverRow

USUAL_DAYS = 30  # the United Kingdom's CAP code 8.15.1; where the rules announce no time


def delivery_days(definition: Campaign) -> int:
    """Return the days within which a confirmed prize is handed over: as announced, else as is usual."""
    return definition.law.delivery_days or USUAL_DAYS


def begun(tx: Tx, standing: Standing, award: AwardRow, now: datetime) -> None:
    """Begin the way of a unit that is offered."""
    handovers.begin(
        tx,
        HandoverRow(
            campaign=standing.id, unit=award.unit, entrant=award.entrant, offered_at=now,
            remind_at=_before(standing.definition, award.until, now),
        ),
    )  # fmt: skip


def _before(definition: Campaign, end: datetime | None, now: datetime) -> datetime | None:
    """Return when to remind of `end`; None where nothing is declared, or that time is past."""
    days = definition.aftermath.remind_days
    at = end - timedelta(days=days) if days and end else None
    return at if at and at > now else None


def claimed(tx: Tx, award: AwardRow, now: datetime) -> None:
    """The offer was answered."""
    handovers.put(tx, award.campaign, award.unit, award.entrant, claimed_at=now, remind_at=None)


def confirmed(tx: Tx, standing: Standing, award: AwardRow, now: datetime) -> None:
    """The prize is the holder's: the time to hand it over begins."""
    due = now + timedelta(days=delivery_days(standing.definition))
    handovers.put(
        tx, award.campaign, award.unit, award.entrant,
        confirmed_at=now, due_at=due, remind_at=_before(standing.definition, due, now),
    )  # fmt: skip
    _drop(tx, award, now)


def ended(tx: Tx, award: AwardRow, now: datetime) -> None:
    """The unit is lost to its holder."""
    handovers.put(tx, award.campaign, award.unit, award.entrant, remind_at=None)
    _drop(tx, award, now)


def _drop(tx: Tx, award: AwardRow, now: datetime) -> None:
    count(tx, award.campaign, handovers.drop_files(tx, award.campaign, award.entrant), now)
