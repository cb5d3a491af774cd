"""Work that goes through many campaigns: the trouble of one stops no other, and the log says whose it was."""

import logging

import pytest
from simulator import Make

from contests.errors import Refused, Text
from contests.flows.apart import in_each
from contests.flows.judge import judge_waiting


def test_one_that_fails_is_logged_and_the_others_are_done(caplog: pytest.LogCaptureFixture) -> None:
    def step(campaign: str) -> int:
        if campaign == "b":
            raise Refused("busy", Text(fr="x", en="somebody else"), Text(fr="x", en="later"))
        return 1 if campaign != "c" else 1 // 0

    with caplog.at_level(logging.WARNING):
        assert in_each("retention", ["a", "b", "c", "d"], step) == 2
    assert [record.levelname for record in caplog.records] == ["WARNING", "ERROR"]
    assert "retention of b" in caplog.text
    assert "retention of c" in caplog.text


def test_comments_are_judged_behind_a_campaign_that_cannot_be(monkeypatch: pytest.MonkeyPatch, simulate: Make) -> None:
    sim = simulate()
    done: list[str] = []

    def judge(_: object, campaign: str) -> int:
        done.append(campaign)
        return 1 if campaign != "bad" else 1 // 0

    monkeypatch.setattr("contests.flows.judge.judge", judge)
    monkeypatch.setattr("contests.store.comments.with_unjudged", lambda _: ["bad", "good"])
    assert judge_waiting(sim.house) == 1
    assert done == ["bad", "good"]
