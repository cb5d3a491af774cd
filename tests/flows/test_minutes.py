"""Minutes of the draw: issued once a draw is completed, annulled in public, checked by both verifiers."""

import io
import subprocess
import sys
import threading
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from flows.test_life import CEREMONY, ROUND, drand, exclude
from simulator import Make, Simulator, records_of

from contests.audit.bundle import open_bytes
from contests.draw.seed import Beacon
from contests.errors import NotFound, Refused, StageRefused
from contests.flows import draw as drawing
from contests.flows import minutes, moderate, settle
from contests.flows.enter import Accepted
from contests.papers.minutes_facts import Present, Stated
from contests.store import minutes as store
from contests.store import views
from contests.store.tables import MinutesRow

STATED = Stated(
    place="Lyon, 12 rue des Tisserands",
    operator="Alice Morel",
    clock="Comparée à l’horloge parlante : écart inférieur à une seconde.",
    incidents="Aucun.",
    independence="Aucun lien avec un participant.",
    officer="Maître Anne Martin",
    officer_office="Étude Martin",
    officer_address="1 place Bellecour, Lyon",
    requester="Ateliers Lumière",
    approver="Léon Blum",
    present=(Present(name="Zoé Petit", capacity="observatrice", came="11 h 50", left="12 h 30"),),
    remarks="Rien à signaler.",
)


def drawn(make: Make, **changes: object) -> Simulator:
    """Return a campaign that was drawn, with an exclusion, a withdrawal and a reinstatement."""
    sim = make(**changes)
    alice, bob, charlie, *_ = sim.enter(*[f"p{n}" for n in range(9)])
    assert isinstance(alice, Accepted)
    assert isinstance(bob, Accepted)
    assert isinstance(charlie, Accepted)
    sim.enter("p0")  # declined: already entered
    exclude(sim, alice.entrant)
    exclude(sim, bob.entrant)
    moderate.reinstate(sim.house, sim.id, bob.entrant, note="It was her.", staff_name="Claire", now=sim.now)
    sim.close()
    moderate.withdraw(sim.house, sim.id, charlie.token, sim.now)
    sim.freeze()
    sim.draw()
    return sim


def issue(sim: Simulator, stated: Stated = STATED) -> int:
    """Issue minutes now."""
    return minutes.issue(sim.house, sim.id, stated, staff_name="Claire", now=sim.now)


def rows(sim: Simulator) -> list[MinutesRow]:
    with sim.store.read() as tx:
        return store.all_of(tx, sim.id)


def test_minutes_are_in_the_journal_and_the_bundle_and_both_verifiers_agree(simulate_on: Make, tmp_path: Path) -> None:
    sim = drawn(simulate_on)
    assert issue(sim) == 1
    assert sim.state().minutes[1].papers.keys() == {"fr", "en"}
    assert sim.verify().passed
    (tmp_path / "sim.zip").write_bytes(sim.bundle())
    with open_bytes(sim.bundle()) as bundle:
        names = {name for name in bundle.names if name.startswith("papers/minutes")}
        (tmp_path / "verify.py").write_bytes(bundle.read("verify.py"))
    assert names == {f"papers/minutes-1-{lang}.{kind}" for lang in ("fr", "en") for kind in ("html", "pdf")}
    done = subprocess.run(
        [sys.executable, "verify.py", "sim.zip"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_minutes_that_were_changed_fail_the_papers_step(simulate: Make) -> None:
    from simulator import failed_steps

    from contests.audit.verify import verify

    sim = drawn(simulate)
    issue(sim)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sim.bundle())) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            data = old.read(info)
            new.writestr(
                info, data.replace(b"Anne Martin", b"Anne Marten") if info.filename.endswith("fr.html") else data
            )
    with open_bytes(out.getvalue()) as bundle:
        assert 4 in failed_steps(verify(bundle, None))


@pytest.mark.parametrize("stage", ["open", "closed", "frozen"])
def test_no_minutes_before_the_draw(simulate: Make, stage: str) -> None:
    sim = simulate()
    sim.enter("alice", "bob")
    if stage != "open":
        sim.close()
    if stage == "frozen":
        sim.freeze()
    size = sim.state().size
    with pytest.raises(StageRefused):
        issue(sim)
    with pytest.raises(StageRefused):
        minutes.preview(sim.house, sim.id, STATED, sim.now)
    assert sim.state().size == size


def test_annulled_and_issued_again_under_the_next_number(simulate_on: Make) -> None:
    sim = drawn(simulate_on)
    issue(sim)
    sim.go(timedelta(hours=1))
    minutes.annul(sim.house, sim.id, 1, reason="Nom mal écrit.", staff_name="Claire", now=sim.now)
    assert issue(sim) == 2
    state = sim.state()
    assert state.annulled[1].reason == "Nom mal écrit."
    assert 2 not in state.annulled
    first, second = (next(r for r in rows(sim) if (r.number, r.language) == (n, "fr")) for n in (1, 2))
    assert first.annulled_at == sim.now
    assert "remplace le relevé n°\u00a01" in second.data.decode()
    assert "Nom mal écrit." in second.data.decode()
    assert sim.verify().passed
    kinds = [r["kind"] for r in records_of(sim.bundle()) if r["kind"].startswith("minutes")]
    assert kinds == ["minutes.issued", "minutes.annulled", "minutes.issued"]
    with sim.store.read() as tx:
        verbs = [action.verb for action in views.actions(tx, sim.id)]
    assert verbs.count("minutes") == 2
    assert verbs.count("annul-minutes") == 1


def test_only_minutes_that_stand_are_annulled_and_for_a_reason(simulate: Make) -> None:
    sim = drawn(simulate)
    with pytest.raises(NotFound):
        minutes.annul(sim.house, sim.id, 1, reason="x", staff_name="Claire", now=sim.now)
    issue(sim)
    with pytest.raises(Refused, match="public reason"):
        minutes.annul(sim.house, sim.id, 1, reason="  ", staff_name="Claire", now=sim.now)
    minutes.annul(sim.house, sim.id, 1, reason="x", staff_name="Claire", now=sim.now)
    with pytest.raises(NotFound):
        minutes.annul(sim.house, sim.id, 1, reason="x", staff_name="Claire", now=sim.now)


def test_of_two_who_issue_at_once_one_is_asked_to_look_again(
    simulate_on: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    sim = drawn(simulate_on)
    both = threading.Barrier(2)
    real = minutes.write
    monkeypatch.setattr(minutes, "write", lambda facts: (both.wait(60), real(facts))[1])
    found: list[object] = []

    def work() -> None:
        try:
            found.append(issue(sim))
        except StageRefused as refused:
            found.append(refused.code)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found, key=str) == [1, "journal-moved-on"]
    assert list(sim.state().minutes) == [1]
    assert sim.verify().passed


def test_minutes_of_a_beacon_and_of_a_ceremony_verify(simulate: Make) -> None:
    sim = drand(simulate)
    sim.enter(*[f"p{n}" for n in range(9)])
    sim.freeze()
    sim.draw(Beacon(ROUND))
    issue(sim)
    text = next(row.data.decode() for row in rows(sim) if row.language == "en")
    assert ROUND.signature in text
    assert "REHEARSAL" not in text
    assert sim.verify().passed


def test_minutes_of_a_ceremony_give_what_was_typed(simulate: Make) -> None:
    sim = simulate(**CEREMONY)
    sim.enter("alice", "bob", "eve", "dan")
    sim.freeze()
    sim.go(sim.campaign.draws_at)
    for who in ("one", "two"):
        drawing.type_ceremony(sim.house, sim.id, who, who, {"die 1": "3", "die 2": "6"}, sim.now)
    issue(sim)
    text = next(row.data.decode() for row in rows(sim) if row.language == "fr")
    assert "die 1=3\ndie 2=6" in text
    assert "Me Martin" in text
    assert sim.verify().passed


def test_what_came_after_the_draw_is_told(simulate: Make) -> None:
    sim = drawn(simulate)
    sim.advance()
    settle.confirm_award(sim.house, sim.id, "bike", staff_name="Claire", note="Seen.", now=sim.now)
    settle.forfeit_award(
        sim.house, sim.id, "mug-1", reason="not-eligible", staff_name="Claire", note="Under age.", now=sim.now
    )
    while sim.stage == "drawn":
        sim.go(timedelta(days=8))
        sim.advance()
    issue(sim)
    text = next(row.data.decode() for row in rows(sim) if row.language == "en")
    for said in ("Prize offered, subject to checks, until", "Prize confirmed", "Not eligible (not-eligible)",
                 "Alternate promoted, rank 4", "No answer (no-answer)", "Prizes confirmed: 1"):  # fmt: skip
        assert said in text
    assert sim.verify().passed


def test_the_second_route_agrees_on_both_databases_and_a_difference_is_shown(simulate_on: Make) -> None:
    sim = drawn(simulate_on)
    facts = minutes.preview(sim.house, sim.id, STATED, sim.now)
    assert all(count.agrees for count in facts.counts)
    from sqlmodel import col, update

    from contests.store.tables import EntryRow

    with sim.store.write() as tx:
        tx.execute(update(EntryRow).where(col(EntryRow.state) == "excluded").values(state="accepted"))
    facts = minutes.preview(sim.house, sim.id, STATED, sim.now)
    differ = {count.what.en for count in facts.counts if not count.agrees}
    assert differ == {
        "Entries excluded",
        "Entries taking part",
        "Accepted − withdrawn − excluded",
        "Entrants",
        "Tickets",
    }


def test_once_people_are_erased_minutes_say_so_and_still_verify(simulate: Make) -> None:
    from sqlmodel import delete

    from contests.store.tables import EntrantRow, EntryRow

    sim = drawn(simulate)
    with sim.store.write() as tx:
        for table in (EntryRow, EntrantRow):
            tx.execute(delete(table))
    issue(sim)
    text = next(row.data.decode() for row in rows(sim) if row.language == "fr")
    assert "données effacées" in text
    assert "DIFFÈRE" not in text
    assert sim.verify().passed


def test_minutes_name_no_entrant(simulate: Make) -> None:
    sim = drawn(simulate)
    issue(sim)
    for row in rows(sim):
        assert b"people.example" not in row.data
        assert b"people.example" not in row.pdf


def test_the_same_facts_give_the_same_bytes(simulate: Make) -> None:
    sim = drawn(simulate)
    facts = minutes.preview(sim.house, sim.id, STATED, sim.now)
    assert minutes.write(facts) == minutes.write(minutes.preview(sim.house, sim.id, STATED, sim.now))
