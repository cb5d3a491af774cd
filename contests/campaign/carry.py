"""Carry over: what one campaign of a series says is said in another, but for what is each one's own. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
import tomlkit

from contests.campaign.definition import Reveal
from contests.campaign.editor.answers import document, text_of
from contests.campaign.parse import Form, load

OWN = frozenset({"slug", "title", "opens_at", "closes_at", "freezes_at", "draws_at", "prizes"})
"""What is never carried over; of `series` neither is the place."""


class Change(msgspec.Struct, frozen=True):
    """What an answer is and what it becomes; empty: nothing stands there."""

    path: str
    before: str
    after: str


def changes(source: str, source_form: Form, target: str, target_form: Form) -> dict[str, tuple[Change, ...]]:
    """Return what would change in `target`, by the first key of the definition, in the order of `source`."""
    ours, theirs = (_common(load(text.encode(), form)) for text, form in ((source, source_form), (target, target_form)))
    found = {}
    for key in dict.fromkeys((*ours, *theirs)):
        if ours.get(key) != theirs.get(key):
            before, after = dict(_leaves(theirs.get(key), key)), dict(_leaves(ours.get(key), key))
            paths = [path for path in dict.fromkeys((*after, *before)) if before.get(path, "") != after.get(path, "")]
            found[key] = tuple(Change(path, before.get(path, ""), after.get(path, "")) for path in paths)
    return found


def carry(source: str, source_form: Form, target: str, target_form: Form, keys: Sequence[str]) -> str:
    """Return the text of `target` (TOML) in which those keys say what they say in `source`."""
    ours, made = document(source, source_form), document(target, target_form)
    for key in keys:
        if key in OWN:
            continue
        if key not in ours:
            made.pop(key, None)
        elif key == "series" and key in made:
            # Its place stays where it is; the order of the keys is the target's.
            place = made[key]["place"]
            made[key] = ours[key]
            made[key]["place"] = place
        else:
            made[key] = ours[key]
    return text_of(tomlkit.parse(text_of(made)))


def name_series(text: str, form: Form, titles: Mapping[str, str], reveal: Reveal) -> str:
    """Return a text (TOML) whose series has that title by language, and shows its prizes then; nothing else moves."""
    made = document(text, form)
    series = made["series"]
    for language, title in titles.items():
        if series["title"].get(language) != title:
            series["title"][language] = title
    if reveal == "at-once":
        series.pop("reveal", None)
    elif series.get("reveal") != reveal:
        series["reveal"] = reveal
    return text_of(made)


def _common(raw: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in raw.items() if key not in OWN}
    if isinstance(kept.get("series"), dict):
        kept["series"] = {key: value for key, value in kept["series"].items() if key != "place"}
    return kept


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - whatever TOML holds
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}")
    elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
        for n, item in enumerate(value):
            yield from _leaves(item, f"{path}[{n}]")
    elif isinstance(value, list):
        yield path, ", ".join(map(str, value))
    elif isinstance(value, bool):
        yield path, "true" if value else "false"
    elif value is not None:
        yield path, str(value)
