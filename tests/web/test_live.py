"""The live draw: what it says at each stage, one look for many viewers, streams that end."""

import asyncio
import json
import re
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from browser.installation import Site as Running
from browser.scenes import World
from flows.test_life import DRAND, ROUND
from visitor import Open, Site, drawn_with_names

from contests.draw.seed import Beacon
from contests.flows import settle
from contests.store import draws
from contests.web import audience as watching
from contests.web.audience import Audience, CrowdedError


class Seen(msgspec.Struct, frozen=True):
    version: str


class Theatre:
    """Counts the looks that an audience takes."""

    def __init__(self) -> None:
        self.version, self.looks, self.fails = "1", 0, False
        self.fourth = asyncio.Event()
        self.audience: Audience[Seen] = Audience(self.look, pause=0.02)

    async def look(self, _slug: str, _before: Seen | None) -> Seen:
        self.looks += 1
        if self.looks == 4:
            self.fourth.set()
        await asyncio.sleep(0.005)
        if self.fails:
            raise RuntimeError("down")
        return Seen(self.version)


async def listen(stream: Any, heard: list[str], most: int = 100) -> None:
    async for seen in stream:
        heard.append(seen.version if seen else "alive")
        if len(heard) == most:
            break
    await stream.aclose()


async def test_many_viewers_share_one_look_and_all_get_the_news() -> None:
    theatre = Theatre()
    heard: list[list[str]] = [[] for _ in range(200)]
    tasks = [asyncio.create_task(listen(theatre.audience.enter("a", f"address {n}"), heard[n], 2)) for n in range(200)]
    await asyncio.wait_for(theatre.fourth.wait(), 10)
    assert theatre.audience.viewers == 200
    assert theatre.looks < 20, "a look each pause, not one for each viewer"
    theatre.version = "2"
    await asyncio.wait_for(asyncio.gather(*tasks), 5)
    assert all(one == ["1", "2"] for one in heard)
    assert theatre.audience.viewers == 0
    await asyncio.sleep(0.05)
    looks = theatre.looks
    await asyncio.sleep(0.1)
    assert theatre.looks == looks, "nobody looks when nobody watches"


async def test_asking_at_once_is_one_look() -> None:
    theatre = Theatre()
    found = await asyncio.gather(*(theatre.audience.see("a") for _ in range(50)))
    assert {seen.version for seen in found} == {"1"}
    assert theatre.looks == 1


async def test_a_viewer_who_leaves_does_not_take_the_look_away() -> None:
    theatre = Theatre()
    first = asyncio.create_task(theatre.audience.see("a"))
    second = asyncio.create_task(theatre.audience.see("a"))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).version == "1"


async def test_a_store_that_fails_for_a_while_cuts_nobody() -> None:
    theatre = Theatre()
    heard: list[str] = []
    task = asyncio.create_task(listen(theatre.audience.enter("a", "x"), heard, 2))
    await asyncio.sleep(0.05)
    theatre.fails = True
    await asyncio.sleep(0.08)
    theatre.fails, theatre.version = False, "2"
    await asyncio.wait_for(task, 5)
    assert heard == ["1", "2"]


async def test_one_address_holds_a_limited_number_of_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "MOST_EACH", 2)
    theatre = Theatre()
    tasks = [asyncio.create_task(listen(theatre.audience.enter("a", "x"), [])) for _ in range(2)]
    await asyncio.sleep(0.03)
    with pytest.raises(CrowdedError):
        theatre.audience.enter("a", "x")
    theatre.audience.enter("a", "y")
    theatre.audience.close()
    await asyncio.wait_for(asyncio.gather(*tasks), 5)
    with pytest.raises(CrowdedError):
        theatre.audience.enter("a", "y")


async def test_a_quiet_stream_says_that_it_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "ALIVE", 0.03)
    theatre = Theatre()
    heard: list[str] = []
    await asyncio.wait_for(listen(theatre.audience.enter("a", "x"), heard, 3), 5)
    assert heard == ["1", "alive", "alive"]


async def test_names_that_lead_nowhere_are_not_kept() -> None:
    theatre = Theatre()
    theatre.fails = True
    for n in range(20):
        with pytest.raises(RuntimeError):
            await theatre.audience.see(f"nope{n}")
    assert theatre.audience._halls == {}


def state_of(site: Site) -> dict[str, Any]:
    time.sleep(1.05)  # a look is at most a second old
    answer = site.client.get("/c/sim/live/state.json")
    assert answer.headers["cache-control"] == "no-store"
    found: dict[str, Any] = json.loads(answer.content)
    return found


def test_the_page_follows_the_stages_of_a_beacon_draw(open_site: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.START", datetime(2023, 8, 20, 1, tzinfo=UTC))
    site = open_site(**DRAND)
    site.sim.enter(*[f"p{n}" for n in range(12)])
    soon = site.client.get("/c/sim/live?lang=en").text
    assert "What will happen" in soon
    first = state_of(site)
    assert (first["round"], first["pool"], first["seed"], first["lines"]) == (ROUND.round, "", "", [])
    site.sim.freeze()
    frozen = state_of(site)
    assert frozen["entrants"] == frozen["tickets"] == 12
    text = site.client.get("/c/sim/live?lang=en").text
    assert frozen["pool"] in text
    assert str(ROUND.round) in text
    assert "UTC" in text
    assert site.sim.campaign.timezone in text
    site.sim.draw(Beacon(ROUND))
    drawn = state_of(site)
    assert len({first["version"], frozen["version"], drawn["version"]}) == 3
    text = site.client.get("/c/sim/live?lang=en").text
    assert ROUND.signature in text
    assert "it holds" in text
    made_of = re.findall(r'<pre class="mono">(.*?)</pre>', text, re.DOTALL)[0]
    assert sha256(f"{made_of}\n".encode()).hexdigest() == drawn["seed"], "the lines shown are those of the seed"
    state = site.sim.state()
    assert state.completed is not None
    assert [line["rank"] for line in drawn["lines"]] == list(range(1, 7))
    assert [line["unit"] for line in drawn["lines"]] == ["bike", "mug-1", "mug-2", "", "", ""]
    assert "Replay" in text


def test_a_rehearsal_says_that_it_is_worth_nothing_and_a_replay_that_it_is_one(site: Site) -> None:
    site.sim.enter("alice", "bob", "carol", "dave")
    site.sim.freeze()
    site.sim.draw()
    text = site.client.get("/c/sim/live?lang=fr").text
    assert "Rediffusion" in text
    assert "Répétition : ce tirage est sans valeur" in text.replace("\u00a0", " ")
    assert "mardi 8 décembre 2026 à 12:00:00 (Europe/Paris), 11:00:00 UTC" in text


def test_names_are_shown_only_once_confirmed_and_at_the_declared_level(open_site: Open) -> None:
    site = drawn_with_names(open_site)
    assert all(line["name"] == "" for line in state_of(site)["lines"])
    settle.confirm_award(site.sim.house, site.sim.id, "bike", staff_name="Claire", note="Seen.", now=site.sim.now)
    lines = state_of(site)["lines"]
    assert [line["name"] for line in lines] == ["Z. Q.", "", "", ""]
    text = site.client.get("/c/sim/live").text
    assert "Z. Q." in text
    assert "Quilt" not in text
    assert "people.example" not in text


def test_a_prize_that_went_on_says_so(site: Site) -> None:
    site.sim.enter(*"abcdef")
    site.sim.freeze()
    site.sim.draw()
    site.sim.advance()
    settle.forfeit_award(
        site.sim.house, site.sim.id, "bike", reason="not-eligible", staff_name="Claire", note="x", now=site.sim.now
    )
    site.sim.advance()
    lines = state_of(site)["lines"]
    with site.sim.store.read() as tx:
        bike = draws.award(tx, site.sim.id, "bike")
    assert bike is not None
    assert lines[0]["state"] == "moved"
    assert [line["rank"] for line in lines if line["unit"] == "bike"] == [1, bike.rank]


@pytest.mark.parametrize("path", ["/c/nope/live", "/c/nope/live/state.json", "/c/nope/live/events"])
def test_a_contest_that_is_not_there_is_not_found(site: Site, path: str) -> None:
    assert site.client.get(path).status_code == 404


def test_a_voided_contest_has_no_draw_to_show(site: Site) -> None:
    from contests.flows import moderate

    site.sim.enter("alice")
    moderate.void(site.sim.house, site.sim.id, reason="No prize.", staff_name="Claire", now=site.sim.now)
    answer = site.client.get("/c/sim/live?lang=en")
    assert answer.status_code == 200
    assert "The contest was voided" in answer.text


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """A server on loopback with a frozen rehearsal, an hour before its draw."""
    site = Running(tmp_path)
    world = World(site)
    world.publish("show", -5.6, draw={"source": "rehearsal"})
    world.people("show", *"abcdefgh")
    world.stage("show", "frozen")
    yield site
    site.stop()


def heard_lines(answer: httpx.Response) -> Iterator[tuple[str, dict[str, Any]]]:
    kind = ""
    for line in answer.iter_lines():
        name, _, value = line.partition(": ")
        if name == "event":
            kind = value
        elif name == "data":
            yield kind, json.loads(value)


def test_a_stream_tells_the_state_then_the_draw(running: Running) -> None:
    with httpx.stream("GET", f"{running.url}/c/show/live/events", timeout=20) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["x-accel-buffering"] == "no"
        told = heard_lines(answer)
        kind, state = next(told)
        assert (kind, state["stage"], state["seed"]) == ("state", "frozen", "")
        with running.house.store.read() as tx:
            from contests.store import campaigns

            at = campaigns.stand(campaigns.by_slug(tx, "show")).draws_at
        running.go(at)
        kind, state = next(told)
        assert (kind, state["stage"]) == ("state", "drawn")
        assert len(state["seed"]) == 64


def test_one_address_too_many_is_told_to_wait(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "MOST_EACH", 1)
    address = f"{running.url}/c/show/live/events"
    with httpx.stream("GET", address, timeout=20) as first:
        told = heard_lines(first)  # a generator that nobody holds closes the stream
        next(told)
        with httpx.stream("GET", address, timeout=20) as refused:
            assert refused.status_code == 429
            assert refused.headers["retry-after"] == "30"
        assert httpx.get(f"{running.url}/c/show/live/state.json", timeout=20).status_code == 200


def test_streams_end_when_the_server_stops(running: Running) -> None:
    ended = threading.Event()
    began = threading.Event()

    def watch() -> None:
        with httpx.stream("GET", f"{running.url}/c/show/live/events", timeout=30) as answer:
            for _ in heard_lines(answer):
                began.set()
        ended.set()

    thread = threading.Thread(target=watch)
    thread.start()
    assert began.wait(10)
    start = time.monotonic()
    running._server.should_exit = True
    assert ended.wait(8), "the stream is closed by the server"
    thread.join()
    assert time.monotonic() - start < 8
