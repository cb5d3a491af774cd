"""The HTML: whole, accessible, self-contained, and nothing in a definition becomes markup."""

from html.parser import HTMLParser
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contests.campaign.definition import Campaign
from contests.errors import LANGUAGES, Language
from contests.papers.html import fragment, render
from contests.papers.rules_text import compile_rules
from contests.papers.tree import (
    Block,
    Bullets,
    Document,
    Facts,
    Formula,
    Links,
    Note,
    Paragraph,
    Section,
    Table,
)

VOID = {"meta", "br", "hr", "img", "link", "input"}
ALLOWED = {
    *("html", "head", "meta", "title", "style", "body", "main", "article", "header", "nav", "section"),
    *("h1", "h2", "h3", "p", "ul", "ol", "li", "dl", "div", "dt", "dd", "pre", "code", "a"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {
    "lang",
    "charset",
    "name",
    "content",
    "class",
    "id",
    "aria-label",
    "aria-labelledby",
    "href",
    "scope",
    "data-label",
}
SMUGGLED = '"><img src=x onerror=alert(1)><script>alert(1)</script><!--'


class Page(HTMLParser):
    """Reads a page strictly: every tag is closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.odd: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open
        assert not self.odd

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.odd.append(data)

    def handle_pi(self, data: str) -> None:
        self.odd.append(data)


def page(data: bytes | str) -> Page:
    return Page(data if isinstance(data, str) else data.decode())


def with_text_everywhere(campaign: Campaign, smuggled: str) -> Campaign:
    """Return the campaign with `smuggled` in every free text that takes it."""
    raw: Any = msgspec.json.decode(campaign.bytes())

    def walk(value: Any, at: Any, key: Any) -> None:
        if isinstance(value, dict | list):
            for inner in value if isinstance(value, dict) else range(len(value)):
                walk(value[inner], value, inner)
        elif isinstance(value, str) and key not in {"timezone", "kind"}:
            at[key] = smuggled
            try:
                msgspec.convert(raw, Campaign)
            except msgspec.ValidationError:
                at[key] = value

    walk(raw, None, None)
    return msgspec.convert(raw, Campaign)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_in_a_definition_becomes_markup(campaign: Campaign, language: Language) -> None:
    dirty = with_text_everywhere(campaign, SMUGGLED)
    assert dirty.title != campaign.title
    assert dirty.organiser.name == SMUGGLED
    document = compile_rules(dirty, language)
    for text in (render(document).decode(), fragment(document)):
        found = page(text)
        assert {tag for tag, _ in found.tags} <= ALLOWED
        assert {name for _, attributes in found.tags for name in attributes} <= ATTRIBUTES
        assert "<script" not in text
        assert any("<script>alert(1)</script>" in said for said in found.texts)


@given(st.text(max_size=60))
def test_no_text_at_all_becomes_markup(text: str) -> None:
    blocks: tuple[Block, ...] = (
        Paragraph(text),
        Note(text),
        Bullets((text,), ordered=True),
        Facts(((text, text),)),
        Table(text, (text, text), ((text, text),), figures=(1,)),
        Formula((text,)),
        Links(((text, "/c/x"),)),
    )
    document = Document("fr", text, text, (Section("1", text, "article-x", blocks),), blocks)
    for found in (page(fragment(document)), page(render(document))):
        assert {tag for tag, _ in found.tags} <= ALLOWED


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\u202e", "\u2066", "\ud800"])
def test_characters_that_deceive_or_cannot_be_written_are_replaced(character: str) -> None:
    document = Document("en", f"a{character}b", "", ())
    assert "a\ufffdb" in render(document).decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_file_stands_alone(campaign: Campaign, language: Language) -> None:
    data = render(compile_rules(campaign, language))
    found = page(data)
    assert data.startswith(b"<!doctype html>\n<html lang=")
    assert found.tags[0] == ("html", {"lang": language})
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in found.tags}
    for forbidden in (b"http:", b"https:", b"url(", b"@import", b"src="):
        assert forbidden not in data


@pytest.mark.parametrize("language", LANGUAGES)
def test_headings_are_in_order_and_there_is_one_first_one(campaign: Campaign, language: Language) -> None:
    document = compile_rules(campaign, language)
    for text, first in ((render(document), 1), (fragment(document), 2)):
        levels = [int(tag[1]) for tag, _ in page(text).tags if tag in {"h1", "h2", "h3", "h4"}]
        assert levels == [first] + [first + 1] * len(document.sections)


@pytest.mark.parametrize("language", LANGUAGES)
def test_tables_have_a_caption_and_scopes(campaign: Campaign, language: Language) -> None:
    tags = page(render(compile_rules(campaign, language))).tags
    names = [tag for tag, _ in tags]
    assert names.count("table") == names.count("caption") > 0
    assert all(attributes.get("scope") in {"col", "row"} for tag, attributes in tags if tag == "th")
    for tag, attributes in tags:
        if tag == "td":
            assert attributes["data-label"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_id_is_unique_and_every_inner_link_leads_somewhere(campaign: Campaign, language: Language) -> None:
    document = compile_rules(campaign, language)
    for text in (render(document), fragment(document)):
        tags = page(text).tags
        ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
        links = [attributes["href"] or "" for tag, attributes in tags if tag == "a"]
        assert len(set(ids)) == len(ids)
        assert {link[1:] for link in links if link.startswith("#")} <= set(ids)
        assert {a["aria-labelledby"] for _, a in tags if "aria-labelledby" in a} <= set(ids)


def test_only_the_page_of_the_site_links_to_the_site(rich: Campaign) -> None:
    document = compile_rules(rich, "fr")
    assert 'href="/c/tout/bundle.zip"' in fragment(document)
    whole = render(document).decode()
    assert 'href="/' not in whole
    assert "/c/tout/bundle.zip" in whole


@pytest.mark.parametrize("address", ["javascript:alert(1)", "//elsewhere.example", "https://elsewhere.example"])
def test_an_address_elsewhere_is_refused(address: str) -> None:
    document = Document("en", "t", "", (Section("1", "h", "article-x", (Links((("l", address),)),)),))
    with pytest.raises(ValueError, match="same site"):
        fragment(document)


def test_a_short_document_has_no_table_of_contents() -> None:
    short = Document("en", "t", "s", (Section("", "h", "x", (Paragraph("p"),)),))
    assert "<nav" not in fragment(short)
    assert ">h</h3>" in fragment(short)


def test_a_section_is_found_by_its_anchor() -> None:
    short = Document("en", "t", "s", (Section("", "h", "x", ()),))
    assert short.section("x").heading == "h"
    with pytest.raises(KeyError):
        short.section("y")
