"""Worth: what a person had from one sponsor in a calendar year, as tax thresholds count it (legal US8)."""

from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from contests.store import campaigns, handovers
from contests.store.campaigns import Standing
from contests.store.session import Tx
from contests.store.tables import HandoverRow


def of_the_year(tx: Tx, standing: Standing, person: str | None, currency: str, year: int) -> Decimal:
    """Return the value of a person's prizes of a year, in one currency, over all campaigns of the same organiser."""
    total = Decimal(0)
    house = campaigns.row(tx, standing.id).organiser
    for way in handovers.of_person(tx, person) if person else ():
        if campaigns.row(tx, way.campaign).organiser != house:
            continue
        other = campaigns.standing(tx, way.campaign).definition
        prize = other.prize_of(way.unit)
        same = other.organiser.name == standing.definition.organiser.name and prize.currency == currency
        if same and _day(way, ZoneInfo(other.timezone)).year == year:
            total += Decimal(way.value or prize.unit_value)
    return total


def _day(way: HandoverRow, zone: ZoneInfo) -> date:
    """Return the day a prize was handed over; while it was not, that of its confirmation."""
    assert way.confirmed_at is not None
    return date.fromisoformat(way.sent_on) if way.sent_on else way.confirmed_at.astimezone(zone).date()
