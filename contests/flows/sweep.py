"""Sweep: posts are listed from their first page to their last, again and again, until the numbers stand still.

Each page is one transaction that also keeps where the next begins: a worker that is killed goes on from there. The
last sweep begins at the closing; the door stays open for what it finds until it has ended, or the freeze is near.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import msgspec

from contests.comment import Post
from contests.errors import Refused
from contests.flows.house import House
from contests.flows.judge import judge
from contests.flows.observe import observe
from contests.flows.platforms import Platforms
from contests.sources.source import Page, SourceRefused
from contests.store import campaigns, journals
from contests.store import comments as kept
from contests.store.campaigns import Standing
from contests.store.comment_tables import PostRow, SweepRow
from contests.store.session import Tx

LEASE = timedelta(minutes=3)
BUSY, RESTING, NEAR = timedelta(minutes=2), timedelta(minutes=30), timedelta(minutes=1)
LAST_HOUR = timedelta(hours=1)
# Before the freeze there is time left to look at what came in.
MARGIN = timedelta(minutes=5)
MISSED = 2  # sweeps in a row that did not list a comment before it is taken for gone
QUIET = 2  # sweeps in a row without news after which the closing one is the last
MOST_PAGES = 20_000
GONE_AT_ONCE = 5000


def sweep_due(house: House, platforms: Platforms, clock: Callable[[], datetime]) -> int:
    """Look at every post that is due; return how many sweeps ended."""
    with house.store.read() as tx:
        due = kept.due_posts(tx, clock())
    done = 0
    for post in due:
        with house.store.write() as tx:
            mine = kept.lease(tx, post.id, clock(), clock() + LEASE)
        if mine and post_of(post).site in platforms.sources:
            done += _sweep(house, platforms, post, clock)
    return done


def _sweep(house: House, platforms: Platforms, post: PostRow, clock: Callable[[], datetime]) -> bool:
    """List one post to its end; return whether it came there."""
    source, identity = platforms.sources[post_of(post).site], post.id
    been: set[str] = set()
    for _ in range(MOST_PAGES):
        with house.store.read() as tx:
            row = kept.post(tx, identity)
        if row is None or row.next_at is None:
            return False
        try:
            token = platforms.vault.open(row.token) if row.token else ""
            page = source.page(platforms.client, post_of(row), token, row.after)
        except Refused as refused:
            _stop(house, identity, refused, clock())
            return False
        loops = bool(page.after) and page.after in been
        been.add(page.after)
        last = not page.after or loops
        _keep(house, identity, page, clock(), last=last, whole=not loops)
        if last:
            _judge_all(house, row.campaign)
            return True
        if page.wait:
            # Not slept through: the worker has other things to do.
            _later(house, identity, clock() + timedelta(seconds=page.wait))
            return False
    return False


def post_of(row: PostRow) -> Post:
    """Return a post as its source knows it."""
    return msgspec.convert(
        {"site": row.site, "id": row.external, "scope": row.scope, "author": row.author, "link": row.link}, Post
    )


def _keep(house: House, identity: str, page: Page, now: datetime, *, last: bool, whole: bool) -> None:
    """Keep one page, and end the sweep with the last one."""
    with house.store.write() as tx:
        row = kept.post(tx, identity)
        if row is None:
            return
        journals.lock(tx, row.campaign)
        running = kept.sweep(tx, identity, row.sweep)
        if running is None or running.ended_at is not None:
            running = SweepRow(post=identity, number=row.sweep + 1, begun_at=now)
            kept.add_sweep(tx, running)
        seen = observe(tx, row, running.number, page.comments, now)
        gone = _told_gone(tx, row, running.number, page.gone, now)
        counts = {
            "listed": running.listed + seen.listed,
            "fresh": running.fresh + seen.fresh,
            "changed": running.changed + seen.changed,
            "gone": running.gone + gone,
            "unread": running.unread + page.unread + page.nameless,
            "counted": page.counted if page.counted is not None else running.counted,
            "note": " ".join(dict.fromkeys([*running.note.split(), *page.note.split(), *([] if whole else ["loops"])])),
        }
        kept.write_sweep(tx, identity, running.number, **counts)
        kept.write_post(tx, identity, sweep=running.number, after=page.after, next_at=now + LEASE, fault="", said="")
        if last:
            _end(tx, row, running.number, now, whole=whole, wait=page.wait)


def _told_gone(tx: Tx, post: PostRow, sweep: int, externals: tuple[str, ...], now: datetime) -> int:
    """Take comments that the platform itself says were deleted for gone."""
    rows = [row for row in kept.known(tx, post.id, externals).values() if row.gone_at is None]
    return take_for_gone(tx, [row.number for row in rows], sweep, now, {row.number: row.digest for row in rows})


def take_for_gone(tx: Tx, numbers: list[int], sweep: int, now: datetime, digests: Mapping[int, str]) -> int:
    """Note that comments are gone, delete what they said, and have them judged again."""
    kept.observe(
        tx,
        [{"comment": n, "sweep": sweep, "at": now, "what": "gone", "text": "", "digest": digests[n]} for n in numbers],
    )
    kept.forget_texts(tx, numbers)
    kept.write(tx, numbers, gone_at=now, state="new")
    return len(numbers)


def _end(tx: Tx, post: PostRow, number: int, now: datetime, *, whole: bool, wait: float = 0.0) -> None:
    """End a sweep: what it missed, how it compares with what the platform counts, when the next one is."""
    standing = campaigns.standing(tx, post.campaign)
    found = kept.sweep(tx, post.id, number)
    assert found is not None
    gone = 0
    if whole:
        missed = kept.unseen(tx, post.id, number - MISSED + 1, GONE_AT_ONCE)
        gone = take_for_gone(
            tx, [row.number for row in missed], number, now, {row.number: row.digest for row in missed}
        )
    kept.write_sweep(tx, post.id, number, ended_at=now, whole=whole, gone=found.gone + gone)
    news = bool(found.fresh or found.changed or found.gone or gone)
    quiet = 0 if news else post.quiet + 1
    closing = found.begun_at >= standing.definition.closes_at
    done = now if closing and quiet >= QUIET else None
    after_all = standing.stage != "open" or done is not None
    again = now + timedelta(seconds=wait) if wait else next_time(standing, quiet, now)  # more is on its way: ask soon
    kept.write_post(
        tx, post.id, after="", quiet=quiet, listed=found.listed, counted=found.counted, closed_at=done,
        next_at=None if after_all else again,
    )  # fmt: skip


def next_time(standing: Standing, quiet: int, now: datetime) -> datetime:
    """Return when to look again: often near the end and where something moves, and always at the closing."""
    closes = standing.definition.closes_at
    if now >= closes:
        return now + timedelta(seconds=20)
    usual = NEAR if closes - now <= LAST_HOUR else min(BUSY * 2**quiet, RESTING)
    return min(now + usual, closes)


def _stop(house: House, identity: str, refused: Refused, now: datetime) -> None:
    """Keep what stopped a sweep; it goes on from the same page when that may help, or waits for a person."""
    wait = refused.wait if isinstance(refused, SourceRefused) else None
    with house.store.write() as tx:
        kept.write_post(
            tx, identity, fault=refused.code, said=refused.found[:300],
            next_at=None if wait is None else now + timedelta(seconds=wait),
        )  # fmt: skip


def _later(house: House, identity: str, at: datetime) -> None:
    with house.store.write() as tx:
        kept.write_post(tx, identity, next_at=at)


def _judge_all(house: House, campaign: str) -> None:
    while judge(house, campaign):
        pass


def is_listed(tx: Tx, standing: Standing, now: datetime) -> bool:
    """Say whether all posts were listed at the closing, or the freeze is too near to wait for them."""
    if standing.definition.commented is None or now >= last_moment(standing):
        return True
    posts = kept.posts(tx, standing.id)
    # A channel without a post still waits for one, or for a file.
    silent = set(standing.definition.commented.channels) - {post.channel for post in posts}
    return not silent and all(post.closed_at for post in posts) and not kept.unjudged(tx, standing.id, 1)


def last_moment(standing: Standing) -> datetime:
    """Return until when the closing waits for its last sweep."""
    closes, freezes = standing.definition.closes_at, standing.definition.freezes_at
    return max(freezes - MARGIN, closes + (freezes - closes) / 2)
