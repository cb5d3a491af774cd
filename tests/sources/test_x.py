"""X on the loopback: seven days, edits, mentions that nobody typed, and what each question costs."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted import DATE, Answer, Scripted, scripted

from contests.comment import Mention, Post
from contests.sources import x
from contests.sources.source import PRICES, Access, Page, SourceRefused
from contests.sources.web import open_client

TOKEN = "AAAAmadeUpTokenOfAnApplicationThatNobodyElseMayRead"
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


def number(at: datetime, more: int = 0) -> str:
    """Return the id of a post made at a time."""
    return str(((int(at.timestamp() * 1000) - 1_288_834_974_657) << 22) + more)


ROOT = number(datetime(2026, 11, 20, 9, tzinfo=UTC))
POST = Post(site="x", id=ROOT, author="lumiere", link=f"https://x.com/lumiere/status/{ROOT}")
BOB = {"id": "5005", "username": "bob", "name": "Bob &amp; Co"}


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scripted]:
    with scripted() as running:
        monkeypatch.setattr(x, "API", running.url)
        yield running


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with open_client(inside=True) as opened:
        yield opened


def said(one: str | int, **more: Any) -> dict[str, Any]:
    base = {"id": str(one), "author_id": "5005", "text": "@lumiere moi &amp; @zoé &lt;3 &eacute;",
            "created_at": "2026-11-20T10:00:00.000Z", "conversation_id": ROOT, "in_reply_to_user_id": "1001",
            "referenced_tweets": [{"type": "replied_to", "id": ROOT}], "display_text_range": [9, 30],
            "edit_history_tweet_ids": [str(one)],
            "entities": {"mentions": [{"start": 0, "end": 8, "username": "lumiere", "id": "1001"},
                                      {"start": 15, "end": 19, "username": "zoe", "id": "7007"}]}}  # fmt: skip
    return {name: value for name, value in (base | more).items() if value is not None}


def found(*tweets: Any, after: str = "", **includes: Any) -> dict[str, Any]:
    meta: dict[str, Any] = {"result_count": len(tweets)} | ({"next_token": after} if after else {})
    return {"meta": meta, "includes": {"users": [BOB]} | includes} | ({"data": list(tweets)} if tweets else {})


def only(client: httpx.Client, platform: Scripted, *tweets: Any, **includes: Any) -> Page:
    platform.say(Answer(found(*tweets, **includes)))
    return x.page(client, POST, TOKEN, "")


def refused(client: httpx.Client, platform: Scripted, answer: Answer) -> SourceRefused:
    platform.say(answer)
    with pytest.raises(SourceRefused) as caught:
        x.page(client, POST, TOKEN, "")
    for told in (caught.value.sentence("fr"), caught.value.sentence("en"), repr(caught.value)):
        assert TOKEN not in told
        assert TOKEN[5:25] not in told
    assert not [asked for asked in platform.asked if TOKEN in asked.raw]
    return caught.value


# ----------------------------------------------------------------------------------------------- addresses


@pytest.mark.parametrize(
    ("address", "author"),
    [("https://x.com/lumiere/status/123", "lumiere"), ("twitter.com/lumiere/status/123?s=20&t=a", "lumiere"),
     ("https://www.x.com/lumiere/status/123/photo/1", "lumiere"), ("https://mobile.twitter.com/lumiere/statuses/123", "lumiere"),
     ("https://x.com/i/status/123", ""), ("https://twitter.com/i/web/status/123", "")],
)  # fmt: skip
def test_a_post_is_known_by_its_number(address: str, author: str) -> None:
    assert x.recognise(address) == Post(
        site="x", id="123", author=author, link=f"https://x.com/{author or 'i'}/status/123"
    )


@pytest.mark.parametrize(
    "address", ["", "https://x.com/lumiere", "https://x.com/lumiere/status/", "https://x.com/lumiere/status/12a",
                "https://x.com/lumiere/status/١٢٣", "https://x.com/a b/status/1", "https://netflix.com/a/status/1",
                "https://x.com/i/spaces/1", "https://x.com/lumiere/status/1%0A"],
)  # fmt: skip
def test_what_is_no_post_of_x_is_none(address: str) -> None:
    assert x.recognise(address) is None


@given(st.text())
def test_any_text_is_a_post_or_none(text: str) -> None:
    for address in (text, f"https://x.com/{text}", f"https://x.com/a/status/{text}"):
        post = x.recognise(address)
        assert post is None or post.id.isdecimal()


# ----------------------------------------------------------------------------------------------- what it costs


@pytest.mark.parametrize(
    ("metrics", "counted"), [({"reply_count": 1200}, 1200), ({}, 0), ({"reply_count": -1}, 0), (None, 0)]
)
def test_how_many_replies_a_sweep_would_pay_for_is_known_beforehand(
    client: httpx.Client, platform: Scripted, metrics: Any, counted: int
) -> None:
    told = {"id": "1", "author_id": "2"} | ({"public_metrics": metrics} if metrics is not None else {})
    platform.say(Answer({"data": {"id": "2", "username": "bob"}}), Answer({"data": told}))
    assert x.check(client, POST, TOKEN) == Access(account="bob", counted=counted)
    assert PRICES["x"] * 10_000 == Decimal(50)


# ----------------------------------------------------------------------------------------------- replies


def test_a_reply_is_told_as_it_is(client: httpx.Client, platform: Scripted) -> None:
    page = only(client, platform, said(2**63 + 5))
    (one,) = page.comments
    assert (one.id, one.parent, one.edited_at, one.pictures) == (str(2**63 + 5), "", None, 0)
    assert one.at == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert (one.author.key, one.author.handle, one.author.name) == ("x//5005", "bob", "Bob & Co")
    assert one.text == "@lumiere moi & @zoé <3 &eacute;"
    assert (page.after, page.note, page.unread, page.counted) == ("", "", 0, None)
    (asked,) = platform.asked
    assert asked.path == "/2/tweets/search/recent"
    assert (asked.query["query"], asked.query["max_results"]) == (f"conversation_id:{ROOT}", "100")
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"


def test_text_is_what_was_typed_and_is_unescaped_once(client: httpx.Client, platform: Scripted) -> None:
    (one,) = only(
        client, platform, said(1, text="1 &lt; 2 &amp;&amp; 3 &gt; 2, typed: &amp;gt; &amp;amp; &quot;")
    ).comments
    assert one.text == "1 < 2 && 3 > 2, typed: &gt; &amp; &quot;"


def test_a_mention_that_nobody_typed_is_told_apart(client: httpx.Client, platform: Scripted) -> None:
    (one,) = only(client, platform, said(1)).comments
    assert one.mentions == (
        Mention(id="1001", handle="lumiere", typed=False),
        Mention(id="7007", handle="zoe", typed=True),
    )


def test_without_the_range_only_the_one_who_is_answered_is_known_not_to_be_typed(
    client: httpx.Client, platform: Scripted
) -> None:
    (one,) = only(client, platform, said(1, display_text_range=None)).comments
    assert one.mentions is not None
    assert [mention.typed for mention in one.mentions] == [False, True]
    (other,) = only(client, platform, said(1, display_text_range=None, in_reply_to_user_id="9")).comments
    assert other.mentions is not None
    assert [mention.typed for mention in other.mentions] == [True, True]


def test_an_edited_reply_keeps_its_first_id(client: httpx.Client, platform: Scripted) -> None:
    first, last = number(datetime(2026, 11, 20, 10, tzinfo=UTC)), number(datetime(2026, 11, 20, 10, 20, tzinfo=UTC))
    (one,) = only(client, platform, said(last, edit_history_tweet_ids=[first, last])).comments
    assert one.id == first
    assert (one.at, one.edited_at) == (
        datetime(2026, 11, 20, 10, tzinfo=UTC), datetime(2026, 11, 20, 10, 20, tzinfo=UTC),
    )  # fmt: skip


def test_two_versions_of_a_reply_are_one_and_the_newest_is_told(client: httpx.Client, platform: Scripted) -> None:
    tweets = (said(12, text="new", edit_history_tweet_ids=["11", "12"]), said(13), said(11, text="old"))
    page = only(client, platform, *tweets)
    assert {one.id: one.text for one in page.comments}["11"] == "new"
    assert len(page.comments) == 2


def test_a_long_reply_is_told_whole_with_everybody_it_names(client: httpx.Client, platform: Scripted) -> None:
    note = {"text": "a" * 400, "entities": {"mentions": [{"start": 1, "end": 2, "username": "zoe", "id": "7007"},
                                                         {"start": 300, "end": 306, "username": "carol", "id": "8"}]}}  # fmt: skip
    (one,) = only(client, platform, said(1, note_tweet=note)).comments
    assert len(one.text) == 400
    assert one.mentions is not None
    assert [(mention.id, mention.typed) for mention in one.mentions] == [("1001", False), ("7007", True), ("8", True)]


def test_pictures_are_told_from_films(client: httpx.Client, platform: Scripted) -> None:
    tweet = said(1, attachments={"media_keys": ["3_1", "7_2", "3_9"]})
    media = [{"media_key": "3_1", "type": "photo"}, {"media_key": "7_2", "type": "video"}, {"no": "key"}]
    (one,) = only(client, platform, tweet, media=media).comments
    assert one.pictures == 1


def test_a_reply_to_a_reply_knows_its_parent(client: httpx.Client, platform: Scripted) -> None:
    tweet = said(2, referenced_tweets=[{"type": "quoted", "id": "9"}, {"type": "replied_to", "id": "1"}])
    assert only(client, platform, tweet).comments[0].parent == "1"


def test_the_post_itself_is_no_reply(client: httpx.Client, platform: Scripted) -> None:
    assert only(client, platform, said(ROOT)).comments == ()


def test_an_author_who_went_away_is_known_by_id(client: httpx.Client, platform: Scripted) -> None:
    (one,) = only(client, platform, said(1, author_id=10201978818232601), users=[{"id": "1"}, None]).comments
    assert (one.author.id, one.author.handle) == ("10201978818232601", "")
    assert one.link == "https://x.com/i/status/1"


@pytest.mark.parametrize(
    "broken", [None, 5, [], {}, {"id": "9"}, said(9, author_id=None), said(9) | {"id": 1.5e18}, said(9, text=5),
               said(9, entities={"mentions": "x"}), said(9, edit_history_tweet_ids="9")],
)  # fmt: skip
def test_one_reply_that_cannot_be_read_never_loses_the_page(
    client: httpx.Client, platform: Scripted, broken: Any
) -> None:
    page = only(client, platform, said(1), broken, said(2))
    assert ([one.id for one in page.comments], page.unread) == (["1", "2"], 1)


def test_pages_follow_the_mark_that_x_gives_and_a_short_one_is_not_the_last(
    client: httpx.Client, platform: Scripted
) -> None:
    platform.say(Answer(found(said(1), after="b26v")), Answer(found(after="c27w")), Answer(found(said(2))))
    first = x.page(client, POST, TOKEN, "")
    second = x.page(client, POST, TOKEN, first.after)
    third = x.page(client, POST, TOKEN, second.after)
    assert [asked.query.get("next_token", "") for asked in platform.asked] == ["", "b26v", "c27w"]
    assert [len(page.comments) for page in (first, second, third)] == [1, 0, 1]
    assert third.after == ""


def test_a_page_that_comes_again_and_again_is_refused(client: httpx.Client, platform: Scripted) -> None:
    platform.say(Answer(found(said(1), after="b")))
    with pytest.raises(SourceRefused) as caught:
        x.page(client, POST, TOKEN, "b")
    assert caught.value.code == "answer-unreadable"


@pytest.mark.parametrize(
    ("made", "date", "old"),
    [(datetime(2026, 11, 15, 9, 59, tzinfo=UTC), DATE, True), (datetime(2026, 11, 15, 10, 1, tzinfo=UTC), DATE, False),
     (datetime(2012, 1, 1, tzinfo=UTC), DATE, True), (datetime(2012, 1, 1, tzinfo=UTC), "", False),
     (datetime(2027, 1, 1, tzinfo=UTC), DATE, False), (datetime(2012, 1, 1, tzinfo=UTC), "yesterday", False)],
)  # fmt: skip
def test_what_the_search_no_longer_reaches_is_read_among_the_mentions(
    client: httpx.Client, platform: Scripted, *, made: datetime, date: str, old: bool
) -> None:
    post, dated = Post(site="x", id=number(made)), {"date": date}
    other, mine = said(number(made, 3), conversation_id="77"), said(number(made, 4), conversation_id=number(made))
    platform.say(
        Answer(found(said(1)), headers=dated), *([Answer({"data": {"id": post.id, "author_id": "1001"}}, headers=dated)] if old else []),
        Answer(found(other, mine, after="p2"), headers=dated), Answer(found(), headers=dated),
    )  # fmt: skip
    first = x.page(client, post, TOKEN, "")
    assert (first.note, bool(first.after)) == ("", old)
    if old:
        second = x.page(client, post, TOKEN, first.after)
        third = x.page(client, post, TOKEN, second.after)
        assert [one.id for one in second.comments] == [number(made, 4)]
        assert (third.after, third.note) == ("", "older-by-mentions")
        assert [asked.path for asked in platform.asked[-2:]] == ["/2/users/1001/mentions"] * 2
        assert [asked.query.get("pagination_token", "") for asked in platform.asked[-2:]] == ["", "p2"]
        assert platform.asked[-1].query["since_id"] == post.id


def test_where_the_mentions_are_not_allowed_the_listing_says_that_it_is_cut(
    client: httpx.Client, platform: Scripted
) -> None:
    post = Post(site="x", id=number(datetime(2026, 11, 1, tzinfo=UTC)))
    platform.say(Answer({"title": "Forbidden"}, status=403))
    told = x.page(client, post, TOKEN, f"1001{x.OLDER}")
    assert (told.comments, told.after, told.note) == ((), "", "only-seven-days")
    platform.say(Answer(found(said(1), after="p2")))
    with pytest.raises(SourceRefused):
        x.page(client, post, TOKEN, f"1001{x.OLDER}p2")


def test_the_last_question_of_a_window_leaves_time(client: httpx.Client, platform: Scripted) -> None:
    reset = str(int(NOW.timestamp()) + 90)
    platform.say(Answer(found(said(1)), headers={"x-rate-limit-remaining": "0", "x-rate-limit-reset": reset}))
    assert x.page(client, POST, TOKEN, "").wait == 90.0


# ----------------------------------------------------------------------------------------------- likes, tokens


def test_who_liked_is_told_up_to_a_hundred_and_the_cap_is_said(client: httpx.Client, platform: Scripted) -> None:
    platform.say(Answer({"data": [BOB, None], "meta": {"result_count": 2}}))
    few = x.liking_users(client, POST, TOKEN)
    assert ([one.key for one in few.accounts], few.capped, few.unread) == (["x//5005"], False, 1)
    platform.say(Answer({"data": [BOB | {"id": str(i)} for i in range(100)], "meta": {"result_count": 100}}))
    many = x.liking_users(client, POST, TOKEN)
    assert (len(many.accounts), many.capped) == (100, True)


def test_a_good_token_says_whose_it_is(client: httpx.Client, platform: Scripted) -> None:
    platform.say(Answer({"data": BOB}), Answer({"data": {"id": ROOT, "author_id": "1001"}}))
    assert x.check(client, POST, TOKEN) == Access(account="bob")


def test_the_token_of_an_application_has_no_account(client: httpx.Client, platform: Scripted) -> None:
    platform.say(
        Answer({"title": "Unsupported Authentication", "type": "https://api.x.com/2/problems/unsupported-authentication"}, 403),
        Answer({"data": {"id": ROOT, "author_id": "1001"}}),
    )  # fmt: skip
    assert x.check(client, POST, TOKEN) == Access(account="application")


def test_a_post_that_went_away_comes_as_a_success_with_errors(client: httpx.Client, platform: Scripted) -> None:
    platform.say(
        Answer({"data": BOB}), Answer({"errors": [{"type": "https://api.x.com/2/problems/resource-not-found"}]})
    )
    with pytest.raises(SourceRefused) as caught:
        x.check(client, POST, TOKEN)
    assert caught.value.code == "post-gone"


# ----------------------------------------------------------------------------------------------- refusals

HTML = b"<!DOCTYPE html><html></html>"


@pytest.mark.parametrize(
    ("answer", "means"),
    [(Answer({"title": "Unauthorized"}, 401), "token-refused"), (Answer({"title": "Forbidden"}, 403), "permission-missing"),
     (Answer({"title": "CreditsDepleted", "detail": "no credits"}, 402), "quota-spent"),
     (Answer({"type": "https://api.x.com/2/problems/usage-capped"}, 429), "quota-spent"), (Answer(b"", 404), "post-gone"),
     (Answer({"title": "Invalid Request"}, 400), "answer-unreadable"), (Answer(HTML, 503), "platform-down"),
     (Answer(HTML), "answer-unreadable"), (Answer({}), "answer-unreadable"), (Answer({"errors": [{}]}), "answer-unreadable"),
     (Answer({"meta": {}, "data": {}}), "answer-unreadable"), (Answer([]), "answer-unreadable"),
     (Answer({"meta": {"next_token": 5}}), "answer-unreadable"), (Answer(b"{" * 9000, 500), "platform-down"),
     (Answer({"title": f"bad token {TOKEN}", "detail": TOKEN[:40]}, 401), "token-refused"),
     (Answer({"title": f"bad token {TOKEN}", "detail": TOKEN[:40]}, 400), "answer-unreadable")],
)  # fmt: skip
def test_a_refusal_says_what_it_is_and_never_the_token(
    client: httpx.Client, platform: Scripted, answer: Answer, means: str
) -> None:
    assert refused(client, platform, answer).code == means


@pytest.mark.parametrize(
    ("reset", "date", "wait"),
    [(str(int(NOW.timestamp()) + 600), DATE, 600.0), (str(int(NOW.timestamp()) - 600), DATE, 1.0), ("", DATE, 300.0),
     ("soon", DATE, 300.0), ("9" * 11, DATE, 86_400.0), ("9" * 30, DATE, 300.0), (str(int(NOW.timestamp()) + 600), "", 300.0),
     ("²", DATE, 300.0)],
)  # fmt: skip
def test_how_long_to_wait_is_read_by_the_clock_of_x(
    client: httpx.Client, platform: Scripted, reset: str, date: str, wait: float
) -> None:
    caught = refused(client, platform, Answer(b"", 429, {"x-rate-limit-reset": reset, "date": date}))
    assert (caught.code, caught.wait) == ("slow-down", wait)


def test_an_id_that_is_none_asks_nothing(client: httpx.Client, platform: Scripted) -> None:
    with pytest.raises(SourceRefused) as caught:
        x.page(client, Post(site="x", id="1 OR from:bob"), TOKEN, "")
    assert caught.value.code == "address-opaque"
    assert platform.asked == []
