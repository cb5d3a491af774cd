"""Entrants and entries in the store."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row, Table, bindparam
from sqlalchemy import select as core_select
from sqlmodel import col, delete, func, select, update

from contests.entry import Answers
from contests.store import bulk
from contests.store.session import Tx
from contests.store.tables import CodeRow, DeclinedRow, EntrantRow, EntryRow, ExcludedRow, ProofRow

TALLY: Table = EntrantRow.__table__  # type: ignore[attr-defined]
Tallied = EntrantRow | Row[Any]
MOST_AT_ONCE = 5000
# Built once: on the path of an entry, building a statement costs more than running it.
_ENTRANTS = core_select(TALLY).where(
    TALLY.c.campaign == bindparam("campaign"), TALLY.c.person.in_(bindparam("people", expanding=True))
)


def entrants(tx: Tx, campaign: str, people: Iterable[str]) -> dict[str, Tallied]:
    """Return entrants' tallies by the compared form of their address."""
    wanted = {"campaign": campaign, "people": list(set(people))}
    return {row.person: row for row in tx.connection().execute(_ENTRANTS, wanted)}


def entrant(tx: Tx, entrant: str) -> EntrantRow | None:
    """Return one entrant by pseudonym."""
    return tx.exec(select(EntrantRow).where(EntrantRow.id == entrant)).first() if entrant.isalnum() else None


def by_referral(tx: Tx, campaign: str, codes: Iterable[str]) -> dict[str, EntrantRow]:
    """Return entrants by their referral code."""
    wanted = {code for code in codes if code}
    if not wanted:
        return {}
    found = tx.exec(select(EntrantRow).where(EntrantRow.campaign == campaign, col(EntrantRow.referral).in_(wanted)))
    return {row.referral: row for row in found if row.referral}


def households(tx: Tx, campaign: str, wanted: Iterable[str]) -> dict[str, int]:
    """Return how many entries each household already has (pending ones do not count)."""
    keys = {key for key in wanted if key}
    if not keys:
        return {}
    found = tx.exec(
        select(EntryRow.household, func.count())
        .where(EntryRow.campaign == campaign, col(EntryRow.household).in_(keys), EntryRow.state != "pending")
        .group_by(col(EntryRow.household))
    )
    return {str(key): count for key, count in found}


def codes(tx: Tx, campaign: str, wanted: Iterable[str]) -> dict[str, str | None]:
    """Return the entry that used each code that exists (None: still free)."""
    keys = {key for key in wanted if key}
    if not keys:
        return {}
    found = tx.exec(select(CodeRow).where(CodeRow.campaign == campaign, col(CodeRow.code).in_(keys)))
    return {row.code: row.entry for row in found}


def use_code(tx: Tx, campaign: str, code: str, entry: str) -> None:
    """Mark a code as used."""
    tx.execute(update(CodeRow).where(col(CodeRow.campaign) == campaign, col(CodeRow.code) == code).values(entry=entry))


def listed(tx: Tx, campaign: str, people: Iterable[str]) -> set[str]:
    """Return who of `people` is on the private list of the excluded."""
    found = tx.exec(
        select(ExcludedRow.person).where(ExcludedRow.campaign == campaign, col(ExcludedRow.person).in_(set(people)))
    )
    return set(found)


def pending_of(tx: Tx, campaign: str, people: Iterable[str]) -> dict[str, int]:
    """Return how many entries of each person wait for a confirmation."""
    found = tx.exec(
        select(EntryRow.person, func.count())
        .where(EntryRow.campaign == campaign, EntryRow.state == "pending", col(EntryRow.person).in_(set(people)))
        .group_by(col(EntryRow.person))
    )
    return {str(person): count for person, count in found}


def waits(tx: Tx, campaign: str, person: str, answers: bytes, since: datetime) -> bool:
    """Say whether an entry of somebody with just these answers came since then and waits for its confirmation."""
    own = (EntryRow.campaign == campaign, EntryRow.state == "pending", EntryRow.person == person)
    same = (EntryRow.answers == answers, col(EntryRow.received_at) >= since)
    return tx.exec(select(EntryRow.number).where(*own, *same).limit(1)).first() is not None


def still_pending(tx: Tx, wanted: Iterable[int]) -> set[int]:
    """Return which of the entries `wanted`, by number, still wait for their confirmation."""
    numbers = set(wanted)
    if not numbers:
        return set()
    return set(tx.exec(select(EntryRow.number).where(col(EntryRow.number).in_(numbers), EntryRow.state == "pending")))


def insert_entrants(tx: Tx, rows: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Insert many entrants at once; return their numbers by pseudonym."""
    return dict(bulk.insert_rows(tx, EntrantRow, rows, "RETURNING id, number"))


def insert_entries(tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
    """Insert many entries at once."""
    bulk.insert_rows(tx, EntryRow, rows)


def write_tally(tx: Tx, entrant: str, values: dict[str, Any]) -> None:
    """Write an entrant's tally."""
    tx.execute(update(EntrantRow).where(col(EntrantRow.id) == entrant).values(**values))


def write_entry(tx: Tx, number: int, values: dict[str, Any]) -> None:
    """Write columns of one entry."""
    tx.execute(update(EntryRow).where(col(EntryRow.number) == number).values(**values))


def count_declined(tx: Tx, campaign: str, counts: dict[tuple[str, str], int]) -> None:
    """Add to the counters of who was declined; the caller holds the campaign's lock."""
    for (reason, channel), count in counts.items():
        row = tx.get(DeclinedRow, (campaign, reason, channel))
        if row is None:
            tx.add(DeclinedRow(campaign=campaign, reason=reason, channel=channel, count=count))
        else:
            row.count += count
    tx.flush()


def declined(tx: Tx, campaign: str) -> list[tuple[str, str, int]]:
    """Return (reason, channel, count), sorted."""
    found = tx.exec(
        select(DeclinedRow)
        .where(DeclinedRow.campaign == campaign)
        .order_by(col(DeclinedRow.reason), col(DeclinedRow.channel))
    )
    return [(row.reason, row.channel, row.count) for row in found]


def pending_by_channel(tx: Tx, campaign: str) -> dict[str, int]:
    """Return how many entries still wait for a confirmation, by channel."""
    found = tx.exec(
        select(EntryRow.channel, func.count())
        .where(EntryRow.campaign == campaign, EntryRow.state == "pending")
        .group_by(col(EntryRow.channel))
    )
    return dict(found.all())


def drop_pending(tx: Tx, campaign: str) -> None:
    """Delete the entries that were never confirmed: they are no longer needed."""
    tx.execute(delete(EntryRow).where(col(EntryRow.campaign) == campaign, col(EntryRow.state) == "pending"))


def any_accepted(tx: Tx, campaign: str) -> bool:
    """Say whether an entry counts in a campaign."""
    own = (EntryRow.campaign == campaign, EntryRow.state == "accepted")
    return tx.exec(select(EntryRow.number).where(*own).limit(1)).first() is not None


def by_token(tx: Tx, token: str) -> EntryRow | None:
    """Return the entry behind a link, by the digest of its token."""
    return tx.exec(select(EntryRow).where(EntryRow.token == token)).first()


def read_answers(row: EntryRow) -> Answers:
    """Return what is left of an entry's answers."""
    if not row.answers:
        return Answers(values={}, channel="", language="")
    return msgspec.json.decode(row.answers, type=Answers)


def by_number(tx: Tx, number: int) -> EntryRow | None:
    """Return one entry."""
    return tx.get(EntryRow, number)


def of_entrant(tx: Tx, entrant: str) -> list[EntryRow]:
    """Return an entrant's entries in the order of the journal."""
    owner = select(EntrantRow.number).where(EntrantRow.id == entrant).scalar_subquery()
    return list(tx.exec(select(EntryRow).where(EntryRow.owner == owner).order_by(col(EntryRow.place))))


def of_entrants(tx: Tx, campaign: str, wanted: Sequence[str], state: str) -> list[EntryRow]:
    """Return the entries of some entrants that are in a state, in the order of the journal."""
    found: list[EntryRow] = []
    for start in range(0, len(wanted), MOST_AT_ONCE):
        some = wanted[start : start + MOST_AT_ONCE]
        owners = select(EntrantRow.number).where(EntrantRow.campaign == campaign, col(EntrantRow.id).in_(some))
        own = (EntryRow.campaign == campaign, EntryRow.state == state, col(EntryRow.owner).in_(owners))
        found += tx.exec(select(EntryRow).where(*own))
    return sorted(found, key=lambda row: row.place or 0)


def of_owners(tx: Tx, owners: Sequence[int]) -> dict[int, list[EntryRow]]:
    """Return the entries of some entrants by number, in the order of the journal."""
    found: dict[int, list[EntryRow]] = {owner: [] for owner in owners}
    for row in tx.exec(select(EntryRow).where(col(EntryRow.owner).in_(list(owners))).order_by(col(EntryRow.place))):
        found[row.owner or 0].append(row)
    return found


def move(tx: Tx, numbers: Sequence[int], state: str) -> None:
    """Write the state of many entries."""
    for start in range(0, len(numbers), MOST_AT_ONCE):
        some = numbers[start : start + MOST_AT_ONCE]
        tx.execute(update(EntryRow).where(col(EntryRow.number).in_(some)).values(state=state))


def take_proofs(tx: Tx, proofs: Iterable[str]) -> set[str]:
    """Note proofs of work as used; return those that had been used before."""
    wanted = set(proofs)
    rows = [{"id": proof} for proof in sorted(wanted)]
    return wanted - {fresh for (fresh,) in bulk.insert_rows(tx, ProofRow, rows, "ON CONFLICT DO NOTHING RETURNING id")}


def forget_proofs(tx: Tx, now: datetime) -> None:
    """Delete proofs that could no longer be sent again."""
    tx.execute(delete(ProofRow).where(col(ProofRow.id) < f"{int(now.timestamp()):010d}"))
