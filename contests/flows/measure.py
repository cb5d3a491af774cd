"""Measure: a campaign's figures, read where they stand; only the visits have counters of their own."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from contests.campaign.definition import Campaign
from contests.flows.house import House
from contests.rules.bonus import PREFIX
from contests.rules.residence import Residence
from contests.store import campaigns, entries, figures
from contests.store.figures import Arrival, Brought, Key
from contests.store.tables import VisitRow

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MOST_HOURS = 7 * 24
MOST_DAYS = 400
MOST_FRIENDS = 20


class Step(NamedTuple):
    """One hour or day, by when it began in the campaign's time zone."""

    at: datetime
    visits: int
    entries: int


class Line(NamedTuple):
    """One channel, language or country."""

    name: str
    visits: int
    entries: int


class Friend(NamedTuple):
    """How many people came by somebody's link, and how many more by those people's links."""

    entrant: str
    brought: int
    beyond: int


class Friends(msgspec.Struct, frozen=True):
    """The tree of referrals: who brought the most, and what it all comes to. `depth` counts links in a row."""

    most: tuple[Friend, ...] = ()
    people: int = 0
    bringers: int = 0
    depth: int = 0


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign in figures. An entry is one that somebody sent; what bonuses add stands in `bonuses`."""

    visits: int
    begun: int
    mended: int
    confirmed: int
    pending: int
    counting: int
    excluded: int
    withdrawn: int
    bonuses: int
    declined: tuple[tuple[str, int], ...]
    hours: tuple[Step, ...]
    days: tuple[Step, ...]
    since_opening: tuple[int, ...]
    channels: tuple[Line, ...]
    languages: tuple[Line, ...]
    countries: tuple[Line, ...]
    friends: Friends

    @property
    def received(self) -> int:
        """Entries that were taken: in the journal, or waiting for their confirmation."""
        return self.confirmed + self.pending

    @property
    def turned_away(self) -> int:
        """Submissions declined at the door."""
        return sum(count for _, count in self.declined)

    @property
    def conversion(self) -> float | None:
        """Entries in the journal for each visit; None where visits were not counted, or not all of them."""
        return share_of(self.confirmed, self.visits)


def share_of(entered: int, visits: int) -> float | None:
    """Return entries for each visit; None where there are more entries than visits: not all came by the page."""
    return entered / visits if visits and entered <= visits else None


def note_visits(house: House, counts: Mapping[Key, int]) -> None:
    """Add to the counters of visits."""
    with house.store.write() as tx:
        figures.add_visits(tx, counts)


class Answered(msgspec.Struct, frozen=True):
    """What has to be read out of the answers, which takes longer than counting."""

    countries: dict[str, int]
    friends: Friends


def read_answers(house: House, campaign: str) -> Answered:
    """Return what the answers say of countries and friends, where the campaign asks for them. Raises NotFound."""
    with house.store.read() as tx:
        definition = campaigns.standing(tx, campaign).definition
        referring = any(bonus.tag() == "referral" for bonus in definition.bonuses)
        return Answered(
            figures.countries(tx, campaign) if definition.rule(Residence) else {},
            tree(figures.brought(tx, campaign)) if referring else Friends(),
        )


def measure(house: House, campaign: str, now: datetime, answered: Answered | None = None) -> Figures:
    """Return a published campaign's figures; `answered` is what the caller has kept. Raises NotFound."""
    answered = answered or read_answers(house, campaign)
    with house.store.read() as tx:
        definition = campaigns.standing(tx, campaign).definition
        visits = figures.visits(tx, campaign)
        arrivals = figures.arrivals(tx, campaign)
        declined: Counter[str] = Counter()
        for reason, _, count in entries.declined(tx, campaign):
            declined[reason] += count
        spoken = figures.languages(tx, campaign)
    return fold(definition, visits, arrivals, declined, spoken, answered, now)


def fold(
    definition: Campaign,
    visits: Sequence[VisitRow],
    arrivals: Sequence[Arrival],
    declined: Counter[str],
    spoken: Mapping[str, int],
    answered: Answered,
    now: datetime,
) -> Figures:
    """Return the figures of what was read."""
    zone = ZoneInfo(definition.timezone)
    states: Counter[str] = Counter()
    bonuses = 0
    seen, came = _Clock(zone), _Clock(zone)
    by_channel: Counter[str] = Counter()
    for arrival in arrivals:
        if arrival.channel.startswith(PREFIX):
            bonuses += arrival.count
            continue
        states[arrival.state] += arrival.count
        if arrival.state != "pending":
            by_channel[arrival.channel] += arrival.count
            came.add(arrival.at, arrival.count)
    what: Counter[str] = Counter()
    seen_channel: Counter[str] = Counter()
    seen_language: Counter[str] = Counter()
    for row in visits:
        what[row.what] += row.count
        if row.what == "visit":
            seen.add(row.hour, row.count)
            seen_channel[row.channel] += row.count
            seen_language[row.language] += row.count
    days = _days(seen, came, definition, now)
    opening = definition.opens_at.astimezone(zone).date()
    return Figures(
        visits=what["visit"],
        begun=what["begun"],
        mended=what["mended"],
        confirmed=states.total() - states["pending"],
        pending=states["pending"],
        counting=states["accepted"],
        excluded=states["excluded"],
        withdrawn=states["withdrawn"],
        bonuses=bonuses,
        declined=tuple(declined.most_common()),
        hours=_hours(seen, came, definition, now),
        days=days,
        since_opening=tuple(step.entries for step in days if step.at.date() >= opening),
        channels=_lines(seen_channel, by_channel),
        languages=_lines(seen_language, spoken),
        countries=_lines({}, answered.countries),
        friends=answered.friends,
    )


class _Clock:
    """Counts by the hour and day that people of the campaign read on their clocks."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self.hours: Counter[datetime] = Counter()
        self.days: Counter[date] = Counter()

    def add(self, at: datetime, count: int) -> None:
        """Count at an instant."""
        local = at.astimezone(self.zone)
        self.hours[local.replace(minute=0, second=0, microsecond=0).astimezone(UTC)] += count
        self.days[local.date()] += count


def _span(found: Iterable[datetime], definition: Campaign, now: datetime) -> tuple[datetime, datetime]:
    """Return the first and the last instant that a chart shows: the campaign so far, and what lies outside of it."""
    known = sorted(found)
    first = min(definition.opens_at, *known) if known else definition.opens_at
    last = max(min(now, definition.closes_at), *known) if known else min(now, definition.closes_at)
    return first, last


def _hours(seen: _Clock, came: _Clock, definition: Campaign, now: datetime) -> tuple[Step, ...]:
    first, last = _span((*seen.hours, *came.hours), definition, now)
    start = first.astimezone(seen.zone).replace(minute=0, second=0, microsecond=0).astimezone(UTC)
    start = max(start, start + ((last - start) // HOUR - MOST_HOURS + 1) * HOUR)
    count = max(0, (last - start) // HOUR + 1)
    hours = (start + n * HOUR for n in range(count))
    return tuple(Step(hour.astimezone(seen.zone), seen.hours[hour], came.hours[hour]) for hour in hours)


def _days(seen: _Clock, came: _Clock, definition: Campaign, now: datetime) -> tuple[Step, ...]:
    first, last = _span((*seen.hours, *came.hours), definition, now)
    end = last.astimezone(seen.zone).date()
    start = max(first.astimezone(seen.zone).date(), end - (MOST_DAYS - 1) * DAY)
    days = (start + n * DAY for n in range(max(0, (end - start).days + 1)))
    return tuple(Step(datetime(d.year, d.month, d.day, tzinfo=seen.zone), seen.days[d], came.days[d]) for d in days)


def _lines(seen: Mapping[str, int], came: Mapping[str, int]) -> tuple[Line, ...]:
    names = {*seen, *came}
    lines = (Line(name, seen.get(name, 0), came.get(name, 0)) for name in names)
    return tuple(sorted(lines, key=lambda line: (-line.entries, -line.visits, line.name)))


def tree(found: Iterable[Brought], most: int = MOST_FRIENDS) -> Friends:
    """Return the tree of referrals. Whoever brings somebody came before them, so that it has no circles."""
    lines = sorted(found, key=lambda line: line.number)
    parent = {line.number: line.by_number for line in lines}
    name = {line.by_number: line.by for line in lines}
    direct = Counter(parent.values())
    whole: Counter[int] = Counter()
    depth: dict[int, int] = {}
    for line in lines:
        depth[line.number] = depth.get(line.by_number, 0) + 1
    for line in reversed(lines):
        whole[line.by_number] += 1 + whole[line.number]
    ranked = sorted(direct, key=lambda number: (-direct[number], -whole[number], number))
    return Friends(
        most=tuple(Friend(name[n], direct[n], whole[n] - direct[n]) for n in ranked[:most]),
        people=len(lines),
        bringers=len(direct),
        depth=max(depth.values(), default=0),
    )
