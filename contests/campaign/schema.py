"""The JSON Schema and the reference page of the definition, both generated from the structs."""

from collections.abc import Iterator
from typing import Any

import msgspec

from contests.campaign.definition import Campaign
from contests.rules import RULES
from contests.rules.bonus import BONUSES

TITLE = "Campaign definition"
_WORDS = {"string": "text", "integer": "whole number", "boolean": "true or false", "object": "table", "null": "nothing"}
_HEAD = """\
# The definition of a campaign

One file in TOML, YAML or JSON declares a whole campaign. This page lists every key. A test generates it from the
structs in `contests/campaign/definition.py` and `contests/rules/`; edit the descriptions there.

* An unknown key is an error. So is a key given twice, a tag or an alias in YAML, and a file beyond 256 KiB. What YAML 1.1 takes for a number or a truth (`010`, `1:10`, `yes`) is text.
* Text that people read is a table by language: `{ fr = "…", en = "…" }`.
* Money is text with two decimals: `"499.00"`.
* A time without an offset is local to `timezone`: `2026-12-01T09:00:00`. In JSON it is the same, as text.
* A key whose default is `null` may be left out.

For completion in an editor, put `#:schema https://…/campaign.schema.json` on the first line of a TOML file.
`contests schema` prints the schema. `contests check CAMPAIGN.toml` reads a definition and says what to mend.
"""


def campaign_schema() -> dict[str, Any]:
    """Return the JSON Schema of a definition file. Times are plain strings: a local time has no offset."""
    schema = msgspec.json.schema(Campaign)
    for shape in _shapes(schema):
        if shape.get("format") == "date-time":
            del shape["format"]
        if isinstance(shape.get("pattern"), str):
            # Only Python's `$` needs the guard against a last line end.
            shape["pattern"] = shape["pattern"].removesuffix(r"(?!\n)")
        kind = shape.get("properties", {}).get("kind")
        if kind and len(kind["enum"]) == 1:
            kind["description"] = f"Always `{kind['enum'][0]}`."
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = TITLE
    return schema


def _shapes(value: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - decoded JSON
    """Yield every object of a schema."""
    if isinstance(value, dict):
        yield value
        for inner in list(value.values()):
            yield from _shapes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _shapes(inner)


def reference() -> str:
    """Return docs/reference/definition.md: every table and key, with type, default and meaning."""
    definitions = campaign_schema()["$defs"]
    kinds = {cls.__name__: tag for tag, cls in (*RULES.items(), *BONUSES.items())}
    order = ["Campaign", *(name for name in definitions if name != "Campaign")]
    lines = [_HEAD]
    for name in order:
        shape = definitions[name]
        lines += [f"## {name}", "", (shape.get("description") or "").strip()]
        if name in kinds:
            lines += [f"See [`{kinds[name]}`](../rules.md#{kinds[name]})."]
        lines += ["", "| key | type | default | meaning |", "|---|---|---|---|"]
        required = set(shape.get("required", []))
        lines += [_row(key, value, needed=key in required) for key, value in shape["properties"].items()]
        lines += [""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _row(key: str, value: dict[str, Any], *, needed: bool) -> str:
    if needed:
        default = "required"
    elif "$ref" in value:
        default = "the table's own defaults"
    else:
        default = f"`{msgspec.json.encode(value.get('default')).decode()}`"
    text = value.get("description", "").replace("|", "\\|")
    kind = "date and time" if key.endswith("_at") else _type(value)
    return f"| `{key}` | {kind} | {default} | {text} |"


def _type(value: dict[str, Any]) -> str:
    if "$ref" in value:
        name = value["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "enum" in value:
        return " or ".join(f"`{option}`" for option in value["enum"] if option is not None)
    if "anyOf" in value:
        return " or ".join(_type(option) for option in value["anyOf"] if option.get("type") != "null")
    if value.get("type") == "array":
        many = _limits(value, "minItems", "maxItems")
        return f"list of {_type(value['items'])}{f' ({many})' if many else ''}"
    if value.get("type") == "object":
        return "table of texts by language"
    kind = _WORDS.get(str(value.get("type")), "anything")
    limits = _limits(value, "minimum", "maximum") or _limits(value, "minLength", "maxLength")
    return f"{kind} ({limits}{' characters' if 'maxLength' in value else ''})" if limits else kind


def _limits(value: dict[str, Any], least: str, most: str) -> str:
    if least in value and most in value:
        return f"{value[least]} to {value[most]}"
    return f"at most {value[most]}" if most in value else ""
