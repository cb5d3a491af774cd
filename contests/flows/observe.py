"""Observe: comments as a platform or a file shows them now, held against what was seen before. Nothing is judged here.

A comment is known by its post and the platform's id: seeing it twice changes nothing. What changed is added as an
observation; a comment that its author deleted leaves a digest and the fact.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from contests.codec import canonical, digest
from contests.comment import Account, Comment, Mention, Site
from contests.store import comments as kept
from contests.store.comment_tables import CommentRow, PostRow
from contests.store.session import Tx

LONGEST_TEXT, LONGEST_ID, LONGEST_KEY = 20_000, 500, 320


# Platforms that set the times of a comment themselves: their word decides where ours came after the closing.
OWN_CLOCK = frozenset({"facebook", "instagram", "reddit", "x", "youtube"})


class Seen(msgspec.Struct, frozen=True):
    """What one page brought: comments listed, those never seen before, those that changed."""

    listed: int = 0
    fresh: int = 0
    changed: int = 0


def observe(tx: Tx, post: PostRow, sweep: int, found: Sequence[Comment], now: datetime) -> Seen:
    """Keep comments of a post as `sweep` lists them at `now`."""
    listed = {_short(comment.id, LONGEST_ID): comment for comment in found if comment.id}
    others = [one.id for one in kept.posts(tx, post.campaign) if one.site == post.site and one.id != post.id]
    # The same comment by another road, a file beside the platform itself: it stands where it was seen first.
    elsewhere = kept.listed_in(tx, others, list(listed)) if others else set()
    listed = {name: comment for name, comment in listed.items() if name not in elsewhere}
    known = kept.known(tx, post.id, listed)
    again = sum(row.seen < sweep for row in known.values())  # what pages repeat is listed once
    fresh = [_row(post, sweep, name, comment, now) for name, comment in listed.items() if name not in known]
    kept.insert(tx, fresh)
    observations: list[dict[str, Any]] = []
    same: list[int] = []
    changed = 0
    for name, row in known.items():
        if row.reason == kept.ERASED:
            same.append(row.number)
            continue
        said, values = _changes(row, listed[name], sweep, now)
        observations += said
        if values:
            changed += bool(said)
            kept.write(tx, [row.number], seen=sweep, **values)
        else:
            same.append(row.number)
    kept.write(tx, same, seen=sweep)
    kept.observe(tx, observations)
    return Seen(len(fresh) + again + len(elsewhere), len(fresh), changed)


def _short(name: str, most: int) -> str:
    """Return an id as it is kept: one that is too long, or has what no database takes, by its digest."""
    return name if len(name) <= most and "\x00" not in name else f"~{digest(name.encode(errors='replace'))}"


def _row(post: PostRow, sweep: int, name: str, comment: Comment, now: datetime) -> dict[str, Any]:
    return {
        "campaign": post.campaign,
        "post": post.id,
        "external": name,
        "person": person_of(comment.author),
        "changed_at": None,
        "received_at": now,
        "seen": sweep,
        "state": "new",
        "reason": "",
        "evidence": b"",
        "entry": "",
        "entrant": "",
        "gone_at": None,
        "tone": None,
        **_as_now(comment),
    }


def person_of(author: Account) -> str:
    """Return an account's key as it is kept."""
    if len(author.key) <= LONGEST_KEY and "\x00" not in author.key:
        return author.key
    return Account(site=author.site, scope=author.scope[:60], id=_short(author.id or f"@{author.handle}", 0)).key


def _as_now(comment: Comment) -> dict[str, Any]:
    """Return the columns that say what a comment is now."""
    text = comment.text[:LONGEST_TEXT].replace("\x00", "")
    return {
        "handle": comment.author.handle.casefold().replace("\x00", "")[:320],
        "name": comment.author.name.replace("\x00", "")[:320],
        "text": text,
        "digest": digest(text.encode(errors="replace")),
        "mentions": b"" if comment.mentions is None else canonical(msgspec.to_builtins(comment.mentions)),
        "pictures": comment.pictures,
        "parent": comment.parent and _short(comment.parent, LONGEST_ID),
        "link": comment.link.replace("\x00", "")[:1000] if comment.link.startswith(("https://", "http://")) else "",
        "hidden": comment.hidden,
        "said_at": comment.at,
        "edited_at": comment.edited_at,
    }


def _changes(
    row: CommentRow, comment: Comment, sweep: int, now: datetime
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the observations that a comment calls for, and the columns to write."""
    values = {name: value for name, value in _as_now(comment).items() if getattr(row, name) != value}
    words = []
    if row.gone_at is not None:
        words.append("back")
        values["gone_at"] = None
        values["tone"] = None
    if "digest" in values:
        words.append("edited")
    if "hidden" in values:
        words.append("hidden" if comment.hidden else "shown")
    told_later = "said_at" in values and row.said_at is None  # by a delivery that did not tell it
    if told_later or {"digest", "gone_at", "mentions", "pictures", "parent"} & values.keys():
        # What it says now decides: it is judged again.
        values["state"] = "new"
    if "digest" in values:
        told_at = comment.edited_at if comment.author.site in OWN_CLOCK else None
        values["changed_at"] = told_at or now
        values["tone"] = None  # what it says now is to be read
    told = [
        {
            "comment": row.number, "sweep": sweep, "at": now, "what": word,
            "text": row.text if word == "edited" else "", "digest": row.digest,
        }
        for word in words
    ]  # fmt: skip
    return told, values


def comment_of(row: CommentRow) -> Comment:
    """Return a comment as it was last seen, without what its author deleted."""
    site, scope, name = row.person.split("/", 2)
    identity = "" if name.startswith("@") else name
    return Comment(
        id=row.external,
        author=Account(site=msgspec.convert(site, Site), scope=scope, id=identity, handle=row.handle, name=row.name),
        text=row.text,
        at=row.said_at,
        edited_at=row.edited_at,
        parent=row.parent,
        mentions=msgspec.json.decode(row.mentions, type=tuple[Mention, ...]) if row.mentions else None,
        pictures=row.pictures,
        hidden=row.hidden,
        link=row.link,
    )
