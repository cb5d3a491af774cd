"""Bluesky as it answers, and as it might: every reply is listed once it can be, and one that is broken loses no other."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lying_platform import Asked, Platform, Says, lies, refused

from contests.comment import Account, Comment, Mention, Post
from contests.sources import bluesky
from contests.sources.source import Page, People

BRAND = "did:plc:brand"
ROOT = f"at://{BRAND}/app.bsky.feed.post/root"
POST = Post(site="bluesky", id=ROOT, author=BRAND, link=f"https://bsky.app/profile/{BRAND}/post/root")
THREAD, OTHER = "getPostThread", "getPostThreadOtherV2"


def uri(name: str, key: str = "1") -> str:
    return f"at://did:plc:{name}/app.bsky.feed.post/{key}"


def view(
    name: str, key: str = "1", text: str = "Je participe #noël", parent: str = ROOT, **more: Any
) -> dict[str, Any]:
    return {
        "uri": uri(name, key),
        "cid": "bafy",
        "author": {"did": f"did:plc:{name}", "handle": f"{name}.example", "displayName": name.title(), "labels": []},
        "record": {"$type": "app.bsky.feed.post", "text": text, "createdAt": "2026-11-22T10:00:00.000Z",
                   "reply": {"root": {"uri": ROOT, "cid": "x"}, "parent": {"uri": parent, "cid": "x"}}} | more.pop("record", {}),
        "replyCount": 0,
        "indexedAt": "2026-11-22T10:00:01Z",
    } | more  # fmt: skip


def node(post: Any, *replies: Any) -> dict[str, Any]:
    return {"$type": "app.bsky.feed.defs#threadViewPost", "post": post, "replies": list(replies)}


def thread(*replies: Any, count: Any = None, hidden: Any = (), **more: Any) -> dict[str, Any]:
    root = (
        view("brand", "root", "Gagnez !") | {"uri": ROOT, "replyCount": len(replies) if count is None else count} | more
    )
    root["record"] = {"text": "Gagnez !", "createdAt": "2026-11-20T10:00:00Z"}
    root["threadgate"] = {"record": {"hiddenReplies": list(hidden)}}
    return {"thread": node(root, *replies)}


def other(*views: Any) -> dict[str, Any]:
    return {"thread": [{"uri": "x", "depth": 1, "value": {"post": one, "hiddenByThreadgate": True}} for one in views]}


def sweep(platform: Platform, post: Post = POST) -> list[Page]:
    """Return all pages, at most fifty, each asked for with a client of its own as after a kill."""
    pages: list[Page] = []
    after = ""
    for _ in range(60):
        with platform.client() as client:
            pages.append(bluesky.page(client, post, "", after))
        after = pages[-1].after
        if not after:
            return pages
    raise AssertionError("a sweep without end")


def comments(pages: list[Page]) -> list[Comment]:
    return [comment for page in pages for comment in page.comments]


def first(platform: Platform, post: Post = POST) -> Page:
    with platform.client() as client:
        return bluesky.page(client, post, "", "")


# ---------------------------------------------------------------------------------------------------------- recognised


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("https://bsky.app/profile/alice.example/post/3kabc", "at://alice.example/app.bsky.feed.post/3kabc"),
        (
            "http://www.bsky.app/profile/@Alice.Example/post/3kabc?ref=x#y",
            "at://alice.example/app.bsky.feed.post/3kabc",
        ),
        ("bsky.app/profile/did:plc:abc234/post/3kabc/", "at://did:plc:abc234/app.bsky.feed.post/3kabc"),
        ("https://bsky.app/profile/did%3Aplc%3Aabc234/post/3kabc", "at://did:plc:abc234/app.bsky.feed.post/3kabc"),
        ("https://bsky.app/profile/alice.example/post/3kabc/liked-by", "at://alice.example/app.bsky.feed.post/3kabc"),
        ("at://did:plc:abc234/app.bsky.feed.post/3kabc", "at://did:plc:abc234/app.bsky.feed.post/3kabc"),
        ("at://did:web:a.example/app.bsky.feed.post/3kabc", "at://did:web:a.example/app.bsky.feed.post/3kabc"),
    ],
)
def test_a_post_is_known_by_its_address(address: str, key: str) -> None:
    post = bluesky.recognise(address)
    assert post
    assert (post.id, post.site, post.scope) == (key, "bluesky", "")
    again = bluesky.recognise(post.link)
    assert again == post


@pytest.mark.parametrize("address", ["https://bsky.app/profile/alice.example", "https://evil.example/profile/a.b/post/1",
    "https://bsky.app.evil.example/profile/a.b/post/1", "at://alice.example/app.bsky.feed.like/1", "at://", "",
    "https://bsky.app/profile/alice/post/1", "https://bsky.app/profile/a.b/post/a b", "https://bsky.app/profile/a.b/post/%2e%2f"])  # fmt: skip
def test_anything_else_is_none_of_bluesky(address: str) -> None:
    assert bluesky.recognise(address) is None


@given(st.text() | st.text().map("https://bsky.app/profile/{}".format) | st.text().map("at://{}".format))
def test_recognising_never_fails(address: str) -> None:
    bluesky.recognise(address)


# -------------------------------------------------------------------------------------------------------------- listed


def test_a_reply_is_told_whole(platform: Platform) -> None:
    facets = [{"index": {"byteStart": 0, "byteEnd": 6},
               "features": [{"$type": "app.bsky.richtext.facet#mention", "did": "did:plc:bob"}]},
              {"features": [{"$type": "app.bsky.richtext.facet#tag", "tag": "noël"}]},
              {"features": [{"$type": "app.bsky.richtext.facet#mention", "did": "did:plc:bob"}]}]  # fmt: skip
    images = {"$type": "app.bsky.embed.images", "images": [{"alt": ""}, {"alt": ""}]}
    platform.says(THREAD, thread(node(view("zoé", text="@alice #noël", record={"facets": facets, "embed": images}))))
    platform.says(OTHER, other())
    assert comments(sweep(platform)) == [
        Comment(
            id=uri("zoé"),
            author=Account(site="bluesky", id="did:plc:zoé", handle="zoé.example", name="Zoé"),
            text="@alice #noël",
            at=datetime(2026, 11, 22, 10, tzinfo=UTC),
            mentions=(Mention(id="did:plc:bob"),),
            pictures=2,
            link="https://bsky.app/profile/did:plc:zoé/post/1",
        )
    ]


def test_who_is_named_is_what_facets_say_and_not_what_the_text_shows(platform: Platform) -> None:
    platform.says(THREAD, thread(node(view("alice", text="@bob.example @carla.example"))))
    assert first(platform).comments[0].mentions == ()


def test_replies_to_replies_name_what_they_answer(platform: Platform) -> None:
    nested = node(view("bob", parent=uri("alice")), node(view("carla", parent=uri("bob"))))
    platform.says(THREAD, thread(node(view("alice", replyCount=1), nested)))
    assert {c.id: c.parent for c in first(platform).comments} == {
        uri("alice"): "", uri("bob"): uri("alice"), uri("carla"): uri("bob")}  # fmt: skip


def test_a_contest_post_that_is_itself_a_reply_is_still_the_post(platform: Platform) -> None:
    answer = thread(node(view("alice", record={"reply": {"root": {"uri": uri("old")}, "parent": {"uri": ROOT}}})))
    answer["thread"]["post"]["record"]["reply"] = {"root": {"uri": uri("old")}, "parent": {"uri": uri("old")}}
    platform.says(THREAD, answer)
    assert first(platform).comments[0].parent == ""


def test_a_post_named_by_handle_is_known_by_the_uri_that_comes_back(platform: Platform) -> None:
    platform.says(THREAD, thread(node(view("alice"))))
    post = bluesky.recognise("https://bsky.app/profile/brand.example/post/root")
    assert post
    assert first(platform, post).comments[0].parent == ""


def test_counted_holds_nested_replies_too(platform: Platform) -> None:
    nested = node(view("bob", parent=uri("alice")))
    platform.says(THREAD, thread(node(view("alice", replyCount=3), nested), count=11))
    assert first(platform).counted == 14


@pytest.mark.parametrize("count", ["many", -1, None, 1.5, [], True])
def test_a_count_that_is_none_is_unknown(platform: Platform, count: Any) -> None:
    answer = thread(node(view("alice")))
    answer["thread"]["post"]["replyCount"] = count
    platform.says(THREAD, answer)
    page = first(platform)
    assert (page.counted, len(page.comments)) == (None, 1)


def test_hidden_replies_are_listed_as_hidden_with_all_below(platform: Platform) -> None:
    below = node(view("bob", parent=uri("ivan")))
    platform.says(THREAD, thread(node(view("ivan"), below), node(view("alice")), hidden=[uri("ivan"), 7]))
    platform.says(OTHER, other(view("ivan"), view("judy")))
    shown = {c.id: c.hidden for c in comments(sweep(platform))}
    assert shown == {uri("ivan"): True, uri("bob"): True, uri("alice"): False, uri("judy"): True}
    assert platform.asked[-1].query == {"anchor": ROOT}


@pytest.mark.parametrize("lie", [Says(status=404), Says(status=501), Says(status=400, body={"error": "InvalidRequest"}),
                                 Says(body=b"<html>"), Says(body={"other": 1})])  # fmt: skip
def test_without_the_endpoint_for_hidden_ones_the_listing_says_so(platform: Platform, lie: Says) -> None:
    platform.says(THREAD, thread(node(view("alice"))))
    platform.says(OTHER, lie)
    pages = sweep(platform)
    assert (len(comments(pages)), pages[-1].note) == (1, "hidden-not-listed")


@pytest.mark.parametrize(("status", "code"), [(429, "slow-down"), (500, "platform-down"), (503, "platform-down")])
def test_hidden_ones_that_cannot_be_had_just_now_are_asked_for_again(
    platform: Platform, status: int, code: str
) -> None:
    platform.says(THREAD, thread(node(view("alice"))))
    platform.says(OTHER, Says(status=status))
    assert refused(lambda: sweep(platform)).code == code


def test_blocked_and_missing_replies_are_passed_over(platform: Platform) -> None:
    blocked = {"$type": "app.bsky.feed.defs#blockedPost", "uri": uri("bob"), "blocked": True, "author": {"did": "x"}}
    missing = {"$type": "app.bsky.feed.defs#notFoundPost", "uri": uri("carla"), "notFound": True}
    platform.says(THREAD, thread(blocked, node(view("alice")), missing))
    page = first(platform)
    assert ([c.id for c in page.comments], page.unread) == ([uri("alice")], 0)


# ------------------------------------------------------------------------------------------------------------ branches


def test_what_one_answer_leaves_out_is_asked_for_after(platform: Platform) -> None:
    def answer(asked: Asked) -> Says:
        if asked.query["uri"] == uri("alice"):
            return Says(body={"thread": node(view("alice", replyCount=1), node(view("bob", parent=uri("alice"))))})
        cut = node(view("alice", replyCount=1))
        del cut["replies"]
        return Says(body=thread(cut))

    platform.says(THREAD, answer)
    platform.says(OTHER, other())
    found = comments(sweep(platform))
    assert [(c.id, c.parent) for c in found] == [(uri("alice"), ""), (uri("bob"), uri("alice"))]


def test_a_branch_that_went_away_loses_nothing_else(platform: Platform) -> None:
    def answer(asked: Asked) -> Says:
        if asked.query["uri"] == uri("alice"):
            return Says(status=400, body={"error": "NotFound", "message": "Post not found"})
        return Says(body=thread(node(view("alice", replyCount=1)), node(view("bob", replyCount=1))))

    platform.says(THREAD, answer)
    platform.says(OTHER, other(view("judy")))
    assert {c.id for c in comments(sweep(platform))} >= {uri("alice"), uri("bob"), uri("judy")}


def test_a_thread_that_claims_ever_more_ends(platform: Platform) -> None:
    made = iter(range(10_000))
    grow: Callable[[Asked], Says] = lambda _: Says(  # noqa: E731 - shorter than a function here
        body=thread(*(node(view("eve", f"{next(made)}", replyCount=9)) for _ in range(3)))
    )
    platform.says(THREAD, grow)
    platform.says(OTHER, other())
    pages = sweep(platform)
    assert len(pages) <= bluesky.MOST_BRANCHES + 2
    assert pages[-1].note == "cut-by-platform"


def test_two_branches_that_name_each_other_end(platform: Platform) -> None:
    platform.says(THREAD, thread(node(view("alice", replyCount=1)), node(view("bob", replyCount=1))))
    platform.says(OTHER, other())
    assert len(sweep(platform)) <= bluesky.MOST_BRANCHES + 2


def test_a_mark_that_is_none_of_ours_begins_anew(platform: Platform) -> None:
    platform.says(THREAD, thread(node(view("alice"))))
    with platform.client() as client:
        assert len(bluesky.page(client, POST, "", "} what").comments) == 1


def test_a_thread_as_deep_as_one_answer_reaches_is_read(platform: Platform) -> None:
    tree = node(view("bob", "99"))
    for depth in range(98, 0, -1):
        tree = node(view("bob", str(depth), replyCount=1), tree)
    platform.says(THREAD, thread(tree))
    assert len(first(platform).comments) == 99


# -------------------------------------------------------------------------------------------------------------- broken

BROKEN: list[Any] = [
    None, 7, "post", [], {}, {"post": {}}, node(None), node([]), node("x"),
    node(view("eve", author=None)), node(view("eve", author={"did": None})), node(view("eve", author={"handle": "eve"})),
    node(view("eve") | {"record": None}), node(view("eve") | {"record": {"text": 3}}),
    node(view("eve") | {"record": {}}), node(view("eve") | {"uri": 5}), node(view("eve") | {"uri": ""}),
    node(view("eve", author={"did": "a\nb", "handle": "x"})), {"post": view("eve") | {"uri": None}, "replies": {}},
]  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN, ids=range(len(BROKEN)))
def test_one_reply_that_cannot_be_read_loses_no_other(platform: Platform, broken: Any) -> None:
    platform.says(THREAD, thread(node(view("alice")), broken, node(view("bob"))))
    platform.says(OTHER, {"thread": [broken, *other(view("judy"))["thread"]]})
    pages = sweep(platform)
    assert [c.id for c in comments(pages)] == [uri("alice"), uri("bob"), uri("judy")]


def test_replies_to_a_broken_reply_are_kept(platform: Platform) -> None:
    platform.says(THREAD, thread(node(view("eve", author=None), node(view("alice", parent=uri("eve"))))))
    page = first(platform)
    assert ([c.id for c in page.comments], page.unread) == ([uri("alice")], 1)


@pytest.mark.parametrize(
    ("record", "field", "value"),
    [
        ({"createdAt": 5e300}, "at", None),
        ({"createdAt": "long ago"}, "at", None),
        ({"createdAt": "2099-01-01T00:00:00Z"}, "at", datetime(2099, 1, 1, tzinfo=UTC)),
        ({"facets": "none"}, "mentions", ()),
        ({"facets": [None, {"features": 3}, {"features": [None, {"$type": "app.bsky.richtext.facet#mention", "did": 4}]}]}, "mentions", ()),
        ({"embed": {"images": 3}}, "pictures", 0),
        ({"embed": {"$type": "app.bsky.embed.recordWithMedia", "media": {"images": [{}]}}}, "pictures", 1),
        ({"reply": "no"}, "parent", ""),
        ({"text": "a\x00b"}, "text", "ab"),
    ],
)  # fmt: skip
def test_a_field_that_is_wrong_is_left_open_and_the_reply_kept(
    platform: Platform, record: dict[str, Any], field: str, value: Any
) -> None:
    platform.says(THREAD, thread(node(view("alice", record=record))))
    page = first(platform)
    assert (getattr(page.comments[0], field), page.unread) == (value, 0)


def test_a_handle_that_is_no_longer_confirmed_is_nobodys(platform: Platform) -> None:
    platform.says(THREAD, thread(node(view("alice", author={"did": "did:plc:alice", "handle": "handle.invalid"}))))
    assert first(platform).comments[0].author == Account(site="bluesky", id="did:plc:alice")


@pytest.mark.parametrize("root", [{}, {"record": None}, {"author": None}, {"threadgate": 3}])
def test_a_post_that_cannot_be_read_itself_loses_no_reply(platform: Platform, root: dict[str, Any]) -> None:
    answer = thread(node(view("alice")))
    answer["thread"]["post"] |= root
    platform.says(THREAD, answer)
    assert len(first(platform).comments) == 1


# -------------------------------------------------------------------------------------------------------------- refused


@lies()
def test_each_lie_has_its_code(platform: Platform, lie: Says, code: str, wait: float | None) -> None:
    platform.says(THREAD, lie)
    error = refused(lambda: first(platform))
    assert (error.code, error.wait) == (code, wait)


@pytest.mark.parametrize("answer", [
    Says(status=400, body={"error": "NotFound", "message": "Post not found: at://x"}),
    Says(status=400, body={"error": "InvalidRequest", "message": "Could not resolve handle"}),
    Says(body={"thread": {"$type": "app.bsky.feed.defs#notFoundPost", "uri": ROOT, "notFound": True}}),
    Says(body={"thread": {"$type": "app.bsky.feed.defs#blockedPost", "uri": ROOT, "blocked": True}}),
])  # fmt: skip
def test_a_post_that_is_gone_says_so(platform: Platform, answer: Says) -> None:
    platform.says(THREAD, answer)
    assert refused(lambda: first(platform)).code == "post-gone"


def test_a_slow_answer_is_a_platform_that_is_down(platform: Platform) -> None:
    platform.says(THREAD, Says(body=thread(), slow=0.6))
    with platform.client(timeout=0.1) as client:
        assert refused(lambda: bluesky.page(client, POST, "", "")).code == "platform-down"


def test_a_limit_that_is_reached_gives_a_pause(platform: Platform) -> None:
    platform.says(THREAD, Says(body=thread(), headers={"ratelimit-remaining": "0", "ratelimit-reset": "20"}))
    assert first(platform).wait == 20


def test_check_names_who_posted(platform: Platform) -> None:
    platform.says(THREAD, thread())
    with platform.client() as client:
        assert bluesky.check(client, POST, "").account == "brand.example"


def test_no_token_is_ever_sent(platform: Platform) -> None:
    platform.says(THREAD, thread(node(view("alice"))))
    with platform.client() as client:
        bluesky.page(client, POST, "sesame", "")
    assert "sesame" not in str(platform.asked)
    assert platform.asked[0].host == "public.api.bsky.app"


# -------------------------------------------------------------------------------------------------------------- people

LISTS: list[tuple[Callable[..., People], str, str, Callable[[str], Any]]] = [
    (bluesky.likers, "getLikes", "likes", lambda name: {"actor": view(name)["author"], "createdAt": "x"}),
    (bluesky.reposters, "getRepostedBy", "repostedBy", lambda name: view(name)["author"]),
    (bluesky.quotes, "getQuotes", "posts", lambda name: view(name, record={"text": 4})),
    (bluesky.followers, "getFollowers", "followers", lambda name: view(name)["author"]),
]  # fmt: skip


@pytest.mark.parametrize(("listing", "path", "field", "made"), LISTS, ids=[one[1] for one in LISTS])
def test_a_short_page_with_a_mark_is_not_the_last(
    platform: Platform, listing: Callable[..., People], path: str, field: str, made: Callable[[str], Any]
) -> None:
    platform.says(
        path, {field: [made("alice")], "cursor": "a"}, {field: [], "cursor": "b"}, {field: [made("bob"), None]}
    )
    with platform.client() as client:
        one = listing(client, POST, "", "")
        two = listing(client, POST, "", one.after)
        three = listing(client, POST, "", two.after)
    assert [[a.handle for a in page.accounts] for page in (one, two, three)] == [["alice.example"], [], ["bob.example"]]
    assert (one.after, two.after, three.after, three.unread) == ("a", "b", "", 1)
    assert [asked.query.get("cursor") for asked in platform.asked] == [None, "a", "b"]


@pytest.mark.parametrize(("listing", "path", "field", "made"), LISTS, ids=[one[1] for one in LISTS])
def test_the_same_mark_again_ends_and_says_so(
    platform: Platform, listing: Callable[..., People], path: str, field: str, made: Callable[[str], Any]
) -> None:
    platform.says(path, {field: [made("alice")], "cursor": "a"})
    with platform.client() as client:
        page = listing(client, POST, "", "a")
    assert (page.after, page.note, len(page.accounts)) == ("", "same-page-again", 1)


def test_likes_of_a_post_named_by_handle_are_asked_for_by_did(platform: Platform) -> None:
    platform.says("resolveHandle", {"did": BRAND})
    platform.says("getLikes", {"likes": []})
    post = bluesky.recognise("https://bsky.app/profile/brand.example/post/root")
    assert post
    with platform.client() as client:
        bluesky.likers(client, post, "", "")
        assert bluesky.settle(client, post).id == ROOT
    assert platform.asked[1].query["uri"] == ROOT


@lies()
def test_each_lie_about_people_has_its_code(platform: Platform, lie: Says, code: str, wait: float | None) -> None:
    platform.says("getFollowers", lie)
    with platform.client() as client:
        error = refused(lambda: bluesky.followers(client, POST, "", ""))
    assert (error.code, error.wait) == (code, wait)


def test_a_mark_that_is_no_longer_taken_does_not_mean_a_post_that_is_gone(platform: Platform) -> None:
    platform.says("getLikes", Says(status=400, body={"error": "InvalidRequest", "message": "bad cursor"}))
    with platform.client() as client:
        assert refused(lambda: bluesky.likers(client, POST, "", "old")).code == "platform-down"
        assert refused(lambda: bluesky.likers(client, POST, "", "")).code == "post-gone"
