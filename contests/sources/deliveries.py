"""What platforms send by themselves: whether it is theirs, and what Meta's deliveries say of comments.

A delivery may come twice, late, or before what it follows: `remove` before `add`. Instagram never tells of edits and
removals, and gives no times but that of sending. So a delivery only makes a sweep faster; it never replaces it.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import msgspec

from contests.codec import canonical, check_depth, digest
from contests.comment import Account, Comment, Site
from contests.errors import Malformed, Text
from contests.sources.facebook import mentioned
from contests.sources.reading import Id, each, mended, when

LARGEST_DELIVERY = 4 * 1024 * 1024
"""Bytes; Meta puts at most a thousand changes in one delivery."""
What = Literal["seen", "edited", "hidden", "shown", "gone"]
_VERBS: dict[str, What] = {"add": "seen", "edited": "edited", "hide": "hidden", "unhide": "shown", "remove": "gone"}
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{1,200}")


class Delivered(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened to one comment.

    `comment` is None where the delivery does not tell who wrote what: it is to be looked up. `account` is the page or
    the professional account; `sent_at` the time of sending, None where it is not readable; `digest` the same for the
    same news, in whatever company it comes.
    """

    site: Site
    what: What
    post_id: str
    comment_id: str
    account: str
    digest: str
    comment: Comment | None = None
    sent_at: datetime | None = None


class _From(msgspec.Struct):
    id: Id = ""
    name: str = ""
    username: str = ""


class _Change(msgspec.Struct):
    field: str
    value: msgspec.Raw = msgspec.Raw(b"{}")


class _Entry(msgspec.Struct):
    id: Id
    time: float = 0
    changes: list[msgspec.Raw] = []


class _Delivery(msgspec.Struct):
    object: str
    entry: list[msgspec.Raw]


class _Feed(msgspec.Struct, rename={"author": "from"}):
    item: str
    verb: str
    comment_id: Id = ""
    post_id: Id = ""
    parent_id: Id = ""
    author: _From | None = None
    sender_id: Id = ""
    sender_name: str = ""
    message: str = ""
    message_tags: list[msgspec.Raw] | None = None
    photo: str = ""
    created_time: float | None = None


class _Medium(msgspec.Struct):
    id: Id = ""


class _Remark(msgspec.Struct, rename={"author": "from"}):
    """What Instagram tells of a comment; of a mention only the two ids at the end."""

    id: Id = ""
    text: str = ""
    author: _From | None = None
    media: _Medium | None = None
    parent_id: Id = ""
    comment_id: Id = ""
    media_id: Id = ""


def signed(body: bytes, header: str, secret: str) -> bool:
    """Whether `X-Hub-Signature-256` is right for the raw body (Meta: HMAC-SHA256 in hex). Never raises."""
    expected = "sha256=" + hmac.new(_bytes(secret), body, hashlib.sha256).hexdigest()
    return bool(secret) and hmac.compare_digest(_bytes(expected), _bytes(header))


def challenge(query: Mapping[str, str], verify_token: str) -> str | None:
    """Return what Meta wants to read back when a delivery address is set up; None for anybody else."""
    said = query.get("hub.challenge", "")
    known = bool(verify_token) and hmac.compare_digest(_bytes(query.get("hub.verify_token", "")), _bytes(verify_token))
    return said if known and query.get("hub.mode") == "subscribe" and _CHALLENGE.fullmatch(said) else None


def read_delivery(body: bytes) -> tuple[Delivered, ...]:
    """Return what a delivery of Meta says of comments, in its order. Raises Malformed.

    Reactions, likes and shares are no comments, and are left out; so is a change that cannot be read: sweeps find it.
    """
    if len(body) > LARGEST_DELIVERY:
        raise _malformed(f"{len(body)} bytes")
    try:
        check_depth(body)
        delivery = msgspec.json.decode(mended(body), type=_Delivery)
    except (ValueError, RecursionError) as error:
        raise _malformed(str(error)[:160]) from None
    read: dict[str, Delivered] = {}
    for entry in each(delivery.entry, _Entry)[0]:
        for change in each(entry.changes, _Change)[0]:
            if delivered := _delivered(delivery.object, entry, change):
                read.setdefault(delivered.digest, delivered)
    return tuple(read.values())


def _delivered(kind: str, entry: _Entry, change: _Change) -> Delivered | None:
    if kind == "page" and change.field == "feed":
        feeds, _ = each([change.value], _Feed)
        return _of_page(entry, change, feeds[0]) if feeds else None
    if kind == "instagram" and change.field in {"comments", "live_comments", "mentions"}:
        remarks, _ = each([change.value], _Remark)
        return _of_instagram(entry, change, remarks[0]) if remarks else None
    return None


def _of_page(entry: _Entry, change: _Change, said: _Feed) -> Delivered | None:
    what, comment_id, page_id = _VERBS.get(said.verb), str(said.comment_id), str(entry.id)
    if said.item != "comment" or what is None or not comment_id:
        return None
    author = said.author or _From(id=said.sender_id, name=said.sender_name)
    moved = when(said.created_time) if said.created_time is not None else None
    comment = None
    # Who hides or removes need not be who wrote: such a delivery tells nothing of the comment itself.
    if what in {"seen", "edited"} and author.id:
        comment = Comment(
            id=comment_id,
            author=Account(site="facebook", scope=page_id, id=str(author.id), name=author.name),
            text=said.message,
            # In an `edited` this is the time of the edit.
            at=moved if what == "seen" else None,
            edited_at=moved if what == "edited" else None,
            # A post's id begins with the page's, a comment's with the post's.
            parent="" if str(said.parent_id).startswith(f"{page_id}_") else str(said.parent_id),
            mentions=None if said.message_tags is None else mentioned(said.message_tags),
            pictures=int(bool(said.photo)),
        )
    return Delivered(
        site="facebook",
        what=what,
        post_id=str(said.post_id),
        comment_id=comment_id,
        account=page_id,
        digest=_digest("facebook", entry, change),
        comment=comment,
        sent_at=when(entry.time) if entry.time else None,
    )


def _of_instagram(entry: _Entry, change: _Change, said: _Remark) -> Delivered | None:
    comment_id, account = str(said.id or said.comment_id), str(entry.id)
    if not comment_id:
        return None
    comment = None
    if said.author and (said.author.id or said.author.username):
        comment = Comment(
            id=comment_id,
            author=Account(site="instagram", scope=account, id=str(said.author.id), handle=said.author.username),
            text=said.text,
            parent=str(said.parent_id),
        )
    return Delivered(
        site="instagram",
        what="seen",
        post_id=str(said.media.id if said.media else said.media_id),
        comment_id=comment_id,
        account=account,
        digest=_digest("instagram", entry, change),
        comment=comment,
        sent_at=when(entry.time) if entry.time else None,
    )


def _digest(site: Site, entry: _Entry, change: _Change) -> str:
    """Return what makes the same news one, without the time of sending: that of a second try is another."""
    try:
        value = msgspec.json.decode(change.value)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        # What is not read of it may be broken: its bytes are compared instead.
        value = digest(bytes(change.value))
    return digest(canonical([site, str(entry.id), change.field, value]))


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogatepass")


def _malformed(found: str) -> Malformed:
    return Malformed(
        "delivery-malformed",
        Text(fr="Une livraison de Meta était attendue : un objet JSON de 4 Mio au plus, avec « object » et « entry ».",
             en="A delivery of Meta was expected: a JSON object of at most 4 MiB with “object” and “entry”."),
        Text(fr="Rien n’a été lu ; le prochain relevé trouve ce qui manque.",
             en="Nothing was read; the next sweep finds what is missing."),
        found=found,
    )  # fmt: skip
