"""Each rule answers as its vectors say, and no rule, bonus or reason is left without a vector, a page and a sentence."""

import json
import re
from pathlib import Path
from string import Formatter
from typing import Any

import msgspec
import pytest
from rules.rule_cases import make_case, make_rule

from contests.errors import LANGUAGES
from contests.rules import RULES, SAYS, decide
from contests.rules.bonus import AnyBonus, Bonus
from contests.rules.case import Tally
from contests.rules.decision import Decision, Verdict

HERE = Path(__file__).parents[1]
VECTORS = HERE / "vectors" / "rules"
PAGE = HERE.parent / "docs" / "rules.md"
BONUSES: dict[str, type[Bonus]] = {bonus.tag(): bonus for bonus in AnyBonus.__args__}


def cases(kinds: dict[str, Any]) -> list[Any]:
    paths = [(kind, VECTORS / f"{kind}.json") for kind in sorted(kinds)]
    return [
        pytest.param(kind, case, id=f"{kind}-{case['name']}")
        for kind, path in paths
        if path.exists()
        for case in json.loads(path.read_text(encoding="utf-8"))["cases"]
    ]


def judged(kind: str, vector: dict[str, Any]) -> Decision:
    return make_rule(kind, **vector.get("rule", {})).check(make_case(vector))


@pytest.mark.parametrize(("kind", "vector"), cases(RULES))
def test_a_rule_answers_as_its_vector_says(kind: str, vector: dict[str, Any]) -> None:
    decision = judged(kind, vector)
    assert decision.rule == kind
    assert decision.verdict == vector["verdict"]
    assert decision.reason == vector.get("reason", "")
    assert decision.field == vector.get("field", "")
    assert vector.get("evidence", {}).items() <= decision.evidence.items()


@pytest.mark.parametrize(("kind", "vector"), cases(RULES))
def test_a_reason_is_said_with_its_evidence_filled_in(kind: str, vector: dict[str, Any]) -> None:
    decision = judged(kind, vector)
    if decision.verdict is Verdict.YES:
        assert not decision.reason
        return
    said = SAYS[decision.reason].fill(**decision.evidence)
    for language in LANGUAGES:
        assert said(language).strip()
        wanted = {name for _, name, _, _ in Formatter().parse(SAYS[decision.reason](language)) if name}
        assert wanted <= set(decision.evidence)


@pytest.mark.parametrize(("kind", "vector"), cases(RULES))
def test_what_is_objected_to_stands_on_the_form(kind: str, vector: dict[str, Any]) -> None:
    decision = judged(kind, vector)
    rule = make_rule(kind, **vector.get("rule", {}))
    assert decision.field in {"", "email", *(ask.name for ask in rule.asks())}


@pytest.mark.parametrize(("kind", "vector"), cases(BONUSES))
def test_a_bonus_gives_what_its_vector_says(kind: str, vector: dict[str, Any]) -> None:
    bonus = msgspec.convert({"kind": kind, **vector["bonus"]}, BONUSES[kind])
    assert bonus.earned(msgspec.convert(vector.get("tally", {}), Tally)) == vector["earned"]


def test_every_rule_and_every_bonus_has_its_vectors_and_no_vectors_are_left_over() -> None:
    assert {path.stem for path in VECTORS.glob("*.json")} == set(RULES) | set(BONUSES)
    for kind in {**RULES, **BONUSES}:
        names = [case["name"] for case in json.loads((VECTORS / f"{kind}.json").read_text(encoding="utf-8"))["cases"]]
        assert names
        assert len(set(names)) == len(names)
        assert all(re.fullmatch("[a-z0-9_]+", name) for name in names)


def test_every_rule_and_every_bonus_has_its_heading() -> None:
    headings = re.findall(r"^## ([a-z0-9-]+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(headings) == sorted({**RULES, **BONUSES})


def test_every_reason_is_reached_by_a_vector() -> None:
    reached = {case.values[1].get("reason", "") for case in cases(RULES)}
    by_the_flow = {"voided"}  # no rule knows the stage of its contest; tests/web/test_entry.py has it
    assert reached - {""} == set(SAYS) - by_the_flow


def test_every_reason_stands_on_the_page_of_its_rule() -> None:
    parts = re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    pages = {part.partition("\n")[0]: part for part in parts}
    for case in cases(RULES):
        kind, vector = case.values
        assert f"`{vector.get('reason', '')}`" in pages[kind] or vector["verdict"] == "yes", vector["name"]


@pytest.mark.parametrize("reason", sorted(SAYS))
def test_every_reason_has_a_sentence_in_both_languages(reason: str) -> None:
    assert re.fullmatch("[a-z][a-z-]*", reason)
    for language in LANGUAGES:
        assert SAYS[reason](language).endswith((".", "!")), reason
    assert SAYS[reason].fr != SAYS[reason].en


def test_no_rule_says_that_somebody_has_won() -> None:
    for text in SAYS.values():
        assert not re.search(r"gagné|won\b", f"{text.fr} {text.en}", re.IGNORECASE)


def test_every_rule_writes_its_clause_in_both_languages() -> None:
    least: dict[str, dict[str, Any]] = {
        "residence": {"countries": ["FR"]},
        "closed-question": {"question": {"fr": "Q"}},
        "comment-follow": {"accounts": ["velobleu"]},
        "comment-hashtag": {"tags": ["win"]},
    }
    for kind in RULES:
        clause = make_rule(kind, **least.get(kind, {})).sentence()
        assert clause.fr.endswith(".")
        assert clause.en.endswith(".")
    for bonus in BONUSES.values():
        assert str(bonus(tickets=7, cap=21).cap) in bonus(tickets=7, cap=21).sentence().fr


def test_all_objections_are_said_and_not_the_first_alone() -> None:
    rules = (make_rule("residence", countries=["FR"]), make_rule("minimum-age"), make_rule("confirmed-email"))
    outcome = decide(rules, make_case({"values": {"country": "BE"}}))
    assert outcome.verdict is Verdict.NO
    assert [decision.reason for decision in outcome.objections] == ["country-not-listed", "age-not-declared"]


def test_no_beats_unknown_and_unknown_beats_yes() -> None:
    waits, passes = make_rule("confirmed-email"), make_rule("one-per-person")
    assert decide((passes,), make_case({})).verdict is Verdict.YES
    assert decide((passes, waits), make_case({})).verdict is Verdict.UNKNOWN
    assert decide((waits, passes), make_case({"tally": {"entries": 1}})).verdict is Verdict.NO
    assert decide((), make_case({})).verdict is Verdict.YES


@pytest.mark.parametrize("tag", ["win", "été2026", "2026noel", "_jeu", "日本", "il·lusió"])
def test_a_hashtag_that_platforms_know_can_be_asked_for(tag: str) -> None:
    assert make_rule("comment-hashtag", tags=[tag]).check(make_case({"comment": {"text": f"#{tag}"}})).reason == ""


@pytest.mark.parametrize("tag", ["", "#win", "two words", "2026", "_", "win!", "@win", "win\n", "a.b", "w" * 101])
def test_what_no_platform_takes_for_a_hashtag_cannot_be_asked_for(tag: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        make_rule("comment-hashtag", tags=[tag])
