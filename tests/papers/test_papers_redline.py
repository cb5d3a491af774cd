"""The difference of two rules texts holds all that went and all that came, and nothing else."""

import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contests.campaign.amendment import amendment
from contests.campaign.definition import Campaign
from contests.errors import LANGUAGES, Language
from contests.papers.difference import say
from contests.papers.html import render
from contests.papers.redline import Part, redline
from contests.papers.rules_text import compile_rules
from contests.papers.tree import Document, Paragraph, Section

WORDS = st.lists(
    st.sampled_from(["un", "lot", "de", "500", "euros", "vélo", "sans", "frais", "12,50", "avec"]), min_size=1
)


def paper(*sentences: str, heading: str = "Lots") -> bytes:
    section = Section("1", heading, "article-prizes", tuple(Paragraph(text) for text in sentences))
    return render(Document("fr", "Jeu", "Règlement", (section,)))


def text(parts: tuple[Part, ...], *marks: str) -> str:
    return "".join(part.text for part in parts if part.mark in marks)


def bare(said: str) -> str:
    return re.sub(r"\s+", "", said)


def test_a_text_has_nothing_against_itself(rich: Campaign) -> None:
    data = render(compile_rules(rich, "fr"))
    assert redline(data, data) == ()


@given(WORDS, WORDS)
def test_each_side_can_be_read_back(old: list[str], new: list[str]) -> None:
    one, other = " ".join(old), " ".join(new)
    found = redline(paper(one), paper(other))
    assert bool(found) == (one != other)
    if found:
        sentences = found[0].sentences
        assert bare("".join(text(parts, "kept", "out") for parts in sentences)) == bare(one)
        assert bare("".join(text(parts, "kept", "in") for parts in sentences)) == bare(other)


def test_words_that_changed_are_marked_inside_their_sentence() -> None:
    found = redline(paper("Le lot vaut 499,00 € et part en mai."), paper("Le lot vaut 399,00 € et part en mai."))
    assert [(part.mark, part.text) for part in found[0].sentences[0]] == [
        ("kept", "Le lot vaut "), ("out", "499,00"), ("in", "399,00"), ("kept", " € et part en mai."),
    ]  # fmt: skip


def test_an_article_that_went_or_came_is_shown_under_its_heading() -> None:
    old = paper("Un parking est gratuit.", heading="Parking")
    assert [(p.heading, p.sentences) for p in redline(old, render(Document("fr", "Jeu", "Règlement", ())))] == [
        ("1. Parking", ((Part("out", "Un parking est gratuit."),),))
    ]


def test_digests_and_the_list_of_amendments_are_left_out(rich: Campaign) -> None:
    other = msgspec.structs.replace(rich, alternates=rich.alternates + 1)
    found = redline(render(compile_rules(rich, "fr")), render(compile_rules(other, "fr", 2)))
    said = " ".join(part.text for passage in found for parts in passage.sentences for part in parts)
    assert not re.search(r"[0-9a-f]{64}", said)
    assert "Avenant n°" not in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_difference_has_words_and_no_path(by_source: dict[str, Campaign], language: Language) -> None:
    campaigns = [by_source[name] for name in ("drand", "ceremony", "terms")]
    count = 0
    for before in campaigns:
        for after in campaigns:
            for change in amendment(before, after, before.opens_at, entered=True):
                said = say(change.difference, before, after, language)
                count += 1
                assert said.section
                assert said.old or said.new, change.difference.path
                assert said.old != said.new, change.difference.path
                assert not re.search(r"[a-z]\.[a-z*]|\{|\}|\*", said.what), said.what
    assert count > 30
