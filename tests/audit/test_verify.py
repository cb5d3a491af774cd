"""The verifier in the package, on the corpus of attacks that the stand-alone one is tested with."""

import io

import pytest
from audit import standalone_bundles as b
from audit.test_standalone import CORRUPTIONS, LEGAL, NOT_BUNDLES, NOT_LEGAL, ODD_BUT_WHOLE
from simulator import failed_steps

from contests.audit.bundle import open_bytes
from contests.audit.selected import read_identities
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
def test_what_is_not_a_bundle_is_refused(name: str) -> None:
    with pytest.raises(Malformed, match="zip file with the proof"), open_bytes(NOT_BUNDLES[name]()) as bundle:
        verify(bundle)


@pytest.mark.parametrize("name", ODD_BUT_WHOLE)
def test_a_zip_that_can_be_taken_in_one_way_only_is_read(name: str) -> None:
    with open_bytes(ODD_BUT_WHOLE[name]()) as bundle:
        verdict = verify(bundle)
    assert verdict.passed, verdict.text("en")


@pytest.mark.parametrize("name", LEGAL)
def test_each_wrong_identity_fails_at_step_15_alone(name: str) -> None:
    made = b.make("ceremony", **LEGAL[name])
    with open_bytes(made.bundle) as bundle:
        assert failed_steps(verify(bundle, read_identities(io.BytesIO(made.legal)))) == {15}


@pytest.mark.parametrize("legal", NOT_LEGAL)
def test_what_is_no_legal_file_fails_at_step_15(legal: bytes) -> None:
    with open_bytes(b.make("ceremony").bundle) as bundle:
        assert failed_steps(verify(bundle, read_identities(io.BytesIO(legal)))) == {15}


def test_before_the_draw_a_legal_file_has_nothing_to_be_held_against() -> None:
    with open_bytes(b.make("ceremony", "frozen").bundle) as bundle:
        found = verify(bundle, read_identities(io.BytesIO(b.make("ceremony").legal))).findings
    assert [finding.outcome for finding in found if finding.step.number == 15] == ["not-checked"]


def test_the_corpus_is_large() -> None:
    assert len(CORRUPTIONS) + len(LEGAL) + len(NOT_BUNDLES) > 250
