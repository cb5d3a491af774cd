"""Bytes to `Campaign`: TOML, YAML or JSON, strict, with errors that name the path.

Nothing here reads a file, calls out or runs anything: YAML tags and aliases are refused.
"""

import re
import tomllib
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from difflib import get_close_matches
from functools import cache
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo, available_timezones

import msgspec
import yaml

from contests.campaign.definition import (
    Action,
    Article,
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
from contests.campaign.syntax import stopped_at
from contests.codec import parse_json
from contests.errors import LANGUAGES, Malformed, Text
from contests.rules import COMMENT_RULES, PAGE_RULES
from contests.rules.accepts_rules import AcceptsRules
from contests.rules.bonus import BONUSES
from contests.rules.one_per_day import OnePerDay
from contests.rules.one_per_person import OnePerPerson
from contests.rules.opening_hours import OpeningHours
from contests.rules.residence import known_countries

Form = Literal["toml", "yaml", "json"]
LARGEST = 256 * 1024
YEARS = range(2000, 3000)
_PART = r"""(?>"(?:[^"\\\n]|\\.){0,100}+"|'[^'\n]{0,100}+'|(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{1,100}+)"""
_LONG_KEY = re.compile(rf"{_PART}(?:[ \t]*+\.[ \t]*+{_PART}){{30,}}")
INSTANTS = ("opens_at", "closes_at", "freezes_at", "draws_at")
_MEND = Text(fr="Corrigez la définition et renvoyez-la.", en="Mend the definition and send it again.")


def form_of(name: str) -> Form:
    """Return the format that a file name says. Raises Malformed."""
    ending = name.rpartition(".")[2].lower()
    forms: dict[str, Form] = {"toml": "toml", "yaml": "yaml", "yml": "yaml", "json": "json"}
    if ending in forms:
        return forms[ending]
    raise Malformed(
        "definition-format",
        Text(fr="Un fichier .toml, .yaml ou .json était attendu.", en="A .toml, .yaml or .json file was expected."),
        Text(fr="Renommez ou convertissez le fichier.", en="Rename or convert the file."),
        found=name[:80],
    )


def parse(data: bytes, form: Form) -> Campaign:
    """Read a definition. Raises Malformed with path, expected, found and what to do."""
    if len(data) > LARGEST:
        raise Malformed(
            "definition-too-large",
            Text(
                fr=f"Une définition d’au plus {LARGEST // 1024} Kio était attendue.",
                en=f"A definition of at most {LARGEST // 1024} KiB was expected.",
            ),
            _MEND,
            found=f"{len(data)} bytes",
        )
    raw = load(data, form)
    _readable(raw)
    return settle(_convert(raw))


def of_record(definition: Any) -> Campaign:  # noqa: ANN401 - decoded JSON
    """Read a definition back from a record; its canonical bytes are those that were published."""
    return _convert(definition)


def load(data: bytes, form: Form) -> Any:  # noqa: ANN401 - whatever the format holds
    """Return what a text says before it is held against the definition. Raises Malformed."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise Malformed(
            "definition-encoding",
            Text(fr="Du texte en UTF-8 était attendu.", en="Text in UTF-8 was expected."),
            Text(fr="Enregistrez le fichier en UTF-8.", en="Save the file as UTF-8."),
            found=f"0x{data[error.start]:02x}",
            where=Text(fr=f"ligne {line}", en=f"line {line}"),
        ) from error
    try:
        if form == "toml":
            # A dotted key costs its parser the square of its length, in memory too.
            if long := _LONG_KEY.search(text):
                raise ValueError(f"a dotted key of many parts: {long[0][:60]}…")
            return tomllib.loads(text)
        if form == "yaml":
            return yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - a SafeLoader, stricter
        return parse_json(text.encode())
    except (tomllib.TOMLDecodeError, yaml.YAMLError, RecursionError, ValueError) as error:
        raise Malformed(
            "definition-syntax",
            Text(fr=f"Du {form.upper()} valide était attendu.", en=f"Valid {form.upper()} was expected."),
            _MEND,
            found=stopped_at(error, text),
        ) from error


def _stop(problem: str, mark: Any) -> yaml.YAMLError:  # noqa: ANN401
    return yaml.MarkedYAMLError(problem=problem, problem_mark=mark)


class _StrictLoader(yaml.SafeLoader):
    """SafeLoader without tags, without aliases (they can blow up), without duplicate keys and keys that are no text.

    Numbers and truths are written in one way: what YAML 1.1 has besides (`010` for 8, `1:10` for 70, `no` for false) is
    text, as YAML 1.2 reads most of it, and a number in its place is asked for.
    """

    def compose_node(self, parent: Any, index: Any) -> Any:  # noqa: ANN401
        event: yaml.Event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent):
            raise _stop("an alias", event.start_mark)
        if getattr(event, "tag", None):
            raise _stop("a tag", event.start_mark)
        return super().compose_node(parent, index)

    def construct_object(self, node: Any, deep: bool = False) -> Any:  # noqa: ANN401, FBT001, FBT002
        try:
            return super().construct_object(node, deep=deep)
        except ValueError as error:  # of a date that there is not
            raise _stop(str(error), node.start_mark) from error

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:  # noqa: ANN401, FBT001, FBT002
        seen = set()
        for key, _ in node.value:
            if key.tag != _YAML_TEXT:
                raise _stop("a key that is no text", key.start_mark)
            if key.value in seen:
                raise _stop("a duplicate key", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


_YAML_TEXT = "tag:yaml.org,2002:str"
_AS_IT_IS = {"tag:yaml.org,2002:null", "tag:yaml.org,2002:timestamp"}
_StrictLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in known if tag in _AS_IT_IS]
    for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
for _kind, _pattern, _first in (
    ("bool", "true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", "[-+]?(?:0|[1-9][0-9]*)", "-+0123456789"),
    ("float", r"[-+]?(?:0|[1-9][0-9]*)\.[0-9]+", "-+0123456789"),
):
    _StrictLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_kind}", re.compile(rf"(?:{_pattern})\Z"), [*_first])


def _readable(raw: Any) -> None:  # noqa: ANN401
    """Require texts that can be seen, without control characters and halves of surrogate pairs, and countries that there are.

    Raises Malformed.
    """
    waiting: list[tuple[str, Any]] = [("", raw)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, dict):
            waiting.extend((path, key) for key in value)
            waiting.extend((f"{path}.{key}".lstrip("."), inner) for key, inner in value.items())
        elif isinstance(value, list):
            waiting.extend((f"{path}[{i}]", inner) for i, inner in enumerate(value))
        elif isinstance(value, str) and (fault := _fault(path, value)):
            code, expected, found = fault
            raise Malformed(code, expected, _MEND, found=found, where=_CONTROL.sub("?", path)[:200] or "definition")


def _fault(path: str, value: str) -> tuple[str, Text, str] | None:
    """Return code, what was expected and what was found, where a text is not readable."""
    if bad := _CONTROL.search(value):
        expected = Text(
            fr="Du texte sans caractères de contrôle était attendu.", en="Text without control characters was expected."
        )
    elif value and not _SEEN.search(value):
        bad = re.match(".", value, re.DOTALL)
        expected = Text(fr="Du texte que l’on voit était attendu.", en="Text that can be seen was expected.")
    elif _COUNTRY.search(path) and re.fullmatch("[A-Z]{2}", value) and value not in known_countries():
        expected = Text(fr="Le code d’un pays (ISO 3166-1) était attendu, par exemple FR ou GB.",
                        en="The code of a country (ISO 3166-1) was expected, for example FR or GB.")  # fmt: skip
        return "country-unknown", expected, value
    return ("definition-characters", expected, f"U+{ord(bad[0]):04X}") if bad else None


# Of the signs that are not seen, those that turn the direction of what follows would show another text than is compared.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_SEEN = re.compile(
    r"[^\s\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0]"
)
_COUNTRY = re.compile(r"(?:^|\.)countr(?:y|ies\[\d+\])$")
_SHAPES: dict[str, Text] = {
    "int": Text(fr="un nombre entier", en="a whole number"),
    "str": Text(fr="un texte entre guillemets", en="a text in quotes"),
    "bool": Text(fr="true ou false", en="true or false"),
    "array": Text(fr="une liste", en="a list"),
    "object": Text(fr="une table (clés et valeurs)", en="a table (keys and values)"),
    "datetime": Text(
        fr="une date et une heure, par exemple 2027-01-05T10:00:00",
        en="a date and a time, for example 2027-01-05T10:00:00",
    ),
    "date": Text(fr="un jour, par exemple 2027-01-05", en="a day, for example 2027-01-05"),
}
# What a pattern means, said to people; the patterns stand in the structs.
_PATTERNS: dict[str, Text] = {
    "^[a-z0-9](-?": Text(fr="des minuscules, des chiffres et des tirets", en="lower case letters, digits and hyphens"),
    "^[^@": Text(fr="une adresse e-mail", en="an e-mail address"),
    "^#[0-9a-fA-F]": Text(fr="une couleur, par exemple #3730a3", en="a colour, for example #3730a3"),
    "^[a-z0-9][a-z0-9-]*": Text(
        fr="le nom d’une image envoyée avec la campagne (.png, .jpg ou .webp), jamais une adresse",
        en="the name of a picture uploaded with the campaign (.png, .jpg or .webp), never an address",
    ),
    "^[0-9]{1,9}": Text(fr='un montant entre guillemets, par exemple "499.00"', en='money in quotes, such as "499.00"'),
    "^[A-Z]{3}": Text(fr="une monnaie en trois capitales, par exemple EUR", en="a currency in three capitals, as EUR"),
    "^[A-Z]{2}": Text(fr="un pays en deux capitales, par exemple FR", en="a country in two capitals, as FR"),
    "^[a-z][a-z0-9_]": Text(
        fr="des minuscules, des chiffres et des soulignés", en="lower case letters, digits and underscores"
    ),
    "^[A-Za-z0-9]": Text(
        fr="des lettres sans accents, des chiffres, des espaces et . _ -",
        en="letters without accents, digits, spaces and . _ -",
    ),
    "^[0-9_]*": Text(
        fr="un mot-dièse sans « # » : un seul mot, pas fait que de chiffres",
        en="a hashtag without “#”: one word, not of digits alone",
    ),
    "^https://": Text(fr="un site, par exemple https://exemple.fr", en="a site, for example https://example.com"),
    "^[a-z0-9-]+": Text(fr="un domaine, par exemple exemple.fr", en="a domain, for example example.com"),
    "^[^\\\\r": Text(fr="une seule ligne", en="one line"),
    "^([0-9a-f]{64})": Text(fr="rien : le moteur l’écrit", en="nothing: the engine writes it"),
}
_CHOICES: dict[str, tuple[str, ...]] = {
    "kind": get_args(FieldKind),
    "publication": get_args(Publication),
    "purpose": get_args(Purpose),
    "source": get_args(Source),
    "by": ("declaration", "birth-date"),
    "languages": LANGUAGES,
    "platform": get_args(Platform),
    "invites": get_args(Action),
    "themes": get_args(Theme),
    "nature": get_args(Nature),
    "reveal": get_args(Reveal),
    "after": get_args(Article),
    "claim": get_args(Need),
    "lapse": get_args(Lapse),
    "gone": get_args(Gone),
    "unknown": get_args(Unknowable),
    "where": ("under-post", "anywhere"),
}
_SIGNS = {">=": Text(fr="au moins", en="at least"), "<=": Text(fr="au plus", en="at most")}
_TYPE = re.compile(r"Expected `([^`]+)`, got `([^`]+)`")
_SIZE = re.compile(r"Expected `(\w+)`( of length)? (>=|<=) (\d+)")
_WHERE = re.compile(r" - at `(key` in `)?\$?\.?([^`]*)`$")


def _convert(raw: Any) -> Campaign:  # noqa: ANN401
    try:
        return msgspec.convert(raw, Campaign)
    except msgspec.ValidationError as error:
        raise _explain(str(error), raw) from error


def _explain(message: str, raw: Any) -> Malformed:  # noqa: ANN401
    """Turn the decoder's sentence into path, expected, found."""
    at = _WHERE.search(message)
    of_key = bool(at and at[1])
    message = _WHERE.sub("", message)
    path, found = _found(raw, at[2] if at else "")
    if of_key:
        found = _short(re.sub(r"^Invalid enum value ", "", message).strip("'"))
    if missing := re.search(r"missing required field `([^`]+)`", message):
        path = f"{path}.{missing[1]}" if path else missing[1]
        expected = Text(fr="Cette clé est obligatoire.", en="This key is required.")
        found = Text(fr="rien", en="nothing")
    elif unknown := re.search(r"unknown field `(.+)`", message, re.DOTALL):
        expected = _known_key(unknown[1], re.sub(r"\[[\d.]*\]", "", path))
        found = _short(unknown[1])
    elif kinds := _TYPE.match(message):
        expected = _was_expected(*[_SHAPES.get(n, Text(n, n)) for n in re.findall(r"\w+", kinds[1]) if n != "null"])
        found = found if found and not of_key else _SHAPES.get(kinds[2], kinds[2])
    else:
        expected = _limit(message, path, of_key=of_key)
    return Malformed("definition-invalid", expected, _MEND, found=found, where=path or "definition")


def _limit(message: str, path: str, *, of_key: bool) -> Text:
    """Say which limit a value of the right type broke."""
    last = path.rpartition(".")[2]
    if "Invalid value" in message and last == "kind":
        lists = {"comments": COMMENT_RULES, "rules": PAGE_RULES}
        return _one_of(lists.get(re.split(r"[.\[]", path)[0], BONUSES))
    if "Invalid enum value" in message:
        if path == "terms.cost.kind":
            return _one_of(get_args(CostKind))
        return _one_of(LANGUAGES if of_key else _CHOICES.get(last.partition("[")[0], ()))
    if "datetime" in message or "RFC3339 encoded date" in message:
        return _was_expected(_SHAPES["datetime" if "datetime" in message else "date"])
    if size := _SIZE.match(message):
        sign, many = _SIGNS[size[3]], size[4]
        unit = Text("", "")
        if size[2]:
            unit = {
                "str": Text(fr=" caractère(s)", en=" character(s)"),
                "array": Text(fr=" élément(s)", en=" item(s)"),
            }.get(size[1], Text(fr=" clé(s)", en=" key(s)"))
        return _was_expected(Text(fr=f"{sign.fr} {many}{unit.fr}", en=f"{sign.en} {many}{unit.en}"))
    pattern = message.partition("matching regex '")[2]
    meaning = next((text for start, text in _PATTERNS.items() if pattern.startswith(start)), None)
    return _was_expected(meaning) if meaning else Text(fr=f"{message}.", en=f"{message}.")


def _was_expected(*shapes: Text) -> Text:
    return Text(
        fr=f"Attendu : {' ou '.join(s.fr for s in shapes)}.",
        en=f"Expected: {' or '.join(s.en for s in shapes)}.",
    )


def _one_of(names: Iterable[str]) -> Text:
    known = ", ".join(sorted(names))
    return Text(fr=f"Un de : {known}.", en=f"One of: {known}.")


def _found(raw: Any, path: str) -> tuple[str, str | Text]:  # noqa: ANN401
    """Return the path with its key where the decoder says `[...]`, and what stands there, short."""
    value, named = raw, path
    for step in re.findall(r"[^.\[\]]+|\.\.\.", path):
        if step == "..." and isinstance(value, dict):
            # The decoder does not say which key of a table; the odd one out is not a text, or the longest.
            key = max(value, key=lambda k: (not isinstance(value[k], str), not value[k], len(str(value[k])[:5000])))
            value, named = value[key], named.replace("[...]", f".{key}")
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        elif isinstance(value, dict) and step in value:
            value = value[step]
        else:
            return named, ""
    return named, _short(value)


def _known_key(key: str, table: str) -> Text:
    """Say which key was perhaps meant: one of this table first, else one of another, with the place it belongs in."""
    tables = _tables()
    if meant := get_close_matches(key, tables.get(table, ()), 1, 0.8):
        return Text(
            fr=f"Une clé connue était attendue, peut-être « {meant[0]} ».",
            en=f"A known key was expected, perhaps “{meant[0]}”.",
        )
    if meant := get_close_matches(key, sorted(set().union(*tables.values())), 1, 0.8):
        homes = [home for home, keys in tables.items() if meant[0] in keys]
        return Text(
            fr=f"Une clé connue de cette table était attendue. « {meant[0]} » se place "
            f"{', ou '.join(f'dans « {home} »' if home else 'au premier niveau' for home in homes)}.",
            en=f"A key that this table has was expected. “{meant[0]}” belongs "
            f"{', or '.join(f'in “{home}”' if home else 'at the top level' for home in homes)}.",
        )
    return Text(fr="Une clé connue était attendue.", en="A known key was expected.")


@cache
def _tables() -> dict[str, frozenset[str]]:
    """Return the keys of every table of a definition, by its path; those of a list's items go by the list's own."""
    (top,), shapes = msgspec.json.schema_components([Campaign])
    found: dict[str, frozenset[str]] = {}

    def walk(shape: Any, path: str) -> None:  # noqa: ANN401
        if "$ref" in shape:
            shape = shapes[shape["$ref"].rpartition("/")[2]]
            found[path] = found.get(path, frozenset()) | shape.get("properties", {}).keys()
        for key, inner in shape.get("properties", {}).items():
            walk(inner, f"{path}.{key}" if path else key)
        for inner in [*shape.get("anyOf", ()), *([shape["items"]] if isinstance(shape.get("items"), dict) else ())]:
            walk(inner, path)

    walk(top, "")
    return found


def _short(value: object) -> str | Text:
    """Say what stands there, as the file would write it."""
    if isinstance(value, dict):
        return Text(fr=f"une table ({len(value)} clés)", en=f"a table ({len(value)} keys)")
    if isinstance(value, list):
        return Text(fr=f"une liste ({len(value)} éléments)", en=f"a list ({len(value)} items)")
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    if isinstance(value, int) and abs(value) > 10**30:
        return Text(fr="un nombre immense", en="a huge number")
    if isinstance(value, str):
        return repr(value[:120])
    return str(value)[:120] if isinstance(value, date | time) else repr(value)[:120]


@cache
def _zones() -> frozenset[str]:
    """The time zones there are; the library walks through their folder each time."""
    return frozenset(available_timezones()) - {"localtime", "posixrules", "Factory"}  # what a machine calls its own


def settle(campaign: Campaign) -> Campaign:
    """Return the definition with instants in UTC and the rules that always apply written out."""
    if campaign.timezone not in _zones():
        raise Malformed(
            "timezone-unknown",
            Text(
                fr="Un fuseau horaire IANA était attendu, par exemple Europe/Paris.",
                en="An IANA time zone was expected, for example Europe/Paris.",
            ),
            _MEND,
            found=campaign.timezone,
            where="timezone",
        )
    zone = ZoneInfo(campaign.timezone)
    instants = {name: _utc(getattr(campaign, name), zone, name) for name in INSTANTS}
    return msgspec.structs.replace(campaign, rules=_rules(campaign), **instants)


def _rules(campaign: Campaign) -> tuple[Any, ...]:
    rules: list[Any] = list(campaign.rules)
    kinds = {type(rule) for rule in rules}
    if not kinds & {OnePerPerson, OnePerDay}:
        rules.append(OnePerPerson())
    for always in (AcceptsRules, OpeningHours):
        if always not in kinds:
            rules.insert(0, always())
    return tuple(rules)


def _utc(at: datetime, zone: ZoneInfo, where: str) -> datetime:
    if at.microsecond:
        raise _bad_time(
            where, at, Text(fr="Des secondes entières étaient attendues.", en="Whole seconds were expected.")
        )
    if at.year not in YEARS:
        first, last = YEARS[0], YEARS[-1]
        raise _bad_time(
            where,
            at,
            Text(
                fr=f"Une année de {first} à {last} était attendue.", en=f"A year from {first} to {last} was expected."
            ),
        )
    if at.tzinfo is not None:
        return at.astimezone(UTC)
    early, late = at.replace(tzinfo=zone), at.replace(tzinfo=zone, fold=1)
    if early.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != at:
        raise _bad_time(
            where,
            at,
            Text(
                fr=f"Cette heure n’existe pas ({zone.key}) : les horloges avancent.",
                en=f"This hour does not exist ({zone.key}): clocks go forward.",
            ),
        )
    if early.utcoffset() != late.utcoffset():
        raise _bad_time(
            where,
            at,
            Text(
                fr=f"Cette heure a lieu deux fois ({zone.key}) : précisez le décalage.",
                en=f"This hour happens twice ({zone.key}): add an offset.",
            ),
        )
    return early.astimezone(UTC)


def _bad_time(where: str, at: datetime, expected: Text) -> Malformed:
    return Malformed("instant-impossible", expected, _MEND, found=at.isoformat(), where=where)
