"""Replies on X, by its API v2: recent search by conversation, which reaches back seven days; each post read is paid for.

Of an older post the replies before that are read among the mentions of the account that posted, its latest 800.

An edit makes a new post with a new id: the first of the edit history stays. A reply begins with mentions that nobody
typed: they end before the range that is displayed (X, API v2: search, edit posts, data dictionary).
"""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TypeVar

import httpx
import msgspec

from contests.comment import Account, Comment, Mention, Post, Site
from contests.errors import Text
from contests.sources.reading import Id, each, pasted, when
from contests.sources.source import Access, Page, SourceRefused
from contests.sources.web import LATER, LONGEST_WAIT, bearer, decoded, fetch, hushed, refusal, slow_down, unreadable

SITE: Site = "x"
NEEDS_TOKEN = True
API = "https://api.x.com"
PER_PAGE, MOST_LIKERS = 100, 100
REACH = timedelta(days=7)
FIELDS = (
    "author_id,created_at,conversation_id,in_reply_to_user_id,referenced_tweets,entities,edit_history_tweet_ids,"
    "attachments,display_text_range,note_tweet"
)
OLDER = " mentions "
"""In the mark of where to go on: whose mentions, and which page of them."""
_EPOCH = 1_288_834_974_657
_HOSTS = frozenset({"x.com", "twitter.com", "mobile.x.com", "mobile.twitter.com"})
_NUMBER = re.compile(r"[0-9]{1,19}")
_USER = re.compile(r"[A-Za-z0-9_]{1,15}")
T = TypeVar("T")


class _Named(msgspec.Struct):
    id: Id = ""
    username: str = ""
    start: int = 0
    end: int = 0


class _Entities(msgspec.Struct):
    mentions: list[_Named] = []


class _Note(msgspec.Struct):
    text: str = ""
    entities: _Entities | None = None


class _Referenced(msgspec.Struct):
    type: str = ""
    id: Id = ""


class _Attachments(msgspec.Struct):
    media_keys: list[str] = []


class _Metrics(msgspec.Struct):
    reply_count: int = 0


class _Tweet(msgspec.Struct):
    id: Id
    author_id: Id
    conversation_id: Id = ""
    text: str = ""
    created_at: str = ""
    in_reply_to_user_id: Id = ""
    referenced_tweets: list[_Referenced] = []
    entities: _Entities | None = None
    edit_history_tweet_ids: list[Id] = []
    attachments: _Attachments | None = None
    display_text_range: list[int] = []
    note_tweet: _Note | None = None
    public_metrics: _Metrics = msgspec.field(default_factory=_Metrics)


class _User(msgspec.Struct):
    id: Id
    username: str = ""
    name: str = ""


class _Media(msgspec.Struct):
    media_key: str
    type: str = ""


class _Includes(msgspec.Struct):
    users: list[msgspec.Raw] = []
    media: list[msgspec.Raw] = []


class _Meta(msgspec.Struct):
    next_token: str = ""


class _Found(msgspec.Struct):
    # An answer without `meta` is an error in other words; without `data` it is an empty page.
    meta: _Meta
    data: list[msgspec.Raw] = []
    includes: _Includes | None = None


class _One(msgspec.Struct):
    data: _User | None = None


class _Post(msgspec.Struct):
    data: _Tweet | None = None


class _Problem(msgspec.Struct):
    title: str = ""
    detail: str = ""
    type: str = ""


class Likers(msgspec.Struct, frozen=True, kw_only=True):
    """Who liked a post, as far as X ever tells: a hundred people for all time. `capped`: there may be others."""

    accounts: tuple[Account, ...]
    capped: bool
    unread: int = 0


def recognise(address: str) -> Post | None:
    """Return the post behind an address; None where it is no post of X."""
    found = pasted(address, _HOSTS)
    if found is None:
        return None
    match found[0]:
        case ("i", "status", number, *_) | ("i", "web", "status", number, *_):
            user = ""
        case (user, "status" | "statuses", number, *_) if _USER.fullmatch(user):
            pass
        case _:
            return None
    if not _NUMBER.fullmatch(number):
        return None
    return Post(site=SITE, id=number, author=user, link=f"https://x.com/{user or 'i'}/status/{number}")


def check(client: httpx.Client, post: Post, token: str) -> Access:
    """Try a token on a post; one post read is paid for. An application's token has no account: “application”.

    Raises SourceRefused.
    """
    try:
        me, _ = _ask(client, "/2/users/me", _One, token, {"user.fields": "username"})
        account = me.data.username if me.data else "application"
    except SourceRefused as refused:
        if refused.code != "permission-missing":
            raise
        account = "application"
    told, headers = _ask(
        client, f"/2/tweets/{_number(post)}", _Post, token, {"tweet.fields": "author_id,public_metrics"}
    )
    if told.data is None:
        raise refusal(httpx.codes.NOT_FOUND, headers)
    return Access(account=account, counted=max(told.data.public_metrics.reply_count, 0))


def page(client: httpx.Client, post: Post, token: str, after: str) -> Page:
    """Return one page of the conversation, the newest first; then what is older, from the mentions. Raises SourceRefused.

    Replies to replies are in it. `note` says where the post is older than what the search reaches, by X's own clock.
    """
    number = _number(post)
    params = {
        "max_results": str(PER_PAGE),
        "expansions": "author_id,attachments.media_keys",
        "tweet.fields": FIELDS,
        "user.fields": "username,name",
    }
    older, _, mark = after.partition(OLDER)
    if OLDER in after:
        params |= {"since_id": number} | ({"pagination_token": mark} if mark else {})
        path = f"/2/users/{older}/mentions"
    else:
        params |= {"query": f"conversation_id:{number}"} | ({"next_token": after} if after else {})
        path = "/2/tweets/search/recent"
    try:
        found, headers = _ask(client, path, _Found, token, params)
    except SourceRefused as refused:
        if OLDER in after and refused.code == "permission-missing":
            return Page(comments=(), note="only-seven-days")  # not every plan has them
        raise
    go_on, old = found.meta.next_token, _beyond_reach(number, headers)
    if go_on and go_on == (mark if OLDER in after else after):
        raise unreadable("a next page that is the same page")
    if OLDER in after:
        go_on = f"{older}{OLDER}{go_on}" if go_on else ""
    elif old and not go_on:
        go_on = f"{_author(client, number, token)}{OLDER}"
    includes = found.includes or _Includes()
    users = {str(user.id): user for user in each(includes.users, _User)[0]}
    photos = {media.media_key for media in each(includes.media, _Media)[0] if media.type == "photo"}
    tweets, unread = each(found.data, _Tweet)
    # Among the mentions there are those of other conversations.
    own = [tweet for tweet in tweets if OLDER not in after or tweet.conversation_id == number]
    read = [_comment(tweet, users, photos, number) for tweet in own]
    return Page(
        comments=tuple({one.id: one for one in reversed(read) if one.id != number}.values())[::-1],
        after=go_on,
        wait=_until_reset(headers) if headers.get("x-rate-limit-remaining", "").strip() == "0" else 0.0,
        unread=unread,
        note="older-by-mentions" if old and OLDER in after else "",
    )


def _author(client: httpx.Client, number: str, token: str) -> str:
    """Return the id of whoever posted. Raises SourceRefused."""
    told, headers = _ask(client, f"/2/tweets/{number}", _Post, token, {"tweet.fields": "author_id"})
    if told.data is None:
        raise refusal(httpx.codes.NOT_FOUND, headers)
    author = str(told.data.author_id)
    if not _NUMBER.fullmatch(author):
        raise unreadable("an account without a number")
    return author


def liking_users(client: httpx.Client, post: Post, token: str) -> Likers:
    """Return who liked a post, at most 100 for all time; 0.010 dollars each. Raises SourceRefused."""
    params = {"max_results": str(MOST_LIKERS), "user.fields": "username,name"}
    found, _ = _ask(client, f"/2/tweets/{_number(post)}/liking_users", _Found, token, params)
    users, unread = each(found.data, _User)
    accounts = {str(one.id): _account(str(one.id), one) for one in users}
    return Likers(accounts=tuple(accounts.values()), capped=len(found.data) >= MOST_LIKERS, unread=unread)


def _comment(tweet: _Tweet, users: dict[str, _User], photos: set[str], root: str) -> Comment:
    versions = [str(one) for one in tweet.edit_history_tweet_ids] or [str(tweet.id)]
    first, last = versions[0], versions[-1]
    parent = next((str(one.id) for one in tweet.referenced_tweets if one.type == "replied_to"), "")
    author = str(tweet.author_id)
    user = users.get(author)
    keys = tweet.attachments.media_keys if tweet.attachments else []
    return Comment(
        id=first,
        author=_account(author, user),
        text=_unescaped(tweet.note_tweet.text if tweet.note_tweet and tweet.note_tweet.text else tweet.text),
        at=_made_at(first) if first != last else when(tweet.created_at),
        edited_at=_made_at(last) if first != last else None,
        parent="" if parent == root else parent,
        mentions=_mentions(tweet),
        pictures=sum(key in photos for key in keys),
        link=f"https://x.com/{user.username if user and user.username else 'i'}/status/{tweet.id}",
    )


def _account(number: str, user: _User | None) -> Account:
    return Account(
        site=SITE, id=number, handle=user.username if user else "", name=_unescaped(user.name) if user else ""
    )


def _mentions(tweet: _Tweet) -> tuple[Mention, ...]:
    """Return whom a post names; not typed where the mention ends before the range that is displayed."""
    begins = tweet.display_text_range[0] if tweet.display_text_range else None
    answered = str(tweet.in_reply_to_user_id)
    found = [
        Mention(
            id=str(one.id),
            handle=one.username,
            # Without the range, only the one who is answered, at the very start, is known to be X's doing.
            typed=one.end > begins if begins is not None else not (one.start == 0 and str(one.id) == answered),
        )
        for one in (tweet.entities.mentions if tweet.entities else [])
    ]
    # Beyond 280 characters the whole text, and whom it names, stand in the note.
    noted = tweet.note_tweet.entities.mentions if tweet.note_tweet and tweet.note_tweet.entities else []
    known = {one.id for one in found}
    return (*found, *(Mention(id=str(one.id), handle=one.username) for one in noted if str(one.id) not in known))


def _unescaped(text: str) -> str:
    """Return text as it was typed: X escapes these three, and nothing else."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _number(post: Post) -> str:
    if not _NUMBER.fullmatch(post.id):
        raise SourceRefused(
            "address-opaque",
            Text(fr="L’adresse d’une publication était attendue : https://x.com/…/status/123…",
                 en="The address of a post was expected: https://x.com/…/status/123…"),
            Text(fr="Ouvrez la publication et copiez son adresse.", en="Open the post and copy its address."),
            found=post.link or post.id,
        )  # fmt: skip
    return post.id


def _made_at(number: str) -> datetime | None:
    """Return when a post was made: its id begins with the milliseconds since X's own epoch."""
    if not _NUMBER.fullmatch(number):
        return None
    return datetime.fromtimestamp(((int(number) >> 22) + _EPOCH) // 1000, UTC)


def _beyond_reach(number: str, headers: httpx.Headers) -> bool:
    made, now = _made_at(number), _date(headers)
    return made is not None and now is not None and now - made > REACH


def _date(headers: httpx.Headers) -> datetime | None:
    try:
        said = parsedate_to_datetime(headers.get("date", ""))
        return said if said.tzinfo else said.replace(tzinfo=UTC)
    except (ValueError, TypeError):
        return None


def _until_reset(headers: httpx.Headers) -> float:
    """Return the seconds until the limit is lifted, both times by X's clock."""
    reset, now = headers.get("x-rate-limit-reset", "").strip(), _date(headers)
    if now is None or not (reset.isascii() and reset.isdecimal() and len(reset) < 12):
        return LATER
    return min(max(float(reset) - now.timestamp(), 1.0), LONGEST_WAIT)


def _ask(
    client: httpx.Client, path: str, shape: type[T], token: str, params: dict[str, str]
) -> tuple[T, httpx.Headers]:
    status, data, headers = fetch(client, f"{API}{path}", params=params, headers=bearer(token, needed=True))
    if status == httpx.codes.OK:
        return decoded(data, shape), headers
    problem = _problem(data)
    words = "".join(c if c.isprintable() else " " for c in f"{problem.title} {problem.detail}"[:2000])
    found = f"{status} {hushed(words, token)[:160]}".strip()
    if status == httpx.codes.PAYMENT_REQUIRED or "usage-capped" in problem.type:
        raise _spent(found)
    if status == httpx.codes.TOO_MANY_REQUESTS:
        raise slow_down(_until_reset(headers), found)
    if status == httpx.codes.BAD_REQUEST:
        raise unreadable(found)
    raise refusal(status, headers, hushed(words, token)[:160])


def _problem(data: bytes) -> _Problem:
    try:
        return msgspec.json.decode(data, type=_Problem)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _Problem()


def _spent(found: str) -> SourceRefused:
    return SourceRefused(
        "quota-spent",
        Text(fr="Un compte X avec du crédit était attendu.", en="An X account with credit left was expected."),
        Text(fr="Rechargez le crédit dans la console de X, ou relevez son plafond ; le relevé reprend ensuite.",
             en="Add credit in X's console, or raise its cap; the sweep then goes on."),
        found=found,
    )  # fmt: skip
