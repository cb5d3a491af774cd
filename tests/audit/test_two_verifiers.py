"""The two verifiers, written apart from the same pages, say the same of our own bundles, step by step."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from simulator import Make, Simulator

from contests.audit import standalone
from contests.audit.bundle import open_bytes
from contests.audit.verify import verify
from contests.draw.beacon import QUICKNET, Round
from contests.draw.seed import Beacon
from contests.flows import draw as drawing
from contests.flows import moderate, settle
from contests.flows.enter import Accepted
from contests.store import campaigns

SIGNATURE = "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"
DICE = [{"name": f"die {n}", "label": {"fr": f"Dé {n}", "en": f"Die {n}"}} for n in (1, 2)]
IN_2023 = {
    "opens_at": "2023-08-20T00:00:00Z",
    "closes_at": "2023-08-23T12:00:00Z",
    "freezes_at": "2023-08-23T13:00:00Z",
    "draws_at": "2023-08-23T15:59:24Z",
}
QUESTION = {"kind": "closed-question", "question": {"fr": "Capitale ?", "en": "Capital?"}, "answers": ["Bratislava"]}


def entered(sim: Simulator) -> None:
    """Some people enter; one is excluded, one withdraws."""
    first, second, *_ = sim.enter(*[f"p{n}" for n in range(20)], answer="Bratislava")
    assert isinstance(first, Accepted)
    assert isinstance(second, Accepted)
    moderate.exclude(
        sim.house, sim.id, first.entrant, reason="abuse", note="x", evidence=("", b""), staff_name="C", now=sim.now
    )
    moderate.withdraw(sim.house, sim.id, second.token, sim.now)


def rehearsed(make: Make) -> Simulator:
    sim = make(rules=[{"kind": "residence", "countries": ["FR"]}, QUESTION])
    entered(sim)
    sim.freeze()
    sim.draw()
    return sim


def still_open(make: Make) -> Simulator:
    sim = make()
    entered(sim)
    return sim


def frozen(make: Make) -> Simulator:
    sim = still_open(make)
    sim.freeze()
    return sim


def settled(make: Make) -> Simulator:
    sim = rehearsed(make)
    sim.advance()
    settle.confirm_award(sim.house, sim.id, "bike", staff_name="C", note="x", now=sim.now)
    for _ in range(4):
        sim.go(timedelta(days=8))
        if sim.stage == "drawn":
            sim.advance()
    assert sim.stage == "settled"
    return sim


def by_ceremony(make: Make) -> Simulator:
    sim = make(draw={"source": "ceremony", "values": DICE})
    entered(sim)
    sim.freeze()
    sim.go(sim.campaign.draws_at)
    for who in ("one", "two"):
        drawing.type_ceremony(sim.house, sim.id, who, who, {"die 1": "3", "die 2": "6"}, sim.now)
    return sim


def by_beacon(make: Make) -> Simulator:
    import simulator

    before, simulator.START = simulator.START, datetime(2023, 8, 20, 1, tzinfo=UTC)
    try:
        sim = make(draw={"source": "drand"}, **IN_2023)
    finally:
        simulator.START = before
    entered(sim)
    sim.freeze()
    sim.draw(Beacon(Round(QUICKNET.hash, 1000, SIGNATURE)))
    return sim


def frozen_when_the_draw_was_due(make: Make) -> Simulator:
    """The worker was down for more than a day: the draw is postponed after the instant that it replaces."""
    sim = make(draw={"source": "ceremony", "values": DICE})
    entered(sim)
    sim.close()
    sim.go(sim.campaign.draws_at + timedelta(days=1, minutes=3))
    sim.freeze()
    with sim.store.read() as tx:
        sim.go(campaigns.standing(tx, sim.id).draws_at)
    for who in ("one", "two"):
        drawing.type_ceremony(sim.house, sim.id, who, who, {"die 1": "3", "die 2": "6"}, sim.now)
    return sim


def voided(make: Make) -> Simulator:
    sim = frozen(make)
    moderate.void(sim.house, sim.id, reason="Nothing is left of the prizes.", staff_name="C", now=sim.now)
    return sim


def amended(make: Make) -> Simulator:
    sim = make(rules=[{"kind": "residence", "countries": ["FR"]}, QUESTION])
    entered(sim)
    bike, mug = sim.definition_data["prizes"]
    sim.amend(prizes=[bike, mug | {"quantity": 3}], draws_at="2026-12-08T14:00:00")
    sim.enter("late", answer="Bratislava")
    sim.amend(prizes=[mug | {"quantity": 3}])
    sim.freeze()
    sim.draw()
    return sim


def outcomes(findings: Any) -> dict[int, str]:
    """Return step → outcome."""
    return {found["step"]: found["outcome"] for found in findings}


@pytest.mark.parametrize(
    "life",
    [still_open, frozen, rehearsed, settled, by_ceremony, by_beacon, voided, amended, frozen_when_the_draw_was_due],
)
def test_both_verifiers_agree_step_by_step(life: Callable[[Make], Simulator], simulate: Make, tmp_path: Path) -> None:
    data = life(simulate).bundle()
    (tmp_path / "bundle.zip").write_bytes(data)
    with open_bytes(data) as bundle:
        ours = verify(bundle).to_dict("en")
    theirs = standalone.verify(tmp_path / "bundle.zip", None, "en")
    assert ours["verdict"] == theirs["verdict"] == "passed", (ours, theirs)
    assert (ours["level"], ours["campaign"]) == (theirs["level"], theirs["campaign"])
    one, two = outcomes(ours["findings"]), outcomes(theirs["findings"])
    # An open campaign has no pool to compare with: one counts what there is, the other waits.
    assert {step for step in one if one[step] != two[step]} <= {6}
