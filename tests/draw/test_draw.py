"""The draw against worked numbers, and by property."""

import json
from collections import Counter
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contests.audit.second import verify_again
from contests.draw import engine, ranking
from contests.draw.awards import make_awards, ranking_csv
from contests.draw.beacon import QUICKNET, Round, verify_round
from contests.draw.pool import HEADER, make_pool, parse_pool
from contests.draw.ranking import Rank, in_python, number, rank
from contests.draw.seed import Beacon, Ceremony, Frozen, Rehearsal, ceremony_text, seed
from contests.errors import Malformed

FOLDER = Path(__file__).parents[1] / "vectors"
DRAW: dict[str, Any] = json.loads((FOLDER / "draw-v1.json").read_text())
BEACON: dict[str, Any] = json.loads((FOLDER / "quicknet.json").read_text())
SEED = DRAW["seed"]
entrants = st.binary(min_size=16, max_size=16).map(bytes.hex)
SPREAD = make_pool({f"{n * 2654435761 % 2**32:08x}" * 4: 1 + n % 3 for n in range(1, 40_000)})
pools = st.dictionaries(entrants, st.integers(1, 12), min_size=1, max_size=30)


def frozen() -> Frozen:
    given_ = DRAW["given"]
    return Frozen(
        campaign=given_["campaign"],
        draw=given_["draw"],
        definition=given_["definition"],
        pool=given_["pool"],
        entrants=given_["n"],
        tickets=given_["w"],
        size=given_["size"],
        root=given_["tree_root"],
    )


def test_the_pool_file_is_the_worked_one() -> None:
    pool = make_pool(DRAW["pool"])
    assert pool.data.decode() == DRAW["pool_csv"]
    assert (pool.digest, pool.size, pool.total) == (DRAW["given"]["pool"], 12, 33)


def test_the_seed_is_the_worked_one_for_each_source() -> None:
    _, chain, round_, signature = DRAW["source"]
    assert seed(frozen(), Beacon(Round(chain, round_, signature))) == SEED
    assert seed(frozen(), Ceremony(DRAW["ceremony"]["text"])) == DRAW["ceremony"]["seed"]
    assert seed(frozen(), Rehearsal(DRAW["rehearsal"]["source"][1])) == DRAW["rehearsal"]["seed"]


def test_the_ranking_is_the_worked_one() -> None:
    pool = make_pool(DRAW["pool"])
    assert [list(line) for line in rank(SEED, pool)] == DRAW["ranking"]
    for name in ("ceremony", "rehearsal"):
        assert list(rank(DRAW[name]["seed"], pool, 1)[0]) == DRAW[name]["first"]


def test_the_round_is_the_first_at_or_after_the_draw() -> None:
    for at, expected in DRAW["rounds"]:
        assert QUICKNET.round_at(datetime.fromisoformat(at)) == expected


@given(st.integers(1, 10**9))
def test_a_round_and_its_time_agree(number_: int) -> None:
    assert QUICKNET.round_at(QUICKNET.time_of(number_)) == number_


def test_the_pinned_parameters_are_the_published_ones() -> None:
    chain = BEACON["chain"]
    assert QUICKNET.computed_hash() == QUICKNET.hash == chain["chain_hash"]
    assert QUICKNET.public_key == chain["public_key"]


def test_recorded_rounds_verify_with_both_libraries() -> None:
    for recorded in BEACON["rounds"]:
        value = Round(QUICKNET.hash, recorded["round"], recorded["signature"])
        assert verify_round(value)
        assert QUICKNET.time_of(recorded["round"]) == datetime.fromtimestamp(recorded["time_unix"], UTC)
    assert verify_again(value)


@pytest.mark.parametrize("bad", BEACON["invalid"], ids=lambda bad: bad["name"])
def test_a_wrong_signature_is_refused_by_both_libraries(bad: dict[str, Any]) -> None:
    value = Round(QUICKNET.hash, bad["round"], bad["signature"])
    assert not verify_round(value)
    assert not verify_again(value)


def test_a_round_of_another_chain_is_refused() -> None:
    recorded = BEACON["rounds"][0]
    assert not verify_round(Round("00" * 32, recorded["round"], recorded["signature"]))


@given(st.text(max_size=120), st.integers(-5, 2**60))
def test_no_text_makes_the_beacon_check_raise(text: str, number_: int) -> None:
    assert not verify_round(Round(QUICKNET.hash, number_, text))


@given(pools)
def test_a_pool_survives_its_file(tickets: dict[str, int]) -> None:
    pool = make_pool(tickets)
    assert parse_pool(pool.data) == pool
    assert dict(pool.lines()) == tickets


@given(pools, st.data())
def test_removing_an_entrant_never_reorders_the_rest(tickets: dict[str, int], data: st.DataObject) -> None:
    gone = data.draw(st.sampled_from(sorted(tickets)))
    before = [line.entrant for line in rank(SEED, make_pool(tickets)) if line.entrant != gone]
    del tickets[gone]
    if tickets:
        assert [line.entrant for line in rank(SEED, make_pool(tickets))] == before


def test_a_pool_is_read_in_whole_lines() -> None:
    small = list(SPREAD.chunks(1000))
    assert b"".join(small) == SPREAD.data[len(HEADER) :]
    assert all(chunk.endswith(b"\n") and len(chunk) < 1100 for chunk in small)
    assert in_python(SEED, SPREAD, 50) == rank(SEED, SPREAD)[:50]


@pytest.mark.parametrize("places", [1, 2, 50, 40_000])
@pytest.mark.parametrize("most", [1, 3, 1000])
def test_the_engine_finds_what_python_finds(monkeypatch: pytest.MonkeyPatch, places: int, most: int) -> None:
    lines = {f"{n * 2654435761 % 2**32:08x}" * 4: 1 + n % most for n in range(1, 40_000 if most < 9 else 500)}
    pool = make_pool(lines)
    expected = in_python(SEED, pool, places)
    assert [Rank(*found) for found in engine.nearest(SEED, pool, places)] == expected
    monkeypatch.setattr(engine, "BYTES", 10_000)
    monkeypatch.setattr(engine, "TICKETS", 2_000)
    assert [Rank(*found) for found in engine.nearest(SEED, pool, places)] == expected


@given(pools, st.integers(1, 12))
def test_the_engine_finds_it_in_any_pool(tickets: dict[str, int], places: int) -> None:
    pool = make_pool(tickets)
    assert [Rank(*found) for found in engine.nearest(SEED, pool, places)] == in_python(SEED, pool, places)


def test_large_pools_are_ranked_by_the_engine_where_it_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    by_python = in_python(SEED, SPREAD, 5)
    monkeypatch.setattr(engine, "nearest", lambda *_: [("number", "entrant")])
    assert rank(SEED, SPREAD, 5) == by_python
    monkeypatch.setattr(ranking, "ALONE", SPREAD.total - 1)
    assert rank(SEED, SPREAD, 5) == [Rank("number", "entrant")]
    monkeypatch.setattr(ranking, "find_spec", lambda _: None)
    assert rank(SEED, SPREAD, 5) == by_python


@given(pools)
def test_anyone_computes_their_own_number(tickets: dict[str, int]) -> None:
    ranking = rank(SEED, make_pool(tickets))
    assert ranking == sorted(Rank(number(SEED, entrant, n), entrant) for entrant, n in tickets.items())


@given(pools, st.integers(1, 10))
def test_the_first_places_are_those_of_the_whole_ranking(tickets: dict[str, int], first: int) -> None:
    pool = make_pool(tickets)
    assert rank(SEED, pool, first) == rank(SEED, pool)[:first]


@given(pools, st.data())
def test_another_ticket_never_makes_a_rank_worse(tickets: dict[str, int], data: st.DataObject) -> None:
    one = data.draw(st.sampled_from(sorted(tickets)))
    before = number(SEED, one, tickets[one])
    assert number(SEED, one, tickets[one] + 1) <= before


def test_chances_are_in_proportion_to_tickets() -> None:
    """Chi-square on the first winner over 4,000 seeds: weights 1 : 2 : 3 : 4, 3 degrees, 1 in 10,000."""
    pool = make_pool({f"{i:032x}": i for i in range(1, 5)})
    draws = 4000
    first = Counter(rank(f"{s:064x}", pool, 1)[0].entrant for s in range(draws))
    chi = sum((first[f"{i:032x}"] - draws * i / 10) ** 2 / (draws * i / 10) for i in range(1, 5))
    assert chi < 21.1


def test_winner_and_runner_up_are_as_prize_by_prize_says() -> None:
    """Chi-square on ordered pairs over 6,000 seeds: weights 1 : 2 : 3 : 4, 11 degrees, 1 in 10,000."""
    weights = {f"{i:032x}": i for i in range(1, 5)}
    pool, draws = make_pool(weights), 6000
    pairs = Counter(tuple(line.entrant for line in rank(f"{s:064x}", pool, 2)) for s in range(draws))
    chi = 0.0
    for first, second in permutations(weights, 2):
        expected = draws * weights[first] / 10 * weights[second] / (10 - weights[first])
        chi += (pairs[first, second] - expected) ** 2 / expected
    assert chi < 37.4


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("no_header", b"09d442b5dd6bd4980a724345aabbc6f0,2\n"),
        ("crlf", b"entrant,tickets\r\n09d442b5dd6bd4980a724345aabbc6f0,2\r\n"),
        ("leading_zero", b"entrant,tickets\n09d442b5dd6bd4980a724345aabbc6f0,02\n"),
        ("zero_tickets", b"entrant,tickets\n09d442b5dd6bd4980a724345aabbc6f0,0\n"),
        ("too_many_tickets", b"entrant,tickets\n09d442b5dd6bd4980a724345aabbc6f0,1001\n"),
        ("upper_case", b"entrant,tickets\n09D442B5DD6BD4980A724345AABBC6F0,1\n"),
        ("no_last_line_end", b"entrant,tickets\n09d442b5dd6bd4980a724345aabbc6f0,1"),
        ("twice", b"entrant,tickets\n" + b"09d442b5dd6bd4980a724345aabbc6f0,1\n" * 2),
        ("unsorted", b"entrant,tickets\n" + b"f" * 32 + b",1\n" + b"0" * 32 + b",1\n"),
        ("empty", b"entrant,tickets\n"),
    ],
)
def test_another_spelling_of_a_pool_is_refused(name: str, data: bytes) -> None:
    with pytest.raises(Malformed):
        parse_pool(data)


def test_an_empty_pool_says_what_to_do() -> None:
    with pytest.raises(Malformed, match="void the campaign"):
        make_pool({})


@given(pools, st.integers(0, 5), st.integers(0, 5))
def test_units_go_to_ranks_in_order_then_alternates(tickets: dict[str, int], units: int, alternates: int) -> None:
    ranking = rank(SEED, make_pool(tickets))
    awards = make_awards(ranking, [f"u{i}" for i in range(units)], alternates)
    assert [a.entrant for a in awards] == [line.entrant for line in ranking[: units + alternates]]
    assert [a.prize for a in awards] == [f"u{i}" for i in range(units)][: len(awards)] + [""] * (len(awards) - units)
    assert ranking_csv(awards).count(b"\n") == len(awards) + 1


@pytest.mark.parametrize("value", ["", "  ", "1\n2", "1\r"])
def test_a_ceremony_value_stands_on_one_line(value: str) -> None:
    with pytest.raises(Malformed):
        ceremony_text([("die", value)])


def test_a_line_end_cannot_be_smuggled_into_the_seed() -> None:
    with pytest.raises(Malformed):
        seed(frozen(), Rehearsal("x\ny"))
