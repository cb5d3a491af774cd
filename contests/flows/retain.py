"""Retain: personal data is deleted when its last purpose has ended, exactly as the rules text says.

The worker calls `retain` until nothing is due. Each call is one bounded transaction behind the campaign's lock, and
finds its own way on: it may be killed at any line, and run twice. The journal and the draw are never touched.
"""

import csv
import io
from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import Any

import msgspec

from contests.campaign.definition import Campaign
from contests.campaign.retention import (
    NOTED,
    SAID,
    Course,
    claim_end,
    compared_items,
    email_item,
    ended,
    household_items,
    identity_items,
    items,
    next_end,
    without,
)
from contests.codec import parse_instant
from contests.entry import Answers
from contests.flows.apart import in_each
from contests.flows.four_eyes import sweep
from contests.flows.house import House
from contests.records import AwardOffered, CampaignVoided, parse_record
from contests.rules.parent_agrees import FIELD as PARENT_FIELD
from contests.rules.unique_code import code_key
from contests.store import (
    attention,
    campaigns,
    comments,
    entries,
    journals,
    opt_ins,
    parents,
    personal,
    signals,
    ties,
    views,
)
from contests.store.session import Tx
from contests.store.tables import ClockRow, EntrantRow, EntryRow

BATCH = 200
ROWS = 5000
TAKING = frozenset({"open", "closed"})
EXCLUDING = ("exclude", "reinstate")
AWARDING = (
    "confirm", "forfeit", "sent", "received", "withhold", "name-as", "access", "erase", "consent",
)  # fmt: skip
Deleted = Counter[tuple[str, str]]


class Courses:
    """What became of everybody in a campaign: who was offered a prize and when, who may still be."""

    def __init__(self, tx: Tx, campaign: str) -> None:
        self.stage = campaigns.row(tx, campaign).stage
        self.since: datetime | None = None
        self.offered: dict[str, datetime] = {}
        for data in personal.offers(tx, campaign):
            record = parse_record(data)
            if isinstance(record, AwardOffered):
                self.offered[record.entrant] = parse_instant(record.at)
            elif isinstance(record, CampaignVoided):
                self.since = parse_instant(record.at)
        draw = views.draw_head(tx, campaign)
        self.waiting: set[str] = set()
        if draw and draw.drawn_at:
            self.since = draw.drawn_at
            if self.stage == "drawn":
                self.waiting = {line["entrant"] for line in csv.DictReader(io.StringIO(draw.ranking.decode()))}

    def of(self, person: EntrantRow) -> Course:
        """Return one person's course. On a frozen list everybody may still be drawn."""
        return Course(
            since=self.since,
            offered_at=self.offered.get(person.id),
            waiting=person.id in self.waiting or self.stage == "frozen",
            asked=person.erased_at is not None,
        )

    def kinds(self) -> list[Course]:
        """Return the courses whose ends differ."""
        kinds = [Course(since=self.since), Course(since=self.since, waiting=True)]
        return kinds + [Course(since=self.since, offered_at=at) for at in sorted(set(self.offered.values()))]

    def next_end(self, definition: Campaign, after: datetime) -> datetime | None:
        """Return the first instant later than `after` at which something of somebody ends."""
        if self.since is None:
            return None
        ends = [next_end(definition, self.kinds(), after), claim_end(self.since), self.claimed_until]
        return min((end for end in ends if end is not None and end > after), default=None)

    @property
    def claimed_until(self) -> datetime | None:
        """The end of the time in which the last prize offered can be claimed."""
        last = max(self.offered.values(), default=self.since)
        return claim_end(last) if last else None


def retain_due(house: House, now: datetime) -> int:
    """Take one step in every campaign in which something is due; return how many rows it was about."""
    with house.store.read() as tx:
        due = personal.due(tx, now)
    return in_each("retention", due, lambda campaign: retain(house, campaign, now))


def retain(house: House, campaign: str, now: datetime) -> int:
    """Take one bounded step; 0 when nothing is due."""
    with house.store.write() as tx:
        journals.lock(tx, campaign)
        return _Pass(tx, house, campaign, now).step()


class _Pass:
    """One step of a pass through the people of a campaign, while its journal is locked."""

    def __init__(self, tx: Tx, house: House, campaign: str, now: datetime) -> None:
        self.tx, self.house, self.campaign, self.now = tx, house, campaign, now
        self.definition: Campaign = campaigns.standing(tx, campaign).definition
        self.courses = Courses(tx, campaign)
        self.clock = personal.clock(tx, campaign) or ClockRow(campaign=campaign, stage="")
        self.deleted: Deleted = Counter()

    def step(self) -> int:
        """Begin a pass, take its next batch, or end it."""
        if self.clock.stage != self.courses.stage:
            sweep(self.tx, self.house, self.campaign, self.now)
            if self.courses.stage != "closed":
                signals.drop_alone(self.tx, self.campaign)
            if done := self._close_door():
                return done
            needed = self._anything_due()
            self._begin(needed=needed)
            return int(needed)
        if self.clock.begun_at is None:
            if self.clock.next_at is None or self.clock.next_at > self.now:
                return 0
            self._begin(needed=True)
        assert self.clock.begun_at is not None
        batch = personal.people(self.tx, self.campaign, self.clock.upto, BATCH)
        if batch:
            self._batch(batch, self.clock.begun_at)
            self.clock.upto = batch[-1].number
        elif not self._beside(self.clock.begun_at):
            self.clock.next_at = self.courses.next_end(self.definition, self.clock.begun_at)
            self.clock.begun_at, self.clock.upto = None, 0
        self._write()
        return len(batch) or 1

    def _write(self) -> None:
        personal.count(self.tx, self.campaign, "time", self.deleted, self.now)
        personal.put_clock(self.tx, self.clock)

    def _close_door(self) -> int:
        """What was never confirmed goes at the closing, or when the campaign is voided before."""
        pending = personal.drop_pending(self.tx, self.campaign, ROWS)
        mails = personal.drop_mails(self.tx, self.campaign, ("confirm", "parent"), ROWS)
        parents.end(self.tx, self.campaign)
        self.deleted.update({("_pending", "entry"): pending, ("_mail", "contact"): mails})
        personal.count(self.tx, self.campaign, "time", self.deleted, self.now)
        return pending + mails

    def _anything_due(self) -> bool:
        if self.courses.since is None:
            return False
        first = self.courses.next_end(self.definition, self.courses.since)
        return (first is not None and first <= self.now) or personal.asked(self.tx, self.campaign)

    def _begin(self, *, needed: bool) -> None:
        """Note the stage; a pass looks at everybody as of the instant it began."""
        self.clock.stage, self.clock.upto = self.courses.stage, 0
        self.clock.begun_at = self.now if needed else None
        self.clock.next_at = self.now if needed else self.courses.next_end(self.definition, self.now)
        self._write()

    def _batch(self, people: list[EntrantRow], at: datetime) -> None:
        rows = personal.entries_of(self.tx, [person.number for person in people])
        everything = {item.name for item in items(self.definition)}
        over = []
        for person in people:
            course = self.courses.of(person)
            gone = ended(self.definition, course, at)
            if not gone:
                continue
            if email_item(self.definition) in gone and all(row.state != "accepted" for row in rows[person.number]):
                # A consent outlives its entry only where the entry counted.
                places = [row.place for row in rows[person.number]]
                self.deleted["_opt_in", "marketing"] += opt_ins.drop_of(self.tx, self.campaign, places)
            # What is written below empties these rows as well.
            mails_to = addresses(person, rows[person.number])
            strip(self.tx, self.definition, person, rows[person.number], gone, self.deleted)
            if email_item(self.definition) in gone and course.offered_at:
                self.deleted["_award", "delivery"] += personal.forget_award(self.tx, self.campaign, person.id)
                self.deleted["_mail", "contact"] += personal.drop_mails_to(self.tx, self.campaign, mails_to)
            if ended(self.definition, msgspec.structs.replace(course, asked=False), at) >= everything:
                over.append(person.number)
                self.deleted["_entry", "entry"] += len(rows[person.number])
        personal.remove(self.tx, over, [row.number for number in over for row in rows[number]])

    def _beside(self, at: datetime) -> int:
        """Delete what belongs to no one person; return how many rows went, 0 when all is done."""
        since = self.courses.since
        assert since is not None
        gone = ended(self.definition, Course(since=since), at)
        done: Deleted = Counter()
        if email_item(self.definition) in gone:
            done["_mail", "contact"] = personal.drop_mails(self.tx, self.campaign, personal.EVERYBODYS_MAILS, ROWS)
        if SAID in gone:
            held = () if claim_end(since) <= at else [*self.courses.offered, *self.courses.waiting]
            done["_comment", "entry"] = comments.drop(self.tx, self.campaign, held, ROWS)
            attention.drop_all(self.tx, self.campaign)
        if NOTED in gone:
            done["_list", "eligibility"] = personal.drop_list(self.tx, self.campaign)
        if claim_end(since) <= at:
            done["_evidence", "eligibility"] = personal.drop_evidence(self.tx, self.campaign, EXCLUDING)
            done["_evidence", "eligibility"] += personal.drop_refusals(self.tx, self.campaign)
        if self.courses.claimed_until and self.courses.claimed_until <= at:
            done["_notes", "delivery"] = personal.drop_evidence(self.tx, self.campaign, AWARDING)
        self.deleted.update(done)
        return sum(done.values())


def addresses(person: EntrantRow, rows: list[EntryRow]) -> set[str]:
    """Return every way in which a person typed their address."""
    found = {person.email, *(entries.read_answers(row).values.get("email") for row in rows)}
    return {address for address in found if address}


def _part(tx: Tx, row: EntryRow, answers: Answers, lost: Collection[str]) -> None:
    """Part an entry from what stands elsewhere because of an answer that it loses."""
    if PARENT_FIELD in lost:
        parents.forget(tx, row.number)
    if "code" in lost:
        personal.free_code(tx, row.campaign, code_key(answers.values["code"]))


def strip(
    tx: Tx,
    definition: Campaign,
    person: EntrantRow,
    rows: list[EntryRow],
    gone: frozenset[str],
    deleted: Deleted,
    *,
    but_identity: bool = False,
) -> None:
    """Delete the items `gone` of one person, and all that repeats them; count them. What is public stays.

    `but_identity` leaves what opens the commitment. Doing it twice changes nothing.
    """
    purposes = {item.name: item.purpose for item in items(definition)}
    if SAID in gone and person.person:
        deleted["_comment", "entry"] += _forget_comments(tx, person.campaign, person.id, person.person)
    no_email, no_notes = email_item(definition) in gone, NOTED in gone
    for row in rows:
        changes: dict[str, Any] = {}
        answers = entries.read_answers(row)
        left = without(answers, gone)
        if left != answers:
            lost = answers.values.keys() - left.values.keys() | ({NOTED} if left.channel != answers.channel else set())
            deleted.update((name, purposes.get(name, "entry")) for name in lost)
            changes["answers"] = msgspec.json.encode(left) if left.values or left.channel else b""
            _part(tx, row, answers, lost)
        if row.identity and gone & identity_items(definition) and not but_identity:
            changes |= {"identity": b"", "key": b""}
            deleted["_identity", "entry"] += 1
        if row.person and no_email:
            changes["person"] = None
        if row.household and gone & household_items(definition):
            changes["household"] = None
        if no_notes and (row.marks or row.sent_at or row.received_at.second or row.received_at.microsecond):
            # The minute stands in the public journal.
            minute = row.received_at.replace(second=0, microsecond=0)
            changes |= {"marks": "", "sent_at": None, "received_at": minute}
        if changes:
            entries.write_entry(tx, row.number, changes)
    _strip_signals(tx, definition, person, gone)
    values: dict[str, Any] = {}
    if no_email and (person.person or person.email):
        values |= {"person": None, "email": None}
    if no_notes and (person.referral or person.language):
        values |= {"referral": None, "language": ""}
    if values:
        personal.write_person(tx, person.number, values)


def _forget_comments(tx: Tx, campaign: str, entrant: str, key: str) -> int:
    """Delete what somebody said: by the account that is their entry's, and by one that they tied to it."""
    accounts = [key, *ties.accounts_of(tx, campaign, entrant)]
    barred = any(row.state == "excluded" for row in entries.of_entrant(tx, entrant))
    if not barred or campaigns.row(tx, campaign).stage not in TAKING:  # an exclusion holds as long as entries are taken
        ties.forget(tx, campaign, entrant)
    return sum(comments.blank(tx, campaign, account) for account in accounts)


def _strip_signals(tx: Tx, definition: Campaign, person: EntrantRow, gone: frozenset[str]) -> None:
    """Signals go with what the site noted; what people have in common, with the answers that were compared."""
    if NOTED in gone:
        signals.drop(tx, person.number)
    elif gone & compared_items(definition):
        signals.part(tx, person.number)
