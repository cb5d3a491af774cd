"""What is said of a definition's text while it is typed: each remark at its line. Pure."""

import re
from datetime import datetime
from typing import Any

import msgspec

from contests.campaign.editor.answers import line_of
from contests.campaign.editor.asks import Ask, Many
from contests.campaign.editor.sections import SECTIONS
from contests.campaign.lint import lint
from contests.campaign.lint.remark import Level
from contests.campaign.parse import Form, parse
from contests.errors import Refused, Text

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
    return tuple(
        Problem(line_of(text, remark.path) if form == "toml" else 0, remark.level, remark.text)
        for remark in lint(campaign, now)
        if remark.level != "record"
    )


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

    def note(path: str, said: Any) -> None:  # noqa: ANN401 - a Text
        found.setdefault(path, said(language))

    for section in SECTIONS:
        for part in section.parts:
            if isinstance(part, Ask):
                note(part.key, part.label)
            elif isinstance(part, Many):
                note(part.key, section.title)
                for ask in part.asks:
                    note(f"{part.key}.{ask.key}", ask.label)
            else:
                note(f"{part.key}.{part.kind}", part.label)
                for ask in part.asks:
                    note(f"{part.key}.{part.kind}.{ask.key}", ask.label)
    return found
