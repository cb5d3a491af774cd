"""Personal data goes when its time is over or the person asks; what was drawn stays provable to the byte."""

from datetime import timedelta
from typing import Any

import pytest
from simulator import Make, Simulator
from sqlmodel import SQLModel, select

from contests.errors import NotFound, Refused
from contests.flows import erase, minutes, moderate, settle
from contests.flows.access import held
from contests.flows.enter import Accepted
from contests.flows.retain import retain
from contests.papers.minutes_facts import Stated
from contests.store import draws, entries, personal, views
from contests.store.tables import (
    ActionRow,
    AwardRow,
    EntrantRow,
    EntryRow,
    ExcludedRow,
    OutboxRow,
)
from contests.worker import Reach, tick

DAY = timedelta(days=1)
YEARS = 5 * 366 * DAY
FIELDS: list[dict[str, Any]] = [
    {"id": "email", "kind": "email", "purpose": "contact", "retention_days": 180},
    {"id": "first_name", "kind": "first-name", "purpose": "publication", "retention_days": 180},
    {"id": "last_name", "kind": "last-name", "purpose": "publication", "retention_days": 180},
    {"id": "size", "kind": "text", "purpose": "delivery", "retention_days": 30, "label": {"fr": "Taille", "en": "Size"}},
    {"id": "news", "kind": "consent", "purpose": "marketing", "retention_days": 90, "required": False,
     "label": {"fr": "La lettre", "en": "The letter"}},
]  # fmt: skip
RULES = [
    {"kind": "minimum-age"},
    {"kind": "residence", "countries": ["FR"]},
    {"kind": "excluded-people", "who": "le personnel"},
]
ANSWERS = {"first_name": "Zoenaide", "last_name": "Quiltmann", "size": "sizeXL", "news": "on"}
PEOPLE = [f"zora{n}" for n in range(8)]
# Every word of a person that the installation was ever told.
TRACES = ("people.example", "zora", "zoenaide", "quiltmann", "sizexl", "boss@organiser")


def opened(make: Make, **changes: Any) -> Simulator:
    sim = make(**{"fields": FIELDS, "rules": RULES, "publication": "initials", **changes})
    sim.enter(*PEOPLE, **ANSWERS)
    return sim


def drawn(make: Make, **changes: Any) -> Simulator:
    sim = opened(make, **changes)
    sim.freeze()
    sim.draw()
    sim.advance()
    return sim


def turn(sim: Simulator) -> int:
    """Let the worker do all that is due; return how many turns it took."""
    turns = 0
    while tick(sim.house, Reach(), sim.now):
        turns += 1
        assert turns < 200
    return turns


def traces(sim: Simulator) -> set[str]:
    """Return what a look through every table finds of people."""
    found = set()
    with sim.store.read() as tx:
        for mapper in SQLModel._sa_registry.mappers:
            for row in tx.exec(select(mapper.class_)):
                text = repr(row).lower()
                found |= {f"{mapper.class_.__name__}: {trace}" for trace in TRACES if trace in text}
    return found


def rows(sim: Simulator, table: Any) -> list[Any]:
    with sim.store.read() as tx:
        return list(tx.exec(select(table)))


def names(sim: Simulator) -> dict[str, str]:
    """Return pseudonyms by name."""
    return {name: receipt.entrant for name, receipt in sim.receipts.items()}


def roles(sim: Simulator) -> tuple[str, str, str]:
    """Return a person who holds an offer, one who waits as an alternate, and one who was not drawn."""
    with sim.store.read() as tx:
        ranking = draws.get(tx, sim.id).ranking.decode()  # type: ignore[union-attr]
        holders = {award.entrant for award in draws.awards(tx, sim.id)}
    everybody = set(names(sim).values())
    ranked = {entrant for entrant in everybody if entrant in ranking}
    return min(holders), min(ranked - holders), min(everybody - ranked)


def settled(sim: Simulator) -> None:
    with sim.store.read() as tx:
        units = [award.unit for award in draws.awards(tx, sim.id)]
    for unit in units:
        settle.confirm_award(
            sim.house, sim.id, unit, staff_name="Claire", note="Zoenaide Quiltmann, seen.", now=sim.now
        )


def test_everybody_is_erased_and_the_draw_still_verifies_byte_for_byte(simulate_on: Make) -> None:
    sim = opened(simulate_on)
    sim.enter("zorapending", **ANSWERS)
    first = sim.receipts["zora0"].entrant
    moderate.exclude(sim.house, sim.id, first, reason="false-data", note="zora0 is made up.",
                     evidence=("zora0.txt", b"zora0"), staff_name="Claire", now=sim.now)  # fmt: skip
    with sim.store.write() as tx:
        tx.add(ExcludedRow(campaign=sim.id, person="boss@organiser.example"))
    sim.freeze()
    sim.draw()
    sim.advance()
    with sim.store.read() as tx:
        unit = draws.awards(tx, sim.id)[0].unit
    settle.forfeit_award(sim.house, sim.id, unit, reason="not-eligible", staff_name="C", note="zora", now=sim.now)
    settled(sim)
    before, root = sim.bundle(), sim.state().size
    assert sim.verify().passed
    assert len(traces(sim)) > 10
    sim.go(YEARS)
    turn(sim)
    assert traces(sim) == set()
    assert rows(sim, EntrantRow) == rows(sim, EntryRow) == rows(sim, OutboxRow) == []
    assert all(not row.claim and not row.token for row in rows(sim, AwardRow))
    assert all(not row.detail and not row.evidence for row in rows(sim, ActionRow))
    assert (sim.bundle(), sim.state().size) == (before, root)
    assert sim.verify().passed


def test_each_item_goes_on_its_own_day_and_not_before(simulate_on: Make) -> None:
    sim = drawn(simulate_on)
    settled(sim)
    _, _, loser = roles(sim)
    with sim.store.read() as tx:
        since = views.draw_head(tx, sim.id).drawn_at  # type: ignore[union-attr]
    assert since

    def left() -> set[str]:
        turn(sim)
        with sim.store.read() as tx:
            try:
                told = held(tx, sim.id, loser)
            except NotFound:
                return set()
        return {name for entry in told.data["entries"] for name in entry["answers"]}

    everything = {*ANSWERS, "email", "age", "country", "rules"}
    # `age` was sent, but nobody asked for it: it was never kept.
    # A consent ends by a clock of its own (test_opt_ins.py); what the entry repeats of it goes with the entry at the latest.
    for days, gone in ((30, {"size"}), (180, everything)):
        sim.go(since + days * DAY - timedelta(seconds=1))
        before = left()
        sim.go(since + days * DAY)
        assert left() == everything - gone < before


def test_a_person_who_was_offered_a_prize_is_kept_five_years_from_the_last_offer(simulate: Make) -> None:
    sim = drawn(simulate)
    winner, alternate, loser = roles(sim)
    offered = sim.now
    sim.go(8 * DAY)
    turn(sim)  # nobody answered: alternates are offered the prizes
    last = sim.now
    settled(sim)
    sim.go(last + 200 * DAY)
    turn(sim)
    with sim.store.read() as tx:
        assert entries.entrant(tx, loser) is None
        assert entries.entrant(tx, winner).email  # type: ignore[union-attr]
        assert "news" not in held(tx, sim.id, winner).data["entries"][0]["answers"]
    sim.go(offered.replace(year=offered.year + 5, hour=23))
    turn(sim)
    with sim.store.read() as tx:
        assert entries.entrant(tx, winner) is None
        assert entries.entrant(tx, alternate) is not None
    sim.go(last.replace(year=last.year + 5, hour=23))
    turn(sim)
    assert rows(sim, EntrantRow) == []


def test_an_alternate_is_kept_while_a_prize_may_still_be_offered(simulate: Make) -> None:
    fields = [FIELDS[0] | {"retention_days": 1}]
    sim = drawn(simulate, fields=fields, publication="none")
    _, alternate, loser = roles(sim)
    sim.go(3 * DAY)
    turn(sim)
    with sim.store.read() as tx:
        assert entries.entrant(tx, loser) is None
        assert entries.entrant(tx, alternate).email  # type: ignore[union-attr]
    settled(sim)
    turn(sim)
    with sim.store.read() as tx:
        assert entries.entrant(tx, alternate) is None


def test_retaining_may_be_killed_between_any_two_steps_and_repeated(
    simulate: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("contests.flows.retain.BATCH", 2)
    sim = drawn(simulate)
    settled(sim)
    sim.go(31 * DAY)
    real, calls = personal.put_clock, [0]

    def dies(tx: Any, row: Any) -> None:
        calls[0] += 1
        real(tx, row)
        if calls[0] % 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(personal, "put_clock", dies)
    for _ in range(40):
        try:
            if not retain(sim.house, sim.id, sim.now) and not calls[0] % 2:
                break
        except KeyboardInterrupt:
            continue
    assert calls[0] > 8
    with sim.store.read() as tx:
        counted = {(row.item, row.why): row.count for row in personal.counted(tx, sim.id)}
        assert personal.due(tx, sim.now) == []
    # Five of eight people were not offered a prize, and their size went once.
    assert counted["size", "time"] == 5
    assert retain(sim.house, sim.id, sim.now) == 0


def test_a_voided_campaign_counts_from_the_voiding_and_drops_what_was_not_confirmed(simulate_on: Make) -> None:
    sim = opened(simulate_on, rules=[*RULES, {"kind": "confirmed-email"}])
    assert len(rows(sim, EntryRow)) == len(PEOPLE)
    moderate.void(sim.house, sim.id, reason="The prize is gone.", staff_name="Claire", now=sim.now)
    turn(sim)
    assert rows(sim, EntryRow) == rows(sim, OutboxRow) == []
    assert traces(sim) == set()


def test_erasing_before_the_freeze_withdraws_and_is_counted(simulate_on: Make) -> None:
    sim = opened(simulate_on)
    mine = sim.receipts["zora3"]
    assert erase.erase(sim.house, sim.id, mine.entrant, sim.now)
    assert sim.state().counts["withdrawn"] == 1
    assert "EntrantRow: zora3" not in {f"{t}" for t in traces(sim)}
    with sim.store.read() as tx:
        told = held(tx, sim.id, mine.entrant)
        assert told.data["entries"][0]["answers"] == {} == told.data["entries"][0]["identity"]
        assert not told.data["mails"]
        assert not told.data["email"]
        assert {(r.item, r.why) for r in personal.counted(tx, sim.id)} >= {
            ("email", "request"),
            ("_identity", "request"),
        }
        with pytest.raises(NotFound):
            erase.by_token(tx, sim.id, mine.token)
    sim.freeze()
    sim.draw()
    assert sim.verify().passed
    assert not any("zora3" in repr(row) for table in (EntrantRow, EntryRow, OutboxRow) for row in rows(sim, table))


def test_after_the_draw_only_what_shows_how_a_prize_was_awarded_stays(simulate_on: Make) -> None:
    sim = drawn(simulate_on)
    winner, alternate, loser = roles(sim)
    bundle = sim.bundle()
    assert erase.erase(sim.house, sim.id, loser, sim.now)
    for entrant in (winner, alternate):
        assert not erase.erase(sim.house, sim.id, entrant, sim.now)
    with sim.store.read() as tx:
        assert not held(tx, sim.id, loser).data["email"]
        for entrant in (winner, alternate):
            kept = held(tx, sim.id, entrant).data
            assert set(kept["entries"][0]["answers"]) == {"email", "size", "age", "country", "rules"}
            assert set(kept["entries"][0]["identity"]) == {"email", "first-name", "last-name"}
            assert {mail["kind"] for mail in kept["mails"]} <= {"offer"}
    settled(sim)
    turn(sim)
    with sim.store.read() as tx:
        assert not held(tx, sim.id, alternate).data["email"]
        assert held(tx, sim.id, winner).data["email"]
    sim.go(YEARS)
    turn(sim)
    assert traces(sim) == set()
    assert sim.verify().passed
    assert len(sim.bundle()) > len(bundle)  # the settlement is in it


def test_on_a_frozen_list_erasure_is_finished_by_the_draw(simulate: Make) -> None:
    sim = opened(simulate, alternates=0)
    sim.freeze()
    for entrant in names(sim).values():
        assert not erase.erase(sim.house, sim.id, entrant, sim.now)
    sim.draw()
    sim.advance()
    turn(sim)
    left = [row for row in rows(sim, EntrantRow) if row.email]
    assert len(left) == 3
    assert sim.verify().passed


def test_an_excluded_person_who_is_erased_still_cannot_enter_again(simulate: Make) -> None:
    sim = opened(simulate, rules=[*RULES, {"kind": "one-per-person"}])
    entrant = sim.receipts["zora1"].entrant
    moderate.exclude(sim.house, sim.id, entrant, reason="automation", note="x", evidence=("", b""), staff_name="C",
                     now=sim.now)  # fmt: skip
    assert erase.erase(sim.house, sim.id, entrant, sim.now)
    assert not isinstance(sim.enter("zora1", **ANSWERS)[0], Accepted)
    erase.erase(sim.house, sim.id, sim.receipts["zora2"].entrant, sim.now)
    assert isinstance(sim.enter("zora2", **ANSWERS)[0], Accepted)


def test_taking_consent_back_leaves_the_entry(simulate: Make) -> None:
    sim = opened(simulate)
    entrant = sim.receipts["zora1"].entrant
    erase.withdraw_consent(sim.house, sim.id, entrant, sim.now)
    with sim.store.read() as tx:
        entry = held(tx, sim.id, entrant).data["entries"][0]
    assert entry["state"] == "accepted"
    assert "news" not in entry["answers"]
    assert entry["answers"]["email"]


def test_staff_erase_only_with_a_note_and_it_is_an_act(simulate: Make) -> None:
    sim = opened(simulate)
    entrant = sim.receipts["zora1"].entrant
    with pytest.raises(Refused, match="When and how"):
        erase.erase(sim.house, sim.id, entrant, sim.now, erase.Staff("Claire", " "))
    assert sim.state().counts["withdrawn"] == 0
    erase.erase(sim.house, sim.id, entrant, sim.now, erase.Staff("Claire", "By mail, 3 December."))
    with sim.store.read() as tx:
        acts = [(act.verb, act.staff, act.detail) for act in views.actions(tx, sim.id)]
    assert acts == [("erase", "Claire", f"{entrant}: By mail, 3 December.")]


def test_what_a_person_is_handed_opens_their_commitment_in_the_journal(simulate: Make) -> None:
    from simulator import records_of

    from contests.entry import commitment

    sim = opened(simulate)
    with sim.store.read() as tx:
        entry = held(tx, sim.id, sim.receipts["zora1"].entrant).data["entries"][0]
    record = next(r for r in records_of(sim.bundle()) if r.get("entry") == entry["entry"])
    assert record["commitment"] == commitment(bytes.fromhex(entry["commitment_key"]), entry["identity"])


def test_minutes_issued_after_erasure_say_so_and_never_that_counts_differ(simulate: Make) -> None:
    sim = drawn(simulate)
    settled(sim)
    sim.go(200 * DAY)
    turn(sim)
    stated = Stated(place="x", operator="x", clock="x", incidents="x", independence="x")
    facts = minutes.preview(sim.house, sim.id, stated, sim.now)
    assert rows(sim, EntryRow)
    assert all(count.second is None or count.first == count.second for count in facts.counts)
    assert any(count.second is None for count in facts.counts)
