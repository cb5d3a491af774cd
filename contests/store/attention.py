"""What in comments asks for a person, in the store: put down once, counted, dealt with; who is told; saved replies."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import Table, bindparam
from sqlalchemy import update as core_update
from sqlmodel import col, delete, func, select, update

from contests.store import bulk
from contests.store.comment_tables import AttentionRow, CommentRow, SavedReplyRow, WatchRow
from contests.store.session import Tx

MOST_AT_ONCE = 5000
COMMENTS: Table = CommentRow.__table__  # type: ignore[attr-defined]
_TONES = core_update(COMMENTS).where(COMMENTS.c.number == bindparam("_number")).values(tone=bindparam("_tone"))
_OPEN = (col(AttentionRow.points) > 0, col(AttentionRow.seen) == "")


def with_unread(tx: Tx) -> list[str]:
    """Return the campaigns in which comments wait to be read."""
    return list(tx.exec(select(CommentRow.campaign).where(col(CommentRow.tone).is_(None)).distinct()))


def unread(tx: Tx, campaign: str, most: int) -> list[CommentRow]:
    """Lock and return comments that nobody has read yet, in the order they came in: who deletes one waits."""
    own = (CommentRow.campaign == campaign, col(CommentRow.tone).is_(None))
    query = select(CommentRow).where(*own).order_by(col(CommentRow.number)).limit(most)
    return list(tx.exec(query.with_for_update().execution_options(populate_existing=True)))


def put_tones(tx: Tx, tones: Sequence[tuple[int, int]]) -> None:
    """Write the tone of many comments: they are read."""
    if tones:
        tx.flush()
        tx.connection().execute(_TONES, [{"_number": number, "_tone": tone} for number, tone in tones])


def put(tx: Tx, campaign: str, found: Sequence[tuple[int, str, str, int]]) -> None:
    """Put down (comment, kind, cluster, points); what is there already stays."""
    rows = [
        {
            "comment": number,
            "kind": kind,
            "campaign": campaign,
            "cluster": cluster,
            "points": points,
            "seen": "",
            "told": False,
        }
        for number, kind, cluster, points in found
    ]
    bulk.insert_rows(tx, AttentionRow, rows, "ON CONFLICT DO NOTHING RETURNING comment")


def forget(tx: Tx, numbers: Sequence[int]) -> None:
    """Delete what was put down of some comments: they say something else now, or nothing."""
    for start in range(0, len(numbers), MOST_AT_ONCE):
        some = list(numbers[start : start + MOST_AT_ONCE])
        tx.execute(delete(AttentionRow).where(col(AttentionRow.comment).in_(some)))


def authors(tx: Tx, campaign: str, clusters: Collection[str]) -> dict[str, int]:
    """Return how many accounts wrote each text."""
    query = (
        select(AttentionRow.cluster, func.count(func.distinct(CommentRow.person)))
        .join(CommentRow, col(CommentRow.number) == col(AttentionRow.comment))
        .where(AttentionRow.campaign == campaign, col(AttentionRow.cluster).in_(list(clusters)))
        .group_by(col(AttentionRow.cluster))
    )
    return dict(tx.exec(query).all()) if clusters else {}


def raise_cluster(tx: Tx, campaign: str, clusters: Sequence[str]) -> None:
    """Let all who wrote the same text be looked at."""
    own = (col(AttentionRow.campaign) == campaign, col(AttentionRow.cluster).in_(list(clusters)))
    tx.execute(update(AttentionRow).where(*own, col(AttentionRow.points) == 0).values(points=1))


def busy(
    tx: Tx, campaign: str, people: Collection[str], least: int, most: int
) -> dict[str, list[tuple[int, datetime]]]:
    """Return (comment, the platform's time) of the accounts with at least so many comments, the latest ones first."""
    own = (
        CommentRow.campaign == campaign,
        col(CommentRow.said_at).is_not(None),
        col(CommentRow.gone_at).is_(None),
    )
    many = select(CommentRow.person).where(*own, col(CommentRow.person).in_([one for one in people if one]))
    found: dict[str, list[tuple[int, datetime]]] = {}
    for person in tx.exec(many.group_by(col(CommentRow.person)).having(func.count() >= least)):
        query = select(CommentRow.number, CommentRow.said_at).where(*own, CommentRow.person == person)
        rows = tx.exec(query.order_by(col(CommentRow.said_at).desc()).limit(most))
        found[person] = [(number, at) for number, at in rows if at is not None]
    return found


def counts(tx: Tx, campaign: str, *, untold: bool = False) -> dict[str, int]:
    """Return how many comments wait for a look, by kind; `untold`: those alone that nobody was told of."""
    own = (col(AttentionRow.campaign) == campaign, *_OPEN)
    query = select(AttentionRow.kind, func.count()).where(*own).group_by(col(AttentionRow.kind))
    return dict(tx.exec(query.where(col(AttentionRow.told).is_(False)) if untold else query).all())


def waiting(tx: Tx, campaign: str, kinds: Collection[str], *, untold: bool = False) -> int:
    """Return how many comments wait for a look at one of `kinds`."""
    own = (AttentionRow.campaign == campaign, *_OPEN, col(AttentionRow.kind).in_(list(kinds)))
    query = select(func.count(func.distinct(AttentionRow.comment))).where(*own)
    return tx.exec(query.where(col(AttentionRow.told).is_(False)) if untold else query).one()


def tell(tx: Tx, campaign: str, kinds: Collection[str]) -> None:
    """Note that somebody was told of what waits."""
    own = (col(AttentionRow.campaign) == campaign, *_OPEN, col(AttentionRow.kind).in_(list(kinds)))
    tx.execute(update(AttentionRow).where(*own, col(AttentionRow.told).is_(False)).values(told=True))


def of(tx: Tx, numbers: Iterable[int]) -> dict[int, list[AttentionRow]]:
    """Return what was put down of some comments, those that too few share left out."""
    own = (col(AttentionRow.comment).in_(list(numbers)), col(AttentionRow.points) > 0)
    found: dict[int, list[AttentionRow]] = {}
    for row in tx.exec(select(AttentionRow).where(*own)):
        found.setdefault(row.comment, []).append(row)
    return found


def deal_with(tx: Tx, campaign: str, number: int, staff_name: str) -> int:
    """Note who dealt with a comment; return how many signals that closed."""
    own = (col(AttentionRow.campaign) == campaign, col(AttentionRow.comment) == number, col(AttentionRow.seen) == "")
    done = tx.execute(update(AttentionRow).where(*own).values(seen=staff_name))
    return int(done.rowcount)  # type: ignore[attr-defined]


def watch(tx: Tx, campaign: str, *, lock: bool = False) -> WatchRow | None:
    """Return who is to be told, and when; `lock` keeps other workers out until the end of the transaction."""
    query = select(WatchRow).where(WatchRow.campaign == campaign)
    query = query.with_for_update() if lock else query
    return tx.exec(query.execution_options(populate_existing=True)).first()


def watches(tx: Tx) -> list[WatchRow]:
    """Return all of them."""
    return list(tx.exec(select(WatchRow).where(col(WatchRow.threshold) > 0)))


def put_watch(tx: Tx, row: WatchRow) -> None:
    """Write who is to be told, and when, in the place of what was there."""
    tx.merge(row)
    tx.flush()


def note_fault(tx: Tx, campaign: str, fault: str) -> None:
    """Write what kept a call from arriving; nothing where nobody is to be told any more."""
    tx.execute(update(WatchRow).where(col(WatchRow.campaign) == campaign).values(fault=fault))


def drop_watch(tx: Tx, campaign: str) -> None:
    """Tell nobody any more."""
    tx.execute(delete(WatchRow).where(col(WatchRow.campaign) == campaign))


def saved_replies(tx: Tx, campaign: str) -> list[SavedReplyRow]:
    """Return the replies that the staff wrote, the first one first."""
    return list(
        tx.exec(select(SavedReplyRow).where(SavedReplyRow.campaign == campaign).order_by(col(SavedReplyRow.number)))
    )


def save_reply(tx: Tx, row: SavedReplyRow) -> None:
    """Keep a reply."""
    tx.add(row)
    tx.flush()


def drop_all(tx: Tx, campaign: str) -> None:
    """Delete who is to be told, and the staff's own replies."""
    drop_watch(tx, campaign)
    tx.execute(delete(SavedReplyRow).where(col(SavedReplyRow.campaign) == campaign))


def drop_reply(tx: Tx, campaign: str, number: int) -> None:
    """Delete a reply."""
    own = (col(SavedReplyRow.campaign) == campaign, col(SavedReplyRow.number) == number)
    tx.execute(delete(SavedReplyRow).where(*own))
