"""What waits for a person between the draw and the winner's hands: one line a unit, the most pressing first."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

import msgspec

from contests.campaign.claim import documents_of
from contests.store import campaigns, handovers, views
from contests.store.session import Tx
from contests.store.tables import AwardRow, CampaignRow, HandoverRow

Task = Literal["lapsed", "answer", "look", "check", "send", "receive"]
LOUD = timedelta_days = 3


class Todo(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to do. `by`: its deadline; `late`: that is past. `red` until the prize is in hand or formally not."""

    slug: str
    unit: str
    task: Task
    by: datetime | None
    late: bool
    zone: str
    prize: dict[str, str]


def todo(tx: Tx, now: datetime, only: str = "") -> list[Todo]:
    """Return what waits in every campaign, or in one; late things first, then by deadline."""
    rows = {row.id: row for row in views.listed(tx) if row.stage in {"drawn", "settled"} and only in {"", row.id}}
    waiting = handovers.waiting_files(tx)
    found: list[Todo] = []
    for campaign, row in rows.items():
        ways = handovers.of_campaign(tx, campaign)
        awards = handovers.open_units(tx, campaign)
        found += _lines(row, awards, ways, waiting, now)
    return sorted(found, key=lambda line: (not line.late, line.by is None, line.by or now, line.slug, line.unit))


def _lines(
    row: CampaignRow,
    awards: Iterable[AwardRow],
    ways: dict[tuple[str, str], HandoverRow],
    waiting: set[tuple[str, str]],
    now: datetime,
) -> list[Todo]:
    definition = campaigns.read_definition(row.definition)
    found = []
    for award in awards:
        way = ways.get((award.unit, award.entrant))
        file = (award.campaign, award.unit) in waiting
        task = task_of(award, way, file=file, now=now)
        if task is None:
            continue
        by = way.due_at if way and award.state == "confirmed" else award.until if award.state == "offered" else None
        found.append(
            Todo(
                slug=row.slug, unit=award.unit, task=task, by=by, late=bool(by and by <= now),
                zone=definition.timezone, prize={str(k): v for k, v in definition.prize_of(award.unit).title.items()},
            )
        )  # fmt: skip
    return found


def task_of(award: AwardRow, way: HandoverRow | None, *, file: bool, now: datetime) -> Task | None:
    """Return what has to be done next about a unit; None where nothing waits for a person."""
    if award.state == "claimed":
        return "look" if file else "check"
    if award.state == "offered":
        return "lapsed" if award.until and award.until <= now else "answer"
    if award.state == "confirmed" and way and way.due_at and not (way.received_at or way.withheld_at):
        return "receive" if way.sent_on else "send"
    return None


__all__ = ["Task", "Todo", "documents_of", "task_of", "todo"]
