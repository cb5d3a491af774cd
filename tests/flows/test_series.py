"""A contest of a series is drawn and proved like any other."""

from pathlib import Path

import pytest
from simulator import Make

from contests.audit import standalone

SERIES = {"key": "noel", "place": 2, "of": 3, "title": {"fr": "Noël", "en": "Christmas"}, "reveal": "on-the-day"}


def test_one_of_a_series_has_a_proof_of_its_own_that_both_verifiers_take(
    simulate: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sim = simulate(series=SERIES)
    sim.enter("alice", "bob", "charlie")
    sim.freeze()
    sim.draw()
    assert sim.verify().passed
    (tmp_path / "bundle.zip").write_bytes(sim.bundle())
    assert standalone.main([str(tmp_path / "bundle.zip")]) == 0
    assert "no step failed" in capsys.readouterr().out
