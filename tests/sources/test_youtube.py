"""YouTube as it answers, and as it might: threads and all their replies, a quota that ends, a key that is never shown."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lying_platform import Asked, Platform, Says, lies, refused

from contests.comment import Account, Comment, Post
from contests.sources import youtube
from contests.sources.source import Page

KEY = "AIza-sesame-4711"
VIDEO = "dQw4w9WgXcQ"
POST = Post(site="youtube", id=VIDEO, link=f"https://www.youtube.com/watch?v={VIDEO}")


def comment(key: Any, name: str = "alice", text: str = "Je participe", **more: Any) -> dict[str, Any]:
    return {"kind": "youtube#comment", "id": key,
            "snippet": {"textDisplay": text, "textOriginal": text, "authorDisplayName": f"@{name}",
                        "authorChannelId": {"value": f"UC{name}"}, "publishedAt": "2026-11-22T10:00:00Z",
                        "updatedAt": "2026-11-22T10:00:00Z"} | more}  # fmt: skip


def thread(top: Any, *replies: Any, total: Any = None, **more: Any) -> dict[str, Any]:
    key = top.get("id", "?") if isinstance(top, dict) else "?"
    made = {
        "id": key,
        "snippet": {"topLevelComment": top, "totalReplyCount": len(replies) if total is None else total} | more,
    }
    return made | ({"replies": {"comments": list(replies)}} if replies else {})


def listing(*items: Any, onto: Any = None) -> dict[str, Any]:
    return {"items": list(items), "pageInfo": {"totalResults": 1}} | ({} if onto is None else {"nextPageToken": onto})


def google(status: int, *reasons: str, details: tuple[str, ...] = (), **headers: str) -> Says:
    body = {"error": {"code": status, "message": f"key {KEY} said no", "errors": [{"reason": r} for r in reasons],
                      "details": [{"@type": "x", "reason": r} for r in details]}}  # fmt: skip
    return Says(body=body, status=status, headers=headers)


def ready(platform: Platform, count: Any = "3") -> None:
    platform.says("/videos", listing({"id": VIDEO, "statistics": {"commentCount": count}}))


def one(platform: Platform, after: str = "") -> Page:
    with platform.client() as client:
        return youtube.page(client, POST, KEY, after)


def sweep(platform: Platform) -> list[Page]:
    pages = [one(platform)]
    while pages[-1].after:
        assert len(pages) < 30, "a sweep without end"
        pages.append(one(platform, pages[-1].after))
    return pages


def ids(pages: list[Page]) -> list[str]:
    return [comment.id for page in pages for comment in page.comments]


# ---------------------------------------------------------------------------------------------------------- recognised


@pytest.mark.parametrize("address", [f"https://www.youtube.com/watch?v={VIDEO}", f"youtube.com/watch?t=3s&v={VIDEO}&list=x#a",
    f"https://youtu.be/{VIDEO}?si=abc", f"https://m.youtube.com/watch?v={VIDEO}", f"https://www.youtube.com/shorts/{VIDEO}",
    f"https://youtube.com/live/{VIDEO}?feature=share", f"https://www.youtube.com/embed/{VIDEO}/",
    f"https://www.youtube.com/watch?v={VIDEO}&lc=UgyZ"])  # fmt: skip
def test_a_video_is_known_in_all_its_forms(address: str) -> None:
    assert youtube.recognise(address) == POST


@pytest.mark.parametrize("address", ["https://www.youtube.com/@brand", "https://www.youtube.com/watch?v=short", "https://youtu.be/",
    f"https://youtube.com.evil.example/watch?v={VIDEO}", f"https://www.youtube.com/watch?x={VIDEO}", "https://www.youtube.com/",
    f"https://www.youtube.com/watch?v={VIDEO}x", "https://www.youtube.com/post/UgkxAbc"])  # fmt: skip
def test_anything_else_is_none_of_youtube(address: str) -> None:
    assert youtube.recognise(address) is None


@given(st.text() | st.text().map("https://youtu.be/{}".format))
def test_recognising_never_fails(address: str) -> None:
    youtube.recognise(address)


# -------------------------------------------------------------------------------------------------------------- listed


def test_a_comment_is_told_whole(platform: Platform) -> None:
    ready(platform)
    platform.says(
        "/commentThreads",
        listing(thread(comment("Ug1", "zoé", updatedAt="2026-11-22T11:00:00Z", imageUrl="https://x"))),
    )
    page = one(platform)
    assert page == Page(
        comments=(
            Comment(
                id="Ug1",
                author=Account(site="youtube", id="UCzoé", handle="zoé"),
                text="Je participe",
                at=datetime(2026, 11, 22, 10, tzinfo=UTC),
                edited_at=datetime(2026, 11, 22, 11, tzinfo=UTC),
                pictures=1,
                link=f"https://www.youtube.com/watch?v={VIDEO}&lc=Ug1",
            ),
        ),
        counted=3,
    )
    asked = platform.asked[1].query
    assert (asked["textFormat"], asked["order"], asked["maxResults"], asked["part"]) == (
        "plainText",
        "time",
        "100",
        "snippet,replies",
    )


def test_the_key_goes_into_a_header_and_never_into_the_address(platform: Platform) -> None:
    ready(platform)
    platform.says("/commentThreads", listing(thread(comment("Ug1"), total=2)))
    platform.says("/comments", listing(comment("Ug1.a")))
    sweep(platform)
    assert {asked.headers["x-goog-api-key"] for asked in platform.asked} == {KEY}
    assert KEY not in str([(asked.path, asked.query) for asked in platform.asked])


def test_replies_that_a_thread_left_out_are_listed_before_the_next_page(platform: Platform) -> None:
    ready(platform)
    platform.says("/commentThreads",
                  listing(thread(comment("Ug1"), comment("Ug1.a", parentId="Ug1"), total=3), thread(comment("Ug2"), total=1), onto="P2"),
                  listing(thread(comment("Ug3"))))  # fmt: skip

    def replies(asked: Asked) -> Says:
        if asked.query["parentId"] == "Ug2":
            return Says(body=listing(comment("Ug2.a")))
        if "pageToken" in asked.query:
            return Says(body=listing(comment("Ug1.c", parentId="Ug1")))
        return Says(body=listing(comment("Ug1.a", parentId="Ug1"), comment("Ug1.b", parentId="Ug1"), onto="R2"))

    platform.says("/comments", replies)
    pages = sweep(platform)
    assert ids(pages) == ["Ug1", "Ug1.a", "Ug2", "Ug1.a", "Ug1.b", "Ug1.c", "Ug2.a", "Ug3"]
    assert {c.id: c.parent for p in pages for c in p.comments} == {
        "Ug1": "", "Ug2": "", "Ug3": "", "Ug1.a": "Ug1", "Ug1.b": "Ug1", "Ug1.c": "Ug1", "Ug2.a": "Ug2"}  # fmt: skip


def test_only_what_waits_for_review_is_hidden(platform: Platform) -> None:
    ready(platform)
    kinds = ["published", "heldForReview", "likelySpam", "rejected", None]
    threads = [thread(comment(f"Ug{n}", moderationStatus=kind)) for n, kind in enumerate(kinds)]
    platform.says("/commentThreads", listing(*threads, thread(comment("Ug9"), isPublic=False)))
    assert [c.hidden for c in one(platform).comments] == [False, True, True, True, False, True]


@pytest.mark.parametrize(("author", "account"), [
    ({"authorChannelId": None}, Account(site="youtube", handle="alice")),
    ({"authorChannelId": {"value": ""}, "authorDisplayName": "Alice Martin"}, Account(site="youtube", handle="Alice Martin")),
    ({"authorDisplayName": None}, Account(site="youtube", id="UCalice")),
])  # fmt: skip
def test_what_is_not_told_of_an_author_is_not_guessed(
    platform: Platform, author: dict[str, Any], account: Account
) -> None:
    ready(platform)
    platform.says("/commentThreads", listing(thread(comment("Ug1", **author))))
    assert one(platform).comments[0].author == account


BROKEN: list[Any] = [None, 7, "x", [], {}, {"snippet": {}}, thread(None), thread(7), thread(comment(None)), thread(comment("")),
    thread({"id": "Ug9"}), thread(comment("Ug9", textDisplay=None)), thread(comment("Ug9", authorChannelId=None, authorDisplayName=None)),
    thread(comment("Ug9", authorChannelId=7, authorDisplayName=""))]  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN, ids=range(len(BROKEN)))
def test_one_comment_that_cannot_be_read_loses_no_other(platform: Platform, broken: Any) -> None:
    ready(platform)
    platform.says("/commentThreads", listing(thread(comment("Ug1")), broken, thread(comment("Ug2"))))
    page = one(platform)
    assert (ids([page]), page.unread) == (["Ug1", "Ug2"], 1)


def test_replies_to_a_comment_that_cannot_be_read_are_kept(platform: Platform) -> None:
    ready(platform)
    broken = thread(comment("Ug1", textDisplay=None), comment("Ug1.a", parentId="Ug1"), None)
    platform.says("/commentThreads", listing(broken, thread(comment("Ug2")) | {"replies": 7}))
    page = one(platform)
    assert (ids([page]), page.unread) == (["Ug1.a", "Ug2"], 3)


@pytest.mark.parametrize(
    ("count", "counted"), [("12", 12), (12, 12), (None, None), ("many", None), (-1, None), ([], None)]
)
def test_a_count_that_is_none_is_unknown(platform: Platform, count: Any, counted: int | None) -> None:
    ready(platform, count)
    platform.says("/commentThreads", listing(thread(comment("Ug1"), total="lots")))
    page = one(platform)
    assert (page.counted, page.after) == (counted, "")


# --------------------------------------------------------------------------------------------------------------- pages


def test_an_empty_page_with_a_mark_is_not_the_last(platform: Platform) -> None:
    ready(platform)
    platform.says("/commentThreads", listing(onto="P2"), listing(thread(comment("Ug1"))))
    assert ids(sweep(platform)) == ["Ug1"]


def test_a_page_that_comes_twice_is_given_as_it_comes(platform: Platform) -> None:
    ready(platform)
    same = thread(comment("Ug1"))
    platform.says("/commentThreads", listing(same, onto="P2"), listing(same))
    assert ids(sweep(platform)) == ["Ug1", "Ug1"]


def test_the_same_mark_again_ends_and_says_so(platform: Platform) -> None:
    ready(platform)
    platform.says("/commentThreads", listing(thread(comment("Ug1"), total=1), onto="P2"))
    platform.says("/comments", listing(comment("Ug1.a"), onto="R2"))
    pages = sweep(platform)
    assert [page.note for page in pages if page.note] == ["same-page-again"] * 3
    assert len(platform.asked) == 1 + len(pages)


def test_a_mark_that_went_stale_begins_anew(platform: Platform) -> None:
    def threads(asked: Asked) -> Says:
        return (
            google(400, "invalidPageToken")
            if "pageToken" in asked.query
            else Says(body=listing(thread(comment("Ug1"))))
        )

    ready(platform)
    platform.says("/commentThreads", threads)
    page = one(platform, '{"page": "old"}')
    assert (ids([page]), page.after) == (["Ug1"], "")


def test_a_stale_mark_of_replies_begins_that_thread_anew(platform: Platform) -> None:
    def replies(asked: Asked) -> Says:
        return google(400, "invalidPageToken") if "pageToken" in asked.query else Says(body=listing(comment("Ug1.a")))

    platform.says("/comments", replies)
    page = one(platform, '{"page": "", "threads": ["Ug1"], "replies": "old"}')
    assert ids([one(platform, page.after)]) == ["Ug1.a"]


def test_a_thread_that_went_away_loses_no_other(platform: Platform) -> None:
    platform.says("/comments", google(404, "commentNotFound"), listing(comment("Ug2.a")))
    page = one(platform, '{"threads": ["Ug1", "Ug2"]}')
    assert ids([page, one(platform, page.after)]) == ["Ug2.a"]


@pytest.mark.parametrize("after", ["what", "{", "[]", '{"threads": 7}'])
def test_a_mark_that_is_none_of_ours_begins_anew(platform: Platform, after: str) -> None:
    ready(platform)
    platform.says("/commentThreads", listing(thread(comment("Ug1"))))
    assert ids([one(platform, after)]) == ["Ug1"]


# ------------------------------------------------------------------------------------------------------------- refused


@lies()
@pytest.mark.parametrize("where", ["/videos", "/commentThreads"])
def test_each_lie_has_its_code(platform: Platform, where: str, lie: Says, code: str, wait: float | None) -> None:
    ready(platform)
    platform.says(where, lie)
    error = refused(lambda: one(platform))
    assert (error.code, error.wait) == (code, wait)


@pytest.mark.parametrize(
    ("lie", "code", "wait"),
    [
        (google(403, "quotaExceeded", Date="Sun, 22 Nov 2026 10:00:00 GMT"), "quota-spent", 22 * 3600),
        (google(403, "dailyLimitExceeded", Date="Mon, 13 Jul 2026 06:59:00 GMT"), "quota-spent", 60),
        (google(403, "quotaExceeded", Date="Sun, 01 Nov 2026 07:00:00 GMT"), "quota-spent", 25 * 3600),
        (google(403, "quotaExceeded"), "quota-spent", 3600),
        (google(403, "quotaExceeded", Date="soon"), "quota-spent", 3600),
        (msgspec.structs.replace(google(403, "rateLimitExceeded"), headers={"Retry-After": "9"}), "slow-down", 9),
        (google(400, "keyInvalid"), "token-refused", None),
        (google(400, "badRequest", details=("API_KEY_INVALID",)), "token-refused", None),
        (google(403, "forbidden", details=("API_KEY_HTTP_REFERRER_BLOCKED",)), "token-refused", None),
        (google(403, "accessNotConfigured"), "permission-missing", None),
        (google(403, "commentsDisabled"), "post-gone", None),
        (google(404, "videoNotFound"), "post-gone", None),
        (google(400, "processingFailure"), "answer-unreadable", 300),
        (google(500, "backendError"), "platform-down", 60),
        (
            Says(status=403, body={"error": {"errors": [None, {"reason": 7}], "details": "x"}}),
            "permission-missing",
            None,
        ),
    ],
)
def test_what_google_says_is_understood(platform: Platform, lie: Says, code: str, wait: float | None) -> None:
    ready(platform)
    platform.says("/commentThreads", lie)
    error = refused(lambda: one(platform))
    assert (error.code, error.wait) == (code, wait)
    assert KEY not in f"{error!r} {error.sentence('fr')} {error.sentence('en')}"


def test_comments_that_are_turned_off_have_a_sentence_of_their_own(platform: Platform) -> None:
    ready(platform)
    platform.says("/commentThreads", google(403, "commentsDisabled"))
    assert "turned off" in refused(lambda: one(platform)).sentence("en")


def test_a_video_that_is_not_there_is_gone(platform: Platform) -> None:
    platform.says("/videos", listing())
    assert refused(lambda: one(platform)).code == "post-gone"


def test_without_a_key_nothing_is_asked(platform: Platform) -> None:
    with platform.client() as client:
        assert refused(lambda: youtube.page(client, POST, " ", "")).code == "token-refused"
    assert platform.asked == []


def test_a_slow_answer_is_a_platform_that_is_down(platform: Platform) -> None:
    platform.says("/videos", Says(body=listing(), slow=0.6))
    with platform.client(timeout=0.1) as client:
        assert refused(lambda: youtube.page(client, POST, KEY, "")).code == "platform-down"


def test_check_tries_the_comments_too(platform: Platform) -> None:
    ready(platform)
    platform.says("/commentThreads", listing())
    with platform.client() as client:
        assert youtube.check(client, POST, KEY).account == ""
        platform.says("/commentThreads", google(403, "commentsDisabled"))
        assert refused(lambda: youtube.check(client, POST, KEY)).code == "post-gone"
