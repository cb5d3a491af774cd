"""Every example of docs/rules.md is read by the parser that reads definitions."""

import re
import tomllib
from pathlib import Path

import pytest
from rules.rule_cases import make_rule

from contests.campaign.parse import parse
from contests.rules.rule import COMMENT

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
SAMPLE = (ROOT / "examples" / "noel-lumiere.toml").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^## ([a-z-]+)$(?:(?!^## ).)*?^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def without(table: str) -> str:
    """Return the sample without its tables of that name."""
    return re.sub(rf"^\[\[{table}\]\]\n(?:[^\[\n][^\n]*\n)*", "", SAMPLE, flags=re.MULTILINE)


@pytest.mark.parametrize(("kind", "example"), EXAMPLES, ids=[kind for kind, _ in EXAMPLES])
def test_the_example_of_a_rule_is_read(kind: str, example: str) -> None:
    (table,) = tomllib.loads(example)
    if table == "comments":
        (keys,) = tomllib.loads(example)[table]["rules"]
        assert kind == keys["kind"]
        assert make_rule(**keys).judges == COMMENT
        assert all(f"`{key}`" in PAGE for key in keys)
        return
    campaign = parse(f"{without(table)}\n{example}".encode(), "toml")
    found = campaign.rules if table == "rules" else campaign.bonuses
    assert kind in [each.tag() for each in found]
    assert all(f"`{key}`" in PAGE for key in tomllib.loads(example)[table][0] if key != "kind")


def test_every_heading_has_one_example() -> None:
    assert [kind for kind, _ in EXAMPLES] == re.findall(r"^## ([a-z-]+)$", PAGE, re.MULTILINE)
