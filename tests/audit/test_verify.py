"""The verifier in the package, on the corpus of attacks that the stand-alone one is tested with."""

import io
import random
from pathlib import Path

import pytest
from audit import standalone_bundles as b
from audit.test_standalone import CORRUPTIONS, LEGAL, NOT_BUNDLES, NOT_LEGAL, ODD_BUT_WHOLE
from simulator import failed_steps

from contests.audit import standalone
from contests.audit.bundle import open_bytes
from contests.audit.selected import read_identities
from contests.audit.verdict import LEVELS, SOURCES, STAGES, Collector, Verdict
from contests.audit.verify import verify
from contests.draw.seed import LABELS
from contests.errors import Malformed
from contests.replay import Stage

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


def judged(data: bytes) -> Verdict:
    with open_bytes(data) as bundle:
        return verify(bundle)


def test_each_stage_and_source_has_words_in_both_languages() -> None:
    assert STAGES.keys() == set(Stage)
    assert SOURCES.keys() == LEVELS.keys() == LABELS.keys()
    assert all(text.fr and text.en for text in (*STAGES.values(), *SOURCES.values()))


def test_what_a_bundle_holds_moves_no_cursor_and_hides_nothing() -> None:
    title = {"definition": lambda d: d.update(title={"fr": "Jeu\x1b[2J\x1b[H", "en": "Game\x9b2J"})}
    prize = {"rows": lambda rows: rows[0].__setitem__(3, "\x1b[1;1H\x1b[0JEverything holds.\x1b[8m")}
    for tricks in (title, prize):
        verdict = judged(b.make("ceremony", **tricks).bundle)
        told = verdict.text("fr") + verdict.text("en") + str(verdict.to_dict("fr"))
        assert "\x1b" not in told
        assert "\x9b" not in told


def test_a_million_faults_are_counted_and_twenty_kept() -> None:
    made = b.make("ceremony", files=lambda files: files.update({"journal/records.jsonl": b"\n" * 200_000}))
    say = Collector()
    for _ in range(1000):
        say.fail(2, "é", "e")
    found = [finding for finding in say.findings() if finding.step.number == 2]
    assert (len(found), found[-1].detail.en) == (21, "… and 980 more.")
    failed = [finding for finding in judged(made.bundle).findings if finding.step.number == 2]
    assert len(failed) == 21


@pytest.mark.parametrize("name", ["draws/final/checkpoint", "draws/final/source.txt", "journal/vkey"])
def test_a_file_that_is_too_long_fails_its_step_and_no_more_is_said_of_the_zip(name: str) -> None:
    def bloat(files: dict[str, bytes]) -> None:
        files[name] = random.Random(1).randbytes(17 << 20)  # noqa: S311 - the same bytes at each run

    assert failed_steps(judged(b.make("ceremony", files=bloat).bundle))


def test_records_have_the_numbers_that_receipts_and_pages_give_them(tmp_path: Path) -> None:
    made = b.make("ceremony", records=lambda records: records[5].update(channel="No Code"))
    (tmp_path / "bundle.zip").write_bytes(made.bundle)
    theirs = standalone.verify(tmp_path / "bundle.zip")["findings"][1]["detail"]
    assert "record 5" in theirs
    assert "Record 5:" in judged(made.bundle).text("en")


@pytest.mark.parametrize("left", [-1, 0])
def test_a_pool_that_lost_lines_says_nothing_against_the_draw(left: int) -> None:
    def lose(files: dict[str, bytes]) -> None:
        lines = files.pop("draws/final/pool.csv").splitlines(keepends=True)
        if left:
            files["draws/final/pool.csv"] = b"".join(lines[:left])

    assert failed_steps(judged(b.make("ceremony", files=lose).bundle)) == {7}
