"""What is checked from the outside: journals read as a stranger reads them, receipts, stages, mails, rows."""

import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from contextlib import suppress
from pathlib import Path

import httpx
import msgspec
from neighbours import PostOffice
from services import Web
from sqlmodel import select
from visitors import Ledger, Outcome
from world import World, house

from contests.errors import Refused
from contests.journal.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from contests.journal.merkle import EMPTY_ROOT, Frontier, leaf_hash
from contests.journal.note import Verifier, parse_vkey
from contests.journal.receipt import Receipt, parse_receipt, verify_receipt
from contests.journal.tiles import WIDTH, TileName, parse_bundle, tile_path
from contests.records import EntryAccepted, parse_record
from contests.store.tables import EntryRow, OutboxRow

ORDER = {"soon": 0, "open": 0, "closed": 0, "frozen": 1, "drawn": 2, "settled": 3}
"""`closed` stands beside `open`: until the worker closes, the page goes by the clock, which the harness sets back."""
STEPS = ("campaign.published", "campaign.closed", "pool.frozen", "draw.completed")


class Journal:
    """A campaign's journal as it was read so far, with its root at every size."""

    def __init__(self, slug: str, vkey: str) -> None:
        self.slug, self.vkey, self.verifier = slug, vkey, _verifier(vkey)
        self.records: list[bytes] = []
        self.roots: list[bytes] = [EMPTY_ROOT]
        self._frontier = Frontier()
        self.wrong: list[str] = []

    def catch_up(self, address: str) -> None:
        """Read on from a server, up to its checkpoint; what was read before must be the same. Raises httpx.HTTPError."""
        base = f"{address}/c/{self.slug}/journal"
        with httpx.Client(timeout=30) as client:
            head = open_checkpoint(_get(client, f"{base}/checkpoint"), self.verifier)
            start = len(self.records) // WIDTH * WIDTH
            while start < head.size:
                width = min(WIDTH, head.size - start)
                tile = tile_path(TileName(None, start // WIDTH, width))
                self._take(start, parse_bundle(_get(client, f"{base}/tile/{tile}")))
                start += width
        self.hold(head, "its own checkpoint")

    def _take(self, start: int, records: list[bytes]) -> None:
        known = self.records[start : start + len(records)]
        if records[: len(known)] != known:
            self.wrong.append(f"{self.slug}: records from {start} on are no longer what they were")
        for record in records[len(known) :]:
            self.records.append(record)
            self._frontier = self._frontier.extend([leaf_hash(record)])
            self.roots.append(self._frontier.root())

    def hold(self, seen: Checkpoint, what: str) -> None:
        """Hold a checkpoint against what was read."""
        if seen.size >= len(self.roots):
            self.wrong.append(f"{self.slug}: {what} has {seen.size} records, the journal {len(self.records)}")
        elif self.roots[seen.size] != seen.root:
            self.wrong.append(f"{self.slug}: {what} of {seen.size} records has another root")

    def kinds(self) -> Counter[str]:
        """Return how many records there are of each kind."""
        return Counter(parse_record(record).__struct_config__.tag for record in self.records)  # type: ignore[misc]


def _verifier(vkey: str) -> Verifier:
    return parse_vkey(vkey)


def _get(client: httpx.Client, address: str) -> bytes:
    answer = client.get(address)
    answer.raise_for_status()
    return answer.content


def opened(slug: str, address: str) -> Journal:
    """Return a journal of which nothing was read yet."""
    vkey = httpx.get(f"{address}/c/{slug}/journal/vkey", timeout=30)
    vkey.raise_for_status()
    return Journal(slug, vkey.text.strip())


class Watch:
    """Looks at heads and stages all the time: a journal never shrinks, a campaign never goes back."""

    def __init__(self, webs: list[Web], slugs: list[str]) -> None:
        self._webs, self._slugs = webs, slugs
        self.seen: dict[str, dict[bytes, Checkpoint]] = defaultdict(dict)
        self.wrong: list[str] = []
        self.looks = 0
        self._size: Counter[str] = Counter()
        self._stage: Counter[str] = Counter()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def end(self) -> None:
        """Look no more."""
        self._ending.set()
        self._thread.join()

    def _keep(self) -> None:
        turn = 0
        with httpx.Client(timeout=3) as client:
            while not self._ending.wait(0.1):
                web, slug = self._webs[turn % len(self._webs)], self._slugs[turn % len(self._slugs)]
                turn += 1
                with suppress(httpx.HTTPError):
                    self._look(client, f"{web.address}/c/{slug}", slug)

    def _look(self, client: httpx.Client, address: str, slug: str) -> None:
        # One look after the other: whoever asks later must not be shown less, whichever server answers.
        data = _get(client, f"{address}/journal/checkpoint")
        head = parse_checkpoint(data)[0]
        self.seen[slug][data] = head
        if head.size < self._size[slug]:
            self.wrong.append(f"{slug}: a checkpoint of {head.size} records after one of {self._size[slug]}")
        self._size[slug] = max(self._size[slug], head.size)
        stage = msgspec.json.decode(_get(client, f"{address}/live/state.json"))["stage"]
        if ORDER[stage] < self._stage[slug]:
            self.wrong.append(f"{slug}: {stage} after it had moved on")
        self._stage[slug] = max(self._stage[slug], ORDER[stage])
        self.looks += 1


class Auditor:
    """Holds what people were answered against the journals, as far as both have come."""

    def __init__(self, journals: dict[str, Journal], ledger: Ledger) -> None:
        self.journals, self._ledger, self._upto = journals, ledger, 0
        self.places: dict[str, dict[int, str]] = {slug: {} for slug in journals}
        self.wrong: list[str] = []

    def check(self, web: Web) -> None:
        """Read on, then check every receipt that came since the last time."""
        outcomes = self._ledger.outcomes[self._upto : len(self._ledger.outcomes)]
        for journal in self.journals.values():
            _patiently(journal, web.address)
        for outcome in outcomes:
            if outcome.said == "acknowledged":
                self._honour(self.journals[outcome.slug], outcome)
        self._upto += len(outcomes)

    def _honour(self, journal: Journal, outcome: Outcome) -> None:
        try:
            receipt = parse_receipt(outcome.receipt)
            seen = verify_receipt(receipt, journal.verifier)
        except Refused as refused:
            self.wrong.append(f"{outcome.person}: {refused}")
            return
        journal.hold(seen, f"the receipt of {outcome.person}")
        if not _stands(journal, receipt):
            self.wrong.append(f"LOST: {outcome.person}: record {receipt.index} is not the one of the receipt")
        elif receipt.index in self.places[journal.slug]:
            self.wrong.append(f"{outcome.person} has place {receipt.index} of somebody else")
        self.places[journal.slug][receipt.index] = outcome.person


def _stands(journal: Journal, receipt: Receipt) -> bool:
    return receipt.index < len(journal.records) and journal.records[receipt.index] == receipt.record


def _patiently(journal: Journal, address: str) -> None:
    for left in range(40, -1, -1):
        try:
            journal.catch_up(address)
        except httpx.HTTPError:
            if not left:
                raise
            time.sleep(0.5)
        else:
            return


class Row(msgspec.Struct):
    """One line of the table that is printed."""

    fault: str
    times: int = 0
    requests: int = 0
    acknowledged: int = 0
    waits: int = 0
    declined: int = 0
    refused: int = 0
    cut: int = 0
    unanswered_in: int = 0
    lost: int = 0
    twice: int = 0
    recovered: list[float] = []


def rows_of(database: str, worlds: list[World]) -> dict[str, list[tuple[str, str, int]]]:
    """Return (campaign's slug, entry, place) of everything accepted, by the name that the person typed."""
    slugs = {world.campaign: world.slug for world in worlds}
    found: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
    with house(database) as own, own.store.read() as tx:
        for row in tx.exec(select(EntryRow).where(EntryRow.state == "accepted")):
            if row.campaign in slugs and row.place is not None:
                name = (row.person or "").partition("@")[0]
                found[name].append((slugs[row.campaign], row.id, row.place))
    return found


def settle(
    ledger: Ledger, stored: dict[str, list[tuple[str, str, int]]], lost: int
) -> tuple[dict[str, Row], list[str]]:
    """Count by fault what was answered and what is in; say what is there twice, or answered and not there."""
    rows: dict[str, Row] = {}
    wrong = [f"{person} is in the journal {len(places)} times" for person, places in stored.items() if len(places) > 1]
    answered = {outcome.person for outcome in ledger.outcomes if outcome.said == "acknowledged"}
    for outcome in ledger.outcomes:
        row = rows.setdefault(outcome.fault, Row(outcome.fault))
        row.requests += 1
        setattr(row, outcome.said, getattr(row, outcome.said) + 1)
        there = len(stored.get(outcome.person, ()))
        row.twice += there > 1
        row.lost += outcome.said == "acknowledged" and not there
        unanswered = outcome.said in {"refused", "cut"} and there > 0 and outcome.person not in answered
        row.unanswered_in += unanswered
        if unanswered and outcome.status == 500:
            wrong.append(f"{outcome.person} was told that nothing was recorded, and is in the journal")
    if lost != sum(row.lost for row in rows.values()):
        wrong.append(
            f"{lost} receipts are not honoured, but {sum(row.lost for row in rows.values())} entries are not stored"
        )
    return rows, wrong


def against_rows(journal: Journal, stored: dict[str, list[tuple[str, str, int]]]) -> list[str]:
    """Hold the entries of a journal against the stored ones: the same, each at its place."""
    journaled = {}
    for place, data in enumerate(journal.records):
        record = parse_record(data)
        if isinstance(record, EntryAccepted):
            if record.entry in journaled:
                return [f"{journal.slug}: entry {record.entry} is in the journal twice"]
            journaled[record.entry] = place
    kept = {entry: place for places in stored.values() for slug, entry, place in places if slug == journal.slug}
    return (
        []
        if kept == journaled
        else [f"{journal.slug}: {len(journaled)} entries journaled, {len(kept)} stored, or elsewhere"]
    )


def answered_twice(ledger: Ledger, stored: dict[str, list[tuple[str, str, int]]], slug: str) -> list[str]:
    """Whoever sent the same entry again until it was answered is in once."""
    answered = {one.person for one in ledger.outcomes if one.slug == slug and one.said in {"acknowledged", "declined"}}
    return [
        f"{person} was answered in the end and is in {len(stored.get(person, ()))} times"
        for person in answered
        if len(stored.get(person, ())) != 1
    ]


def of_mails(database: str, office: PostOffice, ledger: Ledger) -> tuple[dict[str, int], list[str]]:
    """Hold the outbox against what the mail server took: what is marked sent was taken, what is not is still due."""
    with house(database) as own, own.store.read() as tx:
        mails = [row for row in tx.exec(select(OutboxRow)) if row.kind == "received"]
    wrong = [
        f"the mail to {row.recipient} is marked sent, nobody took it"
        for row in mails
        if row.sent_at and not office.taken[row.recipient]
    ]
    wrong += [
        f"the mail to {row.recipient} is neither sent nor due"
        for row in mails
        if not row.sent_at and not row.due_at and row.attempts < 12
    ]
    addresses = Counter(row.recipient for row in mails)
    for outcome in ledger.outcomes:
        if outcome.said == "acknowledged" and addresses[f"{outcome.person}@people.example"] != 1:
            wrong.append(f"{outcome.person} has {addresses[f'{outcome.person}@people.example']} mails")
    counts = {
        "written": len(mails), "sent": sum(row.sent_at is not None for row in mails),
        "taken": sum(office.taken.values()), "more than once": sum(many > 1 for many in office.taken.values()),
    }  # fmt: skip
    return counts, wrong


def of_draw(journal: Journal, folder: Path, address: str) -> list[str]:
    """Check a drawn campaign's journal, each step once and in order, and its bundle, with the verifier."""
    kinds = [parse_record(record).__struct_config__.tag for record in journal.records]
    places = [[place for place, kind in enumerate(kinds) if kind == step] for step in STEPS]
    if [len(found) for found in places] != [1] * len(STEPS):
        return [f"{journal.slug}: {Counter(kinds)}", *journal.wrong]
    if sorted(places) != places:
        return [f"{journal.slug}: steps out of order: {places}", *journal.wrong]
    with httpx.stream("GET", f"{address}/c/{journal.slug}/bundle.zip", timeout=60) as answer:
        answer.raise_for_status()
        (folder / f"{journal.slug}.zip").write_bytes(answer.read())
    command = [sys.executable, "-m", "contests", "verify", str(folder / f"{journal.slug}.zip"), "--json"]
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - ourselves
    return [*([f"{journal.slug}: {done.stdout.decode()[:2000]}"] if done.returncode else []), *journal.wrong]
