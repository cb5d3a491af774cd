"""A document as PDF/A-2a and PDF/UA-1: tagged, A4, the same bytes each time.

The template is fixed. What a tree says reaches it as data, as JSON in one input, and is only ever shown as
text: nothing that was typed is read as markup, so there is nothing to escape. Fonts are those inside the
renderer, the date is handed in, and no file is read.
"""

import re
import unicodedata
from datetime import datetime
from functools import singledispatch
from typing import Any

import msgspec

from contests.papers.html import CONTENTS, writable
from contests.papers.tree import (
    Bars,
    Bullets,
    Document,
    Facts,
    Formula,
    Links,
    Note,
    Paragraph,
    Section,
    Signatures,
    Subheading,
    Table,
)

_LONG = 6  # sections from which a table of contents helps
# What the renderer's own fonts can show in each weight; a file for archives may hold no empty box.
_SHOWN = re.compile(
    "[ -~\u00a0-\u0377\u037a-\u037f\u0384-\u038a\u038c\u038e-\u03a1\u03a3-\u04ff\u1e00-\u1eff\u2000-\u200a"
    "\u2010-\u2027\u202f-\u2040\u2044-\u2052\u2070\u2071\u2074-\u208e\u20a0-\u20c0\u2100-\u211e\u2126-\u2151"
    "\u2153-\u2184\u2190-\u22ff\u2500-\u25ff\ufffd]"
)
_WORD = re.compile(r"\S{25,}")
_DIGEST = re.compile(r"[0-9a-f]{16,}")
_PIECE = 8  # letters of a long word after which a line may end
_NARROW = 22  # letters that a column may have and still be as wide as it needs
_TALL = 300  # letters from which a row may be split between two pages

_TEMPLATE = r"""
#let paper = json(bytes(sys.inputs.paper))
#let mono = ("DejaVu Sans Mono", "Libertinus Serif")
#let ink = rgb("#1c1917")
#let quiet = rgb("#57534e")
#let line-colour = rgb("#c9c5c1")
#let alarm = rgb("#b91c1c")

// One text is lines, a line is words that follow one another, a word is pieces between which a line may end.
#let said(lines, size: 0.74em) = lines.map(words => words.map(word => {
  let shown = word.pieces.join(box())
  if word.mono { text(font: mono, size: size, shown) } else { shown }
}).join()).join(linebreak())
#let code(lines, size) = text(font: mono, size: size, said(lines, size: 1em))

#set document(title: paper.title, author: paper.author, date: datetime(..paper.date))
#set text(font: ("Libertinus Serif", "DejaVu Sans Mono"), size: 10pt, lang: paper.language, region: paper.region,
  fill: ink, hyphenate: false, number-type: "lining")
#set par(leading: 0.62em, spacing: 0.95em)
#set page(
  paper: "a4",
  margin: (x: 21mm, top: 29mm, bottom: 23mm),
  header-ascent: 7mm,
  header: {
    set text(size: 8pt, fill: quiet)
    grid(columns: (auto, 1fr), column-gutter: 8mm,
      said(paper.head.at(0)), align(right, said(paper.head.at(1))))
    v(-0.4em)
    line(length: 100%, stroke: 0.4pt + line-colour)
    if paper.banner != none {
      v(-0.5em)
      align(center, text(size: 9pt, weight: "bold", fill: alarm, said(paper.banner)))
    }
  },
  footer: context {
    set text(size: 8pt, fill: quiet)
    grid(columns: (1fr, auto), said(paper.foot),
      [#counter(page).display() / #counter(page).final().first()])
  },
  background: if paper.watermark != none {
    rotate(-52deg, text(size: 74pt, weight: "bold", fill: alarm.lighten(91%), said(paper.watermark)))
  },
)
#show heading: set block(above: 1.5em, below: 0.7em, sticky: true)
#show heading.where(level: 1): set text(size: 19pt)
#show heading.where(level: 1): set par(leading: 0.4em)
#show heading.where(level: 2): set text(size: 12.5pt)
#show heading.where(level: 3): set text(size: 10.5pt)
#show outline.entry: set text(size: 9pt)
#set outline.entry(fill: repeat(gap: 0.25em, text(fill: line-colour)[.]))
#show figure: set block(breakable: true)
#show figure: set align(left)
#set figure.caption(position: top)
#show figure.caption: it => block(width: 100%, below: 0.5em, sticky: true, text(weight: "bold", size: 9.5pt, it.body))
#set list(spacing: 0.55em)
#set enum(spacing: 0.55em)

#let hair = 0.4pt + line-colour
#let facts(pairs) = block(width: 100%, stroke: (top: hair), grid(
  columns: (34%, 1fr), inset: (x, y) => (left: if x == 0 { 0pt } else { 5mm }, right: 0pt, y: 0.45em),
  stroke: (bottom: hair),
  ..pairs.map(pair => (
    grid.cell(breakable: false, text(fill: quiet, said(pair.at(0)))),
    grid.cell(breakable: false, said(pair.at(1))),
  )).flatten()
))
#let shown-table(it) = figure(
  kind: table, supplement: none, numbering: none, caption: said(it.caption), outlined: false,
  {
    set text(size: 9pt)
    set par(leading: 0.5em)
    table(
      columns: it.widths.map(width => if width == 0 { auto } else { width * 1fr }),
      inset: (x, y) => (left: if x == 0 { 0pt } else { 4pt }, right: 4pt, y: 4pt),
      stroke: (x: none, top: none, bottom: hair),
      align: (x, y) => if it.figures.contains(x) { right } else { left },
      table.header(..it.header.map(name => text(fill: quiet, weight: "bold", said(name)))),
      ..it.rows.map(row => row.cells.map(cell => table.cell(breakable: row.tall, said(cell, size: 0.72em)))).flatten()
    )
  },
)
#let bar-colour = rgb("#0f766e")
#let bars(it) = block(width: 100%, breakable: false, above: 1.2em, below: 1.2em, {
  block(below: 0.7em, text(weight: "bold", size: 9.5pt, said(it.caption)))
  set text(size: 9pt)
  if it.upright {
    block(width: 100%, height: 26mm, stroke: (bottom: hair), grid(columns: it.bars.map(_ => 1fr), column-gutter: 1pt,
      align: bottom, rows: 100%, ..it.bars.map(bar => rect(width: 100%, height: bar.share * 1%, fill: bar-colour))))
    block(above: 0.4em, text(fill: quiet, said(it.told)))
  } else {
    grid(columns: (38%, 1fr, auto), column-gutter: 3mm, row-gutter: 0.5em, align: horizon,
      ..it.bars.map(bar => (said(bar.name), rect(width: bar.share * 1%, height: 0.8em, fill: bar-colour),
        align(right, said(bar.said)))).flatten())
  }
})
#let block-of(it) = {
  if it.kind == "paragraph" { par(said(it.text)) }
  else if it.kind == "subheading" { heading(level: 3, said(it.text)) }
  else if it.kind == "note" {
    block(width: 100%, inset: 8pt, radius: 2pt, stroke: 1pt + alarm, strong(said(it.text)))
  }
  else if it.kind == "bullets" {
    if it.ordered { enum(..it.items.map(item => said(item))) } else { list(..it.items.map(item => said(item))) }
  }
  else if it.kind == "facts" { facts(it.pairs) }
  else if it.kind == "formula" {
    block(width: 100%, inset: 7pt, radius: 2pt, fill: luma(246), { set par(leading: 0.55em); code(it.lines, 7.5pt) })
  }
  else if it.kind == "table" { shown-table(it) }
  else if it.kind == "bars" { bars(it) }
  else if it.kind == "signatures" {
    grid(columns: (1fr, 1fr), gutter: 5mm, ..it.people.map(person => grid.cell(breakable: false,
      block(width: 100%, height: 33mm, inset: 7pt, radius: 2pt, stroke: hair, {
        strong(said(person.at(0)))
        linebreak()
        said(person.at(1))
        linebreak()
        text(fill: quiet, size: 9pt, said(it.label))
      }))))
  }
}

= #said(paper.heading)
#if paper.subtitle != none { text(size: 11.5pt, fill: quiet, said(paper.subtitle)) }
#for it in paper.lead { block-of(it) }
#if paper.contents != none {
  set par(leading: 0.5em)
  outline(title: text(size: 10.5pt, paper.contents), target: heading.where(level: 2))
}
#for section in paper.sections {
  if section.page { pagebreak(weak: true) }
  heading(level: 2, said(section.heading))
  for it in section.blocks { block-of(it) }
}
"""


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """What stands on every page beside the document's own banner: two texts at the head, one at the foot."""

    left: str
    right: str
    foot: str


def render(document: Document, page: Page, at: datetime, author: str) -> bytes:
    """Return the document as PDF/A-2a and PDF/UA-1, dated `at`. Addresses on the site are written out, not linked.

    A sign that the fonts do not have is written as its number, `[U+1F384]`.
    """
    import typst  # 80 megabytes, for one command

    data = _paper(document, page, at, author)
    return typst.compile(
        _TEMPLATE.encode(),
        format="pdf",
        pdf_standards=["a-2a", "ua-1"],
        font_paths=typst.Fonts(include_system_fonts=False),
        timestamp=at.replace(microsecond=0),
        sys_inputs={"paper": msgspec.json.encode(data).decode()},
    )


def _plain(text: str) -> str:
    """Return `text` in the signs that the fonts have."""
    composed = unicodedata.normalize("NFC", writable(text))
    return "".join(c if c == "\n" or _SHOWN.match(c) else f"[U+{ord(c):04X}]" for c in composed.expandtabs(4))


def _words(line: str, mono: re.Pattern[str] | None = _DIGEST) -> list[dict[str, Any]]:
    """Return a line as words to be set; only long ones stand alone."""
    found: list[dict[str, Any]] = []
    at = 0
    for match in _WORD.finditer(line):
        if match.start() > at:
            found.append({"mono": False, "pieces": [line[at : match.start()]]})
        word = match[0]
        pieces = [word[i : i + _PIECE] for i in range(0, len(word), _PIECE)]
        found.append({"mono": bool(mono and mono.fullmatch(word)), "pieces": pieces})
        at = match.end()
    if at < len(line):
        found.append({"mono": False, "pieces": [line[at:]]})
    return found


def _said(text: str) -> list[list[dict[str, Any]]]:
    return [_words(line) for line in _plain(text).split("\n")]


def _paper(document: Document, page: Page, at: datetime, author: str) -> dict[str, Any]:
    title = f"{document.title} – {document.subtitle}" if document.subtitle else document.title
    long = len(document.sections) >= _LONG
    return {
        "title": _plain(title),
        "author": _plain(author),
        "date": {name: getattr(at, name) for name in ("year", "month", "day", "hour", "minute", "second")},
        "language": document.language,
        "region": "FR" if document.language == "fr" else "GB",
        "head": [_said(page.left), _said(page.right)],
        "foot": _said(page.foot),
        "banner": _said(document.banner) if document.banner else None,
        "watermark": _said(document.banner.partition(":")[0].strip().upper()) if document.banner else None,
        "heading": _said(document.title),
        "subtitle": _said(document.subtitle) if document.subtitle else None,
        "lead": [_block(block) for block in document.lead],
        "contents": CONTENTS(document.language) if long else None,
        "sections": [_section(section) for section in document.sections],
    }


def _section(section: Section) -> dict[str, Any]:
    heading = f"{section.number}. {section.heading}" if section.number else section.heading
    return {
        "heading": _said(heading),
        "page": section.own_page,
        "blocks": [_block(block) for block in section.blocks],
    }


@singledispatch
def _block(block: object) -> dict[str, Any]:
    raise TypeError(f"not a block of a document: {block!r}")


@_block.register
def _(block: Paragraph) -> dict[str, Any]:
    return {"kind": "paragraph", "text": _said(block.text)}


@_block.register
def _(block: Note) -> dict[str, Any]:
    return {"kind": "note", "text": _said(block.text)}


@_block.register
def _(block: Subheading) -> dict[str, Any]:
    return {"kind": "subheading", "text": _said(block.text)}


@_block.register
def _(block: Bullets) -> dict[str, Any]:
    return {"kind": "bullets", "ordered": block.ordered, "items": [_said(item) for item in block.items]}


@_block.register(Facts)
@_block.register(Links)
def _(block: Facts | Links) -> dict[str, Any]:
    return {"kind": "facts", "pairs": [[_said(label), _said(value)] for label, value in block.pairs]}


@_block.register
def _(block: Formula) -> dict[str, Any]:
    lines = (line for text in block.lines for line in _plain(text).split("\n"))
    return {"kind": "formula", "lines": [_words(_indented(line), None) for line in lines]}


def _indented(line: str) -> str:
    """Return a line whose first spaces stay: a calculation's indent says what belongs together."""
    bare = line.lstrip(" ")
    return "\N{NO-BREAK SPACE}" * (len(line) - len(bare)) + bare


@_block.register
def _(block: Bars) -> dict[str, Any]:
    most = max((bar.value for bar in block.bars), default=0) or 1
    return {
        "kind": "bars",
        "caption": _said(block.caption),
        "told": _said(block.told),
        "upright": block.upright,
        "bars": [
            {"name": _said(bar.name), "said": _said(bar.said), "share": 100 * bar.value / most} for bar in block.bars
        ],
    }


@_block.register
def _(block: Signatures) -> dict[str, Any]:
    people = [[_said(name), _said(capacity)] for name, capacity in block.people]
    return {"kind": "signatures", "label": _said(block.label), "people": people}


@_block.register
def _(block: Table) -> dict[str, Any]:
    return {
        "kind": "table",
        "caption": _said(block.caption),
        "header": [_said(name) for name in block.header],
        "rows": [{"tall": max(map(len, row)) > _TALL, "cells": [_said(cell) for cell in row]} for row in block.rows],
        "figures": list(block.figures),
        "widths": _widths(block),
    }


def _widths(block: Table) -> list[int]:
    """Return the share of each column; 0 for one that is as wide as it needs."""
    longest = [
        max(len(line) for text in column for line in text.split("\n"))
        for column in zip(block.header, *block.rows, strict=True)
    ]
    digests = [all(map(_DIGEST.fullmatch, column)) for column in zip(*block.rows, strict=True)]
    # A digest stands in one line, unless there is a longer one beside it.
    whole = not any(is_digest and most > 64 for is_digest, most in zip(digests, longest, strict=False))
    fixed = {i for i, is_digest in enumerate(digests) if is_digest and whole} | set(block.figures)
    words = [i for i in range(len(longest)) if i not in fixed] or [0]
    shares = [min(most, 64) if i in words and most > _NARROW else 0 for i, most in enumerate(longest)]
    if not any(shares):
        shares[max(words, key=lambda i: longest[i])] = 1
    return shares
