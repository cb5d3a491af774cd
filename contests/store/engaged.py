"""Who liked, reposted or follows, by post: kept from the listing at the closing until the settling, and of entrants longer."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import select as core_select
from sqlmodel import col, delete, select

from contests.store import bulk
from contests.store.comment_tables import CommentRow, EngagedRow, PostRow, RollRow
from contests.store.session import Tx


class Found(msgspec.Struct, frozen=True):
    """An entrant whose account a platform lists at a post."""

    entrant: str
    post: str


def put(tx: Tx, post: str, act: str, people: Iterable[str]) -> int:
    """Keep accounts that one page lists; return how many are new. A page that comes again changes nothing."""
    rows = [{"post": post, "act": act, "person": person} for person in dict.fromkeys(people)]
    return len(bulk.insert_rows(tx, EngagedRow, rows, "ON CONFLICT DO NOTHING RETURNING person"))


def roll(tx: Tx, post: str, act: str, now: datetime) -> RollRow:
    """Return the row of one list, a fresh one where it has not begun."""
    found = tx.get(RollRow, (post, act), populate_existing=True)
    if found is None:
        found = RollRow(post=post, act=act, begun_at=now)
        tx.add(found)
    return found


def rolls_of(tx: Tx, post: str) -> list[RollRow]:
    """Return the lists of one post."""
    return list(tx.exec(select(RollRow).where(RollRow.post == post).order_by(col(RollRow.act))))


def rolls(tx: Tx, campaign: str) -> list[RollRow]:
    """Return the lists of a campaign's posts."""
    own = select(PostRow.id).where(PostRow.campaign == campaign)
    return list(
        tx.exec(select(RollRow).where(col(RollRow.post).in_(own)).order_by(col(RollRow.post), col(RollRow.act)))
    )


def entrants(tx: Tx, campaign: str, act: str, posts: Sequence[str]) -> list[Found]:
    """Return which entrants, by a comment that counts, some posts' lists name; in the order of their pseudonyms."""
    query = (
        core_select(col(CommentRow.entrant), col(EngagedRow.post))
        .join(EngagedRow, col(EngagedRow.person) == col(CommentRow.person))
        .where(col(CommentRow.campaign) == campaign, col(CommentRow.state) == "accepted", col(CommentRow.entrant) != "")
        .where(col(EngagedRow.act) == act, col(EngagedRow.post).in_(list(posts)))
        .distinct()
        .order_by(col(CommentRow.entrant), col(EngagedRow.post))
    )
    return [Found(entrant, post) for entrant, post in tx.execute(query)]


def prune(tx: Tx, campaign: str) -> None:
    """Delete of a campaign's lists everybody of whom no comment counts."""
    own = select(PostRow.id).where(PostRow.campaign == campaign)
    counting = select(CommentRow.person).where(CommentRow.campaign == campaign, CommentRow.state == "accepted")
    tx.execute(delete(EngagedRow).where(col(EngagedRow.post).in_(own), col(EngagedRow.person).not_in(counting)))


def forget(tx: Tx, campaign: str, people: Iterable[str]) -> None:
    """Delete what is known of some accounts."""
    own = select(PostRow.id).where(PostRow.campaign == campaign)
    mine = (col(EngagedRow.post).in_(own), col(EngagedRow.person).in_(list(people)))
    tx.execute(delete(EngagedRow).where(*mine))
