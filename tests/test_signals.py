"""Signals: they say the same of the same entry, point more strongly to more people, and never point to one alone."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contests.entry import fold, household
from contests.signals import PROVIDERS, SHARED, SHORTEST_TEXT, SIGNALS, Asked, registered, signals_of, strength

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


@given(answers, st.text(max_size=20) | st.emails())
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
    assert signals_of({}, "zoe@mailinator.com", Asked()) == {"disposable": ""}
    assert signals_of({}, "zoe@gmail.com", Asked()) == {}


def test_nothing_is_compared_that_the_campaign_does_not_ask() -> None:
    assert signals_of({"why": "x" * 40, "street": "1 rue A", "postcode": "69004"}, "", Asked()) == {}


def alike(one: str, other: str, kind: str) -> bool:
    first, second = (signals_of({}, address, Asked()).get(kind) for address in (one, other))
    return bool(first) and first == second


@pytest.mark.parametrize(
    ("one", "other", "series"),
    [
        ("lucky0001@own.fr", "lucky0002@own.fr", True),
        ("lucky+one@own.fr", "lucky+two@own.fr", True),
        ("l.u-cky_7@own.fr", "lucky8@own.fr", True),
        ("lucky1@a.own.fr", "lucky1@b.own.fr", True),
        ("marie1987@gmail.com", "marie42@gmail.com", True),
        ("lucky1@own.fr", "lucky1@other.fr", False),
        ("lucky1@one.asso.fr", "lucky1@two.asso.fr", False),
        ("lucky1@own.fr", "happy1@own.fr", False),
        ("marie.dupont@own.fr", "paul.martin@own.fr", False),
        ("1234567@qq.com", "7654321@qq.com", False),
    ],
)
def test_addresses_in_a_series_are_those_that_a_program_counts_up(one: str, other: str, *, series: bool) -> None:
    assert alike(one, other, "alike-address") is series


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("marie@own.fr", "paul@own.fr", True),
        ("marie@m1.own.fr", "paul@m2.own.fr", True),
        ("marie@own.co.uk", "paul@x.own.co.uk", True),
        ("marie@own.co.uk", "paul@other.co.uk", False),
        ("marie@own.fr", "paul@other.fr", False),
        ("marie@orange.fr", "paul@orange.fr", False),
        ("marie@people.example", "paul@people.example", False),
        ("marie@x.privaterelay.appleid.com", "paul@privaterelay.appleid.com", False),
    ],
)
def test_a_domain_is_in_common_with_its_subdomains_and_not_at_a_large_provider(
    one: str, other: str, *, same: bool
) -> None:
    assert alike(one, other, "same-domain") is same


def test_the_large_providers_stand_as_they_were_registered() -> None:
    assert {domain for domain in PROVIDERS if registered(domain) != domain} == set()
