"""Tables for spreadsheets, whose programs take some texts for formulas."""

from collections.abc import Iterable

from contests.errors import Language

# What Excel, LibreOffice and Google Sheets take for the beginning of a formula, their full-width forms too.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
Cell = str | int


def safe(text: str) -> str:
    """Return `text` so that no spreadsheet runs it: an apostrophe goes before what could begin a formula.

    The first character counts, and the first that is not a space. A telephone number `+33 6 …` becomes `'+33 6 …`.
    """
    return f"'{text}" if text.startswith(FORMULA) or text.lstrip().startswith(FORMULA) else text


def csv_line(cells: Iterable[Cell], language: Language) -> bytes:
    """Return one line of CSV in UTF-8: semicolons for French readers, commas for English ones, as their Excel wants it.

    Numbers stay bare; every text is `safe` and quoted (RFC 4180).
    """
    written = (str(cell) if isinstance(cell, int) else _quoted(safe(cell)) for cell in cells)
    return ((";" if language == "fr" else ",").join(written) + "\r\n").encode()


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
