"""Every condition and every bonus says how it is verified; what cannot be verified cannot be chosen (legal C7)."""

from pathlib import Path
from typing import get_args

import pytest

from contests.campaign.dated import platforms
from contests.campaign.definition import Action, Platform
from contests.campaign.lint.comments import LISTED
from contests.errors import Text
from contests.flows.platforms import LISTS, SOURCES
from contests.rules import RULES
from contests.rules.bonus import BONUSES, LISTED_BY, Bonus, Engaged
from contests.rules.rule import Rule

PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
KINDS: dict[str, type[Rule] | type[Bonus]] = {**RULES, **BONUSES}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_condition_says_how_it_is_verified_in_both_languages_and_in_the_docs(kind: str) -> None:
    said = KINDS[kind].__dict__["verified"]
    assert isinstance(said, Text)
    assert said.fr.endswith(".")
    assert said.en.endswith(".")
    assert f"| `{kind}` | {said.en} |" in PAGE


def test_a_new_condition_must_say_it() -> None:
    class Silent(Rule, tag="silent", frozen=True, kw_only=True):
        """Says nothing of how it is verified."""

    with pytest.raises(AttributeError):
        _ = Silent.verified


def test_no_act_on_a_platform_is_a_condition_and_a_bonus_only_where_a_platform_lists_it() -> None:
    assert not set(RULES) & set(get_args(Action))
    assert {kind for kind in BONUSES if issubclass(BONUSES[kind], Engaged)} == set(BONUSES) & set(get_args(Action))
    assert LISTS.keys() == LISTED_BY
    for site, lists in LISTS.items():
        assert lists.keys() == {"like", "repost", "follow"}
        assert not lists.keys() & set(platforms().row(site).unseen)


def test_every_platform_that_is_listed_may_be_named_in_a_definition() -> None:
    assert LISTED == set(SOURCES) <= set(get_args(Platform))
