"""An account and an entry of the page are one person once that person posts the code of their receipt, and not before."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from listening import COMMENTED, Listening, Platform
from simulator import failed_steps

from contests.errors import Refused
from contests.flows import moderate, tie
from contests.flows.enter import Accepted
from contests.flows.erase import Staff, erase
from contests.store import ties

Make = Callable[..., Any]
HOUR = timedelta(hours=1)


@pytest.fixture
def insta() -> Platform:
    """A platform without comments yet."""
    return Platform()


@pytest.fixture(params=["one", "two"])
def listening(request: pytest.FixtureRequest, simulate_on: Make, insta: Platform) -> Listening:
    """An open contest in which a second channel gives no ticket, or one."""
    more = {"bonuses": [{"kind": "second-channel"}]} if request.param == "two" else {}
    sim = simulate_on(**COMMENTED | {"comments": {"channels": ["insta"]}} | more)
    sim.go(HOUR * 2)
    found = Listening(sim, insta)
    found.add("https://instagram.example/post")
    return found


def code_of(listening: Listening, name: str) -> str:
    """Let somebody who came by the page ask for their code."""
    if name not in listening.sim.receipts:
        listening.sim.enter(name)
    known = listening.sim.receipts[name]
    tie.ask_code(listening.sim.house, listening.sim.id, known.token, listening.sim.now)
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


def test_whoever_copies_a_code_stays_somebody_else(listening: Listening, insta: Platform) -> None:
    code = code_of(listening, "zoe")
    now = listening.sim.now
    insta.say("post", "thief", code, at=now + timedelta(minutes=2))
    insta.say("post", "zed", code, at=now + timedelta(minutes=1))
    listening.sweep()
    assert pool(listening) == sorted([1, most(listening)])
    thief = next(row for row in listening.said() if row.handle == "thief")
    assert thief.state == "accepted", "counts by itself, as any comment"
    with listening.sim.store.read() as tx:
        assert list(ties.of_accounts(tx, listening.sim.id, ["instagram//id-zed", "instagram//id-thief"])) == [
            "instagram//id-zed"
        ]


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
    insta.say("post", "brand", code_of(listening, "zoe"))
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
        tie.ask_code(listening.sim.house, listening.sim.id, "nothing", listening.sim.now)
    listening.sim.now = listening.sim.campaign.closes_at
    with pytest.raises(Refused, match="still open"):
        tie.ask_code(listening.sim.house, listening.sim.id, zoe.token, listening.sim.now)


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


def test_where_clients_say_the_time_a_copy_cannot_be_dated_before_the_code(simulate: Make) -> None:
    sim = simulate(**COMMENTED | {"comments": {"channels": ["bsky"]}})
    sim.go(HOUR * 2)
    bsky = Platform(SITE="bluesky")
    listening = Listening(sim, bsky)
    listening.add("https://bluesky.example/post", channel="bsky")
    code = code_of(listening, "zoe")
    bsky.say("post", "zed", code, at=sim.now)
    bsky.say("post", "thief", code, at=sim.now - HOUR)
    listening.sweep()
    with sim.store.read() as tx:
        assert not ties.of_accounts(tx, sim.id, ["bluesky//id-zed", "bluesky//id-thief"]), (
            "they came at once: nobody knows"
        )
    assert pool(listening) == [1, 1, 1]
    bsky.say("post", "zed", f"encore {code}")
    listening.sweep()
    with sim.store.read() as tx:
        assert list(ties.of_accounts(tx, sim.id, ["bluesky//id-zed", "bluesky//id-thief"])) == ["bluesky//id-zed"]
