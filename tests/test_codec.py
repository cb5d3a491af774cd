"""Canonical bytes: RFC 8785, held against another implementation of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from contests.codec import LARGEST_INTEGER, canonical, instant, minute, parse_instant, parse_json
from contests.errors import Malformed
from contests.records import KINDS, EntryAccepted, encode, parse_record

keys = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
scalars = st.none() | st.booleans() | st.integers(-LARGEST_INTEGER, LARGEST_INTEGER) | texts
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=20
)


@given(values)
def test_canonical_bytes_are_those_of_rfc_8785(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@given(values)
def test_what_is_canonical_is_read_back(value: Any) -> None:
    assert parse_json(canonical(value)) == value


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,"a":2}', "1.5", "1e3", "9007199254740992", "-9007199254740992", "NaN", "Infinity", '"\\ud800"x', "{",
        "1" * 5000, "[" * 100_000,
    ],
)  # fmt: skip
def test_json_with_more_than_one_meaning_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        parse_json(text.encode())


@given(st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001 - the zone is put on below
def test_an_instant_survives(at: datetime) -> None:
    whole = at.replace(tzinfo=UTC, microsecond=0)
    assert parse_instant(instant(whole)) == whole
    assert timedelta(0) <= whole - parse_instant(minute(whole)) < timedelta(minutes=1)


RECORD = EntryAccepted(
    at="2026-12-01T08:12:00Z",
    campaign="0" * 32,
    entry="1" * 32,
    entrant="2" * 32,
    tickets=1,
    channel="page",
    commitment="3" * 64,
    rules=1,
)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("white_space", (b'{"at"', b'{ "at"')),
        ("unknown_key", (b'"rules":1', b'"rules":1,"x":1')),
        ("duplicate_key", (b'"rules":1', b'"rules":1,"rules":1')),
        ("unknown_kind", (b"entry.accepted", b"entry.imagined")),
        ("float", (b'"tickets":1', b'"tickets":1.0')),
        ("huge_number", (b'"rules":1', b'"rules":99999999999999999999')),
        ("no_tickets", (b'"tickets":1', b'"tickets":0')),
        ("too_many_tickets", (b'"tickets":1', b'"tickets":1001')),
        ("seconds_about_one_entrant", (b"08:12:00Z", b"08:12:30Z")),
        ("impossible_date", (b"2026-12-01", b"2026-02-30")),
        ("escaped_letter", (b'"page"', b'"p\\u0061ge"')),
        ("upper_case_hex", (b"3" * 64, b"A" * 64)),
    ],
)
def test_a_record_in_another_spelling_is_refused(name: str, change: tuple[bytes, bytes]) -> None:
    data = encode(RECORD)
    assert parse_record(data) == RECORD
    assert change[0] in data
    with pytest.raises(Malformed):
        parse_record(data.replace(*change))


@given(st.binary(max_size=300))
def test_only_malformed_leaves_the_record_reader(data: bytes) -> None:
    with pytest.raises(Malformed):
        parse_record(data)


def test_the_vocabulary_is_closed() -> None:
    """A kind may be added here together with a new version of the spec; none may go or change its meaning."""
    assert KINDS == (
        "campaign.published", "campaign.amended", "entry.accepted", "entry.withdrawn", "entry.excluded",
        "entry.reinstated", "campaign.closed", "pool.frozen", "draw.postponed", "draw.completed", "award.offered",
        "award.confirmed", "award.forfeited", "alternate.promoted", "campaign.settled", "campaign.voided",
        "minutes.issued", "minutes.annulled",
    )  # fmt: skip


def test_keys_beyond_the_first_plane_sort_by_utf_16() -> None:
    assert canonical({"\uffee": 1, "\U0001f600": {"\uffee": "😀", "\U0001f600": 3}}) == (
        '{"😀":{"😀":3,"\uffee":"😀"},"\uffee":1}'.encode()
    )
