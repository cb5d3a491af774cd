"""A consent to commercial messages has its own clock, apart from the entry's (legal DP9); time comes in as a value."""

import csv
import io
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from simulator import Make, Simulator

from contests.errors import Malformed, Refused
from contests.flows import erase, moderate
from contests.flows.access import held
from contests.flows.enter import Accepted, Pending, confirm
from contests.flows.house import House
from contests.flows.opt_ins import end_due, export_opt_ins, note_contacts
from contests.flows.processing import processing_of, sheet
from contests.flows.retain import retain_due
from contests.papers.html import fragment
from contests.sources.contacts import digest_of, read_contacts
from contests.store import entries, opt_ins, personal, views
from contests.store.tables import OptInRow
from contests.worker import Reach, tick

YEARS = 1095
NEWS = {"id": "news", "kind": "consent", "required": False, "purpose": "marketing", "retention_days": YEARS,
        "label": {"fr": "La lettre", "en": "The letter"}}  # fmt: skip
TEAS = NEWS | {"id": "teas", "retention_days": 30}
EMAIL = {"id": "email", "kind": "email", "purpose": "contact", "retention_days": 180}
ADULTS = [{"kind": "residence", "countries": ["FR"]}, {"kind": "minimum-age"}]
DAY = timedelta(days=1)


@pytest.fixture
def sim(simulate: Make) -> Simulator:
    return simulate(fields=[EMAIL, NEWS, TEAS], rules=ADULTS)


def rows(sim: Simulator) -> list[OptInRow]:
    with sim.store.read() as tx:
        return opt_ins.every(tx, sim.id, 0, 1000)


def export(sim: Simulator) -> list[dict[str, str]]:
    data = export_opt_ins(sim.house, sim.id, staff_name="Ann", now=sim.now)
    return list(csv.DictReader(io.StringIO(data.decode())))


def contact(sim: Simulator, *people: str, on: datetime | str = "", did: Any = "contact") -> tuple[int, int, int]:
    day = on if isinstance(on, str) else on.date().isoformat()
    listed = read_contacts("\n".join(people).encode())
    told = note_contacts(sim.house, sim.id, listed, did=did, on=day, staff_name="Ann", now=sim.now)
    return told.found, told.changed, told.unknown


def finish(sim: Simulator) -> None:
    """Delete all that is due by now, entries and consents."""
    if sim.stage == "drawn":
        while sim.advance():
            pass
    while retain_due(sim.house, sim.now) + end_due(sim.house, sim.now):
        pass


def test_a_consent_outlives_the_entry_that_it_came_with_and_ends_on_its_own_second(sim: Simulator) -> None:
    sim.enter("ann", "bob", news="on")
    sim.enter("cleo", "dan", "eve", "fay", "gus", "hal", "ida")
    given = sim.now
    sim.freeze()
    sim.draw()
    sim.go(given + YEARS * DAY - DAY)
    finish(sim)
    left = {row.address for row in rows(sim)}
    assert left == {"ann@people.example", "bob@people.example"}
    with sim.store.read() as tx:
        assert views.entrant_count(tx, sim.id) < 9
    sim.go(given + YEARS * DAY - timedelta(seconds=1))
    assert end_due(sim.house, sim.now) == 0
    assert [line["expires_at"] for line in export(sim)] == ["2029-11-30T08:00:00Z"] * 2
    sim.go(timedelta(seconds=1))
    assert end_due(sim.house, sim.now) == 2
    assert rows(sim) == []
    assert export(sim) == []
    with sim.store.read() as tx:
        (told,) = [row for row in personal.counted(tx, sim.id) if row.item == "_opt_in"]
    assert (told.why, told.count, told.purpose) == ("time", 2, "marketing")


def test_the_worker_ends_consents_while_the_contest_is_still_open(simulate: Make) -> None:
    sim = simulate(fields=[EMAIL, TEAS | {"retention_days": 2}], rules=ADULTS)
    sim.enter("ann", teas="on")
    sim.go(2 * DAY)
    while tick(sim.house, Reach(), sim.now):
        pass
    assert sim.stage == "open"
    assert rows(sim) == []
    with sim.store.read() as tx:
        (entry,) = entries.of_entrant(tx, sim.receipts["ann"].entrant)
    assert b"teas" not in entry.answers
    assert b"ann@people.example" in entry.answers


def test_a_box_has_the_days_that_its_definition_says(sim: Simulator) -> None:
    sim.enter("ann", news="on", teas="on")
    assert {row.box: row.ends_at - sim.now for row in rows(sim)} == {"news": YEARS * DAY, "teas": 30 * DAY}


def test_a_click_begins_the_time_again_and_an_earlier_one_never_shortens_it(sim: Simulator) -> None:
    sim.enter("ann", "bob", news="on")
    sim.go(100 * DAY)
    assert contact(sim, "Ann@People.example", "stranger@people.example", on=sim.now) == (1, 1, 1)
    ends = {row.address: row.ends_at for row in rows(sim)}
    midnight = datetime.fromisoformat("2027-03-11T00:00:00+01:00")
    assert ends["ann@people.example"] == midnight + YEARS * DAY
    assert contact(sim, "ann@people.example", on=sim.now - 50 * DAY) == (1, 0, 0)
    assert {row.address: row.ends_at for row in rows(sim)} == ends
    told = {line["address"]: line for line in export(sim)}
    assert told["ann@people.example"]["last_contact_at"] == "2027-03-10T23:00:00Z"
    assert told["bob@people.example"]["last_contact_at"] == ""
    sim.go(datetime.fromisoformat("2029-12-01T12:00:00+00:00"))
    assert end_due(sim.house, sim.now) == 1
    assert [row.address for row in rows(sim)] == ["ann@people.example"]


def test_a_person_is_found_by_the_digest_that_mailing_tools_export(sim: Simulator) -> None:
    sim.enter("ann", "bob", news="on")
    sim.go(DAY)
    assert contact(sim, "id;sha256", f"7;{digest_of('ANN@people.example ')}", "8;" + "0" * 64, on=sim.now) == (1, 1, 1)


def test_nothing_of_the_list_is_kept(sim: Simulator) -> None:
    sim.enter("ann", news="on")
    sim.go(DAY)
    contact(sim, "stranger@elsewhere.example", "ann@people.example", on=sim.now)
    with sim.store.read() as tx:
        (act,) = [act for act in views.actions(tx, sim.id) if act.verb == "contacts"]
    assert act.detail == "contact 2026-12-02: 1 found, 1 changed, 1 unknown"
    assert b"elsewhere" not in b"".join(path.read_bytes() for path in _files(sim.house))


def _files(house: House) -> list[Path]:
    folder = Path(str(house.store.engine.url.database)).parent
    return [path for path in folder.iterdir() if path.is_file()]


def test_a_day_that_cannot_be_is_refused_and_nothing_changes(sim: Simulator) -> None:
    sim.enter("ann", news="on")
    sim.go(DAY)
    before = [(row.last_contact_at, row.ends_at) for row in rows(sim)]
    for on in ("", "soon", "2026-11-30", "2026-12-03", "0000-00-00"):
        with pytest.raises(Refused):
            contact(sim, "ann@people.example", on=on)
    assert [(row.last_contact_at, row.ends_at) for row in rows(sim)] == before


@pytest.mark.parametrize("text", ["", "address\n", "a name; another", "x@", "\xff\xfe"])
def test_a_list_that_names_nobody_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        read_contacts(text.encode("latin-1"))


def test_a_list_is_read_as_people_really_save_it() -> None:
    data = '\ufeff"Nom";"E-mail"\r\n"Zoé";"Zoe.Q+x@gmail.com"\r\n;<bob@people.example>,\t;'.encode()
    assert read_contacts(data).addresses == {"zoeq@gmail.com", "bob@people.example"}
    assert read_contacts("Zoé;zoe@people.example".encode("cp1252")).size == 1


def test_ticking_the_box_again_is_a_contact_and_the_first_proof_stays(simulate: Make) -> None:
    sim = simulate(fields=[EMAIL, NEWS], rules=[*ADULTS, {"kind": "one-per-day"}])
    sim.enter("ann", news="on")
    first = sim.now
    sim.go(2 * DAY)
    sim.enter("ann", news="on")
    (row,) = rows(sim)
    assert (row.ticked_at, row.last_contact_at, row.ends_at) == (first, sim.now, sim.now + YEARS * DAY)
    sim.enter("bob", "bob", news="on")
    assert len(rows(sim)) == 2


def test_consent_taken_back_by_the_person_or_through_the_staff_leaves_nothing(sim: Simulator) -> None:
    sim.enter("ann", "bob", "cleo", news="on")
    erase.withdraw_consent(sim.house, sim.id, sim.receipts["ann"].entrant, sim.now)
    assert contact(sim, "bob@people.example", "nobody@people.example", did="withdrawn") == (1, 1, 1)
    erase.erase(sim.house, sim.id, sim.receipts["cleo"].entrant, sim.now)
    assert rows(sim) == []
    with sim.store.read() as tx:
        told = {(row.item, row.why): row.count for row in personal.counted(tx, sim.id)}
        (bobs,) = entries.of_entrant(tx, sim.receipts["bob"].entrant)
    assert told["_opt_in", "request"] == 3
    assert b"news" not in bobs.answers
    assert bobs.state == "accepted"


def test_a_consent_can_be_taken_back_when_the_entry_is_long_gone(sim: Simulator) -> None:
    sim.enter("ann", *"bcdefghi", news="on")
    sim.freeze()
    sim.draw()
    sim.go(400 * DAY)
    finish(sim)
    assert contact(sim, *(f"{name}@people.example" for name in ("ann", *"bcdefghi")), did="withdrawn")[0] == 9
    assert rows(sim) == []


def test_the_consent_of_who_was_excluded_or_withdrew_is_not_exported_and_does_not_outlive_the_entry(
    sim: Simulator,
) -> None:
    sim.enter("ann", "bob", *"cdefghijkl", news="on")
    moderate.withdraw(sim.house, sim.id, sim.receipts["ann"].token, sim.now)
    moderate.exclude(
        sim.house, sim.id, sim.receipts["bob"].entrant, reason="automation", note="x", evidence=("", b""),
        staff_name="Ann", now=sim.now,
    )  # fmt: skip
    assert len(export(sim)) == 10
    sim.freeze()
    sim.draw()
    sim.go(400 * DAY)
    finish(sim)
    assert {row.address.partition("@")[0] for row in rows(sim)} == set("cdefghijkl")
    assert len(export(sim)) == 10


def test_where_addresses_are_confirmed_only_confirmed_consents_are_exported(simulate: Make) -> None:
    sim = simulate(fields=[EMAIL, NEWS], rules=[*ADULTS, {"kind": "confirmed-email"}])
    (waits,) = sim.enter("ann", news="on")
    assert isinstance(waits, Pending)
    assert rows(sim) == []
    with sim.store.read() as tx:
        token = views.mails(tx, wanted="ann@people.example")[0].body.partition("/confirm/")[2].split()[0]
    ticked = sim.now
    sim.go(DAY)
    assert isinstance(confirm(sim.house, sim.id, token, sim.now), Accepted)
    (line,) = export(sim)
    assert (line["ticked_at"], line["confirmed_at"]) == ("2026-12-01T08:00:00Z", "2026-12-02T08:00:00Z")
    assert rows(sim)[0].ends_at == ticked + YEARS * DAY


def test_a_person_reads_until_when_their_consent_is_held(sim: Simulator) -> None:
    sim.enter("ann", news="on")
    with sim.store.read() as tx:
        told = held(tx, sim.id, sim.receipts["ann"].entrant)
    assert told.ends["news"] == sim.now + YEARS * DAY
    assert [consent["box"] for consent in told.data["consents"]] == ["news"]


def test_the_sheet_counts_consents_and_says_when_they_end(sim: Simulator) -> None:
    sim.enter("ann", "bob", news="on")
    facts = processing_of(sim.house, sim.id, sim.now)
    assert facts.consents["news"].count == 2
    page = fragment(sheet(facts, "en"))
    assert "2 held; from 30 November 2029 to 30 November 2029" in page.replace("\N{NO-BREAK SPACE}", " ")
    assert "At the end of each consent" in page


def test_who_may_win_keeps_a_consent_no_longer_than_others(sim: Simulator) -> None:
    sim.enter("ann", teas="on")
    sim.freeze()
    sim.draw()
    sim.advance()
    sim.go(30 * DAY)
    end_due(sim.house, sim.now)
    assert rows(sim) == []
    with sim.store.read() as tx:
        (entry,) = entries.of_entrant(tx, sim.receipts["ann"].entrant)
    assert b"teas" not in entry.answers
