"""Facebook on the loopback: tags without “@”, authors who are kept from us, addresses that hide their number."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted import Answer, Scripted, scripted

from contests.comment import Mention, Post
from contests.sources import facebook, graph
from contests.sources.source import Access, Page, SourceRefused
from contests.sources.web import open_client

TOKEN = "EAAmadeUpTokenOfThePageThatNobodyElseMayRead"
POST = Post(site="facebook", id="1001_2002", scope="1001", link="https://www.facebook.com/1001/posts/2002")
ME = Answer({"id": "1001", "name": "Lumière", "category": "Shop"})


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scripted]:
    with scripted() as running:
        monkeypatch.setattr(graph, "FACEBOOK", f"{running.url}/v1")
        yield running


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with open_client(inside=True) as opened:
        yield opened


def said(number: int | str, **more: Any) -> dict[str, Any]:
    base = {"id": f"2002_{number}", "from": {"id": "5005", "name": "Bob"}, "message": f"moi {number}",
            "created_time": "2026-11-20T08:35:18+0000", "is_hidden": False,
            "permalink_url": f"https://www.facebook.com/1001/posts/2002/?comment_id={number}"}  # fmt: skip
    return {name: one for name, one in (base | more).items() if one is not None}


def listing(*items: Any, after: str = "", last: bool = False, total: int | None = None) -> dict[str, Any]:
    # Facebook gives cursors on the last page too: only `next` tells.
    paging: dict[str, Any] = {"cursors": {"before": "b", "after": after or "end"}}
    if after and not last:
        paging["next"] = f"https://graph.example/v1/x?access_token={TOKEN}&after={after}"
    return {"data": list(items), "paging": paging, "summary": {"order": "chronological", "total_count": total}}


def error(code: int, subcode: int = 0, status: int = 400, message: str = "no") -> Answer:
    return Answer(
        {"error": {"message": message, "type": "OAuthException", "code": code, "error_subcode": subcode}}, status
    )


def pages(client: httpx.Client, post: Post = POST) -> list[Page]:
    found, after = [], ""
    for _ in range(20):
        page = facebook.page(client, post, TOKEN, after)
        found.append(page)
        after = page.after
        if not after:
            return found
    pytest.fail("a listing without an end")


def refused(client: httpx.Client, platform: Scripted, *answers: Answer) -> SourceRefused:
    platform.say(*answers)
    with pytest.raises(SourceRefused) as caught:
        facebook.page(client, POST, TOKEN, "")
    for told in (caught.value.sentence("fr"), caught.value.sentence("en"), repr(caught.value)):
        assert TOKEN not in told
        assert TOKEN[5:25] not in told
    assert not [asked for asked in platform.asked if TOKEN in asked.raw]
    return caught.value


# ----------------------------------------------------------------------------------------------- addresses


@pytest.mark.parametrize(
    ("address", "number", "scope"),
    [
        ("https://www.facebook.com/lumiere/posts/2002", "_2002", ""),
        ("https://www.facebook.com/1001/posts/2002/?comment_id=5", "1001_2002", "1001"),
        ("https://www.facebook.com/lumiere/posts/un-joli-titre/2002/", "_2002", ""),
        ("https://www.facebook.com/permalink.php?story_fbid=2002&id=1001", "1001_2002", "1001"),
        ("https://m.facebook.com/story.php?story_fbid=2002&id=1001", "1001_2002", "1001"),
        ("facebook.com/1001_2002", "1001_2002", "1001"),
        ("https://www.facebook.com/photo?fbid=3003&set=a.1", "3003", ""),
        ("https://www.facebook.com/photo/?fbid=3003", "3003", ""),
        ("https://www.facebook.com/photo.php?fbid=3003", "3003", ""),
        ("https://www.facebook.com/lumiere/photos/a.1/3003/", "3003", ""),
        ("https://www.facebook.com/watch?v=3003", "3003", ""),
        ("https://www.facebook.com/watch/live/?v=3003", "3003", ""),
        ("https://www.facebook.com/reel/3003/", "3003", ""),
        ("https://www.facebook.com/lumiere/videos/un-titre/3003/", "3003", ""),
    ],
)
def test_a_post_is_known_by_its_number(address: str, number: str, scope: str) -> None:
    post = facebook.recognise(address)
    assert post == Post(site="facebook", id=number, scope=scope, link=address)


@pytest.mark.parametrize(
    "address",
    ["https://www.facebook.com/lumiere/posts/pfbid02abcDEF", "https://www.facebook.com/share/p/1AbCdEf/",
     "https://www.facebook.com/permalink.php?story_fbid=pfbid0abc&id=1001", "https://fb.watch/abc/",
     "https://www.facebook.com/share/r/1AbCdEf/"],
)  # fmt: skip
def test_an_address_that_hides_its_number_says_which_to_paste(address: str) -> None:
    with pytest.raises(SourceRefused) as caught:
        facebook.recognise(address)
    assert caught.value.code == "address-opaque"
    assert "Meta Business Suite" in caught.value.sentence("fr")
    assert address in caught.value.found


@pytest.mark.parametrize(
    "address",
    ["", "https://www.facebook.com/", "https://www.facebook.com/lumiere", "https://www.facebook.com/groups/1/posts/x",
     "https://www.facebook.com/lumiere/posts/../me", "https://facebook.com.evil.example/1/posts/2",
     "https://www.facebook.com/photo?fbid=me/accounts", "https://x.com/1001/posts/2002", "https://www.facebook.com/_2002"],
)  # fmt: skip
def test_what_is_no_post_of_facebook_is_none(address: str) -> None:
    assert facebook.recognise(address) is None


@given(st.text())
def test_any_text_is_a_post_none_or_opaque(text: str) -> None:
    for address in (text, f"https://www.facebook.com/{text}", f"https://www.facebook.com/photo?fbid={text}"):
        try:
            post = facebook.recognise(address)
        except SourceRefused as caught:
            assert caught.code == "address-opaque"  # noqa: PT017 - most texts raise nothing
        else:
            assert post is None or facebook._POST.fullmatch(post.id)


def test_the_number_of_the_page_comes_with_its_token(client: httpx.Client, platform: Scripted) -> None:
    platform.say(ME, Answer({"id": "1001_2002", "from": {"id": "1001", "name": "Lumière"}}))
    post = facebook.find_post(client, "https://www.facebook.com/lumiere/posts/2002", TOKEN)
    assert (post.id, post.scope, post.author) == ("1001_2002", "1001", "1001")


def test_a_post_as_pasted_can_be_listed_at_once_and_asks_for_the_page_once(
    client: httpx.Client, platform: Scripted
) -> None:
    post = facebook.recognise("https://www.facebook.com/lumiere/posts/2002")
    assert post
    platform.say(ME, Answer(listing(said(1), after="b")), Answer(listing(said(2))))
    authors = {one.author.key for page in pages(client, post) for one in page.comments}
    assert authors == {"facebook/1001/5005"}
    assert platform.paths == ["/v1/me", "/v1/1001_2002/comments", "/v1/1001_2002/comments"]


# ----------------------------------------------------------------------------------------------- a token on a post


def test_a_good_token_says_which_page_it_is(client: httpx.Client, platform: Scripted) -> None:
    platform.say(ME, error(100), Answer(listing()))
    assert facebook.check(client, POST, TOKEN) == Access(
        account="Lumière",
        post=Post(site="facebook", id="1001_2002", scope="1001", link="https://www.facebook.com/1001/posts/2002"),
    )
    assert {asked.headers["authorization"] for asked in platform.asked} == {f"Bearer {TOKEN}"}


def test_missing_permissions_are_named(client: httpx.Client, platform: Scripted) -> None:
    platform.say(ME, Answer({"data": [{"permission": "pages_read_engagement", "status": "granted"}]}))
    assert facebook.check(client, POST, TOKEN).missing == ("pages_read_user_content",)


def test_the_token_of_a_person_is_not_that_of_a_page(client: httpx.Client, platform: Scripted) -> None:
    platform.say(error(100, message="Tried accessing nonexisting field (category)"))
    with pytest.raises(SourceRefused) as caught:
        facebook.check(client, POST, TOKEN)
    assert caught.value.code == "token-refused"
    assert "Page" in caught.value.sentence("en")


def test_nonsense_is_not_taken_for_the_token_of_a_person(client: httpx.Client, platform: Scripted) -> None:
    for answer in (Answer(b"<html>"), Answer({"id": "me/accounts"})):
        platform.say(answer)
        with pytest.raises(SourceRefused) as caught:
            facebook.check(client, POST, TOKEN)
        assert caught.value.code == "answer-unreadable"


def test_a_token_that_slows_down_while_it_is_tried_is_not_good_yet(client: httpx.Client, platform: Scripted) -> None:
    platform.say(ME, error(32))
    with pytest.raises(SourceRefused) as caught:
        facebook.check(client, POST, TOKEN)
    assert caught.value.code == "slow-down"


# ----------------------------------------------------------------------------------------------- comments


def test_a_comment_is_told_as_it_is(client: httpx.Client, platform: Scripted) -> None:
    platform.say(Answer(listing(said(1, is_hidden=True, parent={"id": "2002_9"}), total=12)))
    (page,) = pages(client)
    (one,) = page.comments
    assert (one.id, one.text, one.hidden, one.parent, one.mentions, one.pictures) == (
        "2002_1", "moi 1", True, "2002_9", (), 0,
    )  # fmt: skip
    assert one.at == datetime(2026, 11, 20, 8, 35, 18, tzinfo=UTC)
    assert (one.author.key, one.author.name, one.author.handle) == ("facebook/1001/5005", "Bob", "")
    assert one.link.endswith("comment_id=1")
    assert page.counted == 12
    (asked,) = platform.asked
    assert {"filter": "stream", "order": "chronological", "summary": "total_count", "limit": "100"}.items() <= (
        asked.query.items()
    )


def test_friends_are_told_by_tags_and_never_by_their_names_in_the_text(
    client: httpx.Client, platform: Scripted
) -> None:
    tags = [
        {"id": "10201978818232601", "name": "Chantal Raymond", "offset": 0, "length": 15, "type": "user"},
        {"id": 1001, "name": "Lumière", "offset": 16, "length": 7, "type": "page"},
        {"name": "Zoé Petit", "offset": 24, "length": 9, "type": "user"},
        {"offset": 1}, None, "tag",
    ]  # fmt: skip
    platform.say(Answer(listing(said(1, message="Chantal Raymond Lumière Zoé Petit @alice", message_tags=tags))))
    assert pages(client)[0].comments[0].mentions == (
        Mention(id="10201978818232601"),
        Mention(id="1001", page=True),
        Mention(handle="Zoé Petit"),
    )


def test_whoever_types_a_name_without_a_tag_names_nobody(client: httpx.Client, platform: Scripted) -> None:
    platform.say(Answer(listing(said(1, message="Chantal Raymond @alice"))))
    assert pages(client)[0].comments[0].mentions == ()


@pytest.mark.parametrize(
    ("kind", "pictures"), [("photo", 1), ("sticker", 1), ("share", 0), ("video_inline", 0), ("", 0)]
)
def test_pictures_and_stickers_are_told_from_links(
    client: httpx.Client, platform: Scripted, kind: str, pictures: int
) -> None:
    platform.say(Answer(listing(said(1, message=None, attachment={"type": kind, "url": "https://x.example/"}))))
    (one,) = pages(client)[0].comments
    assert (one.pictures, one.text) == (pictures, "")


@pytest.mark.parametrize("author", [None, {}, {"name": "Somebody"}, {"id": ""}])
def test_an_author_who_is_kept_from_us_is_counted_and_merged_with_nobody(
    client: httpx.Client, platform: Scripted, author: Any
) -> None:
    platform.say(Answer(listing(said(1, **{"from": author}), said(2, **{"from": author}), said(3))))
    (page,) = pages(client)
    assert ([one.id for one in page.comments], page.nameless, page.unread) == (["2002_3"], 2, 0)


@pytest.mark.parametrize(
    "broken", [None, 5, [], {}, {"message": "no id"}, said(9) | {"id": 1.22158e17}, said(9, message=5), said(9, parent="x"),
               said(9, message_tags={"0": []}), said(9, is_hidden=None) | {"is_hidden": None}],
)  # fmt: skip
def test_one_comment_that_cannot_be_read_never_loses_the_page(
    client: httpx.Client, platform: Scripted, broken: Any
) -> None:
    platform.say(Answer(listing(said(1), broken, said(2), total=3)))
    (page,) = pages(client)
    assert ([one.id for one in page.comments], page.unread, page.counted) == (["2002_1", "2002_2"], 1, 3)


def test_only_a_missing_next_ends_the_listing(client: httpx.Client, platform: Scripted) -> None:
    platform.say(
        Answer(listing(said(1), after="b")), Answer(listing(after="c")), Answer(listing(said(2), after="d", last=True))
    )
    found = pages(client)
    assert [one.id for page in found for one in page.comments] == ["2002_1", "2002_2"]
    assert [asked.query.get("after", "") for asked in platform.asked] == ["", "b", "c"]
    assert all(TOKEN not in page.after for page in found)


def test_a_page_that_comes_again_and_again_is_refused(client: httpx.Client, platform: Scripted) -> None:
    platform.say(Answer(listing(said(1), after="b")))
    mark = facebook.page(client, POST, TOKEN, "").after
    with pytest.raises(SourceRefused) as caught:
        facebook.page(client, POST, TOKEN, mark)
    assert caught.value.code == "answer-unreadable"


def test_a_comment_under_a_photo_lies_directly_under_the_post(client: httpx.Client, platform: Scripted) -> None:
    photo = Post(site="facebook", id="3003", scope="1001")
    platform.say(Answer(listing(said(1, parent={"id": "3003"}))))
    assert pages(client, photo)[0].comments[0].parent == ""


def test_an_id_that_is_none_asks_nothing(client: httpx.Client, platform: Scripted) -> None:
    with pytest.raises(SourceRefused) as caught:
        facebook.page(client, Post(site="facebook", id="../me/accounts"), TOKEN, "")
    assert caught.value.code == "address-opaque"
    assert platform.asked == []


@pytest.mark.parametrize(
    ("answer", "means"),
    [(error(190, 460, 401), "token-refused"), (error(10, 0, 403), "permission-missing"), (error(100, 33), "post-gone"),
     (error(613), "slow-down"), (Answer(b"<html>", 502), "platform-down"), (Answer(b"<html>"), "answer-unreadable"),
     (Answer({"data": 5}), "answer-unreadable"), (Answer(b"", 429), "slow-down"),
     (error(190, message=f"Malformed access token {TOKEN}"), "token-refused")],
)  # fmt: skip
def test_a_refusal_says_what_it_is_and_never_the_token(
    client: httpx.Client, platform: Scripted, answer: Answer, means: str
) -> None:
    caught = refused(client, platform, answer)
    assert caught.code == means
    assert means != "permission-missing" or "pages_read_user_content" in caught.sentence("en")
