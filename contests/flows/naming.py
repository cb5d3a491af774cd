"""Naming: how winners are named in public, at the level declared or less, until the names are taken down."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from contests.campaign.definition import Campaign
from contests.papers.names import public_name
from contests.store import draws, entries, handovers
from contests.store.campaigns import Standing
from contests.store.session import Tx
from contests.store.tables import AwardRow, EntryRow


def names(tx: Tx, standing: Standing, awards: Iterable[AwardRow], now: datetime) -> dict[str, str]:
    """Return how each confirmed winner is named in public now, by pseudonym; empty for who is not named."""
    confirmed = [award for award in awards if award.state == "confirmed"]
    if not confirmed or taken_down(tx, standing, now):
        return {}
    ways = handovers.of_campaign(tx, standing.id)
    found = {}
    for award in confirmed:
        way = ways.get((award.unit, award.entrant))
        level = (way and way.named) or standing.definition.publication
        found[award.entrant] = name_of(standing.definition, entries.of_entrant(tx, award.entrant), level)
    return found


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
