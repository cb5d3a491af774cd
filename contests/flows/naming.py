"""Naming: how winners are named in public, at the level declared or less, until the names are taken down."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import get_args

import msgspec

from contests.campaign.amendment import Amended
from contests.campaign.definition import Campaign, Publication
from contests.flows.amend import amendments_of
from contests.papers.names import public_name
from contests.store import draws, entries, handovers
from contests.store.campaigns import Standing
from contests.store.session import Tx
from contests.store.tables import AwardRow, EntryRow

LEVELS: tuple[str, ...] = get_args(Publication)
"""From the least to the most that is published."""


def names(tx: Tx, standing: Standing, awards: Iterable[AwardRow], now: datetime) -> dict[str, str]:
    """Return how each confirmed winner is named in public now, by pseudonym; empty for who is not named."""
    confirmed = [award for award in awards if award.state == "confirmed"]
    if not confirmed or taken_down(tx, standing, now):
        return {}
    ways = handovers.of_campaign(tx, standing.id)
    amended = amendments_of(tx, standing.id) if standing.version > 1 else ()
    found = {}
    for award in confirmed:
        own = entries.of_entrant(tx, award.entrant)
        way = ways.get((award.unit, award.entrant))
        levels = [standing.definition.publication, accepted_level(standing.definition, amended, own)]
        levels += [way.named] if way and way.named else []
        found[award.entrant] = name_of(standing.definition, own, min(levels, key=LEVELS.index))
    return found


def accepted_level(definition: Campaign, amended: Sequence[Amended], own: list[EntryRow]) -> str:
    """Return the level of the rules that a person accepted last: an amendment that publishes more publishes no more of them."""
    version = max((entry.version for entry in own), default=0)
    return (amended[version - 1].before if 0 < version <= len(amended) else definition).publication


def mark(tx: Tx, standing: Standing, now: datetime) -> tuple[object, ...]:
    """Return what changes when somebody is named otherwise than before, or no longer."""
    return (taken_down(tx, standing, now), handovers.named_otherwise(tx, standing.id))


def taken_down(tx: Tx, standing: Standing, now: datetime) -> bool:
    """Say whether the time is over for which winners are named."""
    days = standing.definition.aftermath.unpublish_days
    row = draws.get(tx, standing.id) if days else None
    return bool(days and row and row.drawn_at and row.drawn_at + timedelta(days=days) <= now)


def name_of(definition: Campaign, own_entries: list[EntryRow], level: str) -> str:
    """Return a winner's name at a level of publication; empty for none.

    Only what the answers still hold is published: a name that was taken back stays in the committed identity alone.
    """
    if not own_entries or not own_entries[0].identity or not own_entries[0].answers:
        return ""
    given = msgspec.json.decode(own_entries[0].answers)["values"]
    kinds = {field.kind for field in definition.fields if field.id in given}
    identity = msgspec.json.decode(own_entries[0].identity, type=dict[str, str])
    return public_name(level, {k: v for k, v in identity.items() if k in kinds})
