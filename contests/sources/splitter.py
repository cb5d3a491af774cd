"""The items of a JSON array, one at a time, however long the array: no more than an item is held."""

import re
from collections.abc import Iterable, Iterator

from contests.errors import Malformed
from contests.sources.unreadable import refuse

LARGEST_ITEM = 4 * 1024 * 1024
DEEPEST = 64
# A whole string, a bracket, a comma, or the quote of a string whose end is not there yet. Nothing is given back (`+` after
# a repeat), so that no text makes it slow.
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[\[\]{},]|"', re.DOTALL)
_SPACE = b" \t\r\n"


def items(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the bytes of each item of the array that `blocks` make up. Raises Malformed."""
    splitter = _Splitter()
    for number, block in enumerate(blocks):
        splitter.held += block.removeprefix(b"\xef\xbb\xbf") if number == 0 else block
        yield from splitter.whole()
        if splitter.done and splitter.held.strip(_SPACE):
            raise _no_array(bytes(splitter.held[:80]))
        if len(splitter.held) > LARGEST_ITEM:
            raise refuse("item-too-large", "Des éléments d’au plus 4 Mio étaient attendus.",
                         "Items of at most 4 MiB were expected.", f"{len(splitter.held)} bytes")  # fmt: skip
    if not splitter.done:
        raise _no_array(b"the file ends too early")


class _Splitter:
    """What is held of the array: the item begun, how deep its end is, and up to where it was looked at."""

    def __init__(self) -> None:
        self.held = bytearray()
        self.done = False
        self._depth = self._begin = self._seen = 0

    def whole(self) -> Iterator[bytes]:
        """Yield the items that are whole, and let go of them."""
        while not self.done:
            token = _TOKEN.search(self.held, self._seen)
            if token is None or token[0] == b'"':
                self._seen = token.start() if token else len(self.held)
                return
            mark, at, self._seen = token[0], token.start(), token.end()
            if self._depth == 0:
                if mark != b"[" or self.held[:at].strip(_SPACE):
                    raise _no_array(bytes(self.held[:80]))
                self._begin = self._seen
            self._depth += (mark in b"[{") - (mark in b"]}")
            if self._depth > DEEPEST:
                raise _no_array(f"nested deeper than {DEEPEST}".encode())
            if (self._depth == 1 and mark == b",") or self._depth == 0:
                item = bytes(self.held[self._begin : at]).strip(_SPACE)
                del self.held[: self._seen]
                self._begin = self._seen = 0
                self.done = self._depth == 0
                if item:
                    yield item


def _no_array(found: bytes) -> Malformed:
    return refuse("json-malformed", "Une liste JSON bien formée était attendue.", "A well-formed JSON list was expected.",
                  found.decode(errors="replace"))  # fmt: skip
