"""The sheet of a campaign in the record of processing: its facts from the store, and the sheet as a file."""

from datetime import datetime

from contests.errors import Language
from contests.flows.house import House
from contests.flows.retain import Courses
from contests.papers.file import as_file
from contests.papers.processing import Consents, Erased, Processing, page_of, write_processing
from contests.papers.tree import Document
from contests.store import campaigns, opt_ins, personal


def processing_of(house: House, campaign: str, now: datetime) -> Processing:
    """Return what the sheet tells as of `now`. Raises NotFound for a draft."""
    with house.store.read() as tx:
        standing = campaigns.standing(tx, campaign)
        courses = Courses(tx, campaign)
        people, restricted = personal.left(tx, campaign)
        clock = personal.clock(tx, campaign)
        return Processing(
            campaign=campaign,
            definition=standing.definition,
            version=standing.version,
            site=house.url,
            at=now,
            since=courses.since,
            draws_at=standing.draws_at,
            claimed_until=courses.claimed_until if courses.offered else None,
            next_at=clock.next_at if clock else courses.next_end(standing.definition, now),
            people=people,
            restricted=restricted,
            erased=tuple(
                Erased(row.item, row.why, row.count, row.first_at, row.last_at)
                for row in personal.counted(tx, campaign)
            ),
            consents={box: Consents(*told) for box, told in opt_ins.counted(tx, campaign).items()},
        )


def sheet(facts: Processing, language: Language) -> Document:
    """Return the sheet as a document."""
    return write_processing(facts, language)


def sheet_file(facts: Processing, language: Language, kind: str) -> bytes:
    """Return the sheet as a file: `pdf`, else `html`."""
    document = write_processing(facts, language)
    author = facts.definition.organiser.name
    return as_file(document, page_of(facts, document), kind, at=facts.at, author=author)
