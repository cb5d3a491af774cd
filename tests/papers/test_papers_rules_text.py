"""The rules text says what the engine does, in both languages, and nothing that it must not say."""

import re
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from typing import get_args
from zoneinfo import ZoneInfo

import msgspec
import pytest

from contests.campaign.definition import Article, Campaign, FieldKind, Publication, Purpose, Source
from contests.campaign.retention import answers_kept_days
from contests.draw.beacon import QUICKNET, Round
from contests.draw.ranking import number
from contests.draw.seed import LABELS, Beacon, Ceremony, Frozen, Rehearsal, ceremony_text, seed
from contests.draw.seed import Source as Chance
from contests.errors import LANGUAGES, Language, NotFound
from contests.papers.articles import draw, ranking
from contests.papers.articles.order import ARTICLES
from contests.papers.articles.privacy import NAMED
from contests.papers.fields import GROUNDS, KINDS, PURPOSES
from contests.papers.html import render
from contests.papers.rules_text import CLAUSES, clause_number, compile_rules
from contests.papers.tree import Document, Facts, Formula, Note, Table

EXCLUSIONS = {"duplicate-person", "false-data", "automation", "conflict-of-interest", "not-eligible", "abuse"}


def plain(text: str) -> str:
    """Return `text` with ordinary spaces only, as a rule writes it."""
    return re.sub(r"\s+", " ", text)


def said(document: Document) -> str:
    """Return every text of the tree, one after the other."""
    found: list[str] = []

    def walk(value: object) -> None:
        if isinstance(value, str):
            found.append(plain(value))
        elif isinstance(value, dict):
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list | tuple):
            for inner in value:
                walk(inner)

    walk(msgspec.to_builtins(document))
    return "\n".join(found)


def table(document: Document, key: str, at: int = 0) -> Table:
    """Return a table of the article with that key."""
    found = [b for b in document.section(f"article-{key}").blocks if isinstance(b, Table)]
    return found[at]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_executed_rule_has_its_sentence_in_the_rules_text(campaign: Campaign, language: Language) -> None:
    text = said(compile_rules(campaign, language))
    for rule in campaign.rules:
        assert plain(rule.sentence()(language)) in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_bonus_has_its_sentence_in_the_rules_text(campaign: Campaign, language: Language) -> None:
    text = said(compile_rules(campaign, language))
    for bonus in campaign.bonuses:
        assert plain(bonus.sentence()(language)) in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_and_every_question_of_a_rule_stands_in_the_table_of_data(
    campaign: Campaign, language: Language
) -> None:
    rows = [plain(row[0]) for row in table(compile_rules(campaign, language), "data").rows]
    asks = [ask for rule in campaign.rules for ask in rule.asks()]
    assert len(rows) == len(campaign.fields) + len(asks) + 1 + (campaign.commented is not None)
    for ask in asks:
        assert plain(ask.label(language)) in rows


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_definition_gives_the_same_bytes_twice(campaign: Campaign, language: Language) -> None:
    assert render(compile_rules(campaign, language)) == render(compile_rules(campaign, language))


def test_another_process_gives_the_same_bytes(rich: Campaign) -> None:
    """Sets and hashes differ from process to process; the text must not."""
    program = (
        "import sys; from contests.campaign.parse import parse; from contests.papers.html import render;"
        "from contests.papers.rules_text import compile_rules;"
        "c = parse(sys.stdin.buffer.read(), 'json'); sys.stdout.buffer.write(render(compile_rules(c, 'fr')))"
    )
    done = subprocess.run(  # noqa: S603 - a program of our own
        [sys.executable, "-c", program],
        input=rich.bytes(),
        capture_output=True,
        check=True,
        env={"PYTHONHASHSEED": "7"},
    )
    assert done.stdout == render(compile_rules(rich, "fr"))


def test_a_definition_read_back_from_its_record_gives_the_same_text(campaign: Campaign) -> None:
    again = msgspec.json.decode(campaign.bytes(), type=Campaign)
    assert compile_rules(again, "fr") == compile_rules(campaign, "fr")


def test_both_languages_have_the_same_articles_with_the_same_numbers(campaign: Campaign) -> None:
    french, english = (compile_rules(campaign, language) for language in ("fr", "en"))
    assert [(s.number, s.anchor) for s in french.sections] == [(s.number, s.anchor) for s in english.sections]
    for ours, theirs in zip(french.sections, english.sections, strict=True):
        assert [type(b) for b in ours.blocks] == [type(b) for b in theirs.blocks], ours.anchor


def test_articles_are_numbered_in_a_row_and_none_is_empty(campaign: Campaign) -> None:
    sections = [s for s in compile_rules(campaign, "fr").sections if "-own-" not in s.anchor]
    assert [s.number for s in sections] == [str(n) for n in range(1, len(sections) + 1)]
    assert all(s.blocks for s in sections)
    assert len({article.key for article in ARTICLES}) == len(ARTICLES)


def test_articles_with_nothing_to_say_are_left_out(minimal: Campaign, rich: Campaign) -> None:
    def anchors(campaign: Campaign) -> set[str]:
        return {section.anchor for section in compile_rules(campaign, "en").sections}

    assert anchors(rich) - anchors(minimal) == {"article-channels", "article-bonuses"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", sorted(EXCLUSIONS))
def test_every_exclusion_code_rests_on_an_article_that_is_printed(
    example: Campaign, minimal: Campaign, language: Language, code: str
) -> None:
    for campaign in (example, minimal):
        document = compile_rules(campaign, language)
        section = document.section(CLAUSES[code].anchor)
        assert section.number == clause_number(campaign, language, code)
        row = next(row for row in table(document, "exclusions").rows if row[2] == code)
        assert plain(row[0]) == CLAUSES[code].text(language)
        assert row[1] == section.number


def test_the_exclusion_codes_are_these_and_no_others() -> None:
    assert set(CLAUSES) == EXCLUSIONS


def test_an_unknown_exclusion_code_is_refused(minimal: Campaign) -> None:
    with pytest.raises(NotFound, match="duplicate-person"):
        clause_number(minimal, "en", "i-do-not-like-them")


def test_an_article_that_is_referred_to_exists(campaign: Campaign) -> None:
    document = compile_rules(campaign, "fr")
    numbers = {section.number for section in document.sections}
    found = set(re.findall(r"\(article (\d+)\)", said(document)))
    assert found
    assert found <= numbers


@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_is_told_that_they_have_won(campaign: Campaign, language: Language) -> None:
    text = said(compile_rules(campaign, language)).lower()
    for forbidden in ("vous avez gagné", "vous gagnez", "you have won", "you won", "you win"):
        assert forbidden not in text


def test_a_prize_is_provisional_until_it_is_confirmed(campaign: Campaign) -> None:
    assert "provisoire" in said(compile_rules(campaign, "fr"))
    assert "provisional" in said(compile_rules(campaign, "en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_placeholder_is_left_unfilled(campaign: Campaign, language: Language) -> None:
    assert not re.search(r"[{}]", said(compile_rules(campaign, language)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_braces_in_a_definition_are_text(rich: Campaign, language: Language) -> None:
    tricky = msgspec.structs.replace(rich, title={"fr": "{0.__class__} {contact}", "en": "{0.__class__} {contact}"})
    assert compile_rules(tricky, language).title == "{0.__class__} {contact}"


def test_every_word_of_the_definition_has_a_text() -> None:
    assert set(KINDS) == set(get_args(FieldKind))
    assert set(PURPOSES) == set(GROUNDS) == {*get_args(Purpose), "parent"}
    assert set(NAMED) == set(get_args(Publication))
    assert set(draw.SOURCES) == set(ranking.CHANCE) == set(LABELS) == set(get_args(Source))


def test_the_round_that_is_announced_is_the_one_that_is_used(example: Campaign) -> None:
    facts = [b for b in compile_rules(example, "fr").section("article-draw").blocks if isinstance(b, Facts)]
    values = [value for _, value in facts[0].pairs]
    assert values == ["drand quicknet", QUICKNET.hash, str(QUICKNET.round_at(example.draws_at))]


def _chance(source: str) -> tuple[Chance, dict[str, str]]:
    """Return a random value for a source, and how the rules text names its parts."""
    if source == "drand":
        drawn = Round(QUICKNET.hash, 123, "ab" * 48)
        parts = {"chain hash": drawn.chain, "number of the value": "123", "signature of the value": drawn.signature}
        return Beacon(drawn), parts
    if source == "ceremony":
        text = "ceremony\nde-1=4\nde-2=6\n"
        assert text == ceremony_text([("de-1", "4"), ("de-2", "6")])
        return Ceremony(text), {"SHA-256 of the text of the ceremony": sha256(text.encode()).hexdigest()}
    return Rehearsal("any text"), {"text of the rehearsal": "any text"}


@pytest.mark.parametrize("source", ["drand", "ceremony", "rehearsal"])
def test_the_formula_that_is_printed_gives_the_engines_own_seed(by_source: dict[str, Campaign], source: str) -> None:
    section = compile_rules(by_source[source], "en").section("article-ranking")
    formula = next(block for block in section.blocks if isinstance(block, Formula))
    first = formula.lines.index("seed = SHA-256 of these lines:") + 1
    recipe = [line.strip() for line in formula.lines[first : formula.lines.index("", first)]]
    chance, parts = _chance(source)
    known = parts | {
        "identifier of the campaign": "0" * 32,
        "name of the draw": "final",
        "SHA-256 of the definition": "1" * 64,
        "SHA-256 of the frozen list": "2" * 64,
        "number of entrants": "10",
        "number of tickets": "12",
        "size of the journal at the freeze": "14",
        "root of the journal at the freeze": "3" * 64,
    }
    frozen = Frozen(
        campaign="0" * 32,
        draw="final",
        definition="1" * 64,
        pool="2" * 64,
        entrants=10,
        tickets=12,
        size=14,
        root="3" * 64,
    )
    lines = "".join(f"{known.get(line, line)}\n" for line in recipe)
    assert sha256(lines.encode()).hexdigest() == seed(frozen, chance)


def test_the_number_that_is_printed_is_the_engines_own() -> None:
    by_hand = min(sha256(f"{'5' * 64}\nabc\n{k}\n".encode()).hexdigest() for k in (1, 2, 3))
    assert by_hand == number("5" * 64, "abc", 3)


def test_the_ranks_of_the_table_are_the_units_in_the_order_drawn(campaign: Campaign) -> None:
    rows = table(compile_rules(campaign, "en"), "ranking").rows
    ranked = [row for row in rows if row[2] != "–"]
    assert [row[2].split(" to ")[0] for row in ranked] == [prize.units[0] for prize in campaign.prizes]
    assert [row[2].split(" to ")[-1] for row in ranked] == [prize.units[-1] for prize in campaign.prizes]
    last = int(rows[-1][0].split(" to ")[-1])
    assert last == len(campaign.units) + campaign.alternates


def test_the_total_is_exact_and_left_out_with_several_currencies(example: Campaign, rich: Campaign) -> None:
    assert "valeur totale de 1 986,00 € TTC" in said(compile_rules(example, "fr"))
    mixed = msgspec.structs.replace(rich.prizes[1], currency="USD")
    two = msgspec.structs.replace(rich, prizes=(rich.prizes[0], mixed))
    text = said(compile_rules(two, "en"))
    assert "not added up" in text
    assert "total value of" not in text


def test_dates_are_said_to_the_minute_in_the_campaigns_time_zone(example: Campaign, rich: Campaign) -> None:
    text = said(compile_rules(example, "fr"))
    assert "mardi 1er décembre 2026 à 09:00 (UTC+01:00)" in text
    assert "fuseau horaire Europe/Paris (heure normale d’Europe centrale)" in text
    assert "Sunday 20 June 2027 at 18:30 (UTC+02:00)" in said(compile_rules(rich, "en"))


def test_each_instant_stands_beside_its_own_name(campaign: Campaign) -> None:
    facts = [b for b in compile_rules(campaign, "en").section("article-period").blocks if isinstance(b, Facts)]
    zone = ZoneInfo(campaign.timezone)
    instants = {
        "Entries open": campaign.opens_at,
        "Entries close": campaign.closes_at,
        "List frozen": campaign.freezes_at,
        "Draw": campaign.draws_at,
    }
    for label, at in instants.items():
        local = at.astimezone(zone)
        assert f"{local.day} {local:%B} {local.year} at {local:%H:%M} (UTC" in dict(facts[0].pairs)[label]


def test_each_row_of_data_says_whether_it_is_required_and_how_long_it_is_kept(campaign: Campaign) -> None:
    rows = table(compile_rules(campaign, "en"), "data").rows
    for field, row in zip(campaign.fields, rows, strict=False):
        assert row[1] == PURPOSES[field.purpose].en
        assert row[2] == GROUNDS[field.purpose].en
        assert row[3] == ("Yes" if field.required else "No")
        begins = "the consent or the last contact" if field.purpose == "marketing" else "the draw"
        assert plain(row[4]) == f"{field.retention_days:,} days after {begins}"


def test_each_prize_has_its_quantity_and_its_exact_value(campaign: Campaign) -> None:
    rows = table(compile_rules(campaign, "en"), "prizes").rows
    for prize, row in zip(campaign.prizes, rows, strict=True):
        digits = [re.sub(r"[^0-9.]", "", cell) for cell in row[1:]]
        assert digits == [str(prize.quantity), prize.unit_value, str(Decimal(prize.unit_value) * prize.quantity)]


def test_seconds_are_said_where_there_are_any(rich: Campaign) -> None:
    odd = msgspec.structs.replace(rich, draws_at=datetime(2027, 6, 21, 10, 0, 5, tzinfo=UTC))
    assert "12:00:05 (UTC+02:00)" in said(compile_rules(odd, "fr"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_rehearsal_says_at_the_top_that_it_is_worth_nothing(
    by_source: dict[str, Campaign], language: Language
) -> None:
    for source, campaign in by_source.items():
        notes = [block.text for block in compile_rules(campaign, language).lead if isinstance(block, Note)]
        assert any(note.startswith(("Répétition", "Rehearsal")) for note in notes[:1]) == (source == "rehearsal")


@pytest.mark.parametrize("language", LANGUAGES)
def test_right_answers_and_their_digest_are_not_in_the_text(unsealed: Campaign, language: Language) -> None:
    text = said(compile_rules(unsealed, language))
    assert "deux-mille-vingt-sept" not in text
    assert unsealed.digest() not in text


def test_the_text_names_the_definition_it_was_compiled_from(campaign: Campaign) -> None:
    assert campaign.digest() in said(compile_rules(campaign, "en"))


def test_each_amendment_has_its_number_on_the_text(rich: Campaign) -> None:
    second = compile_rules(rich, "fr", version=2)
    assert second.subtitle.endswith("version 2")
    assert second != compile_rules(rich, "fr")


def test_french_law_and_the_cnil_are_named_where_they_count(rich: Campaign, minimal: Campaign) -> None:
    text = said(compile_rules(rich, "fr"))
    assert "droit français" in text
    assert "CNIL" in text
    abroad = said(compile_rules(minimal, "fr"))
    assert "droit français" not in abroad
    assert "CNIL" not in abroad


def test_french_prevails_where_the_contest_addresses_france(rich: Campaign) -> None:
    turned = msgspec.structs.replace(rich, languages=("en", "fr"))
    assert "the version in French prevails" in said(compile_rules(turned, "en"))


def test_a_text_in_a_language_that_is_not_published_says_it_is_a_translation(example: Campaign) -> None:
    assert "translation, for information" in said(compile_rules(example, "en"))


def test_the_answers_to_rules_are_kept_as_long_as_the_address(rich: Campaign, minimal: Campaign) -> None:
    assert answers_kept_days(rich) == 90
    assert answers_kept_days(minimal) == 1


def test_a_code_can_be_had_without_a_purchase(rich: Campaign, example: Campaign) -> None:
    assert "Un code s’obtient aussi sans achat" in said(compile_rules(rich, "fr"))
    assert "sans achat et sans frais" not in said(compile_rules(example, "fr"))


def test_a_free_clause_is_printed_and_marked_and_moves_no_article(by_source: dict[str, Campaign]) -> None:
    campaign = by_source["terms"]
    without = compile_rules(msgspec.structs.replace(campaign, clauses=msgspec.UNSET), "fr")
    with_them = compile_rules(campaign, "fr")
    own = [section for section in with_them.sections if section.anchor.startswith("article-own-")]
    assert [section.anchor for section in own] == ["article-own-parking", "article-own-film"]
    delivery, last = with_them.section("article-delivery"), with_them.section("article-complaints")
    assert [section.number for section in own] == [f"{delivery.number}.1", f"{last.number}.1"]
    assert [s.number for s in with_them.sections if s not in own] == [s.number for s in without.sections]
    for section in own:
        assert "clause libre de l’organisateur" in section.heading
        assert "ne l’exécute pas" in str(section.blocks[0])
    assert len(own[0].blocks) == 3


def test_a_free_clause_holds_no_markup(by_source: dict[str, Campaign]) -> None:
    campaign = by_source["terms"]
    bold = msgspec.structs.replace(campaign.own_clauses[0], text={"fr": "<b>gras</b>"})
    said = render(compile_rules(msgspec.structs.replace(campaign, clauses=(bold,)), "fr")).decode()
    assert "&lt;b&gt;gras&lt;/b&gt;" in said


def test_the_articles_that_a_clause_can_follow_are_those_of_the_text() -> None:
    assert get_args(Article) == tuple(article.key for article in ARTICLES)
