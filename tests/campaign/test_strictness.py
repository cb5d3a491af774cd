"""What a definition must not be: each case names the path, and says what was found there."""

from datetime import date, time
from typing import Any

import pytest
import yaml
from campaign.samples import VALID, Bend, Raw, bent, drop, put, write

from contests.campaign.parse import LARGEST, Form, form_of, load, parse
from contests.errors import Malformed

FORMS: tuple[Form, ...] = ("toml", "yaml", "json")
# name → how the definition is bent, where the error must be, and a part of what it must say was found.
BENT: dict[str, tuple[Bend, str, str]] = {
    "unknown_key": (put("bogus", 1), "definition", "bogus"),
    "unknown_key_deep": (put("prizes[0].colour", "red"), "prizes[0]", "colour"),
    "unknown_key_in_a_rule": (put("rules[0].age", 18), "rules[0]", "age"),
    "unknown_key_in_the_draw": (put("draw.seed", "mine"), "draw", "seed"),
    "unknown_key_of_ten_thousand_letters": (put("x" * 10_000, 1), "definition", "x" * 100),
    "unknown_key_in_the_terms": (put("terms", {"seed": 1}), "terms", "seed"),
    "theme_unknown": (put("terms", {"themes": ["cheese"]}), "terms.themes[0]", "cheese"),
    "cost_of_a_kind_unknown": (
        put("terms", {"cost": {"kind": "bitcoin", "what": {"fr": "1"}}}),
        "terms.cost.kind",
        "bitcoin",
    ),
    "delivery_in_no_time": (put("terms", {"delivery_days": 0}), "terms.delivery_days", "0"),
    "platform_unknown": (put("channels[0].platform", "myspace"), "channels[0].platform", "myspace"),
    "invitation_unknown": (put("channels[0].invites", ["dance"]), "channels[0].invites[0]", "dance"),
    "day_of_deposit_in_words": (
        put("terms", {"deposit": {"officer": "A", "address": "B", "number": "7", "date": "in May"}}),
        "terms.deposit.date",
        "in May",
    ),
    "missing_slug": (drop("slug"), "slug", "nothing"),
    "missing_prize_title": (drop("prizes[1].title"), "prizes[1].title", "nothing"),
    "missing_kind_of_a_rule": (drop("rules[0].kind"), "rules[0].kind", "nothing"),
    "missing_draw": (drop("draw"), "draw", "nothing"),
    "missing_contact": (drop("organiser.contact"), "organiser.contact", "nothing"),
    "no_prize": (put("prizes", []), "prizes", "list (0 items)"),
    "no_language": (put("languages", []), "languages", "list (0 items)"),
    "no_title_in_any_language": (put("title", {}), "title", "table (0 keys)"),
    "title_as_one_text": (put("title", "Un jeu"), "title", "Un jeu"),
    "title_in_german": (put("title", {"de": "Ein Spiel"}), "title", "de"),
    "title_empty": (put("title.fr", ""), "title.fr", "''"),
    "title_a_number": (put("title.en", 3), "title.en", "3"),
    "title_of_five_thousand_letters": (put("title.fr", "x" * 5000), "title.fr", "xxx"),
    "language_german": (put("languages[0]", "de"), "languages[0]", "de"),
    "prizes_as_a_table": (put("prizes", {"id": "bike"}), "prizes", "table"),
    "organiser_as_a_text": (put("organiser", "Alice"), "organiser", "Alice"),
    "rules_as_names": (put("rules", ["residence"]), "rules[0]", "residence"),
    "alternates_as_text": (put("alternates", "2"), "alternates", "2"),
    "alternates_negative": (put("alternates", -1), "alternates", "-1"),
    "alternates_a_million": (put("alternates", 1_000_000), "alternates", "1000000"),
    "alternates_true": (put("alternates", value=True), "alternates", "true"),
    "required_as_text": (put("fields[0].required", "yes"), "fields[0].required", "yes"),
    "quantity_none": (put("prizes[0].quantity", 0), "prizes[0].quantity", "0"),
    "money_with_a_comma": (put("prizes[0].unit_value", "499,00"), "prizes[0].unit_value", "499,00"),
    "money_without_cents": (put("prizes[0].unit_value", "499"), "prizes[0].unit_value", "499"),
    "money_as_a_whole_number": (put("prizes[0].unit_value", 499), "prizes[0].unit_value", "499"),
    "money_negative": (put("prizes[0].unit_value", "-1.00"), "prizes[0].unit_value", "-1.00"),
    "money_with_its_sign": (put("prizes[0].unit_value", "499.00 €"), "prizes[0].unit_value", "€"),
    "money_with_a_line_end": (put("prizes[0].unit_value", "499.00\n"), "prizes[0].unit_value", "\\n"),
    "money_in_arabic_digits": (put("prizes[0].unit_value", "٤٩٩.٠٠"), "prizes[0].unit_value", "٤٩٩"),
    "currency_as_a_sign": (put("prizes[0].currency", "€"), "prizes[0].currency", "€"),
    "slug_with_capitals": (put("slug", "Noel"), "slug", "Noel"),
    "slug_with_accents": (put("slug", "noël"), "slug", "noël"),
    "slug_with_a_slash": (put("slug", "../noel"), "slug", "../noel"),
    "slug_with_a_line_end": (put("slug", "noel\n"), "slug", "\\n"),
    "slug_with_two_hyphens": (put("slug", "noel--26"), "slug", "noel--26"),
    "slug_empty": (put("slug", ""), "slug", "''"),
    "slug_too_long": (put("slug", "n" * 61), "slug", "nnn"),
    "zone_unknown": (put("timezone", "Europe/Lutece"), "timezone", "Europe/Lutece"),
    "zone_of_this_machine": (put("timezone", "localtime"), "timezone", "localtime"),
    "title_of_nothing_that_is_seen": (put("title.fr", "\u200b \u2060"), "title.fr", "U+200B"),
    "title_of_spaces": (put("title.en", "   "), "title.en", "U+0020"),
    "title_of_a_blank_letter": (put("title.en", "\u3164"), "title.en", "U+3164"),
    "prize_that_reads_backwards": (put("prizes[0].title.en", "A \u202elamp"), "prizes[0].title.en", "U+202E"),
    "country_unknown": (put("organiser.country", "XX"), "organiser.country", "XX"),
    "country_of_the_rest_of_the_world": (put("rules[1].countries[1]", "ZZ"), "rules[1].countries[1]", "ZZ"),
    "country_by_its_nickname": (put("rules[1].countries[1]", "UK"), "rules[1].countries[1]", "UK"),
    "zone_as_an_offset": (put("timezone", "+01:00"), "timezone", "+01:00"),
    "zone_as_a_path": (put("timezone", "../../etc/passwd"), "timezone", "../../etc/passwd"),
    "zone_in_small_letters": (put("timezone", "europe/paris"), "timezone", "europe/paris"),
    "hour_that_does_not_exist": (put("opens_at", "2026-03-29T02:30:00"), "opens_at", "2026-03-29T02:30:00"),
    "hour_that_happens_twice": (put("draws_at", "2027-10-31T02:30:00"), "draws_at", "2027-10-31T02:30:00"),
    "a_year_before_chance": (put("opens_at", "0001-01-01T00:00:00"), "opens_at", "0001-01-01"),
    "a_year_after_everything": (put("draws_at", "9999-12-31T23:59:59"), "draws_at", "9999-12-31"),
    "purpose_unknown": (put("fields[0].purpose", "fun"), "fields[0].purpose", "fun"),
    "kind_of_field_unknown": (put("fields[1].kind", "iban"), "fields[1].kind", "iban"),
    "field_name_with_a_hyphen": (put("fields[1].id", "first-name"), "fields[1].id", "first-name"),
    "kept_for_ever": (put("fields[0].retention_days", 100_000), "fields[0].retention_days", "100000"),
    "kind_of_rule_unknown": (put("rules[0].kind", "minimum_age"), "rules[0].kind", "minimum_age"),
    "kind_of_bonus_unknown": (put("bonuses[0].kind", "share"), "bonuses[0].kind", "share"),
    "age_of_none": (put("rules[0].years", 0), "rules[0].years", "0"),
    "age_by_guess": (put("rules[0].by", "guess"), "rules[0].by", "guess"),
    "country_by_name": (put("rules[1].countries[1]", "Luxembourg"), "rules[1].countries[1]", "Luxembourg"),
    "country_norway_as_yaml_reads_it": (put("rules[1].countries[1]", value=False), "rules[1].countries[1]", "false"),
    "no_country_at_all": (put("rules[1].countries", []), "rules[1].countries", "list (0 items)"),
    "domain_as_an_address": (put("rules[3].domains[0]", "a@b.example"), "rules[3].domains[0]", "a@b.example"),
    "question_in_no_language": (put("rules[4].question", {}), "rules[4].question", "table (0 keys)"),
    "tolerance_of_everything": (put("rules[4].tolerance", 99), "rules[4].tolerance", "99"),
    "seal_of_ones_own": (put("rules[4].sealed", "mine"), "rules[4].sealed", "mine"),
    "cap_beyond_the_limit": (put("bonuses[0].cap", 5000), "bonuses[0].cap", "5000"),
    "image_as_an_address": (put("prizes[0].image", "https://x.example/a.png"), "prizes[0].image", "https://x.example"),
    "image_up_the_tree": (put("prizes[0].image", "../x.png"), "prizes[0].image", "../x.png"),
    "image_that_runs": (put("prizes[0].image", "x.svg"), "prizes[0].image", "x.svg"),
    "logo_of_data": (put("brand.logo", "data:image/png;base64,AA"), "brand.logo", "data:image"),
    "colour_by_name": (put("brand.colour", "red"), "brand.colour", "red"),
    "colour_that_closes_the_style": (put("brand.colour", "#fff;}</style>"), "brand.colour", "</style>"),
    "contact_without_a_host": (put("organiser.contact", "jeu"), "organiser.contact", "jeu"),
    "contact_with_a_second_header": (
        put("organiser.contact", "a@b.example\nBcc: c@d.example"),
        "organiser.contact",
        "Bcc",
    ),
    "organiser_on_two_lines": (put("organiser.name", "Alice\nBob"), "organiser.name", "Alice"),
    "organiser_empty": (put("organiser.name", ""), "organiser.name", "''"),
    "source_of_ones_own": (put("draw.source", "random"), "draw.source", "random"),
    "notice_of_none": (put("draw.notice_minutes", 0), "draw.notice_minutes", "0"),
    "ceremony_value_with_an_equals_sign": (put("draw.values[0].name", "a=1"), "draw.values[0].name", "a=1"),
    "ceremony_value_with_a_line_end": (put("draw.values[0].name", "a\n"), "draw.values[0].name", "\\n"),
    "publication_of_everything": (put("publication", "full-name"), "publication", "full-name"),
    "forfeit_after_no_days": (put("forfeits[0].days", 0), "forfeits[0].days", "0"),
    "three_languages": (put("languages", ["fr", "en", "fr"]), "languages", "list (3 items)"),
    "too_many_prizes": (put("prizes", [VALID["prizes"][0]] * 201), "prizes", "list (201 items)"),
}
CASES = [pytest.param(*case, form, id=f"{name}-{form}") for name, case in BENT.items() for form in FORMS]


def refused(data: bytes, form: Form) -> Malformed:
    with pytest.raises(Malformed) as caught:
        parse(data, form)
    return caught.value


def test_there_are_sixty_ways_to_be_wrong_at_least() -> None:
    assert len(BENT) >= 60


@pytest.mark.parametrize("form", FORMS)
def test_the_definition_that_the_cases_bend_is_valid(form: Form) -> None:
    assert parse(write(VALID, form), form).slug == "sample"


@pytest.mark.parametrize(("bend", "where", "found", "form"), CASES)
def test_a_bad_definition_is_refused_at_its_path_with_what_was_found(
    bend: Bend, where: str, found: str, form: Form
) -> None:
    error = refused(write(bent(bend), form), form)
    assert error.where == where
    assert found in error.found
    assert len(error.found) <= 200
    for language, told in (("fr", "Trouvé"), ("en", f"Found: {error.found}")):
        sentence = error.sentence(language)
        assert sentence.startswith(where)
        assert told in sentence
        assert "regex" not in sentence
        assert "`" not in sentence
    if found == "nothing" or " items)" in found or " keys)" in found:
        assert found not in error.sentence("fr"), "in the reader's language"


@pytest.mark.parametrize(
    ("bend", "where"),
    [
        (put("opens_at", date(2026, 12, 1)), "opens_at"),
        (put("opens_at", time(9, 0)), "opens_at"),
        (put("opens_at", 1_796_112_000), "opens_at"),
        (put("prizes[0].unit_value", 499.5), "prizes[0].unit_value"),
        (put("alternates", 0.5), "alternates"),
    ],
    ids=["a_date_alone", "a_time_alone", "seconds_since_1970", "float_money", "half_an_alternate"],
)
def test_values_that_toml_knows_and_the_definition_does_not(bend: Bend, where: str) -> None:
    error = refused(write(bent(bend), "toml"), "toml")
    assert error.where == where
    assert error.found


def text(**changes: Any) -> str:
    return write(VALID | changes, "toml").decode()


BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"
SYNTAX: dict[str, tuple[Form, bytes, str]] = {
    "toml_key_twice": ("toml", b'slug = "a"\nslug = "b"\n', "written twice"),
    "toml_table_twice": ("toml", b"[draw]\n[draw]\n", "draw"),
    "toml_dotted_key_of_a_hundred_thousand_parts": ("toml", b".".join([b"a"] * 100_000) + b" = 1", "dotted"),
    "toml_header_of_ten_thousand_parts": ("toml", b"[" + b".".join([b"a"] * 10_000) + b"]", "dotted"),
    "toml_dotted_key_in_quotes": ("toml", b".".join([b'"a b"', b"'c d'"] * 5_000) + b" = 1", "dotted"),
    "toml_dotted_key_with_spaces": ("toml", b" \t. ".join([b"a"] * 10_000) + b" = 1", "dotted"),
    "toml_dotted_key_with_escapes": ("toml", b".".join([b'"\\"."'] * 10_000) + b" = 1", "dotted"),
    "toml_a_hundred_thousand_quotes": ("toml", b'a = "' + b'\\"' * 100_000, ""),
    "toml_lists_within_lists": ("toml", b"a = " + b"[" * 100_000, "too many levels"),
    "toml_nul": ("toml", b'slug = "a\0b"\n', "line 1, column 10, a character that is not allowed"),
    "toml_a_date_that_does_not_exist": ("toml", b"opens_at = 2026-02-30T00:00:00\n", "a date that there is not"),
    "toml_a_month_that_does_not_exist": ("toml", b"opens_at = 2026-13-01T09:00:00\n", "write 2026-12-01T09:00:00"),
    "toml_a_date_as_people_write_it": ("toml", b"opens_at = 01/12/2026\n", "write 2026-12-01T09:00:00"),
    "toml_an_hour_of_one_digit": ("toml", b"opens_at = 2026-12-01 9:00\n", "line 1, column 23, a date or time"),
    "toml_is_yaml": ("toml", b"slug: a\n", "line 1"),
    "yaml_key_twice": ("yaml", b"slug: a\nslug: b\n", "line 2, column 1, a key written twice: “slug: b”"),
    "yaml_key_twice_deep": ("yaml", b"draw:\n  id: a\n  id: b\n", "line 3, column 3, a key written twice: “id: b”"),
    "yaml_alias_bomb": ("yaml", BOMB.encode(), "alias"),
    "yaml_alias_of_itself": ("yaml", b"a: &a [*a]\n", "alias"),
    "yaml_runs_python": ("yaml", b"slug: !!python/object/apply:os.system ['true']\n", "tag"),
    "yaml_python_name": ("yaml", b"slug: !!python/name:os.system\n", "tag"),
    "yaml_python_object": ("yaml", b"!!python/object:contests.errors.Text {fr: a}\n", "tag"),
    "yaml_own_tag": ("yaml", b"slug: !mine a\n", "tag"),
    "yaml_tag_of_a_date": ("yaml", b"opens_at: !!timestamp soon\n", "tag"),
    "yaml_tag_of_a_number": ("yaml", b"alternates: !!int ''\n", "tag"),
    "yaml_tag_of_a_truth": ("yaml", b"alternates: !!bool perhaps\n", "tag"),
    "yaml_tag_of_a_map_on_a_list": ("yaml", b"!!map [[a, b]]\n", "tag"),
    "yaml_a_set": ("yaml", b"languages: !!set {fr, en}\n", "tag"),
    "yaml_bytes": ("yaml", b"slug: !!binary YQ==\n", "tag"),
    "yaml_key_that_is_a_list": ("yaml", b"? [a, b]\n: c\n", "no text"),
    "yaml_key_that_is_a_table": ("yaml", b"? {a: b}\n: c\n", "no text"),
    "yaml_key_that_is_a_number": ("yaml", b"1: a\n", "no text"),
    "yaml_key_that_is_a_truth": ("yaml", b"true: a\n", "no text"),
    "yaml_key_that_is_nothing": ("yaml", b"~: a\n", "no text"),
    "yaml_key_that_is_a_day": ("yaml", b"2026-12-01: a\n", "no text"),
    "yaml_two_documents": ("yaml", b"slug: a\n---\nslug: b\n", "document"),
    "yaml_tab": ("yaml", b"draw:\n\tid: a\n", "line 2, column 1, a tab"),
    "yaml_nul": ("yaml", b"slug: a\0b\n", "line 1, column 8, a character that is not allowed"),
    "yaml_lists_within_lists": ("yaml", b"[" * 50_000, "too many levels"),
    "yaml_a_date_that_does_not_exist": (
        "yaml",
        b"opens_at: 2026-02-30T00:00:00\n",
        "line 1, column 11, a date that there is not",
    ),
    "json_key_twice": ("json", b'{"slug": "a", "slug": "b"}', "slug"),
    "json_money_as_float": ("json", b'{"unit_value": 499.00}', "499.0"),
    "json_not_a_number": ("json", b'{"alternates": NaN}', "NaN"),
    "json_beyond_2_to_the_53": ("json", b'{"alternates": 9007199254740993}', "9007199254740993"),
    "json_number_of_a_hundred_thousand_digits": ("json", b'{"alternates": ' + b"9" * 100_000 + b"}", "999"),
    "json_lists_within_lists": ("json", b"[" * 100_000, ""),
    "json_nul": ("json", b'{"slug": "a\0b"}', "control"),
    "json_trailing_comma": ("json", b'{"slug": "a",}', "line 1"),
    "json_comment": ("json", b'{} // "slug"', ""),
}


@pytest.mark.parametrize("name", SYNTAX)
def test_what_is_not_its_format_is_refused_with_what_was_found(name: str) -> None:
    form, data, found = SYNTAX[name]
    error = refused(data, form)
    assert error.code in {"definition-syntax", "json-malformed"}
    assert found in error.found
    assert error.found
    assert len(error.found) <= 300
    if error.code == "definition-syntax":
        assert error.found not in error.sentence("fr"), "in the reader's language"


@pytest.mark.parametrize("form", FORMS)
def test_nothing_is_no_definition(form: Form) -> None:
    assert refused(b"", form).found
    assert refused(b"\xef\xbb\xbf", form).found


def test_a_file_of_three_hundred_kilobytes_is_refused_before_it_is_read() -> None:
    for form in FORMS:
        error = refused(b"\xff" * 300_000, form)
        assert error.code == "definition-too-large"
        assert "300000" in error.found
    assert LARGEST < 300_000


def test_latin_1_is_refused_with_its_line() -> None:
    for form in FORMS:
        error = refused("slug: a\n# é\n".encode("latin-1"), form)
        assert error.code == "definition-encoding"
        assert error.where == "line 2"
        assert error.found == "0xe9"


def test_utf_16_is_refused() -> None:
    assert refused(text().encode("utf-16"), "toml").code == "definition-encoding"


@pytest.mark.parametrize("form", FORMS)
def test_a_byte_order_mark_is_read_over(form: Form) -> None:
    assert parse(b"\xef\xbb\xbf" + write(VALID, form), form) == parse(write(VALID, form), form)


def test_windows_line_ends_are_line_ends() -> None:
    data = text().replace("\n", "\r\n").encode()
    assert parse(data, "toml").digest() == parse(text().encode(), "toml").digest()


@pytest.mark.parametrize("form", FORMS)
def test_markup_in_a_text_stays_text(form: Form) -> None:
    script = '<script>alert("é")</script> {{ 7*7 }} ${7*7} {title} %s'
    campaign = parse(write(bent(put("title.fr", script)), form), form)
    assert campaign.title["fr"] == script


@pytest.mark.parametrize(
    "typed",
    ["\\u0000", "\\u0007", "\\u001b[31m", "\\u007f", "\\u009b", "\\ud800", "\\udfff\\ud800"],
    ids=["nul", "bell", "escape", "delete", "control_of_latin_1", "half_a_pair", "a_pair_turned_round"],
)
def test_control_characters_and_halves_of_pairs_are_refused_where_they_stand(typed: str) -> None:
    data = write(bent(put("prizes[0].title.fr", "HERE")), "json").replace(b"HERE", typed.encode())
    error = refused(data, "json")
    assert error.code == "definition-characters"
    assert error.where == "prizes[0].title.fr"
    assert error.found.startswith("U+")


def test_a_control_character_in_a_key_is_refused() -> None:
    assert refused(b'{"a\\u001b[2J": 1}', "json").code == "definition-characters"


def test_whole_pairs_and_line_ends_are_text() -> None:
    data = write(bent(put("summary.fr", "HERE")), "json").replace(b"HERE", b"\\ud83d\\udeb2\\n\\tfin")
    assert parse(data, "json").summary["fr"] == "🚲\n\tfin"


def test_a_huge_number_is_refused_without_being_printed() -> None:
    error = refused(text().replace('"alternates" = 2', f'"alternates" = 0x{"f" * 6000}').encode(), "toml")
    assert error.where == "alternates"
    assert error.found == "a huge number"


def test_fractions_of_a_second_are_refused() -> None:
    error = refused(text().replace("09:00:00", "09:00:00.5").encode(), "toml")
    assert error.code == "instant-impossible"
    assert error.where == "opens_at"


@pytest.mark.parametrize(
    ("name", "form"),
    [("a.toml", "toml"), ("a.YAML", "yaml"), ("a.b.yml", "yaml"), ("a.json", "json"), ("a.toml.json", "json")],
)
def test_the_format_is_that_of_the_name(name: str, form: Form) -> None:
    assert form_of(name) == form


@pytest.mark.parametrize("name", ["", "toml.", "a", "a.toml.txt", "a.xml", "a.tom"])
def test_a_name_of_no_format_is_refused(name: str) -> None:
    with pytest.raises(Malformed) as caught:
        form_of(name)
    assert caught.value.code == "definition-format"


def test_the_offset_decides_which_of_two_hours_is_meant() -> None:
    def draws(at: str) -> object:
        changed: Raw = bent(put("draws_at", at))
        return parse(write(changed, "toml"), "toml").draws_at

    assert draws("2027-10-31T02:30:00+02:00") != draws("2027-10-31T02:30:00+01:00")
    assert draws("2027-10-31T02:30:00+02:00") == draws("2027-10-31T00:30:00Z")


def test_a_dotted_key_of_a_thousand_long_parts_is_only_unknown() -> None:
    assert refused(b".".join([b"a" * 200] * 1_200) + b" = 1", "toml").code == "definition-invalid"


def test_a_long_line_of_many_prizes_is_no_dotted_key() -> None:
    assert (
        len(
            parse(
                write(bent(put("prizes", [{**VALID["prizes"][1], "id": f"p{i}"} for i in range(150)])), "toml"), "toml"
            ).prizes
        )
        == 150
    )


@pytest.mark.parametrize(
    "written", ["010", "0o10", "0x10", "0b10", "1_0", "1:10", "1e1", "+0x1", "yes", "No", "on", ".inf", "00"]
)
def test_numbers_and_truths_that_two_yamls_read_as_two_things_are_text(written: str) -> None:
    assert load(f"a: {written}".encode(), "yaml") == {"a": written}
    error = refused(write(VALID | {"alternates": 12345}, "yaml").replace(b"12345", written.encode()), "yaml")
    assert (error.where, error.found) == ("alternates", repr(written))
    assert "whole number" in error.sentence("en")


@pytest.mark.parametrize("written", ["12", "-3", "+3", "0", "true", "False", "null", "~", "2026-12-01"])
def test_numbers_truths_and_days_that_all_yamls_read_alike_are_read(written: str) -> None:
    assert load(f"a: {written}".encode(), "yaml") == yaml.safe_load(f"a: {written}")


@pytest.mark.parametrize(
    ("where", "key", "said"),
    [
        ("", "alternate", "perhaps “alternates”"),
        ("draw.", "sorce", "perhaps “source”"),
        ("", "source", "“source” belongs in “draw”"),
        ("rules[0].", "source", "“source” belongs in “draw”"),
        ("prizes[0].", "timezon", "“timezone” belongs at the top level"),
        ("draw.", "zzz", "A known key was expected."),
    ],
)
def test_a_key_that_a_table_does_not_have_is_told_the_one_meant_or_where_it_belongs(
    where: str, key: str, said: str
) -> None:
    with pytest.raises(Malformed) as caught:
        parse(write(bent(put(f"{where}{key}", 1)), "json"), "json")
    assert said in caught.value.expected.en
    assert caught.value.found == repr(key)
