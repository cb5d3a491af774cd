"""The picture that goes with a shared link: 1200 by 630, the same bytes each time.

As with the minutes, what a campaign says reaches the template as data and is only ever shown as text; the fonts
are those inside the renderer, and no file is read.
"""

import re
from functools import lru_cache

import msgspec

from contests.papers.qr import qr_svg

WIDTH, HEIGHT = 1200, 630
LONGEST = 160
# What the renderer's own fonts can show; other signs are left out of a picture.
_UNSHOWN = re.compile(
    "[^ -~\u00a0-\u017f\u0192\u0218-\u021b\u0391-\u03a1\u03a3-\u03c9\u0401-\u045f\u2010-\u2027\u202f-\u203a\u20ac\u2116\u2122]+"
)

_TEMPLATE = r"""
#let card = json(bytes(sys.inputs.card))
#let brand = rgb(card.brand)
#let on = rgb(card.on)
#let tone = rgb(card.tone)
#set page(width: 1200pt, height: 630pt, margin: 0pt, fill: brand, background: {
  for n in range(26) {
    let radius = 90pt + n * 27pt
    place(top + left, dx: 1240pt - radius, dy: -90pt - radius, circle(radius: radius, stroke: 1.2pt + on.transparentize(88%)))
  }
  if card.ghost != "" {
    place(center + horizon, rotate(-24deg, text(size: 172pt, weight: "bold", fill: on.transparentize(90%), card.ghost)))
  }
})
#set text(font: ("Libertinus Serif", "DejaVu Sans Mono"), lang: card.language, fill: on, hyphenate: false, number-type: "lining")
#set par(leading: 0.42em, spacing: 0.5em, justify: false)
#let fitted(body, width, height, sizes) = context {
  let fits = sizes.filter(size => measure(box(width: width, text(size: size, body))).height <= height)
  let size = fits.at(0, default: sizes.last())
  box(width: width, height: height, clip: true, align(left + horizon, text(size: size, body)))
}
#place(dx: 64pt, dy: 56pt, box(width: 690pt, height: 42pt, clip: true, text(size: 27pt, card.organiser)))
#place(dx: 64pt, dy: 108pt, fitted(strong(card.title), 690pt, 258pt, (76pt, 68pt, 60pt, 52pt, 46pt, 40pt, 35pt, 31pt)))
#place(dx: 64pt, dy: 386pt, box(fill: white, radius: 8pt, inset: (x: 22pt, y: 20pt), width: 690pt, {
  set text(fill: tone)
  stack(spacing: 13pt, text(size: 30pt, strong(card.level)), text(size: 21pt, fill: rgb("#33393f"), card.words))
}))
#place(dx: 64pt, dy: 548pt, box(width: 690pt, height: 40pt, clip: true, text(size: 25pt, card.facts)))
#place(dx: 806pt, dy: 90pt, box(fill: white, radius: 18pt, width: 330pt, height: 450pt, inset: 20pt, align(center + horizon, {
  set text(fill: rgb("#12181c"))
  box(width: 286pt, height: 286pt, clip: true, place(center + horizon, image(bytes(card.qr), format: "svg", width: 340pt)))
  stack(spacing: 12pt, text(size: 26pt, strong(card.check)), text(font: "DejaVu Sans Mono", size: card.small * 1pt, card.short))
})))
"""
_TONES = {"drand": "#0a6638", "ceremony": "#175a9e", "rehearsal": "#7d4a00"}


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """What the picture says. `ghost` is written across it; `link` is in the code, `short` is its address to type."""

    language: str
    title: str
    organiser: str
    source: str
    level: str
    words: str
    facts: str
    check: str
    link: str
    short: str
    brand: str
    on_brand: str
    ghost: str = ""


def shortened(text: str, most: int = LONGEST) -> str:
    """Return `text` cut at a word, with an ellipsis, where it is too long for a picture."""
    text = " ".join(_UNSHOWN.sub("", text).split())
    if len(text) <= most:
        return text
    cut = text[:most].rsplit(" ", 1)[0] if " " in text[:most] else text[:most]
    return f"{cut.rstrip(' ,;:.–-')}…"


@lru_cache(maxsize=128)
def card_png(card: Card) -> bytes:
    """Return the picture."""
    import typst  # large, and needed by few pages

    data = {
        "language": card.language,
        "title": _breakable(shortened(card.title)),
        "organiser": shortened(card.organiser, 60),
        "level": card.level,
        "words": card.words,
        "facts": card.facts,
        "check": card.check,
        "short": _breakable(card.short),
        # The widest that lets a mono-spaced line stay whole; below that it takes two.
        "small": max(12.0, min(17.0, 286 / (0.602 * max(1, len(card.short))))),
        "qr": qr_svg(card.link).decode(),
        "brand": card.brand,
        "on": card.on_brand,
        "tone": _TONES[card.source],
        "ghost": card.ghost,
    }
    return typst.compile(
        _TEMPLATE.encode(),
        format="png",
        ppi=72.0,
        font_paths=typst.Fonts(include_system_fonts=False),
        sys_inputs={"card": msgspec.json.encode(data).decode()},
    )


def _breakable(text: str) -> str:
    """Let a line end inside a very long word."""
    return re.sub(r"\S{18,}", lambda word: "\N{ZERO WIDTH SPACE}".join(re.findall(r".{1,12}", word[0])), text)
