"""The checks of the fault runs can fail: what is lost, doubled or changed is said."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[2] / "bench"))

from reading import Auditor, Journal, answered_twice, settle
from visitors import Ledger, Outcome

from contests.journal.checkpoint import Checkpoint
from contests.journal.merkle import Frontier, leaf_hash
from contests.journal.note import Signer
from contests.journal.receipt import Receipt

SIGNER = Signer("bench.example/journal/c", b"k" * 32)
RECORDS = [b"one", b"two", b"three"]


def receipt(place: int, records: list[bytes]) -> Receipt:
    leaves = [leaf_hash(record) for record in records]
    root = Frontier().extend(leaves).root()
    signed = Checkpoint("bench.example/journal/c", len(records), root).sign(SIGNER)
    from contests.journal.merkle import inclusion_proof

    path = inclusion_proof(place, len(records), Frontier().subtree(leaves))
    return Receipt(records[place], place, tuple(path), signed)


def outcome(person: str, said: str, status: int = 303, proof: str = "", slug: str = "once") -> Outcome:
    return Outcome("fault", slug, person, 1, said, status, 0.0, proof.encode())  # type: ignore[arg-type]


def auditor(*outcomes: Outcome) -> Auditor:
    journal = Journal("once", str(SIGNER.verifier))
    journal._take(0, RECORDS)
    ledger = Ledger()
    for one in outcomes:
        ledger.note(one)
    found = Auditor({"once": journal}, ledger)
    for one in outcomes:
        found._honour(journal, one)
    return found


def test_a_receipt_that_the_journal_honours_is_right() -> None:
    found = auditor(outcome("alice", "acknowledged", proof=receipt(1, RECORDS).text()))
    assert found.wrong == found.journals["once"].wrong == []


@pytest.mark.parametrize("other", [["one", "other"], ["one", "two", "three", "four"]])
def test_a_receipt_of_another_history_is_found(other: list[str]) -> None:
    records = [word.encode() for word in other]
    found = auditor(outcome("alice", "acknowledged", proof=receipt(len(records) - 1, records).text()))
    assert any(text.startswith("LOST") for text in found.wrong)
    assert found.journals["once"].wrong


def test_two_people_with_one_place_are_found() -> None:
    proof = receipt(1, RECORDS).text()
    found = auditor(outcome("alice", "acknowledged", proof=proof), outcome("bob", "acknowledged", proof=proof))
    assert "of somebody else" in found.wrong[0]


def test_records_that_changed_are_found() -> None:
    journal = Journal("once", str(SIGNER.verifier))
    journal._take(0, RECORDS)
    journal._take(0, [b"one", b"2"])
    assert "no longer" in journal.wrong[0]


def test_who_is_lost_doubled_or_told_nothing_was_recorded_is_counted() -> None:
    ledger = Ledger()
    for one in (outcome("alice", "acknowledged"), outcome("bob", "cut", 0), outcome("carol", "refused", 500)):
        ledger.note(one)
    stored = {"bob": [("once", "b", 1), ("once", "c", 2)], "carol": [("once", "d", 3)]}
    rows, wrong = settle(ledger, stored, 1)
    assert (rows["fault"].lost, rows["fault"].twice, rows["fault"].unanswered_in) == (1, 1, 2)
    assert "bob is in the journal 2 times" in wrong
    assert "carol was told that nothing was recorded, and is in the journal" in wrong
    assert answered_twice(ledger, stored, "once") == ["alice was answered in the end and is in 0 times"]
