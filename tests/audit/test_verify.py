"""The verifier in the package, on the corpus of attacks that the stand-alone one is tested with."""

import io
from typing import Any

import pytest
from audit import standalone_bundles as b
from audit.test_standalone import CORRUPTIONS, LEGAL, NOT_BUNDLES
from simulator import failed_steps

from contests.audit.bundle import Bundle, open_bytes
from contests.audit.verify import verify
from contests.errors import Malformed

# The two verifiers put these at different steps, both for a reason: here a definition or a record that cannot be
# read is not used for anything that follows.
ELSEWHERE = {"pool_empty": 2, "definition_without_draw_time": 4, "notice_of_nothing": 4}


@pytest.mark.parametrize("source", ["drand", "ceremony", "rehearsal"])
def test_an_honest_campaign_of_another_program_passes(source: str) -> None:
    with open_bytes(b.make(source, "settled").bundle) as bundle:
        verdict = verify(bundle)
    assert verdict.passed, verdict.text()


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_each_corruption_fails_and_at_a_step_that_makes_sense(name: str) -> None:
    corruption = CORRUPTIONS[name]
    source, tricks, expected = corruption
    data = b.make(source, **tricks).bundle
    try:
        with open_bytes(data) as bundle:
            found = failed_steps(verify(bundle))
    except Malformed:
        return
    assert found & (set(expected) | {ELSEWHERE.get(name, 0)}), f"expected {expected}, failed {found}"


@pytest.mark.parametrize("name", NOT_BUNDLES)
def test_what_is_not_a_bundle_is_refused_or_fails(name: str) -> None:
    try:
        with Bundle(io.BytesIO(NOT_BUNDLES[name]())) as bundle:
            verdict: Any = verify(bundle)
    except Malformed:
        return
    assert not verdict.passed


def test_the_corpus_is_large() -> None:
    assert len(CORRUPTIONS) + len(LEGAL) + len(NOT_BUNDLES) > 250
