"""What the law wants said besides: each fact of `[terms]` is in the rules text, and nothing of it where it is not declared."""

import re

import msgspec
import pytest

from contests.campaign.definition import Campaign, Terms
from contests.campaign.form import questions
from contests.errors import LANGUAGES, Language
from contests.papers.rules_text import compile_rules
from contests.papers.tree import Note

FACTS: dict[Language, tuple[str, ...]] = {
    "fr": (
        "Publicité – collaboration commerciale : la Cidrerie Bleue paie Maison Tout.",
        "Jeu avec obligation d’achat : une caisse de cidre doux, 12 €.",
        "L’abus d’alcool est dangereux pour la santé",
        "Le lot est remis au plus tard 45 jours après la confirmation",
        "médiateur de la consommation : Médiateur du jeu, mediateur.example",
        "Cidrerie Bleue (du cidre) reçoit les données de qui a coché « La lettre »",
        "Mailer Inc. (États-Unis) : l’envoi des messages.",
        "Transfert hors de l’Espace économique européen : clauses contractuelles types.",
        "déposé chez Me Anne Martin, commissaire de justice, 2 rue du Siam, 29200 Brest, le 1er mai 2027, sous le numéro PV 2027-17",
        "Déclaration ou autorisation (États-Unis) : Florida Department of Agriculture, le 2 avril 2027, numéro FL-99.",
        "Instagram ne le parraine pas, ne l’administre pas, ne le cautionne pas",
        "chacun dégage YouTube de toute responsabilité",
        "le règlement de la communauté s’applique",
        "Page A : suivre le compte et aimer la publication.",
        "Une tasse (somme d’argent)",
    ),
    "en": (
        "Advertising – paid partnership: Cidrerie Bleue pays Maison Tout.",
        "A purchase is necessary to enter: a case of sweet cider, €12.",
        "Alcohol abuse is dangerous for your health",
        "The prize is handed over at most 45 days after the confirmation",
        "consumer mediator: Médiateur du jeu, mediateur.example",
        "Cidrerie Bleue (cider) gets the data of those who ticked “The letter”",
        "Mailer Inc. (United States): sending the messages.",
        "Transfer outside the European Economic Area: standard contractual clauses.",
        "deposited with Me Anne Martin, commissaire de justice, 2 rue du Siam, 29200 Brest, on 1 May 2027, under number PV 2027-17",
        "Filing or permit (United States): Florida Department of Agriculture, on 2 April 2027, number FL-99.",
        "sponsored, endorsed or administered by, or associated with, Instagram",
        "each entrant releases YouTube from any liability",
        "the Community Guidelines apply",
        "Page A: follow the account and like the post.",
        "A mug (sum of money)",
    ),
}
FREE = re.compile(
    r"gratuit et sans obligation|sans achat|gratuite, sans|free to enter and|free, no purchase|costs nothing",
    re.IGNORECASE,
)


@pytest.fixture
def whole(by_source: dict[str, Campaign]) -> Campaign:
    return by_source["terms"]


def said(campaign: Campaign, language: Language) -> str:
    """Return every text, with ordinary spaces."""
    found: list[str] = []

    def walk(value: object) -> None:
        if isinstance(value, str):
            found.append(re.sub(r"\s+", " ", value))
        elif isinstance(value, dict | list | tuple):
            for inner in value.values() if isinstance(value, dict) else value:
                walk(inner)

    walk(msgspec.to_builtins(compile_rules(campaign, language)))
    return "\n".join(found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_fact_that_is_declared_is_said_and_no_other(whole: Campaign, rich: Campaign, language: Language) -> None:
    text, without = said(whole, language), said(rich, language)
    for fact in FACTS[language]:
        assert fact in text
        assert fact not in without


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_contest_that_costs_something_never_says_it_is_free(
    whole: Campaign, rich: Campaign, language: Language
) -> None:
    assert not FREE.search(said(whole, language))
    assert FREE.search(said(rich, language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_must_be_seen_first_stands_at_the_head(whole: Campaign, rich: Campaign, language: Language) -> None:
    notes = [block.text for block in compile_rules(whole, language).lead if isinstance(block, Note)]
    assert [re.sub(r"\s+", " ", note) for note in notes[:2]] == list(FACTS[language][:2])
    assert notes[2].startswith(FACTS[language][2][:8])
    assert not [block for block in compile_rules(rich, language).lead if isinstance(block, Note)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_data_that_go_to_partners_are_not_said_to_stay(whole: Campaign, rich: Campaign, language: Language) -> None:
    stays = "ni vendues ni cédées" if language == "fr" else "neither sold nor passed on"
    assert stays in said(rich, language)
    assert stays not in said(whole, language)


def test_a_partner_is_named_under_its_own_box(whole: Campaign, rich: Campaign) -> None:
    boxes = {question.name: question.hint for question in questions(whole)}
    assert boxes["news"].fr == "Vos données sont alors transmises à Cidrerie Bleue (du cidre)."
    assert boxes["news"].en == "Your data are then passed on to Cidrerie Bleue (cider)."
    assert {q.name: q.hint for q in questions(rich)}["news"].fr == ""


def test_empty_terms_say_nothing(rich: Campaign) -> None:
    empty = msgspec.structs.replace(rich, terms=Terms())
    for language in LANGUAGES:
        assert said(empty, language).replace(empty.digest(), "") == said(rich, language).replace(rich.digest(), "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_bonus_says_how_it_is_verified(rich: Campaign, language: Language) -> None:
    for bonus in rich.bonuses:
        assert bonus.verified(language) in said(rich, language)
