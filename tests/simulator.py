"""A whole installation in memory of the test: `sim.enter("bob"); sim.freeze(); sim.draw(); sim.verify()`.

Time is the simulator's own and moves only when told to; chance is a counter, so that two runs give the
same bytes.
"""

import atexit
import io
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine

from contests.audit.bundle import open_bytes
from contests.audit.selected import Identities
from contests.audit.verdict import Verdict
from contests.audit.verify import verify
from contests.campaign.definition import Campaign
from contests.campaign.form import read_form
from contests.codec import canonical, parse_json
from contests.draw.seed import Rehearsal, Source
from contests.flows import amend as amending
from contests.flows import drafting, export, freeze, publish, settle
from contests.flows import draw as drawing
from contests.flows import enter as entering
from contests.flows.acknowledge import acknowledge_all
from contests.flows.enter import Accepted, Result, Submission
from contests.flows.house import House
from contests.replay import State
from contests.store import campaigns
from contests.store.migrate import upgrade
from contests.store.session import Store

START = datetime.fromisoformat("2026-12-01T08:00:00.250001+00:00")  # as clocks do, between two seconds
DEFINITION: dict[str, Any] = {
    "slug": "sim",
    "languages": ["fr", "en"],
    "timezone": "Europe/Paris",
    "opens_at": "2026-12-01T09:00:00",
    "closes_at": "2026-12-08T09:00:00",
    "freezes_at": "2026-12-08T10:00:00",
    "draws_at": "2026-12-08T12:00:00",
    "title": {"fr": "Jeu simulé", "en": "Simulated contest"},
    "summary": {"fr": "Un lot.", "en": "One prize."},
    "organiser": {
        "name": "Alice SARL",
        "legal_form": "SARL",
        "registration": "RCS Lyon 1",
        "address": "1 rue de la Paix, Lyon",
        "contact": "alice@organiser.example",
        "data_protection": "dpo@organiser.example",
    },
    "prizes": [
        {"id": "bike", "title": {"fr": "Vélo", "en": "Bike"}, "unit_value": "500.00"},
        {"id": "mug", "title": {"fr": "Tasse", "en": "Mug"}, "unit_value": "10.00", "quantity": 2},
    ],
    "fields": [{"id": "email", "kind": "email", "purpose": "contact", "retention_days": 180}],
    "rules": [{"kind": "residence", "countries": ["FR", "LU"]}],
    "alternates": 3,
    "forfeits": [
        {"code": "no-answer", "days": 7, "reason": {"fr": "Pas de réponse", "en": "No answer"}},
        {"code": "not-eligible", "reason": {"fr": "Non éligible", "en": "Not eligible"}},
    ],
    "draw": {"source": "rehearsal"},
    "publication": "none",
}


class Chance:
    """Bytes that look random and are the same each time."""

    def __init__(self, seed: str = "sim") -> None:
        self.seed, self.count = seed, 0

    def __call__(self, size: int) -> bytes:
        """Return the next `size` bytes."""
        self.count += 1
        blocks = (sha256(f"{self.seed}:{self.count}:{n}".encode()).digest() for n in range(size // 32 + 1))
        return b"".join(blocks)[:size]


@cache
def empty_tables() -> Path:
    """A SQLite file with today's tables and nothing in them: migrated once, copied for each test."""
    path = Path(tempfile.mkdtemp()) / "empty.db"
    atexit.register(shutil.rmtree, path.parent, ignore_errors=True)
    store = Store(f"sqlite:///{path}")
    upgrade(store)
    store.close()
    return path


# What was published once in this process: the file, and the campaign in it.
_PUBLISHED: dict[bytes, tuple[Path, str]] = {}


def is_new_file(url: str) -> bool:
    """Say whether a database is a SQLite file that is not there yet."""
    return url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).exists()


def prepared(url: str, like: Path | None = None) -> Store:
    """Open a database with its tables; a SQLite file that is not there yet begins as a copy, of an empty one or `like`."""
    if is_new_file(url):
        shutil.copyfile(like or empty_tables(), url.removeprefix("sqlite:///"))
        return Store(url)
    store = Store(url)
    upgrade(store)
    return store


class Simulator:
    """One installation with one campaign."""

    def __init__(self, url: str, like: Path | None = None, /, **changes: Any) -> None:
        self.store = prepared(url, like)
        self.house = House(self.store, "sim.example", "https://sim.example", Chance(url))
        self.now = START
        self.id = ""
        self.receipts: dict[str, Accepted] = {}
        self.definition_data = DEFINITION | changes

    @classmethod
    def at(cls, folder: Path, **changes: Any) -> "Simulator":
        """Return a simulator over a new SQLite file, its campaign published."""
        sim = cls(f"sqlite:///{folder / 'sim.db'}", **changes)
        sim.publish()
        return sim

    @classmethod
    def published(cls, url: str, **changes: Any) -> "Simulator":
        """Return a simulator with its campaign published; a new SQLite file is a copy where one like it was made before."""
        key, anew = canonical(DEFINITION | changes), is_new_file(url)
        if anew and key in _PUBLISHED:
            like, campaign = _PUBLISHED[key]
            sim = cls(url, like, **changes)
            sim.id = campaign
            return sim
        sim = cls(url, **changes)
        sim.publish()
        if anew:
            kept = empty_tables().with_name(f"published-{len(_PUBLISHED)}.db")
            with (
                closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as live,
                closing(sqlite3.connect(kept)) as copy,
            ):
                live.backup(copy)
            _PUBLISHED[key] = kept, sim.id
        return sim

    def as_owner(self, statement: str) -> None:
        """Run a statement with the rights of whoever migrates; on PostgreSQL the store itself has fewer."""
        url = self.store.engine.url
        engine = create_engine(url if self.store.sqlite else url.set(username="postgres"))
        try:
            with engine.begin() as connection:
                connection.exec_driver_sql(statement)
        finally:
            engine.dispose()

    def publish(self) -> Campaign:
        """Draft and publish."""
        text = canonical(self.definition_data).decode()
        self.id = publish.draft(self.house, text, "json", self.now)
        acknowledge_all(self.house, self.id, reason="A simulation.", staff_name="Simulator", now=self.now)
        return publish.publish(self.house, self.id, self.now)

    def go(self, to: datetime | timedelta) -> datetime:
        """Move the clock."""
        self.now = self.now + to if isinstance(to, timedelta) else to
        return self.now

    @property
    def campaign(self) -> Campaign:
        """The definition in force."""
        with self.store.read() as tx:
            return campaigns.standing(tx, self.id).definition

    @property
    def version(self) -> int:
        """The version of the rules in force."""
        with self.store.read() as tx:
            return campaigns.standing(tx, self.id).version

    def amend(self, **changes: Any) -> None:
        """Prepare an amendment, release and acknowledge what has to be, publish it."""
        amending.begin(self.house, self.id, "Claire", self.now)
        with self.store.read() as tx:
            mark = drafting.mark_of(amending.working(tx, self.id))
        text = canonical(self.definition_data | changes).decode()
        drafting.save_text(self.house, self.id, text, "json", mark, "Claire", self.now)
        acknowledge_all(self.house, self.id, reason="A simulation.", staff_name="Simulator", now=self.now)
        with self.store.read() as tx:
            found = amending.review(tx, self.id, self.now)
        if found.against and not found.fixed:
            why = "The supplier is bankrupt."
            amending.release(self.house, self.id, found.release, reason=why, staff_name="Alice", now=self.now)
        reasons: amending.Reasons = {"fr": "Une raison publique.", "en": "A public reason."}
        amending.publish(self.house, self.id, reasons, found.mark, staff_name="Claire", now=self.now)

    @property
    def stage(self) -> str:
        """The stage in the store."""
        with self.store.read() as tx:
            return campaigns.row(tx, self.id).stage

    def submission(self, name: str, **changes: Any) -> Submission:
        """Return what `name` would send."""
        raw = {"email": f"{name}@people.example", "country": "FR", "rules": str(self.version), "age": "on"}
        raw |= {key: str(value) for key, value in changes.items()}
        form = read_form(self.campaign, raw, "fr")
        assert form.answers is not None, form.errors
        assert form.email is not None
        return Submission(answers=form.answers, email=form.email, at=self.now, proof="valid")

    def enter(self, *names: str, **changes: Any) -> list[Result]:
        """Let people enter, in one batch."""
        results = entering.enter(self.house, self.id, [self.submission(name, **changes) for name in names])
        for name, result in zip(names, results, strict=True):
            if isinstance(result, Accepted):
                self.receipts[name] = result
        return results

    def close(self) -> None:
        """Go to the closing and shut the door."""
        self.now = max(self.now, self.campaign.closes_at)
        assert freeze.close(self.house, self.id, self.now)

    def freeze(self) -> None:
        """Close if need be, go to the freeze, freeze."""
        if self.stage == "open":
            self.close()
        self.now = max(self.now, self.campaign.freezes_at)
        assert freeze.freeze(self.house, self.id, self.now)

    def draw(self, source: Source | None = None) -> None:
        """Go to the draw's time and draw."""
        self.now = max(self.now, self.campaign.draws_at)
        assert drawing.draw(self.house, self.id, source or Rehearsal("simulated"), self.now)

    def advance(self) -> int:
        """Let the worker's part of settling happen."""
        return settle.advance(self.house, self.id, self.now)

    def draw_all(self) -> None:
        """Freeze, draw, offer."""
        self.freeze()
        self.draw()
        self.advance()

    def state(self) -> State:
        """Fold the journal."""
        with self.store.read() as tx:
            return freeze.state_of(tx, self.id)

    def bundle(self) -> bytes:
        """Return the bundle."""
        out = io.BytesIO()
        export.export_bundle(self.house, self.id, out)
        return out.getvalue()

    def verify(self, identities: Identities | None = None) -> Verdict:
        """Return the verdict on the bundle."""
        with open_bytes(self.bundle()) as bundle:
            return verify(bundle, identities)


def failed_steps(verdict: Verdict) -> set[int]:
    """Return the numbers of the steps that failed."""
    return {finding.step.number for finding in verdict.findings if finding.outcome == "failed"}


def records_of(bundle: bytes) -> Iterable[dict[str, Any]]:
    """Yield the records of a bundle, decoded."""
    with open_bytes(bundle) as opened:
        for line in opened.lines("journal/records.jsonl"):
            yield parse_json(line)


Make = Callable[..., Simulator]
