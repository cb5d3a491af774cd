"""Delivered: what a platform sends by itself is put where a sweep would put it, with our own time of receipt.

A delivery may come twice, late, or before what it follows; it never says that it is the last word. So it only adds and
marks; every sweep still lists everything.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from contests.flows.house import House
from contests.flows.observe import observe
from contests.flows.sweep import take_for_gone
from contests.sources.deliveries import Delivered
from contests.store import campaigns, journals
from contests.store import comments as kept
from contests.store.comment_tables import CommentRow, PostRow
from contests.store.session import Tx

SOON = timedelta(minutes=1)


def take(house: House, found: Sequence[Delivered], now: datetime) -> int:
    """Put deliveries to the posts they are about; return how many were of a post that is listened to."""
    taken = 0
    for delivered in found:
        with house.store.read() as tx:
            posts = [(row.id, row.campaign) for row in kept.by_external(tx, delivered.site, delivered.post_id[:500])]
        taken += sum(_put(house, post, campaign, delivered, now) for post, campaign in posts)
    return taken


def _put(house: House, identity: str, campaign: str, delivered: Delivered, now: datetime) -> bool:
    with house.store.write() as tx:
        journals.lock(tx, campaign)
        post, standing = kept.post(tx, identity), campaigns.standing(tx, campaign)
        if post is None or standing.stage != "open" or standing.definition.commented is None:
            return False
        row = kept.known(tx, post.id, [delivered.comment_id]).get(delivered.comment_id)
        if delivered.comment is None and delivered.what in {"seen", "edited"}:
            _look_soon(tx, post, now)
        elif row is None:
            # Hidden or removed before it came in: the sweep tells what is there.
            if delivered.comment is not None:
                observe(tx, post, post.sweep, [delivered.comment], now)
        elif row.reason != kept.ERASED:
            _change(tx, post, row, delivered, now)
        return True


def _change(tx: Tx, post: PostRow, row: CommentRow, delivered: Delivered, now: datetime) -> None:
    """Change a comment that is known already: its first text came before, and stays what it was."""
    comment = delivered.comment
    if delivered.what == "gone" and row.gone_at is None:
        take_for_gone(tx, [row.number], post.sweep, now, {row.number: row.digest})
    elif delivered.what in {"hidden", "shown"} and row.hidden != (delivered.what == "hidden"):
        kept.write(tx, [row.number], hidden=delivered.what == "hidden")
        kept.observe(tx, [{"comment": row.number, "sweep": post.sweep, "at": now, "what": delivered.what, "text": "", "digest": row.digest}])  # fmt: skip
    elif delivered.what == "edited" and comment is not None and row.gone_at is None and not _is_older(row, delivered):
        observe(tx, post, post.sweep, [comment], now)


def _is_older(row: CommentRow, delivered: Delivered) -> bool:
    """Whether an edit is not after the one that is known: deliveries overtake each other."""
    at = delivered.comment.edited_at if delivered.comment else None
    return row.edited_at is not None and at is not None and at <= row.edited_at


def _look_soon(tx: Tx, post: PostRow, now: datetime) -> None:
    """Bring the next sweep forward, unless a person has stopped the post; a flood of deliveries is one sweep."""
    if post.next_at is not None and post.next_at > now + SOON:
        kept.go_on(tx, post.id, now + SOON)
