"""Receipts that people keep: today's journal honours them, or they are evidence against it."""

import base64
from pathlib import Path
from typing import Any

import msgspec
import pytest
from outside import serving
from simulator import Make, Simulator

from contests import cli
from contests.audit.bundle import open_bytes
from contests.audit.honour import Today, honour, within
from contests.beacons.journal import read_journal
from contests.errors import Malformed, Refused
from contests.flows.enter import Accepted
from contests.journal.checkpoint import Checkpoint
from contests.journal.merkle import Frontier, leaf_hash
from contests.journal.note import Signer, Verifier, parse_vkey
from contests.journal.receipt import Receipt
from contests.settings import Settings
from contests.store import journals
from contests.web.app import create_app


@pytest.fixture
def kept(simulate: Make) -> tuple[Simulator, Receipt, Verifier]:
    """A receipt of early on, and a campaign that went on to its end."""
    sim = simulate()
    first = sim.enter("alice")[0]
    assert isinstance(first, Accepted)
    sim.enter(*[f"p{n}" for n in range(600)])
    sim.freeze()
    sim.draw()
    with sim.store.read() as tx:
        verifier = parse_vkey(journals.head(tx, sim.id).vkey)
    return sim, first.receipt, verifier


Kept = tuple[Simulator, Receipt, Verifier]


def rewritten(sim: Simulator, change: Any) -> Today:
    """Return a journal signed by its own key over records that were changed."""
    with sim.store.read() as tx:
        head = journals.head(tx, sim.id)
        records = change(list(journals.each_record(tx, sim.id, head.frontier.size)))
    leaves = [leaf_hash(record) for record in records]
    checkpoint = Checkpoint(head.origin, len(leaves), Frontier().extend(leaves).root())
    return Today(checkpoint.sign(Signer(head.origin, head.key)), Frontier().subtree(leaves))


def test_a_journal_that_grew_honours_its_receipt(kept: Kept) -> None:
    sim, receipt, verifier = kept
    assert honour(receipt, verifier, None).honoured
    with open_bytes(sim.bundle()) as bundle:
        found = honour(receipt, verifier, within(bundle))
    assert found.honoured
    assert found.said.en == "The journal honours this receipt: record no. 1 of 605."
    assert found.to_dict("fr")["todo"] == ""


def test_a_published_journal_is_read_tile_by_tile(kept: Kept) -> None:
    sim, receipt, verifier = kept
    with serving(create_app(sim.house, Settings(proof_cost=1), lambda: sim.now)) as address:
        found = honour(receipt, verifier, read_journal(f"{address}/c/sim/journal"))
        with pytest.raises(Malformed):
            read_journal(f"{address}/c/nowhere/journal")
    assert found.honoured, found.said.en


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda records: [*records[:1], records[2], records[1], *records[3:]], "no longer the receipt’s"),
        (lambda records: records[:1], "has shrunk"),
        (lambda records: [*records[:1], records[5], *records[2:]], "no longer the receipt’s"),
        (lambda records: [records[3], *records[1:]], "its past was rewritten"),
    ],
)
def test_a_journal_that_was_rewritten_makes_the_receipt_evidence(kept: Kept, change: Any, said: str) -> None:
    sim, receipt, verifier = kept
    found = honour(receipt, verifier, rewritten(sim, change))
    assert not found.honoured
    assert said in found.said.en
    assert "Keep this receipt" in found.text("en")
    assert "Gardez ce reçu" in found.text("fr")


def test_a_journal_under_another_key_is_not_the_journal(kept: Kept) -> None:
    sim, receipt, verifier = kept
    today = rewritten(sim, list)
    other = today.checkpoint.rpartition(b" ")[0] + b" " + base64.b64encode(verifier.id + bytes(64)) + b"\n"
    assert "not signed with its key" in honour(receipt, verifier, Today(other, today.subtree)).said.en


def test_the_journal_of_another_contest_is_no_evidence_against_this_one(kept: Kept) -> None:
    _, receipt, verifier = kept
    other = Checkpoint("example.org/journal/0123", 1, bytes(32)).sign(Signer("example.org/journal/0123", bytes(32)))
    with pytest.raises(Refused, match="is another contest’s") as caught:
        honour(receipt, verifier, Today(other, Frontier().subtree([])))
    assert caught.value.code == "journal-differs"


def test_a_receipt_that_is_not_the_journals_is_refused(kept: Kept) -> None:
    _, receipt, verifier = kept
    for forged in (
        msgspec.structs.replace(receipt, record=receipt.record.replace(b'"tickets":1', b'"tickets":9')),
        msgspec.structs.replace(receipt, index=0),
        msgspec.structs.replace(receipt, proof=receipt.proof[:-1]),
    ):
        with pytest.raises(Malformed):
            honour(forged, verifier, None)


def test_the_command_says_it_with_its_exit_code(kept: Kept, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sim, receipt, verifier = kept
    file, bundle, key = tmp_path / "r.tlog-proof", tmp_path / "b.zip", tmp_path / "vkey"
    file.write_text(receipt.text())
    bundle.write_bytes(sim.bundle())
    key.write_text(f"{verifier}\n")
    said = ["verify-receipt", str(file), "--vkey", str(key), "--lang", "en"]
    assert cli.main([*said, "--journal", str(bundle)]) == 0
    assert "✓ The journal honours this receipt" in capsys.readouterr().out
    assert cli.main([*said, "--json"]) == 0
    assert msgspec.json.decode(capsys.readouterr().out)["honoured"] is True
    file.write_text(receipt.text().replace("index 1", "index 2"))
    assert cli.main(said) == 1
    assert "receipt was expected" in capsys.readouterr().err
    assert cli.main(["verify-receipt", str(tmp_path / "none"), "--vkey", str(verifier)]) == 2
