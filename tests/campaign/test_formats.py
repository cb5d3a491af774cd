"""One campaign is one digest, in whatever format it was written; and nothing but Malformed ever comes out of parse()."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from campaign.samples import VALID, bent, drop, leaves, put, write
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from contests.campaign.lint import lint
from contests.campaign.parse import Form, of_record, parse
from contests.codec import parse_json
from contests.errors import Malformed
from contests.rules import RULES

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

EXAMPLES = Path(__file__).parents[2] / "examples"
FORMS: tuple[Form, ...] = ("toml", "yaml", "json")
NOW = datetime(2026, 11, 20, tzinfo=UTC)
each_form = st.sampled_from(FORMS)


def test_toml_yaml_and_json_of_one_campaign_give_one_digest() -> None:
    digests = {parse(write(VALID, form), form).digest() for form in FORMS}
    assert len(digests) == 1


def test_keys_that_came_later_do_not_change_the_digest_of_a_definition_without_them() -> None:
    campaign = parse(write(VALID, "json"), "json")
    assert campaign.digest() == "82952da37c4949908bd4ca1aed5c52b76ab7c40317a88d3c6830ffd761806a49"
    for key in (b'"terms"', b'"nature"', b'"platform"', b'"invites"', b'"post"'):
        assert key not in campaign.bytes()


def test_what_the_law_wants_said_is_read_alike_in_each_format_and_back_from_its_record() -> None:
    terms = {
        "delivery_days": 30,
        "deposit": {"officer": "Me A", "address": "Lyon", "date": "2026-11-30", "number": "7"},
    }
    raw = VALID | {"terms": terms}
    read = [parse(write(raw, form), form) for form in FORMS]
    assert len({campaign.digest() for campaign in read}) == 1
    assert of_record(parse_json(read[0].bytes())) == read[0]
    assert b'"date":"2026-11-30"' in read[0].bytes()
    day = write(raw, "toml").replace(b'"date" = "2026-11-30"', b'"date" = 2026-11-30')
    assert parse(day, "toml").digest() == read[0].digest()


@pytest.mark.parametrize("name", ["noel-lumiere.toml", "rentree-campus.toml"])
def test_an_example_written_in_another_format_has_the_same_digest(name: str) -> None:
    campaign = parse((EXAMPLES / name).read_bytes(), "toml")
    raw = parse_json(campaign.bytes())
    for form in FORMS:
        assert parse(write(_without_nulls(raw), form), form).digest() == campaign.digest()


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(inner) for key, inner in value.items() if inner is not None}
    return [_without_nulls(inner) for inner in value] if isinstance(value, list) else value


def test_the_order_of_keys_is_nothing_and_the_order_of_prizes_is_something() -> None:
    turned = dict(reversed(VALID.items()))
    assert parse(write(turned, "json"), "json").digest() == parse(write(VALID, "json"), "json").digest()
    swapped = bent(put("prizes", VALID["prizes"][::-1]))
    assert parse(write(swapped, "json"), "json").digest() != parse(write(VALID, "json"), "json").digest()


def test_a_record_gives_back_the_campaign_and_the_campaign_its_bytes() -> None:
    campaign = parse(write(VALID, "toml"), "toml")
    again = of_record(parse_json(campaign.bytes()))
    assert again == campaign
    assert again.bytes() == campaign.bytes()
    assert parse(campaign.bytes(), "json") == campaign


def test_the_rules_that_always_apply_are_written_out_once() -> None:
    kinds = [rule.tag() for rule in parse(write(VALID, "json"), "json").rules]
    assert kinds[:2] == ["opening-hours", "accepts-rules"]
    assert kinds[-1] == "one-per-person"
    again = parse(parse(write(VALID, "json"), "json").bytes(), "json")
    assert [rule.tag() for rule in again.rules] == kinds


def test_one_entry_a_day_takes_the_place_of_one_entry_a_person() -> None:
    raw = bent(put("rules", [{"kind": "one-per-day"}]))
    assert [rule.tag() for rule in parse(write(raw, "json"), "json").rules] == [
        "opening-hours",
        "accepts-rules",
        "one-per-day",
    ]


def test_local_times_are_those_of_the_zone_and_offsets_are_kept_to() -> None:
    campaign = parse(write(bent(put("draws_at", "2026-12-21T12:00:00-05:00")), "toml"), "toml")
    assert campaign.opens_at == datetime(2026, 12, 1, 8, tzinfo=UTC)
    assert campaign.draws_at == datetime(2026, 12, 21, 17, tzinfo=UTC)
    assert b'"opens_at":"2026-12-01T08:00:00Z"' in campaign.bytes()


def test_units_are_named_in_the_order_they_are_drawn() -> None:
    campaign = parse(write(VALID, "json"), "json")
    assert campaign.units == ("bike", "mug-1", "mug-2", "mug-3")
    assert campaign.prize_of("mug-2").id == "mug"
    with pytest.raises(KeyError):
        campaign.prize_of("mug-4")


def test_a_missing_language_reads_the_first_one() -> None:
    campaign = parse(write(bent(put("title", {"fr": "Un jeu"})), "json"), "json")
    assert campaign.say(campaign.title, "en") == "Un jeu"
    assert campaign.say(campaign.title, "fr") == "Un jeu"
    assert not campaign.say(None, "fr")


@pytest.mark.parametrize("path", leaves(VALID))
def test_a_definition_without_one_of_its_leaves_is_refused_or_still_read(path: str) -> None:
    """Refused with a path, or read and linted: never another error."""
    for form in FORMS:
        data = write(bent(drop(path)), form)
        try:
            campaign = parse(data, form)
        except Malformed as refused:
            assert refused.where  # noqa: PT017 - either outcome is right
        else:
            assert isinstance(lint(campaign, NOW), tuple)


@pytest.mark.parametrize("path", leaves(VALID))
@pytest.mark.parametrize("value", [None, "", "x", 0, -1, 1.5, [], {}, "é\n" * 300], ids=repr)
def test_a_definition_with_another_leaf_is_refused_or_still_read(path: str, value: object) -> None:
    with suppress(Malformed):
        campaign = parse(json.dumps(bent(put(path, value))).encode(), "json")
        lint(campaign, NOW)
        assert of_record(parse_json(campaign.bytes())) == campaign


keys = st.sampled_from(sorted(VALID))
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.dates(), st.datetimes()
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(keys, values)
@settings(max_examples=200)
def test_any_value_under_any_key_is_refused_or_read(key: str, value: object) -> None:
    data = yaml.safe_dump(VALID | {key: value}).encode("utf-8", "surrogatepass")
    with suppress(Malformed):
        lint(parse(data, "yaml"), NOW)


@given(st.binary(max_size=400), each_form)
@settings(max_examples=300)
@example(b"? {a: b}\n: c", "yaml")
@example(b"!!timestamp a", "yaml")
@example(b"a: 1:1:1:1:1:1", "yaml")
@example(b"<<: [1]", "yaml")
@example(b"<<: {a: 1}\na: 2", "yaml")
@example(b"=: 1", "yaml")
@example(b"? \n", "yaml")
@example(b"a = 0001-01-01T00:00:00+23:59", "toml")
def test_only_malformed_comes_out_of_any_bytes(data: bytes, form: Form) -> None:
    with suppress(Malformed):
        parse(data, form)


yamlish = st.lists(
    st.sampled_from(["a", "slug", ": ", "- ", "? ", "\n", "  ", "{", "}", "[", "]", ", ", "!!", "int", "*a", "&a", "<<",
                     "'", '"', "|", ">", "%", "---", "...", "2026-12-01", "12:30", "0x1f", "~", "#", "1e9", "\\"]),
    max_size=25,
)  # fmt: skip
tomlish = st.lists(
    st.sampled_from(["a", "slug", " = ", ".", "\n", "[", "]", "[[", "]]", "{", "}", ", ", '"', "'", '"""', "\\", "0x", "1",
                     "_", "e", "inf", "true", "2026-12-01", "T09:00:00", "Z", "+24:00", "#"]),
    max_size=25,
)  # fmt: skip


@given(st.one_of(yamlish.map(lambda parts: ("yaml", parts)), tomlish.map(lambda parts: ("toml", parts))))
@settings(max_examples=600, suppress_health_check=[HealthCheck.too_slow])
def test_only_malformed_comes_out_of_bytes_that_look_like_their_format(made: tuple[Form, list[str]]) -> None:
    form, parts = made
    with suppress(Malformed):
        parse("".join(parts).encode(), form)


@given(st.integers(0, 3000), st.binary(min_size=1, max_size=3), each_form)
@settings(max_examples=200)
def test_only_malformed_comes_out_of_a_definition_with_a_few_bytes_changed(at: int, put_in: bytes, form: Form) -> None:
    data = write(VALID, form)
    at %= len(data)
    with suppress(Malformed):
        lint(parse(data[:at] + put_in + data[at + len(put_in) :], form), NOW)


@pytest.mark.parametrize("kind", sorted(kind for kind, rule in RULES.items() if "page" not in rule.judges))
def test_a_rule_of_comments_is_refused_among_those_of_the_page(kind: str) -> None:
    more = {"tags": ["win"]} if kind == "comment-hashtag" else {}
    with pytest.raises(Malformed) as refused:
        parse(
            write(bent(put("rules", [{"kind": "residence", "countries": ["FR"]}, {"kind": kind, **more}])), "toml"),
            "toml",
        )
    assert refused.value.code == "definition-invalid"
    assert refused.value.where == "rules[1].kind"
    assert kind in refused.value.found


@pytest.mark.parametrize("kind", ["residence", "one-per-day", "nonsense"])
def test_a_rule_of_the_page_is_refused_among_those_of_comments(kind: str) -> None:
    told = {"channels": ["net"], "rules": [{"kind": kind, "countries": ["FR"]}]}
    with pytest.raises(Malformed, match="One of: comment-follow, comment-hashtag, comment-length") as refused:
        parse(write(bent(put("comments", told)), "toml"), "toml")
    assert refused.value.where == "comments.rules[0].kind"


def test_every_kind_of_rule_of_the_page_can_be_declared() -> None:
    more: dict[str, dict[str, Any]] = {
        "residence": {"countries": ["FR"]},
        "closed-question": {"question": {"fr": "Q"}, "answers": ["a"]},
    }
    of_the_page = {kind for kind, rule in RULES.items() if "page" in rule.judges}
    rules = [{"kind": kind, **more.get(kind, {})} for kind in sorted(of_the_page)]
    campaign = parse(write(bent(put("rules", rules)), "toml"), "toml")
    assert {rule.tag() for rule in campaign.rules} == of_the_page
    assert msgspec.to_builtins(campaign)["rules"][0]["kind"]
