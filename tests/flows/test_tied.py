"""An account and an entry of the page are one person once that person posts the code of their receipt, and not before."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from listening import COMMENTED, Listening, Platform
from simulator import failed_steps

from contests.errors import Refused
from contests.flows import moderate, tie
from contests.flows.access import held
from contests.flows.enter import Accepted
from contests.flows.erase import Staff, erase
from contests.store import entries, ties

Make = Callable[..., Any]
HOUR = timedelta(hours=1)


@pytest.fixture
def insta() -> Platform:
    """A platform without comments yet."""
    return Platform()


@pytest.fixture(params=["one", "two"])
def listening(request: pytest.FixtureRequest, simulate: Make, insta: Platform) -> Listening:
    """An open contest in which a second channel gives no ticket, or one."""
    more = {"bonuses": [{"kind": "second-channel"}]} if request.param == "two" else {}
    sim = simulate(**COMMENTED | {"comments": {"channels": ["insta"]}} | more)
    sim.go(HOUR * 2)
    found = Listening(sim, insta)
    found.add("https://instagram.example/post")
    return found


def code_of(listening: Listening, name: str, account: str = "@Zed") -> str:
    """Let somebody who came by the page ask for their code, to post it with an account."""
    if name not in listening.sim.receipts:
        listening.sim.enter(name)
    known = listening.sim.receipts[name]
    tie.ask_code(listening.sim.house, listening.sim.id, known.token, account, listening.sim.now)
    with listening.sim.store.read() as tx:
        row = ties.of_entrant(tx, listening.sim.id, known.entrant)
    assert row is not None
    return tie.shown(row.code)


def pool(listening: Listening) -> list[int]:
    """Return the tickets of everybody in the pool, the fewest first."""
    return sorted(tickets for _, tickets in listening.sim.state().pool().lines())


def pool_is_empty(listening: Listening) -> bool:
    """Say whether nobody takes part."""
    return not listening.sim.state().taking_part()


def most(listening: Listening) -> int:
    """Return what one person has who came in by the page and by a comment."""
    return 2 if listening.sim.campaign.bonuses else 1


def test_without_the_code_they_are_two_people(listening: Listening, insta: Platform) -> None:
    code_of(listening, "zoe")
    insta.say("post", "zoe")
    listening.sweep()
    assert pool(listening) == [1, 1]


def test_with_it_they_are_one_and_what_the_account_had_is_withdrawn(listening: Listening, insta: Platform) -> None:
    insta.say("post", "zed")
    listening.sweep()
    code = code_of(listening, "zoe")
    assert pool(listening) == [1, 1]
    insta.say("post", "zed", f"coucou {code.lower().replace('-', '–')} !")
    listening.sweep()
    assert pool(listening) == [most(listening)]
    insta.say("post", "zed", "encore")
    listening.sweep()
    assert pool(listening) == [most(listening)]
    listening.close()
    listening.sim.draw_all()
    assert not failed_steps(listening.sim.verify())


def test_asking_again_gives_the_same_code(listening: Listening) -> None:
    assert code_of(listening, "zoe") == code_of(listening, "zoe")


@pytest.mark.parametrize("earlier", [timedelta(minutes=1), timedelta(minutes=-1), timedelta(minutes=-30)])
def test_whoever_copies_a_code_stays_somebody_else(listening: Listening, insta: Platform, earlier: timedelta) -> None:
    old = insta.say("post", "thief", at=listening.sim.now - HOUR)
    listening.sweep()
    code = code_of(listening, "zoe")
    insta.edit("post", old, code)
    insta.say("post", "copy", code, at=listening.sim.now + earlier)
    listening.sweep()
    insta.say("post", "zed", code, at=listening.sim.now)
    listening.sweep()
    assert pool(listening) == sorted([1, 1, most(listening)])
    with listening.sim.store.read() as tx:
        accounts = [f"instagram//id-{name}" for name in ("zed", "thief", "copy")]
        assert list(ties.of_accounts(tx, listening.sim.id, accounts)) == ["instagram//id-zed"]


def test_another_name_may_be_given_until_an_account_is_tied(listening: Listening, insta: Platform) -> None:
    code = code_of(listening, "zoe", "typo")
    insta.say("post", "zed", code)
    listening.sweep()
    assert pool(listening) == [1, 1]
    assert code_of(listening, "zoe", "zed") == code
    insta.say("post", "zed", f"encore {code}")
    listening.sweep()
    assert pool(listening) == [most(listening)]
    code_of(listening, "zoe", "thief")
    insta.say("post", "thief", code)
    listening.sweep()
    assert pool(listening) == sorted([1, most(listening)])


def test_no_code_without_a_name(listening: Listening) -> None:
    (zoe,) = listening.sim.enter("zoe")
    assert isinstance(zoe, Accepted)
    for name in ("", " @ ", "x" * 400):
        with pytest.raises(Refused, match="name of your account"):
            tie.ask_code(listening.sim.house, listening.sim.id, zoe.token, name, listening.sim.now)


def test_an_account_belongs_to_one_person_only(listening: Listening, insta: Platform) -> None:
    first, second = code_of(listening, "zoe"), code_of(listening, "yan")
    insta.say("post", "zed", f"{first} {second}")
    insta.say("post", "zed", second)
    listening.sweep()
    assert pool(listening) == sorted([1, most(listening)])
    with listening.sim.store.read() as tx:
        assert len(ties.accounts_of(tx, listening.sim.id, listening.sim.receipts["zoe"].entrant)) == 1
        assert not ties.accounts_of(tx, listening.sim.id, listening.sim.receipts["yan"].entrant)


def test_the_organisers_own_account_ties_nobody(listening: Listening, insta: Platform) -> None:
    insta.say("post", "brand", code_of(listening, "zoe", "brand"))
    listening.sweep()
    assert pool(listening) == [1]


def test_nothing_that_only_looks_like_a_code_is_one(listening: Listening, insta: Platform) -> None:
    code = code_of(listening, "zoe")
    for n, text in enumerate((f"X{code}", f"{code}9", code.replace("-", ""), "ABCD-EFGH", f"{code[:-1]}")):
        insta.say("post", f"n{n}", text)
    listening.sweep()
    assert set(pool(listening)) == {1}
    assert len(pool(listening)) == 6


def test_at_the_closing_it_still_ties_and_the_journal_holds(listening: Listening, insta: Platform) -> None:
    insta.say("post", "zed", at=listening.sim.now)
    listening.sweep()
    code = code_of(listening, "zoe")
    listening.sim.now = listening.sim.campaign.closes_at
    insta.say("post", "zed", code, at=listening.sim.campaign.closes_at - timedelta(seconds=9))
    insta.say("post", "late", at=listening.sim.campaign.closes_at - timedelta(seconds=5))
    listening.close()
    assert pool(listening) == sorted([1, most(listening)])
    listening.sim.draw_all()
    assert not failed_steps(listening.sim.verify())


def test_no_code_after_the_closing_nor_for_an_entry_that_is_out(listening: Listening) -> None:
    (zoe,) = listening.sim.enter("zoe")
    assert isinstance(zoe, Accepted)
    with pytest.raises(Refused, match="standing entry"):
        tie.ask_code(listening.sim.house, listening.sim.id, "nothing", "zed", listening.sim.now)
    listening.sim.now = listening.sim.campaign.closes_at
    with pytest.raises(Refused, match="still open"):
        tie.ask_code(listening.sim.house, listening.sim.id, zoe.token, "zed", listening.sim.now)


def test_whoever_erases_their_entry_erases_what_their_account_said(listening: Listening, insta: Platform) -> None:
    insta.say("post", "zed", code_of(listening, "zoe"))
    listening.sweep()
    entrant = listening.sim.receipts["zoe"].entrant
    erase(listening.sim.house, listening.sim.id, entrant, listening.sim.now, Staff("Claire", "Wrote to us."))
    assert not any(row.text or row.person for row in listening.said())
    with listening.sim.store.read() as tx:
        assert not ties.accounts_of(tx, listening.sim.id, entrant)


def out(listening: Listening, entrant: str) -> None:
    """Exclude somebody."""
    moderate.exclude(
        listening.sim.house, listening.sim.id, entrant, reason="automation", note="A robot.", evidence=("", b""),
        staff_name="Léon", now=listening.sim.now,
    )  # fmt: skip


def test_whoever_was_excluded_does_not_come_back_by_a_comment(listening: Listening, insta: Platform) -> None:
    code = code_of(listening, "zoe")
    out(listening, listening.sim.receipts["zoe"].entrant)
    insta.say("post", "zed", code)
    listening.sweep()
    assert pool_is_empty(listening)


def test_an_account_that_was_excluded_becomes_nobody_elses(listening: Listening, insta: Platform) -> None:
    insta.say("post", "zed")
    listening.sweep()
    out(listening, listening.said()[0].entrant)
    insta.say("post", "zed", code_of(listening, "zoe"))
    listening.sweep()
    assert pool(listening) == [1]
    with listening.sim.store.read() as tx:
        assert not ties.of_accounts(tx, listening.sim.id, ["instagram//id-zed"])


def test_an_exclusion_holds_after_erasure_too(listening: Listening, insta: Platform) -> None:
    insta.say("post", "zed", code_of(listening, "zoe"))
    listening.sweep()
    entrant = listening.sim.receipts["zoe"].entrant
    out(listening, entrant)
    erase(listening.sim.house, listening.sim.id, entrant, listening.sim.now, Staff("Claire", "Wrote to us."))
    insta.say("post", "zed", "me revoilà")
    listening.sweep()
    assert pool_is_empty(listening)


def test_whom_the_account_was_before_is_told_and_erased_too(listening: Listening, insta: Platform) -> None:
    insta.say("post", "zed")
    listening.sweep()
    before = listening.said()[0].entrant
    insta.say("post", "zed", code_of(listening, "zoe"))
    listening.sweep()
    entrant = listening.sim.receipts["zoe"].entrant
    with listening.sim.store.read() as tx:
        told = held(tx, listening.sim.id, entrant).data["entries"]
        assert {one["pseudonym"] for one in told} >= {before} if "pseudonym" in told[0] else len(told) >= 2
    erase(listening.sim.house, listening.sim.id, entrant, listening.sim.now, Staff("Claire", "Wrote to us."))
    with listening.sim.store.read() as tx:
        left = entries.entrant(tx, before)
        rows = entries.of_entrant(tx, before)
    assert left is not None
    assert (left.person, [row.identity for row in rows]) == (None, [b""] * len(rows))


def test_each_day_counts_once_for_the_two(simulate: Make, insta: Platform) -> None:
    sim = simulate(
        **COMMENTED
        | {
            "comments": {"channels": ["insta"]},
            "rules": [{"kind": "residence", "countries": ["FR"]}, {"kind": "one-per-day"}],
        }
    )
    sim.go(HOUR * 2)
    listening = Listening(sim, insta)
    listening.add("https://instagram.example/post")
    day = timedelta(days=1)
    sim.enter("zoe")
    insta.say("post", "zed", "un")
    listening.sweep()
    listening.sweep(day)
    insta.say("post", "zed", "deux")
    listening.sweep(HOUR)
    listening.sweep(day)
    insta.say("post", "zed", f"trois {code_of(listening, 'zoe')}")
    listening.sweep(HOUR)
    assert pool(listening) == [3], "a page on the first day, comments on the two others"
    sim.enter("zoe")
    assert pool(listening) == [3]
    listening.close()
    sim.draw_all()
    assert not failed_steps(sim.verify())


def test_a_code_posted_after_the_closing_ties_nobody(listening: Listening, insta: Platform) -> None:
    insta.say("post", "zed", at=listening.sim.now)
    listening.sweep()
    code = code_of(listening, "zoe")
    insta.say("post", "zed", code, at=listening.sim.campaign.closes_at + timedelta(seconds=1))
    listening.close()
    assert pool(listening) == [1, 1]


def test_it_is_the_same_on_both_databases(simulate_on: Make, insta: Platform) -> None:
    sim = simulate_on(**COMMENTED | {"comments": {"channels": ["insta"]}, "bonuses": [{"kind": "second-channel"}]})
    sim.go(HOUR * 2)
    listening = Listening(sim, insta)
    listening.add("https://instagram.example/post")
    insta.say("post", "zed")
    listening.sweep()
    insta.say("post", "zed", code_of(listening, "zoe"))
    listening.sweep()
    assert pool(listening) == [2]
    entrant = sim.receipts["zoe"].entrant
    out(listening, entrant)
    erase(sim.house, sim.id, entrant, sim.now, Staff("Claire", "Wrote to us."))
    insta.say("post", "zed", "me revoilà")
    listening.sweep()
    assert pool_is_empty(listening)
