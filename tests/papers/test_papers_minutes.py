"""The minutes say every fact they are given, in both languages, and borrow no officer's act."""

import re
from html import unescape

import msgspec
import pytest
from papers.minutes_sample import STAMP, STATED, hex_of, sample

from contests.campaign.definition import Campaign
from contests.errors import LANGUAGES, Language, Text
from contests.papers.html import render
from contests.papers.minutes import page_of, write_minutes
from contests.papers.minutes_facts import Count, MinutesFacts, Stated


def said(facts: MinutesFacts, language: Language) -> str:
    """Return the text of the file, with plain spaces."""
    text = re.sub(r"<style>.*?</style>|<[^>]+>", " ", render(write_minutes(facts, language)).decode(), flags=re.DOTALL)
    return re.sub(r"[ \u00a0\u202f]+", " ", unescape(text))


EXACT = (
    "c0" * 16, hex_of("d"), hex_of("1"), hex_of("2"), hex_of("3"), hex_of("4"), hex_of("5", 96), hex_of("6"),
    hex_of("7"), hex_of("8"), hex_of("9", 128), hex_of("e"), hex_of("f"), "9.8.7", "3.11.99", "spec/draw",
    "Maison Tout", "SARL au capital de 1 000 €", "RCS Brest 900 000 000", "3 quai du Port, 29200 Brest",
    "jeu@tout.example", "Une journée de plus", "origin/journal/x+12345678+KEY", "Uk9PVA==", "Nom mal écrit",
    "https://jeux.example/c/tout/verify", "https://jeux.example/c/tout/rules/2/fr", "python3 verify.py tout.zip",
    "contests verify tout.zip", "sha256sum draws/final/pool.csv", "automation", "bike", "mug-3", "contests/seed/v1",
    "2027-06-22T10:00:07Z", "2027-06-24T09:30:15Z", "3" * 64, "39" * 16, "refus",
)  # fmt: skip
IN_WORDS: dict[Language, tuple[str, ...]] = {
    "fr": (
        "Relevé de tirage n° 3", "Tirage réel", "participants : 1 234, chances : 2 345", "Affiche",
        "retraits : 11, exclusions : 12, rétablissements : 13", "Âge insuffisant", "17", "54 321",
        "38", "Refus du lot (refus)", "Suppléant appelé, rang 5", "Lot confirmé", "jusqu’au", "22 juin 2027",
        "1 417 enregistrements", "12:00:07 (UTC+02:00)", "10:00:07 UTC", "remplace le relevé n° 1", "Un vélo", "1 200,00 €",
        "Le relevé n° 2", "Avenant, version 2", "Chances supplémentaires données", "Aucun horodatage",
        "drand quicknet", "Lots confirmés : 1 ; non attribués : 3",
        "Tous les comptes refaits concordent", "Personnes présentes ou connectées", "Signatures", "article 6",
    ),
    "en": (
        "Minutes of the draw no. 3", "Actual draw", "entrants: 1,234, tickets: 2,345", "Poster",
        "withdrawals: 11, exclusions: 12, reinstatements: 13", "Too young", "17", "54,321",
        "38", "The prize is refused (refus)", "Alternate promoted, rank 5", "Prize confirmed", "until", "22 June 2027",
        "1,417 records", "12:00:07 (UTC+02:00)", "10:00:07 UTC", "replace minutes no. 1", "A bicycle", "€1,200.00",
        "Minutes no. 2", "Amendment, version 2", "Bonus tickets given", "No time stamp",
        "drand quicknet", "Prizes confirmed: 1; not awarded: 3",
        "All counts that were made again agree", "People present or connected", "Signatures", "article 6",
    ),
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fact_stands_in_the_text(rich: Campaign, language: Language) -> None:
    text = said(sample(rich), language)
    typed = [*(value for value in msgspec.to_builtins(STATED).values() if isinstance(value, str))]
    typed += [value for person in STATED.present for value in msgspec.to_builtins(person).values()]
    missing = [fact for fact in (*EXACT, *IN_WORDS[language], *typed) if fact not in text]
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_source_of_chance_has_its_minutes(by_source: dict[str, Campaign], language: Language) -> None:
    for source, campaign in by_source.items():
        facts = sample(campaign)
        text = said(facts, language)
        banner = write_minutes(facts, language).banner
        assert ("RÉPÉTITION" in banner or "REHEARSAL" in banner) == (source == "rehearsal")
        assert facts.completed.seed in text
        if source == "ceremony":
            assert "de-1=4" in text
            assert "Me Anne Martin" in text


def test_no_word_of_an_officers_act_and_none_that_announces_a_gain(rich: Campaign) -> None:
    text = said(sample(rich), "fr").lower()
    for word in ("procès-verbal", "procès verbal", "constat ", "vous avez gagné", "huissier"):
        assert word not in text


@pytest.mark.parametrize(("language", "word"), [("fr", "DIFFÈRE"), ("en", "DIFFERS")])
def test_a_second_route_that_differs_is_shown(rich: Campaign, language: Language, word: str) -> None:
    name = Text(fr="Chances", en="Tickets")
    wrong = Count(what=name, first=2345, second=2344, by=name)
    gone = Count(what=name, first=2345, second=None, by=name)
    assert word not in said(sample(rich, counts=(gone,)), language)
    text = said(sample(rich, counts=(wrong, gone)), language)
    assert word in text
    assert "2 344" in text or "2,344" in text
    assert "qui diffèrent : 1 (" in text or "that differ: 1 (" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_stamps_are_listed(rich: Campaign, language: Language) -> None:
    text = said(sample(rich, stamps=(STAMP,)), language)
    for fact in (STAMP.what, STAMP.authority, STAMP.token):
        assert fact in text


def test_a_draft_says_that_it_is_one(rich: Campaign) -> None:
    document = write_minutes(sample(rich, draft=True), "fr")
    assert document.banner.startswith("BROUILLON")
    assert "Établi le" not in str(document.lead)


def test_what_was_not_stated_is_not_made_up(minimal: Campaign) -> None:
    stated = Stated(place="x", operator="y", clock="z", incidents="none", independence="none")
    text = said(sample(minimal, stated=stated, after=(), amended=(), postponed=(), replaced=(), version=1), "en")
    assert "Nobody else is stated" in text
    assert "Not stated" in text
    assert "No prize was offered yet." in text
    assert "The draw was not postponed." in text
    assert "replace" not in text.partition("1. What these minutes are")[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_minutes_are_pure(campaign: Campaign, language: Language) -> None:
    assert write_minutes(sample(campaign), language) == write_minutes(sample(campaign), language)
    assert page_of(sample(campaign), write_minutes(sample(campaign), language)).foot.endswith("c0" * 16)


def test_what_was_typed_is_no_markup(rich: Campaign) -> None:
    stated = msgspec.structs.replace(STATED, remarks='<script>alert(1)</script> & "x"\nline two')
    html = render(write_minutes(sample(rich, stated=stated), "fr")).decode()
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;x&quot;\nline two" in html
