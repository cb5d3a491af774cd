"""The schema and the reference page are what the structs say, key by key, and the examples fit them.

To write both anew: `python -m contests schema > docs/reference/campaign.schema.json` and
`python -c "from contests.campaign.schema import reference; print(reference(), end='')" > docs/reference/definition.md`.
"""

import json
import re
import tomllib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from campaign.samples import VALID, bent, drop, leaves, put

from contests.campaign.schema import campaign_schema, reference

ROOT = Path(__file__).parents[2]
SCHEMA = campaign_schema()
TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "boolean": bool,
    "array": list,
    "object": dict,
    "null": type(None),
}


def fits(value: Any, shape: dict[str, Any]) -> bool:
    """Say whether a value has a shape: the part of JSON Schema that ours uses, and nothing else."""
    if "$ref" in shape:
        return fits(value, SCHEMA["$defs"][shape["$ref"].rpartition("/")[2]])
    if "anyOf" in shape:
        return any(fits(value, option) for option in shape["anyOf"])
    if "enum" in shape:
        return value in shape["enum"]
    if isinstance(value, bool) and shape["type"] != "boolean":
        return False
    limit = LIMITS.get(shape["type"])
    return isinstance(value, TYPES[shape["type"]]) and (limit is None or limit(value, shape))


def text_fits(value: str, shape: dict[str, Any]) -> bool:
    size = shape.get("minLength", 0) <= len(value) <= shape.get("maxLength", 10**9)
    return size and (not shape.get("pattern") or bool(re.search(shape["pattern"], value)))


def list_fits(value: list[Any], shape: dict[str, Any]) -> bool:
    size = shape.get("minItems", 0) <= len(value) <= shape.get("maxItems", 10**9)
    return size and all(fits(item, shape["items"]) for item in value)


def table_fits(value: dict[str, Any], shape: dict[str, Any]) -> bool:
    known, rest = shape.get("properties", {}), shape["additionalProperties"]
    if len(value) < shape.get("minProperties", 0) or not set(shape.get("required", ())) <= set(value):
        return False
    return all(
        fits(inner, known[key]) if key in known else isinstance(rest, dict) and fits(inner, rest)
        for key, inner in value.items()
    )


def number_fits(value: int, shape: dict[str, Any]) -> bool:
    return bool(shape.get("minimum", -(10**18)) <= value <= shape.get("maximum", 10**18))


LIMITS: dict[str, Callable[[Any, dict[str, Any]], bool]] = {
    "string": text_fits,
    "array": list_fits,
    "object": table_fits,
    "integer": number_fits,
}


def as_json(raw: Any) -> Any:
    return json.loads(json.dumps(raw, default=lambda at: at.isoformat()))


def test_the_schema_in_the_reference_is_the_one_of_the_structs() -> None:
    kept = (ROOT / "docs" / "reference" / "campaign.schema.json").read_text(encoding="utf-8")
    assert kept == json.dumps(SCHEMA, indent=2, ensure_ascii=False) + "\n"


def test_the_reference_page_is_the_one_of_the_structs() -> None:
    assert (ROOT / "docs" / "reference" / "definition.md").read_text(encoding="utf-8") == reference()


@pytest.mark.parametrize("name", sorted(SCHEMA["$defs"]))
def test_every_table_and_every_key_is_described(name: str) -> None:
    shape = SCHEMA["$defs"][name]
    assert shape["description"].strip().endswith((".", "…"))
    assert shape["additionalProperties"] is False
    for key, value in shape["properties"].items():
        assert value.get("description"), f"{name}.{key}"


def test_every_key_has_its_line_on_the_page() -> None:
    page = reference()
    for name, shape in SCHEMA["$defs"].items():
        part = page.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        for key in shape["properties"]:
            assert f"| `{key}` |" in part


def test_links_of_the_page_lead_to_its_headings() -> None:
    page = reference()
    headings = {heading.lower() for heading in re.findall(r"^## (\w+)$", page, re.MULTILINE)}
    assert set(re.findall(r"\]\(#(\w+)\)", page)) <= headings


def test_an_editor_takes_local_times() -> None:
    assert "date-time" not in json.dumps(SCHEMA)
    assert SCHEMA["$defs"]["Campaign"]["properties"]["opens_at"]["type"] == "string"


def test_patterns_are_ones_that_every_language_reads() -> None:
    for pattern in re.findall(r'"pattern": ("(?:[^"\\]|\\.)*")', json.dumps(SCHEMA)):
        assert "(?" not in pattern
        re.compile(json.loads(pattern))


@pytest.mark.parametrize("name", ["noel-lumiere.toml", "rentree-campus.toml"])
def test_an_example_fits_the_schema(name: str) -> None:
    raw = tomllib.loads((ROOT / "examples" / name).read_text(encoding="utf-8"))
    assert isinstance(raw["opens_at"], datetime)
    assert raw["opens_at"].tzinfo is None
    assert fits(as_json(raw), SCHEMA)


def test_an_example_names_its_schema_on_the_first_line() -> None:
    for path in (ROOT / "examples").glob("*.toml"):
        first = path.read_text(encoding="utf-8").partition("\n")[0]
        assert (path.parent / first.removeprefix("#:schema ")).resolve().is_file()


@pytest.mark.parametrize("path", leaves(VALID))
def test_the_schema_refuses_a_table_in_the_place_of_a_leaf(path: str) -> None:
    assert fits(VALID, SCHEMA)
    assert not fits(bent(put(path, {"?": 1})), SCHEMA)


def test_the_schema_refuses_unknown_and_missing_keys() -> None:
    assert not fits(VALID | {"bogus": 1}, SCHEMA)
    assert not fits(bent(drop("slug")), SCHEMA)
    assert not fits(bent(put("rules[0].kind", "luck")), SCHEMA)
