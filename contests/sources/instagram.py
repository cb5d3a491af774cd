"""Comments on Instagram, by Meta's Graph API: those under the media of a professional account, with its token.

What an address shows is a short code, which is not the media's id: only the account's own list of media leads from one
to the other. Ids of authors mean something within the account only. Absent without a word: comments of restricted
people, and those of minors' and advertisements' media (Meta, Instagram Platform: comments).
"""

import re
from collections.abc import Sequence

import httpx
import msgspec

from contests.comment import Account, Comment, Post, Site
from contests.errors import Text
from contests.sources import graph
from contests.sources.graph import Listing, ask, further, lacking
from contests.sources.reading import Id, each, pasted, when
from contests.sources.source import Access, Page, SourceRefused
from contests.sources.web import decoded, token_refused, unreadable

SITE: Site = "instagram"
NEEDS_TOKEN = True
PER_PAGE, MEDIA_PER_PAGE, MOST_MEDIA_PAGES = 50, 100, 100
FIELDS = "id,text,timestamp,username,from,hidden,parent_id,like_count"
NEEDED = ("instagram_business_basic", "instagram_business_manage_comments")
NEEDED_BY_FACEBOOK = ("instagram_basic", "instagram_manage_comments", "pages_read_engagement")
_HOSTS = frozenset({"instagram.com", "m.instagram.com", "instagr.am"})
_CODE = re.compile(r"[A-Za-z0-9_-]{5,64}")
_MEDIA = re.compile(r"[0-9]{1,40}")


class _From(msgspec.Struct):
    id: Id = ""
    username: str = ""


class _Replies(msgspec.Struct):
    id: Id
    replies: Listing | None = None


class _Comment(msgspec.Struct, rename={"author": "from"}):
    id: Id
    text: str = ""
    timestamp: str = ""
    username: str = ""
    author: _From | None = None
    hidden: bool = False
    parent_id: Id = ""


class _Owner(msgspec.Struct):
    id: Id = ""


class _Media(msgspec.Struct):
    id: Id
    permalink: str = ""
    shortcode: str = ""
    comments_count: int | None = None
    owner: _Owner | None = None


class _Linked(msgspec.Struct):
    id: Id
    username: str = ""


class _Me(msgspec.Struct):
    id: Id = ""
    user_id: Id = ""
    username: str = ""
    instagram_business_account: _Linked | None = None


class _Mark(msgspec.Struct, omit_defaults=True):
    """Where to go on: the media and its account, the next page of comments, and the replies that are still to come."""

    m: str
    s: str
    a: str = ""
    r: list[tuple[str, str]] = []


def recognise(address: str) -> Post | None:
    """Return the post behind an address; its id is the short code until `find_media` has found the media."""
    found = pasted(address, _HOSTS)
    if found is None:
        return None
    path, _ = found
    if path[:1] == ("share",):
        raise _opaque(address)
    if len(path) > 2 and path[1] in {"p", "reel", "tv"}:
        path = path[1:]
    if len(path) < 2 or path[0] not in {"p", "reel", "reels", "tv"} or not _CODE.fullmatch(path[1]):
        return None
    return Post(site=SITE, id=path[1], link=f"https://www.instagram.com/p/{path[1]}/")


def find_media(client: httpx.Client, address: str, token: str) -> Post:
    """Return the post behind an address, with the media's id and its account. Raises SourceRefused.

    The account's media are listed from the newest on, at most 10,000 of them.
    """
    post = recognise(address)
    if post is None:
        raise _opaque(address)
    account = _me(client, token)
    after = ""
    for _ in range(MOST_MEDIA_PAGES):
        params = {"fields": "id,permalink,shortcode", "limit": str(MEDIA_PER_PAGE)} | (
            {"after": after} if after else {}
        )
        listing, _ = _ask(client, f"{account.id}/media", Listing, token, params)
        for media in each(listing.data, _Media)[0]:
            if post.id == (media.shortcode or _code(media.permalink)):
                return Post(site=SITE, id=str(media.id), scope=str(account.id), author=account.username, link=post.link)
        after = further(listing, after)
        if not after:
            break
    raise SourceRefused(
        "post-gone",
        Text(fr=f"Une publication du compte @{account.username} était attendue.",
             en=f"A post of the account @{account.username} was expected."),
        Text(fr="Collez l’adresse d’une publication de ce compte, ou le jeton du compte qui a publié.",
             en="Paste the address of a post of this account, or the token of the account that posted."),
        found=post.link,
    )  # fmt: skip


def check(client: httpx.Client, post: Post, token: str) -> Access:
    """Try a token on a post: whose it is, and what it lacks. Raises SourceRefused."""
    account = _me(client, token)
    absent = lacking(client, _base(token), token, _needed(token))
    media = None
    if not absent:
        media = post if _MEDIA.fullmatch(post.id) else find_media(client, post.link, token)
        _ask(client, f"{media.id}/comments", Listing, token, {"fields": "id,username", "limit": "1"})
    return Access(account=account.username or str(account.id), missing=absent, post=media)


def page(client: httpx.Client, post: Post, token: str, after: str) -> Page:
    """Return one page of comments with the replies that come along, then pages of the replies left over.

    Newest first, as Instagram gives them. `counted` stands on the first page only. Raises SourceRefused.
    """
    counted, wait = None, 0.0
    if after:
        mark = decoded(after.encode(), _Mark)
    else:
        mark, counted, wait = _first(client, post, token)
    if mark.r:
        return _left_over(client, mark, token)
    params = {"limit": str(PER_PAGE), "fields": f"{FIELDS},replies.limit({PER_PAGE}){{{FIELDS}}}"}
    listing, pause = _ask(client, f"{mark.m}/comments", Listing, token, params | _after(mark.a))
    read, more, unread = _threads(listing.data, mark.s)
    onward = _Mark(m=mark.m, s=mark.s, a=further(listing, mark.a), r=more)
    return _page(read, onward, counted=counted, wait=max(wait, pause), unread=unread)


def _left_over(client: httpx.Client, mark: _Mark, token: str) -> Page:
    """Return a page of the replies that did not come along with their comment."""
    (under, cursor), *pending = mark.r
    onward = _Mark(m=mark.m, s=mark.s, a=mark.a, r=pending)
    params = {"limit": str(PER_PAGE), "fields": FIELDS}
    try:
        listing, wait = _ask(client, f"{under}/replies", Listing, token, params | _after(cursor))
    except SourceRefused as refused:
        if refused.code != "post-gone":
            raise
        # Its author took the comment away while we were listing; the post is still there.
        return msgspec.structs.replace(_page([], onward), gone=(under,))
    if go_on := further(listing, cursor):
        onward.r = [(under, go_on), *pending]
    said, unread = each(listing.data, _Comment)
    return _page([_comment(one, mark.s, under) for one in said], onward, wait=wait, unread=unread)


def _page(
    read: Sequence[Comment], onward: _Mark, *, counted: int | None = None, wait: float = 0.0, unread: int = 0
) -> Page:
    nobody = Account(site=SITE, scope=onward.s).key
    named = {one.id: one for one in read if one.author.key != nobody}
    return Page(
        comments=tuple(named.values()),
        after=msgspec.json.encode(onward).decode() if onward.a or onward.r else "",
        counted=counted,
        wait=wait,
        unread=unread,
        nameless=len({one.id for one in read if one.author.key == nobody}),
    )


def _after(cursor: str) -> dict[str, str]:
    return {"after": cursor} if cursor else {}


def _first(client: httpx.Client, post: Post, token: str) -> tuple[_Mark, int | None, float]:
    """Return where a listing begins and how many comments Instagram counts."""
    found = post if _MEDIA.fullmatch(post.id) else find_media(client, post.link, token)
    media, wait = _ask(client, found.id, _Media, token, {"fields": "id,comments_count,owner"})
    scope = found.scope or str(media.owner.id if media.owner else "") or str(_me(client, token).id)
    return _Mark(m=found.id, s=scope), media.comments_count, wait


def _threads(items: Sequence[msgspec.Raw], scope: str) -> tuple[list[Comment], list[tuple[str, str]], int]:
    """Return comments and the replies that came along, under which comments more are to be listed, how many are unread.

    A comment whose replies are not of the documented shape still counts; that they are lost is counted as one unread.
    """
    read: list[Comment] = []
    more: list[tuple[str, str]] = []
    unread = 0
    for item in items:
        said, strange = each([item], _Comment)
        threads, lost = each([item], _Replies)
        unread += max(strange, lost)
        read += [_comment(one, scope, "") for one in said]
        for thread in threads:
            if thread.replies is None:
                continue
            replies, lost = each(thread.replies.data, _Comment)
            unread += lost
            read += [_comment(one, scope, str(thread.id)) for one in replies]
            if cursor := further(thread.replies):
                more.append((str(thread.id), cursor))
    return read, more, unread


def _comment(said: _Comment, scope: str, under: str) -> Comment:
    author = said.author or _From()
    return Comment(
        id=str(said.id),
        author=Account(site=SITE, scope=scope, id=str(author.id), handle=author.username or said.username),
        text=said.text,
        at=when(said.timestamp),
        parent=str(said.parent_id) or under,
        hidden=said.hidden,
    )


def _ask(
    client: httpx.Client, path: str, shape: type[graph.T], token: str, params: dict[str, str]
) -> tuple[graph.T, float]:
    return ask(client, f"{_base(token)}/{path}", shape, token, params=params, permission=_needed(token)[1])


def _by_instagram(token: str) -> bool:
    """Whether a token was given out by Instagram's own sign-in; the others are those of Facebook's Pages."""
    return token.startswith("IG")


class _Renewed(msgspec.Struct):
    access_token: str = ""


def renewed(client: httpx.Client, token: str) -> str:
    """Return a token for sixty days more; that of a Page does not end, and stays as it is. Raises SourceRefused.

    Meta wants it in the query here (Instagram API with Instagram Login, refresh_access_token).
    """
    if not _by_instagram(token):
        return token
    params = {"grant_type": "ig_refresh_token", "access_token": token}
    answer, _ = graph.ask(
        client, f"{graph.INSTAGRAM}/refresh_access_token", _Renewed, token, params=params, permission=""
    )
    if not answer.access_token:
        raise unreadable("no token")
    return answer.access_token


def _base(token: str) -> str:
    return graph.INSTAGRAM if _by_instagram(token) else graph.FACEBOOK


def _needed(token: str) -> tuple[str, ...]:
    return NEEDED if _by_instagram(token) else NEEDED_BY_FACEBOOK


def _me(client: httpx.Client, token: str) -> _Linked:
    """Return the professional account that a token opens. Raises SourceRefused."""
    if _by_instagram(token):
        me, _ = _ask(client, "me", _Me, token, {"fields": "user_id,username"})
        account = _Linked(id=me.user_id or me.id, username=me.username)
        if not account.id:
            raise unreadable("an account without an id")
        return account
    try:
        me, _ = _ask(client, "me", _Me, token, {"fields": "id,instagram_business_account{id,username}"})
    except SourceRefused as refused:
        raise graph.without_page(refused) from None
    if me.instagram_business_account is None:
        raise token_refused(
            "a Page without an Instagram account",
            Text(fr="Le jeton d’une Page liée à un compte Instagram professionnel était attendu.",
                 en="The token of a Page that is linked to a professional Instagram account was expected."),
            Text(fr="Liez le compte à la Page dans ses réglages, puis collez un nouveau jeton.",
                 en="Link the account to the Page in its settings, then paste a new token."),
        )  # fmt: skip
    return me.instagram_business_account


def _code(permalink: str) -> str:
    found = pasted(permalink, _HOSTS)
    return found[0][1] if found and len(found[0]) > 1 else ""


def _opaque(address: str) -> SourceRefused:
    return SourceRefused(
        "address-opaque",
        Text(fr="L’adresse d’une publication Instagram était attendue : https://www.instagram.com/p/…/ ou /reel/…/.",
             en="The address of an Instagram post was expected: https://www.instagram.com/p/…/ or /reel/…/."),
        Text(fr="Ouvrez la publication dans un navigateur et copiez l’adresse qui s’affiche.",
             en="Open the post in a browser and copy the address that it shows."),
        found=address[:200],
    )  # fmt: skip
