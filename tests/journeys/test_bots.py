"""Bots and honest crowds before the application, as `make bots` lets them come but fewer: who is held up, who is pointed at."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from bots import Line


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> "dict[str, Line]":
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).parents[2] / "bench")
        from bots import simulate

        found = simulate(tmp_path_factory.mktemp("bots"), 0.01, confirmed=True)
    return {line.population: line for line in found}


@pytest.mark.parametrize("population", ["evening", "office", "carrier", "families", "twice"])
def test_no_honest_crowd_is_held_up_or_left_out(lines: "dict[str, Line]", population: str) -> None:
    line = lines[population]
    assert line.limited == 0
    assert set(line.states) <= {"entered", "pending", "declined"}
    assert line.states.get("declined", 0) == (line.visits - 9 if population == "twice" else 0)
    assert line.accepted + line.states.get("pending", 0) == (9 if population == "twice" else line.visits)


def test_people_at_home_are_hardly_marked_and_an_office_by_what_it_has_in_common(lines: "dict[str, Line]") -> None:
    for name in ("evening", "carrier", "families", "twice"):
        assert set(lines[name].marks) <= {"none-proof", "too-fast"}
        assert lines[name].marked <= lines[name].accepted / 10
    assert set(lines["office"].marks) <= {"burst", "same-domain", "none-proof", "too-fast"}


@pytest.mark.parametrize("population", ["script", "fleet, numbered", "fleet, own domains", "fleet, subdomains"])
def test_what_a_program_makes_up_is_taken_and_all_of_it_marked(lines: "dict[str, Line]", population: str) -> None:
    line = lines[population]
    assert line.accepted == line.marked == line.visits


def test_what_the_rules_refuse_is_refused_by_the_rules(lines: "dict[str, Line]") -> None:
    assert lines["fleet, disposable"].states == {"declined": 20}
    assert lines["fleet, Gmail tags, dots"].accepted == 1
    assert lines["fleet, invented at Gmail"].states == {"pending": 20}
    assert lines["script-blind"].accepted == 0


def test_mailboxes_that_were_bought_are_not_told_from_people(lines: "dict[str, Line]") -> None:
    """The page says so: whoever changes this has something to add to it."""
    line = lines["slow, bought mailboxes"]
    assert line.accepted == line.visits
    assert line.marked == 0
