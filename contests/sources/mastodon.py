"""Mastodon and the servers that speak its API: replies that reached the server where the post is asked for.

`GET /api/v1/statuses/:id` and `/context`: https://docs.joinmastodon.org/methods/statuses/. A person is known by the
address of the account, which means the same on every server; the numbers of an instance mean nothing elsewhere.
"""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import msgspec
from msgspec import Raw

from contests.comment import Account, Comment, Mention, Post, Site
from contests.sources import web
from contests.sources.markup import read_markup
from contests.sources.reading import NOTHING, each, identity, line, onward, parse_address, plain, when, whole
from contests.sources.source import Access, Page, People, SourceRefused

SITE: Site = "mastodon"
NEEDS_TOKEN = False
SERVER = "https://{host}"
MOST_WITHOUT_TOKEN, MOST = 60, 4096
_HOST = re.compile(r"(?=.{4,253}$(?!\n))([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+(xn--[a-z0-9-]+|[a-z]{2,})")
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(@[a-z0-9.-]+)?", re.IGNORECASE)
_ELSEWHERE = ("youtube.com", "tiktok.com", "threads.net", "threads.com", "instagram.com", "facebook.com", "x.com",
              "twitter.com", "reddit.com", "bsky.app", "medium.com")  # fmt: skip
_NEXT = re.compile(r"<([^<>]*)>([^<]*)")
_RETRY = re.compile(r"\bretry=(\d{1,5})\b")


def recognise(address: str) -> Post | None:
    """Return the post behind an address of any server, as its page or the web client shows it. Pure."""
    parsed = parse_address(address)
    if parsed is None or not _HOST.fullmatch(parsed.host) or parsed.host.removeprefix("www.") in _ELSEWHERE:
        return None
    path = parsed.path[1:] if parsed.path[:1] in {("web",), ("deck",)} else parsed.path
    match path:
        case (name, number) if name.startswith("@") and number.isascii() and number.isdecimal():
            return _post(parsed.host, name[1:], number)
        case (name, "statuses", key) if name.startswith("@"):
            return _post(parsed.host, name[1:], key)
        case ("users", name, "statuses", key, *_):
            return _post(parsed.host, name, key)
        case ("statuses" | "notice", key):
            return _post(parsed.host, "", key)
    return None


def _post(host: str, name: str, key: str) -> Post | None:
    if not _ID.fullmatch(key) or (name and not _NAME.fullmatch(name)):
        return None
    shown = f"@{name}/{key}" if key.isdecimal() else f"@{name}/statuses/{key}"
    shown = shown if name else f"web/statuses/{key}"
    return Post(site=SITE, id=key, scope=host, author=name, link=f"https://{host}/{shown}")


# ------------------------------------------------------------------------------------------------------ what is answered


class _Account(msgspec.Struct):
    acct: str
    id: Any = None
    url: Any = ""
    uri: Any = ""
    display_name: Any = ""


class _Named(msgspec.Struct):
    url: str
    acct: str = ""


class _Post(msgspec.Struct):
    """The post itself: of its text nothing is wanted."""

    id: Any
    account: Raw = NOTHING
    replies_count: Any = None


class _Status(msgspec.Struct):
    id: Any
    account: _Account
    content: str
    spoiler_text: Any = ""
    created_at: Any = None
    edited_at: Any = None
    in_reply_to_id: Any = None
    visibility: Any = "public"
    mentions: Any = None
    media_attachments: Any = None
    url: Any = ""
    uri: Any = ""
    replies_count: Any = None


class _Context(msgspec.Struct):
    descendants: list[Raw]


# ------------------------------------------------------------------------------------------------------------- comments


def check(client: httpx.Client, post: Post, token: str) -> Access:
    """Try a token, and the post with it. Raises SourceRefused."""
    account = ""
    if token.strip():
        own, _ = _ask(client, post, "accounts/verify_credentials", _Account, token)
        account = _full(own.acct, post.scope)
    _ask(client, post, f"statuses/{post.id}", _Post, token)
    return Access(account=account)


def page(client: httpx.Client, post: Post, token: str, after: str) -> Page:  # noqa: ARG001 - there is one page
    """Return all replies that the server knows: one page. Raises SourceRefused."""
    own, _ = _ask(client, post, f"statuses/{post.id}", _Post, token)
    context, headers = _ask(client, post, f"statuses/{post.id}/context", _Context, token)
    below = 0

    def read(status: _Status) -> Comment | None:
        nonlocal below
        comment = _comment(status, post)
        below += whole(status.replies_count) or 0
        return None if comment.id == post.id else comment

    comments, unread = each(context.descendants, _Status, read)
    counted = whole(own.replies_count)
    refreshing = _refreshing(headers)
    return Page(
        comments=tuple(comments),
        counted=None if counted is None else counted + below,
        wait=refreshing or web.breath(headers),
        growing=refreshing > 0,
        unread=unread,
        note=_note(len(context.descendants), signed_in=bool(token.strip())),
    )


def _note(size: int, *, signed_in: bool) -> str:
    """Say when a listing has just the size at which the server cuts it."""
    if size >= MOST:
        return "cut-by-platform"
    return "cut-without-token" if size == MOST_WITHOUT_TOKEN and not signed_in else ""


def _refreshing(headers: httpx.Headers) -> float:
    """Return the seconds after which replies that the server is still fetching will be there (Mastodon 4.5)."""
    found = _RETRY.search(headers.get("mastodon-async-refresh", ""))
    return min(max(float(found[1]), 1.0), web.LATER) if found else 0.0


def _comment(status: _Status, post: Post) -> Comment:
    key = identity(status.id)
    markup = read_markup(status.content)
    warning = line(status.spoiler_text)
    parent = "" if status.in_reply_to_id is None else identity(status.in_reply_to_id)
    return Comment(
        id=key,
        author=_account(status.account, post.scope),
        text=plain(f"{warning}\n{markup.text}" if warning else markup.text),
        at=when(status.created_at),
        edited_at=when(status.edited_at),
        parent="" if parent == post.id else parent,
        mentions=_mentions(status.mentions, markup.people, post.scope),
        pictures=_pictures(status.media_attachments),
        hidden=status.visibility not in {"public", "unlisted"},
        link=_web(status.url) or _web(status.uri),
    )


def _account(account: _Account, host: str) -> Account:
    """Return an account under its address; by handle alone where a server tells none."""
    handle = _full(account.acct, host)
    key = _web(account.url) or _web(account.uri)
    if not handle and not key:
        raise ValueError("an account was expected")
    return Account(site=SITE, id=key, handle=handle, name=line(account.display_name))


def _full(acct: str, host: str) -> str:
    """Return a handle with its host: where it has none it is of the server that was asked."""
    handle = line(acct).removeprefix("@")
    return handle if "@" in handle or not handle else f"{handle}@{host}"


def _web(value: object) -> str:
    return value if isinstance(value, str) and value.startswith(("https://", "http://")) and len(value) <= 500 else ""


def _mentions(named: object, people: Sequence[str], host: str) -> tuple[Mention, ...] | None:
    """Return whom the server says a reply names. It adds whom one answers: typed are those that the text links to."""
    if not isinstance(named, list):
        return None
    found = {}
    for one in named:
        try:
            mention = msgspec.convert(one, _Named)
        except msgspec.ValidationError:
            continue
        typed = any(_same(mention.url, address) for address in people)
        found[mention.url] = Mention(id=_web(mention.url), handle=_full(mention.acct, host), typed=typed)
    return tuple(found.values())


def _same(left: str, right: str) -> bool:
    """Return whether two addresses are one account's: `/@alice` and `/users/alice` of one host are."""
    if left == right:
        return True
    try:
        one, two = urlsplit(left), urlsplit(right)
    except ValueError:
        return False
    names = [parts.path.rstrip("/").rpartition("/")[2].removeprefix("@").casefold() for parts in (one, two)]
    return bool(names[0]) and names[0] == names[1] and one.netloc.casefold() == two.netloc.casefold()


def _pictures(media: object) -> int:
    if not isinstance(media, list):
        return 0
    return sum(isinstance(one, dict) and one.get("type") == "image" for one in media)


# --------------------------------------------------------------------------------------------------------------- people


def likers(client: httpx.Client, post: Post, token: str, after: str) -> People:
    """Return a page of who favourited the post, as far as the server knows. Raises SourceRefused."""
    return _people(client, post, f"statuses/{post.id}/favourited_by", token, after)


def reposters(client: httpx.Client, post: Post, token: str, after: str) -> People:
    """Return a page of who boosted the post, as far as the server knows. Raises SourceRefused."""
    return _people(client, post, f"statuses/{post.id}/reblogged_by", token, after)


def followers(client: httpx.Client, post: Post, token: str, after: str) -> People:
    """Return a page of who follows `post.author`; an account may hide them, and then there are none. Raises SourceRefused."""
    if post.author:
        account, _ = _ask(client, post, "accounts/lookup", _Account, token, {"acct": post.author})
    else:
        own, _ = _ask(client, post, f"statuses/{post.id}", _Post, token)
        account = web.decoded(bytes(own.account), _Account)
    try:
        key = identity(account.id)
    except ValueError:
        raise web.unreadable("an account without an id") from None
    if not _ID.fullmatch(key):
        raise web.unreadable("an account's id of an unknown form")
    return _people(client, post, f"accounts/{key}/followers", token, after)


def _people(client: httpx.Client, post: Post, path: str, token: str, after: str) -> People:
    asked = {"limit": "80"} | {name: values[-1] for name, values in parse_qs(after).items()}
    answer, headers = _ask(client, post, path, list[Raw], token, asked)
    accounts, unread = each(answer, _Account, lambda account: _account(account, post.scope))
    mark, note = onward(after, _next(headers))
    return People(accounts=tuple(accounts), after=mark, unread=unread, note=note, wait=web.breath(headers))


def _next(headers: httpx.Headers) -> str:
    """Return where the next page begins, of the `Link` header only what it asks: whither we go is not for it to say."""
    for address, named in _NEXT.findall(headers.get("link", "")):
        if re.search(r"""rel=["']?next["']?""", named):
            try:
                query = parse_qs(urlsplit(address).query)
            except ValueError:
                return ""
            kept = {name: query[name][-1] for name in ("max_id", "cursor", "offset", "page") if name in query}
            return urlencode(kept)
    return ""


def _ask(
    client: httpx.Client, post: Post, path: str, shape: type[web.T], token: str, params: dict[str, str] | None = None
) -> tuple[web.T, httpx.Headers]:
    def meant(status: int, data: bytes, _: httpx.Headers) -> SourceRefused | None:
        words = web.said(data, sent)
        if status == httpx.codes.FORBIDDEN and "scope" in words:
            return web.missing("read", f"{status} {words}")
        if status == httpx.codes.UNPROCESSABLE_ENTITY:
            return web.token_refused(f"{status} {words}")
        return None

    sent = web.bearer(token)
    address = f"{SERVER.format(host=post.scope)}/api/v1/{path}"
    return web.ask(client, address, shape, params=params, headers=sent, meant=meant)
