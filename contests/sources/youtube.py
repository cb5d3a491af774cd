"""YouTube: comments under a video by the Data API v3, with an API key.

`commentThreads.list` gives threads with some of their replies; where there are more, `comments.list` gives them thread by
thread: https://developers.google.com/youtube/v3/docs/commentThreads/list. Each request costs one of 10,000 units a day.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import msgspec
from msgspec import Raw

from contests.comment import Account, Comment, Post, Site
from contests.errors import Text
from contests.sources import web
from contests.sources.reading import NOTHING, absent, each, identity, line, onward, parse_address, plain, when, whole
from contests.sources.source import Access, Page, SourceRefused

SITE: Site = "youtube"
NEEDS_TOKEN = True
HOST = "https://www.googleapis.com"
_VIDEO = re.compile(r"[A-Za-z0-9_-]{11}")
_HOSTS = frozenset({"youtube.com", "www.youtube.com", "m.youtube.com", "music.youtube.com", "www.youtube-nocookie.com"})
_PACIFIC = ZoneInfo("America/Los_Angeles")
_HOUR = 3600.0


def recognise(address: str) -> Post | None:
    """Return the video behind an address in any of YouTube's forms. Pure."""
    parsed = parse_address(address)
    if parsed is None:
        return None
    video = ""
    if parsed.host in {"youtu.be", "www.youtu.be"}:
        video = parsed.path[0] if parsed.path else ""
    elif parsed.host in _HOSTS:
        match parsed.path:
            case ("watch",):
                video = parsed.query.get("v", "")
            case ("shorts" | "live" | "embed" | "v", key, *_):
                video = key
    if not _VIDEO.fullmatch(video):
        return None
    return Post(site=SITE, id=video, link=f"https://www.youtube.com/watch?v={video}")


# ------------------------------------------------------------------------------------------------------ what is answered


class _Channel(msgspec.Struct):
    value: str


class _Snippet(msgspec.Struct, rename="camel"):
    text_display: str
    author_channel_id: Any = None
    author_display_name: Any = ""
    published_at: Any = None
    updated_at: Any = None
    parent_id: Any = ""
    moderation_status: Any = "published"
    image_url: Any = ""


class _Comment(msgspec.Struct):
    id: Any
    snippet: _Snippet


class _ThreadSnippet(msgspec.Struct, rename="camel"):
    top_level_comment: Raw
    total_reply_count: Any = 0
    is_public: Any = True


class _Replies(msgspec.Struct):
    comments: list[Raw] = []


class _Thread(msgspec.Struct):
    snippet: _ThreadSnippet
    id: Any = ""
    replies: Raw = NOTHING


class _Listing(msgspec.Struct, rename="camel"):
    items: list[Raw] = []
    next_page_token: Any = ""


class _Statistics(msgspec.Struct, frozen=True, rename="camel"):
    comment_count: Any = None


class _Video(msgspec.Struct):
    statistics: _Statistics = _Statistics()


class _Error(msgspec.Struct):
    errors: Any = None
    details: Any = None


class _Refused(msgspec.Struct):
    error: _Error


# ------------------------------------------------------------------------------------------------------------- comments


class _Mark(msgspec.Struct, frozen=True):
    """Where to go on: threads whose replies still have to be listed, the page of the first one's, then the page of threads."""

    page: str = ""
    threads: tuple[str, ...] = ()
    replies: str = ""


def check(client: httpx.Client, post: Post, token: str) -> Access:
    """Try a key on a video and its comments; a key is nobody's account. Raises SourceRefused."""
    _counted(client, post, token)
    _ask(client, "commentThreads", {"part": "id", "videoId": post.id, "maxResults": "1"}, _Listing, token)
    return Access(account="")


def page(client: httpx.Client, post: Post, token: str, after: str) -> Page:
    """Return a page of threads, or of the replies of one that did not hold them all. Raises SourceRefused."""
    try:
        mark = msgspec.json.decode(after, type=_Mark) if after else None
    except (msgspec.DecodeError, ValueError):
        mark = None
    if mark is None:
        return _threads(client, post, token, "", _counted(client, post, token))
    if mark.threads:
        return _more(client, post, token, mark)
    return _threads(client, post, token, mark.page, None)


def _counted(client: httpx.Client, post: Post, token: str) -> int | None:
    """Return how many comments the video is said to have. Raises SourceRefused where there is no such video."""
    answer, _ = _ask(client, "videos", {"part": "statistics", "id": post.id}, _Listing, token)
    if not answer.items:
        raise web.post_gone("no such video")
    found, _ = each(answer.items[:1], _Video, lambda video: whole(video.statistics.comment_count))
    return found[0] if found else None


def _threads(client: httpx.Client, post: Post, token: str, asked: str, counted: int | None) -> Page:
    params = {
        "part": "snippet,replies",
        "videoId": post.id,
        "maxResults": "100",
        "order": "time",
        "textFormat": "plainText",
    }
    try:
        answer, _ = _ask(client, "commentThreads", params | ({"pageToken": asked} if asked else {}), _Listing, token)
    except _MarkRefused:
        # A mark goes stale in some hours: the listing begins anew, and what comes twice counts once.
        return _threads(client, post, token, "", counted)
    found, unread = each(answer.items, _Thread, lambda thread: _thread(thread, post))
    onto, note = onward(asked, answer.next_page_token)
    waiting = tuple(thread for _, _, thread in found if thread)
    return Page(
        comments=tuple(comment for comments, _, _ in found for comment in comments),
        after=_after(_Mark(onto, waiting)),
        counted=counted,
        unread=unread + sum(broken for _, broken, _ in found),
        note=note,
    )


def _thread(thread: _Thread, post: Post) -> tuple[list[Comment], int, str]:
    """Return a thread's comments, how many could not be read, and its id where replies are left to list."""
    unread = 0
    given: list[Raw] = []
    if not absent(thread.replies):
        try:
            given = msgspec.json.decode(thread.replies, type=_Replies).comments
        except (msgspec.DecodeError, ValueError):
            unread += 1
    kept, broken = each([thread.snippet.top_level_comment, *given], _Comment, lambda comment: _comment(comment, post))
    if thread.snippet.is_public is False:
        kept = [msgspec.structs.replace(comment, hidden=True) for comment in kept]
    try:
        key = identity(thread.id or (kept[0].id if kept and not kept[0].parent else ""))
    except ValueError:
        return kept, unread + broken, ""
    more = (whole(thread.snippet.total_reply_count) or 0) > len(given)
    return kept, unread + broken, key if more else ""


def _more(client: httpx.Client, post: Post, token: str, mark: _Mark) -> Page:
    """Return a page of the replies to the first thread that waits; where it is gone in the meantime, nothing."""
    params = {"part": "snippet", "parentId": mark.threads[0], "maxResults": "100", "textFormat": "plainText"}
    rest = _Mark(mark.page, mark.threads[1:])
    try:
        page_token = {"pageToken": mark.replies} if mark.replies else {}
        answer, _ = _ask(client, "comments", params | page_token, _Listing, token)
    except _MarkRefused:
        return Page(comments=(), after=_after(_Mark(mark.page, mark.threads)))
    except SourceRefused as error:
        if error.code != "post-gone":
            raise
        return Page(comments=(), after=_after(rest))
    comments, unread = each(answer.items, _Comment, lambda comment: _comment(comment, post, mark.threads[0]))
    onto, note = onward(mark.replies, answer.next_page_token)
    after = _after(_Mark(mark.page, mark.threads, onto) if onto else rest)
    return Page(comments=tuple(comments), after=after, unread=unread, note=note)


def _after(mark: _Mark) -> str:
    return msgspec.json.encode(mark).decode() if mark.page or mark.threads else ""


def _comment(comment: _Comment, post: Post, parent: str = "") -> Comment:
    said = comment.snippet
    key = identity(comment.id)
    at, changed = when(said.published_at), when(said.updated_at)
    return Comment(
        id=key,
        author=_author(said),
        text=plain(said.text_display),
        at=at,
        edited_at=changed if at and changed and changed > at else None,
        parent=line(said.parent_id) or parent,
        pictures=1 if said.image_url else 0,
        hidden=said.moderation_status in {"heldForReview", "likelySpam", "rejected"},
        link=f"{post.link}&lc={key}" if post.link else "",
    )


def _author(said: _Snippet) -> Account:
    """Return who wrote it: by channel, or by handle alone where the channel is not told."""
    name = line(said.author_display_name)
    try:
        key = identity(msgspec.convert(said.author_channel_id, _Channel).value)
    except (msgspec.ValidationError, ValueError):
        if not name:
            raise ValueError("an author was expected") from None
        key = ""
    return Account(site=SITE, id=key, handle=name.removeprefix("@"))


# -------------------------------------------------------------------------------------------------------------- refusals


class _MarkRefused(SourceRefused):
    """A page token that YouTube no longer takes."""


def _ask(
    client: httpx.Client, name: str, params: Mapping[str, str], shape: type[web.T], token: str
) -> tuple[web.T, httpx.Headers]:
    # In a header, where no log of addresses keeps it.
    sent = web.bearer(token, "x-goog-api-key", "")
    if not sent:
        raise web.token_refused()

    def meant(status: int, data: bytes, headers: httpx.Headers) -> SourceRefused | None:
        return _meant(status, _reasons(data), headers, f"{status} {web.said(data, sent)}", marked="pageToken" in params)

    return web.ask(client, f"{HOST}/youtube/v3/{name}", shape, params=params, headers=sent, meant=meant)


def _reasons(data: bytes) -> frozenset[str]:
    """Return the reasons that Google gives for a refusal, in its own words."""
    try:
        error = msgspec.json.decode(data, type=_Refused).error
    except (msgspec.DecodeError, ValueError, RecursionError):
        return frozenset()
    named = [*(error.errors if isinstance(error.errors, list) else []),
             *(error.details if isinstance(error.details, list) else [])]  # fmt: skip
    return frozenset(str(one["reason"]) for one in named if isinstance(one, dict) and "reason" in one)


_QUOTA = frozenset({"quotaExceeded", "dailyLimitExceeded", "dailyLimitExceededUnreg"})
_TOO_FAST = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"})
_KEY = frozenset({"keyInvalid", "keyExpired", "API_KEY_INVALID", "ipRefererBlocked", "API_KEY_SERVICE_BLOCKED",
                  "API_KEY_HTTP_REFERRER_BLOCKED", "API_KEY_IP_ADDRESS_BLOCKED", "authError"})  # fmt: skip
_OFF = frozenset({"accessNotConfigured", "SERVICE_DISABLED"})
_CLOSED = frozenset({"commentsDisabled"})
_GONE = frozenset({"videoNotFound", "commentNotFound", "commentThreadNotFound", "parentCommentNotFound"})


def _meant(
    status: int, reasons: frozenset[str], headers: httpx.Headers, found: str, *, marked: bool
) -> SourceRefused | None:
    """Say what Google's reasons mean: 403 stands for a dozen things."""
    meanings: tuple[tuple[frozenset[str], Callable[[], SourceRefused]], ...] = (
        (_QUOTA, lambda: _quota_spent(headers, found)),
        (_TOO_FAST, lambda: web.slow_down(web.retry_after(headers), found)),
        (_KEY, lambda: web.token_refused(found)),
        (_OFF, lambda: web.missing("YouTube Data API v3", found)),
        (_CLOSED, lambda: _comments_off(found)),
        (_GONE, lambda: web.post_gone(found)),
    )
    for known, refusal in meanings:
        if reasons & known:
            return refusal()
    if marked and "invalidPageToken" in reasons:
        stale = web.unreadable(found)
        return _MarkRefused(stale.code, stale.expected, stale.todo, found=found, wait=stale.wait)
    return web.unreadable(found) if status == httpx.codes.BAD_REQUEST else None


def _quota_spent(headers: httpx.Headers, found: str) -> SourceRefused:
    return SourceRefused(
        "quota-spent",
        Text(fr="Le quota du jour de la clé est épuisé ; il repart à minuit, heure du Pacifique.",
             en="The key's quota of the day is spent; it begins anew at midnight, Pacific time."),
        Text(fr="Rien à faire : le relevé reprend tout seul. Pour plus de place, demandez un quota plus large à Google.",
             en="Nothing to do: the sweep goes on by itself. For more room, ask Google for a larger quota."),
        found=found,
        wait=_until_midnight(headers),
    )  # fmt: skip


def _until_midnight(headers: httpx.Headers) -> float:
    """Return the seconds until midnight Pacific by the platform's own clock; an hour where it tells no time."""
    try:
        now = parsedate_to_datetime(headers.get("date", "")).astimezone(_PACIFIC)
        midnight = datetime.combine(now.date() + timedelta(days=1), time(), _PACIFIC)
        # By timestamps: two times of one zone are subtracted as if no clock were ever put back.
        return min(max(midnight.timestamp() - now.timestamp(), 1.0), 25 * _HOUR)
    except (ValueError, TypeError, OverflowError):
        return _HOUR


def _comments_off(found: str) -> SourceRefused:
    return SourceRefused(
        "post-gone",
        Text(fr="Une vidéo avec des commentaires ouverts était attendue : sous celle-ci, ils sont désactivés.",
             en="A video with open comments was expected: under this one they are turned off."),
        Text(fr="Activez-les dans YouTube Studio, ou retirez la vidéo du jeu. Une vidéo « conçue pour les enfants » n’en a jamais.",
             en="Turn them on in YouTube Studio, or take the video out of the contest. A video “made for kids” never has any."),
        found=found,
    )  # fmt: skip
