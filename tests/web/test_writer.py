"""The writer: a real process beside the server; the same results, and a clear word when it dies."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator

import msgspec
import pytest
from simulator import Make, Simulator
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from contests.errors import Unavailable
from contests.flows.enter import Accepted, DeclinedEntry, Pending
from contests.journal.note import parse_vkey
from contests.journal.receipt import verify_receipt
from contests.store import journals
from contests.web import writer as serving
from contests.web.gather import Gatherer, in_thread
from contests.web.writer import FaultError, Writer


@pytest.fixture
async def pair(simulate_on: Make) -> AsyncIterator[tuple[Simulator, Writer]]:
    sim = simulate_on()
    writer = Writer(sim.house)
    yield sim, writer
    await writer.stop()


async def test_a_batch_comes_back_as_from_the_flow_itself(pair: tuple[Simulator, Writer]) -> None:
    sim, writer = pair
    unproved = msgspec.structs.replace(sim.submission("bob"), proof="none")
    twice = [sim.submission("alice"), unproved, sim.submission("alice")]
    accepted, pending, declined = await writer.write(sim.id, twice)
    assert isinstance(accepted, Accepted)
    assert isinstance(pending, Pending)
    assert isinstance(declined, DeclinedEntry)
    assert declined.objections[0].reason == "already-entered"
    with sim.store.read() as tx:
        head = journals.head(tx, sim.id)
    assert verify_receipt(accepted.receipt, parse_vkey(head.vkey)).size == head.frontier.size
    assert sim.state().counts["accepted"] == 1


async def test_a_fault_is_said_and_the_writer_goes_on(pair: tuple[Simulator, Writer]) -> None:
    sim, writer = pair
    with pytest.raises(FaultError, match="NotFound"):
        await writer.write("0" * 32, [sim.submission("alice")])
    assert isinstance((await writer.write(sim.id, [sim.submission("alice")]))[0], Accepted)


async def test_a_writer_that_died_is_started_again_and_nothing_is_written_twice(
    pair: tuple[Simulator, Writer],
) -> None:
    sim, writer = pair
    gatherer = Gatherer(writer.write)
    await gatherer.submit(sim.id, sim.submission("alice"))
    assert writer.process is not None
    os.kill(writer.process, signal.SIGSTOP)  # it holds still, so that the death falls into a batch
    waiting = [asyncio.create_task(gatherer.submit(sim.id, sim.submission(name))) for name in ("bob", "carol")]
    await asyncio.sleep(0.1)
    os.kill(writer.process, signal.SIGKILL)
    found = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(result) for result in found] == [Unavailable, Unavailable], "nobody can tell, and nobody retries"
    assert isinstance(await gatherer.submit(sim.id, sim.submission("dave")), Accepted)
    assert sim.state().counts["accepted"] == 2


async def test_a_writer_that_does_not_answer_is_ended_and_another_one_writes(
    pair: tuple[Simulator, Writer], monkeypatch: pytest.MonkeyPatch
) -> None:
    sim, writer = pair
    await writer.write(sim.id, [sim.submission("alice")])
    assert writer.process is not None
    os.kill(writer.process, signal.SIGSTOP)
    monkeypatch.setattr(serving, "DEADLINE", 0.3)
    with pytest.raises(Unavailable, match="broke off"):
        await writer.write(sim.id, [sim.submission("bob")])
    monkeypatch.setattr(serving, "DEADLINE", 60)
    assert isinstance((await writer.write(sim.id, [sim.submission("carol")]))[0], Accepted)


async def test_a_writer_that_dies_while_nothing_waits_is_started_again_at_once(pair: tuple[Simulator, Writer]) -> None:
    sim, writer = pair
    await writer.write(sim.id, [sim.submission("alice")])
    first = writer.process
    assert first is not None
    os.kill(first, signal.SIGKILL)
    async with asyncio.timeout(20):
        while writer.process == first:  # noqa: ASYNC110 - a process, not a task, is waited for
            await asyncio.sleep(0.05)
    assert isinstance((await writer.write(sim.id, [sim.submission("bob")]))[0], Accepted)


async def test_a_journal_that_is_held_back_says_so_to_whoever_enters(pair: tuple[Simulator, Writer]) -> None:
    sim, writer = pair
    with sim.store.write() as tx:
        journals.hold(tx, {sim.id: "older"})
    with pytest.raises(Unavailable) as said:
        await Gatherer(writer.write).submit(sim.id, sim.submission("alice"))
    assert said.value.code == "journal-held"


async def test_the_writer_ends_with_its_server(pair: tuple[Simulator, Writer]) -> None:
    _, writer = pair
    await writer.start()
    process = writer.process
    assert process is not None
    await writer.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


async def test_a_commit_that_nobody_confirmed_is_not_tried_again(
    pair: tuple[Simulator, Writer], monkeypatch: pytest.MonkeyPatch
) -> None:
    sim, _ = pair
    commit = Session.commit

    def break_off(tx: Session) -> None:
        commit(tx)
        raise OperationalError("COMMIT", {}, OSError("gone"), connection_invalidated=True)

    with monkeypatch.context() as broken:
        broken.setattr(Session, "commit", break_off)
        told = serving._write(sim.house, serving._Batch(sim.id, [sim.submission("alice")])).away
        assert told is not None
        assert told.code == "commit-unknown"
        with pytest.raises(Unavailable, match="broke off before it confirmed"):
            await Gatherer(in_thread(sim.house)).submit(sim.id, sim.submission("bob"))
    assert sim.state().counts["accepted"] == 2, "each was written, once"
