"""The tree of RFC 6962 and the proofs of RFC 9162, against published numbers and by property."""

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contests.journal.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_from_inclusion,
    root_of,
    verify_consistency,
)

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[1] / "vectors" / "merkle.json").read_text())
LEAVES = [leaf_hash(n.to_bytes(2, "big")) for n in range(600)]


def test_roots_are_those_of_the_published_tree() -> None:
    leaves = [leaf_hash(bytes.fromhex(data)) for data in VECTORS["leaf_inputs_hex"]]
    for size, root in enumerate(VECTORS["root_hashes_by_size_hex"]):
        assert root_of(leaves[:size]).hex() == root
        assert Frontier().extend(leaves[:size]).root().hex() == root


def test_hashes_are_separated_by_their_prefix() -> None:
    hasher = VECTORS["hasher"]
    assert EMPTY_ROOT.hex() == hasher["empty_root"]
    assert leaf_hash(b"").hex() == hasher["empty_leaf"]
    assert leaf_hash(b"L123456").hex() == hasher["leaf_L123456"]
    assert node_hash(b"N123", b"N456").hex() == hasher["node_N123_N456"]


@given(st.integers(0, 300), st.lists(st.integers(1, 80), max_size=4))
def test_appending_in_any_batches_gives_the_same_root(first: int, batches: list[int]) -> None:
    frontier, size = Frontier().extend(LEAVES[:first]), first
    for batch in batches:
        frontier, size = frontier.extend(LEAVES[size : size + batch]), min(size + batch, 600)
    assert frontier.root() == root_of(LEAVES[:size])
    assert frontier.size == size


@given(st.integers(0, 300), st.integers(1, 250))
def test_the_old_frontier_proves_every_new_leaf(old: int, added: int) -> None:
    size = old + added
    subtree = Frontier().extend(LEAVES[:old]).subtree(LEAVES[old:size])
    root = root_of(LEAVES[:size])
    for index in {old, size - 1, (old + size) // 2}:
        assert root_from_inclusion(LEAVES[index], index, size, inclusion_proof(index, size, subtree)) == root


@given(st.integers(1, 400), st.data())
def test_an_inclusion_proof_holds_for_its_leaf_and_place_only(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index, size, Frontier().subtree(LEAVES))
    root = root_of(LEAVES[:size])
    assert root_from_inclusion(LEAVES[index], index, size, proof) == root
    other = data.draw(st.integers(0, size - 1))
    if other != index:
        with contextlib.suppress(ValueError):
            assert root_from_inclusion(LEAVES[index], other, size, proof) != root
        assert root_from_inclusion(LEAVES[other], index, size, proof) != root
    for changed in ([*proof, LEAVES[0]], proof[:-1]):
        if changed != proof:
            with pytest.raises(ValueError, match="too"):
                root_from_inclusion(LEAVES[index], index, size, changed)


@given(st.integers(1, 400), st.data())
def test_a_consistency_proof_holds_for_its_two_trees_only(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, new))
    proof = consistency_proof(old, new, Frontier().subtree(LEAVES))
    before, after = root_of(LEAVES[:old]), root_of(LEAVES[:new])
    assert verify_consistency(old, new, before, after, proof)
    assert not verify_consistency(old, new, LEAVES[0] if old > 1 else LEAVES[1], after, proof)
    assert not verify_consistency(old, new, before, LEAVES[1], proof)
    assert not verify_consistency(old, new, before, after, [*proof, LEAVES[5]])
    if proof:
        assert not verify_consistency(old, new, before, after, proof[:-1])


def test_proofs_outside_the_tree_are_refused() -> None:
    subtree = Frontier().subtree(LEAVES)
    for index, size in ((0, 0), (5, 5), (-1, 5)):
        with pytest.raises(ValueError, match="not in a tree"):
            inclusion_proof(index, size, subtree)
    for old, new in ((0, 3), (4, 3)):
        with pytest.raises(ValueError, match="no consistency proof"):
            consistency_proof(old, new, subtree)
    assert not verify_consistency(0, 3, EMPTY_ROOT, EMPTY_ROOT, [])
