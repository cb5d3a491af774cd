"""Comments on Facebook Pages, by Meta's Graph API, with the token of the Page that posted.

Friends are tagged as plain names, without “@”: only `message_tags` tells them. Ids of authors mean something within the
page only, and stay away where the token lacks a permission (Meta, Graph API: comments of an object).
"""

import re

import httpx
import msgspec

from contests.comment import Account, Comment, Mention, Post, Site
from contests.errors import Text
from contests.sources import graph
from contests.sources.graph import Listing, ask, further, lacking
from contests.sources.reading import Id, each, pasted, when
from contests.sources.source import Access, Page, SourceRefused
from contests.sources.web import decoded, unreadable

SITE: Site = "facebook"
NEEDS_TOKEN = True
PER_PAGE = 100
FIELDS = "id,from,message,message_tags,created_time,parent{id},is_hidden,attachment,permalink_url"
NEEDED = ("pages_read_engagement", "pages_read_user_content")
PICTURES = frozenset({"photo", "sticker"})
_HOSTS = frozenset(
    {"facebook.com", "m.facebook.com", "web.facebook.com", "mbasic.facebook.com", "business.facebook.com"}
)
_SHORT = frozenset({"fb.watch", "fb.me", "on.fb.me"})
_NUMBER = re.compile(r"[0-9]{1,40}")
_POST = re.compile(r"_?[0-9]{1,40}(_[0-9]{1,40})?")


class _From(msgspec.Struct):
    id: Id = ""
    name: str = ""


class _Parent(msgspec.Struct):
    id: Id = ""


class _Attachment(msgspec.Struct):
    type: str = ""


class _Tag(msgspec.Struct):
    id: Id = ""
    name: str = ""
    type: str = ""


class _Comment(msgspec.Struct, rename={"author": "from"}):
    id: Id
    author: _From | None = None
    message: str = ""
    message_tags: list[msgspec.Raw] = []
    created_time: str = ""
    parent: _Parent | None = None
    is_hidden: bool = False
    attachment: _Attachment | None = None
    permalink_url: str = ""


class _Object(msgspec.Struct, rename={"author": "from"}):
    id: Id
    author: _From | None = None


class _Me(msgspec.Struct):
    id: Id
    name: str = ""


class _Mark(msgspec.Struct):
    """Where to go on: the object, its page, the next page of comments."""

    o: str
    s: str
    a: str


def recognise(address: str) -> Post | None:
    """Return the post behind an address. Raises SourceRefused for one that hides its number.

    The id is `PAGE_POST`; `_POST` where the address has the page's name only; the number alone of a photo or a video.
    """
    if pasted(address, _SHORT):
        raise _opaque(address)
    found = pasted(address, _HOSTS)
    if found is None:
        return None
    path, query = found
    if path[:1] == ("share",) or any(part.startswith("pfbid") for part in (*path, *query.values())):
        raise _opaque(address)
    page_id, post_id = _numbers(path, query)
    if not _NUMBER.fullmatch(post_id):
        return None
    if page_id is None:
        known, scope = post_id, ""
    else:
        scope = page_id if _NUMBER.fullmatch(page_id) else ""
        known = f"{scope}_{post_id}"
    return Post(site=SITE, id=known, scope=scope, link=address.strip())


def _numbers(path: tuple[str, ...], query: dict[str, str]) -> tuple[str | None, str]:
    """Return page and post; no page for what is an object by itself: a photo, a video."""
    match path:
        case ("permalink.php" | "story.php",):
            return query.get("id", ""), query.get("story_fbid", "")
        case ("photo" | "photo.php",):
            return None, query.get("fbid", "")
        case ("watch",) | ("watch", "live") | ("video.php",):
            return None, query.get("v", "")
        case ("reel", number, *_) | (_, "videos" | "photos", *_, number):
            return None, number
        case (name, "posts", *_, number):
            return name, number
    # As the Graph API and Meta Business Suite write it.
    scope, _, number = path[0].partition("_") if len(path) == 1 else ("", "", "")
    return scope, number if _NUMBER.fullmatch(scope) else ""


def find_post(client: httpx.Client, address: str, token: str) -> Post:
    """Return the post behind an address, with its page and who posted it. Raises SourceRefused."""
    post = recognise(address)
    if post is None:
        raise _opaque(address)
    found = _resolved(client, post, token)
    told, _ = _ask(client, found.id, _Object, token, {"fields": "id,from"})
    return msgspec.structs.replace(found, author=str(told.author.id) if told.author else found.scope)


def check(client: httpx.Client, post: Post, token: str) -> Access:
    """Try a token on a post: whose it is, and what it lacks. Raises SourceRefused."""
    me = _me(client, token)
    absent = lacking(client, graph.FACEBOOK, token, NEEDED)
    found = None
    if not absent:
        found = _resolved(client, post, token)
        _ask(client, f"{found.id}/comments", Listing, token, {"fields": "id,from", "limit": "1"})
    return Access(account=me.name or str(me.id), missing=absent, post=found)


def page(client: httpx.Client, post: Post, token: str, after: str) -> Page:
    """Return one page of comments and replies, the oldest first. Raises SourceRefused.

    `nameless` counts those whose author Facebook keeps from the token: nobody can be told from anybody else there.
    """
    if after:
        mark = decoded(after.encode(), _Mark)
    else:
        found = _resolved(client, post, token)
        mark = _Mark(o=found.id, s=found.scope, a="")
    params = {
        "filter": "stream",
        "order": "chronological",
        "summary": "total_count",
        "limit": str(PER_PAGE),
        "fields": FIELDS,
    } | ({"after": mark.a} if mark.a else {})
    listing, wait = _ask(client, f"{mark.o}/comments", Listing, token, params)
    go_on = further(listing, mark.a)
    said, unread = each(listing.data, _Comment)
    read = {str(one.id): _comment(one, mark) for one in said}
    return Page(
        comments=tuple(one for one in read.values() if one.author.id),
        after=msgspec.json.encode(_Mark(o=mark.o, s=mark.s, a=go_on)).decode() if go_on else "",
        counted=listing.summary.total_count if listing.summary else None,
        wait=wait,
        unread=unread,
        nameless=sum(not one.author.id for one in read.values()),
    )


def _comment(said: _Comment, mark: _Mark) -> Comment:
    author = said.author or _From()
    parent = str(said.parent.id) if said.parent else ""
    return Comment(
        id=str(said.id),
        author=Account(site=SITE, scope=mark.s, id=str(author.id), name=author.name),
        text=said.message,
        at=when(said.created_time),
        parent="" if parent == mark.o else parent,
        mentions=mentioned(said.message_tags),
        pictures=int(said.attachment is not None and said.attachment.type in PICTURES),
        hidden=said.is_hidden,
        link=said.permalink_url,
    )


def mentioned(tags: list[msgspec.Raw]) -> tuple[Mention, ...]:
    """Return whom `message_tags` names; by name only where Facebook keeps the id. Unreadable tags are left out."""
    return tuple(
        Mention(id=str(tag.id), handle="" if tag.id else tag.name, page=tag.type == "page")
        for tag in each(tags, _Tag)[0]
        if tag.id or tag.name
    )


def _resolved(client: httpx.Client, post: Post, token: str) -> Post:
    """Return a post with the number of its page, which the token knows where the address has only a name."""
    if not _POST.fullmatch(post.id):
        raise _opaque(post.link or post.id)
    scope = post.scope or str(_me(client, token).id)
    return msgspec.structs.replace(post, id=f"{scope}{post.id}" if post.id[0] == "_" else post.id, scope=scope)


def _me(client: httpx.Client, token: str) -> _Me:
    """Return the page that a token opens. Raises SourceRefused."""
    try:
        # Only a page has a category: a person's token is told that the field does not exist.
        me, _ = _ask(client, "me", _Me, token, {"fields": "id,name,category"})
    except SourceRefused as refused:
        raise graph.without_page(refused) from None
    if not _NUMBER.fullmatch(str(me.id)):
        raise unreadable("a page whose id is no number")
    return me


def _ask(
    client: httpx.Client, path: str, shape: type[graph.T], token: str, params: dict[str, str]
) -> tuple[graph.T, float]:
    return ask(client, f"{graph.FACEBOOK}/{path}", shape, token, params=params, permission=", ".join(NEEDED))


def _opaque(address: str) -> SourceRefused:
    return SourceRefused(
        "address-opaque",
        Text(fr="Une adresse avec le numéro de la publication était attendue : https://www.facebook.com/PAGE/posts/123…",
             en="An address with the post's number was expected: https://www.facebook.com/PAGE/posts/123…"),
        Text(fr="Les adresses abrégées et celles en « pfbid » cachent ce numéro. Prenez-le dans Meta Business Suite "
                "(« Identifiant de la publication ») et collez https://www.facebook.com/NUMÉRO_DE_PAGE_NUMÉRO.",
             en="Short addresses and those with “pfbid” hide that number. Take it from Meta Business Suite "
                "(“Post ID”) and paste https://www.facebook.com/PAGE_NUMBER_POST_NUMBER."),
        found=address[:200],
    )  # fmt: skip
