"""An amendment: judged, released where it hurts, journaled, told to those it concerns, verified by everybody."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from simulator import DEFINITION, Make, Simulator, records_of

from contests.campaign.amendment import reason_in
from contests.codec import canonical
from contests.errors import Refused, StageRefused
from contests.flows import amend, announce, drafting, minutes
from contests.flows.acknowledge import acknowledge_all
from contests.flows.amend import Review
from contests.flows.enter import Accepted, DeclinedEntry, enter
from contests.flows.rules_pdf import rules_pdf
from contests.papers.minutes_facts import Stated
from contests.store import amendments, campaigns, views
from contests.store import minutes as issued
from contests.worker import Reach, tick

REASONS: dict[Any, str] = {"fr": "Le fournisseur a doublé la mise.", "en": "The supplier doubled the stake."}
WHY = {"staff_name": "Alice", "reason": "Le fournisseur a fait faillite, preuve au dossier."}
MORE_MUGS = [DEFINITION["prizes"][0], DEFINITION["prizes"][1] | {"quantity": 5}]
CHEAP_BIKE = [DEFINITION["prizes"][0] | {"unit_value": "400.00"}, DEFINITION["prizes"][1]]


def prepare(sim: Simulator, **changes: Any) -> Review:
    """Begin an amendment and write its text."""
    amend.begin(sim.house, sim.id, "Claire", sim.now)
    with sim.store.read() as tx:
        copy = amend.working(tx, sim.id)
    text = canonical(sim.definition_data | changes).decode()
    drafting.save_text(sim.house, sim.id, text, "json", drafting.mark_of(copy), "Claire", sim.now)
    return look(sim)


def look(sim: Simulator) -> Review:
    with sim.store.read() as tx:
        return amend.review(tx, sim.id, sim.now)


def put_in_force(sim: Simulator, reasons: dict[Any, str] = REASONS) -> None:
    amend.publish(sim.house, sim.id, reasons, look(sim).mark, staff_name="Claire", now=sim.now)


def told(sim: Simulator) -> dict[str, tuple[str, str]]:
    """Let the worker's step run dry; return subject and text by recipient."""
    while announce.announce_due(sim.house, sim.now):
        pass
    with sim.store.read() as tx:
        mails = [mail for mail in views.mails(tx, most=1000) if mail.kind == "amended"]
    assert len({mail.recipient for mail in mails}) == len(mails)
    return {mail.recipient: (mail.subject, mail.body) for mail in mails}


def opened(simulate: Make, **changes: Any) -> Simulator:
    sim = simulate(**changes)
    sim.go(timedelta(hours=2))
    return sim


def test_an_amendment_in_favour_is_journaled_with_its_reason_and_every_verifier_agrees(simulate_on: Make) -> None:
    sim = opened(simulate_on)
    sim.enter("alice")
    found = prepare(sim, prizes=MORE_MUGS)
    assert [(c.difference.path, c.effect) for c in found.changes] == [("prizes.mug.quantity", "favour")]
    assert found.ready
    put_in_force(sim)
    record = next(r for r in records_of(sim.bundle()) if r["kind"] == "campaign.amended")
    assert record["number"] == 2
    assert reason_in(record["reason"], ("fr", "en"), "en") == REASONS["en"]
    assert sim.campaign.prizes[1].quantity == 5
    with sim.store.read() as tx:
        assert amendments.working(tx, sim.id) is None
        texts = {(p.version, p.language): p.data.decode() for p in views.papers(tx, sim.id)}
        act = views.actions(tx, sim.id)[0]
    assert set(texts) == {(1, "fr"), (1, "en"), (2, "fr"), (2, "en")}
    assert "Avenant n°" not in texts[1, "fr"]
    assert "Le fournisseur a doublé la mise." in texts[2, "fr"]
    assert "“3” becomes" not in texts[2, "en"]
    assert "“2” becomes “5”" in texts[2, "en"]
    assert (act.verb, act.staff) == ("amend", "Claire")
    pdfs = [rules_pdf(sim.house, sim.id, version, "fr") for version in (1, 2, 3)]
    assert [pdf[:5] if pdf else None for pdf in pdfs] == [b"%PDF-", b"%PDF-", None]
    sim.enter("bob", rules="2")
    sim.freeze()
    sim.draw()
    verdict = sim.verify()
    assert verdict.passed, verdict.text()
    assert len(sim.state().units) == 6


def test_what_hurts_entrants_waits_for_a_release_of_exactly_that(simulate: Make) -> None:
    sim = opened(simulate)
    found = prepare(sim, prizes=CHEAP_BIKE)
    assert [c.difference.path for c in found.against] == ["prizes.bike.unit_value"]
    with pytest.raises(Refused, match="release was expected"):
        put_in_force(sim)
    with pytest.raises(Refused) as refused:
        amend.release(sim.house, sim.id, found.release, reason=" ", staff_name="Alice", now=sim.now)
    assert refused.value.where == "release_reason"
    amend.release(sim.house, sim.id, found.release, now=sim.now, **WHY)
    assert look(sim).released
    worse = [CHEAP_BIKE[0] | {"unit_value": "300.00"}, CHEAP_BIKE[1]]
    assert not prepare(sim, prizes=worse).released
    with pytest.raises(Refused, match="as you read it"):
        amend.release(sim.house, sim.id, found.release, now=sim.now, **WHY)
    assert prepare(sim, prizes=CHEAP_BIKE).released
    put_in_force(sim)
    with sim.store.read() as tx:
        acts = {act.verb: act for act in views.actions(tx, sim.id)}
    assert acts["release"].staff == "Alice"
    assert WHY["reason"] in acts["release"].detail
    assert not prepare(sim, prizes=worse).released, "a release is for one amendment"


FIXED: list[tuple[dict[str, Any], str]] = [
    ({"slug": "other"}, "slug"),
    ({"timezone": "Europe/London"}, "timezone"),
    ({"languages": ["fr"]}, "languages"),
    ({"draw": {"source": "drand"}}, "draw.source"),
    ({"opens_at": "2026-12-02T09:00:00"}, "opens_at"),
    ({"fields": [DEFINITION["fields"][0] | {"purpose": "entry"}]}, "fields.email.purpose"),
]


def test_what_entries_or_the_draw_rest_on_is_refused_with_a_sentence(simulate: Make) -> None:
    sim = opened(simulate)
    sim.enter("alice")
    for changes, path in FIXED:
        found = prepare(sim, **changes)
        assert path in [change.difference.path for change in found.fixed]
        assert all(change.why.fr and change.why.en for change in found.fixed)
        acknowledge_all(sim.house, sim.id, reason="A test.", staff_name="Claire", now=sim.now)
        with pytest.raises(Refused) as refused:
            put_in_force(sim)
        assert refused.value.code == "amendment-fixed"
    assert sim.state().size == 2


def test_a_closing_that_moved_is_the_one_that_counts(simulate: Make) -> None:
    sim = opened(simulate)
    sim.enter("alice")
    later = {"closes_at": "2026-12-10T09:00:00", "freezes_at": "2026-12-10T10:00:00", "draws_at": "2026-12-10T12:00:00"}
    found = prepare(sim, **later)
    assert {change.effect for change in found.changes} == {"against"}
    amend.release(sim.house, sim.id, found.release, now=sim.now, **WHY)
    put_in_force(sim)
    sim.go(datetime.fromisoformat("2026-12-09T09:00:00+00:00"))
    tick(sim.house, Reach(), sim.now)
    assert sim.stage == "open"
    assert isinstance(sim.enter("bob", rules="2")[0], Accepted)
    sim.freeze()
    sim.draw()
    assert sim.now >= datetime.fromisoformat("2026-12-10T11:00:00+00:00")
    assert sim.verify().passed


def test_nothing_is_amended_after_the_closing(simulate: Make) -> None:
    sim = opened(simulate)
    prepare(sim, prizes=MORE_MUGS)
    mark = look(sim).mark
    sim.now = sim.campaign.closes_at
    for step in (
        lambda: amend.publish(sim.house, sim.id, REASONS, mark, staff_name="Claire", now=sim.now),
        lambda: amend.begin(sim.house, sim.id, "Claire", sim.now),
    ):
        with pytest.raises(StageRefused) as refused:
            step()
        assert refused.value.code == "amendment-late"
    sim.close()
    with pytest.raises(StageRefused):
        amend.publish(sim.house, sim.id, REASONS, mark, staff_name="Claire", now=sim.now)


def test_a_reason_is_asked_in_each_language(simulate: Make) -> None:
    sim = opened(simulate)
    prepare(sim, prizes=MORE_MUGS)
    french: dict[Any, str] = {"fr": "Une raison assez longue."}
    for reasons, missing in (({}, "fr"), (french, "en"), (french | {"en": "x"}, "en")):
        with pytest.raises(Refused) as refused:
            put_in_force(sim, reasons)
        assert refused.value.where == f"reason_{missing}"


def test_an_amendment_that_changes_nothing_or_was_not_read_is_refused(simulate: Make) -> None:
    sim = opened(simulate)
    prepare(sim)
    with pytest.raises(Refused) as empty:
        put_in_force(sim)
    assert empty.value.code == "amendment-empty"
    before = look(sim).mark
    prepare(sim, prizes=MORE_MUGS)
    with pytest.raises(Refused) as moved:
        amend.publish(sim.house, sim.id, REASONS, before, staff_name="Claire", now=sim.now)
    assert moved.value.code == "amendment-changed"


def test_who_accepted_an_earlier_version_is_told_once_in_their_language(simulate_on: Make) -> None:
    sim = opened(simulate_on)
    sim.enter("alice", "carl")
    with sim.store.write() as tx:
        row = views.entries(tx, sim.id, wanted="carl", marked=False, before=None)[0][1]
        tx.merge(type(row)(**row.model_dump() | {"language": "en"}))
    prepare(sim, prizes=MORE_MUGS)
    put_in_force(sim)
    sim.enter("bob", rules="2")
    mails = told(sim)
    assert set(mails) == {"alice@people.example", "carl@people.example"}
    assert REASONS["fr"] in mails["alice@people.example"][1]
    assert REASONS["en"] in mails["carl@people.example"][1]
    assert "/c/sim/amendments/1?lang=en" in mails["carl@people.example"][1]
    assert told(sim) == mails
    with sim.store.read() as tx:
        assert amendments.untold(tx) == []


def test_mails_go_on_where_a_killed_worker_stopped(simulate: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announce, "BATCH", 2)
    sim = opened(simulate)
    sim.enter(*"abcde")
    prepare(sim, prizes=MORE_MUGS)
    put_in_force(sim)
    assert announce.announce_due(sim.house, sim.now) == 2
    with sim.store.write() as tx:
        amendments.write(tx, amendments.untold(tx)[0], upto=0)  # as if the mark had been lost
    assert len(told(sim)) == 5


def test_the_door_asks_for_the_version_in_force(simulate: Make) -> None:
    sim = opened(simulate)
    late = sim.submission("bob")
    prepare(sim, prizes=MORE_MUGS)
    put_in_force(sim)
    result = enter(sim.house, sim.id, [late])[0]
    assert isinstance(result, DeclinedEntry)
    assert result.objections[0].reason == "rules-changed"
    accepted = sim.enter("bob", rules="2")[0]
    assert isinstance(accepted, Accepted)
    assert b'"rules":2' in accepted.receipt.record


def test_a_question_keeps_its_seal(simulate: Make) -> None:
    question = {"kind": "closed-question", "question": {"fr": "Combien ?", "en": "How many?"}, "answers": ["deux"]}
    sim = opened(simulate, rules=[{"kind": "residence", "countries": ["FR", "LU"]}, question])
    sim.enter("alice", answer="deux")
    changed = [sim.definition_data["rules"][0], question | {"answers": ["trois"]}]
    found = prepare(sim, rules=changed)
    assert [change.effect for change in found.changes] == ["fixed"] * len(found.changes)
    assert found.fixed
    assert [c.difference.path for c in prepare(sim, prizes=MORE_MUGS).changes] == ["prizes.mug.quantity"]
    put_in_force(sim)
    sim.enter("bob", answer="deux", rules="2")
    sim.freeze()
    assert sim.verify().passed


def test_the_text_that_was_published_is_the_one_amended(simulate: Make) -> None:
    sim = opened(simulate)
    with sim.store.write() as tx:
        campaigns.move(tx, sim.id, draft="not a definition")
    amend.begin(sim.house, sim.id, "Claire", sim.now)
    assert look(sim).changes == ()


def test_three_amendments_in_a_row_are_listed_in_each_later_text(simulate: Make) -> None:
    sim = opened(simulate)
    for quantity in (3, 4, 5):
        prepare(sim, prizes=[DEFINITION["prizes"][0], DEFINITION["prizes"][1] | {"quantity": quantity}])
        sim.go(timedelta(minutes=5))
        put_in_force(sim)
    with sim.store.read() as tx:
        text = next(p.data.decode() for p in views.papers(tx, sim.id) if (p.version, p.language) == (4, "en"))
        assert [amended.number for amended in amend.amendments_of(tx, sim.id)] == [1, 2, 3]
    assert [f"Amendment no. {n}, version {n + 1}" in text for n in (1, 2, 3)] == [True] * 3
    assert rules_pdf(sim.house, sim.id, 3, "en"), "an earlier text with a list of its own"
    assert sim.verify().passed


def test_no_entry_stands_under_rules_that_were_no_longer_in_force(simulate_on: Make) -> None:
    """People enter from several threads while the rules change: each is before, or is asked again."""
    sim = opened(simulate_on)
    prepare(sim, prizes=MORE_MUGS)
    mark = look(sim).mark
    crowd = [sim.submission(f"p{n}") for n in range(24)]
    with ThreadPoolExecutor(4) as pool:
        doors = [pool.submit(enter, sim.house, sim.id, [one]) for one in crowd[:12]]
        change = pool.submit(amend.publish, sim.house, sim.id, REASONS, mark, staff_name="Claire", now=sim.now)
        doors += [pool.submit(enter, sim.house, sim.id, [one]) for one in crowd[12:]]
        results = [door.result()[0] for door in doors]
        change.result()
    records = list(records_of(sim.bundle()))
    place = next(n for n, record in enumerate(records) if record["kind"] == "campaign.amended")
    accepted = [n for n, record in enumerate(records) if record["kind"] == "entry.accepted"]
    assert all(n < place for n in accepted)
    assert len(accepted) == sum(isinstance(result, Accepted) for result in results)
    refused = [result for result in results if isinstance(result, DeclinedEntry)]
    assert len(refused) + len(accepted) == len(crowd)
    assert {result.objections[0].reason for result in refused} <= {"rules-changed"}


def test_minutes_and_the_journal_give_the_reason_in_the_readers_language(simulate: Make) -> None:
    sim = opened(simulate)
    sim.enter("alice")
    prepare(sim, prizes=MORE_MUGS)
    put_in_force(sim)
    sim.freeze()
    sim.draw()
    stated = Stated(place="-", operator="Claire", clock="-", incidents="-", independence="-")
    minutes.issue(sim.house, sim.id, stated, staff_name="Claire", now=sim.now)
    with sim.store.read() as tx:
        said = {row.language: row.data.decode() for row in issued.all_of(tx, sim.id)}
    assert REASONS["fr"] in said["fr"]
    assert REASONS["en"] not in said["fr"]
    assert REASONS["en"] in said["en"]
    assert sim.verify().passed
