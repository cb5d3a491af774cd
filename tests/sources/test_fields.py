"""What stands in an answer: one item that cannot be read harms no other, and nothing is guessed."""

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contests.sources.fields import LONGEST_TEXT, each, identity, line, onward, parse_address, plain, when, whole


class Item(msgspec.Struct):
    id: Any


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters(codec="utf-8")),
                    lambda deeper: st.lists(deeper) | st.dictionaries(st.text(st.characters(codec="utf-8")), deeper))  # fmt: skip


@given(st.lists(JSON), st.integers(0, 20))
def test_broken_items_are_counted_and_the_rest_is_kept(broken: list[Any], good: int) -> None:
    items = [{"id": str(n)} for n in range(good)] + broken
    raw = [msgspec.Raw(json.dumps(item).encode()) for item in items]
    found, unread = each(raw, Item, lambda item: identity(item.id))
    assert found[:good] == [str(n) for n in range(good)]
    assert len(found) + unread == len(items)


def test_an_id_beyond_what_numbers_hold_stays_whole() -> None:
    item = msgspec.json.decode(b'{"id": 102019788182326001234567890}', type=Item)
    assert identity(item.id) == "102019788182326001234567890"


@pytest.mark.parametrize("value", [None, True, 1.5, 1e17, "", [], {}, "a\nb", "x" * 501, "\x00"])
def test_what_is_no_id_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="an id was expected"):
        identity(value)


@given(JSON)
def test_whatever_stands_there_is_a_value_or_nothing(value: Any) -> None:
    at, count = when(value), whole(value)
    assert at is None or at.tzinfo == UTC
    assert count is None or 0 <= count < 2**53
    assert line(value).isprintable() or not line(value).isascii()
    assert isinstance(onward("a", value)[0], str)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2026-11-22T10:00:00Z", datetime(2026, 11, 22, 10, tzinfo=UTC)),
        ("2026-11-22T11:00:00+0100", datetime(2026, 11, 22, 10, tzinfo=UTC)),
        ("2026-11-22T10:00:00.123456789Z", datetime(2026, 11, 22, 10, 0, 0, 123457, tzinfo=UTC)),
        ("2099-01-01T00:00:00.000Z", datetime(2099, 1, 1, tzinfo=UTC)),
        (1795341600.0, datetime(2026, 11, 22, 10, tzinfo=UTC)),
        ("2026-11-22T10:00:00", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("yesterday", None),
        (1e300, None),
        (-1e300, None),
        (2**80, None),
        (float("nan"), None),
        (False, None),
        (None, None),
    ],
)
def test_a_time_without_a_zone_is_no_time(said: object, meant: datetime | None) -> None:
    assert when(said) == meant


@pytest.mark.parametrize(("said", "meant"), [(7, 7), ("7", 7), ("٧", None), (-1, None), (True, None), (7.0, None),
                                             ("9" * 30, None), (2**60, None), ([], None)])  # fmt: skip
def test_a_count_is_a_whole_number_or_unknown(said: object, meant: int | None) -> None:
    assert whole(said) == meant


def test_text_is_what_a_database_takes() -> None:
    assert plain("a\x00b\r\nc") == "ab\nc"
    assert len(plain("x" * (LONGEST_TEXT + 1))) == LONGEST_TEXT
    with pytest.raises(ValueError, match="text"):
        plain(None)


def test_the_same_mark_again_ends_a_listing_and_says_so() -> None:
    assert onward("a", "a") == ("", "same-page-again")
    assert onward("a", "b") == ("b", "")
    assert onward("a", 12) == ("12", "")
    assert onward("", None) == onward("", "") == ("", "")


def test_addresses_are_read_as_people_paste_them() -> None:
    read = parse_address(" Social.Example./@alice/1?a=b#c ")
    assert read
    assert (read.host, read.path, read.query) == ("social.example", ("@alice", "1"), {"a": "b"})
    coded = parse_address("http://exämple.org/%40alice//1/")
    assert coded
    assert (coded.host, coded.path) == ("xn--exmple-cua.org", ("@alice", "1"))


@pytest.mark.parametrize("text", ["", "https://", "https://a.example:444/x", "https://me@a.example/x", "ftp://a.example/x",
                                  "file:///etc/passwd", "javascript://a", "https://[::1", "https://a.example:x/", "a\x00b"])  # fmt: skip
def test_what_is_no_web_address_is_none(text: str) -> None:
    assert parse_address(text) is None


@given(st.text())
def test_reading_an_address_never_fails(text: str) -> None:
    parse_address(text)
