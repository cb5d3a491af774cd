"""The life of a campaign from freeze to settlement: unattended, once, and provable."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from simulator import Make, Simulator, failed_steps

from contests.audit.selected import Identities, read_identities
from contests.draw.beacon import QUICKNET, Round
from contests.draw.seed import Beacon, Ceremony, Rehearsal
from contests.errors import Refused, StageRefused
from contests.flows import draw as drawing
from contests.flows import freeze, moderate, settle
from contests.flows.enter import Accepted
from contests.store import draws, journals, outbox, views
from contests.worker import Reach, tick

ROUND = Round(
    QUICKNET.hash,
    1000,
    "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39",
)
DRAND: dict[str, Any] = {
    "draw": {"source": "drand"},
    "opens_at": "2023-08-20T00:00:00Z",
    "closes_at": "2023-08-23T12:00:00Z",
    "freezes_at": "2023-08-23T13:00:00Z",
    "draws_at": "2023-08-23T15:59:24Z",
}
CEREMONY: dict[str, Any] = {
    "draw": {
        "source": "ceremony",
        "officer": "Me Martin",
        "values": [{"name": f"die {n}", "label": {"fr": f"Dé {n}", "en": f"Die {n}"}} for n in (1, 2)],
    }
}


def drand(make: Make, **changes: Any) -> Simulator:
    """Return a simulator in August 2023, drawing by the recorded round 1000."""
    import simulator

    before = simulator.START
    simulator.START = datetime(2023, 8, 20, 1, tzinfo=UTC)
    try:
        return make(**(DRAND | changes))
    finally:
        simulator.START = before


def exclude(sim: Simulator, entrant: str) -> int:
    """Exclude somebody, with all that it takes."""
    return moderate.exclude(
        sim.house, sim.id, entrant, reason="false-data", note="A made-up name.", evidence=("mail.txt", b"proof"),
        staff_name="Claire", now=sim.now,
    )  # fmt: skip


def test_a_drand_draw_verifies_from_entry_to_ranking(simulate_on: Make) -> None:
    sim = drand(simulate_on)
    sim.enter(*[f"p{n}" for n in range(20)])
    sim.freeze()
    sim.draw(Beacon(ROUND))
    verdict = sim.verify()
    assert verdict.passed
    assert verdict.level == "beacon"
    assert {f.step.number for f in verdict.findings if f.outcome == "not-checked"} == {13, 14, 15}


def test_excluded_reinstated_and_withdrawn_reconcile(simulate_on: Make) -> None:
    sim = simulate_on()
    alice, bob, charlie, *_ = sim.enter(*[f"p{n}" for n in range(9)])
    assert isinstance(alice, Accepted)
    assert isinstance(bob, Accepted)
    assert isinstance(charlie, Accepted)
    exclude(sim, alice.entrant)
    exclude(sim, bob.entrant)
    moderate.reinstate(sim.house, sim.id, bob.entrant, note="It was her.", staff_name="Claire", now=sim.now)
    moderate.withdraw(sim.house, sim.id, charlie.token, sim.now)
    sim.freeze()
    sim.draw()
    state = sim.state()
    assert state.counts == {"accepted": 9, "withdrawn": 1, "excluded": 2, "reinstated": 1}
    assert sim.verify().passed
    assert state.frozen is not None
    assert state.frozen.entrants == 7


def test_nobody_is_excluded_after_the_freeze(simulate: Make) -> None:
    sim = simulate()
    alice = sim.enter("alice", "bob")[0]
    assert isinstance(alice, Accepted)
    sim.freeze()
    with pytest.raises(StageRefused):
        exclude(sim, alice.entrant)
    with pytest.raises(StageRefused):
        moderate.withdraw(sim.house, sim.id, alice.token, sim.now)


@pytest.mark.parametrize("missing", ["reason", "note"])
def test_an_exclusion_without_clause_or_facts_is_refused(simulate: Make, missing: str) -> None:
    sim = simulate()
    alice = sim.enter("alice")[0]
    assert isinstance(alice, Accepted)
    given = {"reason": "false-data", "note": "facts"} | {missing: ""}
    with pytest.raises(Refused, match=missing):
        moderate.exclude(
            sim.house, sim.id, alice.entrant, evidence=("", b""), staff_name="Claire", now=sim.now, **given
        )


def test_freezing_and_drawing_twice_changes_nothing(simulate_on: Make) -> None:
    sim = simulate_on()
    sim.enter("alice", "bob", "eve")
    sim.freeze()
    sim.draw()
    size = sim.state().size
    assert not freeze.close(sim.house, sim.id, sim.now)
    assert not freeze.freeze(sim.house, sim.id, sim.now)
    assert not drawing.draw(sim.house, sim.id, Rehearsal("another"), sim.now)
    assert sim.state().size == size


def test_workers_that_race_make_one_draw(simulate_on: Make) -> None:
    sim = simulate_on()
    sim.enter(*[f"p{n}" for n in range(30)])
    sim.go(sim.campaign.draws_at + timedelta(minutes=1))

    def work() -> None:
        for _ in range(6):
            tick(sim.house, Reach(), sim.now)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with sim.store.read() as tx:
        kinds = views.kind_counts(tx, sim.id)
    assert kinds["campaign.closed"] == kinds["pool.frozen"] == kinds["draw.completed"] == 1
    assert kinds["award.offered"] == 3
    assert sim.verify().passed


@pytest.mark.parametrize("step", ["close", "freeze", "draw", "settle"])
def test_a_worker_killed_anywhere_finishes_at_its_next_turn(
    simulate: Make, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """The last write of each step fails, as if the process died there; nothing of the step may remain."""
    sim = simulate()
    sim.enter("alice", "bob", "eve", "dan")
    sim.go(sim.campaign.draws_at + timedelta(minutes=1))
    for name in ("close", "freeze", "draw"):
        if name == step:
            break
        tick(sim.house, Reach(), sim.now)
    before = sim.state().size
    real = journals.append

    def killed(*arguments: Any) -> Any:
        real(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(journals, "append", killed)
    with pytest.raises(KeyboardInterrupt):
        tick(sim.house, Reach(), sim.now)
    monkeypatch.undo()
    assert sim.state().size == before
    for _ in range(5):
        tick(sim.house, Reach(), sim.now)
    assert sim.stage == "drawn"
    assert sim.verify().passed


def test_a_late_freeze_postpones_by_whole_days_and_verifies(simulate_on: Make) -> None:
    sim = drand(
        simulate_on,
        draws_at="2023-08-21T15:59:24Z",
        closes_at="2023-08-21T12:00:00Z",
        freezes_at="2023-08-21T13:00:00Z",
    )
    sim.enter("alice", "bob", "eve", "dan")
    sim.close()
    sim.go(datetime(2023, 8, 23, 10, tzinfo=UTC))
    sim.freeze()
    with sim.store.read() as tx:
        row = draws.get(tx, sim.id)
    assert row is not None
    assert row.round == 1000
    assert [r.draws_at for r in sim.state().postponed] == ["2023-08-23T15:59:24Z"]
    sim.go(datetime(2023, 8, 23, 16, tzinfo=UTC))
    drawing.draw(sim.house, sim.id, Beacon(ROUND), sim.now)
    assert sim.verify().passed


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("another_round", Beacon(Round(QUICKNET.hash, 1001, ROUND.signature))),
        ("forged_signature", Beacon(Round(QUICKNET.hash, 1000, "b3" + ROUND.signature[2:]))),
        ("local_chance", Rehearsal("x")),
        ("a_ceremony", Ceremony("ceremony\n")),
    ],
)
def test_no_other_chance_than_the_announced_one_is_used(simulate: Make, name: str, source: Any) -> None:
    sim = drand(simulate)
    sim.enter("alice")
    sim.freeze()
    sim.go(sim.campaign.draws_at)
    with pytest.raises(Refused):
        drawing.draw(sim.house, sim.id, source, sim.now)
    assert sim.stage == "frozen"


def test_the_announced_round_is_not_used_before_its_time(simulate: Make) -> None:
    sim = drand(simulate)
    sim.enter("alice")
    sim.freeze()
    with pytest.raises(Refused):
        drawing.draw(sim.house, sim.id, Beacon(ROUND), sim.now)


def test_a_ceremony_needs_two_people_who_agree(simulate_on: Make) -> None:
    sim = simulate_on(**CEREMONY)
    sim.enter("alice", "bob", "eve", "dan")
    sim.freeze()
    sim.go(sim.campaign.draws_at)
    good, bad = {"die 1": "3", "die 2": "6"}, {"die 1": "3", "die 2": "5"}
    assert not drawing.type_ceremony(sim.house, sim.id, "one", "Claire", good, sim.now)
    assert not drawing.type_ceremony(sim.house, sim.id, "one", "Claire", good, sim.now)
    with pytest.raises(Refused, match="two people"):
        drawing.type_ceremony(sim.house, sim.id, "two", "Léon", bad, sim.now)
    assert drawing.type_ceremony(sim.house, sim.id, "two", "Léon", good, sim.now)
    verdict = sim.verify()
    assert verdict.passed
    assert verdict.level == "ceremony"


def test_offers_lapse_and_alternates_are_promoted_in_order(simulate_on: Make) -> None:
    sim = simulate_on()
    sim.enter(*[f"p{n}" for n in range(10)])
    sim.freeze()
    sim.draw()
    assert sim.advance() == 3
    assert sim.advance() == 0
    with sim.store.read() as tx:
        first = draws.awards(tx, sim.id)
    settle.confirm_award(sim.house, sim.id, "bike", staff_name="Claire", note="Identity seen.", now=sim.now)
    sim.go(timedelta(days=8))
    assert sim.advance() == 2
    with sim.store.read() as tx:
        second = draws.awards(tx, sim.id)
    assert [row.rank for row in second] == [1, 4, 5]
    assert second[0].entrant == first[0].entrant
    settle.forfeit_award(
        sim.house, sim.id, "mug-1", reason="not-eligible", staff_name="Claire", note="Under age.", now=sim.now
    )
    sim.go(timedelta(days=8))
    sim.advance()
    assert sim.stage == "settled"
    state = sim.state()
    assert [u.state for u in state.units.values()] == ["confirmed", "forfeited", "forfeited"]
    assert sim.verify().passed


def test_a_reason_that_was_not_announced_forfeits_nothing(simulate: Make) -> None:
    sim = simulate()
    sim.enter("alice", "bob", "eve", "dan")
    sim.freeze()
    sim.draw()
    sim.advance()
    with pytest.raises(Refused, match="announced reason"):
        settle.forfeit_award(sim.house, sim.id, "bike", reason="mood", staff_name="Claire", note="x", now=sim.now)


def test_no_mail_announces_a_gain_before_the_confirmation(simulate: Make) -> None:
    sim = simulate()
    sim.enter("alice", "bob", "eve", "dan")
    sim.freeze()
    sim.draw()
    sim.advance()
    with sim.store.read() as tx:
        offers = [mail for mail in views.mails(tx) if mail.kind == "offer"]
    assert len(offers) == 3
    for mail in offers:
        text = (mail.subject + mail.body).lower()
        assert "vous avez gagné" not in text
        assert "you have won" not in text
        assert "sous réserve de vérification" in mail.body.partition("\n\n")[2][:120]


def test_a_claim_stops_the_clock_and_waits_for_the_check(simulate: Make) -> None:
    sim = simulate()
    sim.enter("alice", "bob", "eve", "dan")
    sim.freeze()
    sim.draw()
    sim.advance()
    with sim.store.read() as tx:
        mail = next(m for m in views.mails(tx) if m.kind == "offer")
    token = mail.body.partition("/claim/")[2].split()[0]
    award = settle.claim(sim.house, sim.id, token, {"conditions": "yes"}, sim.now)
    assert award.state == "claimed"
    sim.go(timedelta(days=30))
    sim.advance()
    with sim.store.read() as tx:
        kept = draws.award(tx, sim.id, award.unit)
    assert kept is not None
    assert (kept.state, kept.entrant) == ("claimed", award.entrant)


def test_an_empty_pool_is_said_and_can_only_be_voided(simulate: Make) -> None:
    sim = simulate()
    sim.close()
    sim.go(sim.campaign.freezes_at)
    with pytest.raises(Refused, match="nothing to draw"):
        freeze.freeze(sim.house, sim.id, sim.now)
    tick(sim.house, Reach(), sim.now)  # the worker goes on with everything else
    assert sim.stage == "closed"
    moderate.void(sim.house, sim.id, reason="Nobody entered.", staff_name="Claire", now=sim.now)
    assert sim.stage == "void"
    assert sim.verify().passed


def test_the_legal_file_opens_the_commitments_of_the_people_drawn(simulate: Make) -> None:
    import io

    import msgspec

    from contests.flows.export import export_identities

    sim = simulate()
    sim.enter(*[f"p{n}" for n in range(10)])
    sim.freeze()
    sim.draw()
    out = io.BytesIO()
    assert export_identities(sim.house, sim.id, out) == 6
    identities = read_identities(out)
    assert sim.verify(identities).passed
    first, *others = identities.people
    other = msgspec.structs.replace(first, identity=first.identity | {"email": "eve@people.example"})
    assert failed_steps(sim.verify(Identities((other, *others)))) == {15}


def test_the_bundle_names_nobody_and_is_the_same_each_time(simulate: Make) -> None:
    sim = simulate()
    sim.enter("alice", "bob")
    sim.freeze()
    sim.draw()
    bundle = sim.bundle()
    assert bundle == sim.bundle()
    from contests.audit.bundle import open_bytes

    with open_bytes(bundle) as opened:
        for name in opened.names:
            assert b"people.example" not in opened.read(name)


def test_the_register_holds_the_checkpoints_of_each_stage(simulate: Make) -> None:
    sim = simulate()
    sim.enter("alice", "bob", "eve", "dan")
    sim.go(timedelta(hours=2))
    tick(sim.house, Reach(), sim.now)
    tick(sim.house, Reach(), sim.now)
    sim.freeze()
    sim.draw()
    with sim.store.read() as tx:
        size = journals.head(tx, journals.REGISTER).frontier.size
    assert size == 4  # publication, one hour, freeze, draw


def test_erasing_everybody_leaves_the_proof_whole(simulate: Make) -> None:
    from sqlmodel import delete

    from contests.store.tables import EntrantRow, EntryRow, OutboxRow

    sim = simulate()
    sim.enter("alice", "bob", "eve", "dan")
    sim.freeze()
    sim.draw()
    before = sim.bundle()
    with sim.store.write() as tx:
        for table in (EntryRow, EntrantRow, OutboxRow):
            tx.execute(delete(table))
    assert sim.bundle() == before
    assert sim.verify().passed


def test_a_mail_that_fails_is_tried_again_and_then_given_up(simulate: Make) -> None:
    sim = simulate()
    sim.enter("alice")
    waits = []
    for attempt in range(outbox.GIVES_UP_AFTER):
        with sim.store.write() as tx:
            rows = outbox.due(tx, sim.now)
            assert len(rows) == 1
            outbox.failed(tx, rows[0].id, attempt, "451", sim.now)
        sim.go(timedelta(hours=7))
        waits.append(sim.now)
    with sim.store.write() as tx:
        assert outbox.due(tx, sim.now) == []
        assert views.unsent(tx, sim.id) == (0, 1)
