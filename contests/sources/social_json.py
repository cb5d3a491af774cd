"""Comments in JSON as Instaloader and Apify write them, and the list of followers that Instagram gives its account."""

from collections.abc import Iterator
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import msgspec

from contests.comment import Account, Comment
from contests.errors import Malformed
from contests.sources.comment_rows import LONGEST_CELL, LONGEST_ID
from contests.sources.tally import Problem, Tally
from contests.sources.unreadable import refuse
from contests.sources.wall_time import moment

Origin = Literal["instaloader", "apify"]
LARGEST_FOLLOWERS = 64 * 1024 * 1024


class _Owner(msgspec.Struct):
    id: int | str = ""
    username: str = ""


class _Instaloader(msgspec.Struct):
    id: int | str
    created_at: int | str | None = None
    text: str | None = None
    owner: _Owner | None = None
    answers: list["_Instaloader"] = []


class _Apify(msgspec.Struct, rename="camel"):
    id: int | str
    text: str | None = None
    owner_username: str | None = None
    owner_id: int | str | None = None
    owner: _Owner | None = None
    timestamp: str | None = None
    replies_count: int | None = None
    replies: list["_Apify"] = []
    comment_url: str | None = None


class _Plain(msgspec.Struct):
    """One comment as either tells it."""

    id: str
    owner_id: str
    handle: str
    text: str
    time: str
    link: str
    answers: "list[_Plain]"
    announced: int = 0


def origin_of(item: bytes) -> Origin | None:
    """Return who wrote a list by its first item; None where it is neither."""
    try:
        keys = msgspec.json.decode(item, type=dict[str, msgspec.Raw]).keys()
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    if {"id", "created_at", "text", "owner"} <= keys:
        return "instaloader"
    if {"id", "text", "ownerUsername"} <= keys:
        return "apify"
    return None


def _read(item: bytes, origin: Origin) -> _Plain:
    if origin == "instaloader":
        return _instaloader(msgspec.json.decode(item, type=_Instaloader))
    return _apify(msgspec.json.decode(item, type=_Apify))


def _instaloader(found: _Instaloader) -> _Plain:
    owner = found.owner or _Owner()
    return _Plain(
        id=str(found.id), owner_id=str(owner.id), handle=owner.username, text=found.text or "",
        time=str(found.created_at or ""), link="", answers=[_instaloader(one) for one in found.answers],
    )  # fmt: skip


def _apify(found: _Apify) -> _Plain:
    owner = found.owner or _Owner()
    return _Plain(
        id=str(found.id), owner_id=str(found.owner_id or owner.id), handle=found.owner_username or owner.username,
        text=found.text or "", time=found.timestamp or "", link=found.comment_url or "",
        answers=[_apify(one) for one in found.replies], announced=found.replies_count or 0,
    )  # fmt: skip


def comments_of(
    item: bytes, number: int, origin: Origin, zone: ZoneInfo, scope: str, tally: Tally
) -> Iterator[Comment | Problem]:
    """Yield the comment that an item holds, then its answers."""
    try:
        found = _read(item, origin)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        tally.rows += 1
        yield tally.problem(number, "item-unreadable", "Un élément illisible.", "An item that cannot be read.")
        return
    yield from _flat(found, "", number, (zone, scope, tally))


def _flat(found: _Plain, parent: str, number: int, way: tuple[ZoneInfo, str, Tally]) -> Iterator[Comment | Problem]:
    zone, scope, tally = way
    tally.rows += 1
    tally.replies_missing += max(found.announced - len(found.answers), 0)
    handle = found.handle.strip().removeprefix("@")
    if not handle and not found.owner_id:
        yield tally.problem(number, "no-author", "Aucun auteur.", "No author.")
    elif len(found.text) > LONGEST_CELL or max(map(len, (handle, found.id, found.owner_id))) > LONGEST_ID:
        yield tally.problem(number, "cell-too-long", "Une valeur trop longue.", "A value that is too long.")
    else:
        at = moment(found.time, zone) if found.time else None
        tally.time(at, written=bool(found.time))
        author = Account(site="instagram", scope=scope, id=found.owner_id, handle=handle)
        link = found.link if found.link.startswith("https://") else ""
        comment = Comment(
            id=found.id, author=author, text=found.text, at=at.at if at else None, parent=parent, link=link
        )
        yield tally.comment(comment, at.wall if at else found.time)
    for answer in found.answers:
        yield from _flat(answer, parent or found.id, number, way)


class _Name(msgspec.Struct):
    value: str = ""
    href: str = ""


class _Follower(msgspec.Struct):
    string_list_data: list[_Name]
    title: str = ""


class _Followers(msgspec.Struct):
    relationships_followers: list[_Follower] | None = None
    relationships_following: list[msgspec.Raw] | None = None


def followers_of(data: bytes) -> tuple[str, ...]:
    """Return the handles in Instagram's `followers_1.json`, each once, in its order. Raises Malformed."""
    data = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    try:
        whole = (
            _Followers(relationships_followers=msgspec.json.decode(data, type=list[_Follower]))
            if data[:1] == b"["
            else msgspec.json.decode(data, type=_Followers)
        )
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _no_followers(str(error)[:160]) from None
    if whole.relationships_following is not None:
        raise refuse("following-not-followers", "La liste des abonnés du compte était attendue.",
                     "The list of the account's followers was expected.",
                     "relationships_following: the accounts that it follows itself")  # fmt: skip
    if whole.relationships_followers is None:
        raise _no_followers("no relationships_followers")
    handles: dict[str, None] = {}
    for one in whole.relationships_followers:
        for name in one.string_list_data:
            handle = name.value or one.title or _last_step(name.href)
            if handle and len(handle) <= LONGEST_ID:
                handles[handle] = None
    return tuple(handles)


def _no_followers(found: str) -> Malformed:
    return refuse("followers-unreadable", "Le fichier followers_1.json d’Instagram était attendu.",
                  "Instagram's followers_1.json was expected.", found)  # fmt: skip


def _last_step(href: str) -> str:
    try:
        return urlsplit(href).path.rstrip("/").rpartition("/")[2]
    except ValueError:
        return ""
