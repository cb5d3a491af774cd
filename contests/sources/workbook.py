"""Rows of an .xlsx workbook, one at a time, read by hand with zipfile and expat.

By hand because no library gives what is needed at once: a row at a time and the links of its cells (a Facebook export has
the comment's id nowhere else). Nothing is unpacked before its declared size and ratio were looked at, no part may declare
a document type (so there are no entities to blow up), and shared strings are kept as UTF-8 in one piece.
"""

import re
import zipfile
import zlib
from array import array
from collections import deque
from collections.abc import Callable, Iterator
from typing import IO
from xml.parsers import expat

import msgspec

from contests.errors import Malformed, Text
from contests.sources.unreadable import AS_CSV, encrypted, refuse

BLOCK = 16 * 1024
LARGEST_FILE, LARGEST_SHEET, LARGEST_STRINGS, LARGEST_PART = (n * 1024 * 1024 for n in (128, 512, 64, 32))
MOST_PARTS, MOST_COLUMNS, MOST_LINKS, STEEPEST = 2_000, 256, 200_000, 200
LONGEST_CELL = 20_050
LONGEST_TOKEN = 4 * 1024 * 1024
_SPARED = 1024 * 1024
_LONGEST_EXACT = 15
_ESCAPE = re.compile(r"((?:_x[0-9A-Fa-f]{4}_)+)")
_ADDRESS = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_HYPERLINK = re.compile(r'\s*HYPERLINK\(\s*"((?:[^"]|"")*)"', re.IGNORECASE)
# LookupError: a part that says to be in an encoding that there is not.
_UNREADABLE = (
    expat.ExpatError, zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, LookupError, NotImplementedError,
)  # fmt: skip
Attributes = dict[str, str]
Start = Callable[[str, Attributes], None]


class SheetRow(msgspec.Struct, frozen=True):
    """One row: its number, its cells as text, and the links of cells by column."""

    line: int
    cells: list[str]
    links: dict[int, str]


class Workbook:
    """An open workbook: its sheets in order, the origin of its serial days, and its rows. Raises Malformed."""

    def __init__(self, file: IO[bytes]) -> None:
        if file.seek(0, 2) > LARGEST_FILE:
            raise refuse("file-too-large", "Un classeur d’au plus 128 Mio était attendu.",
                         "A workbook of at most 128 MiB was expected.", f"{file.tell()} bytes", todo=AS_CSV)  # fmt: skip
        file.seek(0)
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
            raise _damaged(str(error)) from None
        parts = self._zip.infolist()
        self._parts = {part.filename.removeprefix("/"): part for part in parts}
        if len(parts) > MOST_PARTS or len(self._parts) < len(parts):
            raise _damaged(f"{len(parts)} parts, {len(self._parts)} names")
        self._main = next(iter(self._targets("", "officeDocument").values()), "xl/workbook.xml")
        if self._main not in self._parts:
            raise refuse("file-is-zip", "Un classeur .xlsx était attendu.", "An .xlsx workbook was expected.",
                         Text(fr="une archive ZIP avec {parts}", en="a ZIP archive with {parts}")
                         .fill(parts=", ".join(list(self._parts)[:5])[:160]), todo=AS_CSV)  # fmt: skip
        self.since, self.sheets = self._contents()
        if not self.sheets:
            raise _damaged(Text(fr="aucune feuille", en="no sheets"))
        self._strings: _Strings | None = None

    def _contents(self) -> tuple[str, list[str]]:
        since, names = "1900", list[str]()
        targets = self._targets(self._main, "worksheet")

        def start(name: str, at: Attributes) -> None:
            nonlocal since
            if name == "workbookPr" and at.get("date1904") in {"1", "true"}:
                since = "1904"
            elif name == "sheet" and at.get("id", "") in targets and targets[at["id"]] in self._parts:
                names.append(targets[at["id"]])

        self._parse(self._main, start, LARGEST_PART)
        return since, names

    def _targets(self, part: str, kind: str) -> dict[str, str]:
        """Return the targets of a part's relationships of one kind, by id; those inside as the part's path."""
        folder, _, leaf = part.rpartition("/")
        found: dict[str, str] = {}

        def start(name: str, at: Attributes) -> None:
            if name != "Relationship" or not at.get("Type", "").endswith("/" + kind):
                return
            target = at.get("Target", "")
            if at.get("TargetMode") != "External":
                target = target.removeprefix("/") if target.startswith("/") else f"{folder}/{target}".removeprefix("/")
            if len(found) == MOST_LINKS:
                raise _damaged(f"more than {MOST_LINKS} links")
            found[at.get("Id", "")] = target[:LONGEST_CELL]

        rels = f"{folder}/_rels/{leaf}.rels".removeprefix("/")
        if rels in self._parts:
            self._parse(rels, start, LARGEST_PART)
        return found

    def link_targets(self, sheet: str) -> list[str]:
        """Return where a sheet's links go, in no order that means anything."""
        return list(self._targets(sheet, "hyperlink").values())

    def _links(self, sheet: str) -> dict[tuple[int, int], str]:
        """Return the links by row and column: they stand after the rows, so the sheet is read once for them alone."""
        targets = self._targets(sheet, "hyperlink")
        found: dict[tuple[int, int], str] = {}

        def start(name: str, at: Attributes) -> None:
            if name == "hyperlink" and at.get("id", "") in targets:
                place = _ADDRESS.match(at.get("ref", ""))
                if place and len(found) < MOST_LINKS:
                    found[int(place[2]), _column(place[1])] = targets[at["id"]]

        if targets:
            self._parse(sheet, start, LARGEST_SHEET)
        return found

    def rows(self, sheet: str, *, linked: bool = True) -> Iterator[SheetRow]:
        """Yield the rows of a sheet that are not empty. Raises Malformed."""
        if self._strings is None:
            self._strings = _Strings()
            if path := next(iter(self._targets(self._main, "sharedStrings").values()), ""):
                reading = _StringsReader(self._strings)
                self._parse(path, reading.start, LARGEST_STRINGS, reading.end, reading.characters)
        reader = _Rows(self._strings, self._links(sheet) if linked else {})
        for _ in self._fed(sheet, reader.start, LARGEST_SHEET, reader.end, reader.characters):
            while reader.ready:
                yield reader.ready.popleft()

    def _parse(self, part: str, start: Start, most: int, end: Callable[[str], None] | None = None,
               characters: Callable[[str], None] | None = None) -> None:  # fmt: skip
        for _ in self._fed(part, start, most, end, characters):
            pass

    def _fed(self, part: str, start: Start, most: int, end: Callable[[str], None] | None = None,
             characters: Callable[[str], None] | None = None) -> Iterator[None]:  # fmt: skip
        """Unpack a part block by block into a parser; pause after each. Raises Malformed."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        # Names without their namespaces: two vocabularies of them are in use, and none of the names is in both.
        parser.StartElementHandler = lambda name, at: start(
            name.rpartition(" ")[2], {key.rpartition(" ")[2]: value for key, value in at.items()}
        )
        if end:
            parser.EndElementHandler = lambda name: end(name.rpartition(" ")[2])
        if characters:
            parser.CharacterDataHandler = characters
        parser.StartDoctypeDeclHandler = _no_doctype
        try:
            with self._zip.open(self._checked(part, most)) as stream:
                fed = 0
                while block := stream.read(BLOCK):
                    parser.Parse(block)
                    fed += len(block)
                    if fed - parser.CurrentByteIndex > LONGEST_TOKEN:
                        raise _damaged(f"{part}: one tag of more than {LONGEST_TOKEN} bytes")
                    yield
                parser.Parse(b"", True)  # noqa: FBT003 - expat takes it by position
                yield
        except _UNREADABLE as error:
            raise _damaged(f"{part}: {error}") from None

    def _checked(self, part: str, most: int) -> zipfile.ZipInfo:
        """Return a part that may be unpacked."""
        found = self._parts.get(part)
        if found is None:
            raise _damaged(f"{part} is missing")
        if found.flag_bits & 1:
            raise encrypted()
        if found.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            # No spreadsheet writes another; some may ask for any amount of memory.
            raise _damaged(f"{part}: compression {found.compress_type}")
        if found.file_size > most or (
            found.file_size > _SPARED and found.file_size > STEEPEST * max(found.compress_size, 1)
        ):
            raise refuse("file-too-large", "Un classeur d’une taille raisonnable une fois décompressé était attendu.",
                         "A workbook of a reasonable size once unpacked was expected.",
                         f"{part}: {found.compress_size} bytes would become {found.file_size}", todo=AS_CSV)  # fmt: skip
        return found


class _Strings:
    """The workbook's shared strings: bytes in one piece and where each ends."""

    def __init__(self) -> None:
        self.bytes, self.ends = bytearray(), array("Q", [0])

    def add(self, text: str) -> None:
        self.bytes += text.encode("utf-8", "replace")
        self.ends.append(len(self.bytes))

    def __getitem__(self, index: int) -> str:
        if not 0 <= index < len(self.ends) - 1:
            raise ValueError(f"shared string {index} is missing")
        return self.bytes[self.ends[index] : self.ends[index + 1]].decode()


class _Texts:
    """Gathers the text of `t` within an element; readings aloud (`rPh`) are left out."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.length = 0
        self.open = self.aloud = False

    def characters(self, data: str) -> None:
        if self.open and not self.aloud and self.length <= LONGEST_CELL:
            self.pieces.append(data)
            self.length += len(data)

    def take(self) -> str:
        text, self.pieces, self.length = "".join(self.pieces), [], 0
        return text


class _StringsReader(_Texts):
    def __init__(self, strings: _Strings) -> None:
        super().__init__()
        self.strings = strings

    def start(self, name: str, at: Attributes) -> None:  # noqa: ARG002 - the parser's
        self.aloud = self.aloud or name == "rPh"
        self.open = self.open or name == "t"

    def end(self, name: str) -> None:
        if name == "si":
            self.strings.add(_unescaped(self.take()))
        self.open = self.open and name != "t"
        self.aloud = self.aloud and name != "rPh"


class _Rows(_Texts):
    """Makes rows of what the parser tells of a sheet."""

    def __init__(self, strings: _Strings, links: dict[tuple[int, int], str]) -> None:
        super().__init__()
        self.ready: deque[SheetRow] = deque()
        self.strings, self.links = strings, links
        self.line = self.column = 0
        self.kind = self.formula = self.value = ""
        self.cells: dict[int, str] = {}
        self.linked: dict[int, str] = {}

    def start(self, name: str, at: Attributes) -> None:
        if name == "row":
            self.line = int(at["r"]) if at.get("r", "").isdecimal() else self.line + 1
            self.cells, self.linked, self.column = {}, {}, -1
        elif name == "c":
            place = _ADDRESS.fullmatch(at.get("r", ""))
            self.column = _column(place[1]) if place else self.column + 1
            self.kind, self.formula, self.value = at.get("t", "n"), "", ""
            self.take()
        elif name in {"v", "t", "f"}:
            self.open = True
        elif name == "rPh":
            self.aloud = True

    def end(self, name: str) -> None:
        if name == "f":
            self.formula, self.open = self.take(), False
        elif name in {"v", "t"}:
            self.open = False
        elif name == "rPh":
            self.aloud = False
        elif name == "c" and self.column < MOST_COLUMNS:
            self._cell(self.take())
        elif name == "row" and any(cell and not cell.isspace() for cell in self.cells.values()):
            width = max(self.cells) + 1
            self.ready.append(SheetRow(self.line, [self.cells.get(i, "") for i in range(width)], self.linked))

    def _cell(self, text: str) -> None:
        link = self.links.get((self.line, self.column), "")
        if found := _HYPERLINK.match(self.formula):
            link = link or found[1].replace('""', '"')
        elif self.formula:
            # What a formula came to is no fact of the export: the formula itself is shown, to be refused where it matters.
            self.cells[self.column] = "=" + self.formula
            return
        if link:
            self.linked[self.column] = link
        if self.kind == "s" and text:
            text = self.strings[int(text)]
        elif self.kind in {"inlineStr", "str"}:
            text = _unescaped(text)
        elif self.kind == "n" and len(text) > _LONGEST_EXACT and text.lstrip("-").isdecimal():
            # A number of so many digits has lost the last ones: it is written as the damage that it is.
            text = f"{float(text):.5E}"
        elif self.kind == "e":
            text = ""
        self.cells[self.column] = text


def _no_doctype(*_: object) -> None:
    raise ValueError("a document type is declared")


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _unescaped(text: str) -> str:
    """Return text with its `_x000D_` undone (ECMA-376 §22.9.2.19), halves of a pair put together."""
    if "_x" not in text:
        return text
    return _ESCAPE.sub(
        lambda run: b"".join(
            int(run[0][i + 2 : i + 6], 16).to_bytes(2, "big") for i in range(0, len(run[0]), 7)
        ).decode("utf-16-be", "replace"),
        text,
    )  # fmt: skip


def _damaged(found: str | Text) -> Malformed:
    return refuse("workbook-damaged", "Un classeur .xlsx lisible était attendu.", "A readable .xlsx workbook was expected.",
                  found[:200] if isinstance(found, str) else found, todo=AS_CSV)  # fmt: skip
