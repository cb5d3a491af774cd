"""What in a comment asks for a person: words in two languages, coarse, and never a verdict."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contests.attention import KINDS, URGENT, _words, read
from contests.errors import LANGUAGES


@pytest.mark.parametrize(
    ("text", "kinds", "tone"),
    [
        ("Bravo, j’adore ! Je participe ❤️", (), 1),
        ("Merci @bob, je tente ma chance #AteliersLumière", (), 1),
        ("C'est truqué, toujours les mêmes qui gagnent", ("complaint", "negative"), -1),
        ("TRUQUÉ", ("complaint", "negative"), -1),
        ("This is a scam", ("complaint", "negative"), -1),
        ("Pas mal du tout", (), 1),
        ("Not bad at all", (), 1),
        ("C’est pas nul", (), 1),
        ("pas terrible, c’est nuuuuul", ("negative",), -1),
        ("Je n’aime pas", ("negative",), -1),
        ("I don’t love it", ("negative",), -1),
        ("déçue, jamais reçu mon lot 😡", ("negative",), -1),
        ("Comment on participe", ("question",), 0),
        ("tu viens avec moi？", ("question",), 0),
        ("On peut jouer https://shop.example/?a=b", ("link",), 0),
        ("va voir www.gains.example", ("link",), 0),
        ("quel con", ("insult", "question"), 0),
        ("espèce de connard", ("insult",), 0),
        ("You are an idiot", ("insult",), 0),
        ("chili con carne", (), 0),
        ("@truque @arnaque.officiel", (), 0),
        ("écrivez à scam@help.example", ("complaint", "negative"), -1),
        ("", (), 0),
    ],
)
def test_words_point(text: str, kinds: tuple[str, ...], tone: int) -> None:
    found = read(text, "instagram")
    assert (found.kinds, found.tone) == (kinds, tone)


def test_the_same_words_have_the_same_gist_whoever_is_named() -> None:
    one = read(
        "Je participe avec grand plaisir, merci beaucoup à toute l’équipe pour ce concours ! @alice #jeu", "instagram"
    )
    two = read(
        "je PARTICIPE avec grand plaisir… merci beaucoup à toute l’équipe pour ce concours @bob @carl #jeu", "instagram"
    )
    assert one.gist == two.gist != ""
    assert (
        read(
            "Je participe avec grand plaisir, merci beaucoup à toute l’équipe pour ce concours #noel #fete", "instagram"
        ).gist
        == one.gist
    ), "hashtags aside"
    assert read("Je participe avec grand plaisir, bonne chance à tous @alice", "instagram").gist == "", (
        "short texts are alike by nature"
    )
    assert (
        read("Je participe avec grand plaisir, merci beaucoup à toute l’équipe pour ce cadeau !", "instagram").gist
        != one.gist
    )


@given(st.text())
def test_whatever_is_written_can_be_read(text: str) -> None:
    found = read(text)
    assert set(found.kinds) <= set(KINDS)
    assert ("negative" in found.kinds) == (found.tone < 0)


@pytest.mark.parametrize(
    "nasty", ["nul " * 5000, "a" * 100_000, "n" * 100_000, "@" * 50_000, "pas " * 20_000, "?" * 50_000]
)
def test_a_long_text_takes_no_longer_than_a_few_ordinary_ones(nasty: str) -> None:
    start = time.perf_counter()
    read(nasty)
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize("name", ["insults", "complaints", "positive", "negative", "negations", "questions"])
def test_every_word_of_a_list_can_be_found(name: str) -> None:
    assert _words(name)
    assert all(phrase and all(phrase) for phrase in _words(name))


def test_no_word_is_both_glad_and_displeased() -> None:
    assert not _words("positive") & _words("negative")
    assert not _words("positive") & (_words("insults") | _words("complaints"))


def test_kinds_are_named_in_both_languages_and_some_are_urgent() -> None:
    assert all(kind.title(language) and kind.tells(language) for kind in KINDS.values() for language in LANGUAGES)
    assert set(URGENT) < set(KINDS)
