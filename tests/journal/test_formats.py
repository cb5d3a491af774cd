"""Notes, checkpoints, receipts and tiles: what is written is read back, and nothing else is read."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contests.errors import Malformed
from contests.journal import note
from contests.journal.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from contests.journal.merkle import Frontier, inclusion_proof, leaf_hash, root_of
from contests.journal.note import ED25519, Signer, Verifier, parse_note, parse_vkey, write_vkey
from contests.journal.receipt import Receipt, parse_receipt, verify_receipt
from contests.journal.tiles import TileName, bundle, exists, parse_bundle, parse_tile_path, tile_path

NAME = "sim.example/journal/00112233445566778899aabbccddeeff"
SIGNER = Signer(NAME, bytes(range(32)))
LEAVES = [leaf_hash(bytes([n])) for n in range(9)]


def receipt() -> Receipt:
    """Return the receipt of record 3 of nine."""
    head = Checkpoint(NAME, 9, root_of(LEAVES)).sign(SIGNER)
    return Receipt(b"\x03", 3, tuple(inclusion_proof(3, 9, Frontier().subtree(LEAVES))), head)


def test_the_published_key_of_the_go_note_package_is_read() -> None:
    """The example key of golang.org/x/mod/sumdb/note."""
    line = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    assert str(parse_vkey(line)) == line


def test_the_published_note_of_the_go_note_package_verifies() -> None:
    note = parse_note(
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n\n"
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n".encode()
    )
    assert note.signed_by(parse_vkey("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"))
    assert not note.signed_by(SIGNER.verifier)


def test_a_signed_checkpoint_opens_under_its_own_key_only() -> None:
    head = Checkpoint(NAME, 9, root_of(LEAVES))
    signed = head.sign(SIGNER)
    assert open_checkpoint(signed, SIGNER.verifier) == head
    with pytest.raises(Malformed, match="no valid signature"):
        open_checkpoint(signed, Verifier(NAME, Signer(NAME, bytes(32)).verifier.key))
    with pytest.raises(Malformed, match="origin"):
        open_checkpoint(signed, Signer("other.example/x", bytes(range(32))).verifier)


@given(st.integers(0, 400), st.integers(1, 255))
def test_no_changed_byte_of_a_receipt_goes_unnoticed(at: int, change: int) -> None:
    text = bytearray(receipt().text().encode())
    text[at % len(text)] = (text[at % len(text)] + change) % 256
    try:
        found = verify_receipt(parse_receipt(bytes(text)), SIGNER.verifier)
    except Malformed:
        return
    # Base64 has spare bits at the end of a line; nothing that was proved may differ.
    assert (found.size, found.root) == (9, root_of(LEAVES))
    assert parse_receipt(bytes(text)).record == b"\x03"


def test_a_receipt_is_checked_with_the_vkey_alone() -> None:
    text = receipt().text()
    assert text.startswith("c2sp.org/tlog-proof@v1\nextra Aw==\nindex 3\n")
    assert verify_receipt(parse_receipt(text.encode()), parse_vkey(str(SIGNER.verifier))).size == 9


def test_a_receipt_for_another_record_is_refused() -> None:
    forged = Receipt(b"\x04", 3, receipt().proof, receipt().checkpoint)
    with pytest.raises(Malformed, match="does not lead"):
        verify_receipt(forged, SIGNER.verifier)


@given(st.binary(max_size=400))
def test_only_malformed_leaves_the_readers(data: bytes) -> None:
    for read in (parse_note, parse_checkpoint, parse_receipt):
        with pytest.raises(Malformed):
            read(data)


@pytest.mark.parametrize(
    "text",
    ["", "a\n", f"{NAME}\n07\nAAAA\n", f"{NAME}\n1\nAAAA\n", f"{NAME}\n-1\n{base64.b64encode(bytes(32)).decode()}\n"],
)
def test_a_checkpoint_with_another_shape_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        parse_checkpoint(SIGNER.sign(text.encode()))


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (TileName(0, 0), "0/000"),
        (TileName(0, 1234067), "0/x001/x234/067"),
        (TileName(None, 5, 3), "entries/005.p/3"),
        (TileName(2, 999), "2/999"),
        (TileName(2, 1000), "2/x001/000"),
    ],
)
def test_tile_addresses_are_those_of_the_standard(tile: TileName, path: str) -> None:
    assert tile_path(tile) == path
    assert parse_tile_path(path) == tile


@pytest.mark.parametrize(
    "path", ["0/1", "0/0000", "0/x000/000", "0/000.p/256", "0/000.p/0", "64/000", "entries/../x", "0/000/", "x/000"]
)
def test_another_spelling_of_a_tile_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="not a tile"):
        parse_tile_path(path)


@given(st.integers(0, 3), st.integers(0, 10**9), st.integers(1, 256))
def test_every_tile_name_survives_its_address(level: int, number: int, width: int) -> None:
    assert parse_tile_path(tile_path(TileName(level, number, width))) == TileName(level, number, width)


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_a_bundle_of_entries_survives(records: list[bytes]) -> None:
    assert parse_bundle(bundle(records)) == records


def test_a_tile_exists_only_as_far_as_the_journal_goes() -> None:
    assert exists(TileName(0, 1, 44), 300)
    assert not exists(TileName(0, 1, 45), 300)
    assert exists(TileName(1, 0, 1), 300)
    assert not exists(TileName(1, 0, 2), 300)


@pytest.mark.parametrize("y", [0, 1, 2**255 - 20, 2**255 - 19, 2**255 - 18, 2**255])
def test_a_key_under_which_one_signature_holds_for_every_text_is_none(y: int) -> None:
    """Points of order 1, 2 and 4, and other ways to write them; those of order 8 stand in the module."""
    key = y.to_bytes(32, "little") if y < 2**255 else (1 | 1 << 255).to_bytes(32, "little")
    with pytest.raises(Malformed):
        parse_vkey(write_vkey("example.com/journal/x", ED25519, key))


def test_the_points_of_order_eight_are_known() -> None:
    p = 2**255 - 19
    d = -121665 * pow(121666, -1, p) % p
    eighth = next(y for y in sorted(note._SMALL) if y not in {0, 1, p - 1, p, p + 1})
    # Twice such a point has y = 0: 2·(x, y) = (…, (y² + x²) / (1 − d·x²·y²)), and x² = (y² − 1) / (d·y² + 1).
    square = (eighth * eighth - 1) * pow(d * eighth * eighth + 1, -1, p) % p
    assert (eighth * eighth + square) % p == 0


@pytest.mark.parametrize("sign", ["\x7f", "\ufffd"])
def test_letters_that_c2sp_allows_in_a_note_are_read(sign: str) -> None:
    text = f"example.com/journal/x\n1\n{'A' * 43}=\n{sign}\n"
    assert parse_note(Signer("k", bytes(32)).sign(text.encode())).text.decode() == text


@pytest.mark.parametrize("line", ["— x AAAA", "— x AAAAAAB=", "— x AAAAAA", "—  AAAAAAAA", "- x AAAAAAAA"])
def test_a_signature_line_that_is_none_spoils_the_note(line: str) -> None:
    with pytest.raises(Malformed):
        parse_note(f"a\nb\nc\n\n{line}\n".encode())


@pytest.mark.parametrize("lines", [0, 1001])
def test_a_note_has_a_thousand_signatures_at_most(lines: int) -> None:
    with pytest.raises(Malformed):
        parse_note(b"a\nb\nc\n\n" + "— x AAAAAAAA\n".encode() * lines)
