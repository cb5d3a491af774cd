"""One item that cannot be read never takes the others with it; times and addresses as they really come."""

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contests.sources.reading import (
    LONGEST_TEXT,
    Id,
    each,
    identity,
    line,
    mended,
    onward,
    parse_address,
    pasted,
    plain,
    when,
    whole,
)
from contests.sources.source import SourceRefused
from contests.sources.web import bearer, hushed


class Item(msgspec.Struct):
    id: Id
    text: str = ""


def items(data: bytes) -> tuple[list[tuple[str, str]], int]:
    read, unread = each(msgspec.json.decode(mended(data), type=list[msgspec.Raw]), Item)
    return [(str(one.id), one.text) for one in read], unread


def test_ids_beyond_what_a_browser_holds_are_exact() -> None:
    assert items(b'[{"id":10201978818232601},{"id":"10201978818232603"},{"id":123456789012345678901234567890}]') == (
        [("10201978818232601", ""), ("10201978818232603", ""), ("123456789012345678901234567890", "")],
        0,
    )


@pytest.mark.parametrize(
    "broken",
    ['{"id":1.22158E+17}', '{"id":1.0}', '{"id":null}', '{"id":true}', "{}", "null", "5", '"x"', "[]",
     '{"id":"1","text":5}', '{"id":{"id":"1"}}'],
)  # fmt: skip
def test_one_that_cannot_be_read_is_counted_and_the_others_stay(broken: str) -> None:
    assert items(f'[{{"id":"1"}},{broken},{{"id":"2"}}]'.encode()) == ([("1", ""), ("2", "")], 1)


def test_bytes_that_are_no_text_lose_only_their_own_item() -> None:
    assert items(b'[{"id":"1","text":"\xff"},{"id":"2"}]') == ([("2", "")], 1)


def test_half_an_emoji_becomes_a_mark_and_the_comment_stays() -> None:
    data = rb'[{"id":"1","text":"win \ud83d"},{"id":"2","text":"\ude00 \ud83d\ude00 \\ud83d \\\ud83dx"}]'
    assert items(data) == ([("1", "win �"), ("2", "� 😀 \\ud83d \\�x")], 0)


@given(st.text(st.characters(exclude_categories=())))
def test_whatever_a_library_escapes_can_be_read(text: str) -> None:
    data = json.dumps([{"id": "1", "text": text}]).encode()
    whole = "".join("�" if 0xD800 <= ord(c) <= 0xDFFF or c == "\x00" else c for c in json.loads(data)[0]["text"])
    assert items(data) == ([("1", whole)], 0)


@given(st.text(st.characters(codec="utf-8", min_codepoint=1)))
def test_mending_changes_nothing_that_is_whole(text: str) -> None:
    data = json.dumps(text).encode()
    assert mended(data) == data


@pytest.mark.parametrize(
    "said",
    ["2020-06-01T10:56:52+0000", "2020-06-01T10:56:52Z", "2020-06-01T12:56:52+02:00", "2020-06-01T10:56:52.000Z"],
)
def test_a_time_is_the_same_however_its_zone_is_written(said: str) -> None:
    assert when(said) == datetime(2020, 6, 1, 10, 56, 52, tzinfo=UTC)


@pytest.mark.parametrize(
    "said", ["", "2020-06-01T10:56:52", "yesterday", "2020-13-01T00:00:00Z", "0001-01-01T00:00:00+2359"]
)
def test_a_time_without_a_zone_or_a_meaning_is_none(said: str) -> None:
    assert when(said) is None


def test_seconds_and_milliseconds_are_told_apart_and_nonsense_is_none() -> None:
    assert when(1_519_399_307) == when(1_519_399_307_000) == datetime(2018, 2, 23, 15, 21, 47, tzinfo=UTC)
    assert when(1e30) is None
    assert when(float("nan")) is None


@given(st.text())
def test_no_pasted_text_breaks_the_reading_of_addresses(text: str) -> None:
    for address in (text, f"https://x.com/{text}", f"https://{text}"):
        found = pasted(address, frozenset({"x.com"}))
        assert found is None or isinstance(found[0], tuple)


def test_another_host_is_never_taken_for_the_platform() -> None:
    hosts = frozenset({"x.com"})
    for address in ("https://x.com@evil.example/a", "https://evil.example/x.com/a", "https://x.com.evil.example/a",
                    "ftp://x.com/a", "javascript://x.com/a", "https://[x.com/a", "https://notx.com/a"):  # fmt: skip
        assert pasted(address, hosts) is None
    for address in ("x.com/a", "WWW.X.COM/a", "https://x.com./a", " https://x.com:443/a?b=c#d "):
        assert pasted(address, hosts) is not None


@pytest.mark.parametrize("token", ["", "two words", "line\nbreak", "clé", "nul\x00"])
def test_a_token_that_no_header_can_carry_is_refused_without_being_repeated(token: str) -> None:
    with pytest.raises(SourceRefused) as caught:
        bearer(token, needed=True)
    assert caught.value.code == "token-refused"
    assert not token or token not in caught.value.sentence("en") + caught.value.sentence("fr")


@given(st.text("abcdefghijklmnop0123456789", min_size=1, max_size=60), st.text(), st.integers(0, 48))
def test_no_trace_of_a_token_stays_in_what_a_platform_says(token: str, around: str, cut: int) -> None:
    assert token not in hushed(f"{around} {token}{around}", token).replace("…", "")
    part = token[cut : cut + 12]
    if len(part) == 12:
        assert part not in hushed(f"Malformed token {part} {around.replace(part, '')}", token)


class Loose(msgspec.Struct):
    id: Any


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters(codec="utf-8")),
                    lambda deeper: st.lists(deeper) | st.dictionaries(st.text(st.characters(codec="utf-8")), deeper))  # fmt: skip


@given(st.lists(JSON), st.integers(0, 20))
def test_broken_items_are_counted_and_the_rest_is_kept(broken: list[Any], good: int) -> None:
    items = [{"id": str(n)} for n in range(good)] + broken
    raw = [msgspec.Raw(json.dumps(item).encode()) for item in items]
    found, unread = each(raw, Loose, lambda item: identity(item.id))
    assert found[:good] == [str(n) for n in range(good)]
    assert len(found) + unread == len(items)


def test_an_id_beyond_what_numbers_hold_stays_whole() -> None:
    item = msgspec.json.decode(b'{"id": 102019788182326001234567890}', type=Loose)
    assert identity(item.id) == "102019788182326001234567890"


@pytest.mark.parametrize("value", [None, True, 1.5, 1e17, "", [], {}, "a\nb", "x" * 501, "\x00"])
def test_what_is_no_id_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="an id was expected"):
        identity(value)


@given(JSON)
@example("\x1b[31mrouge\x9b")
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
        ("2026-11-22T10:00:00.123456789Z", datetime(2026, 11, 22, 10, 0, 0, 123456, tzinfo=UTC)),
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
