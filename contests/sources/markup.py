"""HTML of a comment, read as the plain text that people see; nothing of it is ever shown as HTML again."""

from html.parser import HTMLParser

import msgspec

from contests.sources.fields import LONGEST_TEXT

_MOST = 4 * LONGEST_TEXT
_LINES = frozenset({"p", "div", "li", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6"})
_UNSEEN = frozenset({"script", "style", "template", "head", "title"})
_VOID = frozenset({"br", "img", "hr", "wbr", "input", "source", "link", "meta"})


class Markup(msgspec.Struct, frozen=True):
    """What an HTML comment says, and the addresses that it links to as people (class `mention`)."""

    text: str
    people: tuple[str, ...]


def read_markup(html: str) -> Markup:
    """Return the text of HTML: paragraphs and breaks as line ends, entities as signs, what is not shown left out. Pure."""
    reader = _Reader()
    # Some versions of the parser give up on these marks, which no comment needs.
    reader.feed(html[:_MOST].replace("<!", "&lt;!").replace("<?", "&lt;?"))
    reader.close()
    lines = (" ".join(line.split(" ")).strip() for line in "".join(reader.said).split("\n"))
    text = "\n".join(lines).strip("\n")
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return Markup(text, tuple(dict.fromkeys(reader.people)))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self.people: list[str] = []
        self._unseen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element: one that is not shown hides all within."""
        named = dict(attrs)
        classes = (named.get("class") or "").split()
        if tag == "br" and not self._unseen:
            self.said.append("\n")
        if tag in _VOID:
            return
        # A quoted post's address stands there for software that shows no quotes; nobody typed it.
        if self._unseen or tag in _UNSEEN or "invisible" in classes or "quote-inline" in classes:
            self._unseen.append(tag)
            return
        if tag == "a" and "mention" in classes and "hashtag" not in classes and named.get("href"):
            self.people.append(named["href"] or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Read `<br/>` as `<br>`; anything else that closes itself holds nothing."""
        if tag in _VOID:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """End an element; an end without a beginning ends nothing."""
        if self._unseen:
            if tag in self._unseen:
                while self._unseen.pop() != tag:
                    pass
        elif tag in _LINES:
            self.said.append("\n\n" if tag == "p" else "\n")

    def handle_data(self, data: str) -> None:
        """Keep what is shown; a line end in HTML is a blank."""
        if not self._unseen:
            self.said.append(data.replace("\r", " ").replace("\n", " "))
