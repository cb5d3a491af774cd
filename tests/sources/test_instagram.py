"""Instagram on the loopback, right and wrong: every comment once, in its place, with its author."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from instagram_words import BY_FACEBOOK, MEDIA, POST, TOKEN, error, listing, said
from scripted import Answer, Asked, Scripted, scripted

from contests.comment import Comment, Post
from contests.sources import graph, instagram
from contests.sources.source import Access, Page, SourceRefused
from contests.sources.web import open_client


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scripted]:
    with scripted() as running:
        monkeypatch.setattr(graph, "INSTAGRAM", f"{running.url}/ig/v1")
        monkeypatch.setattr(graph, "FACEBOOK", f"{running.url}/fb/v1")
        yield running


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with open_client(inside=True) as opened:
        yield opened


def pages(client: httpx.Client, post: Post = POST, token: str = TOKEN) -> list[Page]:
    found, after = [], ""
    for _ in range(30):
        page = instagram.page(client, post, token, after)
        found.append(page)
        after = page.after
        if not after:
            return found
    pytest.fail("a listing without an end")


def refused(client: httpx.Client, platform: Scripted, *answers: Answer, token: str = TOKEN) -> SourceRefused:
    """Return the refusal; whatever was answered, the token is in no word of it nor in any address asked."""
    platform.say(*answers)
    with pytest.raises(SourceRefused) as caught:
        instagram.page(client, POST, token, "")
    for told in (caught.value.sentence("fr"), caught.value.sentence("en"), repr(caught.value), str(caught.value)):
        assert token not in told
        assert token[5:25] not in told
    assert not [asked for asked in platform.asked if token in asked.raw]
    return caught.value


# ----------------------------------------------------------------------------------------------- addresses


@pytest.mark.parametrize(
    "address",
    ["https://www.instagram.com/p/C0dEab_-1/", "instagram.com/p/C0dEab_-1", "https://www.instagram.com/reel/C0dEab_-1/",
     "https://instagram.com/reels/C0dEab_-1/?igsh=abc", "https://www.instagram.com/lumiere/p/C0dEab_-1/",
     "https://www.instagram.com/lu.miere_/reel/C0dEab_-1/?utm_source=x#c", " https://instagr.am/p/C0dEab_-1/ ",
     "http://m.instagram.com/tv/C0dEab_-1/"],
)  # fmt: skip
def test_a_post_is_known_by_its_code(address: str) -> None:
    post = instagram.recognise(address)
    assert post == Post(site="instagram", id="C0dEab_-1", link="https://www.instagram.com/p/C0dEab_-1/")


@pytest.mark.parametrize(
    "address",
    ["", "https://www.instagram.com/lumiere/", "https://www.instagram.com/stories/lumiere/123/", "https://x.com/p/C0dEab/",
     "https://www.instagram.com/p/", "https://www.instagram.com/p/../me", "https://instagram.com.evil.example/p/C0dEab/"],
)  # fmt: skip
def test_what_is_no_post_of_instagram_is_none(address: str) -> None:
    assert instagram.recognise(address) is None


def test_an_address_that_hides_its_post_says_which_to_paste() -> None:
    with pytest.raises(SourceRefused) as caught:
        instagram.recognise("https://www.instagram.com/share/BAbcdef")
    assert caught.value.code == "address-opaque"
    assert "/p/" in caught.value.sentence("fr")


@given(st.text())
def test_any_text_is_a_post_or_none(text: str) -> None:
    for address in (text, f"https://www.instagram.com/{text}", f"https://www.instagram.com/p/{text}"):
        try:
            post = instagram.recognise(address)
        except SourceRefused as caught:
            assert caught.code == "address-opaque"  # noqa: PT017 - most texts raise nothing
        else:
            assert post is None or instagram._CODE.fullmatch(post.id)


# ----------------------------------------------------------------------------------------------- from code to media


def test_the_media_is_found_among_the_accounts_own(client: httpx.Client, platform: Scripted) -> None:
    platform.say(
        Answer({"id": "9", "user_id": 17841000000000001, "username": "lumiere"}),
        Answer(listing({"id": "1", "shortcode": "Other12"}, {"no": "id"}, after="c1")),
        Answer(listing(after="c2")),
        Answer(listing({"id": 17800000000000001, "permalink": "https://www.instagram.com/reel/C0dEab_-1/"})),
    )
    post = instagram.find_media(client, "https://www.instagram.com/p/C0dEab_-1/", TOKEN)
    assert (post.id, post.scope, post.author) == ("17800000000000001", "17841000000000001", "lumiere")
    assert [asked.query.get("after", "") for asked in platform.asked[1:]] == ["", "c1", "c2"]
    assert {asked.headers["authorization"] for asked in platform.asked} == {f"Bearer {TOKEN}"}
    assert platform.paths == ["/ig/v1/me", *["/ig/v1/17841000000000001/media"] * 3]


def test_a_token_of_facebook_asks_facebook_for_the_account_of_the_page(
    client: httpx.Client, platform: Scripted
) -> None:
    platform.say(
        Answer({"id": "1001", "instagram_business_account": {"id": "17841", "username": "lumiere"}}),
        Answer(listing({"id": "17800", "shortcode": "C0dEab_-1"})),
    )
    assert instagram.find_media(client, POST.link, BY_FACEBOOK) == POST
    assert platform.paths == ["/fb/v1/me", "/fb/v1/17841/media"]


@pytest.mark.parametrize("answer", [error(100, message="nonexisting field"), Answer({"id": "1001"})])
def test_a_token_of_a_person_or_of_an_unlinked_page_is_told_apart(
    client: httpx.Client, platform: Scripted, answer: Answer
) -> None:
    platform.say(answer)
    with pytest.raises(SourceRefused) as caught:
        instagram.find_media(client, POST.link, BY_FACEBOOK)
    assert caught.value.code == "token-refused"
    assert "Page" in caught.value.sentence("fr")


def test_a_post_of_somebody_else_is_not_found(client: httpx.Client, platform: Scripted) -> None:
    platform.say(
        Answer({"user_id": "17841", "username": "lumiere"}), Answer(listing({"id": "1", "shortcode": "Other12"}))
    )
    with pytest.raises(SourceRefused) as caught:
        instagram.find_media(client, POST.link, TOKEN)
    assert caught.value.code == "post-gone"
    assert "@lumiere" in caught.value.sentence("en")


def test_a_list_of_media_without_an_end_is_left(client: httpx.Client, platform: Scripted) -> None:
    def says(asked: Asked) -> Answer:
        if asked.path.endswith("/me"):
            return Answer({"user_id": "17841", "username": "lumiere"})
        return Answer(listing({"id": "1", "shortcode": "Other12"}, after=asked.query.get("after", "") + "x"))

    platform.reply = says
    with pytest.raises(SourceRefused) as caught:
        instagram.find_media(client, POST.link, TOKEN)
    assert caught.value.code == "post-gone"
    assert len(platform.asked) == 1 + instagram.MOST_MEDIA_PAGES


def test_a_post_as_pasted_can_be_listed_at_once(client: httpx.Client, platform: Scripted) -> None:
    platform.say(
        Answer({"user_id": "17841", "username": "lumiere"}),
        Answer(listing({"id": "17800", "shortcode": "C0dEab_-1"})),
        MEDIA,
        Answer(listing(said(1))),
    )
    post = instagram.recognise(POST.link)
    assert post
    (page,) = pages(client, post)
    assert page.comments[0].author.key == "instagram/17841/77"


# ----------------------------------------------------------------------------------------------- a token on a post


def test_a_good_token_says_whose_it_is(client: httpx.Client, platform: Scripted) -> None:
    granted = [{"permission": name, "status": "granted"} for name in instagram.NEEDED]
    platform.say(Answer({"user_id": "17841", "username": "lumiere"}), Answer(listing(*granted)), Answer(listing()))
    assert instagram.check(client, POST, TOKEN) == Access(
        account="lumiere",
        post=Post(
            site="instagram", id="17800", scope="17841", author="lumiere", link="https://www.instagram.com/p/C0dEab_-1/"
        ),
    )


def test_missing_permissions_are_named_before_anything_is_asked(client: httpx.Client, platform: Scripted) -> None:
    platform.say(
        Answer({"user_id": "17841", "username": "lumiere"}),
        Answer(listing({"permission": "instagram_business_basic", "status": "granted"},
                       {"permission": "instagram_business_manage_comments", "status": "declined"})),
    )  # fmt: skip
    assert instagram.check(client, POST, TOKEN).missing == ("instagram_business_manage_comments",)
    assert len(platform.asked) == 2


def test_where_permissions_are_not_listed_the_post_is_tried(client: httpx.Client, platform: Scripted) -> None:
    platform.say(Answer({"user_id": "17841", "username": "lumiere"}), error(100), error(10, status=403))
    with pytest.raises(SourceRefused) as caught:
        instagram.check(client, POST, TOKEN)
    assert caught.value.code == "permission-missing"
    assert "instagram_business_manage_comments" in caught.value.sentence("en")


# ----------------------------------------------------------------------------------------------- comments


def test_a_comment_is_told_as_it_is(client: httpx.Client, platform: Scripted) -> None:
    platform.say(MEDIA, Answer(listing(said(17900, text="@zoé moi !", hidden=True))))
    (page,) = pages(client)
    (one,) = page.comments
    assert (one.id, one.text, one.hidden, one.parent, one.mentions, one.edited_at) == (
        "17900", "@zoé moi !", True, "", None, None,
    )  # fmt: skip
    assert one.at == datetime(2026, 11, 20, 10, 56, 52, tzinfo=UTC)
    assert (one.author.key, one.author.handle) == ("instagram/17841/77", "bob")
    assert (page.counted, page.after, page.unread, page.nameless) == (5, "", 0, 0)


def test_replies_come_along_and_those_left_over_are_listed_before_the_next_page(
    client: httpx.Client, platform: Scripted
) -> None:
    platform.say(
        MEDIA,
        Answer(listing(
            said(1, replies=listing(said(11, parent_id="1"), after="r1")),
            said(2, replies=listing(said(21))),
            said(3, replies=listing(said(31), after="r3")),
            after="top2",
        )),
        Answer(listing(said(12), after="r1b")),
        Answer(listing(said(13))),
        Answer(listing(said(32))),
        Answer(listing(said(4))),
    )  # fmt: skip
    found = pages(client)
    comments = [(one.id, one.parent) for page in found for one in page.comments]
    assert comments == [("1", ""), ("11", "1"), ("2", ""), ("21", "2"), ("3", ""), ("31", "3"), ("12", "1"),
                        ("13", "1"), ("32", "3"), ("4", "")]  # fmt: skip
    assert [(asked.path.rsplit("/", 2)[-2:], asked.query.get("after")) for asked in platform.asked[2:]] == [
        (["1", "replies"], "r1"),
        (["1", "replies"], "r1b"),
        (["3", "replies"], "r3"),
        (["17800", "comments"], "top2"),
    ]
    assert [page.counted for page in found] == [5, None, None, None, None]
    assert all(TOKEN not in page.after and "graph.example" not in page.after for page in found)


def test_a_sweep_that_was_killed_goes_on_from_its_mark(client: httpx.Client, platform: Scripted) -> None:
    platform.say(MEDIA, Answer(listing(said(1, replies=listing(said(11), after="r1")), after="top2")))
    mark = instagram.page(client, POST, TOKEN, "").after
    platform.say(Answer(listing(said(12))))
    again = [instagram.page(client, POST, TOKEN, mark) for _ in range(2)]
    assert again[0] == again[1]
    assert [one.parent for one in again[0].comments] == ["1"]


def test_replies_of_a_comment_that_went_away_do_not_end_the_sweep(client: httpx.Client, platform: Scripted) -> None:
    platform.say(
        MEDIA,
        Answer(listing(said(1, replies=listing(said(11), after="r1")), after="top2")),
        error(100, 33),
        Answer(listing(said(2))),
    )
    found = pages(client)
    assert found[1].gone == ("1",)
    assert [one.id for one in found[2].comments] == ["2"]


def test_a_short_or_empty_page_with_a_next_one_is_not_the_last(client: httpx.Client, platform: Scripted) -> None:
    platform.say(MEDIA, Answer(listing(after="b")), Answer(listing(said(1), after="c")), Answer(listing()))
    assert [len(page.comments) for page in pages(client)] == [0, 1, 0]


def test_a_cursor_without_a_next_page_is_the_last(client: httpx.Client, platform: Scripted) -> None:
    platform.say(MEDIA, Answer(listing(said(1), after="b", more=False)))
    assert len(pages(client)) == 1


def test_a_cursor_is_taken_out_of_the_next_address_where_it_stands_only_there(
    client: httpx.Client, platform: Scripted
) -> None:
    first: dict[str, Any] = listing(said(1))
    first["paging"] = {"next": f"{platform.url}/stolen?access_token={TOKEN}&after=b"}
    platform.say(MEDIA, Answer(first), Answer(listing(said(2))))
    assert [one.id for page in pages(client) for one in page.comments] == ["1", "2"]
    assert "/stolen" not in platform.paths


@pytest.mark.parametrize("paging", [{"next": "https://graph.example/x"}, {"next": "https://[bad"}])
def test_a_next_page_that_cannot_be_asked_for_is_not_taken_for_the_end(
    client: httpx.Client, platform: Scripted, paging: dict[str, str]
) -> None:
    assert refused(client, platform, MEDIA, Answer(listing(said(1)) | {"paging": paging})).code == "answer-unreadable"


def test_a_page_that_comes_again_and_again_is_refused(client: httpx.Client, platform: Scripted) -> None:
    platform.say(MEDIA, Answer(listing(said(1), after="b")))
    mark = instagram.page(client, POST, TOKEN, "").after
    with pytest.raises(SourceRefused) as caught:
        instagram.page(client, POST, TOKEN, mark)
    assert caught.value.code == "answer-unreadable"


def test_a_comment_told_twice_on_a_page_counts_once(client: httpx.Client, platform: Scripted) -> None:
    platform.say(MEDIA, Answer(listing(said(1), said(1), said(2, replies=listing(said(1))))))
    assert sorted(one.id for one in pages(client)[0].comments) == ["1", "2"]


def test_ids_as_numbers_beyond_2_53_are_exact(client: httpx.Client, platform: Scripted) -> None:
    platform.say(MEDIA, Answer(listing(said(1) | {"id": 17858154961981087, "from": {"id": 10201978818232601}})))
    (one,) = pages(client)[0].comments
    assert (one.id, one.author.id) == ("17858154961981087", "10201978818232601")


def test_whoever_comes_without_an_id_is_known_by_handle_and_never_merged(
    client: httpx.Client, platform: Scripted
) -> None:
    platform.say(MEDIA, Answer(listing(said(1, **{"from": None}), said(2))))
    without, with_id = pages(client)[0].comments
    assert without.author.by_handle
    assert without.author.key == "instagram/17841/@bob" != with_id.author.key


def test_a_comment_of_nobody_is_counted_and_told_apart_from_the_unreadable(
    client: httpx.Client, platform: Scripted
) -> None:
    platform.say(MEDIA, Answer(listing(said(1, username=None, **{"from": None}), said(2), said(3, text=5))))
    (page,) = pages(client)
    assert ([one.id for one in page.comments], page.nameless, page.unread) == (["2"], 1, 1)


@pytest.mark.parametrize(
    ("broken", "unread"),
    [(None, 1), (5, 1), ([], 1), ({}, 1), ({"text": "no id"}, 1), (said(9) | {"id": 1.5e17}, 1),
     (said(9) | {"hidden": "yes"}, 1), (said(9, replies=listing({}, 5)), 2), (said(9, replies=listing(said(91), {})), 1)],
)  # fmt: skip
def test_one_comment_that_cannot_be_read_never_loses_the_page(
    client: httpx.Client, platform: Scripted, broken: Any, unread: int
) -> None:
    platform.say(MEDIA, Answer(listing(said(1), broken, said(2))))
    (page,) = pages(client)
    assert {"1", "2"} <= {one.id for one in page.comments}
    assert page.unread == unread


def test_a_comment_stays_when_its_replies_are_strange(client: httpx.Client, platform: Scripted) -> None:
    platform.say(MEDIA, Answer(listing(said(1, replies="many"))))
    (page,) = pages(client)
    assert ([one.id for one in page.comments], page.unread) == (["1"], 1)


@pytest.mark.parametrize("time", ["", "yesterday", "2026-11-20T10:56:52", "99999-01-01T00:00:00Z"])
def test_a_time_that_tells_nothing_costs_no_comment(client: httpx.Client, platform: Scripted, time: str) -> None:
    platform.say(MEDIA, Answer(listing(said(1, timestamp=time))))
    assert pages(client)[0].comments[0].at is None


def test_half_an_emoji_or_a_nul_costs_neither_the_comment_nor_the_page(
    client: httpx.Client, platform: Scripted
) -> None:
    body = json.dumps(listing(said(1, text="HALF"), said(2))).replace("HALF", "win \\ud83d \\u0000").encode()
    platform.say(MEDIA, Answer(body))
    (page,) = pages(client)
    assert ([one.text for one in page.comments], page.unread) == (["win � �", "moi 2"], 0)


def test_a_clock_in_the_future_is_told_as_it_is(client: httpx.Client, platform: Scripted) -> None:
    platform.say(MEDIA, Answer(listing(said(1, timestamp="2099-01-01T00:00:00+0000"))))
    assert pages(client)[0].comments[0].at == datetime(2099, 1, 1, tzinfo=UTC)


def test_comments_may_be_none_while_instagram_counts_eight(client: httpx.Client, platform: Scripted) -> None:
    platform.say(Answer({"id": "17800", "comments_count": 8, "owner": {"id": "17841"}}), Answer(listing()))
    (page,) = pages(client)
    assert (page.comments, page.counted) == ((), 8)


@pytest.mark.parametrize("scope", ["17841", ""])
def test_authors_are_known_within_the_account_whoever_names_it(
    client: httpx.Client, platform: Scripted, scope: str
) -> None:
    """The post does, or the media, or the token: always the same account."""
    post = Post(site="instagram", id="17800", scope=scope)
    bare, me = Answer({"id": "17800"}), Answer({"id": "9", "user_id": "17841"})
    for answers in ((MEDIA, Answer(listing(said(1)))), (bare, *([] if scope else [me]), Answer(listing(said(1))))):
        platform.say(*answers)
        assert pages(client, post)[0].comments[0].author.key == "instagram/17841/77"


def test_replies_left_over_keep_their_order_and_lose_none(client: httpx.Client, platform: Scripted) -> None:
    mark = '{"m":"17800","s":"17841","r":[["1","a"],["2","b"]]}'
    platform.say(Answer(listing(said(11), after="a2")))
    assert instagram.page(client, POST, TOKEN, mark).after == '{"m":"17800","s":"17841","r":[["1","a2"],["2","b"]]}'


def test_every_comment_of_a_large_post_is_told_once(client: httpx.Client, platform: Scripted) -> None:
    """A whole post, listed as Instagram lists it: 120 comments, replies in pages of their own."""
    top = [said(100 + i) for i in range(120)]
    under = {str(100 + i): [said(f"{100 + i}{j:03}") for j in range(i % 7)] for i in range(120)}

    def cut(items: list[dict[str, Any]], size: int, after: str) -> dict[str, Any]:
        at = int(after or 0)
        return listing(*items[at : at + size], after=str(at + size) if at + size < len(items) else "")

    def says(asked: Asked) -> Answer:
        *_, number, last = asked.path.split("/")
        after = asked.query.get("after", "")
        if last == "comments":
            whole = cut(top, 50, after)
            whole["data"] = [one | {"replies": cut(under[one["id"]], 2, "")} for one in whole["data"]]
            return Answer(whole)
        return Answer(cut(under[number], 2, after)) if last == "replies" else MEDIA

    platform.reply = says
    page, told, after = None, list[Comment](), ""
    while page is None or after:
        page = instagram.page(client, POST, TOKEN, after)
        told, after = [*told, *page.comments], page.after
    assert len(told) == len({one.id for one in told}) == 120 + sum(map(len, under.values()))
    assert all(one.parent == one.id[:3] for one in told if len(one.id) > 3)


# ----------------------------------------------------------------------------------------------- a token anew


def test_a_token_of_instagram_is_renewed_and_that_of_a_page_stays(client: httpx.Client, platform: Scripted) -> None:
    platform.say(Answer({"access_token": "IGfresh", "token_type": "bearer", "expires_in": 5183944}))
    assert instagram.renewed(client, "IGold") == "IGfresh"
    (asked,) = platform.asked
    assert asked.path.endswith("/refresh_access_token")
    assert asked.query == {"grant_type": "ig_refresh_token", "access_token": "IGold"}
    assert instagram.renewed(client, "EAAGpage") == "EAAGpage"
    assert len(platform.asked) == 1


@pytest.mark.parametrize(
    "answer", [Answer({}), Answer([]), Answer(b"x"), Answer({"error": {"message": "IGold", "code": 190}}, 400)]
)
def test_a_renewal_that_fails_says_so_without_the_token(
    client: httpx.Client, platform: Scripted, answer: Answer
) -> None:
    platform.say(answer)
    with pytest.raises(SourceRefused) as caught:
        instagram.renewed(client, "IGold")
    assert "IGold" not in str(caught.value)
