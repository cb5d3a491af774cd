"""A row of a table becomes a comment, or says why not. Ids stay the text that they are; nothing is filled in by guess."""

import re
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

import msgspec

from contests.comment import Account, Comment, Site
from contests.errors import Malformed, Text
from contests.sources.headers import Field, author_in_link, ids_in_link, is_link
from contests.sources.tally import Problem, Tally
from contests.sources.unreadable import on_line, refuse
from contests.sources.wall_time import Moment, Order, Since, moment

LONGEST_CELL = 20_000
LONGEST_ID = 200
ABSENT = "~"
"""The parent of a reply to a comment that the file does not hold."""
_POWER = re.compile(r"[-+]?(?:\d[.,]\d+[Ee]\+?\d+|\d+[Ee]\+\d+)")
_QUOTED = re.compile(r'=\s*"([^"=+@|]{1,200})"')
_LABEL = re.compile(r"^ID\s*:\s*", re.IGNORECASE)
_INSTAGRAM_HANDLE = re.compile(r"@?[A-Za-z0-9._]{1,30}")
_SHORTEST_NUMBER_ID = 9
_EXACT_DIGITS, _TOO_MANY_ZEROS = 15, 8


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """How the rows of one table are to be read."""

    columns: tuple[Field, ...]
    site: Site
    scope: str
    zone: ZoneInfo
    order: Order = "day"
    since: Since = ""
    export: bool = False


class _UnreadError(Exception):
    """A row that is none: code, French, English."""


class RowReader:
    """Reads the rows of one table in their order."""

    def __init__(self, table: Table, tally: Tally) -> None:
        self._table, self._tally = table, tally
        self._places: dict[Field, int] = {field: place for place, field in enumerate(table.columns) if field}
        self._top = ""
        self._rounded: set[str] | None = set()

    def read(self, line: int, cells: Sequence[str], links: Mapping[int, str]) -> Comment | Problem:
        """Return the comment in a row. Raises Malformed where the row shows that all ids are damaged."""
        self._tally.rows += 1
        try:
            self._check(cells)
            return self._comment(line, cells, links)
        except _UnreadError as unread:
            code, fr, en = unread.args
            return self._tally.problem(line, code, fr, en)

    def _check(self, cells: Sequence[str]) -> None:
        width = len(self._table.columns)
        if any(cell.strip() for cell in cells[width:]):
            raise _UnreadError("too-many-cells", f"{len(cells)} cellules pour {width} en-têtes.",
                               f"{len(cells)} cells for {width} headers.")  # fmt: skip
        if any("\0" in cell for cell in cells):
            raise _UnreadError("nul", "Un octet nul.", "A NUL byte.")
        if (longest := max(map(len, cells))) > LONGEST_CELL:
            raise _UnreadError(
                "cell-too-long", f"Une cellule de {longest} caractères.", f"A cell of {longest} characters."
            )

    def _comment(self, line: int, cells: Sequence[str], links: Mapping[int, str]) -> Comment:
        def cell(field: Field) -> str:
            place = self._places.get(field, -1)
            return cells[place] if 0 <= place < len(cells) else ""

        def opened(field: Field) -> str:
            link = links.get(self._places.get(field, -1), "") or cell(field).strip()
            return link if is_link(link) else ""

        site, link = self._table.site, opened("link")
        told, answered = ids_in_link(site, link) if link else ("", "")
        found = self._id(cell("id"), line)
        if found.isdecimal() and len(found) < _SHORTEST_NUMBER_ID:
            # A row's number: no platform has ids so short, and the next file has the same.
            found = ""
        account = cell("author").strip()
        if account == cell("number").strip():
            # Some exports repeat the row's number where the account's id belongs.
            account = ""
        author, by_name = self._author(account, cell("handle"), cell("name"),
                                       opened("profile") or opened("name") or opened("handle"), line)  # fmt: skip
        if site == "youtube" and "." in found:
            # A reply's id begins with that of the comment it answers.
            answered = found.partition(".")[0]
        at = self._moment(cell("at"), cell("clock"))
        comment = Comment(
            id=found or told,
            author=author,
            text=cell("text"),
            at=at.at if at else None,
            parent=self._id(cell("parent"), line) or answered,
            link=link,
        )
        answers = "sub" in self._places and cell("sub").strip() not in {"", "0"}
        if answers and not comment.parent:
            comment = msgspec.structs.replace(comment, parent=self._top or ABSENT)
        wall = at.wall if at else f"{cell('at')} {cell('clock')}".strip()
        comment = self._tally.comment(comment, wall, by_name=by_name)
        if not answers:
            self._top = comment.id
        return comment

    def _moment(self, day: str, clock: str) -> Moment | None:
        table = self._table
        written = f"{day} {clock}".strip()
        at = moment(written, table.zone, table.order, table.since) if written else None
        self._tally.time(at, written=bool(written))
        return at

    def _author(self, told: str, handle: str, name: str, profile: str, line: int) -> tuple[Account, bool]:
        """Return who wrote, and whether only a display name says so."""
        site, name = self._table.site, name.strip()
        found_id, found_handle = author_in_link(site, profile) if profile else ("", "")
        identity = self._id(told, line) or found_id
        known = _bare(handle) or found_handle
        if not known and (
            (site == "instagram" and self._table.export and _INSTAGRAM_HANDLE.fullmatch(name))
            or (name.startswith("@") and " " not in name)
        ):
            # This exporter puts the handle under “Name” and leaves “Username” empty.
            known = _bare(name)
        by_name = not identity and not known
        if by_name:
            known = _bare(name)
        if not identity and not known:
            raise _UnreadError("no-author", "Aucun auteur.", "No author.")
        if len(known) > LONGEST_ID:
            raise _UnreadError(
                "cell-too-long", f"Un pseudo de {len(known)} caractères.", f"A handle of {len(known)} characters."
            )
        return Account(site=site, scope=self._table.scope, id=identity, handle=known, name=name[:LONGEST_ID]), by_name

    def _id(self, cell: str, line: int) -> str:
        """Return an id as text. Raises Malformed for one that a spreadsheet has rounded."""
        found = cell.strip()
        if found.isalnum() and len(found) <= LONGEST_ID:
            self._check_zeros(found, line)
            return found
        if not found:
            return ""
        if quoted := _QUOTED.fullmatch(found):
            # ="178…" is how careful exporters keep a spreadsheet from rounding an id.
            found = quoted[1]
        found = _LABEL.sub("", found)
        if _POWER.fullmatch(found):
            raise _damaged(found, line)
        if _formula(found):
            raise _formula_refused()
        if len(found) > LONGEST_ID or any(c.isspace() for c in found):
            raise _UnreadError("id-unreadable", "Un identifiant illisible.", "An id that cannot be read.")
        self._check_zeros(found, line)
        return found

    def _check_zeros(self, found: str, line: int) -> None:
        """Notice ids that all end in zeros from the sixteenth digit on: a spreadsheet holds fifteen."""
        if self._rounded is None or len(found) <= _EXACT_DIGITS or not found.isdecimal():
            return
        if found[_EXACT_DIGITS:].strip("0"):
            self._rounded = None
            return
        self._rounded.add(found)
        if sum(len(one) - _EXACT_DIGITS for one in self._rounded) >= _TOO_MANY_ZEROS:
            raise _damaged(found, line)


def _bare(handle: str) -> str:
    """Return a handle without its “@”; formulas are no handles."""
    found = handle.strip()
    if _formula(found):
        raise _formula_refused()
    return found.removeprefix("@")


def _formula(cell: str) -> bool:
    return cell[:1] in {"=", "＝"} or (cell[:1] in {*"+-@＋－＠"} and any(c in cell for c in "|(!"))


def _formula_refused() -> _UnreadError:
    return _UnreadError("formula", "Une formule au lieu d’un pseudo ou d’un identifiant.",
                        "A formula in place of a handle or an id.")  # fmt: skip


def _damaged(found: str, line: int) -> Malformed:
    return refuse(
        "ids-damaged", "Des identifiants complets étaient attendus ; un tableur a arrondi ceux-ci.",
        "Whole ids were expected; a spreadsheet has rounded these.", found[:40], where=on_line(line),
        todo=Text(fr="Exportez de nouveau, et envoyez le fichier sans l’ouvrir ni l’enregistrer dans un tableur (ou "
                     "importez-y les colonnes d’identifiants comme texte).",
                  en="Export again, and send the file without opening and saving it in a spreadsheet (or import the "
                     "columns of ids there as text)."),
    )  # fmt: skip
