"""Figures of a campaign: counters of pages, and entries counted where they stand. Each query is linear at worst."""

from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec
from sqlalchemy import JSON, ColumnElement, LargeBinary, String, cast, literal
from sqlalchemy import select as core_select
from sqlmodel import col, func, select

from contests.rules.bonus import PREFIX
from contests.store import bulk
from contests.store.moments import written
from contests.store.session import Tx
from contests.store.tables import (
    ActionRow,
    AwardRow,
    CalendarRow,
    EntrantRow,
    EntryRow,
    MembershipRow,
    StaffRow,
    VisitRow,
)

Key = tuple[str, datetime, str, str, str]


class Arrival(msgspec.Struct, frozen=True):
    """Entries that came in within ten minutes from `at` on, by channel and state."""

    at: datetime
    channel: str
    state: str
    count: int


class Brought(msgspec.Struct, frozen=True):
    """One first entry that came in by a friend's link: both people's numbers and pseudonyms."""

    number: int
    entrant: str
    by_number: int
    by: str


def add_visits(tx: Tx, counts: Mapping[Key, int]) -> None:
    """Add to the counters. Processes that count at the same time do not lose one another's counts."""
    rows = [
        {"campaign": c, "hour": hour, "channel": channel, "language": language, "what": what, "count": count}
        for (c, hour, channel, language, what), count in sorted(counts.items())
    ]
    ending = "ON CONFLICT (campaign, hour, channel, language, what) DO UPDATE SET count = visit.count + excluded.count"
    bulk.insert_rows(tx, VisitRow, rows, f"{ending} RETURNING count")


def visits(tx: Tx, campaign: str) -> list[VisitRow]:
    """Return the counters of a campaign."""
    return list(tx.exec(select(VisitRow).where(VisitRow.campaign == campaign)))


def arrivals(tx: Tx, campaign: str) -> list[Arrival]:
    """Return how many entries came in, by ten minutes of UTC, channel and state."""
    query = (
        core_select(
            written(tx, col(EntryRow.received_at), 15).label("ten"),
            col(EntryRow.channel),
            col(EntryRow.state),
            func.count(),
        )
        .where(col(EntryRow.campaign) == campaign)
        .group_by("ten", col(EntryRow.channel), col(EntryRow.state))
    )
    return [
        Arrival(datetime.strptime(f"{ten}0", "%Y-%m-%d %H:%M").replace(tzinfo=UTC), channel, state, count)
        for ten, channel, state, count in tx.execute(query)
    ]


def languages(tx: Tx, campaign: str) -> dict[str, int]:
    """Return how many entrants there are by language."""
    found = tx.exec(
        select(EntrantRow.language, func.count())
        .where(EntrantRow.campaign == campaign)
        .group_by(col(EntrantRow.language))
    )
    return dict(found.all())


def _answer(tx: Tx, *path: str) -> ColumnElement[str]:
    """Return one text of the answers as a column; null where the answers were deleted."""
    answers = func.nullif(col(EntryRow.answers), literal(b"", LargeBinary))
    if tx.get_bind().dialect.name == "sqlite":
        return func.json_extract(cast(answers, String), ".".join(("$", *path)))
    return func.json_extract_path_text(cast(func.convert_from(answers, "UTF8"), JSON), *path)


def countries(tx: Tx, campaign: str) -> dict[str, int]:
    """Return how many entries of people in the journal declared each country; empty for those whose answers are gone."""
    country = func.coalesce(_answer(tx, "values", "country"), "").label("country")
    query = (
        core_select(country, func.count())
        .where(col(EntryRow.campaign) == campaign, col(EntryRow.state) != "pending", _by_people())
        .group_by("country")
    )
    return {str(country): int(entries) for country, entries in tx.execute(query)}


def _by_people() -> ColumnElement[bool]:
    """Say that an entry is one that somebody sent, not a bonus."""
    return col(EntryRow.channel).not_like(f"{PREFIX}%")


def brought(tx: Tx, campaign: str) -> list[Brought]:
    """Return who came by whose link: a line for each person whose first entry came by one and counts."""
    code = _answer(tx, "referral").label("code")
    query = (
        core_select(col(EntryRow.owner), col(EntryRow.entrant), code, col(EntryRow.place), col(EntrantRow.entries))
        .join(EntrantRow, col(EntryRow.owner) == col(EntrantRow.number))
        .where(col(EntryRow.campaign) == campaign, col(EntryRow.state) == "accepted", _by_people(), code != "")
        .order_by(col(EntryRow.place))
    )
    found = tx.execute(query).all()
    # Only who entered several times may have come by themselves before.
    earliest = _first_places(tx, campaign) if any(entries > 1 for *_, entries in found) else {}
    known = {
        code: (number, entrant)
        for number, entrant, code in tx.execute(
            core_select(col(EntrantRow.number), col(EntrantRow.id), col(EntrantRow.referral)).where(
                col(EntrantRow.campaign) == campaign, col(EntrantRow.referral).is_not(None)
            )
        )
    }
    return [
        Brought(number, entrant, *known[code])
        for number, entrant, code, place, _ in found
        # Whose link it was had entered before; nobody brings themselves.
        if code in known and known[code][0] < number and earliest.get(number, place) == place
    ]


def _first_places(tx: Tx, campaign: str) -> dict[int, int]:
    """Return the place of the first entry of everybody who entered more than once, by their number."""
    query = (
        core_select(col(EntryRow.owner), func.min(col(EntryRow.place)))
        .join(EntrantRow, col(EntryRow.owner) == col(EntrantRow.number))
        .where(col(EntryRow.campaign) == campaign, col(EntrantRow.entries) > 1, _by_people())
        .group_by(col(EntryRow.owner))
    )
    return {int(owner): int(place) for owner, place in tx.execute(query)}


def export_count(tx: Tx, campaign: str) -> int:
    """Return how many entries there are, those that wait included."""
    return tx.exec(select(func.count()).select_from(EntryRow).where(EntryRow.campaign == campaign)).one()


def journaled(tx: Tx, campaign: str, after: int, most: int) -> list[tuple[EntryRow, EntrantRow | None]]:
    """Return up to `most` entries in the journal beyond place `after`, in its order, with their people."""
    query = (
        select(EntryRow, EntrantRow)
        .join(EntrantRow, col(EntryRow.owner) == col(EntrantRow.number), isouter=True)
        .where(EntryRow.campaign == campaign, col(EntryRow.place) > after)
        .order_by(col(EntryRow.place))
        .limit(most)
    )
    return [(entry, person) for entry, person in tx.exec(query)]


def waiting(tx: Tx, campaign: str, after: int, most: int) -> list[EntryRow]:
    """Return up to `most` entries that wait for their confirmation, beyond number `after`."""
    query = (
        select(EntryRow)
        .where(EntryRow.campaign == campaign, EntryRow.state == "pending", EntryRow.number > after)
        .order_by(col(EntryRow.number))
        .limit(most)
    )
    return list(tx.exec(query))


def exports(tx: Tx, campaign: str, most: int = 10) -> list[ActionRow]:
    """Return the latest exports: who took what, and when."""
    query = (
        select(ActionRow)
        .where(ActionRow.campaign == campaign, ActionRow.verb == "export")
        .order_by(col(ActionRow.at).desc())
        .limit(most)
    )
    return list(tx.exec(query))


def put_calendar(tx: Tx, staff: str, organiser: str, token: str) -> None:
    """Keep the digest of a member of staff's calendar address for an organiser; a new one replaces the old."""
    tx.merge(CalendarRow(staff=staff, organiser=organiser, token=token))
    tx.flush()


def has_calendar(tx: Tx, staff: str, organiser: str) -> bool:
    """Say whether a member of staff has a calendar address for an organiser."""
    return tx.get(CalendarRow, (staff, organiser)) is not None


def calendar_of(tx: Tx, token: str) -> tuple[StaffRow, str] | None:
    """Return whose calendar address has that digest, and the organiser; nobody's once that person has left there."""
    known = (
        select(StaffRow, MembershipRow.organiser)
        .join(MembershipRow, col(MembershipRow.staff) == col(StaffRow.id))
        .join(
            CalendarRow,
            (col(CalendarRow.staff) == col(StaffRow.id)) & (col(CalendarRow.organiser) == col(MembershipRow.organiser)),
        )
    )
    return tx.exec(known.where(CalendarRow.token == token, col(MembershipRow.left_at).is_(None))).first()


def claim_deadlines(tx: Tx, campaign: str) -> list[tuple[datetime, int]]:
    """Return until when prizes on offer must be claimed, and how many, in order of time."""
    query = (
        select(AwardRow.until, func.count())
        .where(AwardRow.campaign == campaign, AwardRow.state == "offered", col(AwardRow.until).is_not(None))
        .group_by(col(AwardRow.until))
        .order_by(col(AwardRow.until))
    )
    return [(until, count) for until, count in tx.exec(query) if until is not None]
