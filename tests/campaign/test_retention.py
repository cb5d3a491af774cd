"""The clocks: the rules text and the deletion read the same periods, and no person is kept shorter or longer."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from campaign.samples import VALID
from hypothesis import given
from hypothesis import strategies as st

from contests.campaign.definition import Campaign
from contests.campaign.parse import parse
from contests.campaign.retention import (
    CLAIM_YEARS,
    NOTED,
    Course,
    claim_end,
    end_of,
    ended,
    items,
    next_end,
    set_aside,
    without,
)
from contests.codec import canonical
from contests.entry import Answers
from contests.errors import LANGUAGES, Language
from contests.papers.rules_text import compile_rules
from contests.papers.tree import Paragraph, Table

SECOND = timedelta(seconds=1)
CONSENT = {"id": "news", "kind": "consent", "required": False, "purpose": "marketing", "retention_days": 9,
           "label": {"fr": "La lettre", "en": "The letter"}}  # fmt: skip
SAMPLE = parse(canonical(VALID | {"fields": [*VALID["fields"], CONSENT]}), "json")
_FIRST, _LAST = datetime(2024, 1, 1), datetime(2060, 1, 1)  # noqa: DTZ001 - hypothesis adds the zone
instants = st.datetimes(min_value=_FIRST, max_value=_LAST, timezones=st.just(UTC))
days = st.lists(st.integers(1, 3660), min_size=len(SAMPLE.fields), max_size=len(SAMPLE.fields))


def kept(found: list[int]) -> Campaign:
    """Return the sample with these periods, field by field."""
    fields = zip(SAMPLE.fields, found, strict=True)
    return msgspec.structs.replace(
        SAMPLE, fields=tuple(msgspec.structs.replace(field, retention_days=n) for field, n in fields)
    )


@st.composite
def courses(draw: st.DrawFn) -> Course:
    since = draw(instants)
    offered = draw(st.none() | st.integers(0, 400))
    return Course(
        since=since,
        offered_at=None if offered is None else since + timedelta(days=offered),
        waiting=draw(st.booleans()),
        asked=draw(st.booleans()),
    )


def said(campaign: Campaign, language: Language) -> list[int]:
    """Return the days that the table of the rules text says, line by line."""
    section = compile_rules(campaign, language).section("article-data")
    (table,) = (block for block in section.blocks if isinstance(block, Table))
    return [int(re.sub(r"\D", "", row[4])) for row in table.rows]


@pytest.mark.parametrize("language", LANGUAGES)
@given(found=days, since=instants)
def test_an_item_is_deleted_on_the_very_day_that_the_rules_text_says(
    language: Language, found: list[int], since: datetime
) -> None:
    campaign, course = kept(found), Course(since=since)
    lines = said(campaign, language)
    assert len(lines) == len(items(campaign))
    for item, promised in zip(items(campaign), lines, strict=True):
        if item.contact_days:
            # A consent has a clock of its own (tests/flows/test_opt_ins.py); the entry's copy goes with the address.
            assert promised == item.contact_days
            assert end_of(item, course) == end_of(next(i for i in items(campaign) if i.name == "email"), course)
            continue
        end = since + timedelta(days=promised)
        assert item.name in ended(campaign, course, end)
        assert item.name not in ended(campaign, course, end - SECOND)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("country", ["FR", "LU"])
def test_the_years_that_a_winner_is_kept_are_those_of_the_rules_text(language: Language, country: str) -> None:
    campaign = msgspec.structs.replace(SAMPLE, organiser=msgspec.structs.replace(SAMPLE.organiser, country=country))
    blocks = compile_rules(campaign, language).section("article-data").blocks
    text = re.sub(r"\s", " ", " ".join(block.text for block in blocks if isinstance(block, Paragraph)))
    years = f"{CLAIM_YEARS} {'ans' if language == 'fr' else 'years'}"
    assert text.count(years) == 3
    offered = datetime(2027, 3, 1, 12, tzinfo=UTC)
    course = Course(since=offered - timedelta(days=9), offered_at=offered)
    end = offered.replace(year=2027 + CLAIM_YEARS)
    assert "email" not in ended(campaign, course, end - SECOND)
    assert ended(campaign, course, end) == {item.name for item in items(campaign)}


def test_a_leap_day_is_never_shortened() -> None:
    assert claim_end(datetime(2028, 2, 29, tzinfo=UTC)) == datetime(2033, 3, 1, tzinfo=UTC)


@given(found=days)
def test_before_the_draw_no_clock_runs(found: list[int]) -> None:
    far = datetime(2200, 1, 1, tzinfo=UTC)
    for course in (Course(since=None), Course(since=None, asked=True), Course(since=None, waiting=True)):
        assert ended(kept(found), course, far) == frozenset()


@given(found=days, course=courses())
def test_a_possible_winner_is_kept_at_least_as_long_as_others_but_for_marketing(
    found: list[int], course: Course
) -> None:
    campaign = kept(found)
    assert course.since
    for item in items(campaign):
        plain = end_of(item, Course(since=course.since))
        end = end_of(item, msgspec.structs.replace(course, asked=False))
        assert plain
        assert end
        if item.purpose == "marketing" or not course.held:
            assert end == plain
        else:
            assert end >= max(plain, claim_end(course.since))


def test_the_address_of_a_parent_has_a_time_and_a_purpose_of_its_own() -> None:
    rule = {"kind": "parent-agrees", "retention_days": 12}
    rules = [{"kind": "minimum-age", "years": 13}, *VALID["rules"][1:], rule]
    campaign = parse(canonical(VALID | {"rules": rules}), "json")
    found = {item.name: item for item in items(campaign)}
    assert (found["parent_email"].purpose, found["parent_email"].days) == ("parent", 12)
    assert (found["age_group"].purpose, found["age_group"].days) == ("eligibility", 90)
    assert "parent_email" not in set_aside(campaign)


@given(found=days, course=courses(), later=st.integers(0, 4000))
def test_between_now_and_the_next_end_nothing_ends(found: list[int], course: Course, later: int) -> None:
    campaign = kept(found)
    assert course.since
    now = course.since + timedelta(days=later)
    following = next_end(campaign, [course], now)
    if following is None:
        assert ended(campaign, course, now) == {item.name for item in items(campaign)}
    else:
        assert ended(campaign, course, following - timedelta(microseconds=1)) == ended(campaign, course, now)
        assert ended(campaign, course, following) > ended(campaign, course, now)


@given(gone=st.sets(st.sampled_from([item.name for item in items(SAMPLE)])))
def test_deleting_items_twice_is_deleting_them_once_and_leaves_the_others(gone: set[str]) -> None:
    values: dict[str, Any] = {item.name: item.name for item in items(SAMPLE) if item.name != NOTED}
    answers = Answers(values=values, channel="poster", language="en", referral="abc")
    once = without(answers, gone)
    assert without(once, gone) == once
    assert once.values.keys() == values.keys() - gone
    assert (once.channel, once.language, once.referral) == (("", "", "") if NOTED in gone else ("poster", "en", "abc"))


def test_what_is_set_aside_leaves_the_address_and_the_conditions() -> None:
    gone = set_aside(SAMPLE)
    assert {"news", "first_name", "last_name"} <= gone
    assert not gone & {"email", "country", "age", "rules", "size", NOTED}
