"""The PDF of a paper: for archives and for screen readers, the same bytes each time, and nothing typed is markup."""

import re
import shutil
import subprocess
import zlib
from pathlib import Path

import msgspec
import pytest
from papers.minutes_sample import STATED, sample

from contests.campaign.definition import Campaign
from contests.errors import LANGUAGES, Language
from contests.papers.minutes import page_of, write_minutes
from contests.papers.minutes_facts import MinutesFacts
from contests.papers.pdf import Page, render
from contests.papers.rules_text import compile_rules
from contests.papers.tree import Block, Document, Formula, Paragraph, Section, Table

NASTY = [
    '#read("/etc/passwd")', '#import "@preview/x:0.1.0": *', "#{panic()}", "@label <label>", "$ x^2 $", "\\ \\u{41} \\#",
    "\"quoted\" 'single' `raw` ```raw```", "*bold* _it_ = h", "// comment /* x", "]]])))}}}", "a\nb\r\nc\td", "\x00\x07\x1b",
    "\u202edesrever", "日本語 🎄 e\u0301", "~--- ... -?", "http://x.example/" + "a" * 300, "f" * 500,
]  # fmt: skip
PDFTOTEXT = shutil.which("pdftotext")


def pdf(facts: MinutesFacts, language: Language) -> bytes:
    document = write_minutes(facts, language)
    return render(document, page_of(facts, document), facts.issued_at, "Maison Tout")


def document_of(*texts: str) -> Document:
    rows = tuple((text, text) for text in texts)
    blocks: tuple[Block, ...] = (
        *(Paragraph(text) for text in texts),
        Formula(texts),
        Table(texts[0], texts[:1] * 2, rows),
    )
    return Document("fr", texts[0], texts[-1], (Section("1", texts[0], "a", blocks),), banner=texts[0])


def text_of(data: bytes, tmp_path: Path) -> str:
    """Return what a reader can select, without its line ends."""
    (tmp_path / "x.pdf").write_bytes(data)
    done = subprocess.run([str(PDFTOTEXT), "-raw", "x.pdf", "-"], cwd=tmp_path, capture_output=True, check=True)  # noqa: S603 - our own file
    return re.sub(r"\s", "", done.stdout.decode())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("source", ["drand", "ceremony", "rehearsal"])
def test_the_same_facts_give_the_same_bytes(by_source: dict[str, Campaign], source: str, language: Language) -> None:
    facts = sample(by_source[source])
    assert pdf(facts, language) == pdf(facts, language)


def test_the_file_claims_the_standards_and_its_date(rich: Campaign) -> None:
    data = pdf(sample(rich), "fr")
    assert data.startswith(b"%PDF-1.7")
    for claim in (b"<pdfaid:part>2<", b"<pdfaid:conformance>A<", b"<pdfuaid:part>1<", b"2027-06-24T09:30:15", b"/Lang"):
        assert claim in data
    assert b"/StructTreeRoot" in data or b"/ObjStm" in data


@pytest.mark.parametrize("nasty", NASTY)
def test_nothing_that_was_typed_is_markup(nasty: str, rich: Campaign) -> None:
    at = sample(rich).issued_at
    data = render(document_of(nasty, nasty + nasty), Page(left=nasty, right=nasty, foot=nasty), at, nasty)
    assert data.startswith(b"%PDF")
    unpacked = b"".join(_streams(data))
    assert b"root:x:0" not in data + unpacked


def _streams(data: bytes) -> list[bytes]:
    found = []
    for match in re.finditer(rb"stream\r?\n(.*?)endstream", data, re.DOTALL):
        try:
            found.append(zlib.decompressobj().decompress(match[1]))
        except zlib.error:
            continue
    return found


@pytest.mark.skipif(not PDFTOTEXT, reason="needs pdftotext")
def test_what_was_typed_is_read_as_it_was_typed(rich: Campaign, tmp_path: Path) -> None:
    typed = '#read("/etc/passwd") @x $y$ \\ "z" *b* _i_ `c` // d'
    stated = msgspec.structs.replace(STATED, remarks=typed, clock="🎄 日")
    text = text_of(pdf(sample(rich, stated=stated), "fr"), tmp_path)
    assert re.sub(r"\s", "", typed) in text
    assert "[U+1F384][U+65E5]" in text


@pytest.mark.skipif(not PDFTOTEXT, reason="needs pdftotext")
def test_digests_are_whole_when_they_are_copied(rich: Campaign, tmp_path: Path) -> None:
    facts = sample(rich)
    text = text_of(pdf(facts, "en"), tmp_path)
    for digest in (facts.completed.seed, facts.frozen.pool, facts.files[0].sha512, facts.freeze_root):
        assert digest in text


@pytest.mark.skipif(not PDFTOTEXT, reason="needs pdftotext")
def test_a_rehearsal_says_so_on_every_page(by_source: dict[str, Campaign], tmp_path: Path) -> None:
    (tmp_path / "x.pdf").write_bytes(pdf(sample(by_source["rehearsal"]), "fr"))
    done = subprocess.run([str(PDFTOTEXT), "x.pdf", "-"], cwd=tmp_path, capture_output=True, check=True)  # noqa: S603 - our own file
    pages = done.stdout.decode().split("\f")[:-1]
    assert len(pages) > 5
    for number, page in enumerate(pages, 1):
        assert "ce tirage ne vaut rien" in page
        assert f"{number} / {len(pages)}" in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_any_paper_can_be_set(campaign: Campaign, language: Language) -> None:
    at = sample(campaign).issued_at
    data = render(compile_rules(campaign, language), Page(left="", right="", foot=""), at, "x")
    assert data.startswith(b"%PDF")


def test_every_sign_that_counts_as_shown_can_be_set(rich: Campaign) -> None:
    """In the running text, in bold and in the letters of a machine; the renderer refuses an empty box."""
    from contests.papers.pdf import _SHOWN

    signs = [chr(n) for n in range(0x20, 0x10000) if not 0xD800 <= n < 0xE000 and _SHOWN.match(chr(n))]
    lines = tuple("".join(signs[i : i + 20]) for i in range(0, len(signs), 20))
    at = sample(rich).issued_at
    assert render(document_of(*lines), Page(left="", right="", foot=""), at, "x").startswith(b"%PDF")
