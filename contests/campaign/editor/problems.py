"""What is said of a definition's text while it is typed: each remark at its line. Pure."""

import re
from datetime import datetime

import msgspec

from contests.campaign.editor.answers import line_of
from contests.campaign.editor.asks import Many, Switch
from contests.campaign.editor.sections import SECTIONS
from contests.campaign.lint import lint
from contests.campaign.lint.remark import Level
from contests.campaign.parse import Form, load, parse
from contests.errors import Refused, Text
from contests.rules.accepts_rules import AcceptsRules
from contests.rules.opening_hours import OpeningHours

_KEY = re.compile(r"[A-Za-z0-9_-]+")
_AT_LINE = re.compile(r"\(at line (\d{1,7}), column \d{1,7}\)|\bline (\d{1,7})\b")


class Problem(msgspec.Struct, frozen=True):
    """One remark; `line` counts from 1, 0 where it is about none."""

    line: int
    level: Level
    text: Text


def problems(text: str, form: Form, now: datetime) -> tuple[Problem, ...]:
    """Return what hinders a text from being read, or else what the linter says of it; what is only recorded is left out."""
    try:
        campaign = parse(text.encode(), form)
    except Refused as error:
        return (Problem(line_of_error(text, error), "block", Text(error.sentence("fr"), error.sentence("en"))),)
    ahead = _put_in_front(text) if form == "toml" else 0
    return tuple(
        Problem(line_of(text, _as_written(remark.path, ahead)) if form == "toml" else 0, remark.level, remark.text)
        for remark in lint(campaign, now)
        if remark.level != "record"
    )


def _put_in_front(text: str) -> int:
    """Return how many rules that always apply, and are not written in the text, stand in front of those that are."""
    written = {rule.get("kind") for rule in load(text.encode(), "toml").get("rules", [])}
    return sum(always.tag() not in written for always in (AcceptsRules, OpeningHours))


def _as_written(path: str, ahead: int) -> str:
    """Return a remark's path with the place that a rule has in the text."""
    found = re.match(r"rules\[(\d+)\]", path)
    if not found:
        return path
    place = int(found[1]) - ahead
    return f"rules[{place}]{path[found.end() :]}" if place >= 0 else "rules"


def line_of_error(text: str, error: Refused) -> int:
    """Return the line of a TOML text that an error is about: that of its path, or the one that the reader stopped at."""
    key = error.found.strip("'")
    if _KEY.fullmatch(key):
        # A key that nobody knows is named as what was found; its path is that of the table it stands in.
        inside = line_of(text, f"{error.where}.{key}".removeprefix("definition."))
        if inside and text.splitlines()[inside - 1].lstrip().startswith(key):
            return inside
    if found := line_of(text, error.where):
        return found
    said = _AT_LINE.search(error.found) if error.code == "definition-syntax" else _AT_LINE.search(error.where)
    return int(said[1] or said[2]) if said else 0


def labels(language: str) -> dict[str, str]:
    """Return what the guided editor calls each key, by its path without numbers: `prizes.title`, `rules.residence`."""
    found: dict[str, str] = {}
    for section in SECTIONS:
        for part in section.parts:
            if isinstance(part, Many):
                found.setdefault(part.key, section.title(language))
            elif isinstance(part, Switch):
                found.setdefault(f"{part.key}.{part.kind}", part.label(language))
        for shape, ask in section.questions:
            found.setdefault(shape.replace(".*", ""), ask.label(language))
    return found
