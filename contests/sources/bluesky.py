"""Bluesky: replies to a post from the public AppView, hidden ones included; no token is needed.

`app.bsky.feed.getPostThread` gives the whole tree, where its V2 cuts at 100 replies a post; what the thread's author or the
platform hides comes from `app.bsky.unspecced.getPostThreadOtherV2`. Lexicons: https://docs.bsky.app/docs/api/.
"""

import re
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import httpx
import msgspec
from msgspec import Raw

from contests.comment import Account, Comment, Mention, Post, Site
from contests.sources import web
from contests.sources.reading import NOTHING, absent, each, identity, line, onward, parse_address, plain, when, whole
from contests.sources.source import Access, Page, People, SourceRefused

SITE: Site = "bluesky"
NEEDS_TOKEN = False
HOST = "https://public.api.bsky.app"
DEPTH = 100
"""How deep one answer reaches. The API goes to 1,000, deeper than a JSON parser likes; the rest is asked for by itself."""
MOST_BRANCHES = 50
_NOT_OFFERED = {httpx.codes.BAD_REQUEST, httpx.codes.NOT_FOUND, httpx.codes.NOT_IMPLEMENTED}
POST = "app.bsky.feed.post"
_ACTOR = re.compile(r"did:[a-z]+:[A-Za-z0-9._:%-]+|[a-z0-9-]+(\.[a-z0-9-]+)+")
_RKEY = re.compile(r"[A-Za-z0-9._:~-]{1,512}")


def recognise(address: str) -> Post | None:
    """Return the post behind `https://bsky.app/profile/…/post/…` or an `at://` URI. Pure."""
    if address.startswith("at://"):
        actor, _, rest = address.removeprefix("at://").partition("/")
        kind, _, rkey = rest.partition("/")
        return _post(actor, rkey) if kind == POST else None
    match parse_address(address):
        case web_address if web_address and web_address.host in {"bsky.app", "www.bsky.app", "main.bsky.dev"}:
            match web_address.path:
                case ("profile", actor, "post", rkey, *_):
                    return _post(actor, rkey)
    return None


def _post(actor: str, rkey: str) -> Post | None:
    actor = actor if actor.startswith("did:") else actor.removeprefix("@").lower()
    if not _ACTOR.fullmatch(actor) or not _RKEY.fullmatch(rkey):
        return None
    return Post(site=SITE, id=f"at://{actor}/{POST}/{rkey}", author=actor, link=_link(f"at://{actor}/{POST}/{rkey}"))


def _link(uri: str) -> str:
    actor, _, rkey = uri.removeprefix("at://").partition(f"/{POST}/")
    return f"https://bsky.app/profile/{actor}/post/{rkey}" if rkey else ""


# ------------------------------------------------------------------------------------------------------ what is answered


class _Author(msgspec.Struct):
    did: str
    handle: Any = ""
    display_name: Any = msgspec.field(name="displayName", default="")


class _Record(msgspec.Struct):
    text: str
    created: Any = msgspec.field(name="createdAt", default=None)
    reply: Any = None
    facets: Any = None
    embed: Any = None


class _View(msgspec.Struct):
    uri: str
    author: _Author
    record: _Record
    replies: Any = msgspec.field(name="replyCount", default=None)


class _Root(msgspec.Struct):
    """The post itself: of its text nothing is wanted, and nothing wrong with it may stand in the way."""

    uri: str
    author: Any = None
    replies: Any = msgspec.field(name="replyCount", default=None)
    threadgate: Any = None


class _Node(msgspec.Struct):
    post: Raw = NOTHING
    replies: Raw = NOTHING
    kind: Any = msgspec.field(name="$type", default="")


class _Thread(msgspec.Struct):
    thread: _Node


class _Other(msgspec.Struct):
    thread: list[Raw]


class _Value(msgspec.Struct):
    post: _View | None = None


class _OtherItem(msgspec.Struct):
    value: _Value


class _Resolved(msgspec.Struct):
    did: str


class _Error(msgspec.Struct):
    error: str = ""


def _meant(status: int, data: bytes, _: httpx.Headers) -> SourceRefused | None:
    """Read the words of an XRPC error: a post that is not there is a 400 here."""
    try:
        name = msgspec.json.decode(data, type=_Error).error
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None
    if name in {"NotFound", "BlockedActor", "BlockedByActor"} or (
        status == httpx.codes.BAD_REQUEST and name in {"InvalidRequest", "AccountDeactivated", "AccountTakedown"}
    ):
        return web.post_gone(f"{status} {web.said(data)}")
    return None


# ------------------------------------------------------------------------------------------------------------- comments


class _Mark(msgspec.Struct, frozen=True):
    """Where to go on: the post's own URI, branches that still have to be asked for, how many were; then what is hidden."""

    post: str
    branches: tuple[str, ...] = ()
    asked: int = 0
    note: str = ""


def check(client: httpx.Client, post: Post, token: str) -> Access:  # noqa: ARG001 - no token is needed
    """Try a post. The account named is the one that posted. Raises SourceRefused."""
    author = web.decoded(msgspec.json.encode(_anchor(_thread(client, post.id, 0)[0]).author), _Author)
    return Access(account=_account(author).handle or author.did, post=settle(client, post))


def settle(client: httpx.Client, post: Post) -> Post:
    """Return a post under the DID of its author, which stays where the handle is renamed. Raises SourceRefused."""
    actor, _, rkey = post.id.removeprefix("at://").partition(f"/{POST}/")
    if actor.startswith("did:"):
        return post
    path = f"{HOST}/xrpc/com.atproto.identity.resolveHandle"
    did = web.ask(client, path, _Resolved, params={"handle": actor}, meant=_meant)[0].did
    uri = f"at://{did}/{POST}/{rkey}"
    return msgspec.structs.replace(post, id=uri, link=_link(uri))


def page(client: httpx.Client, post: Post, token: str, after: str) -> Page:  # noqa: ARG001 - no token is needed
    """Return the whole tree; then its branches that one answer leaves out; then what is hidden. Raises SourceRefused."""
    try:
        mark = msgspec.json.decode(after, type=_Mark) if after else None
    except (msgspec.DecodeError, ValueError):
        mark = None
    if mark is None:
        return _whole(client, post.id)
    if mark.branches:
        return _branch(client, mark)
    return _hidden(client, mark)


def _thread(client: httpx.Client, uri: str, depth: int) -> tuple[_Node, httpx.Headers]:
    answer, headers = web.ask(
        client,
        f"{HOST}/xrpc/app.bsky.feed.getPostThread",
        _Thread,
        params={"uri": uri, "depth": str(depth), "parentHeight": "0"},
        meant=_meant,
    )
    return answer.thread, headers


def _anchor(node: _Node) -> _Root:
    """Return the post that was asked for. Raises SourceRefused where it is gone, blocked or cannot be read."""
    if absent(node.post):
        raise web.post_gone(line(node.kind).rpartition("#")[2])
    return web.decoded(bytes(node.post), _Root)


def _whole(client: httpx.Client, uri: str) -> Page:
    node, headers = _thread(client, uri, DEPTH)
    root = _anchor(node)
    tree = _Tree(root.uri, _hidden_by(root))
    tree.walk(node.replies)
    counted = whole(root.replies)
    return Page(
        comments=tuple(tree.comments),
        after=_after(_Mark(root.uri), tree.branches),
        counted=None if counted is None else counted + tree.below,
        unread=tree.unread,
        wait=web.breath(headers),
    )


def _branch(client: httpx.Client, mark: _Mark) -> Page:
    """Return what stands below one reply; where that is gone in the meantime, nothing."""
    rest = msgspec.structs.replace(mark, branches=mark.branches[1:], asked=mark.asked + 1)
    try:
        node, headers = _thread(client, mark.branches[0], DEPTH)
    except SourceRefused as error:
        if error.code != "post-gone":
            raise
        return Page(comments=(), after=_after(rest, ()))
    tree = _Tree(mark.post, frozenset())
    tree.walk(node.replies)
    return Page(
        comments=tuple(tree.comments),
        after=_after(rest, [one for one in tree.branches if one not in mark.branches]),
        unread=tree.unread,
        wait=web.breath(headers),
    )


def _after(mark: _Mark, more: Sequence[str]) -> str:
    """Return the mark with more branches: never beyond what one listing may ask for, whatever a thread claims."""
    branches = (*mark.branches, *more)
    kept = branches[: max(0, MOST_BRANCHES - mark.asked)]
    note = mark.note if len(kept) == len(branches) else "cut-by-platform"
    return msgspec.json.encode(msgspec.structs.replace(mark, branches=kept, note=note)).decode()


class _Tree:
    """The replies below one post, gathered without recursion."""

    def __init__(self, post: str, hidden: frozenset[str]) -> None:
        self.post, self.hidden = post, hidden
        self.comments: list[Comment] = []
        self.branches: list[str] = []
        self.below = self.unread = 0

    def walk(self, replies: Raw) -> None:
        """Read all that stands below, level by level."""
        left = deque((one, False) for one in self._items(replies))
        while left:
            raw, under_hidden = left.popleft()
            try:
                node = msgspec.json.decode(raw, type=_Node)
            except (msgspec.DecodeError, ValueError, RecursionError):
                self.unread += 1
                continue
            hidden = self._take(node, under_hidden=under_hidden)
            left.extend((one, hidden) for one in self._items(node.replies))

    def _items(self, replies: Raw) -> list[Raw]:
        if absent(replies):
            return []
        try:
            return msgspec.json.decode(replies, type=list[Raw])
        except (msgspec.DecodeError, ValueError, RecursionError):
            self.unread += 1
            return []

    def _take(self, node: _Node, *, under_hidden: bool) -> bool:
        """Keep one reply; return whether it is hidden. Blocked and missing ones have no post, and are passed over."""
        if absent(node.post):
            return under_hidden
        try:
            view = msgspec.json.decode(node.post, type=_View)
            hidden = under_hidden or view.uri in self.hidden
            self.comments.append(_comment(view, self.post, hidden=hidden))
        except (msgspec.DecodeError, ValueError, RecursionError):
            self.unread += 1
            return under_hidden
        count = whole(view.replies) or 0
        self.below += count
        if count and not self._items(node.replies) and view.uri not in self.branches:
            self.branches.append(view.uri)
        return hidden


def _hidden_by(root: _Root) -> frozenset[str]:
    match root.threadgate:
        case {"record": {"hiddenReplies": list(uris)}}:
            return frozenset(uri for uri in uris if isinstance(uri, str))
    return frozenset()


def _hidden(client: httpx.Client, mark: _Mark) -> Page:
    """Return what is kept out of the thread. The endpoint is no settled part of the API: without it the listing says so."""
    path = f"{HOST}/xrpc/app.bsky.unspecced.getPostThreadOtherV2"
    status, data, headers = web.fetch(client, path, params={"anchor": mark.post})
    if status not in {httpx.codes.OK, *_NOT_OFFERED}:
        raise web.refusal(status, headers, web.said(data))
    try:
        items = msgspec.json.decode(data, type=_Other).thread if status == httpx.codes.OK else None
    except (msgspec.DecodeError, ValueError, RecursionError):
        items = None
    if items is None:
        return Page(comments=(), note=mark.note or "hidden-not-listed")

    def read(item: _OtherItem) -> Comment | None:
        view = item.value.post
        return None if view is None else _comment(view, mark.post, hidden=True)

    comments, unread = each(items, _OtherItem, read)
    return Page(comments=tuple(comments), unread=unread, note=mark.note, wait=web.breath(headers))


def _comment(view: _View, post: str, *, hidden: bool) -> Comment:
    record = view.record
    parent = ""
    match record.reply:
        case {"parent": {"uri": str(uri)}} if uri != post:
            parent = uri
    return Comment(
        id=identity(view.uri),
        author=_account(view.author),
        text=plain(record.text),
        at=when(record.created),
        parent=parent,
        mentions=_mentions(record.facets),
        pictures=_pictures(record.embed),
        hidden=hidden,
        link=_link(view.uri),
    )


def streamed(did: str, rkey: str, record: Raw, wanted: frozenset[str]) -> tuple[str, Comment] | None:
    """Return the post that a record answers, of those wanted, and the reply; None for any other record.

    The record says nothing of its author's handle: the next sweep does. Raises ValueError, msgspec.DecodeError.
    """
    if b'"reply"' not in bytes(record):
        return None
    made = msgspec.json.decode(record, type=_Record)
    match made.reply:
        case {"root": {"uri": str(root)}} if root in wanted:
            view = _View(uri=f"at://{did}/{POST}/{rkey}", author=_Author(did=did), record=made)
            return root, _comment(view, root, hidden=False)
    return None


def _account(author: _Author) -> Account:
    handle = line(author.handle)
    # What the AppView says of a handle whose owner no longer confirms it: it is nobody's.
    handle = "" if handle == "handle.invalid" else handle
    return Account(site=SITE, id=identity(author.did), handle=handle, name=line(author.display_name))


def _mentions(facets: object) -> tuple[Mention, ...]:
    """Return the DIDs that facets name: what the text shows is the client's word, and may be somebody else's name."""
    named: dict[str, None] = {}
    for facet in facets if isinstance(facets, list) else []:
        features = facet.get("features") if isinstance(facet, dict) else None
        for feature in features if isinstance(features, list) else []:
            match feature:
                case {"$type": "app.bsky.richtext.facet#mention", "did": str(did)} if did:
                    named[did] = None
    return tuple(Mention(id=did) for did in named)


def _pictures(embed: object) -> int:
    match embed:
        case {"images": list(images)} | {"media": {"images": list(images)}}:
            return len(images)
    return 0


# --------------------------------------------------------------------------------------------------------------- people


class _People(msgspec.Struct):
    likes: list[Raw] = []
    reposts: list[Raw] = msgspec.field(name="repostedBy", default_factory=list)
    posts: list[Raw] = []
    followers: list[Raw] = []
    cursor: Any = ""


class _Like(msgspec.Struct):
    actor: _Author


class _Quote(msgspec.Struct):
    author: _Author


def likers(client: httpx.Client, post: Post, token: str, after: str) -> People:  # noqa: ARG001 - no token is needed
    """Return a page of who likes the post. Raises SourceRefused."""
    uri = settle(client, post).id

    def read(answer: _People) -> tuple[list[Account], int]:
        return each(answer.likes, _Like, lambda like: _account(like.actor))

    return _people(client, "getLikes", {"uri": uri}, after, read)


def reposters(client: httpx.Client, post: Post, token: str, after: str) -> People:  # noqa: ARG001 - likewise
    """Return a page of who reposted the post. Raises SourceRefused."""
    uri = settle(client, post).id
    return _people(client, "getRepostedBy", {"uri": uri}, after, lambda answer: each(answer.reposts, _Author, _account))


def quotes(client: httpx.Client, post: Post, token: str, after: str) -> People:  # noqa: ARG001 - likewise
    """Return a page of who quotes the post; somebody who does so twice stands there twice. Raises SourceRefused."""
    uri = settle(client, post).id

    def read(answer: _People) -> tuple[list[Account], int]:
        return each(answer.posts, _Quote, lambda quote: _account(quote.author))

    return _people(client, "getQuotes", {"uri": uri}, after, read)


def followers(client: httpx.Client, post: Post, token: str, after: str) -> People:  # noqa: ARG001 - likewise
    """Return a page of who follows `post.author`. Raises SourceRefused."""
    params = {"actor": post.author}
    path = f"{HOST}/xrpc/app.bsky.graph.getFollowers"
    return _listed(client, path, params, after, lambda answer: each(answer.followers, _Author, _account))


def _people(
    client: httpx.Client,
    name: str,
    params: dict[str, str],
    after: str,
    read: Callable[[_People], tuple[list[Account], int]],
) -> People:
    return _listed(client, f"{HOST}/xrpc/app.bsky.feed.{name}", params, after, read)


def _listed(
    client: httpx.Client,
    path: str,
    params: dict[str, str],
    after: str,
    read: Callable[[_People], tuple[list[Account], int]],
) -> People:
    params = params | {"limit": "100"} | ({"cursor": after} if after else {})
    # Of a mark that is no longer taken an answer says no more than of a post that is not there.
    answer, headers = web.ask(client, path, _People, params=params, meant=None if after else _meant)
    accounts, unread = read(answer)
    cursor, note = onward(after, answer.cursor)
    return People(accounts=tuple(accounts), after=cursor, unread=unread, note=note, wait=web.breath(headers))
