"""What Meta sends by itself: only what it signed is taken, twice changes nothing, and sweeps still have the last word."""

import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
from listening import COMMENTED, Listening, Platform, refused
from visitor import Open, Site

from contests.comment import Account, Comment
from contests.flows import posts
from contests.settings import Settings
from contests.store import campaigns

SECRET = "made-up-secret"


class Hooked:
    """A contest that listens to a page's post, and what Meta would send of it."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.page = Platform(SITE="facebook")
        self.listening = Listening(site.sim, self.page)
        site.sim.go(timedelta(hours=2))
        self.at = int(site.sim.now.timestamp())
        with site.sim.store.read() as tx:
            self.closes = campaigns.standing(tx, site.sim.id).definition.closes_at
        self.listening.add("https://facebook.example/1001_2002")

    def send(self, body: bytes, secret: str = SECRET, **headers: str) -> int:
        """Send bytes as Meta does; return the status."""
        sign = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {"x-hub-signature-256": sign, "content-type": "application/json", **headers}
        return self.site.client.post("/hooks/meta", content=body, headers=headers).status_code

    def tell(self, *values: dict[str, Any]) -> int:
        """Send changes of a page's comment."""
        base = {
            "item": "comment", "verb": "add", "comment_id": "2002_3003", "post_id": "1001_2002", "parent_id": "1001_2002",
            "from": {"id": "5005", "name": "Bob"}, "created_time": self.at, "message": "Je joue",
        }  # fmt: skip
        changes = [
            {"field": "feed", "value": {k: v for k, v in (base | one).items() if v is not None}} for one in values
        ]
        return self.send(
            json.dumps({"object": "page", "entry": [{"id": "1001", "time": self.at, "changes": changes}]}).encode()
        )

    def said(self) -> list[tuple[str, bool]]:
        """Return text and whether it is hidden, of what is there."""
        return [(row.text, row.hidden) for row in self.listening.said() if row.gone_at is None]


@pytest.fixture
def hooked(open_site: Open) -> Hooked:
    settings = Settings(proof_cost=1, meta_secret=SECRET, meta_verify="word")
    return Hooked(open_site(settings, **COMMENTED | {"comments": {"channels": ["insta"]}}))


def test_a_comment_comes_in_at_once_and_becomes_an_entry(hooked: Hooked) -> None:
    assert hooked.tell({}) == 200
    assert hooked.said() == [("Je joue", False)]
    assert [row.received_at for row in hooked.listening.said()] == [hooked.site.sim.now]
    hooked.listening.judge()
    assert hooked.site.sim.state().pool().size == 1


def test_the_same_delivery_twice_changes_nothing(hooked: Hooked) -> None:
    for _ in range(2):
        assert hooked.tell({}, {}) == 200
    assert len(hooked.listening.said()) == 1


def test_hides_and_removals_are_followed_and_an_edit_brings_the_sweep_forward(hooked: Hooked) -> None:
    hooked.listening.sweep()
    hooked.tell({})
    hooked.tell({"verb": "hide", "message": None})
    assert hooked.said() == [("Je joue", True)]
    hooked.tell({"verb": "unhide", "message": None})
    assert hooked.said() == [("Je joue", False)]
    hooked.tell({"verb": "edited", "message": "Je joue encore"})
    assert hooked.said() == [("Je joue", False)], "a delivery tells less than a sweep"
    assert hooked.listening.posts[0].next_at == hooked.site.sim.now + timedelta(minutes=1)
    hooked.tell({"verb": "remove", "message": None})
    assert hooked.said() == []


def test_deliveries_out_of_order_and_again_change_nothing_that_is_known(hooked: Hooked) -> None:
    hooked.tell({"message": "Un"})
    hooked.tell({"message": "Deux"}, {"verb": "edited", "message": "Trois"}, {"message": "Un"})
    assert hooked.said() == [("Un", False)]


@pytest.mark.parametrize("stopped", [posts.pause, posts.finish])
def test_a_post_that_somebody_stopped_takes_nothing(hooked: Hooked, stopped: Any) -> None:
    (post,) = hooked.listening.posts
    stopped(hooked.site.sim.house, hooked.site.sim.id, post.id, staff_name="Claire", now=hooked.site.sim.now)
    assert hooked.tell({}) == 200
    assert hooked.listening.said() == []


def test_a_post_whose_token_ended_goes_on_taking_what_is_sent(hooked: Hooked) -> None:
    hooked.page.trouble = [refused("token-refused")]
    hooked.listening.sweep()
    assert hooked.listening.posts[0].next_at is None
    assert hooked.tell({}) == 200
    assert hooked.said() == [("Je joue", False)]


def test_while_the_door_waits_deliveries_decide_nothing(hooked: Hooked) -> None:
    hooked.tell({})
    hooked.site.sim.now = hooked.closes + timedelta(seconds=3)
    hooked.tell({"verb": "remove", "message": None}, {"comment_id": "2002_4004"})
    assert hooked.said() == [("Je joue", False)]


def test_a_comment_of_before_the_opening_is_judged_again_once_a_sweep_tells_its_time(hooked: Hooked) -> None:
    hooked.tell({"created_time": None})
    hooked.listening.judge()
    early = hooked.site.sim.now - timedelta(days=300)
    hooked.page.there["1001_2002"] = [
        Comment(
            id="2002_3003",
            author=Account(site="facebook", scope="1001", id="5005", name="Bob"),
            text="Je joue",
            at=early,
        )
    ]
    hooked.listening.sweep()
    hooked.listening.judge()
    (row,) = hooked.listening.said()
    assert row.reason == "comment-edited", "it no longer counts at the closing"


def test_what_came_during_a_sweep_is_counted_once_and_not_missed_by_it(hooked: Hooked) -> None:
    hooked.page.pages = 2
    for n in range(5):
        hooked.page.say("1001_2002", f"zoe{n}", "Bonjour")
    late = Comment(id="2002_3003", author=Account(site="facebook", scope="1001", id="5005", name="Bob"), text="Je joue")
    page = hooked.page.page
    asked: list[str] = []

    def slow(client: Any, post: Any, token: str, after: str) -> Any:
        if after and not asked:
            asked.append(after)
            hooked.tell({})
            hooked.page.there["1001_2002"].append(late)
        return page(client, post, token, after)

    hooked.page.page = slow  # type: ignore[method-assign]
    hooked.listening.sweep()
    assert asked
    assert hooked.listening.posts[0].listed == 6
    hooked.page.there["1001_2002"].remove(late)
    hooked.listening.sweep()
    assert "Je joue" in [text for text, _ in hooked.said()], "missed once"
    hooked.listening.sweep()
    assert "Je joue" not in [text for text, _ in hooked.said()]


def test_a_removal_that_overtakes_its_comment_is_left_to_the_sweep(hooked: Hooked) -> None:
    assert hooked.tell({"verb": "remove", "message": None}, {}) == 200
    assert hooked.said() == [("Je joue", False)]
    for _ in range(3):
        hooked.listening.sweep()
    assert hooked.said() == []


def test_one_that_does_not_say_who_wrote_brings_the_sweep_forward(hooked: Hooked) -> None:
    hooked.listening.sweep()
    (before,) = hooked.listening.posts
    assert hooked.tell({"from": None}) == 200
    (after,) = hooked.listening.posts
    assert before.next_at is not None
    assert after.next_at == hooked.site.sim.now + timedelta(minutes=1) < before.next_at


def test_another_post_is_no_business_of_ours(hooked: Hooked) -> None:
    assert hooked.tell({"post_id": "1001_9999"}) == 200
    assert hooked.listening.said() == []


def test_after_the_closing_nothing_comes_in(hooked: Hooked) -> None:
    hooked.listening.close()
    assert hooked.tell({}) == 200
    assert hooked.listening.said() == []


def test_what_is_not_signed_by_the_secret_is_refused_whole(hooked: Hooked) -> None:
    body = b'{"object":"page","entry":[]}'
    assert hooked.send(body, "another") == 403
    assert hooked.send(body, **{"x-hub-signature-256": ""}) == 403
    assert hooked.site.client.post("/hooks/meta", content=body).status_code == 403
    assert hooked.send(body) == 200


@pytest.mark.parametrize("body", [b"", b"[]", b"hello", b'{"object":1}', b"[" * 100_000, b"\xff\xfe"])
def test_a_signed_delivery_of_another_shape_is_a_clear_refusal(hooked: Hooked, body: bytes) -> None:
    assert hooked.send(body) == 422 or hooked.send(body) == 400


def test_a_delivery_that_is_too_large_is_refused(hooked: Hooked) -> None:
    assert hooked.send(b" " * (4 * 1024 * 1024 + 1)) == 413


def test_only_who_knows_the_word_gets_the_challenge_back(hooked: Hooked) -> None:
    def ask(word: str, said: str = "1158201444") -> tuple[int, str]:
        query = {"hub.mode": "subscribe", "hub.verify_token": word, "hub.challenge": said}
        answer = hooked.site.client.get("/hooks/meta", params=query)
        return answer.status_code, answer.text

    assert ask("word") == (200, "1158201444")
    assert ask("another")[0] == 403
    assert ask("word", "<script>")[0] == 403


def test_without_a_secret_there_is_no_door(open_site: Open) -> None:
    site = open_site(Settings(proof_cost=1))
    assert site.client.post("/hooks/meta", content=b"{}").status_code == 404
    assert (
        site.client.get(
            "/hooks/meta", params={"hub.mode": "subscribe", "hub.verify_token": "", "hub.challenge": "1"}
        ).status_code
        == 403
    )
