"""The linter, one change of a clean definition at a time; every code it can give is reached here."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from campaign.samples import VALID, Bend, Raw, bent, drop, put, write

from contests.campaign import lint as linter
from contests.campaign.contrast import contrast
from contests.campaign.lint import blocks, lint
from contests.campaign.lint.remark import Level
from contests.campaign.parse import parse
from contests.errors import LANGUAGES

EXAMPLES = Path(__file__).parents[2] / "examples"
NOW = datetime(2026, 11, 20, tzinfo=UTC)
CONSENT = {"id": "news", "kind": "consent", "required": False, "purpose": "marketing", "retention_days": 9,
           "label": {"fr": "La lettre", "en": "The letter"}}  # fmt: skip


def more(path: str, *extra: Any, of: Raw = VALID) -> Bend:
    """Append to a list."""
    return put(path, [*of[path], *extra])


def field(**changes: Any) -> Bend:
    return more("fields", CONSENT | changes)


def prize(number: int, **changes: Any) -> Raw:
    return {**VALID["prizes"][number], **changes}


def value(name: str) -> Raw:
    return {"name": name, "label": {"fr": "Dé", "en": "Die"}}


CASES: dict[str, tuple[Bend, Level, str, str]] = {
    "language_named_twice": (put("languages", ["fr", "fr"]), "block", "language-twice", "languages"),
    "title_without_english": (put("title", {"fr": "Un jeu"}), "block", "text-missing", "title.en"),
    "prize_without_french": (put("prizes[1].title", {"en": "A mug"}), "block", "text-missing", "prizes[1].title.fr"),
    "hint_without_english": (put("fields[3].hint", {"fr": "Du cadre"}), "block", "text-missing", "fields[3].hint.en"),
    "reason_without_english": (put("forfeits[0].reason", {"fr": "Non"}), "block", "text-missing", "forfeits[0].reason.en"),
    "question_without_english": (put("rules[4].question", {"fr": "Quoi ?"}), "block", "text-missing", "rules[6].question.en"),
    "france_without_french": (put("languages", ["en"]), "block", "french-missing", "languages"),
    "closes_before_it_opens": (put("closes_at", "2026-11-30T00:00:00"), "block", "closes-before-opening", "closes_at"),
    "opens_and_closes_at_once": (put("closes_at", "2026-12-01T09:00:00"), "block", "closes-before-opening", "closes_at"),
    "frozen_while_open": (put("freezes_at", "2026-12-20T23:58:00"), "block", "freezes-before-closing", "freezes_at"),
    "closed_last_year": (put("closes_at", "2025-12-20T00:00:00"), "block", "closed-already", "closes_at"),
    "drawn_as_soon_as_frozen": (put("draws_at", "2026-12-21T10:00:00"), "block", "draws-too-early", "draws_at"),
    "drawn_a_second_before_the_notice": (put("draws_at", "2026-12-21T10:29:59"), "block", "draws-too-early", "draws_at"),
    "drawn_next_summer": (put("draws_at", "2027-07-01T00:00:00"), "warn", "draws-late", "draws_at"),
    "opened_last_month": (put("opens_at", "2026-10-20T00:00:00"), "warn", "opens-in-the-past", "opens_at"),
    "no_address_asked": (drop("fields[0]"), "block", "email-needed", "fields"),
    "two_addresses_asked": (more("fields", VALID["fields"][0] | {"id": "other"}), "block", "email-needed", "fields"),
    "address_under_another_name": (put("fields[0].id", "courriel"), "block", "email-needed", "fields"),
    "address_if_you_like": (put("fields[0].required", value=False), "block", "email-needed", "fields"),
    "rule_named_twice": (more("rules", {"kind": "minimum-age", "years": 16}), "block", "rule-twice", "rules"),
    "field_named_twice": (put("fields[2].id", "first_name"), "block", "field-twice", "fields[2]"),
    "field_that_a_rule_asks": (put("fields[3].id", "country"), "block", "field-reserved", "fields[3]"),
    "field_that_the_engine_reads": (put("fields[3].id", "via"), "block", "field-reserved", "fields[3]"),
    "field_that_is_the_trap_for_robots": (put("fields[3].id", "website"), "block", "field-reserved", "fields[3]"),
    "consent_that_is_required": (field(required=True), "block", "consent-required", "fields[4].required"),
    "consent_for_delivery": (field(purpose="delivery"), "block", "consent-purpose", "fields[4].purpose"),
    "marketing_without_a_box": (put("fields[3].purpose", "marketing"), "block", "consent-purpose", "fields[3].purpose"),
    "choice_of_one": (put("fields[3].options", ["S"]), "block", "options-missing", "fields[3].options"),
    "choice_without_a_label": (drop("fields[3].label"), "block", "label-missing", "fields[3].label"),
    "text_without_a_label": (put("fields[3]", {"id": "pet", "kind": "text", "purpose": "entry", "retention_days": 1}),
                             "block", "label-missing", "fields[3].label"),
    "telephone_of_everybody": (field(kind="phone", purpose="contact"), "warn", "minimisation", "fields[4]"),
    "street_of_everybody": (field(kind="street", purpose="delivery"), "warn", "minimisation", "fields[4]"),
    "residence_left_out": (drop("rules[1]"), "block", "residence-missing", "rules"),
    "open_to_belgium": (put("rules[1].countries", ["BE"]), "block", "country-block", "rules"),
    "open_to_the_united_states": (put("rules[1].countries", ["US"]), "warn", "country-warn", "rules"),
    "no_age_asked": (drop("rules[0]"), "warn", "minors", "rules"),
    "open_at_sixteen": (put("rules[0].years", 16), "warn", "minors", "rules"),
    "address_not_confirmed": (drop("rules[2]"), "warn", "email-unconfirmed", "rules"),
    "question_without_a_right_answer": (drop("rules[4].answers"), "block", "answer-unknown", "rules"),
    "second_channel_with_one_channel": (put("bonuses", [{"kind": "second-channel"}]), "block", "channels-missing", "bonuses[0]"),
    "channel_named_like_the_page": (put("channels", [{"id": "page", "title": {"fr": "P", "en": "P"}}]), "block", "channel-name", "channels[0].id"),
    "channel_named_like_a_bonus": (put("channels", [{"id": "bonus-referral", "title": {"fr": "P", "en": "P"}}]), "block", "channel-name", "channels[0].id"),
    "prize_named_twice": (put("prizes[1].id", "bike"), "block", "prize-twice", "prizes"),
    "prize_named_as_a_unit_of_another": (more("prizes", prize(1, id="mug-2", quantity=1)), "block", "prize-twice", "prizes"),
    "prizes_in_two_currencies": (put("prizes[0].currency", "CHF"), "warn", "currencies", "prizes"),
    "no_alternates": (put("alternates", 0), "warn", "no-alternates", "alternates"),
    "forfeit_named_twice": (put("forfeits[1].code", "no-answer"), "block", "forfeit-twice", "forfeits"),
    "two_delays": (put("forfeits[1].days", 3), "block", "delay-twice", "forfeits"),
    "no_delay": (drop("forfeits[0].days"), "block", "delay-missing", "forfeits"),
    "no_forfeits": (put("forfeits", []), "block", "delay-missing", "forfeits"),
    "ceremony_of_nothing": (put("draw.values", []), "block", "values-missing", "draw.values"),
    "die_named_twice": (put("draw.values", [value("d"), value("d")]), "block", "value-twice", "draw.values"),
    "policy_of_nobody": (put("draw.witnesses", "quorum who"), "block", "policy-malformed", "draw.witnesses"),
    "rehearsal": (put("draw.source", "rehearsal"), "warn", "rehearsal", "draw.source"),
    "tickets_beyond_the_limit": (put("bonuses", [{"kind": "referral", "cap": 900}, {"kind": "second-channel", "cap": 900}]),
                                 "block", "too-many-tickets", "bonuses"),
    "initials_of_people_who_gave_no_name": (drop("fields[1]"), "block", "name-field-missing", "publication"),
    "town_that_is_not_asked": (put("publication", "first-name-initial-town"), "block", "name-field-missing", "publication"),
    "name_that_need_not_be_given": (put("fields[2].required", value=False), "block", "name-field-missing", "publication"),
    "a_template_left_open": (put("title.fr", "[à compléter]"), "block", "unanswered", "title.fr"),
    "an_address_that_is_nobodys": (put("organiser.contact", "x@example.invalid"), "block", "unanswered", "organiser.contact"),
    "a_prize_worth_nothing": (put("prizes[0].unit_value", "0.00"), "block", "prize-value", "prizes[0].unit_value"),
    "white_on_yellow": (put("brand.colour", "#ffee00"), "block", "contrast", "brand"),
}  # fmt: skip


def test_the_definition_that_the_cases_bend_has_no_remark() -> None:
    assert lint(parse(write(VALID, "json"), "json"), NOW) == ()


@pytest.mark.parametrize("name", CASES)
def test_one_change_brings_its_remark(name: str) -> None:
    bend, level, code, path = CASES[name]
    remarks = lint(parse(write(bent(bend), "json"), "json"), NOW)
    found = [remark for remark in remarks if (remark.level, remark.code, remark.path) == (level, code, path)]
    assert found, [(remark.level, remark.code, remark.path) for remark in remarks]
    assert blocks(remarks) == any(remark.level == "block" for remark in remarks)
    for remark in remarks:
        for language in LANGUAGES:
            assert re.search(r"[.!]$", remark.text(language)), remark.text(language)


def test_every_code_of_the_linter_is_reached() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in Path(linter.__file__).parent.glob("*.py"))
    codes = set(re.findall(r'Remark\(\s*(?:"\w+"|level),\s*"([a-z-]+)"', source))
    codes |= set(re.findall(r'block\(\s*"([a-z-]+)"', source))
    codes |= {f"country-{status}" for status in re.findall(r'^status = "(\w+)"', COUNTRIES, re.MULTILINE)}
    assert codes == {code for _, _, code, _ in CASES.values()}


COUNTRIES = (Path(linter.__file__).parents[1] / "data" / "countries.toml").read_text(encoding="utf-8")


def test_every_country_has_its_date_its_source_and_both_languages() -> None:
    for row in COUNTRIES.split("[[country]]")[1:]:
        assert re.search(r"^date = \d{4}-\d\d-\d\d$", row, re.MULTILINE)
        for key in ("code", "status", "source", "fr", "en"):
            assert re.search(rf'^{key} = ".+"$', row, re.MULTILINE), row


def test_blocks_come_first() -> None:
    remarks = lint(parse(write(bent(put("alternates", 0)) | {"title": {"fr": "Un jeu"}}, "json"), "json"), NOW)
    assert [remark.level for remark in remarks] == ["block", "warn"]


def test_the_notice_ends_on_its_very_second() -> None:
    campaign = parse(write(bent(put("draws_at", "2026-12-21T10:30:00")), "json"), "json")
    assert lint(campaign, NOW) == ()


def test_a_draft_can_wait_until_its_closing_and_no_longer() -> None:
    campaign = parse(write(VALID, "json"), "json")
    assert not blocks(lint(campaign, campaign.closes_at - timedelta(seconds=1)))
    assert blocks(lint(campaign, campaign.closes_at))


def test_the_linter_reads_the_furthest_years() -> None:
    names = ("opens_at", "closes_at", "freezes_at", "draws_at")
    raw = {name: f"2999-12-0{day}T00:00:00" for day, name in enumerate(names, 5)}
    assert lint(parse(write(VALID | raw, "json"), "json"), NOW) == ()


@pytest.mark.parametrize("name", ["noel-lumiere.toml", "rentree-campus.toml"])
def test_an_example_can_be_published_before_its_opening(name: str) -> None:
    campaign = parse((EXAMPLES / name).read_bytes(), "toml")
    assert lint(campaign, campaign.opens_at - timedelta(days=1)) == ()


@pytest.mark.parametrize(
    ("one", "other", "ratio"), [("#000000", "#ffffff", 21.0), ("#777777", "#777777", 1.0), ("#767676", "#ffffff", 4.54)]
)
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005)
    assert contrast(one, other) == contrast(other, one)
