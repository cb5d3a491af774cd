"""Reddit as it answers, and as it might: what is only named is fetched, what was deleted is told, loops end."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lying_platform import Asked, Platform, Says, lies, refused

from contests.comment import Account, Comment, Post
from contests.sources import reddit
from contests.sources.source import Page

TOKEN = "sesame-open-4711"
POST = Post(site="reddit", id="abc12", link="https://www.reddit.com/r/lyon/comments/abc12/")
LIST, MORE = "/comments/abc12", "/api/morechildren"


def reply(key: Any, name: Any = "alice", *below: Any, parent: str = "t3_abc12", **more: Any) -> dict[str, Any]:
    return {"kind": "t1", "data": {"id": key, "author": name, "author_fullname": f"t2_{name}", "body": "Je participe",
            "created_utc": 1795341600.0, "edited": False, "parent_id": parent, "permalink": f"/r/lyon/comments/abc12/_/{key}/",
            "replies": {"kind": "Listing", "data": {"children": list(below)}} if below else ""} | more}  # fmt: skip


def named(*keys: Any, parent: str = "t3_abc12") -> dict[str, Any]:
    return {"kind": "more", "data": {"id": "_", "count": len(keys), "children": list(keys), "parent_id": parent}}


def listing(*children: Any, count: Any = 3) -> list[Any]:
    head = {"kind": "t3", "data": {"id": "abc12", "author": "brand", "num_comments": count}}
    return [
        {"kind": "Listing", "data": {"children": [head]}},
        {"kind": "Listing", "data": {"children": list(children)}},
    ]


def things(*children: Any) -> dict[str, Any]:
    return {"json": {"errors": [], "data": {"things": list(children)}}}


def one(platform: Platform, after: str = "", token: str = TOKEN) -> Page:
    with platform.client() as client:
        return reddit.page(client, POST, token, after)


def sweep(platform: Platform, most: int = 30) -> list[Page]:
    pages = [one(platform)]
    while pages[-1].after:
        assert len(pages) < most, "a sweep without end"
        pages.append(one(platform, pages[-1].after))
    return pages


def ids(pages: list[Page]) -> list[str]:
    return [comment.id for page in pages for comment in page.comments]


# ---------------------------------------------------------------------------------------------------------- recognised


@pytest.mark.parametrize("address", ["https://www.reddit.com/r/lyon/comments/abc12/gagnez/", "reddit.com/r/lyon/comments/ABC12",
    "https://old.reddit.com/r/lyon/comments/abc12/gagnez/xyz9/?context=3", "https://redd.it/abc12",
    "https://www.reddit.com/comments/abc12", "https://www.reddit.com/gallery/abc12", "https://www.reddit.com/comments/abc12.json",
    "https://www.reddit.com/user/brand/comments/abc12/gagnez/"])  # fmt: skip
def test_a_post_is_known_by_its_address(address: str) -> None:
    post = reddit.recognise(address)
    assert post
    assert post.id == "abc12"
    again = reddit.recognise(post.link)
    assert again
    assert again.id == "abc12"


@pytest.mark.parametrize("address", ["https://www.reddit.com/r/lyon/s/AbCd123", "https://www.reddit.com/r/lyon/",
    "https://evilreddit.com/r/lyon/comments/abc12", "https://reddit.com.evil.example/comments/abc12", "https://redd.it/",
    "https://redd.it/a/b", "https://i.redd.it/abc12", "https://www.reddit.com/comments/a%2f..", "https://redd.it/" + "a" * 14])  # fmt: skip
def test_anything_else_is_none_of_reddit(address: str) -> None:
    assert reddit.recognise(address) is None


@given(st.text() | st.text().map("https://redd.it/{}".format))
def test_recognising_never_fails(address: str) -> None:
    reddit.recognise(address)


# -------------------------------------------------------------------------------------------------------------- listed


def test_a_comment_is_told_whole(platform: Platform) -> None:
    media = {"m1": {"e": "Image"}, "m2": {"e": "RedditVideo"}, "m3": None}
    platform.says(LIST, listing(reply("c1", "zoe", edited=1795345200.0, media_metadata=media)))
    assert one(platform) == Page(
        comments=(
            Comment(
                id="c1",
                author=Account(site="reddit", id="t2_zoe", handle="zoe"),
                text="Je participe",
                at=datetime(2026, 11, 22, 10, tzinfo=UTC),
                edited_at=datetime(2026, 11, 22, 11, tzinfo=UTC),
                pictures=1,
                link="https://www.reddit.com/r/lyon/comments/abc12/_/c1/",
            ),
        ),
        counted=3,
    )


@pytest.mark.parametrize(
    ("token", "host", "path"), [(TOKEN, "oauth.reddit.com", LIST), ("", "www.reddit.com", f"{LIST}.json")]
)
def test_with_a_token_the_api_is_asked_and_without_the_site(
    platform: Platform, token: str, host: str, path: str
) -> None:
    platform.says(path, listing())
    one(platform, token=token)
    asked = platform.asked[0]
    assert (asked.host, asked.path, asked.query) == (host, path, {"raw_json": "1", "limit": "500"})
    assert asked.headers.get("authorization") == (f"Bearer {token}" if token else None)


def test_replies_to_replies_name_what_they_answer(platform: Platform) -> None:
    platform.says(
        LIST, listing(reply("c1", "alice", reply("c2", "bob", reply("c3", "zoe", parent="t1_c2"), parent="t1_c1")))
    )
    assert {c.id: c.parent for c in one(platform).comments} == {"c1": "", "c2": "c1", "c3": "c2"}


def test_deleted_comments_are_gone_and_what_stands_below_is_kept(platform: Platform) -> None:
    lost = reply("c1", "[deleted]", reply("c2", "bob", parent="t1_c1"), body="[deleted]", author_fullname=None)
    removed = reply("c3", "[deleted]", body="[removed]")
    account = reply("c4", "[deleted]")
    platform.says(LIST, listing(lost, removed, account))
    page = one(platform)
    assert (ids([page]), page.gone) == (["c2"], ("c1", "c3", "c4"))


def test_who_writes_deleted_is_still_somebody(platform: Platform) -> None:
    platform.says(LIST, listing(reply("c1", body="[deleted]")))
    assert ids([one(platform)]) == ["c1"]


@pytest.mark.parametrize("more", [{"removed": True}, {"spam": True}, {"banned_by": "mod"}])
def test_what_moderators_took_down_is_hidden(platform: Platform, more: dict[str, Any]) -> None:
    platform.says(LIST, listing(reply("c1", **more), reply("c2", removed=False, banned_by=None)))
    assert [c.hidden for c in one(platform).comments] == [True, False]


def test_without_an_id_the_handle_is_all_that_is_known(platform: Platform) -> None:
    platform.says(LIST, listing(reply("c1", author_fullname=None)))
    author = one(platform).comments[0].author
    assert (author.by_handle, author.handle) == (True, "alice")


BROKEN: list[Any] = [None, 7, "x", [], {}, {"kind": "t1"}, {"kind": "t1", "data": None}, reply(None), reply(""), reply("c 9"), reply("c9", None),
    reply("c9", ""), reply("c9", body=None), {"kind": "more", "data": {"children": [None]}}, {"kind": "more", "data": 7}]  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN, ids=range(len(BROKEN)))
def test_one_comment_that_cannot_be_read_loses_no_other(platform: Platform, broken: Any) -> None:
    platform.says(LIST, listing(reply("c1"), broken, reply("c2")))
    page = one(platform)
    assert (ids([page]), page.unread >= 1) == (["c1", "c2"], True)


def test_replies_to_a_comment_that_cannot_be_read_are_kept(platform: Platform) -> None:
    platform.says(LIST, listing(reply("c1", None, reply("c2", parent="t1_c1")), reply("c3", replies=7)))
    page = one(platform)
    assert (sorted(ids([page])), page.unread) == (["c2", "c3"], 2)


@pytest.mark.parametrize(("more", "field", "value"), [
    ({"created_utc": 1e300}, "at", None), ({"created_utc": "x"}, "at", None), ({"edited": True}, "edited_at", None),
    ({"created_utc": 4070908800}, "at", datetime(2099, 1, 1, tzinfo=UTC)), ({"parent_id": None}, "parent", ""),
    ({"parent_id": "t1_../x"}, "parent", ""), ({"permalink": "//evil.example"}, "link", ""), ({"media_metadata": []}, "pictures", 0),
])  # fmt: skip
def test_a_field_that_is_wrong_is_left_open_and_the_comment_kept(
    platform: Platform, more: dict[str, Any], field: str, value: Any
) -> None:
    platform.says(LIST, listing(reply("c1", **more)))
    page = one(platform)
    assert (getattr(page.comments[0], field), page.unread) == (value, 0)


@pytest.mark.parametrize("count", ["many", -1, None, []])
def test_a_count_that_is_none_is_unknown(platform: Platform, count: Any) -> None:
    platform.says(LIST, listing(reply("c1"), count=count))
    assert one(platform).counted is None


def test_other_kinds_of_things_are_passed_over(platform: Platform) -> None:
    platform.says(LIST, listing({"kind": "t5", "data": {}}, reply("c1")))
    page = one(platform)
    assert (ids([page]), page.unread) == (["c1"], 0)


# ---------------------------------------------------------------------------------------------------- what is only named


def test_what_is_only_named_is_fetched_a_hundred_at_once(platform: Platform) -> None:
    keys = [f"d{n}" for n in range(250)]
    platform.says(LIST, listing(reply("c1", "alice", named(*keys[:5], parent="t1_c1")), named(*keys)))
    platform.says(
        MORE, lambda asked: Says(body=things(*(reply(key, "bob") for key in asked.query["children"].split(","))))
    )
    pages = sweep(platform)
    assert sorted(ids(pages)) == sorted(["c1", *keys])
    assert [len(page.comments) for page in pages] == [1, 100, 100, 50]
    assert platform.asked[1].query["link_id"] == "t3_abc12"


def test_what_lies_deeper_is_asked_for_below_its_parent(platform: Platform) -> None:
    platform.says(LIST, listing(reply("c1", "alice", named(parent="t1_c1"))))
    platform.says(f"{LIST}/_/c1", listing(reply("c1", "alice", reply("c2", "bob", parent="t1_c1"))))
    assert ids(sweep(platform)) == ["c1", "c1", "c2"]


def test_a_branch_that_went_away_loses_nothing_else(platform: Platform) -> None:
    platform.says(LIST, listing(reply("c1", "alice", named(parent="t1_c1")), reply("c2", "bob", named(parent="t1_c2"))))
    platform.says(f"{LIST}/_/c1", Says(status=404))
    platform.says(f"{LIST}/_/c2", listing(reply("c2"), reply("c3", "zoe")))
    assert "c3" in ids(sweep(platform))


def test_what_names_itself_again_ends(platform: Platform) -> None:
    platform.says(LIST, listing(named("d1", "d2"), reply("c1", "alice", named(parent="t1_c1"))))
    platform.says(MORE, things(named("d1", "d2"), reply("d1")))
    platform.says(f"{LIST}/_/c1", listing(reply("c1", "alice", named(parent="t1_c1"))))
    assert len(sweep(platform)) == 3


def test_a_platform_that_names_ever_more_is_not_followed_for_ever(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reddit, "MOST_ASKED", 5)
    made = iter(range(10_000))

    def more(_: Asked) -> Says:
        return Says(body=things(named(f"d{next(made)}")))

    platform.says(LIST, listing(named("d")))
    platform.says(MORE, more)
    pages = sweep(platform)
    assert (len(pages), pages[-1].note) == (6, "cut-by-platform")


@pytest.mark.parametrize("answer", [{}, {"json": {}}, {"json": {"data": None}}, {"json": {"errors": [["X"]]}}])
def test_a_list_that_does_not_come_is_no_empty_list(platform: Platform, answer: Any) -> None:
    platform.says(MORE, answer)
    assert refused(lambda: one(platform, '{"more": "d1"}')).code == "answer-unreadable"


@pytest.mark.parametrize("after", ["what", "[]", '{"more": 7}'])
def test_a_mark_that_is_none_of_ours_begins_anew(platform: Platform, after: str) -> None:
    platform.says(LIST, listing(reply("c1")))
    assert ids([one(platform, after)]) == ["c1"]


# ------------------------------------------------------------------------------------------------------------- refused


@lies()
@pytest.mark.parametrize(("where", "after"), [(LIST, ""), (MORE, '{"more": "d1"}')])
def test_each_lie_has_its_code(
    platform: Platform, where: str, after: str, lie: Says, code: str, wait: float | None
) -> None:
    platform.says(where, lie)
    error = refused(lambda: one(platform, after))
    assert (error.code, error.wait) == (code, wait)


@pytest.mark.parametrize("answer", [[], listing()[:1], {"kind": "Listing"}, [{"data": {"children": []}}, {"data": {}}]])
def test_a_post_without_its_listing_is_no_post_without_comments(platform: Platform, answer: Any) -> None:
    platform.says(LIST, answer)
    assert refused(lambda: one(platform)).code == "answer-unreadable"


@pytest.mark.parametrize(("body", "code"), [({"reason": "private", "message": "Forbidden", "error": 403}, "post-gone"),
                                            ({"message": f"bad {TOKEN}"}, "permission-missing"), (b"<html>", "permission-missing")])  # fmt: skip
def test_a_private_room_is_told_from_a_token_that_opens_too_little(platform: Platform, body: Any, code: str) -> None:
    platform.says(LIST, Says(status=403, body=body))
    error = refused(lambda: one(platform))
    assert error.code == code
    assert TOKEN not in error.sentence("fr") + error.sentence("en")


def test_a_limit_that_is_reached_gives_a_pause(platform: Platform) -> None:
    platform.says(LIST, Says(body=listing(), headers={"x-ratelimit-remaining": "0.0", "x-ratelimit-reset": "77"}))
    assert one(platform).wait == 77


def test_a_slow_answer_is_a_platform_that_is_down(platform: Platform) -> None:
    platform.says(LIST, Says(body=listing(), slow=0.6))
    with platform.client(timeout=0.1) as client:
        assert refused(lambda: reddit.page(client, POST, TOKEN, "")).code == "platform-down"


def test_check_names_whose_token_it_is_where_it_may(platform: Platform) -> None:
    platform.says(LIST, listing())
    platform.says("/api/v1/me", {"name": "brand"}, Says(status=403))
    with platform.client() as client:
        assert [reddit.check(client, POST, TOKEN).account for _ in range(2)] == ["brand", ""]
        platform.says(LIST + ".json", listing())
        assert reddit.check(client, POST, "").account == ""
