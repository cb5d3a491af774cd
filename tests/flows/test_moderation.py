"""The moderators' decisions: signals point and drop nobody; decisions take many at once; the last can be taken back."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from simulator import DEFINITION, Make, Simulator

from contests.errors import NotFound, Refused, StageRefused
from contests.flows import decide, erase, moderate
from contests.flows.access import held
from contests.flows.enter import Accepted, confirm, enter
from contests.flows.retain import retain
from contests.flows.sift import sift, sift_due
from contests.store import bulk, decisions, entries, signals, views
from contests.store.signals import PAGE, Wanted
from contests.store.tables import SignalRow
from contests.worker import Reach, tick

FIELD: dict[str, Any] = {"purpose": "eligibility", "retention_days": 30}
COMPARED = {
    "fields": [
        *DEFINITION["fields"],
        {"id": "why", "kind": "text", "label": {"fr": "Pourquoi ?", "en": "Why?"}, "required": False, **FIELD},
        {"id": "rue", "kind": "street", "required": False, **FIELD},
        {"id": "cp", "kind": "postcode", "required": False, **FIELD},
    ]
}
COPIED = "Parce que j’aime les vélos depuis toujours"


def mark(sim: Simulator, name: str, *marks: str) -> str:
    """Let somebody in with marks; return the pseudonym."""
    result = enter(sim.house, sim.id, [msgspec.structs.replace(sim.submission(name), marks=marks)])[0]
    assert isinstance(result, Accepted)
    sim.receipts[name] = result
    return result.entrant


def pointing(sim: Simulator, name: str) -> dict[str, int]:
    with sim.store.read() as tx:
        person = entries.entrant(tx, sim.receipts[name].entrant)
        assert person is not None
        return {row.kind: row.strength for row in signals.of_owners(tx, [person.number])[person.number]}


def listed(sim: Simulator, **changes: Any) -> list[str]:
    with sim.store.read() as tx:
        return signals.pseudonyms(tx, Wanted(campaign=sim.id, **changes))


def exclude(sim: Simulator, *names: str) -> int:
    people = [sim.receipts[name].entrant for name in names]
    return moderate.exclude(
        sim.house, sim.id, *people, reason="automation", note="One program.", evidence=("", b""), staff_name="Claire",
        now=sim.now,
    )  # fmt: skip


def test_the_record_of_an_exclusion_is_found_by_its_entry_and_is_the_last(simulate_on: Make) -> None:
    sim = simulate_on()
    sim.enter("alice", "bob")
    with sim.store.read() as tx:
        rows = {name: entries.of_entrant(tx, sim.receipts[name].entrant)[0] for name in ("alice", "bob")}
        assert views.exclusion(tx, sim.id, rows["alice"]) is None
    exclude(sim, "alice", "bob")
    sim.go(timedelta(minutes=5))
    moderate.reinstate(
        sim.house, sim.id, sim.receipts["alice"].entrant, note="A mistake.", staff_name="Claire", now=sim.now
    )  # fmt: skip
    exclude(sim, "alice")
    with sim.store.read() as tx:
        all_of_them = views.records_of(tx, sim.id, "entry.excluded")
        assert views.exclusion(tx, sim.id, rows["alice"]) == all_of_them[-1] != all_of_them[0]
        found = views.exclusion(tx, sim.id, rows["bob"])
    assert found in all_of_them[:2]
    assert rows["bob"].id.encode() in (found or b"")


def last(sim: Simulator) -> str:
    with sim.store.read() as tx:
        found = decisions.last(tx, sim.id)
    return found.id if found else ""


def undo(sim: Simulator) -> int:
    return decide.undo(sim.house, sim.id, last(sim), staff_name="Claire", now=sim.now)


def states(sim: Simulator, *names: str) -> list[str]:
    with sim.store.read() as tx:
        return [entries.of_entrant(tx, sim.receipts[name].entrant)[0].state for name in names]


def test_marks_of_the_door_are_before_the_moderators_at_once(simulate_on: Make) -> None:
    sim = simulate_on()
    sim.enter("bob")
    alice = mark(sim, "alice", "trap", "burst")
    assert listed(sim) == [alice]
    assert pointing(sim, "alice") == {"trap": 5, "burst": 3}


def test_an_entry_that_waits_for_its_link_points_once_it_is_confirmed(simulate: Make) -> None:
    sim = simulate()
    enter(sim.house, sim.id, [msgspec.structs.replace(sim.submission("alice"), proof="none")])
    assert listed(sim) == []
    with sim.store.read() as tx:
        link = views.mails(tx, wanted="alice@people.example")[0].body.partition("/confirm/")[2].split()[0]
    result = confirm(sim.house, sim.id, link, sim.now)
    assert isinstance(result, Accepted)
    assert listed(sim) == [result.entrant]
    assert listed(sim, kind="none-proof") == [result.entrant]


def test_what_people_have_in_common_is_found_behind_the_door(simulate_on: Make) -> None:
    sim = simulate_on(**COMPARED)
    sim.enter("alice", "bob", why=COPIED, rue="1 rue A", cp="69004")
    sim.enter("carol", why="Tout autre chose, et pour une tout autre raison", rue="9 rue B", cp="69004")
    assert sift_due(sim.house) == 3
    assert pointing(sim, "alice") == {"same-household": 1}
    assert pointing(sim, "carol") == {}
    sim.enter("dave", why=COPIED.upper())
    assert sift(sim.house, sim.id) == 1
    assert pointing(sim, "alice") == {"same-answers": 2, "same-household": 1}
    assert pointing(sim, "dave") == {"same-answers": 2}
    assert sift(sim.house, sim.id) == 0
    assert len(listed(sim, kind="same-answers")) == 3
    with sim.store.read() as tx:
        person = entries.entrant(tx, sim.receipts["bob"].entrant)
        assert person is not None
        shared = {row.kind: row.cluster for row in signals.of_owners(tx, [person.number])[person.number]}
    assert listed(sim, kind="same-household", cluster=shared["same-household"]) == [
        sim.receipts[name].entrant for name in ("alice", "bob")
    ]
    assert listed(sim, kind="same-household", cluster=shared["same-answers"]) == []


def test_a_person_is_not_a_household_of_their_own(simulate: Make) -> None:
    """Several entries of one person count once."""
    sim = simulate(**COMPARED, rules=[*DEFINITION["rules"], {"kind": "one-per-day"}])
    for _ in range(4):
        sim.enter("alice", why=COPIED, rue="1 rue A", cp="69004")
        sim.go(timedelta(days=1))
    sift(sim.house, sim.id)
    assert pointing(sim, "alice") == {}


def test_the_worker_sifts_and_drops_nobody(simulate: Make) -> None:
    sim = simulate()
    body = {"email": "x@mailinator.com", "country": "FR", "rules": "1", "age": "on"}
    result = sim.enter("zoe", email=body["email"])[0]
    assert isinstance(result, Accepted)
    tick(sim.house, Reach(), sim.now)
    assert listed(sim, kind="disposable") == [result.entrant]
    sim.freeze()
    assert result.entrant in sim.state().taking_part()


def test_seen_clears_the_list_keeps_the_signals_and_can_be_taken_back(simulate_on: Make) -> None:
    sim = simulate_on()
    alice, bob = mark(sim, "alice", "trap"), mark(sim, "bob", "too-fast")
    assert decide.keep(sim.house, sim.id, [alice], staff_name="Claire", now=sim.now) == 1
    assert (listed(sim), listed(sim, show="kept")) == ([bob], [alice])
    assert pointing(sim, "alice") == {"trap": 5}
    with sim.store.read() as tx:
        assert [(row.staff, row.verb) for row in views.actions(tx, sim.id)] == [("Claire", "keep")]
    assert undo(sim) == 0
    assert listed(sim) == [alice, bob]
    assert last(sim) == ""


def test_a_signal_that_comes_after_a_decision_is_looked_at_again(simulate: Make) -> None:
    sim = simulate(**COMPARED)
    sim.enter("alice", "bob", rue="1 rue A", cp="69004")
    sift(sim.house, sim.id)
    decide.keep(sim.house, sim.id, listed(sim), staff_name="Claire", now=sim.now)
    sim.enter("carol", rue="1, RUE A", cp="69004")
    sift(sim.house, sim.id)
    assert listed(sim) == [sim.receipts["carol"].entrant]


def test_many_are_excluded_in_one_act_and_put_back_by_one(simulate_on: Make) -> None:
    sim = simulate_on()
    sim.enter("zoe")
    for name in ("alice", "bob", "carol"):
        mark(sim, name, "trap")
    size = sim.state().size
    assert exclude(sim, "alice", "bob", "carol") == 3
    assert (listed(sim), len(listed(sim, show="excluded"))) == ([], 3)
    state = sim.state()
    assert (state.counts["excluded"], state.standing()[0]) == (3, 1)
    with sim.store.read() as tx:
        act = views.actions(tx, sim.id)[0]
    assert (act.verb, act.place) == ("exclude", size)
    assert "(+2): One program." in act.detail
    sim.go(timedelta(minutes=1))
    assert undo(sim) == 3
    assert sim.state().standing()[0] == 4
    assert len(listed(sim)) == 3
    sim.freeze()
    sim.draw()
    assert sim.verify().level == "rehearsal"


def test_undoing_leaves_alone_whom_something_happened_to_since(simulate: Make) -> None:
    sim = simulate()
    for name in ("alice", "bob", "carol"):
        mark(sim, name, "trap")
    exclude(sim, "alice", "bob", "carol")
    bulk_decision = last(sim)
    for name in ("alice", "bob"):
        moderate.reinstate(
            sim.house, sim.id, sim.receipts[name].entrant, note="A mistake.", staff_name="Léon", now=sim.now
        )
    sim.go(timedelta(minutes=1))
    exclude(sim, "bob")
    with pytest.raises(Refused, match="The last decision was expected"):
        decide.undo(sim.house, sim.id, bulk_decision, staff_name="Claire", now=sim.now)
    undo(sim)
    assert states(sim, "alice", "bob", "carol") == ["accepted", "accepted", "excluded"]
    exclude(sim, "bob")
    with sim.store.write() as tx:
        decisions.undo(tx, last(sim), sim.now)  # as if it had never been a decision of its own
    assert last(sim) == bulk_decision
    assert undo(sim) == 1
    assert states(sim, "alice", "bob", "carol") == ["accepted", "excluded", "accepted"]


def test_after_the_freeze_an_exclusion_is_not_undone_and_says_why(simulate: Make) -> None:
    sim = simulate()
    sim.enter("zoe")
    mark(sim, "alice", "trap")
    exclude(sim, "alice")
    sim.freeze()
    size = sim.state().size
    with pytest.raises(StageRefused, match="The published list changes no more"):
        undo(sim)
    assert sim.state().size == size
    assert last(sim) != ""


def test_a_decision_about_nobody_is_refused(simulate: Make) -> None:
    sim = simulate()
    sim.enter("alice")
    with pytest.raises(Refused, match="At least one ticked"):
        decide.keep(sim.house, sim.id, [sim.receipts["alice"].entrant], staff_name="Claire", now=sim.now)
    with pytest.raises(NotFound):
        moderate.exclude(
            sim.house, sim.id, "0" * 32, reason="abuse", note="x", evidence=("", b""), staff_name="C", now=sim.now
        )
    assert last(sim) == ""


def test_an_entrant_of_another_campaign_is_never_touched(simulate: Make) -> None:
    sim = simulate()
    mark(sim, "alice", "trap")
    other = Simulator.__new__(Simulator)
    other.__dict__ = dict(sim.__dict__)
    other.definition_data = DEFINITION | {"slug": "other"}
    other.publish()
    alice = [sim.receipts["alice"].entrant]
    with pytest.raises(NotFound):
        moderate.exclude(
            sim.house, other.id, *alice, reason="abuse", note="x", evidence=("", b""), staff_name="C", now=sim.now
        )
    with pytest.raises(Refused):
        decide.keep(sim.house, other.id, alice, staff_name="C", now=sim.now)
    assert listed(sim) == alice


def test_hundreds_are_paged_by_strength_decided_on_at_once_and_put_back(simulate: Make) -> None:
    sim = simulate()
    people = [f"p{n}" for n in range(220)]
    sim.enter(*people)
    with sim.store.write() as tx:
        numbers = [row.number for _, row in views.entries(tx, sim.id, wanted="", marked=False, before=None, most=220)]
        rows = [
            {"campaign": sim.id, "kind": kind, "owner": owner, "cluster": "", "strength": 1 + owner % 5, "seen": ""}
            for owner in numbers
            for kind in "abc"
        ]
        bulk.insert_rows(tx, SignalRow, rows)
    with sim.store.read() as tx:
        wanted = Wanted(campaign=sim.id)
        assert signals.count(tx, wanted) == 220
        pages = [signals.queue(tx, wanted, page) for page in range(1, 220 // PAGE + 2)]
        assert signals.kinds(tx, sim.id, "open") == dict.fromkeys("abc", 220)
    found = [pair for page in pages for pair in page]
    assert [strength for _, strength in found] == sorted((strength for _, strength in found), reverse=True)
    assert {owner for owner, _ in found} == set(numbers)
    assert exclude(sim, *people) == 220
    sim.go(timedelta(minutes=1))
    assert undo(sim) == 220


def test_signals_go_with_what_the_site_noted_and_clusters_with_the_answers(simulate: Make) -> None:
    sim = simulate(**COMPARED)
    sim.enter("alice", "bob", "zoe", why=COPIED, rue="1 rue A", cp="69004")
    sift(sim.house, sim.id)
    alice = sim.receipts["alice"].entrant
    with sim.store.read() as tx:
        assert held(tx, sim.id, alice).data["signs_looked_at"] == ["same-answers", "same-household"]
    erase.erase(sim.house, sim.id, alice, sim.now)
    assert alice not in listed(sim)
    with sim.store.read() as tx:
        person = entries.entrant(tx, alice)
        assert person is not None
        assert signals.of_owners(tx, [person.number])[person.number] == []
    sim.draw_all()
    sim.go(sim.now + timedelta(days=31))
    while retain(sim.house, sim.id, sim.now):
        pass
    with sim.store.read() as tx:
        bob = entries.entrant(tx, sim.receipts["bob"].entrant)
        assert bob is not None
        assert all(row.cluster for row in signals.of_owners(tx, [bob.number])[bob.number])
    sim.go(timedelta(days=6 * 366))
    while retain(sim.house, sim.id, sim.now):
        pass
    with sim.store.read() as tx:
        assert signals.of_owners(tx, [bob.number])[bob.number] == []


def test_what_nobody_has_in_common_is_forgotten_at_the_freeze(simulate: Make) -> None:
    sim = simulate(**COMPARED)
    sim.enter("alice", why=COPIED)
    sift(sim.house, sim.id)
    with sim.store.read() as tx:
        assert signals.sizes(tx, sim.id, "same-answers", _clusters(sim)) != {}
    clusters = _clusters(sim)
    sim.freeze()
    retain(sim.house, sim.id, sim.now)
    with sim.store.read() as tx:
        assert signals.sizes(tx, sim.id, "same-answers", clusters) == {}


def _clusters(sim: Simulator) -> list[str]:
    from sqlmodel import select

    with sim.store.read() as tx:
        return list(tx.exec(select(SignalRow.cluster).where(SignalRow.campaign == sim.id)))
