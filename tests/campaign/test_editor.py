"""The guided editor: what was not changed does not move, what was changed stands where it belongs."""

import json
from pathlib import Path

import pytest
import tomlkit
import yaml

from contests.campaign.editor import answers
from contests.campaign.editor.answers import GAP, blocks, document, line_of, name_of, slug_of, text_of, write
from contests.campaign.editor.asks import Many, Section
from contests.campaign.editor.sections import COMMENTS, DRAW, ESSENTIALS, FORM, LAW, PEOPLE, PRIZES, SECTIONS
from contests.campaign.parse import parse
from contests.errors import Malformed
from contests.rules.comment_hashtag import CommentHashtag
from contests.rules.comment_mentions import CommentMentions

FOLDER = Path(__file__).parents[2] / "examples"
EXAMPLES = {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.toml")}
CAMPUS = EXAMPLES["rentree-campus"]


def shown(text: str, section: Section) -> dict[str, str]:
    """Return the answers that a page would send back untouched."""
    found: dict[str, str] = {}
    for block in blocks(document(text, "toml"), section):
        if block.on:
            found[block.name] = "on"
        found |= {
            question.name: question.value for question in block.questions if question.value or block.on is not False
        }
    return found


def changed(text: str, section: Section, **changes: str) -> str:
    """Return the text after a page was sent with some answers changed (`__` stands for a dot)."""
    made = document(text, "toml")
    write(made, section, shown(text, section) | {name.replace("__", "."): value for name, value in changes.items()})
    return text_of(made)


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.id)
@pytest.mark.parametrize("name", EXAMPLES)
def test_a_page_sent_back_untouched_changes_no_byte(name: str, section: Section) -> None:
    made = document(EXAMPLES[name], "toml")
    write(made, section, shown(EXAMPLES[name], section))
    assert text_of(made) == EXAMPLES[name]


def test_every_key_of_a_definition_has_its_question() -> None:
    """All that the examples say can be said on a page, but for what only engineers write."""
    asked = {name for section in SECTIONS for name in shown(CAMPUS, section)}
    flat: set[str] = set()

    def walk(value: object, path: str) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                walk(inner, f"{path}.{key}".lstrip("."))
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for n, item in enumerate(value):
                walk(item, f"{path}.{item['kind'] if path in ('rules', 'bonuses') else n}")
        else:
            flat.add(path)

    walk(tomlkit.parse(CAMPUS).unwrap(), "")
    kinds = {path for path in flat if path.endswith(".kind") and path.startswith(("rules", "bonuses"))}
    assert flat - kinds - asked == set()


@pytest.mark.parametrize(("section", "name", "answer", "line"), [
    (ESSENTIALS, "title.fr", "À vélo !", 'fr = "À vélo !"'),
    (ESSENTIALS, "opens_at", "2027-08-31T09:30", "opens_at = 2027-08-31T09:30:00"),
    (PRIZES, "prizes.1.unit_value", "1 049,5 €", 'unit_value = "1049.50"'),
    (PRIZES, "prizes.2.quantity", "7", "quantity = 7"),
    (PEOPLE, "rules.residence.countries", "FR\nBE", 'countries = ["FR", "BE"]'),
    (FORM, "fields.3.required", "", "required = false"),
    (DRAW, "forfeits.0.days", "12", "days = 12"),
])  # fmt: skip
def test_one_answer_changes_one_line(section: Section, name: str, answer: str, line: str) -> None:
    made = document(CAMPUS, "toml")
    write(made, section, shown(CAMPUS, section) | {name: answer})
    before, after = CAMPUS.splitlines(), text_of(made).splitlines()
    gone, come = [x for x in before if x not in after], [x for x in after if x not in before or x == line]
    assert line in come
    assert len(gone) <= 1
    assert len(after) - len(before) in {0, 1}
    parse(text_of(made).encode(), "toml")


def test_an_optional_answer_that_is_emptied_leaves_no_key() -> None:
    made = changed(CAMPUS, PRIZES, prizes__0__description__fr="", prizes__0__description__en="")
    assert "description" not in made
    assert parse(made.encode(), "toml").prizes[0].description is None
    assert "officer" not in changed(CAMPUS, DRAW, draw__officer="")


def test_what_the_law_wants_said_is_made_where_there_is_nothing_and_leaves_nothing() -> None:
    said = {"terms.cost.kind": "purchase", "terms.cost.what.fr": "Un vélo", "terms.cost.what.en": "A bike"}
    more = {"terms.delivery_days": "30", "terms.themes": "alcohol"}
    text = changed(CAMPUS, LAW, **said, **more)
    law = parse(text.encode(), "toml").law
    assert law.cost is not None
    assert (law.cost.kind, law.cost.what["en"], law.delivery_days, law.themes) == (
        "purchase",
        "A bike",
        30,
        ("alcohol",),
    )
    gone = changed(text, LAW, **dict.fromkeys([*said, *more], ""))
    assert parse(gone.encode(), "toml") == parse(CAMPUS.encode(), "toml")


def test_rules_are_switched_on_and_off() -> None:
    off = changed(CAMPUS, PEOPLE, **{"rules.residence": ""})
    assert "residence" not in off
    daily = changed(off, PEOPLE, **{"rules.one-per-day": "on"})
    assert {rule.tag() for rule in parse(daily.encode(), "toml").rules} >= {"one-per-day"}
    assert "one-per-person" not in daily
    both = changed(
        CAMPUS, PEOPLE, **{"bonuses.referral": "on", "bonuses.referral.tickets": "2", "bonuses.referral.cap": "6"}
    )
    assert [(b.tag(), b.tickets, b.cap) for b in parse(both.encode(), "toml").bonuses] == [
        ("second-channel", 1, 1), ("referral", 2, 6),
    ]  # fmt: skip


@pytest.mark.parametrize("section", [PRIZES, FORM, DRAW, LAW])
def test_one_more_is_added_under_a_free_name_and_dropped_again(section: Section) -> None:
    for part in [part for part in section.parts if isinstance(part, Many)]:
        made = document(CAMPUS, "toml")
        place = answers.add(made, part)
        once = document(text_of(made), "toml")
        again = answers.add(once, part)
        names = [item[part.name] for item in answers._get(once, part.key)]  # a seam of the module
        assert len(set(names)) == len(names) == again + 1 == place + 2
        parse(text_of(once).encode(), "toml")
        answers.drop(once, f"{part.key}.{again}")
        answers.drop(once, f"{part.key}.{place}")
        assert parse(text_of(once).encode(), "toml") == parse(CAMPUS.encode(), "toml")


def test_the_last_one_dropped_leaves_no_empty_table() -> None:
    made = document(CAMPUS, "toml")
    for _ in range(3):
        answers.drop(made, "channels.0")
    assert parse(text_of(made).encode(), "toml").channels == ()
    part = next(part for part in SECTIONS[-1].parts if isinstance(part, Many))
    answers.add(made, part)
    assert parse(text_of(made).encode(), "toml").channels[0].title == GAP


@pytest.mark.parametrize("name", EXAMPLES)
def test_yaml_and_json_become_toml_that_says_the_same(name: str) -> None:
    raw = json.loads(json.dumps(tomlkit.parse(EXAMPLES[name]).unwrap(), default=lambda at: at.isoformat()))
    raw["brand"] = {**raw.get("brand", {}), "logo": None}
    for text, form in ((json.dumps(raw), "json"), (yaml.safe_dump(raw, allow_unicode=True), "yaml")):
        made = text_of(document(text, form))  # type: ignore[arg-type]
        assert parse(made.encode(), "toml") == parse(text.encode(), form)  # type: ignore[arg-type]


@pytest.mark.parametrize(("section", "name", "answer"), [
    (ESSENTIALS, "opens_at", "tomorrow"), (PRIZES, "prizes.0.unit_value", "much"), (DRAW, "alternates", "3.5"),
])  # fmt: skip
def test_an_answer_that_cannot_be_read_names_its_question(section: Section, name: str, answer: str) -> None:
    with pytest.raises(Malformed) as refused:
        write(document(CAMPUS, "toml"), section, shown(CAMPUS, section) | {name: answer})
    assert refused.value.where == name


@pytest.mark.parametrize(("where", "begins"), [
    ("slug", "slug ="), ("title.en", "en ="), ("prizes[1].unit_value", 'unit_value = "49.90"'),
    ("rules[2].options", "options ="), ("draw.values[4].label.fr", 'label = { fr = "Numéros'), ("fields[3]", "[[fields]]"),
    ("draw.notice_minutes", "notice_minutes"), ("organiser.contact", "contact ="),
])  # fmt: skip
def test_an_errors_path_leads_to_its_line(where: str, begins: str) -> None:
    line = line_of(CAMPUS, where)
    assert CAMPUS.splitlines()[line - 1].startswith(begins)


def test_an_unknown_path_has_no_line() -> None:
    assert line_of(CAMPUS, "nowhere.at[3].all") == 0


def test_errors_of_rules_lead_to_the_question_of_that_kind() -> None:
    made = document(CAMPUS, "toml")
    assert name_of("rules[1].countries[0]", made) == "rules.residence.countries.0"
    assert name_of("prizes[0].title", made) == "prizes.0.title"


def test_a_title_becomes_an_address() -> None:
    assert slug_of("Où l’été s’étire… à 100 % !") == "ou-lete-setire-a-100"
    assert slug_of("???") == ""


def test_comments_become_entries_by_answers_alone_and_stop_being_so() -> None:
    text = EXAMPLES["noel-lumiere"]
    answers_given = {
        "comments__channels": "instagram", "comments__rules__comment-hashtag": "on",
        "comments__rules__comment-hashtag__tags": "NoelLumiere\nVelo", "comments__rules__comment-hashtag__all": "on",
        "comments__rules__comment-mentions": "on", "comments__rules__comment-mentions__at_least": "2",
        "comments__accounts": "ateliers.lumiere", "comments__gone": "kept",
    }  # fmt: skip
    made = changed(text, COMMENTS, **answers_given)
    comments = parse(made.encode(), "toml").commented
    assert comments is not None
    assert (comments.channels, comments.accounts, comments.gone) == (("instagram",), ("ateliers.lumiere",), "kept")
    hashtag, mentions = comments.rules
    assert isinstance(hashtag, CommentHashtag)
    assert isinstance(mentions, CommentMentions)
    assert (hashtag.tags, hashtag.all) == (("NoelLumiere", "Velo"), True)
    assert mentions.at_least == 2
    assert changed(made, COMMENTS) == made
    back = changed(made, COMMENTS, comments__channels="")
    assert parse(back.encode(), "toml").commented is None
    assert back.rstrip() == text.rstrip(), "nothing of it is left"


def test_an_error_of_a_condition_on_comments_leads_to_its_question() -> None:
    text = CAMPUS + '\n[comments]\nchannels = ["x"]\n[[comments.rules]]\nkind = "comment-length"\nat_least = 0\n'
    assert name_of("comments.rules[0].at_least", document(text, "toml")) == "comments.rules.comment-length.at_least"


def test_a_condition_is_added_to_comments_that_were_typed_on_one_line() -> None:
    text = EXAMPLES["noel-lumiere"].replace("[organiser]", 'comments = { channels = ["instagram"] }\n\n[organiser]', 1)
    text = text.replace('comments = { channels = ["instagram"] }\n\n[organiser]', "[organiser]", 1)
    text = 'comments = { channels = ["instagram"] }\n' + text
    one = changed(text, COMMENTS, **{"comments.rules.comment-picture": "on"})
    two = changed(one, COMMENTS, **{"comments.rules.comment-mentions": "on"})
    found = parse(two.encode(), "toml").commented
    assert found is not None
    assert [rule.tag() for rule in found.rules] == ["comment-picture", "comment-mentions"]


def test_what_a_condition_begins_with_is_shown_before_it_is_ticked() -> None:
    made = document(EXAMPLES["noel-lumiere"], "toml")
    values = {question.name: question.value for block in blocks(made, COMMENTS) for question in block.questions}
    assert values["comments.rules.comment-hashtag.tags"] == "motdiese"
    assert values["comments.rules.comment-follow.accounts"] == "votre.compte"
