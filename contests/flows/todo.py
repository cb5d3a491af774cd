"""What waits for a person between the draw and the winner's hands: one line a unit, the most pressing first."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

import msgspec

from contests.errors import Language
from contests.store import campaigns, handovers
from contests.store.session import Tx
from contests.store.tables import AwardRow, CampaignRow, HandoverRow

Task = Literal["lapsed", "answer", "look", "check", "send", "receive"]


class Todo(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to do about a prize unit. `by`: its deadline, if there is one; `late`: that is past."""

    slug: str
    unit: str
    task: Task
    by: datetime | None
    late: bool
    zone: str
    title: dict[Language, str]
    prize: dict[Language, str]


def todo(tx: Tx, now: datetime, campaign: str = "", organiser: str = "") -> list[Todo]:
    """Return what waits in an organiser's campaigns, or in one; late things first, then by deadline."""
    waiting = handovers.waiting_files(tx)
    rows: dict[str, CampaignRow] = {}
    found = []
    for award, way in handovers.under_way(tx, campaign, organiser):
        row = rows.get(award.campaign) or rows.setdefault(award.campaign, campaigns.row(tx, award.campaign))
        if row.stage != "void":
            found.append(_line(row, award, way, now, file=(award.campaign, award.unit) in waiting))
    return sorted(found, key=lambda line: (not line.late, line.by is None, line.by or now, line.slug, line.unit))


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """The same thing to do about several units of a campaign: the first one, how many, the nearest deadline."""

    first: Todo
    count: int
    late: int


def grouped(lines: Iterable[Todo]) -> list[Group]:
    """Return lines of `todo` by campaign and task, in their order; what only waits for the winner comes last."""
    found: dict[tuple[str, Task], list[Todo]] = {}
    for line in lines:
        found.setdefault((line.slug, line.task), []).append(line)
    groups = [Group(first=same[0], count=len(same), late=sum(line.late for line in same)) for same in found.values()]
    return sorted(groups, key=lambda group: group.first.task == "answer")


def _line(row: CampaignRow, award: AwardRow, way: HandoverRow | None, now: datetime, *, file: bool) -> Todo:
    definition = campaigns.read_definition(row.definition)
    by = award.until if award.state == "offered" else way.due_at if way and award.state == "confirmed" else None
    return Todo(
        slug=row.slug, unit=award.unit, task=task_of(award, way, now, file=file), by=by, late=bool(by and by <= now),
        zone=definition.timezone, title=definition.title, prize=definition.prize_of(award.unit).title,
    )  # fmt: skip


def task_of(award: AwardRow, way: HandoverRow | None, now: datetime, *, file: bool) -> Task:
    """Return what comes next about a unit that is not in the winner's hands."""
    if award.state == "confirmed":
        return "receive" if way and way.sent_on else "send"
    if award.state == "claimed":
        return "look" if file else "check"
    return "lapsed" if award.until and award.until <= now else "answer"
