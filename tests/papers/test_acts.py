"""Every act that the staff are noted for has a name in both languages."""

import re
from pathlib import Path

import pytest

from contests.papers.acts import act_title

FLOWS = Path(__file__).parents[2] / "contests" / "flows"
NOTED = re.compile(
    r'(?:note|_set)\((?:[^()]|\([^()]*\))*?(?:staff_name|by\.name|name|both|now|identity), "([a-z]+(?:-[a-z]+)*)"'
)
VERBS = sorted(
    {verb for path in FLOWS.glob("*.py")
     for verb in NOTED.findall(path.read_text(encoding="utf-8")) if not verb.startswith("account-")}
)  # fmt: skip


def test_the_acts_are_found_in_the_flows() -> None:
    assert {"export", "consent", "access", "contacts", "watch", "series-name", "post-pause", "minutes"} <= set(VERBS)


@pytest.mark.parametrize(
    "verb", [*VERBS, "prepare-publish", "release-amend", "refuse-exclude", "withdraw-release", "lapse-amend"]
)
def test_each_act_has_its_name(verb: str) -> None:
    french, english = act_title(verb, "fr"), act_title(verb, "en")
    assert verb not in {french, english}
    assert french != english or verb == "exclude"
