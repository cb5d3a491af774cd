"""Gathering: what comes in together is written together, and each still gets its own answer."""

import asyncio
from typing import Any

import pytest
from simulator import Make

from contests.flows import enter as entering
from contests.flows.enter import Accepted, Submission
from contests.journal.checkpoint import parse_checkpoint
from contests.store import journals
from contests.web import gather
from contests.web.gather import Gatherer, in_thread


async def test_what_comes_in_together_is_one_transaction(simulate: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    sim = simulate()
    sizes: list[int] = []

    def counted(house: Any, campaign: str, batch: list[Submission]) -> Any:
        sizes.append(len(batch))
        return entering.enter(house, campaign, batch)

    monkeypatch.setattr(gather, "enter", counted)
    gatherer = Gatherer(in_thread(sim.house))
    submissions = [sim.submission(f"p{n}") for n in range(200)]
    results = await asyncio.gather(*(gatherer.submit(sim.id, s) for s in submissions))
    await gatherer.drain()
    assert len(sizes) == 1
    with sim.store.read() as tx:
        head = parse_checkpoint(journals.head(tx, sim.id).checkpoint)[0]
    places = []
    for result in results:
        assert isinstance(result, Accepted)
        assert parse_checkpoint(result.receipt.checkpoint)[0] == head
        places.append(result.receipt.index)
    assert places == list(range(1, 201)), "in the order they came"


async def test_nobody_is_answered_before_the_commit(simulate: Make) -> None:
    sim = simulate()
    seen: list[int] = []
    gatherer = Gatherer(in_thread(sim.house))
    task = asyncio.create_task(gatherer.submit(sim.id, sim.submission("alice")))
    task.add_done_callback(lambda _: seen.append(sim.state().counts["accepted"]))
    await task
    await asyncio.sleep(0)
    assert seen == [1]


async def test_one_submission_that_cannot_be_written_takes_nobody_with_it(
    simulate: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    sim = simulate()

    def brittle(house: Any, campaign: str, batch: list[Submission]) -> Any:
        if any(s.email.key.startswith("eve") for s in batch):
            raise RuntimeError("poison")
        return entering.enter(house, campaign, batch)

    monkeypatch.setattr(gather, "enter", brittle)
    gatherer = Gatherer(in_thread(sim.house))
    submissions = [sim.submission(name) for name in ("alice", "eve", "bob")]
    results = await asyncio.gather(*(gatherer.submit(sim.id, s) for s in submissions), return_exceptions=True)
    assert [type(result) for result in results] == [Accepted, RuntimeError, Accepted]
    assert sim.state().counts["accepted"] == 2
