"""Likes, reposts and follows: listed once at the closing, where a platform shows them, for accounts whose comment counts."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from listening import COMMENTED, Listening, Platform, refused
from simulator import failed_steps, records_of
from sqlmodel import select

from contests.comment import Account
from contests.flows import freeze, minutes, moderate, posts
from contests.papers.looked import looked_blocks
from contests.papers.voice import Voice
from contests.sources.source import People
from contests.store import engaged
from contests.store.comment_tables import EngagedRow

Make = Callable[..., Any]
HOUR = timedelta(hours=1)
BONUSES = [
    {"kind": "like", "tickets": 2, "cap": 5},
    {"kind": "repost"},
    {"kind": "follow", "tickets": 3, "cap": 9},
]


@pytest.fixture
def bsky() -> Platform:
    """A platform that shows who likes."""
    return Platform(SITE="bluesky")


@pytest.fixture
def insta() -> Platform:
    """One that shows nobody."""
    return Platform()


@pytest.fixture
def listening(simulate_on: Make, bsky: Platform, insta: Platform) -> Listening:
    """An open contest that listens to both."""
    sim = simulate_on(**COMMENTED | {"comments": {"channels": ["insta", "bsky"]}, "bonuses": BONUSES})
    sim.go(HOUR * 2)
    found = Listening(sim, bsky, insta)
    found.add("https://bluesky.example/post", channel="bsky")
    found.add("https://instagram.example/photo", channel="insta")
    return found


def tickets(listening: Listening) -> dict[str, int]:
    """Return the tickets of each person by the name of their account."""
    owners = {row.entrant: row.handle for row in listening.said() if row.entrant}
    return {owners.get(entrant, "page"): count for entrant, count in listening.sim.state().pool().lines()}


def test_who_likes_reposts_and_follows_gets_the_tickets_and_nobody_else(
    listening: Listening, bsky: Platform, insta: Platform
) -> None:
    listening.sim.enter("zoe")
    for name in ("alice", "bob", "carla", "dan"):
        bsky.say("post", name)
    insta.say("photo", "emma")
    bsky.people = {
        ("like", "post"): ["u1", "alice", "u2", "u3", "bob", "u4", "emma"],
        ("repost", "post"): ["bob", "stranger"],
        ("follow", "post"): ["carla", "bob"],
    }
    listening.sweep()
    listening.close()
    assert tickets(listening) == {"page": 1, "alice": 3, "bob": 7, "carla": 4, "dan": 1, "emma": 1}
    given = [record for record in records_of(listening.sim.bundle()) if record.get("channel", "").startswith("bonus-")]
    assert sorted((one["channel"], one["tickets"]) for one in given) == [
        ("bonus-follow", 3), ("bonus-follow", 3), ("bonus-like", 2), ("bonus-like", 2), ("bonus-repost", 1),
    ]  # fmt: skip
    with listening.sim.store.read() as tx:
        kept = {row.person for row in tx.exec(select(EngagedRow))}
    assert kept == {f"bluesky//id-{name}" for name in ("alice", "bob", "carla")}, "nobody else is kept"
    listening.sim.draw_all()
    assert not failed_steps(listening.sim.verify())


def test_an_account_that_is_followed_counts_once_and_each_post_that_is_liked(
    listening: Listening, bsky: Platform
) -> None:
    listening.add("https://bluesky.example/second", channel="bsky")
    bsky.say("post", "alice")
    for post in ("post", "second"):
        bsky.people |= {("like", post): ["alice"], ("follow", post): ["alice"]}
    listening.sweep()
    listening.close()
    assert tickets(listening) == {"alice": 1 + 2 + 2 + 3}


def test_no_more_than_the_cap(listening: Listening, bsky: Platform) -> None:
    for post in ("second", "third"):
        listening.add(f"https://bluesky.example/{post}", channel="bsky")
    bsky.say("post", "alice")
    bsky.people = {("like", post): ["alice"] for post in ("post", "second", "third")}
    listening.sweep()
    listening.close()
    assert tickets(listening) == {"alice": 1 + 5}


def test_whoever_was_excluded_or_took_the_comment_back_gets_none(listening: Listening, bsky: Platform) -> None:
    alice, bob = bsky.say("post", "alice"), bsky.say("post", "bob")
    bsky.people = {("like", "post"): ["alice", "bob", "carla"]}
    bsky.say("post", "carla")
    listening.sweep()
    entrant = next(row.entrant for row in listening.said() if row.external == alice.id)
    moderate.exclude(
        listening.sim.house, listening.sim.id, entrant, reason="automation", note="A robot.", evidence=("", b""),
        staff_name="Léon", now=listening.sim.now,
    )  # fmt: skip
    bsky.remove("post", bob)
    listening.sweep()
    listening.sweep()
    listening.close()
    assert sorted(tickets(listening).values()) == [3]


def test_of_a_list_that_was_not_read_to_its_end_nobody_gets_any(listening: Listening, bsky: Platform) -> None:
    for name in ("alice", "bob"):
        bsky.say("post", name)
    bsky.people = {("like", "post"): ["alice", "u1", "u2", "u3", "bob"], ("follow", "post"): ["bob"]}
    listening.sweep()
    listening.sim.now = listening.sim.campaign.closes_at
    for _ in range(2):
        listening.sweep(timedelta(seconds=30))
    bsky.trouble = [refused("permission-missing")]
    listening.sweep(timedelta(seconds=30))
    post = listening.post("https://bluesky.example/post")
    assert (post.listing, post.fault, post.closed_at) == ("like", "permission-missing", None)
    assert not freeze.close(listening.sim.house, listening.sim.id, listening.sim.now), "the door waits for it"
    posts.finish(listening.sim.house, listening.sim.id, post.id, staff_name="Claire", now=listening.sim.now)
    listening.sim.close()
    assert set(tickets(listening).values()) == {1}


@pytest.mark.parametrize("after", [1, 3, 5])
def test_a_worker_that_is_killed_between_two_pages_changes_nothing(
    listening: Listening, bsky: Platform, after: int
) -> None:
    for name in "abcdefgh":
        bsky.say("post", name)
    bsky.people = {("like", "post"): list("habcdefg"), ("repost", "post"): list("ab")}
    listening.sweep()
    listening.sim.now = listening.sim.campaign.closes_at
    for _ in range(2):
        listening.sweep(timedelta(seconds=30))
    calls = 0

    def killing(then: Any) -> Any:
        def page(*asked: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == after:
                raise KeyboardInterrupt
            return then(*asked)

        return page

    lists = dict(listening.platforms.lists["bluesky"])
    listening.platforms.lists["bluesky"].update({act: killing(page) for act, page in lists.items()})  # type: ignore[attr-defined]
    try:
        listening.sweep(timedelta(seconds=30))
    except KeyboardInterrupt:
        listening.sim.now += timedelta(minutes=11)
    for _ in range(6):
        listening.sweep(timedelta(seconds=30))
    listening.sim.close()
    assert tickets(listening) == dict.fromkeys("ab", 4) | dict.fromkeys("cdefgh", 3)


def test_what_an_account_liked_goes_with_its_comments(listening: Listening, bsky: Platform) -> None:
    bsky.say("post", "alice")
    bsky.people = {("like", "post"): ["alice"]}
    listening.sweep()
    listening.close()
    with listening.sim.store.write() as tx:
        engaged.forget(tx, listening.sim.id, ["bluesky//id-alice"])
        assert not list(tx.exec(select(EngagedRow)))


def test_a_comment_that_came_too_late_does_not_date_the_tickets_after_the_closing(
    listening: Listening, bsky: Platform, insta: Platform
) -> None:
    bsky.say("post", "alice")
    bsky.people = {("like", "post"): ["alice"]}
    listening.sweep()
    closes = listening.sim.now = listening.sim.campaign.closes_at
    bsky.say("post", "late", at=closes + timedelta(minutes=3))
    insta.say("photo", "emma", at=closes - timedelta(seconds=5))
    insta.say("photo", "fred", at=closes + timedelta(seconds=5))
    listening.sweep(timedelta(minutes=2))
    insta.say("photo", "gina", at=closes - timedelta(seconds=3))
    listening.close()
    assert tickets(listening) == {"alice": 3, "emma": 1, "gina": 1}
    listening.sim.draw_all()
    assert not failed_steps(listening.sim.verify())


def test_the_papers_say_how_many_were_listed(listening: Listening, bsky: Platform) -> None:
    bsky.say("post", "alice")
    bsky.people = {("like", "post"): ["alice", "u1"], ("follow", "post"): ["alice", "u1", "u2", "u3"]}
    listening.sweep()
    listening.close()
    with listening.sim.store.read() as tx:
        lists = {one.act: (one.listed, one.whole) for one in minutes.looked(tx, listening.sim.id) if one.act}
        found = tuple(minutes.looked(tx, listening.sim.id))
    assert lists == {"like": (2, True), "repost": (0, True), "follow": (4, True)}
    voice = Voice(campaign=listening.sim.campaign, language="fr", version=1, numbers={})
    words = str(looked_blocks(found, voice))
    assert all(said in words for said in ("qui l’aime", "qui l’a republiée", "qui suit le compte"))


def test_a_list_that_goes_in_circles_gives_nothing(
    listening: Listening, bsky: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    bsky.say("post", "alice")
    looped = People(accounts=(Account(site="bluesky", id="id-alice", handle="alice"),), after="again")
    lists = listening.platforms.lists["bluesky"]
    monkeypatch.setitem(lists, "like", lambda *_: looped)
    listening.sweep()
    listening.close()
    assert tickets(listening) == {"alice": 1}


def test_of_a_void_contest_nobody_stays_on_a_list(listening: Listening, bsky: Platform) -> None:
    bsky.say("post", "alice")
    bsky.people = {("like", "post"): ["alice", "u1", "u2"]}
    listening.sweep()
    listening.sim.now = listening.sim.campaign.closes_at
    for _ in range(3):
        listening.sweep(timedelta(seconds=30))
    moderate.void(listening.sim.house, listening.sim.id, reason="x", staff_name="Léon", now=listening.sim.now)
    with listening.sim.store.read() as tx:
        assert {row.person for row in tx.exec(select(EngagedRow))} == {"bluesky//id-alice"}
