"""Comments are read for what asks for a person; somebody is told; nothing is left out by it."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from listening import COMMENTED, Listening, Platform
from outside import dripping
from simulator import Make

from contests.errors import Refused
from contests.flows import attend
from contests.flows.attend import alert_due, deal_with, drop_reply, hear, read_comments, save_reply, set_watch
from contests.sources.web import open_client
from contests.store import attention, campaigns, views
from contests.store import comments as kept

LONG = "Je participe avec grand plaisir, merci beaucoup à toute l’équipe pour ce concours"
CLAIRE: dict[str, Any] = {"staff_name": "Claire"}


class Heard(Listening):
    """A contest with one post, its comments read."""

    def __init__(self, make: Make) -> None:
        self.insta = Platform(pages=500)
        super().__init__(make(**COMMENTED | {"comments": {"channels": ["insta"]}}), self.insta)
        self.sim.go(timedelta(hours=2))
        self.add("https://instagram.example/post")

    def listen(self) -> dict[str, int]:
        """List and read; return what waits for a look, by kind."""
        self.sweep()
        while read_comments(self.sim.house, self.sim.id):
            pass
        with self.sim.store.read() as tx:
            return attention.counts(tx, self.sim.id)

    def watch(self, **changes: Any) -> None:
        known: dict[str, Any] = {"threshold": "2", "kinds": ["complaint"], "email": "team@brand.example", "hook": ""}
        set_watch(self.sim.house, self.sim.id, **{**known, **changes}, **CLAIRE, now=self.sim.now)

    def look(self, kind: str) -> list[str]:
        """Return the texts of a list, the latest first."""
        with self.sim.store.read() as tx:
            return [row.text for row in kept.page(tx, self.sim.id, kept.Wanted(look=kind))]


@pytest.fixture
def heard(simulate_on: Make) -> Heard:
    return Heard(simulate_on)


def test_what_asks_for_a_person_waits_until_somebody_dealt_with_it(heard: Heard) -> None:
    heard.insta.say("post", "alice", "Bravo !")
    heard.insta.say("post", "bob", "C’est truqué")
    heard.insta.say("post", "carl", "Quand est le tirage ?")
    assert heard.listen() == {"complaint": 1, "negative": 1, "question": 1}
    assert heard.look("complaint") == ["C’est truqué"]
    with heard.sim.store.read() as tx:
        number = kept.page(tx, heard.sim.id, kept.Wanted(look="complaint"))[0].number
    deal_with(heard.sim.house, heard.sim.id, number, **CLAIRE, now=heard.sim.now)
    assert heard.listen() == {"question": 1}
    with heard.sim.store.read() as tx:
        assert {row.seen for row in attention.of(tx, [number])[number]} == {"Claire"}


def test_it_points_and_leaves_nobody_out(heard: Heard) -> None:
    for name, text in (("alice", "C’est truqué, connard"), ("bob", "Bravo")):
        heard.insta.say("post", name, text)
    heard.listen()
    heard.judge()
    assert heard.sim.state().pool().size == 2


def test_an_edited_comment_is_read_again_and_a_deleted_one_forgotten(heard: Heard) -> None:
    angry = heard.insta.say("post", "alice", "Arnaque !")
    asking = heard.insta.say("post", "bob", "Comment ?")
    heard.listen()
    heard.insta.edit("post", angry, "Pardon, merci beaucoup")
    assert heard.listen() == {"question": 1}
    heard.insta.remove("post", asking)
    heard.listen()
    assert heard.listen() == {}


def test_the_same_text_of_three_accounts_is_worth_a_look(heard: Heard) -> None:
    for name in ("alice", "bob"):
        heard.insta.say("post", name, f"{LONG} @{name}")
    heard.insta.say("post", "alice", f"{LONG} @dora")
    assert heard.listen() == {}, "two accounts are no crowd"
    heard.insta.say("post", "carl", f"{LONG.upper()} ! @carl")
    assert heard.listen() == {"same-text": 4}


def test_a_burst_of_one_account_is_seen_by_the_platform_s_clock(heard: Heard) -> None:
    start = datetime(2026, 12, 2, 10, tzinfo=UTC)
    for n in range(8):
        heard.insta.say("post", "alice", f"@ami{n}", at=start + timedelta(minutes=n))
        heard.insta.say("post", "bob", f"@amie{n}", at=start + timedelta(hours=n))
    assert heard.listen() == {"burst": 8}
    assert all("@ami" in text and "@amie" not in text for text in heard.look("burst"))


def test_somebody_is_told_once_from_the_threshold_on(heard: Heard) -> None:
    heard.insta.say("post", "zoe", "Arnaque")
    heard.listen()
    heard.watch()
    heard.insta.say("post", "alice", "Truqué")
    heard.listen()
    assert alert_due(heard.sim.house, None, heard.sim.now) == 0, "what waited before is known, one is not two"
    heard.insta.say("post", "bob", "Scam")
    heard.listen()
    assert alert_due(heard.sim.house, None, heard.sim.now) == 1
    assert alert_due(heard.sim.house, None, heard.sim.now) == 0
    with heard.sim.store.read() as tx:
        mail = next(mail for mail in views.mails(tx) if mail.kind == "alert")
    assert mail.recipient == "team@brand.example"
    assert mail.subject.startswith("[Répétition] " + "2 commentaire")
    assert "Doute sur l’équité (2)" in mail.body
    assert "/staff/c/sim/comments" in mail.body
    assert "alice" not in mail.body


def test_a_call_carries_numbers_alone_and_one_that_fails_is_shown(heard: Heard) -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200 if len(asked) == 1 else 500)

    heard.watch(email="", hook="https://chat.example/hook", threshold="1")
    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        for turn in (1, 2):
            heard.insta.say("post", f"alice{turn}", "Truqué par zoe")
            heard.listen()
            assert alert_due(heard.sim.house, client, heard.sim.now) == 1
    assert json.loads(asked[0].content) == {
        "campaign": "sim", "comments": 1, "kinds": {"complaint": 1}, "page": "https://sim.example/staff/c/sim/comments",
    }  # fmt: skip
    with heard.sim.store.read() as tx:
        watch = attention.watch(tx, heard.sim.id)
    assert watch is not None
    assert watch.fault == "HTTP 500"


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"threshold": "0"}, "threshold"), ({"threshold": "many"}, "threshold"), ({"threshold": "9" * 400}, "threshold"),
        ({"threshold": "²"}, "threshold"), ({"threshold": "000000001"}, "threshold"), ({"threshold": "1001"}, "threshold"), ({"kinds": []}, "kinds"), ({"kinds": ["nothing"]}, "kinds"), ({"email": ""}, "alert"), ({"email": "team"}, "alert"),
        ({"hook": "http://chat.example/"}, "hook"), ({"hook": "https://me@chat.example/"}, "hook"), ({"hook": "file:///etc/passwd"}, "hook"),
        ({"hook": "https://chat.example/" + "a" * 1000}, "hook"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_alert_is_said_at_its_field(heard: Heard, changes: dict[str, Any], where: str) -> None:
    with pytest.raises(Refused) as caught:
        heard.watch(**changes)
    assert caught.value.where == where
    with heard.sim.store.read() as tx:
        assert attention.watch(tx, heard.sim.id) is None


def test_an_empty_threshold_tells_nobody_any_more(heard: Heard) -> None:
    heard.watch()
    heard.watch(threshold="")
    with heard.sim.store.read() as tx:
        assert attention.watches(tx) == []


def test_replies_are_kept_and_deleted(heard: Heard) -> None:
    save_reply(heard.sim.house, heard.sim.id, title=" Colis ", text="Il part\r\nlundi.", **CLAIRE, now=heard.sim.now)
    with heard.sim.store.read() as tx:
        (kept_one,) = attention.saved_replies(tx, heard.sim.id)
    assert (kept_one.title, kept_one.text, kept_one.staff) == ("Colis", "Il part\nlundi.", "Claire")
    save_reply(heard.sim.house, heard.sim.id, title="Long", text="a\r\n" * 999, **CLAIRE, now=heard.sim.now)
    for title, text in (("", "x"), ("x", " "), ("x", "y" * 2001)):
        with pytest.raises(Refused):
            save_reply(heard.sim.house, heard.sim.id, title=title, text=text, **CLAIRE, now=heard.sim.now)
    drop_reply(heard.sim.house, heard.sim.id, kept_one.number)
    with heard.sim.store.read() as tx:
        assert [one.title for one in attention.saved_replies(tx, heard.sim.id)] == ["Long"]


def test_talk_is_counted_by_channel_and_by_day_of_the_contest_s_zone(heard: Heard) -> None:
    late = datetime(2026, 12, 2, 23, 30, tzinfo=UTC)  # the 3rd in Paris
    heard.insta.say("post", "alice", "Bravo", at=late - timedelta(hours=3))
    heard.insta.say("post", "bob", "Nul", at=late)
    gone = heard.insta.say("post", "carl", "Nul", at=late)
    heard.listen()
    heard.insta.remove("post", gone)
    heard.listen()
    heard.listen()
    talk = hear(heard.sim.house, heard.sim.id)
    assert [(one.name, one.all, one.glad, one.displeased) for one in talk.channels] == [("insta", 2, 1, 1)]
    assert [(one.name, one.all) for one in talk.days] == [("2026-12-02", 1), ("2026-12-03", 1)]


def test_one_that_comes_back_is_read_again(heard: Heard) -> None:
    said = heard.insta.say("post", "alice", "C’est truqué")
    heard.insta.say("post", "bob", "Bravo")
    heard.listen()
    heard.insta.remove("post", said)
    heard.listen()
    assert heard.listen() == {}
    heard.insta.there["post"].append(said)
    assert heard.listen() == {"complaint": 1, "negative": 1}


def test_a_burst_leaves_out_what_is_deleted(heard: Heard) -> None:
    start = datetime(2026, 12, 2, 10, tzinfo=UTC)
    said = [heard.insta.say("post", "alice", f"@ami{n}", at=start + timedelta(minutes=n)) for n in range(8)]
    heard.listen()
    heard.insta.remove("post", said[0])
    heard.listen()
    heard.listen()
    heard.insta.say("post", "alice", "@encore", at=start + timedelta(minutes=9), id="another")
    assert heard.listen() == {"burst": 8}
    assert "" not in heard.look("burst")


def test_an_edit_into_a_complaint_is_told_of(heard: Heard) -> None:
    said = heard.insta.say("post", "alice", "Bravo")
    heard.insta.say("post", "bob", "Arnaque")
    heard.listen()
    heard.watch(threshold="1")
    heard.insta.edit("post", said, "Truqué, arnaque")
    heard.listen()
    assert alert_due(heard.sim.house, None, heard.sim.now) == 1


def test_two_workers_tell_once(heard: Heard) -> None:
    heard.watch(threshold="1")
    heard.insta.say("post", "alice", "Truqué")
    heard.listen()
    both = threading.Barrier(2)

    def work() -> int:
        both.wait()
        return alert_due(heard.sim.house, None, heard.sim.now)

    with ThreadPoolExecutor(2) as pool:
        told = [pool.submit(work) for _ in range(2)]
        assert sum(one.result() for one in told) == 1
    with heard.sim.store.read() as tx:
        assert len([mail for mail in views.mails(tx) if mail.kind == "alert"]) == 1


def test_an_answer_that_never_ends_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attend, "PATIENCE", 0.2)
    before = time.monotonic()
    with dripping(b"HTTP/1.1 200 OK\r\nx:") as hook, open_client(inside=True) as client:
        assert attend._call(client, hook, {}) == "no answer"
    assert time.monotonic() - before < 10


def test_a_fault_of_an_alert_that_was_switched_off_meanwhile_brings_nothing_back(heard: Heard) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        heard.watch(threshold="")
        return httpx.Response(500)

    heard.watch(email="", hook="https://chat.example/hook", threshold="1")
    heard.insta.say("post", "alice", "Truqué")
    heard.listen()
    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        alert_due(heard.sim.house, client, heard.sim.now)
    with heard.sim.store.read() as tx:
        assert attention.watch(tx, heard.sim.id) is None


def test_a_contest_that_cannot_be_read_stops_no_other(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    heard.insta.say("post", "alice", "Truqué")
    heard.sweep()
    monkeypatch.setattr(attend, "read", lambda *_: 1 / 0)
    assert attend.read_waiting(heard.sim.house) == 0


@pytest.mark.parametrize("at", [datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)])
def test_a_time_at_the_end_of_all_calendars_is_a_day_like_another(heard: Heard, at: datetime) -> None:
    heard.insta.say("post", "alice", "Bravo", at=at)
    heard.listen()
    assert hear(heard.sim.house, heard.sim.id).all == 1


def test_nobody_is_told_once_the_contest_is_over(heard: Heard) -> None:
    heard.watch(threshold="1")
    heard.insta.say("post", "alice", "Truqué")
    heard.listen()
    with heard.sim.store.write() as tx:
        campaigns.move(tx, heard.sim.id, stage="void")
    assert alert_due(heard.sim.house, None, heard.sim.now) == 0
