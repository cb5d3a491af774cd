"""What the benchmark measures on: an installation, one published contest, people, and copies of a filled database."""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from contests.campaign.form import read_form
from contests.codec import canonical
from contests.flows import publish
from contests.flows.acknowledge import acknowledge_all
from contests.flows.enter import Submission, enter
from contests.flows.house import House
from contests.settings import Settings
from contests.store import campaigns, journals
from contests.store.migrate import upgrade
from contests.store.session import Store

SLUG = "bench"
SECRET = "bench-secret"  # noqa: S105 - a throw-away installation
FILL = 5000


class World(msgspec.Struct, frozen=True):
    """A database with one published campaign."""

    database: str
    campaign: str
    held: int = 0
    slug: str = SLUG


def definition(now: datetime) -> dict[str, Any]:
    """Return a contest as people make them: names, an age, a country, one entry each; drawn as a rehearsal."""

    def local(at: datetime) -> str:
        return at.strftime("%Y-%m-%dT%H:%M:%S")

    return {
        "slug": SLUG,
        "languages": ["fr", "en"],
        "timezone": "UTC",
        "opens_at": local(now - timedelta(hours=1)),
        "closes_at": local(now + timedelta(days=7)),
        "freezes_at": local(now + timedelta(days=7, hours=1)),
        "draws_at": local(now + timedelta(days=7, hours=2)),
        "title": {"fr": "Jeu du banc d’essai", "en": "Contest of the benchmark"},
        "summary": {"fr": "Un vélo.", "en": "One bicycle."},
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
            {"id": "mug", "title": {"fr": "Tasse", "en": "Mug"}, "unit_value": "10.00", "quantity": 20},
        ],
        "fields": [
            {"id": "email", "kind": "email", "purpose": "contact", "retention_days": 180},
            {"id": "first_name", "kind": "first-name", "purpose": "publication", "retention_days": 180},
            {"id": "last_name", "kind": "last-name", "purpose": "publication", "retention_days": 180},
        ],
        "rules": [
            {"kind": "minimum-age", "years": 18},
            {"kind": "residence", "countries": ["FR", "LU"]},
            {"kind": "disposable-email"},
            {"kind": "one-per-person"},
        ],
        "channels": [{"id": "tv", "title": {"fr": "Télévision", "en": "Television"}}],
        "alternates": 20,
        "forfeits": [
            {"code": "no-answer", "days": 7, "reason": {"fr": "Pas de réponse", "en": "No answer"}},
            {"code": "not-eligible", "reason": {"fr": "Non éligible", "en": "Not eligible"}},
        ],
        "draw": {"source": "rehearsal"},
        "publication": "none",
    }


def answers(name: str) -> dict[str, str]:
    """Return what the person called `name` types."""
    return {
        "email": f"{name}@people.example",
        "first_name": "Zoé",
        "last_name": f"Lefèvre {name}",
        "country": "FR",
        "age": "on",
        "birth_date": "1990-05-17",
        "rules": "1",
        "lang": "fr",
    }


def settings(database: str) -> Settings:
    """Return the settings of a server behind a reverse proxy, with limits that nobody reaches."""
    return Settings(
        url="https://bench.example",
        name="bench.example",
        database=database,
        secret=SECRET,
        proof_cost=1,
        too_fast=0,
        limit_device="1000000/minute",
        limit_address="1000000/minute",
        limit_burst="1000000/minute",
        forwarded_from="127.0.0.1",
    )


@contextmanager
def house(database: str) -> Iterator[House]:
    """Open the installation over a database."""
    store = Store(database)
    try:
        yield House(store, "bench.example", "https://bench.example", secrets.token_bytes)
    finally:
        store.close()


def make(database: str, now: datetime | None = None, /, **changes: Any) -> World:  # noqa: ANN401 - keys of the definition
    """Make the tables and publish the contest at `now`, with `changes` to its definition."""
    now = now or datetime.now(UTC)
    with house(database) as own:
        upgrade(own.store)
        campaign = publish.draft(own, canonical(definition(now) | changes).decode(), "json", now)
        acknowledge_all(own, campaign, reason="A benchmark.", staff_name="bench", now=now)
        publish.publish(own, campaign, now)
    return World(database, campaign, slug=changes.get("slug", SLUG))


def fill(world: World, upto: int, now: datetime | None = None) -> World:
    """Let people in through the flow at `now`, as an import does, until the campaign holds `upto` entries."""
    now = now or datetime.now(UTC)
    with house(world.database) as own:
        with own.store.read() as tx:
            campaign = campaigns.standing(tx, world.campaign).definition
        for start in range(world.held, upto, FILL):
            batch = []
            for number in range(start, min(start + FILL, upto)):
                form = read_form(campaign, answers(f"held{number:07d}"), "fr")
                assert form.answers is not None, form.errors
                assert form.email is not None
                batch.append(Submission(answers=form.answers, email=form.email, at=now, proof="valid", trusted=True))
            enter(own, world.campaign, batch)
    assert journaled(msgspec.structs.replace(world, held=upto)) == upto
    return msgspec.structs.replace(world, held=upto)


def journaled(world: World) -> int:
    """Return how many entries stand in the journal (the first record is the publication)."""
    with house(world.database) as own, own.store.read() as tx:
        return journals.head(tx, world.campaign).frontier.size - 1


def copy(world: World, name: str) -> World:
    """Return the same world in a database of its own, called `name`."""
    address = make_url(world.database)
    if address.get_backend_name() == "sqlite":
        assert address.database is not None
        old = Path(address.database)
        new = old.with_name(f"{name}.db")
        # Every store on the old file is closed: SQLite has folded its log back into the one file.
        shutil.copyfile(old, new)
        return msgspec.structs.replace(world, database=f"sqlite:///{new}")
    _create(world.database, f"{name} TEMPLATE {address.database}")
    return msgspec.structs.replace(world, database=_beside(world.database, name))


def empty(server: str, folder: Path, name: str) -> str:
    """Return the address of a new database called `name`: beside `server`, or a file in `folder` when that is empty."""
    if not server:
        return f"sqlite:///{folder / name}.db"
    _create(server, name)
    return _beside(server, name)


def _beside(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _create(server: str, what: str) -> None:
    address = make_url(server).set(drivername="postgresql+psycopg", database="postgres")
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {what}"))
    engine.dispose()
