"""The path of a prize unit as it is drawn: offer, answer, confirmation, sending, hand."""

from datetime import date, datetime
from typing import Literal

import msgspec

from contests.store.tables import AwardRow, HandoverRow

Name = Literal["offer", "claim", "confirm", "send", "receive"]
NAMES: tuple[Name, ...] = ("offer", "claim", "confirm", "send", "receive")
STANDS = {"offered": 1, "claimed": 2, "confirmed": 3}


class Step(msgspec.Struct, frozen=True):
    """One step. `state`: done, now (what is waited for), later, or stop (it ends here)."""

    name: Name
    state: Literal["done", "now", "later", "stop"]
    at: datetime | None = None
    day: date | None = None


def path_of(award: AwardRow, way: HandoverRow | None) -> tuple[Step, ...]:
    """Return the five steps of a unit that is or was offered."""
    way = way or HandoverRow(campaign=award.campaign, unit=award.unit, entrant=award.entrant)
    reached = STANDS.get(award.state, 1)
    if award.state == "confirmed" and way.received_at:
        reached = 5
    elif award.state == "confirmed" and way.sent_on:
        reached = 4
    stopped = award.state not in STANDS or way.withheld_at is not None
    times = (way.offered_at, way.claimed_at, way.confirmed_at, None, way.received_at)
    steps = []
    for place, (name, at) in enumerate(zip(NAMES, times, strict=True)):
        here: Literal["stop", "now"] = "stop" if stopped else "now"
        state: Literal["done", "now", "later", "stop"] = (
            "done" if place < reached else here if place == reached else "later"
        )
        day = date.fromisoformat(way.sent_on) if name == "send" and way.sent_on else None
        if name == "claim" and state == "done" and at is None:
            state = "later"  # confirmed without an answer through the link
        steps.append(Step(name, state, at, day))
    return tuple(steps)
