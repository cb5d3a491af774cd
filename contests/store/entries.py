"""Entrants and entries in the store."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, bindparam
from sqlalchemy import select as core_select
from sqlmodel import col, delete, func, select, update

from contests.store import bulk
from contests.store.session import Tx
from contests.store.tables import CodeRow, DeclinedRow, EntrantRow, EntryRow, ExcludedRow, ProofRow

TALLY: Table = EntrantRow.__table__  # type: ignore[attr-defined]
PROOF: Table = ProofRow.__table__  # type: ignore[attr-defined]
Tallied = EntrantRow | Row[Any]
# Built once: on the path of an entry, building a statement costs more than running it.
_ENTRANTS = core_select(TALLY).where(
    TALLY.c.campaign == bindparam("campaign"), TALLY.c.person.in_(bindparam("people", expanding=True))
)
_USED = core_select(PROOF.c.id).where(PROOF.c.id.in_(bindparam("proofs", expanding=True)))


def entrants(tx: Tx, campaign: str, people: Iterable[str]) -> dict[str, Tallied]:
    """Return entrants' tallies by the compared form of their address."""
    wanted = {"campaign": campaign, "people": list(set(people))}
    return {row.person: row for row in tx.connection().execute(_ENTRANTS, wanted)}


def entrant(tx: Tx, entrant: str) -> EntrantRow | None:
    """Return one entrant by pseudonym."""
    return tx.get(EntrantRow, entrant) if entrant.isalnum() else None


def by_referral(tx: Tx, campaign: str, codes: Iterable[str]) -> dict[str, EntrantRow]:
    """Return entrants by their referral code."""
    wanted = {code for code in codes if code}
    if not wanted:
        return {}
    found = tx.exec(select(EntrantRow).where(EntrantRow.campaign == campaign, col(EntrantRow.referral).in_(wanted)))
    return {row.referral: row for row in found}


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


def still_pending(tx: Tx, wanted: Iterable[str]) -> set[str]:
    """Return which of the entries `wanted` still wait for their confirmation."""
    ids = set(wanted)
    if not ids:
        return set()
    return set(tx.exec(select(EntryRow.id).where(col(EntryRow.id).in_(ids), EntryRow.state == "pending")))


def insert_rows(tx: Tx, new_entrants: Sequence[dict[str, Any]], new_entries: Sequence[dict[str, Any]]) -> None:
    """Insert many rows at once."""
    bulk.insert_rows(tx, EntrantRow, new_entrants)
    bulk.insert_rows(tx, EntryRow, new_entries)


def write_tally(tx: Tx, entrant: str, values: dict[str, Any]) -> None:
    """Write an entrant's tally."""
    tx.execute(update(EntrantRow).where(col(EntrantRow.id) == entrant).values(**values))


def write_entry(tx: Tx, entry: str, values: dict[str, Any]) -> None:
    """Write columns of one entry."""
    tx.execute(update(EntryRow).where(col(EntryRow.id) == entry).values(**values))


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


def by_token(tx: Tx, token: str) -> EntryRow | None:
    """Return the entry behind a link, by the digest of its token."""
    return tx.exec(select(EntryRow).where(EntryRow.token == token)).first()


def by_id(tx: Tx, entry: str) -> EntryRow | None:
    """Return one entry."""
    return tx.get(EntryRow, entry)


def of_entrant(tx: Tx, entrant: str) -> list[EntryRow]:
    """Return an entrant's entries in the order of the journal."""
    return list(tx.exec(select(EntryRow).where(EntryRow.entrant == entrant).order_by(col(EntryRow.place))))


def take_proofs(tx: Tx, proofs: Sequence[tuple[str, datetime]]) -> set[str]:
    """Note proofs of work as used; return those that had been used before."""
    if not proofs:
        return set()
    wanted = {"proofs": [proof for proof, _ in proofs]}
    used = set(tx.connection().execute(_USED, wanted).scalars())
    fresh = {proof: expires for proof, expires in proofs if proof not in used}
    if fresh:
        bulk.insert_rows(tx, ProofRow, [{"id": proof, "expires_at": expires} for proof, expires in fresh.items()])
    return used


def forget_proofs(tx: Tx, now: datetime) -> None:
    """Delete proofs that could no longer be sent again."""
    tx.execute(delete(ProofRow).where(col(ProofRow.expires_at) < now))
