"""Files of comments that people have: exports of tools and tables of their own, told apart by what is in them.

Two steps: `sniff` reads the head and says what a file is; `comments` reads it to its end, a row at a time, and its `Tally`
says afterwards what the file leaves unknown. A comment without an id gets one from its author, time and text, so that the
same file read twice gives the same comments.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import dropwhile
from typing import IO, Literal
from zoneinfo import ZoneInfo

import msgspec

from contests.comment import Comment, Site
from contests.errors import Malformed, Text
from contests.sources import delimited, headers, social_json, splitter
from contests.sources.comment_rows import RowReader, Table
from contests.sources.tally import Caveat, Problem, Tally
from contests.sources.unreadable import HEAD, check_head, refuse
from contests.sources.wall_time import Order, Since, order_of
from contests.sources.workbook import SheetRow, Workbook

HEADER_WITHIN = 15
_FIRST_ROWS, _SHEETS, _BEGINNING = 400, 20, 500
_TAKEOUT = re.compile(r'\s*\{\s*"(?:takeoutSegments|text)"\s*:')


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """What a file is: its format, the platform where it tells one, and for a table where its header is and what it means."""

    format: Literal["csv", "xlsx", "instaloader", "apify"]
    site: Site | None = None
    encoding: str = "utf-8"
    separator: str = ""
    sheet: str = ""
    header: int = 0
    titles: tuple[str, ...] = ()
    columns: tuple[headers.Field, ...] = ()
    order: Order = "day"
    since: Since = ""
    export: bool = False

    @property
    def ignored(self) -> tuple[str, ...]:
        """The titles of columns that are not read."""
        return tuple(
            title for title, field in zip(self.titles, self.columns, strict=True) if title.strip() and not field
        )


class Listing:
    """The comments of one file: iterate once; `digest` and `caveats` are complete after that."""

    def __init__(self, kind: Kind, site: Site, tally: Tally, comments: Iterator[Comment | Problem]) -> None:
        self.kind, self.site, self.tally = kind, site, tally
        self._all = comments

    @property
    def comments(self) -> Iterator[Comment]:
        """The comments; rows that could not be read are counted in `tally`. Raises Malformed on the way."""
        return (found for found in self._all if isinstance(found, Comment))

    @property
    def digest(self) -> str:
        """The file's SHA-256 in hex; empty before the end."""
        return self.tally.digest

    @property
    def caveats(self) -> tuple[Caveat, ...]:
        """What the file leaves unknown."""
        return self.tally.caveats()


def read_comments(file: IO[bytes], name: str, zone: ZoneInfo, *, site: Site | None = None, scope: str = "") -> Listing:
    """Return the comments of a file that can be rewound. `site` is only needed where the file tells none.

    Raises Malformed, also while the comments are read: nothing of a file counts before its end was reached.
    """
    kind = sniff(file, name)
    where, tally = site_for(kind, site), Tally()
    return Listing(kind, where, tally, comments(file, kind, zone, site=where, scope=scope, tally=tally))


def site_for(kind: Kind, given: Site | None) -> Site:
    """Return the platform of a file: its own, or the one given. Raises Malformed where they differ or both lack."""
    found = kind.site or given
    if found is None:
        raise refuse("site-unknown", "La plateforme des commentaires était attendue : le fichier ne la dit pas.",
                     "The platform of the comments was expected: the file does not tell it.",
                     ", ".join(title for title in kind.titles if title.strip())[:200],
                     todo=Text(fr="Choisissez la plateforme, puis recommencez.", en="Choose the platform, and try again."))  # fmt: skip
    if given not in {None, found}:
        raise refuse("site-differs", f"Des commentaires de {given} étaient attendus.", f"Comments from {given} were expected.",
                     f"links and columns of {found}",
                     todo=Text(fr="Choisissez l’autre plateforme, ou un autre fichier.",
                               en="Choose the other platform, or another file."))  # fmt: skip
    return found


def sniff(file: IO[bytes], name: str) -> Kind:
    """Return what a file is, from its head. Raises Malformed, with the file's name where no line is to blame."""
    file.seek(0)
    head = file.read(HEAD)
    try:
        check_head(head)
        if head.startswith(b"PK"):
            return _sniff_workbook(file)
        if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"[", b"{"}:
            return _sniff_json(file, head)
        return _sniff_table(head)
    except Malformed as refused:
        refused.where = refused.where or name
        raise
    finally:
        file.seek(0)


def comments(
    file: IO[bytes], kind: Kind, zone: ZoneInfo, *, site: Site, scope: str = "", tally: Tally
) -> Iterator[Comment | Problem]:
    """Yield each comment, and each row that is none, in the file's order. Raises Malformed.

    At the end `tally` has the file's digest. Memory is bounded by a row, a JSON item, or a workbook's shared strings.
    """
    sha = hashlib.sha256()
    blocks = delimited.blocks_of(file, sha.update)
    if kind.format in {"instaloader", "apify"}:
        yield from _from_json(blocks, kind, zone, scope, tally)
    else:
        table = Table(columns=kind.columns, site=site, scope=scope, zone=zone, since=kind.since, export=kind.export,
                      order="month" if kind.order == "month" else "day")  # fmt: skip
        reader = RowReader(table, tally)
        tally.unclear_order = kind.order == "unclear"
        if kind.format == "csv":
            lines = delimited.Lines(blocks, kind.encoding)
            table_rows = delimited.rows(lines, kind.separator)
            for line, cells in dropwhile(lambda row: row[0] <= kind.header, table_rows):
                yield reader.read(line, cells, {})
            tally.utf8, tally.windows = lines.utf8, lines.windows
        else:
            for _ in blocks:
                pass
            sheet_rows = Workbook(file).rows(kind.sheet)
            # By the header and not by number: rows that are numbered wrongly are rows too.
            any(row.line == kind.header for row in sheet_rows)
            for row in sheet_rows:
                yield reader.read(row.line, row.cells, row.links)
    if not tally.comments and not tally.unread:
        raise _nothing("no rows" if kind.columns else "an empty list")
    tally.digest = sha.hexdigest()


def _from_json(
    blocks: Iterable[bytes], kind: Kind, zone: ZoneInfo, scope: str, tally: Tally
) -> Iterator[Comment | Problem]:
    origin: social_json.Origin = "instaloader" if kind.format == "instaloader" else "apify"
    for number, item in enumerate(splitter.items(blocks), 1):
        yield from social_json.comments_of(item, number, origin, zone, scope, tally)


def read_followers(file: IO[bytes]) -> tuple[str, ...]:
    """Return the handles in Instagram's own list of followers, each once. Raises Malformed."""
    file.seek(0)
    data = file.read(social_json.LARGEST_FOLLOWERS + 1)
    check_head(data[:HEAD])
    if len(data) > social_json.LARGEST_FOLLOWERS:
        raise refuse("file-too-large", "Une liste d’au plus 64 Mio était attendue.", "A list of at most 64 MiB was expected.",
                     f"more than {social_json.LARGEST_FOLLOWERS} bytes")  # fmt: skip
    return social_json.followers_of(data)


def _nothing(found: str) -> Malformed:
    return refuse(
        "comments-none", "Au moins un commentaire était attendu.", "At least one comment was expected.", found
    )


def _sniff_json(file: IO[bytes], head: bytes) -> Kind:
    """Tell a list of comments by its first item."""
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        raise _json_unknown(head[:4096])
    item = next(splitter.items(delimited.blocks_of(file, len)), b"")
    if not item:
        raise _nothing("an empty list")
    origin = social_json.origin_of(item)
    if origin is None:
        raise _json_unknown(item)
    return Kind(format=origin, site="instagram")


def _json_unknown(data: bytes) -> Malformed:
    keys = list(dict.fromkeys(key.decode() for key in re.findall(rb'"([A-Za-z_]{1,40})"\s*:', data[:4096])))
    if {"string_list_data", "relationships_followers"} & set(keys):
        return refuse("followers-not-comments", "Des commentaires étaient attendus.", "Comments were expected.",
                      "a list of followers",
                      todo=Text(fr="Après le tirage, donnez-le sur la page « À regarder », où il dit qui suit le compte.", en="After the draw give it on the page “To look at”, where it says who follows the account."))  # fmt: skip
    return refuse("json-unknown", "Une liste de commentaires d’Instaloader ou d’Apify était attendue.",
                  "A list of comments from Instaloader or Apify was expected.", ", ".join(keys)[:300] or "no keys")  # fmt: skip


def _sniff_table(head: bytes) -> Kind:
    """Try each separator; the one under which most columns are known is the file's."""
    encoding = delimited.encoding_of(head)
    best: Kind | None = None
    widest: Sequence[str] = ()
    for separator in delimited.SEPARATORS:
        rows = [
            SheetRow(line, cells, {}) for line, cells in delimited.first_rows(head, encoding, separator, _FIRST_ROWS)
        ]
        first = next((row.cells for row in rows if any(cell.strip() for cell in row.cells)), [])
        widest = max(widest, first, key=len)
        kind = _table_in(rows, Kind(format="csv", encoding=encoding, separator=separator))
        if kind and (best is None or _known(kind) > _known(best)):
            best = kind
    if best is None:
        raise headers.unknown(widest)
    return best


def _known(kind: Kind) -> int:
    return sum(map(bool, kind.columns))


def _sniff_workbook(file: IO[bytes]) -> Kind:
    """Take the first sheet that has a header of comments."""
    workbook = Workbook(file)
    first: Sequence[str] = ()
    for sheet in workbook.sheets[:_SHEETS]:
        rows = _first_of(workbook.rows(sheet, linked=False))
        since: Since = "1904" if workbook.since == "1904" else "1900"
        kind = _table_in(rows, Kind(format="xlsx", sheet=sheet, since=since))
        if kind:
            site = kind.site or headers.site_in(workbook.link_targets(sheet)[:_FIRST_ROWS])
            return msgspec.structs.replace(kind, site=site)
        first = first or next((row.cells for row in rows), [])
    raise headers.unknown(first)


def _first_of(rows: Iterable[SheetRow]) -> list[SheetRow]:
    """Return the first rows with the beginnings of their cells: a small file can repeat a long text very often."""
    found: list[SheetRow] = []
    held = 0
    for row in rows:
        cells = [cell[:_BEGINNING] for cell in row.cells]
        found.append(SheetRow(row.line, cells, row.links))
        held += sum(map(len, cells))
        if len(found) == _FIRST_ROWS or held > HEAD:
            break
    return found


def _table_in(rows: Sequence[SheetRow], kind: Kind) -> Kind | None:
    """Find the header among the first rows. Raises Malformed for a table that is known and holds no comments."""
    for place, row in enumerate(rows[:HEADER_WITHIN]):
        headers.check_titles(row.cells)
        columns = headers.recognised(row.cells)
        if columns is None:
            continue
        headers.check_twice(row.cells, columns)
        after = rows[place + 1 :]

        def column(
            *fields: headers.Field, rows: Sequence[SheetRow] = after, of: headers.Columns = columns
        ) -> list[str]:
            wanted = [i for i, field in enumerate(of) if field in fields]
            return [found.cells[i] for found in rows for i in wanted if i < len(found.cells)]

        if any(_TAKEOUT.match(cell) for cell in column("text")[:20]):
            raise headers.own_comments(row.cells)
        before = [cell for earlier in rows[:place] for cell in earlier.cells]
        links = column("link", "profile") + [link for found in after for link in found.links.values()]
        site = headers.site_of(row.cells) or headers.site_in(links) or headers.site_in(before)
        export, order = headers.is_export(row.cells), order_of(column("at"))
        return msgspec.structs.replace(
            kind,
            site=site,
            header=row.line,
            titles=tuple(row.cells),
            columns=tuple(columns),
            # ExportComments writes the day first, always.
            order="day" if export and order == "unclear" else order,
            export=export,
        )
    return None
