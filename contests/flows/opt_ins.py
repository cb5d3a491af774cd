"""Opt-ins: the addresses of those who asked for commercial messages, each with the proof of their consent (legal DP5).

Apart from everything else: only a box that was ticked, of an entry that counts, and confirmed where addresses are.
"""

import csv
import io
from collections.abc import Iterator
from datetime import datetime

from contests.campaign.definition import Campaign
from contests.campaign.form import questions
from contests.campaign.parse import of_record
from contests.codec import instant, parse_json
from contests.flows import act
from contests.flows.house import House
from contests.flows.retain import read_answers
from contests.papers.sheet import safe
from contests.rules.confirmed_email import ConfirmedEmail
from contests.store import campaigns, journals, personal, views
from contests.store.session import Tx
from contests.store.tables import EntrantRow, EntryRow

BATCH = 1000
COLUMNS = (
    "address", "box", "text_shown", "language", "rules_version", "rules_sha256", "ticked_at", "channel",
    "address_confirmed", "confirmed_at", "journal_record",
)  # fmt: skip


def export_opt_ins(house: House, campaign: str, *, staff_name: str, now: datetime) -> bytes:
    """Return the list as CSV in UTF-8, and note who took it. Raises NotFound for a draft."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    with house.store.write() as tx:
        now = journals.lock(tx, campaign).after(now)
        lines = 0
        for line in _lines(tx, campaign):
            writer.writerow([safe(cell) for cell in line])
            lines += 1
        act.note(tx, house, campaign, now, staff_name, "opt-ins", str(lines))
    return out.getvalue().encode()


def _lines(tx: Tx, campaign: str) -> Iterator[tuple[str, ...]]:
    definitions = _definitions(tx, campaign)
    papers = {(paper.version, paper.language): paper.digest for paper in views.papers(tx, campaign)}
    seen: set[tuple[str, str]] = set()
    after = 0
    while batch := personal.accepted(tx, campaign, after, BATCH):
        after = batch[-1][0].number
        for row, person in batch:
            for box, line in _consents(definitions[row.version], papers, row, person):
                if (person.id, box) not in seen:
                    seen.add((person.id, box))
                    yield line


def _definitions(tx: Tx, campaign: str) -> dict[int, Campaign]:
    """Return the definition of each version of the rules, as it is in the journal."""
    found = [of_record(parse_json(data)["definition"]) for data in personal.definitions(tx, campaign)]
    return dict(enumerate(found or [campaigns.standing(tx, campaign).definition], 1))


def _consents(
    definition: Campaign, papers: dict[tuple[int, str], str], row: EntryRow, person: EntrantRow
) -> Iterator[tuple[str, tuple[str, ...]]]:
    answers = read_answers(row)
    address = answers.values.get("email") or person.email
    confirmed = row.sent_at is not None
    if not address or (definition.rule(ConfirmedEmail) and not confirmed):
        return
    # A bonus repeats the answers of the entry that it was given for: nobody ticked anything then.
    if row.channel == "bonus-referral":
        return
    shown = {question.name: question.label for question in questions(definition)}
    for field in definition.fields:
        if field.kind != "consent" or field.purpose != "marketing" or not answers.values.get(field.id):
            continue
        yield (
            field.id,
            (
                address,
                field.id,
                shown[field.id](answers.language),
                answers.language,
                str(row.version),
                papers.get((row.version, answers.language), ""),
                instant(row.sent_at or row.received_at),
                row.channel,
                "yes" if confirmed else "no",
                instant(row.received_at) if confirmed else "",
                "" if row.place is None else str(row.place),
            ),
        )
