"""HTML of a comment, read as the plain text that people see; nothing of it is ever shown as HTML again.

Not by the standard library's parser: what servers send is already cleaned, and that parser takes time with the square of
the length over marks that never end, which is what somebody would send who means harm.
"""

import re
from html import unescape

import msgspec

from contests.sources.reading import LONGEST_TEXT

_MOST = 4 * LONGEST_TEXT
_LINES = frozenset({"p", "div", "li", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6"})
_UNSEEN = frozenset({"script", "style", "template", "head", "title"})
_VOID = frozenset({"br", "img", "hr", "wbr", "input", "source", "link", "meta"})
_MARK = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,15})(|[\s/][^<>]*)>")
_ATTRIBUTE = re.compile(r"""(?:^|\s)(class|href)=(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)


class Markup(msgspec.Struct, frozen=True):
    """What an HTML comment says, and the addresses that it links to as people (class `mention`)."""

    text: str
    people: tuple[str, ...]


def read_markup(html: str) -> Markup:
    """Return the text of HTML: paragraphs and breaks as line ends, entities as signs, what is not shown left out. Pure."""
    reader = _Reader()
    html, at = html[:_MOST], 0
    for mark in _MARK.finditer(html):
        reader.say(html[at : mark.start()])
        reader.begin(mark[2].lower(), mark[3]) if not mark[1] else reader.end(mark[2].lower())
        at = mark.end()
    reader.say(html[at:])
    lines = (line.strip() for line in "".join(reader.said).split("\n"))
    return Markup(re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n"), tuple(dict.fromkeys(reader.people)))


class _Reader:
    """What is shown so far, and the elements that are open and hide what is within."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.people: list[str] = []
        self._unseen: list[str] = []

    def begin(self, tag: str, rest: str) -> None:
        """Begin an element: one that is not shown hides all within."""
        if tag == "br" and not self._unseen:
            self.said.append("\n")
        if tag in _VOID:
            return
        named = {one[0].lower(): unescape(one[1] or one[2] or one[3]) for one in _ATTRIBUTE.findall(rest)}
        classes = named.get("class", "").split()
        # A quoted post's address stands there for software that shows no quotes; nobody typed it.
        if self._unseen or tag in _UNSEEN or "invisible" in classes or "quote-inline" in classes:
            self._unseen.append(tag)
        elif tag == "a" and "mention" in classes and "hashtag" not in classes and named.get("href"):
            self.people.append(named["href"])

    def end(self, tag: str) -> None:
        """End an element; an end without a beginning ends nothing."""
        if not self._unseen:
            if tag in _LINES:
                self.said.append("\n\n" if tag == "p" else "\n")
            return
        # Only the innermost, or the outermost that hides: looking for others takes time, and well-formed HTML has none.
        if self._unseen[-1] == tag:
            self._unseen.pop()
        elif self._unseen[0] == tag:
            self._unseen.clear()

    def say(self, text: str) -> None:
        """Keep what is shown; a line end in HTML is a blank."""
        if text and not self._unseen:
            self.said.append(unescape(text).replace("\r", " ").replace("\n", " "))
