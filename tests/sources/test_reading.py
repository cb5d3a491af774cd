"""One item that cannot be read never takes the others with it; times and addresses as they really come."""

import json
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contests.sources.reading import Id, each, mended, moment, pasted, seconds
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
    assert moment(said) == datetime(2020, 6, 1, 10, 56, 52, tzinfo=UTC)


@pytest.mark.parametrize(
    "said", ["", "2020-06-01T10:56:52", "yesterday", "2020-13-01T00:00:00Z", "0001-01-01T00:00:00+2359"]
)
def test_a_time_without_a_zone_or_a_meaning_is_none(said: str) -> None:
    assert moment(said) is None


def test_seconds_and_milliseconds_are_told_apart_and_nonsense_is_none() -> None:
    assert seconds(1_519_399_307) == seconds(1_519_399_307_000) == datetime(2018, 2, 23, 15, 21, 47, tzinfo=UTC)
    assert seconds(1e30) is None
    assert seconds(float("nan")) is None


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
    for address in ("x.com/a", "WWW.X.COM/a", "https://x.com./a", " http://x.com:443/a?b=c#d "):
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
