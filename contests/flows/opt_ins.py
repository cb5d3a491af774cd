"""Opt-ins: who asked for commercial messages, each with the proof of their consent and a clock of its own (legal DP5, DP9).

Apart from everything else: only a box that was ticked, of an entry that counts, and confirmed where addresses are. A
consent ends so many days after it was given or after the last contact; the worker then deletes it, whatever the stage.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from contests.campaign.definition import Campaign
from contests.campaign.form import questions
from contests.campaign.parse import of_record
from contests.campaign.retention import without
from contests.codec import instant, parse_json
from contests.errors import Refused, Text
from contests.flows import act
from contests.flows.apart import in_each
from contests.flows.house import House
from contests.papers.sheet import safe
from contests.rules.confirmed_email import ConfirmedEmail
from contests.sources.contacts import Contacts
from contests.store import campaigns, entries, journals, opt_ins, personal, views
from contests.store.session import Tx
from contests.store.tables import OptInRow

BATCH = 1000
COLUMNS = (
    "address", "box", "text_shown", "language", "rules_version", "rules_sha256", "ticked_at", "channel",
    "address_confirmed", "confirmed_at", "journal_record", "last_contact_at", "expires_at",
)  # fmt: skip
Did = Literal["contact", "withdrawn"]


class Contacted(msgspec.Struct, frozen=True):
    """What came of a list: consents found, those of them whose time began again or that were deleted, people not known.

    `unread`: what was meant for an address and is none.
    """

    found: int
    changed: int
    unknown: int
    unread: tuple[str, ...] = ()


def export_opt_ins(house: House, campaign: str, *, staff_name: str, now: datetime) -> bytes:
    """Return the list as CSV in UTF-8, and note who took it. Raises NotFound for a draft."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    with house.store.write() as tx:
        now = journals.lock(tx, campaign).after(now)
        lines = 0
        for line in _lines(tx, campaign, now):
            writer.writerow([safe(cell) for cell in line])
            lines += 1
        act.note(tx, house, campaign, now, staff_name, "opt-ins", str(lines))
    return out.getvalue().encode()


def _lines(tx: Tx, campaign: str, now: datetime) -> Iterator[tuple[str, ...]]:
    definitions = _definitions(tx, campaign)
    labels = {version: {q.name: q.label for q in questions(told)} for version, told in definitions.items()}
    papers = {(paper.version, paper.language): paper.digest for paper in views.papers(tx, campaign)}
    after = 0
    while batch := opt_ins.listed(tx, campaign, after, BATCH):
        after = batch[-1].number
        for row in batch:
            if row.ends_at > now and (row.confirmed_at or definitions[row.version].rule(ConfirmedEmail) is None):
                shown, paper = labels[row.version][row.box], papers.get((row.version, row.language), "")
                yield _line(row, shown, paper)


def _line(row: OptInRow, shown: Text, paper: str) -> tuple[str, ...]:
    return (
        row.address,
        row.box,
        shown(row.language),
        row.language,
        str(row.version),
        paper,
        instant(row.ticked_at),
        row.channel,
        "yes" if row.confirmed_at else "no",
        instant(row.confirmed_at) if row.confirmed_at else "",
        str(row.place),
        instant(row.last_contact_at) if row.last_contact_at else "",
        instant(row.ends_at),
    )


def _definitions(tx: Tx, campaign: str) -> dict[int, Campaign]:
    """Return the definition of each version of the rules, as it is in the journal."""
    found = [of_record(parse_json(data)["definition"]) for data in personal.definitions(tx, campaign)]
    return dict(enumerate(found or [campaigns.standing(tx, campaign).definition], 1))


def note_contacts(
    house: House, campaign: str, contacts: Contacts, *, did: Did, on: str, staff_name: str, now: datetime
) -> Contacted:
    """Take in that people wrote or clicked on a day (as 2027-03-01), or took their consent back. Raises Refused.

    Nothing of the list is kept but what it says of consents that are held.
    """
    with house.store.write() as tx:
        now = journals.lock(tx, campaign).after(now)
        definition = campaigns.standing(tx, campaign).definition
        at = _begin_of(on, definition, now) if did == "contact" else now
        rows: dict[str, list[OptInRow]] = defaultdict(list)
        named: set[str] = set()
        after = 0
        while batch := opt_ins.every(tx, campaign, after, BATCH):
            after = batch[-1].number
            for row in batch:
                if name := contacts.named(row.person, row.address):
                    named.add(name)
                    rows[row.box].append(row)
        changed = _renew(tx, definition, rows, at) if did == "contact" else _end(tx, campaign, rows, "request", now)
        told = Contacted(sum(map(len, rows.values())), changed, contacts.size - len(named), contacts.unread)
        what = f"{did} {on}".strip() if did == "contact" else did
        detail = f"{what}: {told.found} found, {told.changed} changed, {told.unknown} unknown"
        act.note(tx, house, campaign, now, staff_name, "contacts", detail)
        return told


def _renew(tx: Tx, definition: Campaign, rows: dict[str, list[OptInRow]], at: datetime) -> int:
    days = {field.id: field.retention_days for field in definition.fields}
    return sum(
        opt_ins.touch(tx, [row.number for row in some[start : start + BATCH]], at, at + timedelta(days=days[box]))
        for box, some in rows.items()
        for start in range(0, len(some), BATCH)
    )


def _end(tx: Tx, campaign: str, rows: dict[str, list[OptInRow]], why: str, now: datetime) -> int:
    """Delete consents, and what the entries repeat of them; count them."""
    every = [row for some in rows.values() for row in some]
    for start in range(0, len(every), BATCH):
        _delete(tx, campaign, every[start : start + BATCH])
    personal.count(tx, campaign, why, {("_opt_in", "marketing"): len(every)}, now)
    return len(every)


def _delete(tx: Tx, campaign: str, rows: list[OptInRow]) -> None:
    owners = opt_ins.owners(tx, campaign, [row.place for row in rows])
    boxes: dict[int, set[str]] = defaultdict(set)
    for row in rows:
        if row.place in owners:
            boxes[owners[row.place]].add(row.box)
    for owner, repeated in personal.entries_of(tx, [*boxes]).items():
        for entry in repeated:
            answers = entries.read_answers(entry)
            left = without(answers, boxes[owner])
            if left != answers:
                entries.write_entry(tx, entry.number, {"answers": msgspec.json.encode(left)})
    opt_ins.remove(tx, [row.number for row in rows])


def _begin_of(on: str, definition: Campaign, now: datetime) -> datetime:
    """Return the first instant of the day typed, in the campaign's zone. Raises Refused for a day that cannot be."""
    zone = ZoneInfo(definition.timezone)
    try:
        day = date.fromisoformat(on.strip())
        at = datetime.combine(day, time(), zone)
    except (ValueError, OverflowError):
        at = None
    if at is None or at > now or day < definition.opens_at.astimezone(zone).date():
        raise Refused(
            "day-impossible",
            Text(fr="Le jour du contact était attendu, depuis l’ouverture du jeu et jusqu’à aujourd’hui.",
                 en="The day of the contact was expected, from the opening of the contest to today."),
            Text(fr="Corrigez la date.", en="Mend the date."),
            found=on[:20],
            where="on",
        )  # fmt: skip
    return at


def end_due(house: House, now: datetime) -> int:
    """Delete consents whose time is over, a bounded step in each campaign; return how many."""
    with house.store.read() as tx:
        due = opt_ins.due_campaigns(tx, now)
    return in_each("opt-ins", due, lambda campaign: _end_step(house, campaign, now))


def _end_step(house: House, campaign: str, now: datetime) -> int:
    with house.store.write() as tx:
        journals.lock(tx, campaign)
        return _end(tx, campaign, {"": opt_ins.due(tx, campaign, now, BATCH)}, "time", now)
