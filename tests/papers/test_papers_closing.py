"""The closing report: every figure it is told stands in it, in both languages, on paper and on the page."""

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from contests.campaign.definition import Campaign
from contests.errors import Language
from contests.flows.closing import report_file
from contests.papers.closing import (
    COSTS,
    LESSONS,
    STATES,
    Closing,
    Handed,
    Line,
    Stated,
    announced,
    open_units,
    write_closing,
)
from contests.papers.html import STYLE, fragment, render
from contests.papers.looked import Looked
from contests.papers.rules_text import compile_rules
from contests.papers.tree import Note


@pytest.fixture
def facts(rich: Campaign) -> Closing:
    return Closing(
        campaign="a" * 32, definition=rich, site="https://jeux.example", at=datetime(2027, 8, 1, 10, 30, tzinfo=UTC),
        stage="settled", visits=7001, begun=3002, received=2003, confirmed=1904, counting=1805, excluded=31, withdrawn=9,
        bonuses=412, entrants=1706, declined=(("already-entered", 127),), exclusions={"automation": 23},
        channels=(Line("page", 5001, 1201), Line("elsewhere", 2000, 703)),
        days=((date(2027, 6, 1), 1111), (date(2027, 6, 2), 793)), offers=6, forfeited=2,
        handed=(
            Handed(unit="bike", state="received", value="1100.00", confirmed=date(2027, 6, 25), sent=date(2027, 6, 28),
                   received=date(2027, 7, 2)),
            Handed(unit="mug-1", state="withheld", value="8.90", reason="Given to a charity."),
            Handed(unit="mug-2", state="forfeited", value="8.90"),
        ),
        stated=Stated({"postage": "48.60", "advertising": "1200.00"}, {"good": "The film.\n\n<b>Bold</b>."}),
    )  # fmt: skip


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_figure_and_word_stands_in_the_report(facts: Closing, language: Language) -> None:
    said = fragment(write_closing(facts, language)).replace("\u202f", "").replace("\u00a0", "").replace(",", "")
    for number in ("7001", "3002", "2003", "1904", "1805", "1706", "412", "127", "23", "1201", "703", "1111"):
        assert number in said, number
    for words in (
        "The film.",
        "&lt;b&gt;Bold&lt;/b&gt;.",
        "Given to a charity.",
        "https://jeux.example/c/tout/results",
    ):
        assert words in said
    assert ("2 juillet 2027" if language == "fr" else "2 July 2027") in said
    total = "234860" if language == "fr" else "2348.60"
    assert total in said
    assert "{" not in said


def test_a_report_is_provisional_until_every_prize_is_in_hand_or_formally_not(facts: Closing) -> None:
    assert write_closing(facts, "en").lead == ()
    one = msgspec.structs.replace(facts.handed[0], state="sent")
    for changed in (
        msgspec.structs.replace(facts, handed=(one, *facts.handed[1:])),
        msgspec.structs.replace(facts, stage="drawn"),
    ):
        assert isinstance(write_closing(changed, "en").lead[0], Note)
    assert open_units(facts) == 0


def test_prizes_count_as_announced_until_the_price_paid_is_typed(facts: Closing) -> None:
    assert str(announced(facts)) == "1100.00"
    paid = msgspec.structs.replace(facts, stated=Stated({"prizes": "900.00"}))
    costs = write_closing(paid, "en").section("costs")
    assert "€900" in repr(costs)
    assert "1,100" not in repr(costs)


@pytest.mark.parametrize("channels", [(), None])
def test_how_complete_the_comments_were_is_said(facts: Closing, channels: Any) -> None:
    looked = Looked(
        channel="insta", site="Instagram", at=datetime(2027, 2, 28, 20, tzinfo=UTC), sweeps=12, listed=940, counted=987, unread=3,
        whole=True,
    )  # fmt: skip
    told = msgspec.structs.replace(facts, looked=(looked,), **({} if channels is None else {"channels": channels}))
    said = fragment(write_closing(told, "fr"))
    for words in ("Commentaires, par publication", "940", "987", "montre à personne"):
        assert words in said
    assert "Commentaires, par publication" not in fragment(write_closing(facts, "fr"))


def test_an_empty_campaign_has_a_report(minimal: Campaign) -> None:
    empty = Closing(
        campaign="a" * 32, definition=minimal, site="https://x.example", at=datetime(2027, 3, 1, tzinfo=UTC), stage="open",
        visits=0, begun=0, received=0, confirmed=0, counting=0, excluded=0, withdrawn=0, bonuses=0, entrants=0, declined=(),
        exclusions={}, channels=(), days=(), offers=0, forfeited=0, handed=(), stated=Stated(),
    )  # fmt: skip
    said = fragment(write_closing(empty, "en"))
    for words in (
        "No cost was typed.",
        "No lesson was typed.",
        "The draw did not take place.",
        "No visit was counted.",
    ):
        assert words in said


def test_the_same_facts_give_the_same_files(facts: Closing) -> None:
    pdf = report_file(facts, "fr", "pdf")
    assert pdf.startswith(b"%PDF-")
    assert report_file(facts, "fr", "pdf") == pdf
    assert report_file(facts, "en", "html").startswith(b"<!doctype html>")


def test_a_paper_without_a_chart_keeps_its_bytes_and_one_with_a_chart_brings_its_styles(facts: Closing) -> None:
    assert b".plot" in render(write_closing(facts, "fr"))
    rules = render(compile_rules(facts.definition, "fr"))
    assert b".plot" not in rules
    assert STYLE.encode() in rules


def test_every_word_of_the_report_is_said_in_both_languages() -> None:
    for said in (*COSTS.values(), *LESSONS.values(), *STATES.values()):
        assert said.fr
        assert said.en
