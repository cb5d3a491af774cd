"""Deliveries of Meta: signed, unsigned, twice, cut, strange. Only comments come out."""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contests.comment import Mention
from contests.errors import Malformed
from contests.sources.deliveries import (
    LARGEST_DELIVERY,
    challenge,
    read_delivery,
    signed,
)

SECRET = "made-up-secret"
PAGE, POST = "1001", "1001_2002"
SENT = 1_795_000_000
AT = datetime.fromtimestamp(SENT, UTC)


def feed(**value: Any) -> dict[str, Any]:
    """Return a delivery about a comment of Bob's under the page's post."""
    base = {"item": "comment", "verb": "add", "comment_id": "2002_3003", "post_id": POST, "parent_id": POST,
            "from": {"id": "5005", "name": "Bob"}, "created_time": SENT - 5, "message": "Chantal Raymond"}  # fmt: skip
    whole = {name: one for name, one in (base | value).items() if one is not None}
    return {"object": "page", "entry": [{"id": PAGE, "time": SENT, "changes": [{"field": "feed", "value": whole}]}]}


def gram(kind: str = "comments", /, **value: Any) -> dict[str, Any]:
    base = {"id": "17900", "text": "moi ! @zoé", "from": {"id": "77", "username": "xo._claire._"},
            "media": {"id": "17800", "media_product_type": "FEED"}}  # fmt: skip
    whole = {name: one for name, one in (base | value).items() if one is not None}
    entry = {"id": "17841", "time": SENT, "changes": [{"field": kind, "value": whole}]}
    return {"object": "instagram", "entry": [entry]}


def read(*deliveries: Any) -> Any:
    return [one for delivery in deliveries for one in read_delivery(json.dumps(delivery).encode())]


# ----------------------------------------------------------------------------------------------- whose it is


def sign(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


@given(st.binary())
def test_only_the_bytes_that_were_signed_pass(body: bytes) -> None:
    assert signed(body, sign(body), SECRET)
    assert not signed(body + b" ", sign(body), SECRET)
    assert not signed(body, sign(body, "another"), SECRET)


@given(
    st.binary(max_size=40), st.text(st.characters(exclude_categories=())), st.text(st.characters(exclude_categories=()))
)
def test_no_header_and_no_secret_breaks_the_check(body: bytes, header: str, secret: str) -> None:
    assert not signed(body, header, secret)


def test_a_secret_that_is_not_set_opens_nothing() -> None:
    assert not signed(b"{}", sign(b"{}", ""), "")


@pytest.mark.parametrize(
    "wrong", [lambda _: "", lambda s: s[7:], lambda s: s.replace("sha256", "sha1"), lambda s: s[:-1], lambda s: s + " ",
              lambda s: f" {s}"],
)  # fmt: skip
def test_a_signature_of_another_form_is_none(wrong: Any) -> None:
    assert not signed(b"{}", wrong(sign(b"{}")), SECRET)


def test_an_escaped_letter_is_signed_as_it_was_sent() -> None:
    sent = rb'{"object":"page","entry":[],"x":"zo\u00e9"}'
    assert signed(sent, sign(sent), SECRET)
    assert not signed(json.dumps(json.loads(sent), ensure_ascii=False).encode(), sign(sent), SECRET)


def test_only_who_knows_the_word_gets_the_challenge_back() -> None:
    query = {"hub.mode": "subscribe", "hub.verify_token": "word", "hub.challenge": "1158201444"}
    assert challenge(query, "word") == "1158201444"
    for wrong in ({"hub.mode": "unsubscribe"}, {"hub.verify_token": "Word"}, {"hub.verify_token": "wörd"},
                  {"hub.challenge": "<script>"}, {"hub.challenge": ""}, {"hub.challenge": "1\n"}):  # fmt: skip
        assert challenge(query | wrong, "word") is None
    assert challenge({}, "word") is None
    assert challenge(query | {"hub.verify_token": ""}, "") is None


# ----------------------------------------------------------------------------------------------- pages


def test_a_comment_under_a_page_is_seen() -> None:
    (one,) = read(feed())
    assert (one.site, one.what, one.post_id, one.comment_id, one.account) == (
        "facebook", "seen", POST, "2002_3003", PAGE,
    )  # fmt: skip
    assert one.sent_at == AT
    assert one.comment.author.key == "facebook/1001/5005"
    assert (one.comment.text, one.comment.parent, one.comment.author.name) == ("Chantal Raymond", "", "Bob")
    assert one.comment.at == datetime.fromtimestamp(SENT - 5, UTC)


def test_whom_a_page_comment_names_is_unknown_unless_tags_come_along() -> None:
    (one,) = read(feed())
    assert one.comment.mentions is None
    (one,) = read(feed(message_tags=[{"id": 10201978818232601, "name": "Chantal Raymond", "type": "user"}]))
    assert one.comment.mentions == (Mention(id="10201978818232601"),)


def test_the_older_shape_with_numbers_is_read_exactly() -> None:
    (one,) = read(feed(**{"from": None}, sender_id=10201978818232601, sender_name="Bob"))
    assert one.comment.author.id == "10201978818232601"
    assert one.comment.author.name == "Bob"


def test_a_reply_knows_its_parent() -> None:
    (one,) = read(feed(parent_id="2002_3000"))
    assert one.comment.parent == "2002_3000"


def test_a_picture_without_a_word_is_a_comment() -> None:
    (one,) = read(feed(message=None, photo="https://pictures.example/1.jpg"))
    assert (one.comment.text, one.comment.pictures) == ("", 1)


def test_the_time_of_an_edit_is_never_that_of_the_entry() -> None:
    (one,) = read(feed(verb="edited", created_time=SENT))
    assert one.what == "edited"
    assert one.comment.at is None
    assert one.comment.edited_at == AT


@pytest.mark.parametrize(("verb", "what"), [("hide", "hidden"), ("unhide", "shown"), ("remove", "gone")])
def test_who_hides_or_removes_is_not_taken_for_the_author(verb: str, what: str) -> None:
    (one,) = read(feed(verb=verb, message=None, created_time=None))
    assert (one.what, one.comment_id, one.comment) == (what, "2002_3003", None)


@pytest.mark.parametrize("item", ["reaction", "like", "share", "status", "photo", "video", "post", ""])
def test_what_is_no_comment_is_left_out(item: str) -> None:
    assert read(feed(item=item)) == []


@pytest.mark.parametrize("verb", ["edit", "block", "", "ADD"])
def test_an_unknown_verb_is_left_out(verb: str) -> None:
    assert read(feed(verb=verb)) == []


def test_a_like_with_a_number_beyond_2_53_is_left_out_quietly() -> None:
    assert read(feed(item="like", user_id=10201978818232600)) == []


def test_a_comment_without_an_author_is_to_be_looked_up() -> None:
    (one,) = read(feed(**{"from": None}))
    assert (one.what, one.comment_id, one.comment) == ("seen", "2002_3003", None)


def test_a_removal_may_come_first() -> None:
    assert [one.what for one in read(feed(verb="remove"), feed())] == ["gone", "seen"]


# ----------------------------------------------------------------------------------------------- Instagram


@pytest.mark.parametrize("field", ["comments", "live_comments"])
def test_a_comment_on_instagram_has_no_time_but_that_of_sending(field: str) -> None:
    (one,) = read(gram(field, parent_id="17899"))
    assert (one.site, one.what, one.post_id, one.comment_id, one.account) == (
        "instagram", "seen", "17800", "17900", "17841",
    )  # fmt: skip
    assert (one.sent_at, one.comment.at, one.comment.parent) == (AT, None, "17899")
    assert one.comment.author.key == "instagram/17841/77"
    assert (one.comment.author.handle, one.comment.mentions) == ("xo._claire._", None)


def test_the_older_shape_tells_only_an_id() -> None:
    (one,) = read(gram("comments", media=None, **{"from": None}))
    assert (one.comment_id, one.post_id, one.comment) == ("17900", "", None)


def test_a_mention_is_two_ids_to_look_up() -> None:
    (one,) = read(gram("mentions", id=None, text=None, media=None, **{"from": None}, comment_id="1", media_id="2"))
    assert (one.comment_id, one.post_id, one.comment) == ("1", "2", None)


def test_a_mention_in_a_caption_is_no_comment() -> None:
    assert read(gram("mentions", id=None, text=None, media=None, **{"from": None}, media_id="2")) == []


# ----------------------------------------------------------------------------------------------- many, twice, strange


def test_the_same_news_has_the_same_digest_whenever_it_is_sent() -> None:
    again = feed()
    again["entry"][0]["time"] = SENT + 600
    (first,), (second,), (other,) = read_all(feed(), again, feed(message="other"))
    assert first.digest == second.digest != other.digest


def read_all(*deliveries: Any) -> list[Any]:
    return [read(one) for one in deliveries]


def test_news_of_two_accounts_never_share_a_digest() -> None:
    other = gram()
    other["entry"][0]["id"] = "17842"
    assert read(gram())[0].digest != read(other)[0].digest


def test_entries_and_changes_that_share_a_delivery_are_all_read_once() -> None:
    delivery = feed()
    delivery["entry"][0]["changes"] += [
        {"field": "feed", "value": feed(comment_id="2002_3004")["entry"][0]["changes"][0]["value"]},
        {"field": "parking"},
    ]
    delivery["entry"] += [feed(comment_id="2002_3005")["entry"][0], feed()["entry"][0], {"id": PAGE, "time": 1}]
    assert [one.comment_id for one in read(delivery)] == ["2002_3003", "2002_3004", "2002_3005"]


@pytest.mark.parametrize(
    "broken",
    [None, 5, "x", [], {}, {"field": "feed"}, {"field": "feed", "value": None}, {"field": "feed", "value": []},
     {"field": "feed", "value": {"item": "comment", "verb": "add", "comment_id": 1.5e17, "post_id": POST}},
     {"field": "feed", "value": {"item": 1, "verb": 2}}],
)  # fmt: skip
def test_a_change_that_cannot_be_read_takes_no_other_with_it(broken: Any) -> None:
    delivery = feed()
    delivery["entry"][0]["changes"].insert(0, broken)
    delivery["entry"].insert(0, broken)
    assert [one.comment_id for one in read(delivery)] == ["2002_3003"]


@pytest.mark.parametrize("time", [0, 10**30, -(10**30)])
def test_a_clock_gone_mad_costs_the_time_and_not_the_comment(time: int) -> None:
    delivery = feed(created_time=time)
    delivery["entry"][0]["time"] = time
    (one,) = read(delivery)
    assert one.comment.text == "Chantal Raymond"
    assert one.sent_at is None


def test_a_clock_in_the_future_is_told_as_it_is() -> None:
    (one,) = read(feed(created_time=4_000_000_000))
    assert one.comment.at == datetime.fromtimestamp(4_000_000_000, UTC)


def test_half_an_emoji_in_a_message_is_read() -> None:
    body = json.dumps(feed(message="MARK")).replace("MARK", "win \\ud83d").encode()
    (one,) = read_delivery(body)
    assert one.comment is not None
    assert one.comment.text == "win �"


def test_what_is_not_read_of_a_change_may_be_broken() -> None:
    body = json.dumps(feed(extra="MARK")).encode().replace(b"MARK", b"\xff")
    (one,) = read_delivery(body)
    assert one.comment_id == "2002_3003"


def test_deliveries_of_other_kinds_are_empty() -> None:
    assert read({"object": "user", "entry": [{"id": "1", "changes": [{"field": "feed", "value": {}}]}]}) == []
    assert read({"object": "instagram", "entry": feed()["entry"]}) == []
    assert read({"object": "page", "entry": []}) == []


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"null", b"[]", b"5", b"not json", b"<html>", b"{}", b'{"object":"page"}', b'{"object":"page","entry":{}}',
     b'{"object":1,"entry":[]}', json.dumps(feed()).encode()[:-20], b"[" * 100_000, b'{"object":"page","entry":' * 5000,
     b" " * 10_000_000 + json.dumps(feed()).encode(), b"\xff\xfe", b'{"object":"page","entry":[' + b"[" * 300 + b"]" * 300 + b"]}"],
    ids=lambda body: f"{len(body)}_bytes",
)  # fmt: skip
def test_what_is_no_delivery_is_refused(body: bytes) -> None:
    with pytest.raises(Malformed) as caught:
        read_delivery(body)
    assert caught.value.code == "delivery-malformed"


def test_a_delivery_as_large_as_allowed_is_read() -> None:
    body = json.dumps(feed(message="é" * 600_000)).encode()
    assert LARGEST_DELIVERY * 0.8 < len(body) <= LARGEST_DELIVERY
    assert len(read_delivery(body)) == 1


WILD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["item", "verb", "comment_id", "from", "id", "media", "time", "changes", "field", "value"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(WILD, WILD, st.sampled_from(["page", "instagram"]))
def test_whatever_is_delivered_is_read_or_refused(value: Any, entry: Any, kind: str) -> None:
    field = "feed" if kind == "page" else "comments"
    wild = {
        "object": kind,
        "entry": [entry, {"id": "1", "time": 5, "changes": [value, {"field": field, "value": value}]}],
    }
    try:
        for one in read_delivery(json.dumps(wild).encode()):
            assert one.comment_id
    except Malformed:
        pass
