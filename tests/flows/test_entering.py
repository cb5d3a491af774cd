"""Entering: batches, confirmations, bonuses, codes; each claim on both databases where it touches them."""

import threading
from datetime import timedelta

import msgspec
import pytest
from simulator import Make, Simulator

from contests.flows import moderate
from contests.flows.enter import Accepted, DeclinedEntry, Pending, confirm, enter
from contests.flows.import_people import import_people
from contests.flows.moderate import withdraw
from contests.journal.note import parse_vkey
from contests.journal.receipt import parse_receipt, verify_receipt
from contests.sources.people import read_people
from contests.store import campaigns, entries, journals, signals, views

CONFIRM = {"rules": [{"kind": "residence", "countries": ["FR"]}, {"kind": "confirmed-email"}]}


def link(sim: Simulator, recipient: str) -> str:
    """Return the token in the latest confirmation mail."""
    with sim.store.read() as tx:
        mail = next(m for m in views.mails(tx, wanted=recipient) if m.kind == "confirm")
    return mail.body.partition("/confirm/")[2].split()[0]


def test_every_entrant_of_a_batch_gets_a_receipt_that_verifies(simulate_on: Make) -> None:
    sim = simulate_on()
    with sim.store.read() as tx:
        vkey = parse_vkey(journals.head(tx, sim.id).vkey)
    for batch in (["alice"], ["bob", "charlie"], [f"p{n}" for n in range(600)]):
        for result in sim.enter(*batch):
            assert isinstance(result, Accepted)
            receipt = parse_receipt(result.receipt.text().encode())
            assert msgspec.json.decode(receipt.record)["entry"] == result.entry
            verify_receipt(receipt, vkey)


def test_a_receipt_made_later_from_tiles_verifies_too(simulate_on: Make) -> None:
    sim = simulate_on()
    for start in range(0, 700, 70):
        sim.enter(*[f"p{n}" for n in range(start, start + 70)])
    with sim.store.read() as tx:
        head = journals.head(tx, sim.id)
        for place in (0, 1, 255, 256, 511, 512, head.frontier.size - 1):
            checkpoint = verify_receipt(journals.receipt(tx, sim.id, place), parse_vkey(head.vkey))
            assert checkpoint.size == head.frontier.size == 701


def test_the_same_person_is_declined_within_one_batch_and_across(simulate_on: Make) -> None:
    sim = simulate_on()
    first, second = sim.enter("alice", "alice")
    assert isinstance(first, Accepted)
    assert isinstance(second, DeclinedEntry)
    third = sim.enter("alice")[0]
    assert isinstance(third, DeclinedEntry)
    assert third.objections[0].reason == "already-entered"


def test_nothing_is_kept_of_a_batch_that_fails(simulate: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    sim = simulate()

    def broken(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(journals, "append", broken)
    with pytest.raises(OSError, match="disk full"):
        sim.enter("alice", "bob")
    monkeypatch.undo()
    with sim.store.read() as tx:
        assert views.entrant_count(tx, sim.id) == 0
    assert all(isinstance(result, Accepted) for result in sim.enter("alice", "bob"))


def test_threads_that_enter_at_once_leave_no_gap_and_no_double(simulate_on: Make) -> None:
    sim = simulate_on()
    submissions = [sim.submission(f"p{n % 40}") for n in range(80)]
    results: list[object] = []

    def some(start: int) -> None:
        for submission in submissions[start::4]:
            results.extend(enter(sim.house, sim.id, [submission]))

    threads = [threading.Thread(target=some, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    accepted = [result for result in results if isinstance(result, Accepted)]
    assert len(results) == 80
    assert sorted(result.receipt.index for result in accepted) == list(range(1, 41))
    assert sim.state().counts["accepted"] == 40


def test_an_unconfirmed_entry_does_not_count(simulate_on: Make) -> None:
    sim = simulate_on(**CONFIRM)
    assert isinstance(sim.enter("alice")[0], Pending)
    assert sim.state().counts["accepted"] == 0
    result = confirm(sim.house, sim.id, link(sim, "alice@people.example"), sim.now)
    assert isinstance(result, Accepted)
    assert sim.state().counts["accepted"] == 1


def test_opening_the_link_twice_gives_the_same_entry(simulate_on: Make) -> None:
    sim = simulate_on(**CONFIRM)
    sim.enter("alice")
    token = link(sim, "alice@people.example")
    first, second = (confirm(sim.house, sim.id, token, sim.now) for _ in range(2))
    assert isinstance(first, Accepted)
    assert isinstance(second, Accepted)
    assert first.entry == second.entry
    assert sim.state().counts["accepted"] == 1


def test_two_links_of_one_person_make_one_entry(simulate: Make) -> None:
    sim = simulate(**CONFIRM)
    sim.enter("alice")
    first = link(sim, "alice@people.example")
    sim.go(timedelta(minutes=1))
    sim.enter("alice")
    second = link(sim, "alice@people.example")
    assert first != second
    results = [confirm(sim.house, sim.id, token, sim.now) for token in (first, second)]
    assert [type(result) for result in results] == [Accepted, DeclinedEntry]


def test_nobody_learns_from_the_form_whether_an_address_has_entered(simulate: Make) -> None:
    sim = simulate(**CONFIRM)
    sim.enter("alice")
    confirm(sim.house, sim.id, link(sim, "alice@people.example"), sim.now)
    assert isinstance(sim.enter("alice")[0], Pending)
    assert isinstance(sim.enter("bob")[0], Pending)


def test_a_fourth_link_to_one_address_is_not_sent(simulate: Make) -> None:
    sim = simulate(**CONFIRM)
    for _ in range(6):
        assert isinstance(sim.enter("alice")[0], Pending)
    with sim.store.read() as tx:
        assert len(views.mails(tx, wanted="alice@people.example")) == 3


def test_a_link_opened_after_the_closing_is_too_late(simulate: Make) -> None:
    sim = simulate(**CONFIRM)
    sim.enter("alice")
    token = link(sim, "alice@people.example")
    sim.go(sim.campaign.closes_at)
    result = confirm(sim.house, sim.id, token, sim.now)
    assert isinstance(result, DeclinedEntry)
    assert result.objections[0].reason == "closed"
    sim.close()
    assert confirm(sim.house, sim.id, token, sim.now) is None
    closed = sim.state().closed
    assert closed is not None
    assert {(d.reason, d.count) for d in closed.declined} >= {("email-unconfirmed", 1)}


def test_without_a_proof_of_work_the_address_must_be_confirmed(simulate: Make) -> None:
    sim = simulate()
    submission = msgspec.structs.replace(sim.submission("alice"), proof="none")
    assert isinstance(enter(sim.house, sim.id, [submission])[0], Pending)
    result = confirm(sim.house, sim.id, link(sim, "alice@people.example"), sim.now)
    assert isinstance(result, Accepted)
    with sim.store.read() as tx:
        row = entries.of_entrant(tx, result.entrant)[0]
    assert row is not None
    assert row.marks == "none-proof"


def test_a_proof_of_work_serves_once(simulate_on: Make) -> None:
    sim = simulate_on()
    used = "1763770000-" + "a" * 32
    one, two, three = (msgspec.structs.replace(sim.submission(n), used=used) for n in ("alice", "bob", "charlie"))
    assert [type(r) for r in enter(sim.house, sim.id, [one, two])] == [Accepted, Pending]
    assert [type(r) for r in enter(sim.house, sim.id, [three])] == [Pending]


@pytest.mark.parametrize("together", [True, False])
def test_a_button_pressed_twice_gives_one_mail_and_no_mark(simulate_on: Make, *, together: bool) -> None:
    sim = simulate_on(**CONFIRM)
    once = msgspec.structs.replace(sim.submission("alice"), used="1763770000-" + "a" * 32)
    batches = [[once, once]] if together else [[once], [once]]
    assert [type(result) for batch in batches for result in enter(sim.house, sim.id, batch)] == [Pending, Pending]
    with sim.store.read() as tx:
        assert len(views.mails(tx, wanted="alice@people.example")) == 1
    assert isinstance(confirm(sim.house, sim.id, link(sim, "alice@people.example"), sim.now), Accepted)
    with sim.store.read() as tx:
        assert signals.waiting(tx, sim.id) == 0


def test_a_proof_that_is_used_again_later_or_with_other_answers_is_no_double_press(simulate: Make) -> None:
    sim = simulate(**CONFIRM)
    once = msgspec.structs.replace(sim.submission("alice"), used="1763770000-" + "a" * 32)
    answers = msgspec.structs.replace(once.answers, values=once.answers.values | {"note": "x"})
    other = msgspec.structs.replace(once, answers=answers)
    later = msgspec.structs.replace(once, at=once.at + timedelta(minutes=3))
    for submission in (once, other, later):
        assert isinstance(enter(sim.house, sim.id, [submission])[0], Pending)
    with sim.store.read() as tx:
        assert len(views.mails(tx, wanted="alice@people.example")) == 3
    confirm(sim.house, sim.id, link(sim, "alice@people.example"), sim.now)
    with sim.store.read() as tx:
        assert signals.kinds(tx, sim.id, "open") == {"bad-proof": 1}


def test_a_marked_entry_is_never_dropped(simulate: Make) -> None:
    sim = simulate()
    submission = msgspec.structs.replace(sim.submission("alice"), marks=("trap", "too-fast"))
    assert isinstance(enter(sim.house, sim.id, [submission])[0], Accepted)
    with sim.store.read() as tx:
        assert signals.waiting(tx, sim.id) == 1


def test_a_friend_brings_a_ticket_up_to_the_cap(simulate_on: Make) -> None:
    sim = simulate_on(bonuses=[{"kind": "referral", "tickets": 2, "cap": 5}])
    alice = sim.enter("alice")[0]
    assert isinstance(alice, Accepted)
    with sim.store.read() as tx:
        person = entries.entrant(tx, alice.entrant)
    assert person is not None
    for n in range(4):
        sim.enter(f"friend{n}", ref=person.referral)
    sim.enter("friend0", ref=person.referral)
    assert sim.state().taking_part()[alice.entrant] == 1 + 5
    with sim.store.read() as tx:
        assert [e.tickets for e in entries.of_entrant(tx, alice.entrant)] == [1, 2, 2, 1]


def test_nobody_refers_themselves(simulate: Make) -> None:
    sim = simulate(bonuses=[{"kind": "referral", "cap": 5}], rules=[
        {"kind": "residence", "countries": ["FR"]}, {"kind": "one-per-day"}])  # fmt: skip
    alice = sim.enter("alice")[0]
    assert isinstance(alice, Accepted)
    with sim.store.read() as tx:
        person = entries.entrant(tx, alice.entrant)
    assert person is not None
    sim.go(timedelta(days=1))
    sim.enter("alice", ref=person.referral)
    assert sim.state().taking_part()[alice.entrant] == 2


def test_a_second_channel_brings_a_ticket_once(simulate_on: Make) -> None:
    channels = [{"id": name, "title": {"fr": name, "en": name}} for name in ("poster", "mail")]
    sim = simulate_on(channels=channels, bonuses=[{"kind": "second-channel", "tickets": 1, "cap": 1}])
    first, second, third, again = (sim.enter("alice", via=via)[0] for via in ("poster", "mail", "x", "mail"))
    assert isinstance(first, Accepted)
    assert isinstance(second, Accepted)
    assert isinstance(third, DeclinedEntry)
    assert isinstance(again, DeclinedEntry)
    assert sim.state().taking_part()[first.entrant] == 2


@pytest.mark.parametrize("out", ["excluded", "withdrawn"])
def test_no_second_channel_leads_back_in(simulate_on: Make, out: str) -> None:
    channels = [{"id": name, "title": {"fr": name, "en": name}} for name in ("poster", "mail")]
    sim = simulate_on(channels=channels, bonuses=[{"kind": "second-channel", "tickets": 1, "cap": 1}])
    (first,) = sim.enter("alice", via="poster")
    assert isinstance(first, Accepted)
    if out == "withdrawn":
        moderate.withdraw(sim.house, sim.id, first.token, sim.now)
    else:
        moderate.exclude(
            sim.house,
            sim.id,
            first.entrant,
            reason="abuse",
            note="x",
            evidence=("", b""),
            staff_name="Léon",
            now=sim.now,
        )
    (second,) = sim.enter("alice", via="mail")
    assert isinstance(second, DeclinedEntry)
    assert not sim.state().taking_part()


def test_an_exclusion_holds_on_the_next_day(simulate_on: Make) -> None:
    sim = simulate_on(rules=[{"kind": "residence", "countries": ["FR"]}, {"kind": "one-per-day"}])
    (first,) = sim.enter("alice")
    assert isinstance(first, Accepted)
    moderate.exclude(
        sim.house, sim.id, first.entrant, reason="abuse", note="x", evidence=("", b""), staff_name="Léon", now=sim.now
    )
    sim.go(timedelta(days=1))
    (second,) = sim.enter("alice")
    assert isinstance(second, DeclinedEntry)
    assert not sim.state().taking_part()


def test_a_code_serves_once_even_within_a_batch(simulate_on: Make) -> None:
    sim = simulate_on(rules=[{"kind": "residence", "countries": ["FR"]}, {"kind": "unique-code"}])
    with sim.store.write() as tx:
        campaigns.put_codes(tx, sim.id, ["ABC123", "DEF456"])
    batch = [
        sim.submission(name, code=code) for name, code in (("alice", "abc-123"), ("bob", "ABC123"), ("eve", "NOPE"))
    ]
    results = enter(sim.house, sim.id, batch)
    reasons = [r.objections[0].reason if isinstance(r, DeclinedEntry) else "accepted" for r in results]
    assert reasons == ["accepted", "code-used", "code-unknown"]
    assert isinstance(sim.enter("dan", code="DEF456")[0], Accepted)


def test_one_entry_for_a_household(simulate_on: Make) -> None:
    sim = simulate_on(rules=[{"kind": "residence", "countries": ["FR"]}, {"kind": "one-per-household"}])
    results = [
        sim.enter(name, street=street, postcode="69 004")[0]
        for name, street in (("alice", "12, rue de l’Été"), ("bob", "12 RUE DE L'ETE"), ("eve", "13 rue de l'été"))
    ]
    assert [type(result) for result in results] == [Accepted, DeclinedEntry, Accepted]


def test_the_private_list_and_the_domains_keep_people_out(simulate: Make) -> None:
    sim = simulate(
        rules=[{"kind": "residence", "countries": ["FR"]}, {"kind": "excluded-people", "domains": ["agency.example"]}]
    )
    with sim.store.write() as tx:
        campaigns.put_excluded(tx, sim.id, ["alice@people.example"])
    results = [sim.enter("alice")[0], sim.enter("bob", email="bob@paris.agency.example")[0], sim.enter("eve")[0]]
    assert [type(result) for result in results] == [DeclinedEntry, DeclinedEntry, Accepted]
    assert b"alice" not in sim.bundle()


def test_right_answers_are_sealed_until_the_closing(simulate: Make) -> None:
    question = {
        "kind": "closed-question",
        "question": {"fr": "Capitale ?", "en": "Capital?"},
        "answers": ["Bratislava"],
        "tolerance": 1,
    }
    sim = simulate(rules=[{"kind": "residence", "countries": ["FR"]}, question])
    assert b"Bratislava" not in sim.campaign.bytes()
    results = [sim.enter(name, answer=answer)[0] for name, answer in (("a", "bratislawa"), ("b", "Vienne"))]
    assert [type(result) for result in results] == [Accepted, DeclinedEntry]
    sim.close()
    closed = sim.state().closed
    assert closed is not None
    assert closed.revealed[0].answers == ["Bratislava"]


def test_who_withdraws_is_counted_and_out(simulate_on: Make) -> None:
    sim = simulate_on()
    alice, _ = sim.enter("alice", "bob")
    assert isinstance(alice, Accepted)
    assert withdraw(sim.house, sim.id, alice.token, sim.now) == 1
    assert alice.entrant not in sim.state().taking_part()
    again = sim.enter("alice")[0]
    assert isinstance(again, DeclinedEntry)


def test_entries_before_and_after_name_the_date_in_the_campaigns_zone(simulate: Make) -> None:
    sim = simulate()
    sim.go(sim.campaign.opens_at - timedelta(seconds=1))
    early = sim.enter("alice")[0]
    sim.go(sim.campaign.closes_at)
    late = sim.enter("bob")[0]
    assert isinstance(early, DeclinedEntry)
    assert isinstance(late, DeclinedEntry)
    assert early.objections[0].evidence["date_fr"] == "mardi 1er décembre 2026 à 09:00 (Europe/Paris)"
    assert late.objections[0].reason == "closed"


def test_records_never_go_back_in_time_when_two_processes_disagree(simulate: Make) -> None:
    sim = simulate()
    ahead, behind = sim.submission("alice"), sim.submission("bob")
    enter(sim.house, sim.id, [msgspec.structs.replace(ahead, at=sim.now + timedelta(minutes=5))])
    enter(sim.house, sim.id, [msgspec.structs.replace(behind, at=sim.now)])
    sim.go(timedelta(hours=1))
    sim.freeze()
    sim.draw()
    assert sim.verify().passed


def test_an_import_takes_the_same_way(simulate_on: Make) -> None:
    sim = simulate_on()
    people = read_people(
        b"E-mail;Pays\nalice@people.example;France\nbob@people.example;FR\nalice@People.example;FR\n",
        sim.campaign,
    )
    done = import_people(sim.house, sim.id, sim.campaign, people, sim.now)
    assert done.accepted == 2
    assert [(line, reason) for line, reason, _ in done.declined] == [(4, "already-entered")]
    assert "accepts-rules" in done.vouched
