"""Bluesky's stream: replies come in as they are written, with our own time; sweeps keep the last word."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from listening import COMMENTED, Listening, Platform
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from contests.comment import Account, Comment, Post
from contests.flows import delivered, stream
from contests.sources import jetstream
from contests.sources.jetstream import read
from contests.store import comments as kept

Make = Callable[..., Any]
HOUR = timedelta(hours=1)
ROOT = "at://did:plc:brand/app.bsky.feed.post/3lroot"


class Bluesky(Platform):
    """Posts by their address under a DID."""

    def recognise(self, address: str) -> Post | None:
        """Know one post."""
        return Post(site="bluesky", id=ROOT, author="did:plc:brand", link=address) if "bsky.app" in address else None


def reply(name: str, rkey: str, *, root: str = ROOT, operation: str = "create", **record: Any) -> dict[str, Any]:
    """Return an event as a Jetstream server sends it."""
    made = {
        "$type": "app.bsky.feed.post", "createdAt": "2026-12-02T10:00:00.000Z", "langs": ["fr"], "text": "Je joue",
        "reply": {"root": {"uri": root, "cid": "c"}, "parent": {"uri": root, "cid": "c"}}, **record,
    }  # fmt: skip
    commit = {
        "rev": "r",
        "operation": operation,
        "collection": "app.bsky.feed.post",
        "rkey": rkey,
        "record": made,
        "cid": "c",
    }
    return {"did": f"did:plc:{name}", "time_us": 1_796_000_000_000_000, "kind": "commit", "commit": commit}


class Server:
    """A server of the stream; `sends` is what each connection gets before it is closed, or kept open after the last."""

    def __init__(self) -> None:
        self.sends: list[list[str | bytes]] = []
        self.asked: list[str] = []

    def handle(self, connection: ServerConnection) -> None:
        """Send what is due."""
        assert connection.request is not None
        self.asked.append(connection.request.path)
        due = self.sends.pop(0) if self.sends else []
        try:
            for message in due:
                connection.send(message)
            if not self.sends:
                connection.recv(timeout=20)
        except (ConnectionClosed, TimeoutError):
            pass

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Serve on the loopback."""
        with serve(self.handle, "127.0.0.1", 0) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}/subscribe"
            server.shutdown()


@pytest.fixture
def bsky() -> Bluesky:
    """The platform, as sweeps see it."""
    return Bluesky(SITE="bluesky")


@pytest.fixture
def listening(simulate: Make, bsky: Bluesky) -> Listening:
    """An open contest that listens to one post of Bluesky."""
    told = {"channels": ["bsky"], "accounts": ["our.shop"]}
    sim = simulate(**COMMENTED | {"comments": told})
    sim.go(HOUR * 2)
    found = Listening(sim, bsky)
    found.add("https://bsky.app/x", channel="bsky")
    return found


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Come back at once."""
    monkeypatch.setattr(jetstream, "FIRST_PAUSE", 0.02)


def hear(listening: Listening, server: Server, until: Callable[[], bool]) -> None:
    """Listen until something is so."""
    stop = threading.Event()
    with server.serving() as address:
        asked = (listening.sim.house, address, stop, lambda: listening.sim.now, 0.05)
        ear = threading.Thread(target=stream.listen, args=asked)
        ear.start()
        end = time.monotonic() + 20
        while not until() and time.monotonic() < end:
            time.sleep(0.02)
        assert until()
        stop.set()
        ear.join(10)
        assert not ear.is_alive()


def shown(name: str, rkey: str, text: str = "Je joue") -> Comment:
    """Return the reply as a sweep lists it."""
    author = Account(site="bluesky", id=f"did:plc:{name}", handle=f"{name}.example", name=name.title())
    return Comment(id=f"at://did:plc:{name}/app.bsky.feed.post/{rkey}", author=author, text=text)


def test_a_reply_comes_in_with_our_time_and_is_judged_once_a_sweep_tells_whose_it_is(
    listening: Listening, bsky: Bluesky
) -> None:
    server, heard_at = Server(), listening.sim.now
    server.sends = [[json.dumps(reply("alice", "3a")), json.dumps(reply("shop", "3b"))]]
    hear(listening, server, lambda: len(listening.said()) == 2)
    listening.judge()
    assert set(listening.states().values()) == {"new"}, "nobody knows yet whose they are"
    shop = shown("shop", "3b")
    bsky.there[ROOT] = [
        shown("alice", "3a"),
        Comment(id=shop.id, author=Account(site="bluesky", id="did:plc:shop", handle="our.shop"), text="x"),
    ]
    listening.sweep()
    assert sorted(listening.states().values()) == ["accepted", "declined comment-of-the-brand"]
    assert {row.received_at for row in listening.said()} == {heard_at}
    assert listening.said(state="accepted")[0].handle == "alice.example"


def test_what_is_written_in_the_last_second_counts_though_the_sweep_comes_later(
    listening: Listening, bsky: Bluesky
) -> None:
    listening.sweep()
    listening.sim.now = listening.sim.campaign.closes_at - timedelta(seconds=1)
    server = Server()
    server.sends = [[json.dumps(reply("alice", "3a"))]]
    hear(listening, server, lambda: bool(listening.said()))
    bsky.there[ROOT] = [shown("alice", "3a"), shown("bob", "3b")]
    listening.close()
    assert sorted(listening.states().values()) == ["accepted", "declined closed"], (
        "bob was first seen after the closing"
    )


def test_it_says_nothing_of_what_is_not_a_reply_under_our_posts(listening: Listening) -> None:
    server = Server()
    other = json.loads(json.dumps(reply("bob", "3b")))
    del other["commit"]["record"]["reply"]
    like = reply("carla", "3c") | {"commit": reply("carla", "3c")["commit"] | {"collection": "app.bsky.feed.like"}}
    removed = reply("dan", "3d", operation="delete")
    broken: list[str | bytes] = [
        b"\xff\xfe",
        "no json",
        "[]",
        "{}",
        '{"did":1}',
        json.dumps(reply("x", "3x", reply={"root": 5})),
    ]
    server.sends = [[*broken, json.dumps(other), json.dumps(like), json.dumps(removed),
                     json.dumps(reply("emma", "3e", root="at://did:plc:else/app.bsky.feed.post/3z")),
                     json.dumps({"did": "did:plc:a", "time_us": 1, "kind": "identity", "identity": {}}),
                     json.dumps(reply("alice", "3a"))]]  # fmt: skip
    hear(listening, server, lambda: bool(listening.said()))
    assert [row.person for row in listening.said()] == ["bluesky//did:plc:alice"]


def test_after_a_break_it_comes_back_a_little_before_where_it_was_and_nothing_counts_twice(
    listening: Listening, bsky: Bluesky
) -> None:
    server = Server()
    one, two = json.dumps(reply("alice", "3a")), json.dumps(reply("bob", "3b"))
    server.sends = [[one], [one, two]]
    hear(listening, server, lambda: len(listening.said()) == 2)
    assert "cursor" not in server.asked[0]
    assert f"cursor={1_796_000_000_000_000 - jetstream.BACK}" in server.asked[1]
    assert all("wantedCollections=app.bsky.feed.post" in asked for asked in server.asked)
    bsky.there[ROOT] = [shown("alice", "3a"), shown("bob", "3b")]
    listening.sweep()
    assert set(listening.states().values()) == {"accepted"}


def test_whose_a_reply_is_that_no_look_could_list_nobody_knows(listening: Listening, bsky: Bluesky) -> None:
    server = Server()
    server.sends = [[json.dumps(reply("alice", "3a"))]]
    hear(listening, server, lambda: bool(listening.said()))
    bsky.note = "cut-by-platform"
    listening.close()
    assert set(listening.states().values()) == {"declined comment-unlisted"}


def test_a_reply_that_whole_sweeps_do_not_show_is_gone(listening: Listening) -> None:
    server = Server()
    server.sends = [[json.dumps(reply("alice", "3a"))]]
    hear(listening, server, lambda: bool(listening.said()))
    for _ in range(3):
        listening.sweep()
    assert listening.said()[0].gone_at is not None
    assert listening.said()[0].text == ""
    listening.close()
    assert not listening.sim.state().counts["accepted"]


def test_nobody_is_asked_while_no_post_is_listened_to(listening: Listening) -> None:
    with listening.sim.store.write() as tx:
        for post in kept.posts(tx, listening.sim.id):
            kept.write_post(tx, post.id, next_at=None)
    assert stream.posts_on(listening.sim.house) == frozenset()
    server, stop = Server(), threading.Event()
    with server.serving() as address:
        ear = threading.Thread(
            target=stream.listen, args=(listening.sim.house, address, stop, lambda: listening.sim.now, 0.05)
        )
        ear.start()
        time.sleep(0.3)
        stop.set()
        ear.join(5)
    assert not server.asked


def test_trouble_with_the_database_loses_no_connection(listening: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    server, calls = Server(), []

    def failing(*asked: Any) -> int:
        calls.append(asked)
        if len(calls) == 1:
            raise OSError("disk")
        return take(*asked)

    take = delivered.take
    monkeypatch.setattr("contests.flows.stream.take", failing)
    server.sends = [[json.dumps(reply("alice", "3a")), json.dumps(reply("bob", "3b"))]]
    hear(listening, server, lambda: bool(listening.said()))
    assert len(server.asked) == 1


def test_an_event_of_any_shape_is_read_or_left() -> None:
    for data in (
        b"",
        b"{",
        b'{"did":"d","commit":{"operation":"create","collection":"app.bsky.feed.post","rkey":"r"}}',
        b"[" * 5000,
    ):
        assert read(data, frozenset({ROOT}))[0] is None


def test_trouble_with_the_posts_to_listen_to_ends_nothing(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, calls, posts_on = Server(), [0], stream.posts_on

    def failing(house: Any) -> frozenset[str]:
        calls[0] += 1
        if calls[0] % 2 == 0:
            raise OSError("locked")
        return posts_on(house)

    monkeypatch.setattr(stream, "posts_on", failing)
    server.sends = [[json.dumps(reply("alice", "3a"))], [json.dumps(reply("bob", "3b"))]]
    hear(listening, server, lambda: len(listening.said()) == 2)
