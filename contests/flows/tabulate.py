"""Tabulate: a campaign's entries as a file for a spreadsheet. Personal: who took it is noted."""

from collections.abc import Iterator
from datetime import datetime
from typing import IO
from zoneinfo import ZoneInfo

import msgspec
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from contests.campaign.codes import CHANNELS, ENTRIES
from contests.campaign.definition import Campaign
from contests.campaign.form import questions
from contests.entry import Answers
from contests.errors import Language, Text
from contests.flows import act
from contests.flows.house import House
from contests.papers.sheet import Cell, csv_line
from contests.store import campaigns, figures
from contests.store.session import Tx
from contests.store.tables import EntrantRow, EntryRow

BATCH = 2000
MOST_ROWS = 1_000_000  # rows of one sheet; the format ends at 1,048,576
FORMS = ("csv", "xlsx")
_HEAD = (
    Text(fr="Numéro au journal", en="Number in the journal"),
    Text(fr="Reçue le ({zone})", en="Received on ({zone})"),
    Text(fr="État", en="State"),
    Text(fr="Canal", en="Channel"),
    Text(fr="Chances", en="Chances"),
    Text(fr="Pseudonyme", en="Pseudonym"),
    Text(fr="Adresse e-mail", en="E-mail address"),
    Text(fr="Langue", en="Language"),
    Text(fr="Signalements", en="Marks"),
)


def note_export(house: House, campaign: str, form: str, *, staff_name: str, now: datetime) -> None:
    """Note that somebody took the entries, before they get them."""
    with house.store.write() as tx:
        count = figures.export_count(tx, campaign)
        act.note(tx, house, campaign, now, staff_name, "export", f"{form.upper()}, {count}")


def write_entries(house: House, campaign: str, form: str, language: Language, out: IO[bytes]) -> int:
    """Write every entry as `csv` or `xlsx`, those in the journal first, in its order; return how many rows."""
    write = write_xlsx if form == "xlsx" else write_csv
    with house.store.read() as tx:
        definition = campaigns.standing(tx, campaign).definition
        return write(_table(tx, campaign, definition, language), language, out)


def write_csv(table: Iterator[list[Cell]], language: Language, out: IO[bytes]) -> int:
    """Write a table as CSV; the mark at the beginning tells Excel that it is UTF-8."""
    out.write(b"\xef\xbb\xbf")
    lines = 0
    for cells in table:
        out.write(csv_line(cells, language))
        lines += 1
    return lines - 1  # the first one is the head


def write_xlsx(table: Iterator[list[Cell]], _language: Language, out: IO[bytes]) -> int:
    """Write a table as a workbook, row by row, without keeping it in memory.

    Texts are cells of the kind text with the format text: no spreadsheet takes one for a formula, a link or a number.
    """
    kept_apart = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, {**kept_apart, "strings_to_numbers": False})
    text, bold = book.add_format({"num_format": "@"}), book.add_format({"bold": True, "num_format": "@"})
    head = next(table)
    sheet, row, count = _sheet(book, head, bold), 1, 0
    for cells in table:
        if row > MOST_ROWS:
            sheet, row = _sheet(book, head, bold), 1
        for place, cell in enumerate(cells):
            if isinstance(cell, int):
                sheet.write_number(row, place, cell)
            elif cell:
                sheet.write_string(row, place, cell, text)
        row, count = row + 1, count + 1
    book.close()
    return count


def _sheet(book: xlsxwriter.Workbook, head: list[Cell], bold: Format) -> Worksheet:
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(head) - 1, 18)
    for place, name in enumerate(head):
        sheet.write_string(0, place, str(name), bold)
    return sheet


def _table(tx: Tx, campaign: str, definition: Campaign, language: Language) -> Iterator[list[Cell]]:
    """Yield the head, then one line for each entry."""
    asked = [question for question in questions(definition) if question.kind != "email"]
    head: list[Cell] = [said(language, zone=definition.timezone) for said in _HEAD]
    yield head + [question.label(language) for question in asked]
    write = _Writer(definition, language, [question.name for question in asked])
    after = -1
    while batch := figures.journaled(tx, campaign, after, BATCH):
        for entry, person in batch:
            yield write(entry, person)
        after = batch[-1][0].place or 0
        tx.expunge_all()
    after = 0
    while waiting := figures.waiting(tx, campaign, after, BATCH):
        for entry in waiting:
            yield write(entry, None)
        after = waiting[-1].number
        tx.expunge_all()


class _Writer:
    """Writes one entry as a line; names are looked up once."""

    def __init__(self, definition: Campaign, language: Language, asked: list[str]) -> None:
        self._zone, self._language, self._asked = ZoneInfo(definition.timezone), language, asked
        self._states = {state: said(language) for state, said in ENTRIES.items()}
        self._channels = {name: said(language) for name, said in CHANNELS.items()}
        self._channels |= {channel.id: definition.say(channel.title, language) for channel in definition.channels}

    def __call__(self, entry: EntryRow, person: EntrantRow | None) -> list[Cell]:
        """Return the cells of one entry."""
        answers = msgspec.json.decode(entry.answers, type=Answers) if entry.answers else Answers(values={}, language="")
        return [
            "" if entry.place is None else entry.place,
            entry.received_at.astimezone(self._zone).strftime("%Y-%m-%d %H:%M:%S"),
            self._states.get(entry.state, entry.state),
            self._channels.get(entry.channel, entry.channel),
            entry.tickets,
            entry.entrant or "",
            (person.email if person else answers.values.get("email")) or "",
            person.language if person else answers.language,
            entry.marks,
            *(answers.values.get(name, "") for name in self._asked),
        ]
