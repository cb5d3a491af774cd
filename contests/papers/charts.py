"""Charts as inline SVG: pure functions from numbers to markup.

Lengths along the page are in percent, so that a chart fits any width and its words keep their size; colours come
from the style sheet's classes. Every chart has a title and a description; the page gives its numbers as a table too.
"""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

HEIGHT, TOP, FOOT = 168, 22, 24  # pixels: the whole, above the bars, below them
ROW = 46  # pixels of one line of a bar chart
LONGEST = 44  # characters of a name on a chart; the table has it whole
MOST_PARTED = 60  # bars; from more on they stand without a gap


class Bar(NamedTuple):
    """One bar: what it is called, its value, and how both are said."""

    name: str
    value: int
    said: str


def top_of(most: int) -> int:
    """Return the round number at which the scale ends: 1, 2 or 5 with zeros, not less than `most`."""
    scale = 1
    while True:
        for step in (1, 2, 5):
            if step * scale >= most:
                return step * scale
        scale *= 10


def columns(key: str, title: str, told: str, bars: Sequence[Bar], top_said: str, *, tone: int = 1) -> str:
    """Return upright bars in a row, as hours and days are shown.

    Names stand under the first, middle and last one, or under each where they are four at most. `key` makes the ids of the page unique; `top_said` is how `top_of` the highest value reads.
    """
    high = HEIGHT - TOP - FOOT
    top = top_of(max((bar.value for bar in bars), default=0))
    width = 100 / max(1, len(bars))
    gap = width * 0.18 if len(bars) <= MOST_PARTED else 0.0
    parts = [
        f'<line class="grid" x1="0" x2="100%" y1="{TOP}" y2="{TOP}"/>',
        f'<line class="grid" x1="0" x2="100%" y1="{TOP + high // 2}" y2="{TOP + high // 2}"/>',
        f'<text x="0" y="{TOP - 7}">{escape(top_said)}</text>',
    ]
    for place, bar in enumerate(bars):
        tall = high * bar.value / top
        tall = max(tall, 1.5) if bar.value else 0
        parts.append(
            f'<rect class="p{tone}" x="{place * width + gap / 2:.3f}%" width="{width - gap:.3f}%" '
            f'y="{TOP + high - tall:.2f}" height="{tall:.2f}"><title>{escape(bar.said)}</title></rect>'
        )
    parts.append(f'<line class="axis" x1="0" x2="100%" y1="{TOP + high}" y2="{TOP + high}"/>')
    parts += [
        f'<text class="{anchor}" x="{x}" y="{HEIGHT - 7}">{escape(_short(bars[place].name))}</text>'
        for place, x, anchor in _named(len(bars))
    ]
    return _picture(key, title, told, HEIGHT, parts)


def _named(count: int) -> list[tuple[int, str, str]]:
    """Return which bars are named, where, and how the name stands to it."""

    def under(place: int) -> tuple[int, str, str]:
        return (place, f"{100 * (place + 0.5) / count:.3f}%", "middle")

    if count <= 4:
        return [under(place) for place in range(count)]
    return [(0, "0", "start"), under((count - 1) // 2), (count - 1, "100%", "end")]


def rows(key: str, title: str, told: str, bars: Sequence[Bar]) -> str:
    """Return lying bars, one under the other, as channels are shown: the name and the number above each bar."""
    most = max((bar.value for bar in bars), default=0) or 1
    parts = []
    for place, bar in enumerate(bars):
        y = place * ROW
        parts.append(
            f'<text x="0" y="{y + 18}">{escape(_short(bar.name))}</text>'
            f'<text class="end value" x="100%" y="{y + 18}">{escape(bar.said)}</text>'
            f'<rect class="rail" x="0" width="100%" y="{y + 26}" height="10" rx="3"/>'
        )
        if bar.value:
            parts.append(
                f'<rect class="p1" x="0" width="{max(100 * bar.value / most, 0.6):.3f}%" y="{y + 26}" height="10" rx="3"/>'
            )
    return _picture(key, title, told, max(ROW, ROW * len(bars)), parts)


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1].rstrip()}…"


def _picture(key: str, title: str, told: str, height: int, parts: Sequence[str]) -> str:
    return (
        f'<svg class="plot" role="img" aria-labelledby="{key}-t {key}-d" width="100%" height="{height}">'
        f'<title id="{key}-t">{escape(title)}</title><desc id="{key}-d">{escape(told)}</desc>{"".join(parts)}</svg>'
    )
