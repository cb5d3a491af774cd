"""The site's words: what the templates mark is what the catalogue says, and nothing more."""

import re
from pathlib import Path
from typing import get_args

import pytest
from babel.messages import Message
from babel.messages.pofile import read_po
from jinja2 import Environment

from contests.errors import Language
from contests.web.render import environment, templates

PLACEHOLDER = re.compile(r"%\(\w+\)s")
TEMPLATES = sorted(templates().rglob("*.html"))
# A file name or an address may hold such a sign; a word may not touch it.
GLUED = r"[\w)][;?!»:](?=\s|$)|«(?=\w)"
Key = str | tuple[str, ...]


def marked(path: Path) -> set[Key]:
    """Return the strings that a template marks; a plural as a pair."""
    plain = Environment(extensions=["jinja2.ext.i18n"], trim_blocks=True, lstrip_blocks=True, autoescape=True)
    found: set[Key] = set()
    for _, function, message in plain.extract_translations(path.read_text(encoding="utf-8")):  # type: ignore[attr-defined]
        texts = (message,) if isinstance(message, str) else tuple(text for text in message if text)
        found.add(texts[:2] if "ngettext" in function else texts[0])
    return found


def key(message: Message) -> Key:
    """Return a message's id as `marked` has it."""
    return message.id if isinstance(message.id, str) else tuple(message.id)


def forms(texts: Key | list[str] | None) -> tuple[str, ...]:
    """Return the one text, or those of a plural."""
    return (texts,) if isinstance(texts, str) else tuple(texts or ())


def catalogue() -> dict[Key, Message]:
    """Return the French catalogue without its header."""
    with (templates() / "locale" / "fr.po").open("rb") as file:
        return {key(message): message for message in read_po(file, locale="fr", abort_invalid=True) if message.id}


ALL = set().union(*map(marked, TEMPLATES))
FRENCH = catalogue()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(templates())))
def test_every_marked_string_of_a_template_has_its_french(path: Path) -> None:
    assert marked(path) - set(FRENCH) == set()


def test_the_catalogue_holds_no_string_that_no_template_marks() -> None:
    assert set(FRENCH) - ALL == set()


def test_no_translation_is_empty_or_doubtful() -> None:
    empty = [name for name, message in FRENCH.items() if not all(text.strip() for text in forms(message.string))]
    assert empty == []
    assert [name for name, message in FRENCH.items() if message.fuzzy] == []
    assert {len(forms(message.string)) for message in FRENCH.values() if message.pluralizable} == {2}


def test_both_sides_have_the_same_placeholders() -> None:
    for message in FRENCH.values():
        for english, french in zip(forms(message.id), forms(message.string), strict=True):
            assert sorted(PLACEHOLDER.findall(english)) == sorted(PLACEHOLDER.findall(french)), english
            assert "%" not in PLACEHOLDER.sub("", french), f"a bare % breaks the filling in: {french}"


def test_french_spaces_before_high_punctuation_do_not_break() -> None:
    for message in FRENCH.values():
        for french in forms(message.string):
            assert not re.search(rf" [:;?!»€]|« |{GLUED}", french), french
            assert "'" not in french, f"a typographic apostrophe was expected: {french}"


def test_no_word_announces_a_gain_or_borrows_an_officers_act() -> None:
    said = " ".join(text for message in FRENCH.values() for text in forms(message.string)).lower()
    assert "vous avez gagné" not in said
    assert "procès-verbal" not in said
    assert "huissier" not in said


@pytest.mark.parametrize(
    ("language", "count", "said"),
    [
        ("fr", 0, "0 participant"),
        ("fr", 1, "1 participant"),
        ("fr", 2, "2 participants"),
        ("en", 0, "0 entrants"),
        ("en", 1, "1 entrant"),
        ("en", 2, "2 entrants"),
    ],
)
def test_a_count_takes_the_plural_of_its_language(language: Language, count: int, said: str) -> None:
    line = '{{ ngettext("%(num)s entrant", "%(num)s entrants", n) }}'
    assert environment(language).from_string(line).render(n=count) == said


def test_every_plural_of_the_catalogue_is_filled_in_for_each_language() -> None:
    for pair in (pair for pair in ALL if isinstance(pair, tuple)):
        for language in get_args(Language):
            for count in (0, 1, 2):
                line = environment(language).from_string("{{ ngettext(one, many, n) }}")
                said = line.render(one=pair[0], many=pair[1], n=count)
                assert "%(" not in said
                assert said


def test_what_is_filled_in_is_escaped() -> None:
    line = '{{ _("article %(n)s", n=n) }}'
    assert environment("fr").from_string(line).render(n="<b>") == "article &lt;b&gt;"
