"""Change any executed value and the rules text changes: each leaf of the definition is walked."""

import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta
from typing import Any, get_args

import msgspec
import pytest

from contests.campaign.definition import (
    Action,
    Campaign,
    CostKind,
    FieldKind,
    Gone,
    Lapse,
    Nature,
    Need,
    Platform,
    Publication,
    Purpose,
    Reveal,
    Source,
    Theme,
    Unknowable,
)
from contests.codec import instant, parse_instant
from contests.errors import LANGUAGES, Language
from contests.papers.html import render
from contests.papers.rules_text import compile_rules
from contests.rules import RULES
from contests.rules.bonus import BONUSES

Path = tuple[str | int, ...]

# What people see or type elsewhere; the draw and the decisions do not depend on it.
NOT_SAID = {
    r"brand(\..*)?": "colours and logo of the page",
    r"prizes\.\d+\.image": "a picture",
    r"fields\.\d+\.hint(\..*)?": "a help under the question",
    r"fields\.\d+\.id": "a name inside the form",
    r"awards\.documents\.\d+\.id": "a name inside the form",
    r"channels\.\d+\.post(\..*)?": "the text of a post, published on its platform",
    r"clauses\.\d+\.id": "a name in the address of its place",
    r"rules\.\d+\.answers": "sealed: they must not be in the text",
}
# Settings of a source of chance that is not the one in use.
NOT_USED = {
    "drand": (r"draw\.officer", r"draw\.values"),
    "ceremony": (),
    "rehearsal": (r"draw\.officer", r"draw\.values", r"draw\.notice_minutes"),
    "terms": (r"draw\.officer", r"draw\.values"),
}
CHOICES: dict[str, tuple[object, ...]] = {
    "shown_by": ("message", "screen"),
    "timezone": ("America/New_York",),
    "publication": get_args(Publication),
    "purpose": get_args(Purpose),
    "source": get_args(Source),
    "date": ("2027-02-03",),
    "platform": get_args(Platform),
    "invites": get_args(Action),
    "themes": get_args(Theme),
    "nature": get_args(Nature),
    "claim": get_args(Need),
    "lapse": get_args(Lapse),
    "kind": (*get_args(FieldKind), *get_args(CostKind), *RULES, *BONUSES),
    "by": ("declaration", "birth-date"),
    "country": ("BE",),
    "currency": ("USD",),
    "unit_value": ("7.77",),
    "languages": LANGUAGES,
    "sealed": ("b" * 64,),
    "label": ({"fr": "Ajout", "en": "Added"},),
    "reveal": get_args(Reveal),
    "description": ({"fr": "Ajout", "en": "Added"},),
    "days": (11,),
    "after": ("prizes",),
    "gone": get_args(Gone),
    "unknown": get_args(Unknowable),
    "where": ("anywhere", "under-post"),
}


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list) and value:
        for at, inner in enumerate(value):
            yield from leaves(inner, (*path, at))
    else:
        yield path, value


def others(path: Path, value: Any) -> list[Any]:
    """Return values that could stand there instead."""
    key = next(step for step in reversed(path) if isinstance(step, str))
    found = list(CHOICES.get(key, ()))
    if isinstance(value, bool):
        found.append(not value)
    elif isinstance(value, int):
        found += [value + 1, value - 1]
    elif isinstance(value, str):
        if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value):
            at = parse_instant(value)
            found += [instant(at + later) for later in (timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1))]
        elif not found:
            found += [f"{value}x", "ZW"]
    return [other for other in found if other != value]


def put(raw: Any, path: Path, value: Any) -> Any:
    changed = deepcopy(raw)
    at = changed
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return changed


def read(raw: Any) -> Campaign | None:
    try:
        return msgspec.convert(raw, Campaign)
    except msgspec.ValidationError:
        return None


def text(campaign: Campaign, language: Language) -> bytes:
    """Return a text without the digest of the definition, which would change with anything."""
    return render(compile_rules(campaign, language)).replace(campaign.digest().encode(), b"")


def texts(campaign: Campaign) -> tuple[bytes, ...]:
    """Return the texts of both languages."""
    return tuple(text(campaign, language) for language in LANGUAGES)


def same(campaign: Campaign, before: tuple[bytes, ...]) -> bool:
    """Say whether both texts are as they were; where the first is not, the second need not be written."""
    return all(text(campaign, language) == was for language, was in zip(LANGUAGES, before, strict=True))


def left_out(path: Path, source: str) -> bool:
    name = ".".join(map(str, path))
    return any(re.fullmatch(pattern, name) for pattern in (*NOT_SAID, *NOT_USED[source]))


@pytest.mark.parametrize("source", ["drand", "ceremony", "rehearsal", "terms"])
def test_changing_any_executed_value_changes_the_rules_text(by_source: dict[str, Campaign], source: str) -> None:
    campaign = by_source[source]
    raw, before = msgspec.json.decode(campaign.bytes()), texts(campaign)
    silent, walked = [], 0
    for path, value in leaves(raw):
        if left_out(path, source) or value in ([], {}):
            continue
        valid = [(other, made) for other in others(path, value) if (made := read(put(raw, path, other)))]
        if not valid and path[-1] != "kind":
            pytest.fail(f"no other value could be tried at {path}")
        walked += len(valid)
        silent += [(path, other) for other, made in valid if same(made, before)]
    assert not silent
    assert walked > 100


@pytest.mark.parametrize("source", ["drand", "ceremony", "rehearsal", "terms"])
def test_leaving_out_any_item_changes_the_rules_text(by_source: dict[str, Campaign], source: str) -> None:
    campaign = by_source[source]
    raw, before = msgspec.json.decode(campaign.bytes()), texts(campaign)
    lists = {path[: at + 1] for path, _ in leaves(raw) for at, step in enumerate(path) if isinstance(step, int)}
    walked = 0
    for *path, at in sorted(lists, key=str):
        if left_out(tuple(path), source):
            continue
        kept: Any = raw
        for step in path:
            kept = kept[step]
        made = read(put(raw, tuple(path), [item for n, item in enumerate(kept) if n != at]))
        if made is not None:
            walked += 1
            assert not same(made, before), (path, at)
    assert walked > 25


@pytest.mark.parametrize("path", ["prizes", "languages", "draw.values", "channels", "forfeits"])
def test_another_order_of_what_is_ordered_changes_the_rules_text(by_source: dict[str, Campaign], path: str) -> None:
    campaign = by_source["ceremony"]
    raw = msgspec.json.decode(campaign.bytes())
    steps: Path = tuple(path.split("."))
    found: Any = raw
    for step in steps:
        found = found[step]
    made = read(put(raw, steps, found[::-1]))
    assert made is not None
    assert texts(made) != texts(campaign)


def test_what_is_not_said_is_not_executed(by_source: dict[str, Campaign]) -> None:
    """Each exception above still matches something, so that none outlives its reason."""
    names = [".".join(map(str, path)) for path, _ in leaves(msgspec.json.decode(by_source["terms"].bytes()))]
    for pattern in NOT_SAID:
        assert any(re.fullmatch(pattern, name) for name in names), pattern
