"""Minors: an entry waits for a parent's answer, and what follows from a young age is kept, deleted or refused."""

import re
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from simulator import Make, Simulator
from sqlalchemy import text

from contests.codec import parse_json
from contests.errors import Refused
from contests.flows import authorise, moderate, parents, settle
from contests.flows.enter import Accepted, DeclinedEntry, Pending, Result, confirm, enter
from contests.flows.retain import retain_due
from contests.store import draws, entries, opt_ins, views
from contests.store.tables import AwardRow

AGES: list[dict[str, Any]] = [
    {"kind": "residence", "countries": ["FR", "LU", "GB"]},
    {"kind": "minimum-age", "years": 11, "by": "birth-date"},
    {"kind": "parent-agrees", "by": "birth-date"},
]
EMAIL = {"id": "email", "kind": "email", "purpose": "contact", "retention_days": 180}
NEWS = {"id": "news", "kind": "consent", "required": False, "purpose": "marketing", "retention_days": 1095,
        "label": {"fr": "La lettre", "en": "The letter"}}  # fmt: skip
DAY = timedelta(days=1)
CHILD = {"birth_date": "2013-05-01", "parent_email": "Mum@family.example"}


@pytest.fixture
def sim(simulate: Make) -> Simulator:
    return simulate(rules=AGES, fields=[EMAIL, NEWS])


def link(sim: Simulator, recipient: str, room: str) -> str:
    """Return the token of the only link of a kind that was mailed to somebody."""
    with sim.store.read() as tx:
        bodies = [mail.body for mail in views.mails(tx, wanted=recipient)]
    (token,) = {token for body in bodies for token in found(body, room)}
    return token


def found(body: str, room: str) -> list[str]:
    """Return the tokens of the links of a kind in a mail."""
    return re.findall(rf"/{room}/(\w+)", body)


def wait(sim: Simulator, name: str = "kim", **changes: str) -> tuple[str, str]:
    """Let a minor enter and confirm their address; return their own token and that of the parent."""
    (first,) = sim.enter(name, **CHILD | changes)
    assert isinstance(first, Pending)
    assert not first.parent
    child = link(sim, f"{name}@people.example", "confirm")
    second = confirm(sim.house, sim.id, child, sim.now)
    assert isinstance(second, Pending)
    assert second.parent
    return child, link(sim, (CHILD | changes)["parent_email"], "parent")


def everything(sim: Simulator) -> str:
    """Return all that the store holds, as one text."""
    with sim.store.read() as tx:
        names = [row[0] for row in tx.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'"))]
        return "\n".join(repr(tuple(row)) for name in names for row in tx.execute(text(f'SELECT * FROM "{name}"')))  # noqa: S608 - names of our own


def declined(sim: Simulator) -> dict[str, int]:
    """Return what the record of the closing counts, by reason."""
    with sim.store.read() as tx:
        (row,) = [row for row in views.timeline(tx, sim.id) if row.kind == "campaign.closed"]
    return {each["reason"]: each["count"] for each in parse_json(row.data)["declined"]}


def test_a_minors_entry_is_in_the_journal_only_once_a_parent_agreed(sim: Simulator) -> None:
    sim.enter("adult", birth_date="1990-01-01")
    _, parent = wait(sim)
    assert sim.state().pool().size == 1
    sim.go(timedelta(hours=5))
    result = parents.agree(sim.house, sim.id, parent, sim.now)
    assert isinstance(result, Accepted)
    assert result.entrant in dict(sim.state().pool().lines())
    with sim.store.read() as tx:
        row = entries.of_entrant(tx, result.entrant)[0]
    assert (row.received_at, row.sent_at) == (sim.now, sim.now - timedelta(hours=5))
    sim.freeze()
    sim.draw()
    assert sim.verify().passed


def test_the_parent_is_written_to_only_after_the_childs_address_is_confirmed_and_once(sim: Simulator) -> None:
    sim.enter("kim", **CHILD)
    with sim.store.read() as tx:
        assert not views.mails(tx, wanted="Mum@family.example")
    child = link(sim, "kim@people.example", "confirm")
    for _ in range(3):
        confirm(sim.house, sim.id, child, sim.now)
    with sim.store.read() as tx:
        assert len(views.mails(tx, wanted="Mum@family.example")) == 1


def test_agreeing_twice_gives_one_entry_and_refusing_afterwards_changes_nothing(sim: Simulator) -> None:
    _, parent = wait(sim)
    assert isinstance(parents.agree(sim.house, sim.id, parent, sim.now), Accepted)
    assert parents.agree(sim.house, sim.id, parent, sim.now) is None
    assert not parents.refuse(sim.house, sim.id, parent, sim.now)
    assert sim.state().pool().total == 1


def test_a_refusal_deletes_child_and_parent_at_once_and_is_counted(sim: Simulator) -> None:
    child, parent = wait(sim)
    assert "mum@family" in everything(sim).lower()
    assert parents.refuse(sim.house, sim.id, parent, sim.now)
    left = everything(sim).lower()
    assert "family.example" not in left
    assert "kim@people" not in left
    assert parents.agree(sim.house, sim.id, parent, sim.now) is None
    told = parents.request_for(sim.house, sim.id, child)
    assert told is not None
    assert told.state == "refused"
    sim.close()
    assert declined(sim) == {"parent-refused": 1}


def test_silence_until_the_closing_leaves_the_entry_out_and_says_so(sim: Simulator) -> None:
    child, parent = wait(sim)
    sim.enter("unconfirmed", **CHILD | {"parent_email": "dad@family.example"})
    sim.close()
    assert declined(sim) == {"parent-silent": 1, "email-unconfirmed": 1}
    for told in (parents.request_for(sim.house, sim.id, child), parents.request_of(sim.house, sim.id, parent)):
        assert told is not None
        assert told.state == "silent"
    assert parents.agree(sim.house, sim.id, parent, sim.now) is None
    while retain_due(sim.house, sim.now):
        pass
    assert "family.example" not in everything(sim).lower()


def test_five_requests_may_wait_for_one_parent_and_no_sixth(sim: Simulator) -> None:
    for name in "abcde":
        sim.enter(name, **CHILD)
        confirm(sim.house, sim.id, link(sim, f"{name}@people.example", "confirm"), sim.now)
    sim.enter("f", **CHILD | {"parent_email": "mum+again@family.example"})
    assert isinstance(confirm(sim.house, sim.id, link(sim, "f@people.example", "confirm"), sim.now), Pending)
    sim.enter("g", **CHILD)
    late = confirm(sim.house, sim.id, link(sim, "g@people.example", "confirm"), sim.now)
    assert isinstance(late, DeclinedEntry)
    assert [decision.reason for decision in late.objections] == ["parent-busy"]
    again = confirm(sim.house, sim.id, link(sim, "a@people.example", "confirm"), sim.now)
    assert isinstance(again, Pending)


def test_one_agreement_holds_for_all_entries_of_the_same_person(simulate: Make) -> None:
    sim = simulate(rules=[*AGES, {"kind": "one-per-day"}, {"kind": "confirmed-email"}])
    _, parent = wait(sim)
    parents.agree(sim.house, sim.id, parent, sim.now)
    sim.go(timedelta(days=1))
    (second,) = sim.enter("kim", **CHILD)
    assert isinstance(second, Pending)
    with sim.store.read() as tx:
        tokens = [
            token for mail in views.mails(tx, wanted="kim@people.example") for token in found(mail.body, "confirm")
        ]
    results = [confirm(sim.house, sim.id, token, sim.now) for token in tokens]
    assert any(isinstance(result, Accepted) for result in results)
    with sim.store.read() as tx:
        assert not views.mails(tx, wanted="Mum@family.example")
    assert sim.state().pool().total == 2


def test_an_adult_is_accepted_at_once_and_no_parents_address_is_kept(sim: Simulator) -> None:
    (result,) = sim.enter("ann", birth_date="1990-01-01", parent_email="mum@family.example")
    assert isinstance(result, Accepted)
    assert "family.example" not in everything(sim)


def test_an_import_never_writes_to_a_parent(sim: Simulator) -> None:
    sent = msgspec.structs.replace(sim.submission("kim", **CHILD), trusted=True)
    (result,) = enter(sim.house, sim.id, [sent])
    assert isinstance(result, DeclinedEntry)
    assert [decision.reason for decision in result.objections] == ["parent-awaited"]
    assert "family.example" not in everything(sim)


def test_taking_the_agreement_back_withdraws_and_erases_the_child(sim: Simulator) -> None:
    sim.enter("adult", birth_date="1990-01-01")
    _, parent = wait(sim)
    parents.agree(sim.house, sim.id, parent, sim.now)
    assert parents.take_back(sim.house, sim.id, parent, sim.now)
    assert not parents.take_back(sim.house, sim.id, parent, sim.now)
    assert "family.example" not in everything(sim).lower()
    assert "kim@people" not in everything(sim)
    assert parents.request_of(sim.house, sim.id, parent) is None
    sim.freeze()
    assert sim.state().pool().size == 1


def test_the_page_shows_the_parent_no_more_of_the_address_than_needed(sim: Simulator) -> None:
    _, parent = wait(sim)
    told = parents.request_of(sim.house, sim.id, parent)
    assert told is not None
    assert told.child == "k…@people.example"
    assert parents.request_of(sim.house, "0" * 32, parent) is None


BORN_AND_KEPT = [
    ("FR", "2011-12-01", True), ("FR", "2011-12-02", False), ("LU", "2011-12-01", False), ("LU", "2010-12-01", True),
    ("GB", "2013-12-01", True), ("GB", "2013-12-02", False), ("FR", "1990-01-01", True),
]  # fmt: skip


def test_a_childs_own_consent_counts_from_the_age_of_the_country_on(sim: Simulator) -> None:
    for n, (country, born, kept) in enumerate(BORN_AND_KEPT):
        name, mum = f"kim{n}", f"mum{n}@family.example"
        changes = {"birth_date": born, "country": country, "news": "on", "parent_email": mum}
        result: Result | None = sim.enter(name, **changes)[0]
        if isinstance(result, Pending):
            confirm(sim.house, sim.id, link(sim, f"{name}@people.example", "confirm"), sim.now)
            result = parents.agree(sim.house, sim.id, link(sim, mum, "parent"), sim.now)
        assert isinstance(result, Accepted)
        with sim.store.read() as tx:
            row = entries.of_entrant(tx, result.entrant)[0]
            assert bool(opt_ins.of_places(tx, sim.id, [row.place])) is kept, (country, born)
        assert (b'"news"' in row.answers) is kept, (country, born)


def drawn_minors(sim: Simulator) -> list[AwardRow]:
    """Draw among minors alone, and offer the prizes."""
    for n in range(4):
        _, parent = wait(sim, f"kim{n}", parent_email=f"mum{n}@family.example")
        parents.agree(sim.house, sim.id, parent, sim.now)
    sim.freeze()
    sim.draw()
    sim.advance()
    with sim.store.read() as tx:
        return draws.awards(tx, sim.id)


def confirm_prize(sim: Simulator, unit: str) -> None:
    settle.confirm_award(sim.house, sim.id, unit, staff_name="Ann", note="seen", now=sim.now)


def test_a_minors_prize_is_confirmed_only_once_the_authorisation_was_seen(sim: Simulator) -> None:
    unit = drawn_minors(sim)[0].unit
    with pytest.raises(Refused) as refused:
        confirm_prize(sim, unit)
    assert refused.value.code == "minor-unauthorised"
    today = sim.now.date()
    for wrong in ("", "yesterday", (today + timedelta(days=1)).isoformat(), "2026-11-30"):
        with pytest.raises(Refused):
            authorise.note_seen(sim.house, sim.id, unit, seen_on=wrong, staff_name="Ann", now=sim.now)
    authorise.note_seen(sim.house, sim.id, unit, seen_on=today.isoformat(), staff_name="Ann", now=sim.now)
    confirm_prize(sim, unit)
    with sim.store.read() as tx:
        told = authorise.minors_of(tx, sim.id, draws.awards(tx, sim.id), sim.now)[unit]
        assert [act.verb for act in views.actions(tx, sim.id)][-2:] == ["authorise", "confirm"]
    assert told is not None
    assert (told.by, told.on.date()) == ("Ann", date(2026, 12, 8))


def test_an_authorisation_is_that_of_one_holder_and_not_of_the_prize(sim: Simulator) -> None:
    unit = drawn_minors(sim)[0].unit
    authorise.note_seen(sim.house, sim.id, unit, seen_on="2026-12-08", staff_name="Ann", now=sim.now)
    settle.forfeit_award(sim.house, sim.id, unit, reason="not-eligible", staff_name="Ann", note="an error", now=sim.now)
    with pytest.raises(Refused) as refused:
        confirm_prize(sim, unit)
    assert refused.value.code == "minor-unauthorised"


def test_who_came_of_age_since_needs_no_authorisation(sim: Simulator) -> None:
    sim.enter("ann", birth_date="1990-01-01")
    _, parent = wait(sim, "kim", birth_date="2008-12-09")
    parents.agree(sim.house, sim.id, parent, sim.now)
    sim.freeze()
    sim.draw()
    sim.advance()
    with sim.store.read() as tx:
        awards = [award for award in draws.awards(tx, sim.id) if award.entrant]
        assert len(authorise.minors_of(tx, sim.id, awards, sim.now)) == 1
        assert not authorise.minors_of(tx, sim.id, awards, sim.now + timedelta(days=1))


def test_the_parents_address_goes_at_its_own_time_and_a_winners_stays_as_proof(sim: Simulator) -> None:
    for name in "abcdefghij":
        sim.enter(name, birth_date="1990-01-01")
    names = [f"kim{n}" for n in range(6)]
    for name in names:
        _, parent = wait(sim, name, parent_email=f"{name}-mum@family.example")
        parents.agree(sim.house, sim.id, parent, sim.now)
    sim.freeze()
    sim.draw()
    sim.advance()
    for award in [award for award in _awards(sim) if award.state == "offered"]:
        settle.forfeit_award(
            sim.house, sim.id, award.unit, reason="not-eligible", staff_name="Ann", note="x", now=sim.now
        )
    sim.go(timedelta(days=29))
    _retain(sim)
    assert all(f"{name}-mum@family.example" in everything(sim) for name in names)
    sim.go(timedelta(days=2))
    _retain(sim)
    left = everything(sim)
    kept = [name for name in names if f"{name}-mum@family.example" in left]
    assert len(kept) < len(names)
    assert "kim0@people.example" in left
    sim.go(timedelta(days=6 * 366))
    _retain(sim)
    assert "family.example" not in everything(sim)


def _awards(sim: Simulator) -> list[AwardRow]:
    with sim.store.read() as tx:
        return draws.awards(tx, sim.id)


def _retain(sim: Simulator) -> None:
    if sim.stage == "drawn":
        sim.advance()
    while retain_due(sim.house, sim.now):
        pass


def test_no_address_of_a_parent_leaves_the_store(sim: Simulator) -> None:
    drawn_minors(sim)
    assert b"family.example" not in sim.bundle()
    assert sim.verify().passed


def test_excluding_a_minor_works_as_for_anybody(sim: Simulator) -> None:
    _, parent = wait(sim)
    result = parents.agree(sim.house, sim.id, parent, sim.now)
    assert isinstance(result, Accepted)
    done = moderate.exclude(
        sim.house,
        sim.id,
        result.entrant,
        reason="automation",
        note="x",
        evidence=("", b""),
        staff_name="Ann",
        now=sim.now,
    )
    assert done == 1


def test_each_database_keeps_requests_and_answers_alike(simulate_on: Make) -> None:
    sim = simulate_on(rules=[*AGES, {"kind": "one-per-day"}], fields=[EMAIL, NEWS])
    links = {name: wait(sim, name, parent_email=f"{name}-mum@family.example")[1] for name in ("ali", "bea", "cyd")}
    agreed = parents.agree(sim.house, sim.id, links["ali"], sim.now)
    assert isinstance(agreed, Accepted)
    assert parents.refuse(sim.house, sim.id, links["bea"], sim.now)
    sim.go(DAY)
    (again,) = sim.enter("ali", **CHILD | {"parent_email": "ali-mum@family.example"})
    assert isinstance(again, Accepted)
    sim.close()
    assert declined(sim) == {"parent-refused": 1, "parent-silent": 1}
    assert sim.state().pool().total == 2


def test_each_database_keeps_a_signed_authorisation_alike(simulate_on: Make) -> None:
    sim = simulate_on(rules=AGES)
    unit = drawn_minors(sim)[0].unit
    authorise.note_seen(sim.house, sim.id, unit, seen_on="2026-12-08", staff_name="Ann", now=sim.now)
    confirm_prize(sim, unit)
    _retain(sim)


def test_a_parent_who_answers_after_an_amendment_agrees_to_the_rules_shown(sim: Simulator) -> None:
    sim.go(timedelta(hours=2))
    _, parent = wait(sim)
    sim.amend(alternates=5)
    refused = parents.agree(sim.house, sim.id, parent, sim.now)
    assert isinstance(refused, DeclinedEntry)
    assert refused.objections[0].reason == "rules-changed"
    told = parents.request_of(sim.house, sim.id, parent)
    assert told is not None
    assert (told.state, told.version) == ("asked", 1)
    accepted = parents.agree(sim.house, sim.id, parent, sim.now, "2")
    assert isinstance(accepted, Accepted)
    assert b'"rules":2' in accepted.receipt.record
