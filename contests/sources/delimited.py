"""Rows of CSV, one at a time, however large the file: no more than a line is held.

Each line is read as UTF-8, and as Windows-1252 where it is none: files are put together from several sources, and one
line of another kind must not spoil the rest. UTF-16 is read by its mark or by its pattern.
"""

import codecs
import csv
from collections.abc import Callable, Iterable, Iterator
from typing import IO

from contests.errors import Text
from contests.sources.unreadable import csv_fault, not_text, on_line, refuse

BLOCK = 64 * 1024
LONGEST_LINE = 1024 * 1024
SEPARATORS = ",;\t|"
Row = tuple[int, list[str]]


def encoding_of(head: bytes) -> str:
    """Return `utf-8`, `utf-16-le` or `utf-16-be`. Raises Malformed for bytes that are no text."""
    if head.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le"
    if head.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be"
    start = head[:512]
    # A header is nearly all ASCII: in UTF-16 every other byte of it is a NUL.
    if start[1::2].count(0) * 2 > len(start[1::2]) and not start[::2].count(0):
        return "utf-16-le"
    if start[::2].count(0) * 2 > len(start[::2]) and not start[1::2].count(0):
        return "utf-16-be"
    # Further down it is one row's fault.
    if 0 in start.partition(b"\n")[0]:
        raise not_text(Text(fr="un octet nul", en="a NUL byte"))
    return "utf-8"


class Lines:
    """The lines of a file with their ends, decoded one by one. `utf8` and `windows` count lines that are not ASCII."""

    def __init__(self, blocks: Iterable[bytes], encoding: str) -> None:
        self._blocks, self._encoding = blocks, encoding
        self.utf8 = self.windows = 0

    def __iter__(self) -> Iterator[str]:
        """Yield each line. Raises Malformed for one without an end."""
        number, tail = 0, b""
        for block in _as_utf8(self._blocks, self._encoding):
            pieces = (tail + block).splitlines(keepends=True)
            # The last may go on; and a "\r" may be the first half of a line's end.
            tail = pieces.pop() if pieces else b""
            for piece in pieces:
                number += 1
                yield self._decoded(piece)
            if len(tail) > LONGEST_LINE:
                raise refuse("line-too-long", "Des lignes d’au plus 1 Mio étaient attendues.",
                             "Lines of at most 1 MiB were expected.", Text(fr=f"{len(tail)} octets sans fin de ligne", en=f"{len(tail)} bytes without an end"),
                             where=on_line(number + 1))  # fmt: skip
        for piece in tail.splitlines(keepends=True):
            yield self._decoded(piece)

    def _decoded(self, line: bytes) -> str:
        if line.isascii():
            return line.decode("ascii")
        try:
            text = line.decode()
        except UnicodeDecodeError:
            self.windows += 1
            return line.decode("cp1252", "replace")
        self.utf8 += 1
        return text


def _as_utf8(blocks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Yield the same text in UTF-8 without a mark: only there is a line's end a byte of its own."""
    first, decoder = True, codecs.getincrementaldecoder(encoding)("replace")
    for block in blocks:
        data = block if encoding == "utf-8" else decoder.decode(block).encode()
        if first:
            data, first = data.removeprefix(codecs.BOM_UTF8), False
        yield data


def blocks_of(file: IO[bytes], taste: Callable[[bytes], object]) -> Iterator[bytes]:
    """Yield a file's bytes from its start; `taste` is given each block too (a digest's `update`)."""
    file.seek(0)
    while block := file.read(BLOCK):
        taste(block)
        yield block


def rows(lines: Iterable[str], separator: str) -> Iterator[Row]:
    """Yield the rows that are not empty, with the line each begins at. Raises Malformed.

    A quote that is out of place stops the reading: after it, what is a row and what somebody wrote cannot be told apart.
    """
    reader = csv.reader(lines, delimiter=separator, strict=True)
    line = 1
    try:
        for row in reader:
            if any(cell and not cell.isspace() for cell in row):
                yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        raise refuse("csv-malformed", "Un CSV bien formé était attendu.", "Well-formed CSV was expected.",
                     csv_fault(error), where=on_line(line)) from error  # fmt: skip


def first_rows(head: bytes, encoding: str, separator: str, count: int) -> list[Row]:
    """Return the first rows of a file's head; what comes after a fault or the head's end is left out."""
    found: list[Row] = []
    lines = Lines([head[i : i + BLOCK] for i in range(0, len(head), BLOCK)], encoding)
    reader = csv.reader(lines, delimiter=separator, strict=True)
    line = 1
    try:
        for row in reader:
            found.append((line, row))
            line = reader.line_num + 1
            if len(found) == count:
                break
    except csv.Error:
        pass
    return found
