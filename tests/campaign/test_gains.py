"""Words that announce a gain are found however they are typed; what only speaks of a draw is left alone."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contests.campaign.gains import PATTERNS, announces, lint_notice, plain
from contests.papers.notices import NOTICES

SAID = [
    "Vous avez gagné !", "vous avez enfin gagné un vélo", "VOUS AVEZ GAGNÉ", "Vous venez de remporter le gros lot", "Vous gagnez",
    "Félicitations, vous êtes le gagnant", "Vous êtes l’heureuse gagnante", "Vous etes notre grand gagnant", "100 % gagnant",
    "Vous faites partie des gagnants", "Vous serez un lauréat", "gagnez à tous les coups", "Tous gagnants !", "Bravo Zoé",
    "Votre lot vous attend", "Récupérez votre cadeau", "Tu as gagné", "L’heureux élu",
    "You have won", "You’ve won a bike", "you just won", "You are the lucky winner", "You’re one of our winners", "You win!",
    "Everybody wins", "Congratulations", "Claim your prize", "Your prize is waiting", "A guaranteed prize", "It is yours",
]  # fmt: skip
UNSAID = [
    "Tous les gagnants seront prévenus",
    "Le tirage a désigné votre participation pour ce lot.", "Un vélo à gagner par tirage au sort", "Vous n’avez pas gagné",
    "Ce message n’est pas l’annonce d’un gain.", "Le lot ne vous sera attribué que si les conditions sont remplies.",
    "Les gagnants seront prévenus par e-mail.", "A bicycle to be won in a draw", "You have not won", "The winners are told by mail.",
    "It becomes yours only if the conditions of the rules are met.", "This message does not announce a prize.", "Window",
]  # fmt: skip
FACTS = dict.fromkeys(
    ("title", "organiser", "contact", "rules", "place", "prize", "until", "link", "reason", "closes", "draws", "sent", "carrier",
     "unit", "house", "name", "role", "under", "at", "number", "count", "kinds"), "x",
)  # fmt: skip


@pytest.mark.parametrize("said", SAID)
def test_an_announced_gain_is_found(said: str) -> None:
    assert announces(said)
    assert list(lint_notice("offer", said, "", "fr"))
    assert announces(unicodedata.normalize("NFD", said).upper())
    assert announces(said.replace(" ", "\u00a0\u200b "))
    assert announces(f"Bonjour,\n{said.replace(' ', chr(10))}\nÀ bientôt")


@pytest.mark.parametrize("said", UNSAID)
def test_a_draw_can_be_spoken_of(said: str) -> None:
    assert not announces(said)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", NOTICES)
def test_no_mail_of_ours_is_refused(kind: str, language: str) -> None:
    subject, body = NOTICES[kind].write(language, **FACTS)
    assert not list(lint_notice(kind, subject, body, language))
    assert "{" not in subject + body


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", ["offer", "reminder"])
def test_the_condition_must_stand_in_the_first_lines(kind: str, language: str) -> None:
    subject, body = NOTICES[kind].write(language, **FACTS)
    assert list(lint_notice(kind, subject, "\n".join(["x"] * 3) + "\n" + body, language))
    assert list(lint_notice(kind, subject, "", language))


def test_what_is_said_after_the_confirmation_may_announce_it() -> None:
    assert not list(lint_notice("confirmed", "Félicitations", "Vous avez gagné", "fr"))
    assert list(lint_notice("forfeited", "x", "Vous avez gagné", "fr"))


def test_each_pattern_is_used_by_a_sentence() -> None:
    import re

    for _, pattern in PATTERNS:
        assert any(re.search(rf"\b(?:{pattern})\b", plain(said)) for said in SAID), pattern


@given(st.text(max_size=80))
def test_reading_twice_is_reading_once(text: str) -> None:
    assert plain(plain(text)) == plain(text)
