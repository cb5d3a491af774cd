"""What differs between two definitions: each value that changed, each item that came or went. Pure.

Items of a list are told apart by their name, so that one that moved is not taken for one that changed.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from contests.campaign.definition import Campaign
from contests.codec import parse_json

NAMED = {
    "prizes": "id", "fields": "id", "rules": "kind", "bonuses": "kind", "channels": "id", "forfeits": "code",
    "draw.values": "name", "terms.partners": "name", "terms.processors": "name", "terms.filings": "number",
    "awards.documents": "id", "clauses": "id", "comments.rules": "kind",
}  # fmt: skip
KINDS = ("rules", "bonuses", "comments.rules")  # lists whose names are a closed set


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One difference. `steps` lead to it, an item of a list by its name; None: it was not there, or is no more.

    `shape` is the path with `*` for names that an organiser chose. In the order of a list, values are lists of names.
    """

    steps: tuple[str, ...]
    shape: str
    old: Any
    new: Any

    @property
    def path(self) -> str:
        """The path as text, for logs and programs."""
        return ".".join(self.steps)


def differences(before: Campaign, after: Campaign) -> tuple[Difference, ...]:
    """Return what differs, in the order of the definition's keys."""
    return tuple(_tables((), "", parse_json(before.bytes()), parse_json(after.bytes())))


def _tables(steps: tuple[str, ...], shape: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    for key in [*new, *(key for key in old if key not in new)]:
        yield from _values((*steps, key), f"{shape}.{key}".lstrip("."), old.get(key), new.get(key))


def _values(steps: tuple[str, ...], shape: str, old: Any, new: Any) -> Iterator[Difference]:  # noqa: ANN401 - decoded JSON
    if old == new:
        return
    if shape in NAMED:
        yield from _lists(steps, shape, old or [], new or [])
    elif shape in {"terms", "awards", "comments"} or (isinstance(old, dict) and isinstance(new, dict)):
        yield from _tables(steps, shape, old or {}, new or {})
    else:
        yield Difference(steps=steps, shape=shape, old=old, new=new)


def _lists(steps: tuple[str, ...], shape: str, old: list[Any], new: list[Any]) -> Iterator[Difference]:
    before, after = _by_name(old, NAMED[shape]), _by_name(new, NAMED[shape])
    for name in [*after, *(name for name in before if name not in after)]:
        known = name.partition("#")[0]
        inner = f"{shape}.{known if shape in KINDS else '*'}"
        yield from _values((*steps, name), inner, before.get(name), after.get(name))
    kept = [name for name in before if name in after]
    moved = [name for name in after if name in before]
    if kept != moved:
        yield Difference(steps=steps, shape=shape, old=kept, new=moved)


def _by_name(items: list[Any], key: str) -> dict[str, Any]:
    """Return items by name; a second one of a name gets a number."""
    found: dict[str, Any] = {}
    for item in items:
        name, n = str(item[key]), 2
        while name in found:
            name, n = f"{item[key]}#{n}", n + 1
        found[name] = item
    return found
