"""What handlers share: the house, the settings, the clock, and the campaign behind a slug."""

import asyncio
import csv
import io
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec
from litestar import Request
from litestar.connection import ASGIConnection

from contests.campaign.amendment import Amended
from contests.campaign.definition import Campaign
from contests.campaign.form import Question, questions
from contests.errors import Language
from contests.flows.amend import amendments_of
from contests.flows.house import House
from contests.rules.accepts_rules import FIELD as RULES_FIELD
from contests.settings import Settings
from contests.store import campaigns, views
from contests.store.campaigns import Standing
from contests.store.tables import CampaignRow
from contests.web.gather import Gatherer
from contests.web.ready import Shelf
from contests.web.render import wanted_language

FRESH_FOR = 1.0


class Place(msgspec.Struct, frozen=True):
    """A published campaign as a page shows it."""

    standing: Standing
    digest: str
    questions: tuple[Question, ...] = ()
    history: tuple[Amended, ...] = ()
    pictures: frozenset[str] = frozenset()

    @property
    def amended(self) -> Amended | None:
        """The last amendment, told wherever people enter."""
        return self.history[-1] if self.history else None

    @property
    def id(self) -> str:
        """The campaign's id."""
        return self.standing.id

    @property
    def definition(self) -> Campaign:
        """The definition in force."""
        return self.standing.definition

    @property
    def stage(self) -> str:
        """The stage in the store."""
        return self.standing.stage

    def channel(self, via: str) -> str:
        """Return the channel that an address names; nothing where the campaign knows none of that name."""
        return via if via and any(channel.id == via for channel in self.definition.channels) else ""

    def language(self, request: Request[Any, Any, Any]) -> Language:
        """Return the language of this page."""
        return wanted_language(request, self.definition.languages)


MOST_PICTURES = 32  # in the memory of one process; most have a few hundred kB, none more than the 8 MB of an upload


class Desk:
    """One for each application."""

    def __init__(
        self, house: House, settings: Settings, clock: Callable[[], datetime], proof_key: str, gatherer: Gatherer
    ) -> None:
        self.house, self.settings, self.clock, self.proof_key = house, settings, clock, proof_key
        self.gatherer = gatherer
        self.pages, self.pictures = Shelf(), Shelf(MOST_PICTURES)
        self._places: dict[str, tuple[float, Place]] = {}
        self._looking: dict[str, asyncio.Task[Place]] = {}

    def _known(self, slug: str) -> Place | None:
        known = self._places.get(slug)
        return known[1] if known and known[0] > time.monotonic() - FRESH_FOR else None

    def place(self, slug: str, *, fresh: bool = False) -> Place:
        """Return the published campaign behind a slug; up to a second old unless `fresh`. Raises NotFound."""
        known = None if fresh else self._known(slug)
        if known:
            return known
        asked = time.monotonic()
        with self.house.store.read() as tx:
            row = campaigns.by_slug(tx, slug)
            standing = campaigns.stand(row)
            history = amendments_of(tx, row.id) if standing.version > 1 else ()
            pictures = frozenset(views.media_names(tx, row.id))
        place = Place(standing, row.digest, questions(standing.definition), history, pictures)
        if len(self._places) > 4096:
            self._places.clear()
        self._places[slug] = (asked, place)
        return place

    async def soon(self, slug: str) -> Place:
        """Return the same as `place`, without holding up the loop: a thread looks, once for all who wait."""
        known = self._known(slug)
        if known:
            return known
        looking = self._looking.get(slug)
        if looking is None:
            looking = self._looking[slug] = asyncio.create_task(asyncio.to_thread(self.place, slug))
            looking.add_done_callback(lambda _: self._looking.pop(slug, None))
        return await asyncio.shield(looking)

    def place_for(self, slug: str, raw: Mapping[str, str]) -> Place:
        """Return the campaign that a form was sent to: looked up afresh where it accepts other rules than we know of."""
        place = self.place(slug)
        accepted = raw.get(RULES_FIELD, "")
        return place if accepted in {"", str(place.standing.version)} else self.place(slug, fresh=True)


def desk(request: ASGIConnection[Any, Any, Any, Any]) -> Desk:
    """Return the application's desk."""
    found = request.app.state.desk
    assert isinstance(found, Desk)
    return found


def row_of(request: ASGIConnection[Any, Any, Any, Any], slug: str) -> CampaignRow:
    """Return the row of a campaign of the organiser one works for, in any stage, as it is now.

    Raises NotFound, for another organiser's just as for one that does not exist.
    """
    with desk(request).house.store.read() as tx:
        return campaigns.by_slug(tx, slug, request.scope["state"]["staff"].organiser)


def ranking_rows(data: bytes) -> list[dict[str, str]]:
    """Return the lines of `ranking.csv`."""
    return list(csv.DictReader(io.StringIO(data.decode())))
