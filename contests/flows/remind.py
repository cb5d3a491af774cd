"""Remind: the winner before an offer ends, the organiser before the time to deliver is over. Each once."""

from datetime import datetime

from contests.flows.apart import in_each
from contests.flows.house import House
from contests.flows.notify import mail
from contests.flows.tell import Facts, link_of, once_of, tell
from contests.papers.dates import local
from contests.store import campaigns, draws, handovers, journals, outbox
from contests.store.campaigns import Standing
from contests.store.session import Tx
from contests.store.tables import AwardRow, HandoverRow


def remind_due(house: House, now: datetime) -> int:
    """Write every reminder that is due; return how many ways were looked at."""
    with house.store.read() as tx:
        due = {way.campaign for way in handovers.to_remind(tx, now)}
    return in_each("reminders", sorted(due), lambda campaign: _campaign(house, campaign, now))


def _campaign(house: House, campaign: str, now: datetime) -> int:
    with house.store.write() as tx:
        journals.lock(tx, campaign)
        standing = campaigns.standing(tx, campaign)
        ways = [way for way in handovers.to_remind(tx, now) if way.campaign == campaign]
        for way in ways:
            award = draws.award(tx, campaign, way.unit)
            if award is not None and award.entrant == way.entrant and standing.stage != "void":
                _remind(tx, house, standing, award, way, now)
            way.remind_at = None
            tx.add(way)
        return len(ways)


def _remind(tx: Tx, house: House, standing: Standing, award: AwardRow, way: HandoverRow, now: datetime) -> None:
    if award.state == "offered" and award.until and award.until > now:
        if link := link_of(tx, award):
            tell(tx, house, standing, award, "reminder", now, Facts(until=award.until, link=link))
    elif award.state == "confirmed" and way.due_at and not (way.sent_on or way.received_at or way.withheld_at):
        _organiser(tx, house, standing, award, way.due_at, now)


def _organiser(tx: Tx, house: House, standing: Standing, award: AwardRow, due: datetime, now: datetime) -> None:
    definition = standing.definition
    language = definition.languages[0]
    row = mail(
        house.url, "due", standing.id, definition, recipient=definition.organiser.contact, language=language, now=now,
        once=once_of(award), prize=definition.say(definition.prize_of(award.unit).title, language), unit=award.unit,
        until=local(due, definition, language), link=f"{house.url}/staff/c/{definition.slug}/awards/{award.unit}",
    )  # fmt: skip
    outbox.put(tx, [row])
