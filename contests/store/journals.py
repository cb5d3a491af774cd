"""Journals in the store: the head is locked, extended, signed and written back in one transaction."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import Row, Table, bindparam
from sqlalchemy import select as core_select
from sqlalchemy import update as core_update
from sqlmodel import col, select

from contests.errors import NotFound, Text, Unavailable
from contests.journal.checkpoint import Checkpoint
from contests.journal.merkle import Frontier, Subtree, inclusion_proof, leaf_hash, root_of
from contests.journal.note import Signer
from contests.journal.receipt import Receipt
from contests.journal.tiles import WIDTH, TileName, bundle
from contests.store import bulk
from contests.store.session import Tx, keyring
from contests.store.tables import JournalRow, RecordRow, TileRow

REGISTER = "register"


class Head(msgspec.Struct, frozen=True):
    """A journal's head under lock."""

    id: str
    origin: str
    key: bytes
    frontier: Frontier
    checkpoint: bytes
    last_at: datetime | None = None

    def after(self, now: datetime) -> datetime:
        """Return `now`, or the last record's time where another process was ahead: records never go back in time."""
        return max(now, self.last_at) if self.last_at else now

    @property
    def vkey(self) -> str:
        """The public key line."""
        return str(Signer(self.origin, self.key).verifier)


class Appended(msgspec.Struct, frozen=True):
    """What one append did: the first new place, and all that receipts for the new records need."""

    start: int
    records: tuple[bytes, ...]
    leaves: tuple[bytes, ...]
    before: Frontier
    checkpoint: bytes

    @property
    def size(self) -> int:
        """Records in the journal after the append."""
        return self.start + len(self.records)

    def receipts(self, wanted: Sequence[int]) -> list[Receipt]:
        """Return receipts for the new records at positions `wanted` (0 is the first new one)."""
        subtree = self.before.subtree(self.leaves)
        return [
            Receipt(
                self.records[i],
                self.start + i,
                tuple(inclusion_proof(self.start + i, self.size, subtree)),
                self.checkpoint,
            )
            for i in wanted
        ]


HEADS: Table = JournalRow.__table__  # type: ignore[attr-defined]
RECORDS: Table = RecordRow.__table__  # type: ignore[attr-defined]
_RECORDS = (
    core_select(RECORDS.c.data)
    .where(RECORDS.c.journal == bindparam("journal"))
    .where(RECORDS.c.place >= bindparam("start"), RECORDS.c.place < bindparam("end"))
    .order_by(RECORDS.c.place)
)
_LOCK = core_select(HEADS).where(HEADS.c.id == bindparam("journal")).with_for_update()
_WRITE = core_update(HEADS).where(HEADS.c.id == bindparam("journal")).values(
    size=bindparam("now_size"), roots=bindparam("now_roots"), checkpoint=bindparam("now_checkpoint"),
    last_at=bindparam("now_at"),
)  # fmt: skip


def _frontier(size: int, roots: bytes) -> Frontier:
    return Frontier(size, tuple(roots[i : i + 32] for i in range(0, len(roots), 32)))


@lru_cache(maxsize=256)
def _signer(origin: str, key: bytes) -> Signer:
    return Signer(origin, key)


def _no_journal(journal: str) -> NotFound:
    return NotFound(
        "journal-unknown",
        Text(fr="Un journal existant était attendu.", en="An existing journal was expected."),
        Text(fr="Vérifiez l’adresse.", en="Check the address."),
        found=journal,
    )


def _held_back() -> Unavailable:
    return Unavailable(
        "journal-held",
        Text(fr="Un journal à jour était attendu : celui-ci est plus ancien que ce qui a été vu, et ne reçoit rien.",
             en="A journal up to date was expected: this one is older than what was seen, and takes nothing."),
        Text(fr="Réessayez plus tard ; qui administre l’installation voit « contests restored ».",
             en="Try again later; whoever runs the installation sees “contests restored”."),
    )  # fmt: skip


def create(tx: Tx, journal: str, origin: str, key: bytes) -> Head:
    """Start an empty journal with its signing key (32 bytes)."""
    checkpoint = _empty(origin, key)
    tx.add(JournalRow(id=journal, origin=origin, key=keyring(tx).close(key), checkpoint=checkpoint))
    tx.flush()
    return Head(journal, origin, key, Frontier(), checkpoint)


def ensure(tx: Tx, journal: str, origin: str, key: bytes) -> None:
    """Start a journal where there is none; of two that start it at the same moment the first one's key stays."""
    closed, checkpoint = keyring(tx).close(key), _empty(origin, key)
    row = {"id": journal, "origin": origin, "key": closed, "size": 0, "roots": b"", "checkpoint": checkpoint}
    bulk.insert_rows(tx, JournalRow, [row], "ON CONFLICT DO NOTHING RETURNING id")


def _empty(origin: str, key: bytes) -> bytes:
    return Checkpoint(origin, 0, Frontier().root()).sign(Signer(origin, key))


def lock(tx: Tx, journal: str) -> Head:
    """Take the head for this transaction; everybody else waits. Raises NotFound, and Unavailable where it is held back."""
    row = tx.connection().execute(_LOCK, {"journal": journal}).first()
    if row is None:
        raise _no_journal(journal)
    if row.held:
        raise _held_back()
    return _head(tx, row)


def head(tx: Tx, journal: str) -> Head:
    """Return the head without locking it. Raises NotFound."""
    row = tx.get(JournalRow, journal)
    if row is None:
        raise _no_journal(journal)
    return _head(tx, row)


def _head(tx: Tx, row: JournalRow | Row[Any]) -> Head:
    return Head(
        row.id, row.origin, keyring(tx).open(row.key), _frontier(row.size, row.roots), row.checkpoint, row.last_at
    )


class Standing(msgspec.Struct, frozen=True):
    """A journal's id, its key's id in hex, its number of records, and its root in hex."""

    id: str
    signer: str
    size: int
    root: str


def heads(tx: Tx) -> list[Standing]:
    """Return every journal as it stands, without their keys."""
    rows = tx.connection().execute(core_select(HEADS.c.id, HEADS.c.size, HEADS.c.roots, HEADS.c.checkpoint))
    return [
        Standing(row.id, _signer_of(row.checkpoint), row.size, _frontier(row.size, row.roots).root().hex())
        for row in rows
    ]


def _signer_of(checkpoint: bytes) -> str:
    return base64.b64decode(checkpoint.rstrip().rpartition(b" ")[2])[:4].hex()


def hold(tx: Tx, why: Mapping[str, str]) -> None:
    """Let journals take nothing from now on, each for its reason."""
    for journal, reason in why.items():
        tx.connection().execute(core_update(HEADS).where(HEADS.c.id == journal).values(held=reason[:300]))


def held(tx: Tx) -> list[JournalRow]:
    """Return the journals that take nothing."""
    return list(tx.exec(select(JournalRow).where(col(JournalRow.held) != "")))


def let_go(tx: Tx) -> None:
    """Let every journal take records again."""
    tx.connection().execute(core_update(HEADS).values(held=""))


def plain_keys(tx: Tx) -> int:
    """Return how many signing keys are not closed under the first key of the ring."""
    return sum(not keyring(tx).is_new(key) for key in tx.exec(select(JournalRow.key)))


def lost_keys(tx: Tx) -> int:
    """Return how many signing keys no key of the ring opens."""
    return sum(not keyring(tx).opens(key) for key in tx.exec(select(JournalRow.key)))


def close_keys(tx: Tx) -> int:
    """Close every signing key under the first key of the ring, or open it for good without any; return how many changed.

    Raises Refused where one is closed under a key that is not there; then nothing is changed.
    """
    ring, changed = keyring(tx), 0
    for row in tx.exec(select(JournalRow).with_for_update()).all():
        if not ring.is_new(row.key):
            row.key = ring.close(ring.open(row.key))
            tx.add(row)
            changed += 1
    return changed


def exists(tx: Tx, journal: str) -> bool:
    """Say whether there is such a journal."""
    return tx.get(JournalRow, journal) is not None


def append(tx: Tx, head: Head, records: Sequence[tuple[str, bytes]], at: datetime) -> Appended:
    """Append (kind, bytes) records of the time `at` to the locked journal and sign the new head."""
    leaves = tuple(leaf_hash(data) for _, data in records)
    before = head.frontier
    after = before.extend(leaves)
    checkpoint = Checkpoint(head.origin, after.size, after.root()).sign(_signer(head.origin, head.key))
    bulk.insert_rows(
        tx,
        RecordRow,
        [
            {"journal": head.id, "place": before.size + i, "kind": kind, "data": data}
            for i, (kind, data) in enumerate(records)
        ],
    )
    written = {
        "journal": head.id,
        "now_size": after.size,
        "now_roots": b"".join(after.roots),
        "now_checkpoint": checkpoint,
        "now_at": at,
    }
    tx.connection().execute(_WRITE, written)
    _fill_tiles(tx, head.id, before.size, after.size, leaves)
    return Appended(before.size, tuple(data for _, data in records), leaves, before, checkpoint)


def _fill_tiles(tx: Tx, journal: str, old: int, new: int, leaves: Sequence[bytes]) -> None:
    """Write the hash of each level-0 tile that got full into the level above, and so on up."""
    finished: list[bytes] = []
    first = old // WIDTH
    for number in range(first, new // WIDTH):
        start = number * WIDTH
        own = [leaves[place - old] for place in range(max(start, old), start + WIDTH)]
        if start < old:
            own = _leaf_hashes(tx, journal, start, old) + own
        finished.append(root_of(own))
    level = 1
    while finished:
        finished, first, level = _extend_level(tx, journal, level, first, finished)


def _extend_level(
    tx: Tx, journal: str, level: int, position: int, hashes: Sequence[bytes]
) -> tuple[list[bytes], int, int]:
    """Add `hashes` from `position` on to `level`; return the roots of its tiles that got full."""
    above: list[bytes] = []
    first_above = position // WIDTH
    at = 0
    while at < len(hashes):
        number = (position + at) // WIDTH
        row = tx.get(TileRow, (journal, level, number))
        if row is None:
            row = TileRow(journal=journal, level=level, number=number, hashes=b"")
        room = WIDTH - len(row.hashes) // 32
        row.hashes += b"".join(hashes[at : at + room])
        at += room
        tx.add(row)
        tx.flush()
        if len(row.hashes) == WIDTH * 32:
            above.append(root_of([row.hashes[i : i + 32] for i in range(0, WIDTH * 32, 32)]))
    return above, first_above, level + 1


def _leaf_hashes(tx: Tx, journal: str, start: int, end: int) -> list[bytes]:
    return [leaf_hash(data) for data in records(tx, journal, start, end)]


def records(tx: Tx, journal: str, start: int, end: int) -> list[bytes]:
    """Return the records from place `start` up to but not including `end`."""
    return list(tx.connection().execute(_RECORDS, {"journal": journal, "start": start, "end": end}).scalars())


def each_record(tx: Tx, journal: str, size: int, step: int = 8192) -> Iterator[bytes]:
    """Yield the first `size` records in order, in memory for `step` of them."""
    for start in range(0, size, step):
        yield from records(tx, journal, start, min(start + step, size))


def tile(tx: Tx, journal: str, name: TileName) -> bytes:
    """Return the bytes of a hash tile or an entry bundle that exists."""
    start = name.number * WIDTH
    if name.level is None:
        return bundle(records(tx, journal, start, start + name.width))
    if name.level == 0:
        return b"".join(_leaf_hashes(tx, journal, start, start + name.width))
    row = tx.get(TileRow, (journal, name.level, name.number))
    return row.hashes[: name.width * 32] if row else b""


def stored_subtree(tx: Tx, journal: str) -> Subtree:
    """Return a reader of complete subtrees from tiles: at most one tile a level and subtree."""
    cache: dict[tuple[int, int], bytes] = {}

    def hashes(level: int, number: int) -> bytes:
        if (level, number) not in cache:
            cache[level, number] = tile(tx, journal, TileName(level, number))
        return cache[level, number]

    def read(start: int, end: int) -> bytes:
        level = 0
        while WIDTH ** (level + 1) <= end - start:
            level += 1
        unit = WIDTH**level
        first, count = start // unit, (end - start) // unit
        data = hashes(level, first // WIDTH)
        offset = first % WIDTH * 32
        return root_of([data[i : i + 32] for i in range(offset, offset + count * 32, 32)])

    return read


def receipt(tx: Tx, journal: str, place: int) -> Receipt:
    """Return a receipt for the record at `place` under the journal's latest checkpoint."""
    now = head(tx, journal)
    proof = inclusion_proof(place, now.frontier.size, stored_subtree(tx, journal))
    return Receipt(records(tx, journal, place, place + 1)[0], place, tuple(proof), now.checkpoint)
