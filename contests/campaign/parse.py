"""Bytes to `Campaign`: TOML, YAML or JSON, strict, with errors that name the path.

Nothing here reads a file, calls out or runs anything: YAML tags and aliases are refused.
"""

import re
import tomllib
from datetime import UTC, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo, available_timezones

import msgspec
import yaml

from contests.campaign.definition import Campaign
from contests.codec import parse_json
from contests.errors import Malformed, Refused, Text
from contests.rules import RULES
from contests.rules.accepts_rules import AcceptsRules
from contests.rules.one_per_day import OnePerDay
from contests.rules.one_per_person import OnePerPerson
from contests.rules.opening_hours import OpeningHours

Form = Literal["toml", "yaml", "json"]
LARGEST = 256 * 1024
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
    return settle(_convert(_load(data, form)))


def of_record(definition: Any) -> Campaign:  # noqa: ANN401 - decoded JSON
    """Read a definition back from a record; its canonical bytes are those that were published."""
    return _convert(definition)


def _load(data: bytes, form: Form) -> Any:  # noqa: ANN401
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise Malformed(
            "definition-encoding",
            Text(fr="Du texte en UTF-8 était attendu.", en="Text in UTF-8 was expected."),
            Text(fr="Enregistrez le fichier en UTF-8.", en="Save the file as UTF-8."),
            found=f"0x{data[error.start]:02x}",
            where=f"line {line}",
        ) from error
    try:
        if form == "toml":
            return tomllib.loads(text)
        if form == "yaml":
            return yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - a SafeLoader, stricter
        return parse_json(text.encode())
    except (tomllib.TOMLDecodeError, yaml.YAMLError, RecursionError, ValueError) as error:
        raise Malformed(
            "definition-syntax",
            Text(fr=f"Du {form.upper()} valide était attendu.", en=f"Valid {form.upper()} was expected."),
            _MEND,
            found=" ".join(str(error).split())[:300] or "nesting too deep",
        ) from error


class _StrictLoader(yaml.SafeLoader):
    """SafeLoader without aliases (they can blow up) and without duplicate keys."""

    def compose_node(self, parent: Any, index: Any) -> Any:  # noqa: ANN401
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError(f"an alias {self.peek_event().start_mark}")  # type: ignore[no-untyped-call]
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:  # noqa: ANN401, FBT001, FBT002
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.YAMLError(f"duplicate key {key.value!r} {key.start_mark}")
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


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
}
_TYPE = re.compile(r"Expected `([^`]+)`, got `([^`]+)`")
_WHERE = re.compile(r" - at `(?:key in )?\$?\.?([^`]*)`$")


def _convert(raw: Any) -> Campaign:  # noqa: ANN401
    try:
        return msgspec.convert(raw, Campaign)
    except msgspec.ValidationError as error:
        raise _explain(str(error), raw) from error


def _explain(message: str, raw: Any) -> Malformed:  # noqa: ANN401
    """Turn the decoder's sentence into path, expected, found."""
    at = _WHERE.search(message)
    path = at[1] if at else ""
    message = _WHERE.sub("", message)
    found = _found(raw, path)
    if kinds := _TYPE.match(message):
        names = [name.strip() for name in kinds[1].split("|")]
        shapes = [_SHAPES.get(n, Text(n, n)) for n in names if n != "null"]
        expected = Text(
            fr=f"{' ou '.join(s.fr for s in shapes)} était attendu(e).",
            en=f"{' or '.join(s.en for s in shapes)} was expected.",
        )
        found = found or kinds[2]
    elif missing := re.search(r"missing required field `([^`]+)`", message):
        path = f"{path}.{missing[1]}" if path else missing[1]
        expected = Text(fr="Cette clé est obligatoire.", en="This key is required.")
        found = Text(fr="rien", en="nothing").en
    elif unknown := re.search(r"unknown field `([^`]+)`", message):
        expected = Text(fr="Une clé connue était attendue.", en="A known key was expected.")
        found = unknown[1]
    elif "Invalid value" in message and path.endswith("kind"):
        kinds_known = ", ".join(sorted(RULES)) if path.startswith("rules") else "referral, second-channel"
        expected = Text(fr=f"Un de : {kinds_known}.", en=f"One of: {kinds_known}.")
    else:
        expected = Text(fr=f"{message}.", en=f"{message}.")
    return Malformed("definition-invalid", expected, _MEND, found=found, where=path or "definition")


def _found(raw: Any, path: str) -> str:  # noqa: ANN401
    """Return what stands at `path`, short, or nothing when it cannot be reached."""
    value = raw
    for step in re.findall(r"[^.\[\]]+", path):
        if isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        elif isinstance(value, dict) and step in value:
            value = value[step]
        else:
            return ""
    return repr(value)[:120] if not isinstance(value, dict | list) else f"a {type(value).__name__}"


def settle(campaign: Campaign) -> Campaign:
    """Return the definition with instants in UTC and the rules that always apply written out."""
    if campaign.timezone not in available_timezones():
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


def _bad_time(where: str, at: datetime, expected: Text) -> Refused:
    return Malformed("instant-impossible", expected, _MEND, found=at.isoformat(), where=where)
