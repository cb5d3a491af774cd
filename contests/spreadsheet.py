"""The whole job for a spreadsheet: `contests draw` — the same flows over a store that lasts for one draw."""

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from contests.audit.bundle import Bundle
from contests.audit.verdict import Verdict
from contests.audit.verify import verify
from contests.beacons.drand import fetch_round
from contests.campaign.definition import Campaign, Source
from contests.campaign.parse import form_of, parse
from contests.codec import instant
from contests.draw import seed
from contests.draw.beacon import QUICKNET
from contests.errors import Text, Unavailable
from contests.flows import draw as drawing
from contests.flows import export, freeze, publish
from contests.flows.house import House
from contests.flows.import_people import Imported, import_people
from contests.sources.people import read_people
from contests.store import campaigns, draws
from contests.store.migrate import upgrade
from contests.store.session import Store

Say = Callable[[Text], None]
Clock = Callable[[], datetime]
Values = Callable[[int, Campaign], dict[str, str]]
POLL = 3.0


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for. `values(person, campaign)` asks the n-th person for a ceremony's values."""

    definition: Path
    entries: Path
    out: Path
    source: Source
    relays: tuple[str, ...]
    values: Values
    name: str = "localhost"
    legal: Path | None = None
    patience: float = 900.0


class Done(msgspec.Struct, frozen=True):
    """What came of it."""

    campaign: Campaign
    imported: Imported
    verdict: Verdict
    people: int


def redate(campaign: Campaign, source: Source, now: datetime) -> Campaign:
    """Return the definition with instants that a draw from a finished list can keep.

    The list is complete now, so it closes and freezes now; the draw keeps its announced time when that
    leaves the notice, and otherwise happens as soon as the notice allows.
    """
    now = now.replace(microsecond=0)
    notice = timedelta(minutes=campaign.draw.notice_minutes if source != "rehearsal" else 0)
    frozen = now + timedelta(seconds=1)
    earliest = frozen + notice + timedelta(seconds=1 if source != "rehearsal" else 0)
    return msgspec.structs.replace(
        campaign,
        opens_at=min(campaign.opens_at, now - timedelta(minutes=1)),
        closes_at=frozen,
        freezes_at=frozen,
        draws_at=max(campaign.draws_at, earliest) if source != "rehearsal" else earliest,
        draw=msgspec.structs.replace(campaign.draw, source=source),
    )


def draw_spreadsheet(
    job: Job, chance: Callable[[int], bytes], clock: Clock, sleep: Callable[[float], None], say: Say
) -> Done:
    """Publish, import, freeze, draw, bundle, verify. Raises Refused; writes nothing then."""
    definition = redate(parse(job.definition.read_bytes(), form_of(job.definition.name)), job.source, clock())
    people = read_people(job.entries.read_bytes(), definition)
    say(Text(fr=f"{len(people.people)} lignes lues ({people.encoding}, « {people.separator} »).",
             en=f"{len(people.people)} lines read ({people.encoding}, “{people.separator}”)."))  # fmt: skip
    if people.ignored:
        ignored = ", ".join(people.ignored)
        say(Text(fr=f"Colonnes ignorées : {ignored}.", en=f"Columns ignored: {ignored}."))
    with tempfile.TemporaryDirectory(prefix="contests-") as folder:
        store = Store(f"sqlite:///{folder}/draw.db")
        try:
            upgrade(store)
            house = House(store, job.name, f"https://{job.name}", chance)
            return _run(job, house, definition, people, clock, sleep, say)
        finally:
            store.close()


def _run(
    job: Job, house: House, definition: Campaign, people: object, clock: Clock, sleep: Callable[[float], None], say: Say
) -> Done:
    from contests.sources.people import People

    assert isinstance(people, People)
    identity = publish.draft(house, definition.bytes().decode(), "json", clock())
    published = publish.publish(house, identity, clock())
    imported = import_people(house, identity, published, people, published.opens_at + timedelta(minutes=1))
    for line, _, text in imported.declined[:50]:
        say(Text(fr=f"Ligne {line} écartée : {text.fr}", en=f"Line {line} declined: {text.en}"))
    say(Text(fr=f"{imported.accepted} participations, {len(imported.declined)} écartées.",
             en=f"{imported.accepted} entries, {len(imported.declined)} declined."))  # fmt: skip
    _wait(published.freezes_at, clock, sleep)
    freeze.close(house, identity, clock())
    freeze.freeze(house, identity, clock())
    with house.store.read() as tx:
        frozen = draws.get(tx, identity)
        draws_at = campaigns.standing(tx, identity).draws_at
    assert frozen is not None
    say(Text(fr=f"Liste figée : {frozen.entrants} participants, {frozen.tickets} chances, SHA-256 {frozen.digest}.",
             en=f"List frozen: {frozen.entrants} entrants, {frozen.tickets} tickets, SHA-256 {frozen.digest}."))  # fmt: skip
    _draw(job, house, identity, published, draws_at, frozen.round, clock, sleep, say)
    with job.out.open("wb") as out:
        export.export_bundle(house, identity, out)
    if job.legal:
        with job.legal.open("wb") as out:
            export.export_identities(house, identity, out)
    with job.out.open("rb") as file, Bundle(file) as bundle:
        return Done(published, imported, verify(bundle), frozen.entrants)


def _draw(
    job: Job,
    house: House,
    identity: str,
    definition: Campaign,
    draws_at: datetime,
    number: int,
    clock: Clock,
    sleep: Callable[[float], None],
    say: Say,
) -> None:
    if job.source == "rehearsal":
        drawing.draw(house, identity, seed.Rehearsal(f"rehearsal of {definition.slug}"), clock())
        return
    say(Text(fr=f"Le hasard est attendu à {instant(draws_at)}" + (f" (tour {number})." if number else "."),
             en=f"Chance is due at {instant(draws_at)}" + (f" (round {number})." if number else ".")))  # fmt: skip
    _wait(draws_at, clock, sleep)
    if job.source == "ceremony":
        for person in (1, 2):
            values = job.values(person, definition)
            drawing.type_ceremony(house, identity, f"{person:032x}", f"person {person}", values, clock())
        return
    _wait(QUICKNET.time_of(number), clock, sleep)
    start = clock()
    while True:
        try:
            value = fetch_round(job.relays, number)
            break
        except Unavailable as refused:
            if clock() - start > timedelta(seconds=job.patience):
                raise
            say(Text(fr=refused.sentence("fr"), en=refused.sentence("en")))
            sleep(POLL)
    drawing.draw(house, identity, seed.Beacon(value), clock())


def _wait(until: datetime, clock: Clock, sleep: Callable[[float], None]) -> None:
    while (left := (until - clock()).total_seconds()) > 0:
        sleep(min(left + 0.01, 30))


def system_clock() -> datetime:
    """Read the clock."""
    return datetime.now(UTC)
