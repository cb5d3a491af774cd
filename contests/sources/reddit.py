"""Reddit: comments below a post, with those that a listing only names (`more`).

`/comments/<id>` and `/api/morechildren`: https://www.reddit.com/dev/api/. With a token on oauth.reddit.com; without one
www.reddit.com answers some callers and turns others away.
"""

import re
from collections import deque
from collections.abc import Iterable
from typing import Any

import httpx
import msgspec
from msgspec import Raw

from contests.comment import Account, Comment, Post, Site
from contests.sources import web
from contests.sources.reading import NOTHING, absent, identity, line, parse_address, plain, when, whole
from contests.sources.source import Access, Page, SourceRefused

SITE: Site = "reddit"
NEEDS_TOKEN = False
HOST, OAUTH_HOST = "https://www.reddit.com", "https://oauth.reddit.com"
AT_ONCE = 100
"""Ids in one request for those that a listing only names: the API takes no more."""
MOST_LEFT, MOST_ASKED = 20_000, 2000
_ID = re.compile(r"[0-9a-z]{1,13}")
_DELETED, _REMOVED = "[deleted]", "[removed]"


def recognise(address: str) -> Post | None:
    """Return the post behind an address on reddit.com or redd.it; a share link (`/s/…`) hides which post it means. Pure."""
    parsed = parse_address(address)
    if parsed is None:
        return None
    if parsed.host in {"redd.it", "www.redd.it"}:
        return _post(parsed.path[0], "") if len(parsed.path) == 1 else None
    if parsed.host != "reddit.com" and not parsed.host.endswith(".reddit.com"):
        return None
    match parsed.path:
        case ("r" | "u" | "user", room, "comments", key, *_):
            return _post(key, room)
        case ("comments" | "gallery", key, *_):
            return _post(key, "")
    return None


def _post(key: str, room: str) -> Post | None:
    key = key.lower().removesuffix(".json")
    if not _ID.fullmatch(key):
        return None
    shown = f"r/{room}/comments/{key}" if re.fullmatch(r"[A-Za-z0-9_]{2,21}", room) else f"comments/{key}"
    return Post(site=SITE, id=key, link=f"{HOST}/{shown}/")


# ------------------------------------------------------------------------------------------------------ what is answered


class _Thing(msgspec.Struct):
    kind: str
    data: Raw


class _Children(msgspec.Struct):
    children: list[Raw]


class _Listing(msgspec.Struct):
    data: _Children


class _Head(msgspec.Struct):
    num_comments: Any = None


class _Below(msgspec.Struct):
    replies: Raw = NOTHING


class _Comment(msgspec.Struct):
    id: Any
    body: str
    author: Any = ""
    author_fullname: Any = ""
    created_utc: Any = None
    edited: Any = False
    parent_id: Any = ""
    permalink: Any = ""
    media_metadata: Any = None
    removed: Any = None
    spam: Any = None
    banned_by: Any = None


class _More(msgspec.Struct):
    children: list[Any] = []
    parent_id: Any = ""


class _Things(msgspec.Struct):
    things: list[Raw] = []


class _Data(msgspec.Struct):
    data: _Things | None = None
    errors: Any = None


class _MoreAnswer(msgspec.Struct):
    json: _Data


class _Me(msgspec.Struct):
    name: Any = ""


class _Refused(msgspec.Struct):
    reason: Any = ""


# ------------------------------------------------------------------------------------------------------------- comments


class _Mark(msgspec.Struct, frozen=True):
    """Where to go on: ids that were only named, in one text, then comments whose replies lie too deep; requests made."""

    more: str = ""
    below: str = ""
    asked: int = 0
    note: str = ""


def check(client: httpx.Client, post: Post, token: str) -> Access:
    """Try a token, where there is one, and the post with it; a token of an app alone is nobody's. Raises SourceRefused."""
    _ask(client, f"comments/{post.id}", list[_Listing], token, {"limit": "1"})
    if not token.strip():
        return Access(account="")
    try:
        return Access(account=line(_ask(client, "api/v1/me", _Me, token)[0].name))
    except SourceRefused as error:
        if error.code != "permission-missing":
            raise
        # Whose it is, is the one thing that the scope `identity` would add; comments are read without.
        return Access(account="")


def page(client: httpx.Client, post: Post, token: str, after: str) -> Page:
    """Return the listing; then a hundred of those that it only named; then what lies deeper. Raises SourceRefused."""
    try:
        mark = msgspec.json.decode(after, type=_Mark) if after else None
    except (msgspec.DecodeError, ValueError):
        mark = None
    if mark is None:
        return _listing(client, post, token)
    if mark.more:
        return _named(client, post, token, mark)
    return _deeper(client, post, token, mark)


def _listing(client: httpx.Client, post: Post, token: str) -> Page:
    answer, headers = _ask(client, f"comments/{post.id}", list[_Listing], token, {"limit": "500"})
    if len(answer) < 2:
        raise web.unreadable("a post without its listing of comments")
    reading = _Reading()
    reading.walk(answer[1].data.children)
    return reading.page(_Mark(), headers, _head(answer[0].data.children))


def _named(client: httpx.Client, post: Post, token: str, mark: _Mark) -> Page:
    ids = mark.more.split()
    asked, rest = ids[:AT_ONCE], ids[AT_ONCE:]
    params = {"api_type": "json", "link_id": f"t3_{post.id}", "children": ",".join(asked), "limit_children": "false"}
    answer, headers = _ask(client, "api/morechildren", _MoreAnswer, token, params)
    reading = _Reading(known=frozenset(ids))
    if answer.json.data is None:
        raise web.unreadable("no list of things")
    reading.walk(answer.json.data.things)
    return reading.page(msgspec.structs.replace(mark, more=" ".join(rest)), headers, None)


def _deeper(client: httpx.Client, post: Post, token: str, mark: _Mark) -> Page:
    """Return what stands below one comment that a listing went no deeper than."""
    ids = mark.below.split()
    asked, rest = ids[:1], msgspec.structs.replace(mark, below=" ".join(ids[1:]))
    if not asked:
        return Page(comments=(), note=mark.note)
    try:
        answer, headers = _ask(client, f"comments/{post.id}/_/{asked[0]}", list[_Listing], token, {"limit": "500"})
    except SourceRefused as error:
        if error.code != "post-gone":
            raise
        return _Reading().page(rest, httpx.Headers(), None)
    reading = _Reading(known=frozenset(ids))
    if len(answer) > 1:
        reading.walk(answer[1].data.children)
    return reading.page(rest, headers, None)


def _head(children: list[Raw]) -> int | None:
    """Return how many comments the post is said to have."""
    try:
        return whole(msgspec.json.decode(msgspec.json.decode(children[0], type=_Thing).data, type=_Head).num_comments)
    except (IndexError, msgspec.DecodeError, ValueError):
        return None


class _Reading:
    """What one answer holds, gathered without recursion."""

    def __init__(self, known: frozenset[str] = frozenset()) -> None:
        self.known = known
        self.comments: list[Comment] = []
        self.gone: list[str] = []
        self.more: dict[str, None] = {}
        self.below: dict[str, None] = {}
        self.unread = 0

    def walk(self, children: Iterable[Raw]) -> None:
        """Read comments with all that stands below them, and what is only named."""
        left = deque(children)
        while left:
            try:
                thing = msgspec.json.decode(left.popleft(), type=_Thing)
                if thing.kind == "t1":
                    left.extend(self._replies(thing.data))
                    self._take(msgspec.json.decode(thing.data, type=_Comment))
                elif thing.kind == "more":
                    self._name(msgspec.json.decode(thing.data, type=_More))
            except (msgspec.DecodeError, ValueError, RecursionError):
                self.unread += 1

    def _replies(self, data: Raw) -> list[Raw]:
        """Return the replies to a comment: a listing, or an empty text where there are none."""
        try:
            raw = msgspec.json.decode(data, type=_Below).replies
            if absent(raw) or bytes(raw).strip() == b'""':
                return []
            return msgspec.json.decode(raw, type=_Listing).data.children
        except (msgspec.DecodeError, ValueError, RecursionError):
            self.unread += 1
            return []

    def _take(self, said: _Comment) -> None:
        key = _key(said.id)
        # Without its author or its words it can be nobody's entry.
        if said.author == _DELETED or (said.body in {_DELETED, _REMOVED} and not _full(said.author_fullname)):
            self.gone.append(key)
        else:
            self.comments.append(_comment(said, key))

    def _name(self, said: _More) -> None:
        keys = [_key(one) for one in said.children]
        for key in keys:
            if key not in self.known:
                self.more[key] = None
        if not keys and (parent := _parent(said.parent_id)) and parent not in self.known:
            self.below[parent] = None

    def page(self, mark: _Mark, headers: httpx.Headers, counted: int | None) -> Page:
        """Return what was read, and where to go on."""
        more, below = [*mark.more.split(), *self.more], [*mark.below.split(), *self.below]
        # A platform that names ever more is not followed for ever.
        room = MOST_LEFT if mark.asked < MOST_ASKED else 0
        note = mark.note or ("cut-by-platform" if max(len(more), len(below)) > room else "")
        after = _Mark(" ".join(more[:room]), " ".join(below[:room]), mark.asked + 1, note)
        ended = not after.more and not after.below
        return Page(
            comments=tuple(self.comments),
            after="" if ended else msgspec.json.encode(after).decode(),
            counted=counted,
            gone=tuple(self.gone),
            wait=web.breath(headers),
            unread=self.unread,
            note=note,
        )


def _comment(said: _Comment, key: str) -> Comment:
    author = line(said.author)
    if not author:
        raise ValueError("an author was expected")
    path = said.permalink if isinstance(said.permalink, str) and said.permalink.startswith("/r/") else ""
    return Comment(
        id=key,
        author=Account(site=SITE, id=_full(said.author_fullname), handle=author),
        text=plain(said.body),
        at=when(said.created_utc),
        edited_at=when(said.edited),
        parent=_parent(said.parent_id),
        pictures=_pictures(said.media_metadata),
        hidden=said.removed is True or said.spam is True or bool(said.banned_by),
        link=f"{HOST}{path}" if path else "",
    )


def _key(value: object) -> str:
    key = identity(value).removeprefix("t1_")
    if not _ID.fullmatch(key):
        raise ValueError("an id of Reddit was expected")
    return key


def _parent(value: object) -> str:
    """Return the comment that is answered; empty for the post (`t3_…`)."""
    return value.removeprefix("t1_") if isinstance(value, str) and re.fullmatch(r"t1_[0-9a-z]{1,13}", value) else ""


def _full(value: object) -> str:
    return value if isinstance(value, str) and re.fullmatch(r"t2_[0-9a-z]{1,13}", value) else ""


def _pictures(media: object) -> int:
    if not isinstance(media, dict):
        return 0
    return sum(isinstance(one, dict) and one.get("e") in {"Image", "AnimatedImage"} for one in media.values())


def _ask(
    client: httpx.Client, path: str, shape: type[web.T], token: str, params: dict[str, str] | None = None
) -> tuple[web.T, httpx.Headers]:
    sent = web.bearer(token)

    def meant(status: int, data: bytes, _: httpx.Headers) -> SourceRefused | None:
        if status != httpx.codes.FORBIDDEN:
            return None
        found = f"{status} {web.said(data, sent)}".strip()
        try:
            reason = msgspec.json.decode(data, type=_Refused).reason
        except (msgspec.DecodeError, ValueError, RecursionError):
            reason = ""
        if reason in {"private", "banned", "quarantined", "gold_only"}:
            return web.post_gone(found)
        return web.missing("read", found)

    host, suffix = (OAUTH_HOST, "") if sent else (HOST, ".json")
    params = {"raw_json": "1"} | (params or {})
    return web.ask(client, f"{host}/{path}{suffix}", shape, params=params, headers=sent, meant=meant)
