"""Delivered: what a platform sends by itself is put where a sweep would put it, with our own time of receipt.

A delivery may come twice, late, or before what it follows, and tells less than a sweep. So it only adds what is new and
marks what is hidden or gone; a text that changed is read by the next sweep. From the closing on sweeps alone decide.
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
        if standing.stage != "open" or standing.definition.commented is None or now >= standing.definition.closes_at:
            return False
        if post is None or post.closed_at is not None or (post.next_at is None and not post.fault):
            return False  # somebody stopped it; one that a platform stopped goes on taking what it sends
        row = kept.known(tx, post.id, [delivered.comment_id]).get(delivered.comment_id)
        if delivered.what == "edited" or (row is None and delivered.comment is None):
            _look_soon(tx, post, now)
        elif row is None and delivered.what == "seen" and delivered.comment is not None:
            if delivered.comment.author.handle or delivered.comment.author.name:
                observe(tx, post, post.sweep, [delivered.comment], now)
                _count(tx, post)
            else:
                # Whose it is the next sweep tells, and it is judged then: it may be one of the organiser's accounts.
                observe(tx, post, kept.HEARD, [delivered.comment], now)
                _look_soon(tx, post, now)
        elif row is not None and row.reason != kept.ERASED and row.gone_at is None:
            _mark(tx, post, row, delivered, now)
        return True


def _count(tx: Tx, post: PostRow) -> None:
    """Count a new comment to the sweep that is under way: it will be known when its page comes."""
    running = kept.sweep(tx, post.id, post.sweep)
    if running is not None and running.ended_at is None:
        kept.write_sweep(tx, post.id, post.sweep, listed=running.listed + 1, fresh=running.fresh + 1)


def _mark(tx: Tx, post: PostRow, row: CommentRow, delivered: Delivered, now: datetime) -> None:
    """Mark a comment that is known as gone, hidden or shown."""
    if delivered.what == "gone":
        take_for_gone(tx, [row.number], post.sweep, now, {row.number: row.digest})
    elif delivered.what in {"hidden", "shown"} and row.hidden != (delivered.what == "hidden"):
        kept.write(tx, [row.number], hidden=delivered.what == "hidden")
        noted = {
            "comment": row.number,
            "sweep": post.sweep,
            "at": now,
            "what": delivered.what,
            "text": "",
            "digest": row.digest,
        }
        kept.observe(tx, [noted])


def _look_soon(tx: Tx, post: PostRow, now: datetime) -> None:
    """Bring the next sweep forward; a flood of deliveries is one sweep."""
    if post.next_at is not None and post.next_at > now + SOON:
        kept.go_on(tx, post.id, now + SOON)
