"""Dates, money, counts and lists as each language writes them."""

from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest

from contests.campaign.definition import Campaign
from contests.errors import Language, Text
from contests.papers.voice import DAYS, MINUTES, Voice


def voice(campaign: Campaign, language: Language) -> Voice:
    return Voice(campaign=campaign, language=language, version=1, numbers={"draw": "12"})


def test_french_keeps_its_signs_on_the_line_of_their_word(rich: Campaign) -> None:
    text = Text(fr="« Oui » : non ; quoi ? Ah !", en="“Yes”: no; what? Ah!")
    assert voice(rich, "fr").say(text) == "«\u00a0Oui\u00a0»\u00a0: non\u202f; quoi\u202f? Ah\u202f!"
    assert voice(rich, "en").say(text) == text.en


@pytest.mark.parametrize(
    ("amount", "currency", "french", "english"),
    [
        ("1290.00", "EUR", "1\u202f290,00\u00a0€", "€1,290.00"),
        ("0.10", "GBP", "0,10\u00a0£GB", "£0.10"),
        ("1500.00", "JPY", "1\u202f500\u00a0JPY", "JP¥1,500"),
        ("1500.50", "JPY", "1\u202f500,50\u00a0JPY", "JP¥1,500.50"),
        ("999999999.99", "EUR", "999\u202f999\u202f999,99\u00a0€", "€999,999,999.99"),
    ],
)
def test_money_is_exact(rich: Campaign, amount: str, currency: str, french: str, english: str) -> None:
    assert voice(rich, "fr").money(Decimal(amount), currency) == french
    assert voice(rich, "en").money(Decimal(amount), currency) == english


def test_one_is_singular_and_french_counts_none_with_it(rich: Campaign) -> None:
    assert voice(rich, "fr").count(1, DAYS) == "1\u00a0jour"
    assert voice(rich, "fr").count(0, DAYS) == "0\u00a0jour"
    assert voice(rich, "en").count(0, DAYS) == "0\u00a0days"
    assert voice(rich, "en").count(10_080, MINUTES) == "10,080\u00a0minutes"


def test_the_first_of_the_month_is_first_in_french(rich: Campaign) -> None:
    at = datetime(2027, 6, 1, 8, 0, tzinfo=UTC)
    assert voice(rich, "fr").when(at) == "mardi 1er juin 2027 à 10:00 (UTC+02:00)"
    assert voice(rich, "en").when(at) == "Tuesday 1 June 2027 at 10:00 (UTC+02:00)"


def test_summer_and_winter_are_both_named_when_the_clocks_change(rich: Campaign) -> None:
    across = msgspec.structs.replace(rich, draws_at=datetime(2027, 12, 1, 11, 0, tzinfo=UTC))
    assert voice(across, "fr").zone_names() == "heure d’été d’Europe centrale et heure normale d’Europe centrale"


def test_the_organisers_own_words_fall_back_to_its_first_language(rich: Campaign) -> None:
    assert voice(rich, "en").own({"fr": "Bonjour"}) == "Bonjour"
    assert not voice(rich, "en").own(None)


def test_sentences_end_with_one_full_stop(rich: Campaign) -> None:
    assert voice(rich, "en").sentences("A pen", "Blue!", " ", "Long.") == "A pen. Blue! Long."


def test_an_article_is_named_by_its_number(rich: Campaign) -> None:
    assert voice(rich, "fr").article("draw") == "article\u00a012"
