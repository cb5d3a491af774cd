"""Two versions of a rules text, sentence by sentence: what was taken out, what was put in.

What is compared is the stored text itself, as it was hashed into the journal, not what today's program would write.
"""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from html.parser import HTMLParser
from typing import Literal

import msgspec

Mark = Literal["kept", "out", "in"]
# What changes with every version, and says nothing: the list of amendments stands elsewhere, digests are for programs.
_SILENT_SECTION = "article-amendments"
_DIGEST = re.compile(r"[0-9a-f]{64}")
_PIECES = {"p", "li", "dt", "dd", "th", "td", "caption", "h2", "h3", "h4", "code"}
_SENTENCE = re.compile(r"(?<=[.!?…])\s+(?=[A-ZÀ-Ý«“0-9])")
_WORD = re.compile(r"\d+(?:[.,:\u202f\u00a0]\d+)+|\s+|\w+(?:[.,:/@’'+-]\w+)*|[^\s\w]")
ALIKE = 0.6  # below that two sentences are shown as one taken out and one put in


class Part(msgspec.Struct, frozen=True):
    """A stretch of text, kept, taken out or put in."""

    mark: Mark
    text: str


class Passage(msgspec.Struct, frozen=True):
    """One article in which something changed: its heading now, and its changed sentences, each in parts."""

    heading: str
    sentences: tuple[tuple[Part, ...], ...]


class _Reader(HTMLParser):
    """Reads a paper: article by article, its sentences in order; cells of a row stay together."""

    def __init__(self) -> None:
        super().__init__()
        self.articles: dict[str, list[str]] = {"": []}
        self.headings: dict[str, str] = {"": ""}
        self._at, self._text, self._row = "", "", ""
        self._skip = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"style", "title", "nav"}:
            self._skip += 1
        elif tag == "section":
            self._at = dict(attrs).get("id") or ""
            self.articles.setdefault(self._at, [])
        elif tag in _PIECES:
            self._text = ""

    def handle_endtag(self, tag: str) -> None:
        if tag in {"style", "title", "nav"}:
            self._skip -= 1
        elif tag == "section":
            self._at = ""
        elif tag in {"tr", "div"}:
            self._keep(self._row)
            self._row = ""
        elif tag in _PIECES and not self._skip:
            self._end(tag, " ".join(re.split(r"[ \t\r\n]+", self._text.strip(" \t\r\n"))))
            self._text = ""

    def _end(self, tag: str, text: str) -> None:
        if tag in {"dt", "dd", "th", "td", "code"}:
            self._row = f"{self._row} – {text}" if self._row and text else self._row or text
        elif tag.startswith("h") and self._at and self._at not in self.headings:
            self.headings[self._at] = text
        else:
            for sentence in _SENTENCE.split(text):
                self._keep(sentence)

    def _keep(self, sentence: str) -> None:
        if sentence and not _DIGEST.search(sentence):
            self.articles[self._at].append(sentence)

    def handle_data(self, data: str) -> None:
        if not self._skip:
            self._text += data


def redline(old: bytes, new: bytes) -> tuple[Passage, ...]:
    """Return the articles of a stored rules text in which a later version differs, in the order of the later one."""
    before, after = _read(old), _read(new)
    found = []
    for anchor in [*after.articles, *(gone for gone in before.articles if gone not in after.articles)]:
        if anchor == _SILENT_SECTION:
            continue
        one, other = before.articles.get(anchor, []), after.articles.get(anchor, [])
        sentences = tuple(_sentences(one, other))
        if sentences:
            heading = after.headings.get(anchor) or before.headings.get(anchor, "")
            found.append(Passage(heading, sentences))
    return tuple(found)


def _read(data: bytes) -> _Reader:
    reader = _Reader()
    reader.feed(data.decode())
    reader.close()
    return reader


def _sentences(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[Part, ...]]:
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        yield from _matched(old[a:b], new[c:d])


def _matched(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[Part, ...]]:
    """Yield sentences that were rewritten as one, those that went and those that came, in the order of the later text."""
    place = 0
    for one in old:
        ratios = [_matcher(one, other).ratio() for other in new[place:]]
        best = max(ratios, default=0.0)
        if best < ALIKE:
            yield (Part("out", one),)
            continue
        at = place + ratios.index(best)
        yield from ((Part("in", other),) for other in new[place:at])
        yield _words(one, new[at])
        place = at + 1
    yield from ((Part("in", other),) for other in new[place:])


def _matcher(one: str, other: str) -> "SequenceMatcher[str]":
    return SequenceMatcher(None, _WORD.findall(one), _WORD.findall(other), autojunk=False)


def _words(old: str, new: str) -> tuple[Part, ...]:
    """Return a sentence with the words that changed in it."""
    one, other, parts = _WORD.findall(old), _WORD.findall(new), list[Part]()
    for tag, a, b, c, d in _matcher(old, new).get_opcodes():
        if tag == "equal":
            parts.append(Part("kept", "".join(one[a:b])))
            continue
        parts += [Part("out", "".join(one[a:b]))] * (a < b) + [Part("in", "".join(other[c:d]))] * (c < d)
    return tuple(_joined(parts))


def _joined(parts: Sequence[Part]) -> Iterator[Part]:
    """Draw changes together that only a space parts: whole words are easier to read than pieces."""
    out = into = kept = ""
    for part in [*parts, Part("kept", "")]:
        if part.mark == "out":
            out += part.text
        elif part.mark == "in":
            into += part.text
        elif part.text.isspace() and (out or into) and part is not parts[-1]:
            out, into = out + part.text, into + part.text
        else:
            if kept:
                yield Part("kept", kept)
            if out.strip():
                yield Part("out", out)
            if into.strip():
                yield Part("in", into)
            out = into = ""
            kept = part.text
    if kept:
        yield Part("kept", kept)
