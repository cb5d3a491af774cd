"""A rehearsal: a draft's whole life through the real flows, worth nothing and leaving nothing behind."""

from pathlib import Path

import pytest
from simulator import DEFINITION, failed_steps

from contests.audit.bundle import open_bytes
from contests.audit.verify import verify
from contests.campaign.definition import Campaign
from contests.campaign.parse import parse
from contests.codec import canonical
from contests.errors import Refused
from contests.flows.rehearse import Rehearsed, rehearse

EXAMPLES = Path(__file__).parents[2] / "examples"
QUESTION = {
    "kind": "closed-question",
    "question": {"fr": "?", "en": "?"},
    "options": ["Lyon", "Lille"],
    "answers": ["lyon"],
}
EVERYTHING = [
    {"kind": "minimum-age", "by": "birth-date", "years": 13},
    {"kind": "parent-agrees", "by": "birth-date"},
    {"kind": "residence", "countries": ["FR"]},
    QUESTION,
    {"kind": "unique-code"},
    {"kind": "one-per-household"},
    {"kind": "excluded-people", "domains": ["organiser.example"]},
]  # fmt: skip


def draft(**changes: object) -> Campaign:
    return parse(canonical(DEFINITION | changes), "json")


def told(campaign: Campaign) -> Rehearsed:
    return rehearse(campaign, "sim.example", "https://sim.example")


@pytest.mark.parametrize("example", ["noel-lumiere", "rentree-campus"])
def test_an_example_is_rehearsed_to_its_end_and_holds(example: str) -> None:
    campaign = parse((EXAMPLES / f"{example}.toml").read_bytes(), "toml")
    rehearsed = told(campaign)
    figures = rehearsed.figures
    assert rehearsed.verdict.passed
    assert (rehearsed.verdict.level, figures.stage) == ("rehearsal", "settled")
    assert figures.sent == figures.accepted + figures.unconfirmed + figures.refused + sum(figures.declined.values())
    assert figures.confirmed == len(campaign.units)
    assert figures.promoted == figures.forfeited == 2
    assert figures.withdrawn > 0
    assert figures.excluded > 0
    assert set(rehearsed.minutes) == set(campaign.languages)


def test_every_kind_of_rule_can_be_rehearsed() -> None:
    figures = told(draft(rules=EVERYTHING)).figures
    assert figures.stage == "settled"
    assert {"parent-refused", "too-young", "country-not-listed", "answer-wrong", "excluded-person", "closed"} <= set(
        figures.declined
    )
    assert figures.accepted > 150


def test_the_bundle_of_a_rehearsal_says_what_it_is_worth_and_verifies_by_itself() -> None:
    rehearsed = told(draft(draw={"source": "drand"}))
    with open_bytes(rehearsed.bundle) as bundle:
        verdict = verify(bundle)
        assert b"rehearsal.sim.example/journal/" in bundle.read("journal/checkpoint")
        html = bundle.read("papers/minutes-1-fr.html").decode()
    assert failed_steps(verdict) == set()
    assert verdict.level == "rehearsal"
    assert "RÉPÉTITION" in html
    assert all(pdf.startswith(b"%PDF-") for pdf in rehearsed.minutes.values())


def test_the_same_definition_gives_the_same_bytes_and_another_does_not() -> None:
    first, again = told(draft()), told(draft())
    assert (first.bundle, first.minutes) == (again.bundle, again.minutes)
    assert told(draft(alternates=2)).bundle != first.bundle


@pytest.mark.parametrize(
    "changes",
    [
        {"alternates": 0, "prizes": [DEFINITION["prizes"][0]]},
        {"prizes": [DEFINITION["prizes"][0] | {"quantity": 500}]},
        {"rules": [*DEFINITION["rules"], {"kind": "one-per-day"}]},
        {"awards": {"lapse": "proposed", "documents": [{"id": "age", "title": {"fr": "Âge", "en": "Age"}}]}},
    ],
)
def test_an_unusual_campaign_can_be_rehearsed(changes: dict[str, object]) -> None:
    try:
        campaign = draft(**changes)
        assert told(campaign).verdict.passed
    except Refused as refused:
        assert refused.code == "publication-blocked"  # the linter has its say first  # noqa: PT017


def test_what_the_linter_blocks_is_not_rehearsed() -> None:
    with pytest.raises(Refused, match="forfeits"):
        told(draft(forfeits=[]))


def test_a_rehearsal_leaves_no_file_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert told(draft()).verdict.passed
    assert list(tmp_path.iterdir()) == []
