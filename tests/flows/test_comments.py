"""Comments as entries: listed whole, judged by what they say in the end, drawn with the page's entries in one pool."""

import io
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from listening import COMMENTED, Listening, Platform, refused
from simulator import Simulator, failed_steps, records_of
from sqlmodel import select

from contests.audit.selected import read_identities
from contests.errors import Refused, StageRefused
from contests.flows import attend, freeze, minutes, moderate, posts
from contests.flows.erase import Staff, erase
from contests.flows.export import export_identities
from contests.flows.import_comments import import_comments
from contests.papers.minutes_facts import Stated
from contests.store import attention, draws, entries
from contests.store import comments as kept
from contests.store.comment_tables import AttentionRow
from contests.worker import Reach, tick

Make = Any
HOUR = timedelta(hours=1)


@pytest.fixture
def insta() -> Platform:
    """A platform without comments yet."""
    return Platform()


@pytest.fixture
def listening(simulate: Make, insta: Platform) -> Listening:
    """An open contest that listens to one channel."""
    sim = simulate(**COMMENTED | {"comments": {"channels": ["insta"]}})
    sim.go(HOUR * 2)
    found = Listening(sim, insta)
    found.add("https://instagram.example/post")
    return found


def test_a_comment_becomes_an_entry_of_the_same_pool(listening: Listening, insta: Platform) -> None:
    listening.sim.enter("zoe")
    insta.say("post", "alice")
    insta.say("post", "bob", at=listening.sim.now)
    assert listening.sweep() == 1
    assert set(listening.states().values()) == {"accepted"}
    listening.close()
    listening.sim.draw_all()
    assert listening.sim.state().pool().size == 3
    assert not failed_steps(listening.sim.verify())


def test_seeing_a_comment_again_changes_nothing(listening: Listening, insta: Platform) -> None:
    for name in "abcdefg":
        insta.say("post", name)
    for _ in range(4):
        listening.sweep()
    assert len(listening.said()) == 7
    assert listening.posts[0].listed == 7
    with listening.sim.store.read() as tx:
        assert [kept.observations(tx, row.number) for row in listening.said()] == [[]] * 7
    assert listening.sim.state().pool().size == 7


def test_a_sweep_that_is_killed_goes_on_from_the_page_it_was_at(listening: Listening, insta: Platform) -> None:
    for name in "abcdefgh":
        insta.say("post", name)
    insta.trouble = []
    asked = Platform.page

    def broken(self: Platform, *given: Any) -> Any:
        if self.asked == 2:
            self.asked += 1
            raise KeyboardInterrupt
        return asked(self, *given)

    Platform.page = broken  # type: ignore[method-assign,assignment]
    try:
        with pytest.raises(KeyboardInterrupt):
            listening.sweep()
        assert len(listening.said()) == 6
        assert listening.sweep() == 1
    finally:
        Platform.page = asked  # type: ignore[method-assign]
    assert insta.asked == 4
    assert len(listening.said()) == 8
    assert listening.posts[0].sweep == 1


def test_what_stops_a_sweep_loses_nothing_and_says_what_to_do(listening: Listening, insta: Platform) -> None:
    for name in "abcde":
        insta.say("post", name)
    insta.trouble = [refused("slow-down", wait=600)]
    listening.sweep()
    row = listening.posts[0]
    assert (row.fault, row.said, row.next_at) == ("slow-down", "said", listening.sim.now + timedelta(seconds=600))
    listening.sweep()
    assert listening.posts[0].fault == ""
    insta.trouble = [refused("token-refused")]
    listening.sweep()
    assert (listening.posts[0].fault, listening.posts[0].next_at) == ("token-refused", None)
    assert listening.sweep() == 0
    posts.set_token(
        listening.sim.house, listening.platforms, listening.sim.id, row.id, token="new", staff_name="Claire",
        now=listening.sim.now,
    )  # fmt: skip
    assert listening.sweep() == 1
    assert insta.tokens[-1] == "new"


def test_a_token_is_never_in_the_database_in_clear(listening: Listening, insta: Platform) -> None:
    listening.add("https://instagram.example/other", token="EAAG-secret-token")
    row = listening.post("https://instagram.example/other")
    assert b"EAAG" not in row.token
    assert listening.platforms.vault.open(row.token) == "EAAG-secret-token"
    with pytest.raises(Refused):
        listening.add("https://instagram.example/third", token="wrong")
    assert len(listening.posts) == 2


def test_pages_that_go_round_in_circles_end(listening: Listening, insta: Platform) -> None:
    for name in "abcdefgh":
        insta.say("post", name)
    insta.loops = True
    listening.sweep()
    with listening.sim.store.read() as tx:
        found = kept.sweep(tx, listening.posts[0].id, 1)
    assert found is not None
    assert (found.whole, found.note) == (False, "loops")


def test_the_organisers_own_comment_counts_for_nothing(listening: Listening, insta: Platform) -> None:
    insta.say("post", "brand")
    insta.say("post", "alice")
    listening.sweep()
    assert sorted(listening.states().values()) == ["accepted", "declined comment-of-the-brand"]


def test_the_organisers_other_accounts_take_no_part_either(simulate: Make, insta: Platform) -> None:
    sim: Simulator = simulate(
        **COMMENTED | {"comments": {"channels": ["insta"], "accounts": ["@Boutique", "id-press"]}}
    )
    sim.go(HOUR * 2)
    listening = Listening(sim, insta)
    listening.add("https://instagram.example/post")
    for name in ("boutique", "press", "alice"):
        insta.say("post", name)
    listening.sweep()
    assert {row.handle: row.state for row in listening.said()} == {
        "boutique": "declined", "press": "declined", "alice": "accepted",
    }  # fmt: skip


def test_an_address_that_is_no_place_on_the_web_is_not_kept(listening: Listening, insta: Platform) -> None:
    insta.say("post", "mallory", link="javascript:alert(1)")
    insta.say("post", "alice", link="https://instagram.example/post/1")
    listening.sweep()
    assert {row.handle: row.link for row in listening.said()} == {
        "mallory": "", "alice": "https://instagram.example/post/1",
    }  # fmt: skip


def test_a_second_comment_of_one_account_is_not_a_second_entry(listening: Listening, insta: Platform) -> None:
    first = insta.say("post", "alice")
    insta.say("post", "alice", "encore")
    listening.sweep()
    assert listening.states()[first.id] == "accepted"
    assert sorted(listening.states().values()) == ["accepted", "declined already-entered"]


def test_a_deleted_comment_leaves_its_digest_and_withdraws_its_entry_at_the_closing(
    listening: Listening, insta: Platform
) -> None:
    gone, _ = insta.say("post", "alice", "Je joue"), insta.say("post", "bob")
    listening.sweep()
    insta.remove("post", gone)
    listening.sweep()
    assert listening.states()[gone.id] == "accepted", "one sweep may miss a comment"
    listening.sweep()
    row = next(row for row in listening.said() if row.external == gone.id)
    assert (row.state, row.reason, row.text, row.handle, len(row.digest)) == ("accepted", "comment-gone", "", "", 64)
    assert listening.sim.state().pool().size == 2, "until the closing it may come back"
    listening.close()
    assert listening.states()[gone.id] == "declined comment-gone"
    assert listening.sim.state().pool().size == 1


def test_a_comment_that_comes_back_counts_again(listening: Listening, insta: Platform) -> None:
    gone, _ = insta.say("post", "alice", "Je joue"), insta.say("post", "bob")
    listening.sweep()
    insta.remove("post", gone)
    for _ in range(3):
        listening.sweep()
    insta.there["post"].append(gone)
    listening.close()
    assert listening.states()[gone.id] == "accepted"
    assert listening.sim.state().pool().size == 2


def test_the_entry_of_a_deleted_duplicate_stands_on_the_comment_that_is_left(
    listening: Listening, insta: Platform
) -> None:
    first, second = insta.say("post", "alice"), insta.say("post", "alice", "encore")
    insta.say("post", "bob")
    listening.sweep()
    insta.remove("post", first)
    listening.close()
    states = listening.states()
    assert (states[first.id], states[second.id]) == ("declined comment-gone", "accepted")
    assert listening.sim.state().pool().size == 2


def test_kept_comments_count_even_when_they_are_deleted(simulate: Make, insta: Platform) -> None:
    sim: Simulator = simulate(**COMMENTED | {"comments": {"channels": ["insta"], "gone": "kept"}})
    sim.go(HOUR * 2)
    listening = Listening(sim, insta)
    listening.add("https://instagram.example/post")
    gone, _ = insta.say("post", "alice"), insta.say("post", "bob")
    listening.sweep()
    insta.remove("post", gone)
    listening.close()
    assert sim.state().pool().size == 2


def test_our_own_time_decides_but_after_the_closing_the_platforms(listening: Listening, insta: Platform) -> None:
    sim = listening.sim
    closes = sim.campaign.closes_at
    insta.say("post", "early", at=sim.campaign.opens_at - HOUR)
    listening.sweep()
    insta.say("post", "just", at=closes - timedelta(seconds=1))
    insta.say("post", "late", at=closes)
    insta.say("post", "silent")
    listening.close()
    found = {row.handle: f"{row.state} {row.reason}".strip() for row in listening.said()}
    assert found == {
        "early": "declined not-yet-open", "just": "accepted", "late": "declined closed", "silent": "declined closed",
    }  # fmt: skip
    sim.freeze()
    sim.draw()
    assert not failed_steps(sim.verify())


def test_a_platform_that_believes_its_clients_clock_does_not_decide_after_the_closing(simulate: Make) -> None:
    bsky = Platform(SITE="bluesky")
    sim: Simulator = simulate(**COMMENTED | {"comments": {"channels": ["bsky"]}})
    sim.go(HOUR * 2)
    listening = Listening(sim, bsky)
    listening.add("https://bluesky.example/post", "bsky")
    bsky.say("post", "honest")
    listening.sweep()
    sim.now = sim.campaign.closes_at
    bsky.say("post", "backdated", at=sim.campaign.closes_at - HOUR)
    listening.close()
    found = {row.handle: row.state for row in listening.said()}
    assert found == {"honest": "accepted", "backdated": "declined"}


def test_the_door_waits_for_the_last_sweep_but_not_for_ever(listening: Listening, insta: Platform) -> None:
    sim = listening.sim
    insta.say("post", "alice")
    listening.sweep()
    sim.now = sim.campaign.closes_at + timedelta(minutes=1)
    assert not freeze.close(sim.house, sim.id, sim.now)
    insta.trouble = [refused("platform-down", wait=36_000)]
    listening.sweep(timedelta(0))
    sim.now = sim.campaign.freezes_at - timedelta(minutes=4)
    assert freeze.close(sim.house, sim.id, sim.now)


def test_the_same_holds_on_each_kind_of_database(simulate_on: Make, insta: Platform) -> None:
    sim: Simulator = simulate_on(**COMMENTED | {"comments": {"channels": ["insta"]}})
    sim.go(HOUR * 2)
    listening = Listening(sim, insta)
    listening.add("https://instagram.example/post", token="secret")
    gone, kept_one = insta.say("post", "alice", "Été 🌞"), insta.say("post", "bob")
    listening.sweep()
    insta.remove("post", gone)
    insta.edit("post", kept_one, "Bonsoir")
    listening.close()
    assert sorted(listening.states().values()) == ["accepted", "declined comment-gone"]
    sim.freeze()
    sim.draw()
    assert not failed_steps(sim.verify())


def test_more_that_is_on_its_way_is_asked_for_soon(listening: Listening, insta: Platform) -> None:
    insta.say("post", "alice")
    insta.wait, insta.growing = 7.0, True
    listening.sweep()
    assert listening.posts[0].next_at == listening.sim.now + timedelta(seconds=7)


@pytest.mark.parametrize(("wait", "then"), [(7.0, timedelta(minutes=2)), (900.0, timedelta(minutes=15))])
def test_a_limit_that_is_near_never_brings_the_next_look_forward(
    listening: Listening, insta: Platform, wait: float, then: timedelta
) -> None:
    insta.say("post", "alice")
    insta.wait = wait
    listening.sweep()
    assert listening.posts[0].next_at == listening.sim.now + then


def test_nobody_is_taken_out_while_the_last_comments_come_in(listening: Listening, insta: Platform) -> None:
    sim = listening.sim
    sim.enter("zoe")
    insta.say("post", "alice")
    listening.sweep()
    sim.now = sim.campaign.closes_at + timedelta(seconds=5)
    zoe = sim.receipts["zoe"]
    with pytest.raises(StageRefused, match="is closing"):
        moderate.withdraw(sim.house, sim.id, zoe.token, sim.now)
    with pytest.raises(StageRefused, match="is closing"):
        erase(sim.house, sim.id, zoe.entrant, sim.now, Staff("Claire", "Wrote to us."))
    insta.say("post", "bob", at=sim.campaign.closes_at - timedelta(seconds=1))
    listening.close()
    assert moderate.withdraw(sim.house, sim.id, zoe.token, sim.now) == 1
    sim.freeze()
    sim.draw()
    assert sim.state().pool().size == 2
    assert not failed_steps(sim.verify())


def test_a_post_is_added_once_where_it_was_announced_and_while_the_contest_is_open(
    listening: Listening, insta: Platform
) -> None:
    with pytest.raises(Refused, match="unknown to this contest"):
        listening.add("https://instagram.example/post")
    with pytest.raises(Refused, match="announced for comments"):
        listening.add("https://instagram.example/two", "bsky")
    with pytest.raises(Refused, match="address of a post"):
        listening.add("https://elsewhere.example/two")
    listening.close()
    with pytest.raises(StageRefused):
        listening.add("https://instagram.example/two")


def test_an_account_on_two_platforms_is_two_people_and_each_comment_has_the_same_odds(simulate: Make) -> None:
    platforms = [Platform(SITE=site) for site in ("instagram", "bluesky", "youtube")]
    sim: Simulator = simulate(**COMMENTED)
    sim.go(HOUR * 2)
    listening = Listening(sim, *platforms)
    for platform, channel in zip(platforms, ("insta", "bsky", "tube"), strict=True):
        listening.add(f"https://{platform.SITE}.example/post", channel)
        for n in range(4):
            platform.say("post", f"p{n}")
    sim.enter("zoe", "yan", "xavier", "willa")
    listening.sweep()
    listening.close()
    pool = sim.state().pool()
    assert (pool.size, pool.total) == (16, 16)
    sim.freeze()
    sim.draw()
    assert not failed_steps(sim.verify())


def test_declined_comments_are_counted_once_however_often_they_were_judged(
    listening: Listening, insta: Platform
) -> None:
    first = insta.say("post", "alice")
    second = insta.say("post", "alice", "encore")
    for text in ("et", "encore", "une", "fois"):
        listening.sweep()
        second = insta.edit("post", second, text)
    listening.sweep()
    listening.close()
    assert listening.states()[first.id] == "accepted"
    with listening.sim.store.read() as tx:
        assert entries.declined(tx, listening.sim.id) == [("already-entered", "insta", 1)]


def test_the_minutes_say_how_complete_the_lists_were(listening: Listening, insta: Platform) -> None:
    for name in "abcdefg":
        insta.say("post", name)
    insta.counted["post"] = 9
    listening.sweep()
    listening.close()
    listening.sim.draw_all()
    stated = Stated(place="Lyon", operator="Claire", clock="x", incidents="", independence="x")
    facts = minutes.preview(listening.sim.house, listening.sim.id, stated, listening.sim.now)
    looked = facts.looked[0]
    assert (looked.site, looked.listed, looked.counted, looked.whole) == ("Instagram", 7, 9, True)
    page = minutes.write(facts).htmls["fr"].decode()
    assert "Commentaires, par publication" in page
    assert "Instagram, Instagram" in page


def test_who_asks_for_erasure_is_not_brought_back_by_the_next_sweep(listening: Listening, insta: Platform) -> None:
    insta.say("post", "alice", "Je m’appelle Alice")
    insta.say("post", "bob")
    listening.sweep()
    alice = next(row for row in listening.said() if row.handle == "alice")
    erase(listening.sim.house, listening.sim.id, alice.entrant, listening.sim.now, Staff("Claire", "Wrote to us."))
    for _ in range(3):
        listening.sweep()
    blank = next(row for row in listening.said() if row.external == alice.external)
    assert (blank.person, blank.handle, blank.text, blank.digest, blank.entrant) == ("", "", "", "", "")
    assert (blank.state, blank.reason) == ("declined", "erased")
    listening.close()
    assert listening.sim.state().pool().size == 1


def test_comments_go_when_their_time_is_over_and_the_draw_still_verifies(listening: Listening, insta: Platform) -> None:
    sim = listening.sim
    by: dict[str, Any] = {"staff_name": "Claire", "now": sim.now}
    attend.set_watch(sim.house, sim.id, threshold="1", kinds=["question"], email="team@brand.example", hook="", **by)
    attend.save_reply(sim.house, sim.id, title="Colis", text="Lundi.", **by)
    for name in "abcdefgh":
        insta.say("post", name, "Bonjour ?")
    listening.sweep()
    attend.read_comments(sim.house, sim.id)
    assert attend.alert_due(sim.house, None, sim.now) == 1
    listening.close()
    sim.freeze()
    sim.draw()
    before = sim.bundle()
    sim.go(timedelta(days=61))
    while tick(sim.house, Reach(), sim.now):
        pass
    left = {row.entrant for row in listening.said()}
    with sim.store.read() as tx:
        ranked = draws.get(tx, sim.id).ranking.decode()  # type: ignore[union-attr]
        assert attention.watch(tx, sim.id) is None
        assert attention.saved_replies(tx, sim.id) == []
        pointed = {row.comment for row in tx.exec(select(AttentionRow))}
    assert pointed <= {row.number for row in listening.said()}
    assert 0 < len(left) < 8
    assert all(entrant in ranked for entrant in left)
    assert records_of(before)
    assert not failed_steps(sim.verify())


def test_an_erased_person_who_then_deletes_the_comment_stops_nobody(listening: Listening, insta: Platform) -> None:
    gone, _ = insta.say("post", "alice"), insta.say("post", "bob")
    listening.sweep()
    alice = next(row for row in listening.said() if row.handle == "alice")
    erase(listening.sim.house, listening.sim.id, alice.entrant, listening.sim.now, Staff("Claire", "Wrote to us."))
    insta.remove("post", gone)
    insta.say("post", "carla")
    for _ in range(4):
        listening.sweep()
    listening.close()
    assert listening.sim.state().pool().size == 2


@pytest.mark.parametrize("trouble", ["note", "unread", "loops"])
def test_what_a_partial_list_does_not_show_is_not_taken_for_gone(
    listening: Listening, insta: Platform, trouble: str
) -> None:
    there = [insta.say("post", name) for name in "abcdefgh"]
    listening.sweep()
    insta.remove("post", there[0])
    setattr(insta, trouble, {"note": "older-by-mentions", "unread": 3, "loops": True}[trouble])
    for _ in range(4):
        listening.sweep()
    assert all(row.gone_at is None for row in listening.said())


def test_weeks_without_news_are_swept_on(listening: Listening, insta: Platform) -> None:
    insta.say("post", "alice")
    for _ in range(60):
        listening.sweep()
    assert listening.posts[0].sweep == 60


def test_what_a_sweep_that_broke_off_had_listed_is_judged_all_the_same(listening: Listening, insta: Platform) -> None:
    for name in "abcde":
        insta.say("post", name)
    asked = Platform.page

    def broken(self: Platform, *given: Any) -> Any:
        if self.asked == 1:
            self.asked += 1
            raise refused("token-refused")
        return asked(self, *given)

    Platform.page = broken  # type: ignore[method-assign,assignment]
    try:
        listening.sweep()
    finally:
        Platform.page = asked  # type: ignore[method-assign]
    assert [row.state for row in listening.said()] == ["new"] * 3
    sim = listening.sim
    sim.now = sim.campaign.freezes_at - timedelta(minutes=1)
    sim.close()
    assert sim.state().pool().size == 3


def test_a_fault_of_ours_on_one_post_is_seen_and_tried_again(listening: Listening, insta: Platform) -> None:
    listening.add("https://instagram.example/other")
    insta.say("other", "bob")
    asked = Platform.page

    def broken(self: Platform, client: Any, post: Any, *given: Any) -> Any:
        if post.id == "post":
            raise ZeroDivisionError
        return asked(self, client, post, *given)

    Platform.page = broken  # type: ignore[method-assign,assignment]
    try:
        listening.sweep()
    finally:
        Platform.page = asked  # type: ignore[method-assign]
    assert listening.post("https://instagram.example/post").fault == "unforeseen"
    assert [row.handle for row in listening.said()] == ["bob"]
    listening.sweep()
    assert listening.post("https://instagram.example/post").fault == ""


def test_a_comment_that_came_by_a_file_first_is_the_same_comment(listening: Listening, insta: Platform) -> None:
    sim = listening.sim
    said = insta.say("post", "alice")
    rows = f"pseudo,commentaire,id\nalice,Bonjour,{said.id}\n".encode()
    import_comments(
        sim.house, sim.id, io.BytesIO(rows), "x.csv", channel="insta", site="instagram", staff_name="C", now=sim.now
    )
    for _ in range(3):
        listening.sweep()
    assert len(listening.said()) == 1
    listening.close()
    assert sim.state().pool().size == 1


def test_what_was_added_after_the_closing_was_not_there_before(simulate: Make, insta: Platform) -> None:
    told = {"channels": ["insta"], "rules": [{"kind": "comment-hashtag", "tags": ["win"]}]}
    sim: Simulator = simulate(**COMMENTED | {"comments": told})
    sim.go(HOUR * 2)
    listening = Listening(sim, insta)
    listening.add("https://instagram.example/post")
    late, fine = insta.say("post", "alice", "Bonjour"), insta.say("post", "bob", "#win")
    listening.sweep()
    sim.now = sim.campaign.closes_at
    insta.edit("post", late, "Bonjour #win")
    insta.edit("post", fine, "#win !")
    listening.close()
    assert {row.handle: f"{row.state} {row.reason}".strip() for row in listening.said()} == {
        "alice": "declined closed", "bob": "accepted",
    }  # fmt: skip


def test_the_closing_comes_whatever_is_still_said_under_the_post(listening: Listening, insta: Platform) -> None:
    sim = listening.sim
    insta.say("post", "alice")
    listening.sweep()
    sim.now = sim.campaign.closes_at
    for n in range(3):
        insta.say("post", f"late{n}")
        listening.sweep(timedelta(seconds=30))
    sim.close()
    assert sim.state().pool().size == 1


def test_after_the_closing_nothing_is_listed_any_more(listening: Listening, insta: Platform) -> None:
    said = insta.say("post", "alice")
    listening.sweep()
    sim = listening.sim
    sim.now = sim.campaign.freezes_at - timedelta(minutes=1)
    sim.close()
    insta.edit("post", said, "Autre chose")
    insta.say("post", "mallory")
    for _ in range(3):
        listening.sweep()
    assert [(row.handle, row.text, row.state) for row in listening.said()] == [("alice", "Bonjour", "accepted")]
    assert listening.posts[0].next_at is None


def test_what_a_person_stopped_stays_stopped_whatever_a_page_in_flight_says(
    listening: Listening, insta: Platform
) -> None:
    insta.say("post", "alice")
    asked, identity = Platform.page, listening.posts[0].id

    def meanwhile(self: Platform, *given: Any) -> Any:
        found = asked(self, *given)
        posts.finish(listening.sim.house, listening.sim.id, identity, staff_name="Claire", now=listening.sim.now)
        return found

    Platform.page = meanwhile  # type: ignore[method-assign,assignment]
    try:
        listening.sweep()
    finally:
        Platform.page = asked  # type: ignore[method-assign]
    row = listening.posts[0]
    assert (row.next_at, row.closed_at) == (None, listening.sim.now)


def test_an_amendment_that_takes_a_channel_away_takes_no_more_comments_there(simulate: Make, insta: Platform) -> None:
    sim: Simulator = simulate(**COMMENTED)
    sim.go(HOUR * 2)
    listening = Listening(sim, insta)
    listening.add("https://instagram.example/post")
    insta.say("post", "alice")
    listening.sweep()
    sim.amend(**COMMENTED | {"comments": {"channels": ["bsky"]}})
    insta.say("post", "bob")
    listening.sweep()
    found = {row.handle: f"{row.state} {row.reason}".strip() for row in listening.said()}
    assert found == {"alice": "accepted", "bob": "declined comment-untaken"}


def test_an_amendment_that_asks_less_judges_again(simulate: Make, insta: Platform) -> None:
    told = {"channels": ["insta"], "rules": [{"kind": "comment-hashtag", "tags": ["win"]}]}
    sim: Simulator = simulate(**COMMENTED | {"comments": told})
    sim.go(HOUR * 2)
    listening = Listening(sim, insta)
    listening.add("https://instagram.example/post")
    insta.say("post", "alice", "Bonjour")
    listening.sweep()
    assert set(listening.states().values()) == {"declined hashtag-missing"}
    sim.amend(**COMMENTED | {"comments": {"channels": ["insta"]}})
    tick(sim.house, Reach(), sim.now)
    assert set(listening.states().values()) == {"accepted"}


def test_ids_that_are_too_long_or_hold_what_no_database_takes_are_known_again(
    listening: Listening, insta: Platform
) -> None:
    insta.say("post", "alice", id="x" * 900)
    insta.say("post", "b\x00b", id="y\x00y", parent="z" * 900)
    for _ in range(3):
        listening.sweep()
    assert len(listening.said()) == 2
    assert all("\x00" not in repr(row) and len(row.external) <= 500 for row in listening.said())


def test_the_legal_file_opens_the_identity_of_a_winner_who_commented(listening: Listening, insta: Platform) -> None:
    said = [insta.say("post", name) for name in ("alice", "bob", "carla")]
    listening.sweep()
    listening.close()
    listening.sim.draw_all()
    out = io.BytesIO()
    export_identities(listening.sim.house, listening.sim.id, out)
    identities = read_identities(out)
    verdict = listening.sim.verify(identities)
    assert not failed_steps(verdict)
    assert next(f for f in verdict.findings if f.step.number == 15).outcome == "passed"
    assert {comment.id for comment in said} >= {one.identity["comment"] for one in identities.people}


def test_a_platform_that_charges_is_listed_once_its_price_was_accepted_and_once_a_day(simulate: Make) -> None:
    dear = Platform(SITE="x", pages=100)
    listening = Listening(simulate(**COMMENTED | {"comments": {"channels": ["insta"]}}), dear)
    listening.sim.go(timedelta(hours=2))
    add: dict[str, Any] = {
        "channel": "insta",
        "address": "https://x.example/post",
        "token": "t",
        "staff_name": "Claire",
    }
    with pytest.raises(Refused, match=r"\$0\.01") as caught:
        posts.add_post(listening.sim.house, listening.platforms, listening.sim.id, **add, now=listening.sim.now)
    assert caught.value.where == "price"
    assert listening.posts == []
    posts.add_post(
        listening.sim.house, listening.platforms, listening.sim.id, **add, now=listening.sim.now, priced=True
    )
    for _ in range(20):
        dear.say("post", f"person{dear.asked}")
        listening.sweep(timedelta(hours=1))
    assert dear.asked == 1
    listening.sweep(timedelta(hours=5))
    assert dear.asked == 2
    (post,) = listening.posts
    by: dict[str, Any] = {"staff_name": "Claire", "now": listening.sim.now}
    posts.pause(listening.sim.house, listening.sim.id, post.id, **by)
    posts.resume(listening.sim.house, listening.sim.id, post.id, **by)
    posts.set_token(listening.sim.house, listening.platforms, listening.sim.id, post.id, token="u", **by)
    dear.wait = 900
    listening.sweep(timedelta(hours=1))
    assert dear.asked == 2, "neither a pause nor a token is a reason to pay again"
    for _ in range(26):
        listening.sweep(timedelta(hours=1))
    assert dear.asked == 3, "and a limit that was reached is none either"


@pytest.mark.parametrize(("fails", "then"), [(False, "t+"), (True, "t")])
def test_a_token_that_ends_is_renewed_once_a_week_and_kept_when_that_fails(
    simulate: Make,
    fails: bool,  # noqa: FBT001
    then: str,
) -> None:
    insta = Platform(NEEDS_TOKEN=True)
    listening = Listening(simulate(**COMMENTED | {"comments": {"channels": ["insta"]}}), insta)
    asked: list[str] = []

    def renew(_: Any, token: str) -> str:
        asked.append(token)
        if fails:
            raise refused("platform-down", 60)
        return f"{token}+"

    listening.platforms = msgspec.structs.replace(listening.platforms, renewers={"instagram": renew})
    listening.sim.go(timedelta(hours=2))
    listening.add("https://instagram.example/post", token="t")
    listening.sweep()
    assert asked == []
    listening.sweep(timedelta(days=7))
    listening.sweep()
    assert asked == ["t"]
    assert insta.tokens[-1] == then
