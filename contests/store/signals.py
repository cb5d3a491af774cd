"""Signals in the store: put down once, counted by cluster, listed for the moderators, cleared by a decision."""

from collections.abc import Collection, Sequence
from typing import Any, Literal

import msgspec
from sqlmodel import and_, case, col, delete, func, select, update

from contests.store import bulk
from contests.store.session import Tx
from contests.store.tables import EntrantRow, EntryRow, SiftedRow, SignalRow

Show = Literal["open", "kept", "excluded"]
PAGE = 50
MOST_AT_ONCE = 5000


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which people of a campaign: still to be looked at, kept or excluded; with one signal; of one cluster."""

    campaign: str
    show: Show = "open"
    kind: str = ""
    cluster: str = ""


def put(tx: Tx, campaign: str, rows: Sequence[tuple[str, int, str, int]]) -> None:
    """Put down (kind, entrant's number, cluster, strength); what is there already stays."""
    values = [
        {"campaign": campaign, "kind": kind, "owner": owner, "cluster": cluster, "strength": strength, "seen": ""}
        for kind, owner, cluster, strength in rows
    ]
    bulk.insert_rows(tx, SignalRow, values, "ON CONFLICT DO NOTHING RETURNING owner")


def lock_sifted(tx: Tx, campaign: str) -> int:
    """Return up to which place entries were looked at, and keep other sifters out until the end of the transaction."""
    bulk.insert_rows(tx, SiftedRow, [{"campaign": campaign, "upto": -1}], "ON CONFLICT DO NOTHING RETURNING upto")
    return tx.exec(select(SiftedRow.upto).where(SiftedRow.campaign == campaign).with_for_update()).one()


def sifted(tx: Tx, campaign: str) -> int:
    """Return up to which place entries were looked at; -1: none yet."""
    found = tx.exec(select(SiftedRow.upto).where(SiftedRow.campaign == campaign)).first()
    return -1 if found is None else found


def put_sifted(tx: Tx, campaign: str, upto: int) -> None:
    """Write how far it went."""
    tx.execute(update(SiftedRow).where(col(SiftedRow.campaign) == campaign).values(upto=upto))


def unsifted(tx: Tx, campaign: str, after: int, most: int) -> list[tuple[int, int | None, str | None, bytes]]:
    """Return (place, entrant's number, compared address, answers) of the next entries of the journal."""
    query = select(EntryRow.place, EntryRow.owner, EntryRow.person, EntryRow.answers).where(
        EntryRow.campaign == campaign, col(EntryRow.place) > after
    )
    found = tx.exec(query.order_by(col(EntryRow.place)).limit(most))
    return [(place or 0, owner, person, answers) for place, owner, person, answers in found]


def sizes(tx: Tx, campaign: str, kind: str, clusters: Collection[str]) -> dict[str, int]:
    """Return how many people are in each cluster."""
    own = (SignalRow.campaign == campaign, SignalRow.kind == kind, col(SignalRow.cluster).in_(list(clusters)))
    query = select(SignalRow.cluster, func.count()).where(*own, SignalRow.cluster != "")
    return dict(tx.exec(query.group_by(col(SignalRow.cluster))).all())


def put_strength(tx: Tx, campaign: str, kind: str, cluster: str, strength: int) -> None:
    """Write how strongly a cluster points."""
    own = (col(SignalRow.campaign) == campaign, col(SignalRow.kind) == kind, col(SignalRow.cluster) == cluster)
    other = (col(SignalRow.cluster) != "", col(SignalRow.strength) != strength)
    tx.execute(update(SignalRow).where(*own, *other).values(strength=strength))


def _matching(wanted: Wanted) -> Any:  # noqa: ANN401 - a list of SQL conditions
    state = "excluded" if wanted.show == "excluded" else "accepted"
    has = select(EntryRow.number).where(col(EntryRow.owner) == col(SignalRow.owner), EntryRow.state == state).exists()
    found: list[Any] = [SignalRow.campaign == wanted.campaign, SignalRow.strength > 0, has]
    if wanted.show != "excluded":
        found.append(SignalRow.seen == "" if wanted.show == "open" else SignalRow.seen != "")
    return found


def _owners(wanted: Wanted) -> Any:  # noqa: ANN401 - a SELECT of (owner, strength)
    query = select(SignalRow.owner, func.sum(SignalRow.strength)).where(*_matching(wanted))
    query = query.group_by(col(SignalRow.owner))
    if wanted.kind:
        # One pass over the rows: a planner without statistics makes a subquery here quadratic.
        has = [SignalRow.kind == wanted.kind, *([SignalRow.cluster == wanted.cluster] if wanted.cluster else [])]
        query = query.having(func.max(case((and_(*has), 1), else_=0)) == 1)
    return query


def queue(tx: Tx, wanted: Wanted, page: int) -> list[tuple[int, int]]:
    """Return a page of (entrant's number, strength of all their signals), the strongest first."""
    rows = _owners(wanted).order_by(func.sum(SignalRow.strength).desc(), col(SignalRow.owner))
    return [(owner, int(total)) for owner, total in tx.exec(rows.limit(PAGE).offset((page - 1) * PAGE))]


def count(tx: Tx, wanted: Wanted) -> int:
    """Return how many people match."""
    return int(tx.exec(select(func.count()).select_from(_owners(wanted).subquery())).one())


def waiting(tx: Tx, campaign: str) -> int:
    """Return how many people of a campaign wait for a look."""
    return count(tx, Wanted(campaign=campaign))


def pseudonyms(tx: Tx, wanted: Wanted) -> list[str]:
    """Return the pseudonyms of all who match, in the order they came."""
    owners = _owners(wanted).subquery()
    query = select(EntrantRow.id).where(col(EntrantRow.number).in_(select(owners.c.owner)))
    return list(tx.exec(query.order_by(col(EntrantRow.number))))


def kinds(tx: Tx, campaign: str, show: Show) -> dict[str, int]:
    """Return how many people have each signal."""
    query = select(SignalRow.kind, func.count()).where(*_matching(Wanted(campaign=campaign, show=show)))
    return dict(tx.exec(query.group_by(col(SignalRow.kind))).all())


def of_owners(tx: Tx, owners: Collection[int]) -> dict[int, list[SignalRow]]:
    """Return the signals of some entrants, the strongest first."""
    query = select(SignalRow).where(col(SignalRow.owner).in_(list(owners)), SignalRow.strength > 0)
    found: dict[int, list[SignalRow]] = {owner: [] for owner in owners}
    for row in tx.exec(query.order_by(col(SignalRow.strength).desc(), col(SignalRow.kind))):
        found[row.owner].append(row)
    return found


def people(tx: Tx, owners: Collection[int]) -> dict[int, EntrantRow]:
    """Return entrants by number."""
    return {row.number: row for row in tx.exec(select(EntrantRow).where(col(EntrantRow.number).in_(list(owners))))}


def clear(tx: Tx, campaign: str, people: Sequence[str], decision: str) -> int:
    """Note that a decision cleared the open signals of some entrants; return how many of them had any."""
    done: set[int] = set()
    for start in range(0, len(people), MOST_AT_ONCE):
        some = people[start : start + MOST_AT_ONCE]
        numbers = select(EntrantRow.number).where(EntrantRow.campaign == campaign, col(EntrantRow.id).in_(some))
        own = (col(SignalRow.campaign) == campaign, col(SignalRow.owner).in_(numbers))
        open_ = (*own, col(SignalRow.strength) > 0, col(SignalRow.seen) == "")
        done |= set(tx.exec(select(SignalRow.owner).where(*open_)))
        tx.execute(update(SignalRow).where(*open_).values(seen=decision))
    return len(done)


def reopen(tx: Tx, campaign: str, decision: str) -> None:
    """Take back what a decision cleared."""
    own = (col(SignalRow.campaign) == campaign, col(SignalRow.seen) == decision)
    tx.execute(update(SignalRow).where(*own).values(seen=""))


def drop(tx: Tx, owner: int) -> None:
    """Delete all signals of an entrant: the time of what the site noted is over."""
    tx.execute(delete(SignalRow).where(col(SignalRow.owner) == owner))


def part(tx: Tx, owner: int) -> None:
    """Take an entrant out of every cluster: the answers that were compared are gone."""
    tx.execute(update(SignalRow).where(col(SignalRow.owner) == owner).values(cluster=""))


def drop_alone(tx: Tx, campaign: str) -> None:
    """Delete what nobody has in common with enough others: entries are no longer taken."""
    tx.execute(delete(SignalRow).where(col(SignalRow.campaign) == campaign, col(SignalRow.strength) == 0))
