"""Posts, sweeps and comments in the store."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import Table, bindparam
from sqlalchemy import select as core_select
from sqlalchemy import update as core_update
from sqlmodel import col, delete, func, select, update

from contests.store import attention, bulk, engaged, ties
from contests.store.comment_tables import AttentionRow, CommentRow, ObservationRow, PostRow, SweepRow
from contests.store.moments import written
from contests.store.session import Tx

MOST_AT_ONCE = 5000
MOST_ANSWERS = 20
ERASED = "erased"
HEARD = -1
"""In place of the sweep that saw a comment: only a stream told of it, and not who its author is called."""


COMMENTS: Table = CommentRow.__table__  # type: ignore[attr-defined]
_CONCLUDE = (
    core_update(COMMENTS)
    .where(COMMENTS.c.number == bindparam("_number"))
    .values({name: bindparam(f"_{name}") for name in ("state", "reason", "evidence", "entry", "entrant")})
)


def add_post(tx: Tx, row: PostRow) -> None:
    """Add a post."""
    tx.add(row)
    tx.flush()


def post(tx: Tx, identity: str) -> PostRow | None:
    """Return a post as it is now."""
    return tx.get(PostRow, identity, populate_existing=True)


def posts(tx: Tx, campaign: str) -> list[PostRow]:
    """Return the posts of a campaign, in the order they were added."""
    query = select(PostRow).where(PostRow.campaign == campaign).order_by(col(PostRow.added_at), col(PostRow.id))
    return list(tx.exec(query.execution_options(populate_existing=True)))


def same_post(tx: Tx, campaign: str, site: str, external: str) -> PostRow | None:
    """Return the post of a campaign by the platform's id."""
    own = (PostRow.campaign == campaign, PostRow.site == site, PostRow.external == external)
    return tx.exec(select(PostRow).where(*own)).first()


def by_external(tx: Tx, site: str, external: str) -> list[PostRow]:
    """Return the posts of all campaigns by the platform's id."""
    return list(tx.exec(select(PostRow).where(PostRow.site == site, PostRow.external == external)))


def being_listed(tx: Tx, site: str) -> list[str]:
    """Return the posts of a platform that no person stopped and no closing ended, by the platform's id."""
    own = (PostRow.site == site, col(PostRow.next_at).is_not(None), col(PostRow.closed_at).is_(None))
    return list(tx.exec(select(PostRow.external).where(*own).distinct()))


def write_post(tx: Tx, identity: str, **values: Any) -> None:  # noqa: ANN401 - columns of a row
    """Write columns of a post."""
    tx.execute(update(PostRow).where(col(PostRow.id) == identity).values(**values))


def due_posts(tx: Tx, now: datetime) -> list[PostRow]:
    """Return the posts that the worker is to look at, the longest due first."""
    return list(tx.exec(select(PostRow).where(col(PostRow.next_at) <= now).order_by(col(PostRow.next_at))))


def lease(tx: Tx, identity: str, now: datetime, until: datetime) -> bool:
    """Take a due post for oneself until an instant; False where somebody else was faster."""
    mine = (col(PostRow.id) == identity, col(PostRow.next_at) <= now)
    return bool(tx.connection().execute(update(PostRow).where(*mine).values(next_at=until)).rowcount)


def sweep(tx: Tx, identity: str, number: int) -> SweepRow | None:
    """Return a sweep of a post."""
    return tx.get(SweepRow, (identity, number), populate_existing=True)


def add_sweep(tx: Tx, row: SweepRow) -> None:
    """Begin a sweep."""
    tx.add(row)
    tx.flush()


def go_on(tx: Tx, identity: str, at: datetime | None, **values: Any) -> None:  # noqa: ANN401 - columns of a row
    """Say when to look again, unless a person has stopped the post meanwhile."""
    mine = (col(PostRow.id) == identity, col(PostRow.next_at).is_not(None))
    tx.execute(update(PostRow).where(*mine).values(next_at=at, **values))


def write_sweep(tx: Tx, identity: str, number: int, **values: Any) -> None:  # noqa: ANN401 - columns of a row
    """Write columns of a sweep."""
    tx.execute(update(SweepRow).where(col(SweepRow.post) == identity, col(SweepRow.number) == number).values(**values))


def sweeps(tx: Tx, campaign: str) -> list[SweepRow]:
    """Return all sweeps of a campaign's posts, the latest first."""
    own = select(PostRow.id).where(PostRow.campaign == campaign)
    return list(tx.exec(select(SweepRow).where(col(SweepRow.post).in_(own)).order_by(col(SweepRow.begun_at).desc())))


def known(tx: Tx, identity: str, externals: Iterable[str]) -> dict[str, CommentRow]:
    """Return the comments of a post that are known already, by the platform's id."""
    found: dict[str, CommentRow] = {}
    wanted = list(set(externals))
    for start in range(0, len(wanted), MOST_AT_ONCE):
        some = wanted[start : start + MOST_AT_ONCE]
        query = select(CommentRow).where(CommentRow.post == identity, col(CommentRow.external).in_(some))
        found |= {row.external: row for row in tx.exec(query.execution_options(populate_existing=True))}
    return found


def listed_in(tx: Tx, posts: Sequence[str], externals: Sequence[str]) -> set[str]:
    """Return which comments, by the platform's id, some posts have listed."""
    if not posts:
        return set()
    own = (col(CommentRow.post).in_(list(posts)), col(CommentRow.external).in_(list(externals)))
    return set(tx.exec(select(CommentRow.external).where(*own)))


def insert(tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
    """Insert many comments at once."""
    bulk.insert_rows(tx, CommentRow, rows)


def observe(tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
    """Note what was seen of some comments."""
    bulk.insert_rows(tx, ObservationRow, rows)


def write(tx: Tx, numbers: Sequence[int], **values: Any) -> None:  # noqa: ANN401 - columns of a row
    """Write columns of some comments."""
    for start in range(0, len(numbers), MOST_AT_ONCE):
        some = numbers[start : start + MOST_AT_ONCE]
        tx.execute(update(CommentRow).where(col(CommentRow.number).in_(some)).values(**values))


def unseen(tx: Tx, identity: str, before: int, until: datetime, most: int) -> list[CommentRow]:
    """Return comments of a post that came in until an instant, are not known to be gone, and no sweep from `before` on saw."""
    own = (CommentRow.post == identity, CommentRow.seen < before, col(CommentRow.gone_at).is_(None),
           CommentRow.reason != ERASED, CommentRow.received_at <= until)  # fmt: skip
    return list(tx.exec(select(CommentRow).where(*own).order_by(col(CommentRow.number)).limit(most)))


def unjudged(tx: Tx, campaign: str, most: int, *, heard: bool = False) -> list[CommentRow]:
    """Return comments that wait to be judged, in the order they came in; with `heard`, those that no sweep has listed yet too."""
    own = (CommentRow.campaign == campaign, CommentRow.state == "new", CommentRow.seen >= (HEARD if heard else 0))
    # Numbers count up as comments come in; sorting by time would sort all that wait for each batch.
    query = select(CommentRow).where(*own).order_by(col(CommentRow.number)).limit(most)
    return list(tx.exec(query.execution_options(populate_existing=True)))


def conclude(tx: Tx, outcomes: Sequence[dict[str, Any]]) -> None:
    """Write what came of many comments, each with its `number`, `state`, `reason`, `evidence`, `entry` and `entrant`."""
    if outcomes:
        tx.flush()
        tx.connection().execute(_CONCLUDE, [{f"_{name}": value for name, value in one.items()} for one in outcomes])


def doubtful(tx: Tx, campaign: str) -> list[CommentRow]:
    """Return comments that are entries and, as they stand, would not be."""
    own = (CommentRow.campaign == campaign, CommentRow.state == "accepted", CommentRow.reason != "")
    return list(tx.exec(select(CommentRow).where(*own).order_by(col(CommentRow.number))))


def with_unjudged(tx: Tx) -> list[str]:
    """Return the campaigns in which comments wait to be judged."""
    return list(tx.exec(select(CommentRow.campaign).where(CommentRow.state == "new", CommentRow.seen >= 0).distinct()))


def of_person(tx: Tx, campaign: str, person: str) -> list[CommentRow]:
    """Return all comments of an account, in the order they came in."""
    own = (CommentRow.campaign == campaign, CommentRow.person == person)
    return list(tx.exec(select(CommentRow).where(*own).order_by(col(CommentRow.received_at), col(CommentRow.number))))


def by_handle(tx: Tx, campaign: str, handle: str) -> list[CommentRow]:
    """Return the comments of whoever has a handle, as compared, in the order they came in."""
    own = (CommentRow.campaign == campaign, CommentRow.handle == handle)
    order = (col(CommentRow.received_at), col(CommentRow.number))
    return list(tx.exec(select(CommentRow).where(*own).order_by(*order).limit(MOST_ANSWERS)))


def handles(tx: Tx, campaign: str, entrants: Sequence[str], site: str) -> dict[str, list[str]]:
    """Return the handles, as compared, under which some entrants commented on a platform."""
    own = (CommentRow.campaign == campaign, col(CommentRow.entrant).in_(list(entrants)), CommentRow.handle != "")
    query = select(CommentRow.entrant, CommentRow.handle).where(*own, col(CommentRow.person).startswith(f"{site}/"))
    found: dict[str, list[str]] = {}
    for entrant, handle in sorted(set(tx.exec(query))):
        found.setdefault(entrant, []).append(handle)
    return found


def counts(tx: Tx, campaign: str) -> list[tuple[str, str, str, bool, int]]:
    """Return (post, state, reason, gone, count) of a campaign's comments."""
    gone = col(CommentRow.gone_at).is_not(None)
    query = (
        core_select(col(CommentRow.post), col(CommentRow.state), col(CommentRow.reason), gone, func.count())
        .where(col(CommentRow.campaign) == campaign)
        .group_by(col(CommentRow.post), col(CommentRow.state), col(CommentRow.reason), gone)
    )
    return [(one, state, reason, bool(away), number) for one, state, reason, away, number in tx.execute(query)]


def declined(tx: Tx, campaign: str) -> dict[tuple[str, str], int]:
    """Return how many comments do not count in the end, by reason and channel; those that are gone count as nothing."""
    query = (
        select(CommentRow.reason, PostRow.channel, func.count())
        .join(PostRow, col(PostRow.id) == col(CommentRow.post))
        .where(CommentRow.campaign == campaign, col(CommentRow.state).in_(("declined", "unknown")))
        .where(col(CommentRow.gone_at).is_(None))
        .group_by(col(CommentRow.reason), col(PostRow.channel))
    )
    return {(reason, channel): number for reason, channel, number in tx.exec(query)}


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which comments a list shows. `look` is a signal that nobody dealt with; `since` and `until` are when it was said."""

    posts: tuple[str, ...] = ()
    state: str = ""
    reason: str = ""
    look: str = ""
    tone: int | None = None
    since: datetime | None = None
    until: datetime | None = None


def page(tx: Tx, campaign: str, wanted: Wanted, *, start: int = 0, most: int = 50) -> list[CommentRow]:
    """Return comments for a list, the latest first."""
    query = select(CommentRow).where(CommentRow.campaign == campaign)
    state, reason = wanted.state, wanted.reason
    if wanted.posts:
        query = query.where(col(CommentRow.post).in_(wanted.posts))
    if wanted.look:
        open_ = (col(AttentionRow.points) > 0, AttentionRow.seen == "", AttentionRow.kind == wanted.look)
        query = query.join(AttentionRow, col(AttentionRow.comment) == col(CommentRow.number)).where(*open_)
    if wanted.tone is not None:
        query = query.where(CommentRow.tone == wanted.tone, col(CommentRow.gone_at).is_(None))
    said = func.coalesce(col(CommentRow.said_at), col(CommentRow.received_at))
    if wanted.since:
        query = query.where(said >= wanted.since)
    if wanted.until:
        query = query.where(said < wanted.until)
    if state == "gone":
        query = query.where(col(CommentRow.gone_at).is_not(None))
    elif state:
        query = query.where(CommentRow.state == state, col(CommentRow.gone_at).is_(None))
    if reason:
        query = query.where(CommentRow.reason == reason)
    order = (col(CommentRow.received_at).desc(), col(CommentRow.number).desc())
    return list(tx.exec(query.order_by(*order).offset(start).limit(most)))


def talk(tx: Tx, campaign: str) -> list[tuple[datetime, str, int, int]]:
    """Return (hour of UTC, post, tone, count) of the comments that are still there; by the platform's time, else ours."""
    said = func.coalesce(col(CommentRow.said_at), col(CommentRow.received_at))
    query = (
        core_select(written(tx, said, 13).label("hour"), col(CommentRow.post), col(CommentRow.tone), func.count())
        .where(col(CommentRow.campaign) == campaign, col(CommentRow.gone_at).is_(None))
        .group_by("hour", col(CommentRow.post), col(CommentRow.tone))
    )
    return [
        (datetime.strptime(hour, "%Y-%m-%d %H").replace(tzinfo=UTC), identity, tone or 0, number)
        for hour, identity, tone, number in tx.execute(query)
    ]


def comment(tx: Tx, campaign: str, number: int) -> CommentRow | None:
    """Return one comment of a campaign."""
    found = tx.get(CommentRow, number)
    return found if found and found.campaign == campaign else None


def observations(tx: Tx, number: int) -> list[ObservationRow]:
    """Return what was seen of a comment since it came in."""
    query = select(ObservationRow).where(ObservationRow.comment == number).order_by(col(ObservationRow.number))
    return list(tx.exec(query))


def forget_texts(tx: Tx, numbers: Sequence[int]) -> None:
    """Delete the texts and the names of comments that their authors deleted; digests and facts stay."""
    write(tx, numbers, text="", name="", handle="", mentions=b"", link="", tone=0)
    attention.forget(tx, numbers)
    for start in range(0, len(numbers), MOST_AT_ONCE):
        some = numbers[start : start + MOST_AT_ONCE]
        tx.execute(update(ObservationRow).where(col(ObservationRow.comment).in_(some)).values(text=""))


def blank(tx: Tx, campaign: str, person: str) -> int:
    """Take everything out of an account's comments but that they were there: a sweep must not bring them back."""
    numbers = [row.number for row in of_person(tx, campaign, person)]
    engaged.forget(tx, campaign, [person])
    forget_texts(tx, numbers)
    write(tx, numbers, person="", digest="", said_at=None, edited_at=None, state="declined", reason=ERASED, evidence=b"",
          entry="", entrant="")  # fmt: skip
    return len(numbers)


def _delete(tx: Tx, numbers: list[int]) -> int:
    # In this order: who is just reading a comment ends before it goes, and leaves nothing behind it.
    tx.execute(delete(CommentRow).where(col(CommentRow.number).in_(numbers)))
    tx.execute(delete(ObservationRow).where(col(ObservationRow.comment).in_(numbers)))
    attention.forget(tx, numbers)
    return len(numbers)


def drop(tx: Tx, campaign: str, held: Sequence[str], most: int) -> int:
    """Delete comments and what was observed of them, but for those of the entrants `held`; return how many."""
    own = (CommentRow.campaign == campaign, col(CommentRow.entrant).not_in(list(held)))
    found = list(tx.exec(select(CommentRow.number, CommentRow.person).where(*own).limit(most)))
    engaged.forget(tx, campaign, {person for _, person in found})
    ties.forget_accounts(tx, campaign, {person for _, person in found})
    return _delete(tx, [number for number, _ in found])


def rejudge(tx: Tx, campaign: str) -> None:
    """Have all comments judged again that are no entries: the conditions are others now."""
    mine = (col(CommentRow.campaign) == campaign, col(CommentRow.state).in_(("declined", "unknown")))
    kept = (col(CommentRow.reason) != ERASED, col(CommentRow.gone_at).is_(None))
    tx.execute(update(CommentRow).where(*mine, *kept).values(state="new"))


def closing_sweeps(tx: Tx, identity: str, closes: datetime) -> int:
    """Return how many sweeps of a post that began at the closing or later have ended."""
    own = (SweepRow.post == identity, SweepRow.begun_at >= closes, col(SweepRow.ended_at).is_not(None))
    return tx.exec(select(func.count()).select_from(SweepRow).where(*own)).one()
