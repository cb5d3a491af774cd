"""Import a file of comments: read to its end before anything counts, then observed and judged as a sweep is.

All files of one platform for one channel are one place: the same comment in two of them is one comment.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import IO, get_args
from zoneinfo import ZoneInfo

import msgspec

from contests.comment import Comment, Site
from contests.errors import Refused, Text
from contests.flows import act
from contests.flows.house import House
from contests.flows.judge import judge
from contests.flows.observe import Seen, observe
from contests.flows.posts import declared, listening
from contests.sources.files import Listing, read_comments
from contests.store import comments as kept
from contests.store import journals
from contests.store.comment_tables import PostRow, SweepRow
from contests.store.session import Tx

BATCH = 2000
FILE = "file:"


class ImportedComments(msgspec.Struct, frozen=True, kw_only=True):
    """What a file brought: comments in it, those never seen before, those that changed, rows that could not be read."""

    comments: int
    fresh: int
    changed: int
    unread: int
    caveats: tuple[Text, ...] = ()

    def sentence(self, language: str) -> str:
        """Return it in words, with what the file leaves unknown."""
        said = Text(
            fr="{comments} commentaires lus : {fresh} nouveaux, {changed} modifiés, {unread} lignes illisibles.",
            en="{comments} comments read: {fresh} new, {changed} changed, {unread} rows that could not be read.",
        )
        counts = said(language, comments=self.comments, fresh=self.fresh, changed=self.changed, unread=self.unread)
        return " ".join([counts, *(caveat(language) for caveat in self.caveats)])


class _By(msgspec.Struct, frozen=True):
    """Who brings which file, for which channel, when."""

    channel: str
    name: str
    staff_name: str
    now: datetime


def import_comments(
    house: House, campaign: str, file: IO[bytes], name: str, *, channel: str, site: str, staff_name: str, now: datetime
) -> ImportedComments:
    """Take the comments of a file that can be rewound. Raises Malformed for the whole file, Refused, StageRefused."""
    with house.store.read() as tx:
        definition = listening(tx, campaign)
    declared(definition, channel)
    by, zone = _By(channel, name, staff_name, now), ZoneInfo(definition.timezone)
    given: Site | None = next((known for known in get_args(Site) if known == site), None)
    if site and given is None:
        raise Refused(
            "site-unknown",
            Text(fr=f"Une plateforme était attendue : {', '.join(get_args(Site))}.", en=f"A platform was expected: {', '.join(get_args(Site))}."),
            Text(fr="Choisissez-en une.", en="Choose one."), found=site[:40], where="site",
        )  # fmt: skip
    for _ in read_comments(file, name, zone, site=given).comments:
        pass  # A fault on the last line refuses the file: nothing of it may stand by then.
    listing = read_comments(file, name, zone, site=given)
    found = Seen()
    with house.store.write() as tx:
        post, number = _begin(tx, house, campaign, listing, by)
    for batch in _batches(listing.comments):
        with house.store.write() as tx:
            journals.lock(tx, campaign)
            listening(tx, campaign)
            row = kept.post(tx, post)
            assert row is not None
            seen = observe(tx, row, number, batch, now)
            found = Seen(found.listed + seen.listed, found.fresh + seen.fresh, found.changed + seen.changed)
    with house.store.write() as tx:
        _end(tx, post, number, listing, found, by)
        act.note(tx, house, campaign, now, staff_name, "comments-import", f"{name[:120]}: SHA-256 {listing.digest}")
    while judge(house, campaign):
        pass
    return ImportedComments(
        comments=listing.tally.comments, fresh=found.fresh, changed=found.changed, unread=listing.tally.unread,
        caveats=tuple(caveat.text for caveat in listing.caveats),
    )  # fmt: skip


def _begin(tx: Tx, house: House, campaign: str, listing: Listing, by: _By) -> tuple[str, int]:
    journals.lock(tx, campaign)
    external = f"{FILE}{by.channel}"
    row = kept.same_post(tx, campaign, listing.site, external)
    if row is None:
        row = PostRow(
            id=house.chance(16).hex(), campaign=campaign, channel=by.channel, site=listing.site, external=external,
            added_by=by.staff_name, added_at=by.now,
        )  # fmt: skip
        kept.add_post(tx, row)
    number = row.sweep + 1
    kept.add_sweep(tx, SweepRow(post=row.id, number=number, begun_at=by.now, file=by.name[:200]))
    kept.write_post(tx, row.id, sweep=number, closed_at=None)
    return row.id, number


def _end(tx: Tx, post: str, number: int, listing: Listing, found: Seen, by: _By) -> None:
    row = kept.post(tx, post)
    assert row is not None
    closes = listening(tx, row.campaign).closes_at
    kept.write_sweep(
        tx, post, number, ended_at=by.now, listed=listing.tally.comments, fresh=found.fresh, changed=found.changed,
        unread=listing.tally.unread, note=" ".join(caveat.code for caveat in listing.caveats)[:300],
        digest=listing.digest,
    )  # fmt: skip
    kept.write_post(tx, post, listed=listing.tally.comments, closed_at=by.now if by.now >= closes else None)


def _batches(comments: Iterable[Comment]) -> Iterator[list[Comment]]:
    each = iter(comments)
    while batch := list(islice(each, BATCH)):
        yield batch
