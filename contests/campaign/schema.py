"""The JSON Schema and the reference page of the definition, both generated from the structs."""

from typing import Any

import msgspec

from contests.campaign.definition import Campaign

TITLE = "Campaign definition"


def campaign_schema() -> dict[str, Any]:
    """Return the JSON Schema of a definition file."""
    schema = msgspec.json.schema(Campaign)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = TITLE
    return schema


def reference() -> str:
    """Return docs/reference/definition.md: every table and key, with type, default and meaning."""
    definitions = campaign_schema()["$defs"]
    order = ["Campaign", *(name for name in definitions if name != "Campaign")]
    lines = [
        "# The definition of a campaign",
        "",
        "Generated from the structs in `contests/campaign/definition.py` and `contests/rules/`; a test holds the two together.",
        "Times without an offset are local to `timezone`. Money is text. Unknown keys are errors.",
    ]
    for name in order:
        shape = definitions[name]
        lines += ["", f"## {name}", "", (shape.get("description") or "").strip(), ""]
        required = set(shape.get("required", []))
        if not shape.get("properties"):
            continue
        lines += ["| key | type | default | meaning |", "|---|---|---|---|"]
        for key, value in shape["properties"].items():
            default = "required" if key in required else f"`{msgspec.json.encode(value.get('default')).decode()}`"
            text = (value.get("description") or "").replace("|", "\\|")
            lines.append(f"| `{key}` | {_type(value)} | {default} | {text} |")
    return "\n".join(lines) + "\n"


def _type(value: dict[str, Any]) -> str:
    if "$ref" in value:
        name = value["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "enum" in value:
        return " or ".join(f"`{option}`" for option in value["enum"] if option is not None)
    if "anyOf" in value:
        return " or ".join(_type(option) for option in value["anyOf"])
    if value.get("type") == "array":
        inner = value.get("items") or {}
        return f"list of {_type(inner)}" if isinstance(inner, dict) else "list"
    limits = [f"{word} {value[key]}" for key, word in (("minimum", "from"), ("maximum", "to")) if key in value]
    return " ".join([str(value.get("type", "table")), *limits])
