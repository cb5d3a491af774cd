"""Sweep: posts are listed from their first page to their last, again and again, until the numbers stand still.

Each page is one transaction that also keeps where the next begins: a worker that is killed goes on from there. The
last sweep begins at the closing, and after it whoever liked, reposted or follows is listed where the rules ask; the door stays open for what it finds until it has ended, or the freeze is near.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import msgspec

from contests.comment import Post
from contests.errors import Refused
from contests.flows.engage import keep_people, next_act
from contests.flows.house import House
from contests.flows.judge import judge
from contests.flows.observe import observe
from contests.flows.platforms import Platforms
from contests.sources.source import PRICES, Page, People, SourceRefused
from contests.store import campaigns, journals
from contests.store import comments as kept
from contests.store.campaigns import Standing
from contests.store.comment_tables import PostRow, SweepRow
from contests.store.session import Tx

log = logging.getLogger("contests.comments")
LEASE = timedelta(minutes=10)
BUSY, RESTING, NEAR = timedelta(minutes=2), timedelta(minutes=30), timedelta(minutes=1)
LAST_HOUR = timedelta(hours=1)
# Where each comment that is read is paid for, a sweep a day has to do until the closing.
PAID = timedelta(days=1)
# Before the freeze there is time left to look at what came in.
MARGIN = timedelta(minutes=5)
LONGEST_CLOSING = timedelta(hours=2)
TROUBLE = timedelta(minutes=5)
# Instagram's tokens last sixty days.
RENEWED = timedelta(days=7)
# Sweeps in a row that did not list a comment before it is taken for gone; and so many are made at the closing.
MISSED = 2
PAGES_A_TURN = 500
# The first page of a sweep was asked for a moment before the sweep is on record.
CROSSING = timedelta(seconds=10)
GONE_AT_ONCE = 5000


def sweep_due(house: House, platforms: Platforms, clock: Callable[[], datetime]) -> int:
    """Look at every post that is due, some pages of each; return how many sweeps ended."""
    with house.store.read() as tx:
        due = kept.due_posts(tx, clock())
    done = 0
    for post in due:
        with house.store.write() as tx:
            mine = kept.lease(tx, post.id, clock(), clock() + LEASE)
        if mine and post_of(post).site in platforms.sources:
            try:
                done += _sweep(house, platforms, post, clock)
            except Exception:
                # One post's trouble does not stop the others; it is seen on the page, and tried again.
                log.exception("a post of %s could not be listed", post.site)
                _later(house, post.id, clock() + TROUBLE, fault="unforeseen")
    return done


def _sweep(house: House, platforms: Platforms, post: PostRow, clock: Callable[[], datetime]) -> bool:
    """List one post further, to its end where that is near; return whether it came there."""
    source, identity = platforms.sources[post_of(post).site], post.id
    been: set[str] = set()
    for _ in range(PAGES_A_TURN):
        with house.store.read() as tx:
            row = kept.post(tx, identity)
        if row is None or row.next_at is None:
            return False
        try:
            token = platforms.vault.open(row.token) if row.token else ""
            token = token if row.after else _renewed(house, platforms, row, token, clock())
            listing = platforms.lists[post_of(row).site][row.listing] if row.listing else source.page
            page = listing(platforms.client, post_of(row), token, row.after)
        except Refused as refused:
            _stop(house, identity, refused, clock())
            return False
        loops = bool(page.after) and page.after in been
        been.add(page.after)
        last = not page.after or loops
        _keep(house, row, page, clock(), last=last, whole=not loops)
        if last and not row.listing:
            while judge(house, row.campaign):
                pass
            return True
        if last:
            been = set()  # another list begins
        if page.wait:
            # Not slept through: the worker has other things to do.
            _later(house, identity, clock() + timedelta(seconds=page.wait))
            return False
    _later(house, identity, clock())
    return False


def _renewed(house: House, platforms: Platforms, row: PostRow, token: str, now: datetime) -> str:
    """Return the token to go on with: a new one where the platform gives one and the old one is a week old."""
    renew = platforms.renewers.get(post_of(row).site)
    if renew is None or not token or (row.token_at is not None and now - row.token_at < RENEWED):
        return token
    try:
        fresh = renew(platforms.client, token)
    except SourceRefused as refused:
        log.warning("a token of %s was not renewed: %s", row.site, refused.code)
        fresh = token  # the sweep tells whether it still opens anything
    with house.store.write() as tx:
        kept.write_post(tx, row.id, token=platforms.vault.close(fresh), token_at=now)
    return fresh


def post_of(row: PostRow) -> Post:
    """Return a post as its source knows it."""
    return msgspec.convert(
        {"site": row.site, "id": row.external, "scope": row.scope, "author": row.author, "link": row.link}, Post
    )


def _keep(house: House, asked: PostRow, page: Page | People, now: datetime, *, last: bool, whole: bool) -> None:
    """Keep one page, and end the sweep with the last one.

    A page that was asked for where another worker, or a person, has gone on meanwhile is left out: it comes again.
    """
    with house.store.write() as tx:
        journals.lock(tx, asked.campaign)
        row = kept.post(tx, asked.id)
        known = (asked.sweep, asked.listing, asked.after)
        if row is None or (row.sweep, row.listing, row.after) != known or row.next_at is None:
            return
        standing = campaigns.standing(tx, asked.campaign)
        if standing.stage != "open" or standing.definition.commented is None:
            kept.go_on(tx, row.id, None)
            return
        if isinstance(page, People):
            onward = keep_people(tx, standing.definition, row, page, now, last=last, whole=whole)
            over = last and not onward
            kept.go_on(
                tx, row.id, None if over else now if last else now + LEASE, listing=onward,
                after="" if last else page.after, fault="", said="", closed_at=now if over else None,
            )  # fmt: skip
            return
        running = kept.sweep(tx, row.id, row.sweep)
        if running is None or running.ended_at is not None:
            running = SweepRow(post=row.id, number=row.sweep + 1, begun_at=now)
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
        kept.write_sweep(tx, row.id, running.number, **counts)
        kept.go_on(tx, row.id, now + LEASE, sweep=running.number, after=page.after, fault="", said="")
        if last:
            _end(tx, standing, row, running.number, now, page)


def _told_gone(tx: Tx, post: PostRow, sweep: int, externals: tuple[str, ...], now: datetime) -> int:
    """Take comments that the platform itself says were deleted for gone."""
    known = kept.known(tx, post.id, externals).values()
    rows = [row for row in known if row.gone_at is None and row.reason != kept.ERASED]
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


def _end(tx: Tx, standing: Standing, post: PostRow, number: int, now: datetime, page: Page) -> None:
    """End a sweep: what it missed, how it compares with what the platform counts, when the next one is."""
    found = kept.sweep(tx, post.id, number)
    assert found is not None
    # Where the source says that it did not show everything, what is missing may well be there.
    whole = not found.note and not found.unread
    gone = 0
    if whole:
        # A sweep cannot miss what came in while it was under way, by a delivery.
        first = kept.sweep(tx, post.id, number - MISSED + 1)
        until = first.begun_at - CROSSING if first else found.begun_at
        missed = kept.unseen(tx, post.id, number - MISSED + 1, until, GONE_AT_ONCE)
        gone = take_for_gone(
            tx, [row.number for row in missed], number, now, {row.number: row.digest for row in missed}
        )
    kept.write_sweep(tx, post.id, number, ended_at=now, whole=whole, gone=found.gone + gone)
    news = bool(found.fresh or found.changed or found.gone or gone)
    quiet = 0 if news else post.quiet + 1
    closes = standing.definition.closes_at
    over = kept.closing_sweeps(tx, post.id, closes) >= MISSED
    usual = next_time(standing, quiet, now, priced=post_of(post).site in PRICES)
    rested = now + timedelta(seconds=page.wait)
    again = rested if page.growing else max(usual, rested)
    people = next_act(standing.definition, post, "") if over else ""
    over = over and not people
    again = now if people else min(again, closes) if now < closes else again
    kept.go_on(
        tx, post.id, None if over else again, after="", quiet=quiet, listing=people,
        listed=found.listed, counted=found.counted, closed_at=now if over else None,
    )  # fmt: skip


def next_time(standing: Standing, quiet: int, now: datetime, *, priced: bool = False) -> datetime:
    """Return when to look again: often near the end and where something moves, and always at the closing."""
    closes = standing.definition.closes_at
    if now >= closes:
        return now + timedelta(seconds=20)
    if priced:
        return min(now + PAID, closes)
    usual = NEAR if closes - now <= LAST_HOUR else min(BUSY * 2 ** min(quiet, 4), RESTING)
    return min(now + usual, closes)


def _stop(house: House, identity: str, refused: Refused, now: datetime) -> None:
    """Keep what stopped a sweep; it goes on from the same page when that may help, or waits for a person."""
    wait = refused.wait if isinstance(refused, SourceRefused) else None
    at = None if wait is None else now + timedelta(seconds=wait)
    with house.store.write() as tx:
        kept.go_on(tx, identity, at, fault=refused.code, said=refused.found[:300])


def _later(house: House, identity: str, at: datetime, **values: str) -> None:
    with house.store.write() as tx:
        kept.go_on(tx, identity, at, **values)


def is_listed(tx: Tx, standing: Standing, now: datetime) -> bool:
    """Say whether all posts were listed at the closing, or the freeze is too near to wait for them."""
    if standing.definition.commented is None or now >= last_moment(standing):
        return True
    return not waited_for(tx, standing, now) and not kept.unjudged(tx, standing.id, 1)


def waited_for(tx: Tx, standing: Standing, now: datetime) -> list[str]:
    """Return what the closing waits for: posts that are still listed, and channels that have none, or no file, yet."""
    commented = standing.definition.commented
    if commented is None or standing.stage != "open" or now < standing.definition.closes_at:
        return []
    posts = kept.posts(tx, standing.id)
    silent = [name for name in commented.channels if name not in {post.channel for post in posts}]
    listed = {post.channel for post in posts if not post.external.startswith("file:")}
    # A file beside a post that is listed waits for no other one.
    needed = [post for post in posts if post.channel not in listed or not post.external.startswith("file:")]
    return silent + [post.link or post.channel for post in needed if post.closed_at is None]


def last_moment(standing: Standing) -> datetime:
    """Return until when the closing waits for its last sweep: meanwhile nobody can be taken out of the list."""
    closes, freezes = standing.definition.closes_at, standing.definition.freezes_at
    return min(max(freezes - MARGIN, closes + (freezes - closes) / 2), closes + LONGEST_CLOSING)
