"""Mastodon as servers answer, and as they might: HTML becomes text, a person is an address, a cut listing says so."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lying_platform import Platform, Says, lies, refused

from contests.comment import Account, Comment, Mention, Post
from contests.sources import mastodon
from contests.sources.markup import read_markup
from contests.sources.source import Page, People

HOST = "social.example"
POST = Post(site="mastodon", id="100", scope=HOST, author="brand", link=f"https://{HOST}/@brand/100")
TOKEN = "sesame-open-4711"


def account(name: str, host: str = HOST) -> dict[str, Any]:
    acct = name if host == HOST else f"{name}@{host}"
    return {"id": "7", "acct": acct, "username": name, "display_name": name.title(), "url": f"https://{host}/@{name}",
            "uri": f"https://{host}/users/{name}"}  # fmt: skip


def status(key: Any, name: str, content: str = "<p>Je participe</p>", **more: Any) -> dict[str, Any]:
    return {
        "id": key,
        "account": account(name),
        "content": content,
        "created_at": "2026-11-22T10:00:00.000Z",
        "edited_at": None,
        "in_reply_to_id": "100",
        "visibility": "public",
        "mentions": [],
        "media_attachments": [],
        "url": f"https://{HOST}/@{name}/{key}",
        "replies_count": 0,
        "spoiler_text": "",
    } | more


def page(platform: Platform, *replies: Any, token: str = "", count: Any = 1, headers: Any = None) -> Page:
    platform.says("/statuses/100", status("100", "brand", in_reply_to_id=None, replies_count=count))
    platform.says("/context", Says(body={"ancestors": [7], "descendants": list(replies)}, headers=headers or {}))
    with platform.client() as client:
        return mastodon.page(client, POST, token, "")


# ---------------------------------------------------------------------------------------------------------- recognised


@pytest.mark.parametrize(
    ("address", "scope", "key", "author"),
    [
        ("https://social.example/@alice/109", "social.example", "109", "alice"),
        ("social.example/@alice/109?x=1#y", "social.example", "109", "alice"),
        ("https://social.example/@alice@other.example/109", "social.example", "109", "alice@other.example"),
        ("https://social.example/users/alice/statuses/109", "social.example", "109", "alice"),
        ("https://social.example/users/alice/statuses/109/activity", "social.example", "109", "alice"),
        ("https://social.example/web/@alice/109", "social.example", "109", "alice"),
        ("https://social.example/web/statuses/109", "social.example", "109", ""),
        ("https://social.example/deck/@alice/109", "social.example", "109", "alice"),
        ("https://Exämple.social/@alice/109", "xn--exmple-cua.social", "109", "alice"),
        ("https://gts.example/@alice/statuses/01HX5ZZKBKACTAV9WEVGEMMVRZ", "gts.example", "01HX5ZZKBKACTAV9WEVGEMMVRZ", "alice"),
    ],
)  # fmt: skip
def test_a_post_is_known_by_its_address_on_any_server(address: str, scope: str, key: str, author: str) -> None:
    post = mastodon.recognise(address)
    assert post
    assert (post.scope, post.id, post.author) == (scope, key, author)
    again = mastodon.recognise(post.link)
    assert again
    assert (again.scope, again.id) == (scope, key)


@pytest.mark.parametrize("address", ["https://social.example/@alice", "https://social.example/@alice/hello",
    "https://localhost/@alice/109", "https://127.0.0.1/@alice/109", "https://[::1]/@alice/109", "https://10.0.0.1/@a/1",
    "https://social.example:8080/@alice/109", "https://me:pw@social.example/@alice/109", "https://www.youtube.com/@alice/109",
    "https://x.com/@alice/109", "https://social.example/@alice/٣", "https://social.example/@alice/..%2f109", ""])  # fmt: skip
def test_anything_else_is_none_of_mastodon(address: str) -> None:
    assert mastodon.recognise(address) is None


@given(st.text() | st.text().map("https://social.example/@{}/1".format))
def test_recognising_never_fails(address: str) -> None:
    mastodon.recognise(address)


# -------------------------------------------------------------------------------------------------------------- listed


def test_a_reply_is_told_whole(platform: Platform) -> None:
    media = [{"type": "image"}, {"type": "video"}, {"type": "image"}, None]
    content = '<p><span class="h-card"><a href="https://social.example/@bob" class="u-url mention">@<span>bob</span></a></span> oui&nbsp;!</p>'
    said = status("101", "zoe", content, edited_at="2026-11-22T10:05:00Z", media_attachments=media,
                  mentions=[{"id": "3", "acct": "bob", "url": "https://social.example/@bob"}])  # fmt: skip
    assert page(platform, said).comments == (
        Comment(
            id="101",
            author=Account(site="mastodon", id="https://social.example/@zoe", handle="zoe@social.example", name="Zoe"),
            text="@bob oui\xa0!",
            at=datetime(2026, 11, 22, 10, tzinfo=UTC),
            edited_at=datetime(2026, 11, 22, 10, 5, tzinfo=UTC),
            mentions=(Mention(id="https://social.example/@bob", handle="bob@social.example"),),
            pictures=2,
            link="https://social.example/@zoe/101",
        ),
    )


def test_whom_a_server_adds_is_not_typed(platform: Platform) -> None:
    named = [{"acct": "brand", "url": "https://social.example/@brand"},
             {"acct": "bob@other.example", "url": "https://other.example/@Bob"}, {"url": 3}, None]  # fmt: skip
    content = '<p><a href="https://other.example/users/bob" class="mention">@bob</a> <a class="mention hashtag" href="https://social.example/@brand">#x</a></p>'
    mentions = page(platform, status("101", "alice", content, mentions=named)).comments[0].mentions
    assert mentions is not None
    assert [(m.handle, m.typed) for m in mentions] == [("brand@social.example", False), ("bob@other.example", True)]


def test_a_person_of_another_server_is_the_same_wherever_seen(platform: Platform) -> None:
    said = status("101", "alice", account=account("alice", "other.example"))
    author = page(platform, said).comments[0].author
    assert (author.id, author.handle, author.scope) == ("https://other.example/@alice", "alice@other.example", "")


def test_without_an_address_the_handle_is_all_that_is_known(platform: Platform) -> None:
    author = page(platform, status("101", "alice", account={"acct": "alice", "url": None})).comments[0].author
    assert (author.by_handle, author.handle) == (True, "alice@social.example")


def test_replies_to_replies_name_what_they_answer_and_are_counted(platform: Platform) -> None:
    one = page(platform, status("101", "alice", replies_count=2), status("102", "bob", in_reply_to_id="101"), count=5)
    assert [c.parent for c in one.comments] == ["", "101"]
    assert one.counted == 7


def test_what_is_not_public_is_hidden(platform: Platform) -> None:
    kinds = ["public", "unlisted", "private", "direct", None]
    one = page(platform, *(status(str(n), "alice", visibility=kind) for n, kind in enumerate(kinds)))
    assert [c.hidden for c in one.comments] == [False, False, True, True, True]


def test_words_of_a_warning_are_words_of_the_reply(platform: Platform) -> None:
    assert (
        page(platform, status("101", "alice", spoiler_text="#concours")).comments[0].text == "#concours\nJe participe"
    )


def test_ids_as_numbers_stay_whole(platform: Platform) -> None:
    one = page(platform, status(110446984249325790123, "alice", in_reply_to_id=100))
    assert (one.comments[0].id, one.comments[0].parent) == ("110446984249325790123", "")


def test_the_post_among_its_own_replies_is_none_of_them(platform: Platform) -> None:
    assert page(platform, status("100", "brand")).comments == ()


@pytest.mark.parametrize(
    ("size", "token", "note"),
    [(59, "", ""), (60, "", "cut-without-token"), (60, TOKEN, ""), (61, "", ""), (4096, TOKEN, "cut-by-platform")],
)
def test_a_listing_that_was_cut_says_so(platform: Platform, size: int, token: str, note: str) -> None:
    assert page(platform, *(status(str(n), "alice") for n in range(1000, 1000 + size)), token=token).note == note


def test_replies_on_their_way_are_waited_for(platform: Platform) -> None:
    one = page(platform, headers={"Mastodon-Async-Refresh": 'id="abc", retry=5, result_count=2'})
    assert (one.wait, one.after, one.growing) == (5, "", True)
    assert page(platform, headers={"Mastodon-Async-Refresh": 'id="abc", retry=99999'}).wait == 300
    assert page(platform, headers={"Mastodon-Async-Refresh": "soon"}).wait == 0
    assert not page(platform, headers={"X-RateLimit-Remaining": "0"}).growing


@pytest.mark.parametrize("broken", [None, 7, "x", [], {}, status("1", "eve") | {"account": None},
    status("1", "eve") | {"account": {"acct": None}}, status("1", "eve") | {"account": {"acct": "", "url": ""}},
    status(None, "eve"), status("", "eve"), status("1", "eve") | {"content": None},
    status("1", "eve", in_reply_to_id=[])])  # fmt: skip
def test_one_reply_that_cannot_be_read_loses_no_other(platform: Platform, broken: Any) -> None:
    one = page(platform, status("101", "alice"), broken, status("102", "bob"))
    assert ([c.id for c in one.comments], one.unread) == (["101", "102"], 1)


@pytest.mark.parametrize(
    ("more", "field", "value"),
    [
        ({"created_at": "soon"}, "at", None),
        ({"created_at": "2099-01-01T00:00:00Z"}, "at", datetime(2099, 1, 1, tzinfo=UTC)),
        ({"mentions": None}, "mentions", None),
        ({"media_attachments": 4}, "pictures", 0),
        ({"in_reply_to_id": None}, "parent", ""),
        ({"url": "javascript:alert(1)"}, "link", ""),
        ({"spoiler_text": None}, "text", "Je participe"),
        ({"replies_count": "many"}, "id", "101"),
    ],
)
def test_a_field_that_is_wrong_is_left_open_and_the_reply_kept(
    platform: Platform, more: dict[str, Any], field: str, value: Any
) -> None:
    one = page(platform, status("101", "alice", **more))
    assert (getattr(one.comments[0], field), one.unread) == (value, 0)


# ------------------------------------------------------------------------------------------------------------- refused


@lies()
@pytest.mark.parametrize("where", ["/statuses/100", "/context"])
def test_each_lie_has_its_code(platform: Platform, where: str, lie: Says, code: str, wait: float | None) -> None:
    platform.says("/statuses/100", status("100", "brand"))
    platform.says(where, lie)
    with platform.client() as client:
        error = refused(lambda: mastodon.page(client, POST, TOKEN, ""))
    assert (error.code, error.wait) == (code, wait)
    assert TOKEN not in error.sentence("fr") + error.sentence("en")


@pytest.mark.parametrize(
    ("lie", "code"),
    [
        (Says(status=403, body={"error": "This action is outside the authorized scopes"}), "permission-missing"),
        (Says(status=422, body={"error": "This method requires an authenticated user"}), "token-refused"),
    ],
)
def test_what_a_server_says_of_a_token_is_understood(platform: Platform, lie: Says, code: str) -> None:
    platform.says("verify_credentials", lie)
    with platform.client() as client:
        assert refused(lambda: mastodon.check(client, POST, TOKEN)).code == code


def test_a_slow_answer_is_a_platform_that_is_down(platform: Platform) -> None:
    platform.says("/statuses/100", Says(body={}, slow=0.6))
    with platform.client(timeout=0.1) as client:
        assert refused(lambda: mastodon.page(client, POST, "", "")).code == "platform-down"


def test_check_names_whose_token_it_is(platform: Platform) -> None:
    platform.says("verify_credentials", account("brand"))
    platform.says("/statuses/100", status("100", "brand"))
    with platform.client() as client:
        assert mastodon.check(client, POST, TOKEN).account == "brand@social.example"
        assert mastodon.check(client, POST, "").account == ""
    assert platform.asked[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert "authorization" not in platform.asked[-1].headers
    assert {asked.host for asked in platform.asked} == {HOST}


# -------------------------------------------------------------------------------------------------------------- people


@pytest.mark.parametrize(
    ("listing", "path"),
    [(mastodon.likers, "/favourited_by"), (mastodon.reposters, "/reblogged_by"), (mastodon.followers, "/followers")],
)
def test_people_are_paged_by_the_link_header(platform: Platform, listing: Callable[..., People], path: str) -> None:
    link = '<https://evil.example/steal?max_id=55&limit=9&token=x>; rel="next", <https://social.example/x?min_id=9>; rel="prev"'
    platform.says("/lookup", account("brand"))
    platform.says(path, Says(body=[account("alice"), None], headers={"Link": link}), [], Says(body=[account("bob")]))
    with platform.client() as client:
        one = listing(client, POST, TOKEN, "")
        two = listing(client, POST, TOKEN, one.after)
    assert ([a.handle for a in one.accounts], one.unread, one.after) == (["alice@social.example"], 1, "max_id=55")
    assert (two.accounts, two.after) == ((), "")
    assert platform.asked[-1].query == {"limit": "80", "max_id": "55"}
    assert {asked.host for asked in platform.asked} == {HOST}


def test_the_same_mark_again_ends_and_says_so(platform: Platform) -> None:
    platform.says("/favourited_by", Says(body=[], headers={"Link": "<https://social.example/x?max_id=5>; rel=next"}))
    with platform.client() as client:
        one = mastodon.likers(client, POST, "", "max_id=5")
    assert (one.after, one.note) == ("", "same-page-again")


@pytest.mark.parametrize("key", [None, "", "../../admin", [], True])
def test_an_account_without_a_usable_id_is_not_asked_for(platform: Platform, key: Any) -> None:
    platform.says("/lookup", account("brand") | {"id": key})
    with platform.client() as client:
        assert refused(lambda: mastodon.followers(client, POST, "", "")).code == "answer-unreadable"
    assert len(platform.asked) == 1


def test_followers_of_a_post_whose_author_no_address_names(platform: Platform) -> None:
    platform.says("/statuses/100", status("100", "brand"))
    platform.says("/accounts/7/followers", [account("alice")])
    with platform.client() as client:
        post = Post(site="mastodon", id="100", scope=HOST)
        assert len(mastodon.followers(client, post, "", "").accounts) == 1


# -------------------------------------------------------------------------------------------------------------- markup


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>un</p><p>deux<br>trois<br/>quatre</p>", "un\n\ndeux\ntrois\nquatre"),
        ("a &amp; b &lt;i&gt; &#233; &nbsp;", "a & b <i> é"),
        (('<a href="https://a.example/long"><span class="invisible">https://</span><span class="ellipsis">a.example</span>'
         '<span class="invisible">/long</span></a> !'), "a.example !"),
        ('<span class="invisible">a<b>b</b><br></span>c', "c"),
        ('<span class="invisible"><img>a</span>b', "b"),
        ("<script>alert(1)</script>x<style>p{}</style>", "x"),
        ('<p class="quote-inline">RE: <a href="x">y</a></p><p>moi</p>', "moi"),
        ("<p>a\nb\r\nc</p>", "a b  c"),
        ("plain", "plain"),
        ("", ""),
        ("<p>a</p>\n\n<p></p><p></p><p>b</p>", "a\n\nb"),
        ("</span></p>x", "x"),
        ("<![CDATA[a]]>b", "<![CDATA[a]]>b"),
        ("<!-- a -->b", "<!-- a -->b"),
        ("1 < 2 & 3", "1 < 2 & 3"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ("＃noël 👩‍👩‍👧", "＃noël 👩‍👩‍👧"),
    ],
)  # fmt: skip
def test_html_is_read_as_people_see_it(html: str, text: str) -> None:
    assert read_markup(html).text == text


@given(st.text() | st.text(st.sampled_from("<>/!?[]-&;#x0aspn= \"'\n")))
def test_whatever_html_comes_it_is_read(html: str) -> None:
    read_markup(html)


@given(
    st.text(
        st.characters(
            codec="utf-8",
            exclude_characters="<>&\r\n \x00\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u2028\u2029",
            exclude_categories=["Z", "C"],
        )
    )
)
def test_text_without_marks_stays_as_it_is(text: str) -> None:
    assert read_markup(f"<p>{text}</p>").text == text


def test_a_very_long_comment_is_cut_and_does_not_last(platform: Platform) -> None:
    for html in ("<p>" * 100_000, "<a " * 300_000, "&" * 300_000, "<span class=invisible>" * 9_000 + "</p>" * 50_000):
        assert page(platform, status("101", "alice", html)).unread == 0
