"""Signals: they say the same of the same entry, point more strongly to more people, and never point to one alone."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contests.entry import fold, household
from contests.signals import SHARED, SHORTEST_TEXT, SIGNALS, Asked, signals_of, strength

BOTH = Asked(("why", "more"), "street", "postcode")
answers = st.dictionaries(st.sampled_from(["why", "more", "street", "postcode", "email"]), st.text(max_size=60))


def texts(why: str) -> dict[str, str]:
    return signals_of({"why": why}, "", Asked(("why",)))


@pytest.mark.parametrize("kind", SIGNALS)
def test_a_signal_points_more_strongly_to_more_people_and_shared_ones_not_to_one_alone(kind: str) -> None:
    found = [strength(kind, size) for size in range(200)]
    assert found == sorted(found)
    assert found[0] == 0
    assert (found[1] == 0) is (kind in SHARED)
    assert 1 <= found[-1] <= 5


def test_the_page_for_moderators_names_each_signal_with_its_strengths() -> None:
    page = (Path(__file__).parents[1] / "docs" / "howto" / "moderate.md").read_text(encoding="utf-8")
    for signal in SIGNALS.values():
        row = next(line for line in page.splitlines() if line.startswith(f"| {signal.title.en} |"))
        assert [int(number) for number in re.findall(r"\d+", row.split("|")[2])] == [
            points for _, points in signal.steps
        ]


def test_a_mark_that_is_not_in_the_table_still_points() -> None:
    assert strength("added-later") == 1


@given(answers, answers)
def test_two_share_a_cluster_exactly_when_what_they_wrote_compares_as_equal(
    one: dict[str, str], two: dict[str, str]
) -> None:
    first, second = signals_of(one, "", BOTH), signals_of(two, "", BOTH)
    assert ("same-household" in first) is bool(household(one))
    if "same-household" in first and "same-household" in second:
        assert (first["same-household"] == second["same-household"]) is (household(one) == household(two))
    if "same-answers" in first and "same-answers" in second:
        same = all(fold(one.get(name, "")) == fold(two.get(name, "")) for name in BOTH.texts)
        assert (first["same-answers"] == second["same-answers"]) is same


@given(answers, st.text(max_size=20))
def test_what_is_found_repeats_nothing_that_was_typed(values: dict[str, str], domain: str) -> None:
    found = signals_of(values, domain, BOTH)
    assert found == signals_of(dict(reversed(values.items())), domain, BOTH)
    assert set(found) <= set(SIGNALS)
    for cluster in found.values():
        assert cluster == "" or (len(cluster) == 32 and int(cluster, 16) >= 0)


def test_case_accents_and_punctuation_do_not_hide_a_copied_text() -> None:
    text = "J’adore le vélo, surtout l’été !"
    assert texts(text) == texts("j adore LE VELO surtout l ete")
    assert texts(text) != texts("J’adore le vélo, surtout l’hiver !")


def test_short_answers_are_alike_by_nature() -> None:
    assert texts("x" * (SHORTEST_TEXT - 1)) == {}
    assert set(texts("x" * SHORTEST_TEXT)) == {"same-answers"}


def test_a_disposable_domain_is_known_and_an_ordinary_one_is_not() -> None:
    assert signals_of({}, "mailinator.com", Asked()) == {"disposable": ""}
    assert signals_of({}, "people.example", Asked()) == {}


def test_nothing_is_compared_that_the_campaign_does_not_ask() -> None:
    assert signals_of({"why": "x" * 40, "street": "1 rue A", "postcode": "69004"}, "", Asked()) == {}
    assert not Asked(street="street").compares
    assert Asked(("why",)).compares
