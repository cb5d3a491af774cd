"""Announce: everybody who accepted an earlier version of the rules is told of an amendment, once, by mail.

The worker calls this until nothing is left. Each call is one bounded transaction that begins where the last one ended:
a hundred thousand people hold nobody up, and a worker may be killed at any line.
"""

from datetime import datetime

from contests.campaign.amendment import Amended
from contests.flows.amend import amendments_of
from contests.flows.house import House
from contests.flows.notify import mail
from contests.papers.dates import local
from contests.store import amendments, outbox, personal
from contests.store.tables import AmendmentRow, EntrantRow

BATCH = 500


def announce_due(house: House, now: datetime) -> int:
    """Take one step for each amendment that is not told to everybody yet; return how many people were looked at."""
    with house.store.read() as tx:
        due = [(row.campaign, row.version) for row in amendments.untold(tx)]
    return sum(announce(house, campaign, version, now) for campaign, version in due)


def announce(house: House, campaign: str, version: int, now: datetime) -> int:
    """Write the mails to the next people; 0 when everybody is told, or another worker is at it."""
    with house.store.write() as tx:
        row = next(iter(amendments.untold(tx, campaign, version)), None)
        if row is None:
            return 0
        people = personal.people(tx, campaign, row.upto, BATCH)
        if not people:
            amendments.write(tx, row, told_at=now)
            return 0
        amended = amendments_of(tx, campaign)[version - 2]
        accepted = amendments.latest_accepted(tx, [person.number for person in people])
        told = [person for person in people if person.email and 0 < accepted.get(person.number, 0) < version]
        outbox.put(tx, [_mail(house, row, amended, person, now) for person in told])
        amendments.write(tx, row, upto=people[-1].number)
        return len(people)


def _mail(house: House, row: AmendmentRow, amended: Amended, person: EntrantRow, now: datetime) -> outbox.Mail:
    language = person.language if person.language in amended.after.languages else amended.after.languages[0]
    return mail(
        house.url,
        "amended",
        row.campaign,
        amended.after,
        recipient=person.email or "",
        language=language,
        now=now,
        once=f"{row.version}:{person.id}",
        at=local(amended.at, amended.after, language),
        number=str(amended.number),
        reason=amended.why(language),
        link=f"{house.url}/c/{amended.after.slug}/amendments/{amended.number}?lang={language}",
    )
