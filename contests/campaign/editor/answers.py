"""Between a definition's text and the answers on a page: reading, writing, adding, dropping."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, MutableMapping, MutableSequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
import tomlkit
from tomlkit.exceptions import TOMLKitError

from contests.campaign.editor.asks import Ask, Many, Part, Section, Switch
from contests.campaign.parse import Form, load
from contests.errors import Malformed, Text

GAP = {"fr": "[à compléter]", "en": "[to be filled in]"}
"""What stands where nothing was written yet; the linter does not let it through."""
Answers = Mapping[str, str]
_MEND = Text(fr="Corrigez cette réponse.", en="Mend this answer.")


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A question with the answer that stands in the text. `name` is the path in the definition, steps joined by dots."""

    name: str
    ask: Ask
    value: str
    language: str = ""


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """What belongs together on a page. `on` says whether a switch is on; `drop` and `add` name what a button does."""

    name: str = ""
    title: Text | None = None
    hint: Text | None = None
    on: bool | None = None
    drop: str = ""
    add: str = ""
    add_title: Text | None = None
    questions: tuple[Question, ...] = ()


def document(text: str, form: Form) -> tomlkit.TOMLDocument:
    """Return a definition as a TOML document; YAML and JSON become TOML. Raises Malformed where it cannot be read."""
    raw = load(text.encode(), form)
    try:
        return (
            tomlkit.parse(text.removeprefix("\ufeff")) if form == "toml" else tomlkit.parse(tomlkit.dumps(_plain(raw)))
        )
    except TOMLKitError as error:
        raise Malformed(
            "definition-syntax",
            Text(fr="Du TOML valide était attendu.", en="Valid TOML was expected."),
            _MEND,
            found=str(error)[:300],
        ) from error


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Leave nulls out: TOML has none, and an absent key means the same."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items() if inner is not None}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


def blocks(document: Mapping[str, Any], section: Section) -> list[Block]:
    """Return what a page of the editor shows."""
    found: list[Block] = []
    asks: list[Question] = []
    for part in section.parts:
        if isinstance(part, Ask):
            asks += _questions(document, part, "")
            continue
        if asks:
            found.append(Block(questions=tuple(asks)))
            asks = []
        found += _many(document, part) if isinstance(part, Many) else [_switch(document, part)]
    return [*found, Block(questions=tuple(asks))] if asks else found


def _many(document: Mapping[str, Any], part: Many) -> Iterator[Block]:
    items = _get(document, part.key) or []
    for n in range(len(items)):
        name = f"{part.key}.{n}"
        title = Text(fr=f"{part.one.fr} {n + 1}", en=f"{part.one.en} {n + 1}")
        questions = tuple(q for ask in part.asks for q in _questions(document, ask, f"{name}."))
        yield Block(name=name, title=title, drop=name, questions=questions)
    yield Block(add=part.key, add_title=part.add)


def _switch(document: Mapping[str, Any], part: Switch) -> Block:
    name = f"{part.key}.{part.kind}"
    on = _get(document, name) is not None
    standing: Mapping[str, Any] = document
    if not on:
        standing = {part.key.rpartition(".")[2]: [{"kind": part.kind, **part.fresh}]}
        for above in reversed(part.key.split(".")[:-1]):
            standing = {above: standing}
    questions = tuple(q for ask in part.asks for q in _questions(document, ask, f"{name}.", standing))
    return Block(name=name, title=part.label, hint=part.hint, on=on, questions=questions)


def _questions(
    document: Mapping[str, Any], ask: Ask, before: str, standing: Mapping[str, Any] | None = None
) -> Iterator[Question]:
    zone = str(document.get("timezone", "Europe/Paris"))
    for name, language in _names(document, ask, before):
        value = _get(standing or document, name)
        said = ask.usual if value is None else _said(ask, value, zone)
        yield Question(name=name, ask=ask, value=said, language=language)


def _names(document: Mapping[str, Any], ask: Ask, before: str) -> Iterator[tuple[str, str]]:
    if not ask.by_language:
        yield before + ask.key, ""
        return
    for language in document.get("languages", ["fr"]):
        yield f"{before}{ask.key}.{language}", str(language)


def _get(document: Any, name: str) -> Any:  # noqa: ANN401 - whatever TOML holds
    """Return what stands at a path; a step into a list is a number, or the kind of what is meant. None: nothing."""
    value = document
    for step in name.split("."):
        if isinstance(value, MutableSequence | list):
            at = _place(value, step)
            value = None if at is None else value[at]
        else:
            value = value.get(step) if isinstance(value, Mapping) else None
        if value is None:
            return None
    return value


def _place(items: Any, step: str) -> int | None:  # noqa: ANN401
    if step.isdecimal():
        return int(step) if int(step) < len(items) else None
    return next((n for n, item in enumerate(items) if item.get("kind") == step), None)


def _said(ask: Ask, value: Any, zone: str) -> str:  # noqa: ANN401
    """Return a value as its answer is written on a page."""
    if ask.kind == "tick":
        return "on" if value else ""
    if ask.kind in {"languages", "list"}:
        return (" " if ask.kind == "languages" else "\n").join(map(str, value))
    if ask.kind == "instant":
        return _local(value, zone)
    return str(value)


def _local(value: Any, zone: str) -> str:  # noqa: ANN401
    """Return an instant as a page asks for it: to the minute, in the campaign's zone."""
    if not isinstance(value, datetime):
        return str(value)[:16]
    try:
        return f"{value.astimezone(ZoneInfo(zone)) if value.tzinfo else value:%Y-%m-%dT%H:%M}"
    except (ZoneInfoNotFoundError, ValueError):
        return value.isoformat()


def write(document: tomlkit.TOMLDocument, section: Section, answers: Answers) -> None:
    """Write the answers of a page that differ from what stands in the document. Raises Malformed with the path."""
    emptied = {part.key.rpartition(".")[0] for part in section.parts if _is_emptied(document, part, answers)}
    for part in section.parts:
        if part.key.rpartition(".")[0] in emptied:
            continue
        if isinstance(part, Ask):
            _write(document, part, "", answers)
        elif isinstance(part, Many):
            for n in range(len(_get(document, part.key) or [])):
                for ask in part.asks:
                    _write(document, ask, f"{part.key}.{n}.", answers)
        else:
            _turn(document, part, answers)


def _is_emptied(document: tomlkit.TOMLDocument, part: Part, answers: Answers) -> bool:
    """Take the table away whose head was answered and is no longer; say whether it was."""
    if not isinstance(part, Ask) or not part.heads or answers.get(part.key, "").strip() or not _get(document, part.key):
        return False
    _put(document, part.key.rpartition(".")[0], None, optional=True)
    return True


def _turn(document: tomlkit.TOMLDocument, part: Switch, answers: Answers) -> None:
    name, there = f"{part.key}.{part.kind}", _get(document, f"{part.key}.{part.kind}") is not None
    if answers.get(name) and not there:
        _append(document, part.key, {"kind": part.kind, **part.fresh})
        if part.instead_of:
            drop(document, f"{part.key}.{part.instead_of}")
    elif not answers.get(name) and there:
        drop(document, name)
    if answers.get(name):
        for ask in part.asks:
            _write(document, ask, f"{name}.", answers)


def _write(document: tomlkit.TOMLDocument, ask: Ask, before: str, answers: Answers) -> None:
    for question in _questions(document, ask, before):
        name = question.name
        if name not in answers and ask.kind != "tick":
            continue
        answer = answers.get(name, "").replace("\r\n", "\n").strip()
        if answer != question.value:
            _put(document, name, _value(ask, answer, name), optional=ask.optional or ask.by_language)


def _value(ask: Ask, answer: str, name: str) -> Any:  # noqa: ANN401
    """Return an answer as the text writes it; None: leave the key out. Raises Malformed."""
    if ask.kind == "tick":
        return bool(answer)
    if not answer:
        return None if ask.optional or ask.by_language else [] if ask.kind == "list" else ""
    if ask.kind not in _READ:
        return answer
    try:
        return _READ[ask.kind](answer)
    except (ValueError, InvalidOperation) as error:
        raise Malformed("answer-unreadable", _EXPECTED[ask.kind], _MEND, found=answer[:80], where=name) from error


def money_of(answer: str) -> str:
    """Return an amount as people type it (spaces, a comma, a sign of the currency) as "49.90". Raises ValueError."""
    plain = "".join(letter for letter in answer if not letter.isspace() and letter != "€").replace(",", ".")
    return f"{Decimal(plain).quantize(Decimal('0.01')):f}"


_READ: dict[str, Callable[[str], Any]] = {
    "languages": str.split,
    "list": lambda answer: [line.strip() for line in answer.split("\n") if line.strip()],
    "number": int,
    "instant": datetime.fromisoformat,
    "money": money_of,
}


_EXPECTED = {
    "number": Text(fr="Un nombre entier était attendu.", en="A whole number was expected."),
    "money": Text(fr="Un montant était attendu, par exemple 49,90.", en="An amount was expected, for example 49.90."),
    "instant": Text(fr="Une date et une heure étaient attendues.", en="A date and a time were expected."),
}


def _put(document: tomlkit.TOMLDocument, name: str, value: Any, *, optional: bool) -> None:  # noqa: ANN401
    """Put a value at a path, or take the key away; a table of texts that has none left goes too."""
    above, _, last = name.rpartition(".")
    table = _get(document, above) if above else document
    if value is None and optional:
        if isinstance(table, MutableMapping) and last in table:
            del table[last]
            if not table and above:
                _put(document, above, None, optional=True)
        return
    (_table(document, above) if table is None else table)[last] = value


def _table(document: tomlkit.TOMLDocument, name: str) -> Any:  # noqa: ANN401
    """Return the table at a path, made with those above it where there is none yet."""
    found = _get(document, name)
    if found is not None:
        return found
    above, _, last = name.rpartition(".")
    parent = _table(document, above) if above else document
    parent[last] = tomlkit.inline_table() if above else tomlkit.table()
    return parent[last]


def add(document: tomlkit.TOMLDocument, part: Many) -> int:
    """Add one more of `part`, under a name that is free; return its place."""
    items = _get(document, part.key) or []
    place, taken = len(items), {str(item.get(part.name)) for item in items}
    stem, n = str(part.fresh[part.name]), place + 1
    while f"{stem}{n}" in taken:
        n += 1
    languages = document.get("languages", ["fr"])
    fresh = {
        key: {language: value[language] for language in languages} if isinstance(value, dict) else value
        for key, value in part.fresh.items()
    }
    _append(document, part.key, {**fresh, part.name: f"{stem}{n}"})
    return place


def _append(document: tomlkit.TOMLDocument, key: str, item: dict[str, Any]) -> None:
    above, _, last = key.rpartition(".")
    table = _table(document, above) if above else document
    made = tomlkit.table()
    for name, value in item.items():
        if isinstance(value, dict):
            inline = tomlkit.inline_table()
            inline.update(value)
            made.append(name, inline)
        else:
            made.append(name, value)
    made.add(tomlkit.nl())
    items = table.get(last)
    if isinstance(table, tomlkit.items.InlineTable):
        inline = tomlkit.inline_table()
        inline.update(item)
        if not items:
            table[last] = tomlkit.array()
        table[last].append(inline)
        return
    if not items:
        table[last] = tomlkit.aot()
        items = table[last]
    items.append(made if isinstance(items, tomlkit.items.AoT) else item)


def drop(document: tomlkit.TOMLDocument, name: str) -> None:
    """Take one of several away, by its path; the last one takes the list with it."""
    above, _, step = name.rpartition(".")
    items = _get(document, above)
    at = _place(items, step) if items else None
    if at is not None:
        del items[at]
        if not items:
            _put(document, above, None, optional=True)


def text_of(document: tomlkit.TOMLDocument) -> str:
    """Return the document's text."""
    return tomlkit.dumps(document)


# Lists whose items are named by their kind.
_BY_KIND = (["rules"], ["bonuses"], ["comments", "rules"])


def name_of(where: str, document: Mapping[str, Any]) -> str:
    """Return the name of the question that an error's path (`prizes[0].title`) belongs to."""
    steps = re.findall(r"[^.\[\]]+", where)
    for at, step in enumerate(steps):
        if step.isdecimal() and steps[:at] in _BY_KIND:
            item = _get(document, ".".join(steps[: at + 1]))
            steps[at] = str(item.get("kind", step)) if isinstance(item, Mapping) else step
    return ".".join(steps)


def line_of(text: str, where: str) -> int:
    """Return the line of a TOML text that an error's path is about, counted from 1; 0 where it cannot be told."""
    steps = re.findall(r"[^.\[\]]+", where)
    lines = text.splitlines()
    table, counts, best = "", dict[str, int](), 0
    wanted = ".".join(steps)
    for number, line in enumerate(lines, 1):
        if head := re.match(r"\s*\[(\[?)\s*([A-Za-z0-9_.-]+)\s*\]", line):
            table = head[2]
            if head[1]:
                counts[table] = counts.get(table, -1) + 1
                for inner in [key for key in counts if key.startswith(f"{table}.")]:
                    del counts[inner]
            path = _indexed(table, counts)
        elif key := re.match(r"\s*([A-Za-z0-9_-]+)\s*=", line):
            path = f"{_indexed(table, counts)}.{key[1]}".lstrip(".")
        else:
            continue
        if path == wanted:
            return number
        if wanted.startswith(f"{path}."):
            best = number
    return best


def _indexed(table: str, counts: Mapping[str, int]) -> str:
    steps: list[str] = []
    for step in table.split("."):
        steps.append(step)
        above = ".".join(s for s in steps if not s.isdecimal())
        if above in counts:
            steps.append(str(counts[above]))
    return ".".join(steps) if table else ""


def slug_of(title: str) -> str:
    """Return a title as the last part of an address: lower case letters, digits, hyphens."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")
