"""A document as HTML: one whole file, or an article for a page of the site.

The file stands alone: no script, no address outside itself, the same bytes each time. Every text is
escaped; nothing in a tree is taken for markup.
"""

import re
from functools import singledispatch
from hashlib import sha256
from html import escape

from contests.errors import Text
from contests.papers import charts
from contests.papers.tree import (
    Bars,
    Block,
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

CONTENTS = Text(fr="Sommaire", en="Contents")
# Control characters have no place in HTML; the marks of writing direction could show a text in
# another order than the one that is hashed; lone surrogates cannot be written at all.
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
# A digest or a pseudonym: read letter by letter, and too long for a cell to hold in one line.
_DIGEST = re.compile(r"[0-9a-f]{32,}")
_LONG = 4  # sections from which a table of contents helps

STYLE = """\
:root { color-scheme: light; }
body { margin: 0; background: #fff; color: #1c1917; font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; overflow-wrap: break-word; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .25rem; text-wrap: balance; }
h2 { font-size: 1.25rem; line-height: 1.3; margin: 2.5rem 0 .5rem; }
h3 { font-size: 1.05rem; line-height: 1.3; margin: 1.75rem 0 .5rem; }
p, ul, ol, dl, pre, table { margin: .75rem 0; }
li { margin: .3rem 0; }
a { color: #1d4ed8; }
.paper-subtitle { color: #57534e; font-size: 1.1rem; margin: 0 0 1.5rem; }
.paper-note { border: 2px solid #b91c1c; border-radius: .4rem; padding: .75rem 1rem; font-weight: 600; }
.paper-contents { background: #f5f5f4; border-radius: .4rem; padding: .75rem 1rem; margin: 1.5rem 0; }
.paper-contents p { font-weight: 600; margin: 0; }
.paper-contents ul { columns: 18rem; list-style: none; margin: .5rem 0 0; padding: 0; }
.paper-contents li { break-inside: avoid; margin: 0; }
.paper-contents a { display: inline-block; padding: .2rem 0; }
dl { border-top: 1px solid #d6d3d1; }
dl > div { border-bottom: 1px solid #d6d3d1; display: grid; gap: 0 1rem; grid-template-columns: 14rem 1fr; padding: .4rem 0; }
dt { color: #57534e; }
dd, td, tbody th { overflow-wrap: anywhere; }
dd { margin: 0; white-space: pre-line; }
table { border-collapse: collapse; width: 100%; }
caption { font-weight: 600; padding: .4rem 0; text-align: start; }
th, td { white-space: pre-line; border-bottom: 1px solid #d6d3d1; padding: .45rem .75rem .45rem 0; text-align: start; vertical-align: top; }
thead th { color: #57534e; font-weight: 600; }
tbody th { font-weight: 400; }
.paper-figure { font-variant-numeric: tabular-nums; text-align: end; white-space: nowrap; }
thead .paper-figure { white-space: normal; }
pre { background: #f5f5f4; border-radius: .4rem; font-size: .85rem; line-height: 1.5; overflow-wrap: anywhere; padding: .75rem 1rem; white-space: pre-wrap; }
code { font-size: .85em; overflow-wrap: anywhere; }
pre code { font-size: inherit; }
.paper-signatures { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(16rem, 1fr)); list-style: none; padding: 0; }
.paper-signatures li { border: 1px solid #d6d3d1; border-radius: .4rem; break-inside: avoid; margin: 0; min-height: 7rem; padding: .5rem .75rem; }
.paper-signatures b, .paper-signatures span { display: block; }
@media screen and (max-width: 40rem) {
  dl > div { grid-template-columns: 1fr; }
  thead { clip-path: inset(50%); height: 1px; overflow: hidden; position: absolute; width: 1px; }
  table, caption, tbody, tr, th, td { display: block; }
  tr { border-bottom: 1px solid #d6d3d1; padding: .5rem 0; }
  tbody th, tbody td { border: 0; padding: .1rem 0; text-align: start; }
  tbody .paper-figure { text-align: start; white-space: normal; }
  tbody th { font-weight: 600; }
  tbody [data-label]::before { color: #57534e; content: attr(data-label) "\\00a0: "; font-weight: 400; }
  tbody [data-label]::before { content: attr(data-label) "\\00a0: " / ""; }
}
@media print {
  body { font-size: 10.5pt; line-height: 1.4; }
  main { max-width: none; padding: 0; }
  .paper-contents { display: none; }
  h2 { break-after: avoid; margin-top: 1.5rem; }
  tr, dl > div, .paper-note { break-inside: avoid; }
}
"""
# Only where there is a chart: what was hashed without one keeps its bytes.
PLOTS = """\
.paper-plot { margin: 1rem 0; }
.paper-plot figcaption { font-weight: 600; margin-bottom: .5rem; }
.plot { display: block; font: .75rem system-ui, -apple-system, "Segoe UI", sans-serif; overflow: visible; }
.plot text { fill: #57534e; }
.plot .value { fill: #1c1917; font-weight: 600; }
.plot .end { text-anchor: end; }
.plot .middle { text-anchor: middle; }
.plot .p1 { fill: #0f766e; }
.plot .rail { fill: #f5f5f4; }
.plot .grid { stroke: #d6d3d1; }
.plot .axis { stroke: #78716c; }
@media print { .paper-plot { break-inside: avoid; } }
"""


def render(document: Document) -> bytes:
    """Return the document as one HTML5 file in UTF-8: headings from h1, style inside, nothing loaded.

    Addresses on the site are written out, not linked: the file must read the same from any disk.
    """
    title = _text(f"{document.title} – {document.subtitle}" if document.subtitle else document.title)
    plots = PLOTS if any(isinstance(b, Bars) for section in document.sections for b in section.blocks) else ""
    return (
        f'<!doctype html>\n<html lang="{document.language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>\n{STYLE}{plots}</style>\n</head>\n<body>\n<main>\n"
        f"{_article(document, level=1, linked=False)}</main>\n</body>\n</html>\n"
    ).encode()


def fragment(document: Document) -> str:
    """Return the article alone, with headings from h2, to be put as it is into a page of the site.

    Classes for the page's style: `paper`, `paper-subtitle`, `paper-note`, `paper-contents`,
    `paper-figure`; a cell carries its column's header in `data-label`.
    """
    return _article(document, level=2, linked=True)


def writable(text: str) -> str:
    """Return `text` with a replacement character for each sign that no paper may hold."""
    return _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def _text(text: str) -> str:
    return escape(writable(text), quote=True)


def _cell(text: str) -> str:
    return f"<code>{text}</code>" if _DIGEST.fullmatch(text) else _text(text)


def _article(document: Document, *, level: int, linked: bool) -> str:
    parts = [
        f'<article class="paper" lang="{document.language}">\n',
        f'<p class="paper-note">{_text(document.banner)}</p>\n' if document.banner else "",
        f"<header>\n<h{level}>{_text(document.title)}</h{level}>\n",
        f'<p class="paper-subtitle">{_text(document.subtitle)}</p>\n' if document.subtitle else "",
        "</header>\n",
        *(_said(block, linked=linked) for block in document.lead),
        _contents(document) if len(document.sections) >= _LONG else "",
        *(_section(section, level=level + 1, linked=linked) for section in document.sections),
        "</article>\n",
    ]
    return "".join(parts)


def _heading(section: Section) -> str:
    return _text(f"{section.number}. {section.heading}" if section.number else section.heading)


def _contents(document: Document) -> str:
    label = _text(CONTENTS(document.language))
    items = "".join(
        f'<li><a href="#{_text(section.anchor)}">{_heading(section)}</a></li>\n' for section in document.sections
    )
    return f'<nav class="paper-contents" aria-label="{label}">\n<p>{label}</p>\n<ul>\n{items}</ul>\n</nav>\n'


def _section(section: Section, *, level: int, linked: bool) -> str:
    anchor = _text(section.anchor)
    blocks = "".join(
        f"<h{level + 1}>{_text(block.text)}</h{level + 1}>\n"
        if isinstance(block, Subheading)
        else _said(block, linked=linked)
        for block in section.blocks
    )
    return (
        f'<section id="{anchor}" aria-labelledby="{anchor}-heading">\n'
        f'<h{level} id="{anchor}-heading">{_heading(section)}</h{level}>\n{blocks}</section>\n'
    )


def _said(block: Block, *, linked: bool) -> str:
    if isinstance(block, Links) and linked:
        return _linked(block)
    return _block(block)


@singledispatch
def _block(block: object) -> str:
    raise TypeError(f"not a block of a document: {block!r}")


@_block.register
def _(block: Paragraph) -> str:
    return f"<p>{_text(block.text)}</p>\n"


@_block.register
def _(block: Note) -> str:
    return f'<p class="paper-note">{_text(block.text)}</p>\n'


@_block.register
def _(block: Bullets) -> str:
    tag = "ol" if block.ordered else "ul"
    items = "".join(f"<li>{_text(item)}</li>\n" for item in block.items)
    return f"<{tag}>\n{items}</{tag}>\n"


@_block.register
def _(block: Facts) -> str:
    pairs = "".join(f"<div><dt>{_text(label)}</dt><dd>{_cell(value)}</dd></div>\n" for label, value in block.pairs)
    return f"<dl>\n{pairs}</dl>\n"


@_block.register
def _(block: Links) -> str:
    return _block(Facts(block.pairs))


def _linked(block: Links) -> str:
    items = []
    for label, address in block.pairs:
        if not address.startswith("/") or address.startswith("//"):
            raise ValueError(f"an address on the same site was expected: {address!r}")
        items.append(f'<li><a href="{_text(address)}">{_text(label)}</a></li>\n')
    return f"<ul>\n{''.join(items)}</ul>\n"


@_block.register
def _(block: Formula) -> str:
    return f"<pre><code>{_text(chr(10).join(block.lines))}</code></pre>\n"


@_block.register
def _(block: Bars) -> str:
    key = f"bars-{sha256(block.caption.encode()).hexdigest()[:8]}"
    bars = [charts.Bar(writable(bar.name), bar.value, writable(bar.said)) for bar in block.bars]
    caption, told = writable(block.caption), writable(block.told)
    if block.upright:
        top = charts.top_of(max((bar.value for bar in bars), default=0))
        drawn = charts.columns(key, caption, told, bars, str(top))
    else:
        drawn = charts.rows(key, caption, told, bars)
    return f'<figure class="paper-plot">\n<figcaption>{_text(block.caption)}</figcaption>\n{drawn}\n</figure>\n'


@_block.register
def _(block: Signatures) -> str:
    items = "".join(
        f"<li>{f'<b>{_text(name)}</b>' if name else ''}<span>{_text(capacity)}</span><span>{_text(block.label)}</span></li>\n"
        for name, capacity in block.people
    )
    return f'<ul class="paper-signatures">\n{items}</ul>\n'


@_block.register
def _(block: Table) -> str:
    def figure(column: int) -> str:
        return ' class="paper-figure"' if column in block.figures else ""

    head = "".join(f'<th scope="col"{figure(i)}>{_text(name)}</th>' for i, name in enumerate(block.header))
    rows = []
    for row in block.rows:
        first, *rest = row
        cells = [f'<th scope="row"{figure(0)} data-label="{_text(block.header[0])}">{_cell(first)}</th>']
        cells += [
            f'<td{figure(i)} data-label="{_text(block.header[i])}">{_cell(cell)}</td>' for i, cell in enumerate(rest, 1)
        ]
        rows.append(f"<tr>{''.join(cells)}</tr>\n")
    return (
        f"<table>\n<caption>{_text(block.caption)}</caption>\n<thead>\n<tr>{head}</tr>\n</thead>\n"
        f"<tbody>\n{''.join(rows)}</tbody>\n</table>\n"
    )
