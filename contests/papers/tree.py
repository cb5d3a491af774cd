"""The document tree: what a paper says, before it is HTML or PDF.

All text is plain: no markup is read in it, so nothing that an organiser typed can become any.
"""

import msgspec

from contests.errors import Language


class Paragraph(msgspec.Struct, frozen=True, tag=True):
    """A few sentences."""

    text: str


class Note(msgspec.Struct, frozen=True, tag=True):
    """A paragraph that must not be missed, such as “this draw is worth nothing”."""

    text: str


class Subheading(msgspec.Struct, frozen=True, tag=True):
    """A heading inside a section."""

    text: str


class Bullets(msgspec.Struct, frozen=True, tag=True):
    """A list; `ordered` when the order counts."""

    items: tuple[str, ...]
    ordered: bool = False


class Facts(msgspec.Struct, frozen=True, tag=True):
    """Pairs of a label and its value."""

    pairs: tuple[tuple[str, str], ...]


class Table(msgspec.Struct, frozen=True, tag=True):
    """A table; the first cell of a row names it. `figures` are the columns that hold numbers, from 0."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    figures: tuple[int, ...] = ()


class Bar(msgspec.Struct, frozen=True):
    """One bar of a chart: its name, its value, and how that is said."""

    name: str
    value: int
    said: str


class Bars(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """A chart: lying bars with their numbers, or `upright` ones in a row, as days are shown. `told` says it in words."""

    caption: str
    told: str
    bars: tuple[Bar, ...]
    upright: bool = False


class Formula(msgspec.Struct, frozen=True, tag=True):
    """Lines to be read to the letter: a calculation, a digest."""

    lines: tuple[str, ...]


class Links(msgspec.Struct, frozen=True, tag=True):
    """Pairs of a label and an address on the same site, which begins with one `/`."""

    pairs: tuple[tuple[str, str], ...]


class Signatures(msgspec.Struct, frozen=True, tag=True):
    """Room to sign: pairs of a name (may be empty) and a capacity; `label` says what goes on the line."""

    label: str
    people: tuple[tuple[str, str], ...]


Block = Paragraph | Note | Subheading | Bullets | Facts | Table | Bars | Formula | Links | Signatures


class Section(msgspec.Struct, frozen=True):
    """One article; `number` is empty where articles are not numbered. `own_page`: on paper it begins a page."""

    number: str
    heading: str
    anchor: str
    blocks: tuple[Block, ...]
    own_page: bool = False


class Document(msgspec.Struct, frozen=True):
    """One paper in one language. `lead` stands before the first section, `banner` on every printed page."""

    language: Language
    title: str
    subtitle: str
    sections: tuple[Section, ...]
    lead: tuple[Block, ...] = ()
    banner: str = ""

    def section(self, anchor: str) -> Section:
        """Return the section with that anchor. Raises KeyError."""
        for section in self.sections:
            if section.anchor == anchor:
                return section
        raise KeyError(anchor)
