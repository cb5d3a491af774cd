"""What is said while a definition is typed stands at the line it is about."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from contests.campaign.editor.problems import labels, problems
from contests.campaign.editor.sections import SECTIONS

NOW = datetime(2026, 11, 1, tzinfo=UTC)
TEXT = (Path(__file__).parents[2] / "examples" / "rentree-campus.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("slug = ", "slug == ", "slug =="),
        ('timezone = "Europe/Paris"', 'timezone = "Europe/Pariss"', "timezone"),
        ("alternates = ", "alternate = ", "alternate ="),
        ('source = "ceremony"', 'source = "ceremony"\nnonsense = 1', "nonsense"),
        ('kind = "minimum-age"', 'kind = "minimum-age"\nyeers = 3', "yeers"),
        ('source = "ceremony"', 'source = "dice"', "source"),
    ],
    ids=["syntax", "zone", "unknown_key", "unknown_key_in_a_table", "unknown_key_in_a_list", "no_such_choice"],
)
def test_what_cannot_be_read_is_said_at_its_line(old: str, new: str, line: str) -> None:
    assert old in TEXT
    text = TEXT.replace(old, new, 1)
    (said,) = problems(text, "toml", NOW)
    assert said.level == "block"
    assert text.splitlines()[said.line - 1].startswith(line)


def test_what_the_linter_says_is_said_at_its_line_too() -> None:
    text = TEXT.replace("opens_at = 2027", "opens_at = 2025", 1).replace("alternates = ", "alternates = 0 # ", 1)
    told = {text.splitlines()[one.line - 1].partition(" ")[0]: one.level for one in problems(text, "toml", NOW)}
    assert told["opens_at"] == "warn"
    assert told["alternates"] == "warn"
    assert problems("[]", "json", NOW)[0].line == 0


def test_every_question_of_the_guided_editor_names_its_key_in_the_text() -> None:
    french, english = labels("fr"), labels("en")
    assert french.keys() == english.keys()
    assert french["organiser.name"] == "Dénomination sociale"
    assert french["prizes.unit_value"].startswith("Valeur")
    assert french["rules.minimum-age"] == "Un âge minimum"
    assert len(french) > 10 * len(SECTIONS) / 2
