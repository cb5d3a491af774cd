"""Mirror what the public addresses serve as static files: journals tile by tile, frozen lists, bundles.

A checkpoint is written last, when all that it promises is there. What a shelf has already is read from its checkpoint;
a shelf that knows a longer or another journal than the database is left as it is.
"""

import io
import logging
import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import chain

from contests.errors import Malformed, Refused, Text, Unavailable
from contests.flows.apart import safely
from contests.flows.export import bundle_state, export_bundle
from contests.flows.house import House
from contests.journal.checkpoint import Checkpoint, open_checkpoint
from contests.journal.merkle import leaf_hash, range_root
from contests.journal.note import parse_vkey
from contests.journal.tiles import WIDTH, TileName, bundle, filled_up, partial_tiles, tile_path
from contests.senders.shelf import File, Found, Large, Shelf, put_all
from contests.store import draws, journals, views
from contests.store.journals import Head
from contests.store.views import PublicJournal

log = logging.getLogger("contests.worker")

FOREVER = "public, max-age=31536000, immutable"
FOR_AN_HOUR = "public, max-age=3600"
SHORT = "public, max-age=5"
FOR_A_MINUTE = "public, max-age=60"
TEXT, TABLE, BYTES, ZIP = "text/plain; charset=utf-8", "text/csv; charset=utf-8", "application/octet-stream", "application/zip"  # fmt: skip
BATCH = 16  # tiles, each with its bundle: 4096 records in memory
AWAY = timedelta(seconds=30)  # before a shelf that did not answer is tried again
OTHER = timedelta(minutes=10)  # before a shelf with another journal is looked at again
KEPT = timedelta(minutes=15)  # for readers of an older checkpoint
BUNDLES = {"frozen": timedelta(minutes=10), "drawn": timedelta(minutes=10)}
SELDOM = timedelta(hours=1)
Clock = Callable[[], datetime]


class Known:
    """What this process knows about a journal on the shelf; all of it can be found out again."""

    def __init__(self) -> None:
        self.checkpoint = b""
        self.drawn: set[str] = set()
        self.stage = ""
        self.bundle_at: datetime | None = None
        self.not_before: datetime | None = None


class Mirror:
    """A shelf, and what this process knows about it. Not for two threads."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.known: dict[str, Known] = {}
        self.old: deque[tuple[datetime, str]] = deque()  # partial tiles of checkpoints that are no more, and until when
        self.not_before: datetime | None = None


def mirror_due(house: House, mirror: Mirror, clock: Clock) -> int:
    """Write what is new; return how many journals and bundles. Raises Unavailable, and then rests for a while."""
    if mirror.not_before and clock() < mirror.not_before:
        return 0
    with house.store.read() as tx:
        public = views.public_journals(tx)
    try:
        done = sum(_apart(house, mirror, each, clock) for each in public)
        _drop_old(mirror, clock())
    except Unavailable:
        mirror.not_before = clock() + AWAY
        raise
    return done


def _apart(house: House, mirror: Mirror, each: PublicJournal, clock: Clock) -> int:
    """Mirror one journal; its own trouble stops no other, a shelf that is away stops all."""
    known = mirror.known.setdefault(each.id, Known())
    if known.not_before and clock() < known.not_before:
        return 0
    name = each.slug or "the register"
    done = _unless_away(f"static files of {name}", lambda: _journal(house, mirror, each, known, clock))
    if done is None:
        known.not_before = clock() + OTHER
        return 0
    return done + (_unless_away(f"bundle of {name}", lambda: _bundle(house, mirror, each, known, clock())) or 0)


def _unless_away(what: str, step: Callable[[], int]) -> int | None:
    """Take a step and return how much it did, None where it failed by itself. Raises Unavailable."""
    ended: list[int | Unavailable] = []

    def guarded() -> int:
        try:
            ended.append(step())
        except Unavailable as error:
            ended.append(error)
        return 0

    safely(what, guarded)
    found = ended[0] if ended else None
    if isinstance(found, Unavailable):
        raise found
    return found


def _folder(each: PublicJournal) -> str:
    return f"c/{each.slug}/journal" if each.slug else "journal"


def _journal(house: House, mirror: Mirror, each: PublicJournal, known: Known, clock: Clock) -> int:
    if known.checkpoint == each.checkpoint:
        return 0
    folder = _folder(each)
    with house.store.read() as tx:
        head = journals.head(tx, each.id)
    before = mirror.shelf.read(f"{folder}/checkpoint")
    old = _size_of(house, head, before)
    if before is None or before.data != head.checkpoint:
        if before is None:
            known.drawn.clear()
        if each.slug:
            _draw_files(house, mirror.shelf, each, known, clock)
        if before is None:
            mirror.shelf.put(File(f"{folder}/vkey", f"{head.vkey}\n".encode(), TEXT, FOREVER))
        _tiles(house, mirror.shelf, folder, head, old)
        if not mirror.shelf.swap(File(f"{folder}/checkpoint", head.checkpoint, TEXT, SHORT), before):
            return 0  # another process was quicker; the next turn looks again
        until, there = clock() + KEPT, partial_tiles(head.frontier.size)
        gone = [name for name in partial_tiles(old) if name not in there]
        mirror.old.extend((until, f"{folder}/tile/{tile_path(name)}") for name in gone)
    known.checkpoint = head.checkpoint
    return 1


def _size_of(house: House, head: Head, before: Found | None) -> int:
    """Return how many records of this journal the shelf shows. Raises Refused unless today's journal continues them."""
    if before is None:
        return 0
    try:
        shown = open_checkpoint(before.data, parse_vkey(head.vkey))
    except Malformed as error:
        raise _another(str(error)) from None
    if shown.size > head.frontier.size:
        raise _another(f"{shown.size} records there, {head.frontier.size} in the database")
    if not _continues(house, head, shown):
        raise _another(f"the first {shown.size} records there are not those of the database")
    return shown.size


def _continues(house: House, head: Head, shown: Checkpoint) -> bool:
    if shown.size == head.frontier.size:
        return shown.root == head.frontier.root()
    with house.store.read() as tx:
        return not shown.size or range_root(0, shown.size, journals.stored_subtree(tx, head.id)) == shown.root


def _another(found: str) -> Refused:
    return Refused(
        "shelf-other",
        Text(fr="Le début de ce journal était attendu à l’endroit nommé par CONTESTS_PUBLISH.",
             en="The beginning of this journal was expected in the place that CONTESTS_PUBLISH names."),
        Text(fr="Rien n’y est changé. Base restaurée d’une sauvegarde plus ancienne, ou autre installation : voir docs/howto/static-files.md.",
             en="Nothing is changed there. A database restored from an older backup, or another installation: see docs/howto/static-files.md."),
        found=found,
    )  # fmt: skip


def _tiles(house: House, shelf: Shelf, folder: str, head: Head, old: int) -> None:
    """Write all tiles that a reader of `head` needs and a reader of the first `old` records had not."""
    new = head.frontier.size
    numbers = filled_up(0, old, new)
    for start in range(_first_missing(house, shelf, folder, head, numbers), numbers.stop, BATCH):
        put_all(shelf, _pairs(house, folder, head, range(start, min(start + BATCH, numbers.stop))))
    above = (TileName(level, number) for level in range(1, 8) for number in filled_up(level, old, new))
    put_all(shelf, (_file(house, folder, head, name) for name in chain(above, partial_tiles(new))))


def _first_missing(house: House, shelf: Shelf, folder: str, head: Head, numbers: range) -> int:
    """Return from which full tile on to write: a killed process may have left many, batch by batch, before it had a checkpoint.

    They are compared and not only looked for: they may be those of a history that a restored database no longer has.
    """
    low, high = 0, -(-len(numbers) // BATCH)  # batches before `low` are whole, the first tile of `high` is missing
    while high - low > 1:
        middle = (low + high) // 2
        mine = _file(house, folder, head, TileName(0, numbers.start + middle * BATCH))
        there = shelf.read(mine.path)
        low, high = (middle, high) if there and there.data == mine.data else (low, middle)
    return numbers.start + low * BATCH


def _pairs(house: House, folder: str, head: Head, numbers: range) -> Iterator[File]:
    """Yield full tiles of the lowest level with their bundles; their records are read once."""
    with house.store.read() as tx:
        records = journals.records(tx, head.id, numbers.start * WIDTH, numbers.stop * WIDTH)
    for at, number in enumerate(numbers):
        own = records[at * WIDTH : (at + 1) * WIDTH]
        yield File(f"{folder}/tile/{tile_path(TileName(None, number))}", bundle(own), BYTES, FOREVER)
        hashes = b"".join(map(leaf_hash, own))
        yield File(f"{folder}/tile/{tile_path(TileName(0, number))}", hashes, BYTES, FOREVER)


def _file(house: House, folder: str, head: Head, name: TileName) -> File:
    with house.store.read() as tx:
        data = journals.tile(tx, head.id, name)
    cache = FOREVER if name.width == WIDTH else FOR_AN_HOUR
    return File(f"{folder}/tile/{tile_path(name)}", data, BYTES, cache)


def _draw_files(house: House, shelf: Shelf, each: PublicJournal, known: Known, clock: Clock) -> None:
    """Write the frozen list and the ranking, then the freeze checkpoint; when the list was first given out is part of the proof."""
    with house.store.read() as tx:
        row = views.draw_head(tx, each.id)
    if row is None:
        return
    folder = f"c/{each.slug}/draws/{row.draw}"
    if "pool.csv" not in known.drawn:
        if not shelf.has(f"{folder}/pool.csv"):
            with house.store.read() as tx:
                shelf.put(File(f"{folder}/pool.csv", draws.pool(tx, each.id), TABLE, FOREVER))
        known.drawn.add("pool.csv")
    if row.served_at is None:
        with house.store.write() as tx:
            draws.note_served(tx, each.id, max(clock(), row.frozen_at))
    for name, data, kind in (("ranking.csv", row.ranking, TABLE), ("checkpoint", row.checkpoint, TEXT)):
        if data and name not in known.drawn:
            if not shelf.has(f"{folder}/{name}"):
                shelf.put(File(f"{folder}/{name}", data, kind, FOREVER))
            known.drawn.add(name)


def _bundle(house: House, mirror: Mirror, each: PublicJournal, known: Known, now: datetime) -> int:
    """Write the bundle of a campaign that takes no more entries, where it has changed; at once when the stage has."""
    pause = BUNDLES.get(each.stage, SELDOM)
    due = known.stage != each.stage or known.bundle_at is None or now >= known.bundle_at + pause
    if not due or each.stage in {"", "open"}:
        return 0
    known.stage, known.bundle_at = each.stage, now  # a bundle that cannot be made waits for its time too
    try:
        return _write_bundle(house, mirror.shelf, each)
    except Unavailable:
        known.bundle_at = None
        raise


def _write_bundle(house: House, shelf: Shelf, each: PublicJournal) -> int:
    state = f"{bundle_state(house, each.id)}\n".encode()
    there = shelf.read(f"c/{each.slug}/bundle.state")
    if there and there.data == state:
        return 0
    with tempfile.TemporaryFile() as file:
        export_bundle(house, each.id, file)
        file.seek(io.SEEK_SET)
        name = f'attachment; filename="{each.slug}.zip"'
        shelf.put(Large(f"c/{each.slug}/bundle.zip", file, ZIP, FOR_A_MINUTE, name))
    # After the bundle: a process that is killed in between writes both again.
    shelf.put(File(f"c/{each.slug}/bundle.state", state, TEXT, SHORT))
    return 1


def _drop_old(mirror: Mirror, now: datetime) -> None:
    while mirror.old and mirror.old[0][0] <= now:
        mirror.shelf.remove(mirror.old[0][1])
        mirror.old.popleft()
