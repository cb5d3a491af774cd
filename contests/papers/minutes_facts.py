"""The facts of the minutes of a draw: what the journal says, what was counted again, what a person stated."""

from datetime import datetime

import msgspec

from contests.campaign.definition import Campaign
from contests.codec import parse_instant
from contests.draw.awards import Award
from contests.draw.seed import Source
from contests.errors import Language, Text
from contests.papers.looked import Looked
from contests.records import (
    AlternatePromoted,
    AwardConfirmed,
    AwardForfeited,
    AwardOffered,
    CampaignAmended,
    CampaignClosed,
    CampaignPublished,
    CampaignSettled,
    CampaignVoided,
    DrawCompleted,
    DrawPostponed,
    EntryAccepted,
    EntryExcluded,
    EntryReinstated,
    EntryWithdrawn,
    PoolFrozen,
    Record,
)
from contests.rules.bonus import PREFIX

After = AwardOffered | AwardConfirmed | AwardForfeited | AlternatePromoted | CampaignSettled | CampaignVoided


class Present(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who was there: name, capacity, and when they came and left, as they say it."""

    name: str
    capacity: str = ""
    came: str = ""
    left: str = ""


class Stated(msgspec.Struct, frozen=True, kw_only=True):
    """What a person states before the minutes are issued; empty where there is nothing to state."""

    place: str
    operator: str
    clock: str
    incidents: str
    independence: str
    officer: str = ""
    officer_office: str = ""
    officer_address: str = ""
    requester: str = ""
    approver: str = ""
    present: tuple[Present, ...] = ()
    remarks: str = ""


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """Entries and tickets accepted by one channel, with the times of the first and the last, to the minute."""

    id: str
    entries: int
    tickets: int
    first_at: datetime
    last_at: datetime

    @property
    def is_bonus(self) -> bool:
        """Whether these entries were given as a bonus."""
        return self.id.startswith(PREFIX)


class Exclusion(msgspec.Struct, frozen=True, kw_only=True):
    """Exclusions for one reason under one clause, and how many of them were taken back."""

    reason: str
    clause: str
    excluded: int
    reinstated: int


class Intake(msgspec.Struct, frozen=True, kw_only=True):
    """What came in and what went out, as the journal tells it; `late` is what changed between closing and freeze."""

    accepted: int
    withdrawn: int
    channels: tuple[Channel, ...]
    exclusions: tuple[Exclusion, ...]
    late_withdrawn: int
    late_excluded: int
    late_reinstated: int

    @property
    def excluded(self) -> int:
        """Entries that are excluded and were not reinstated."""
        return sum(each.excluded - each.reinstated for each in self.exclusions)

    @property
    def standing(self) -> int:
        """Entries that take part."""
        return self.accepted - self.withdrawn - self.excluded

    @property
    def bonus_tickets(self) -> int:
        """Tickets given as a bonus, before any entry was taken out."""
        return sum(channel.tickets for channel in self.channels if channel.is_bonus)


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """One figure reached by two routes; `second` is None where the second one is no longer open."""

    what: Text
    first: int | str
    second: int | str | None
    by: Text

    @property
    def agrees(self) -> bool:
        """Whether both routes give the same."""
        return self.first == self.second


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A file that the minutes rest on, with its digests in hex."""

    name: str
    size: int
    sha256: str
    sha512: str


class Replaced(msgspec.Struct, frozen=True, kw_only=True):
    """Earlier minutes of the same draw; without `annulled_at` they still stand."""

    number: int
    issued_at: datetime
    annulled_at: datetime | None = None
    reason: str = ""


class Stamp(msgspec.Struct, frozen=True, kw_only=True):
    """A time stamp by a third party: what was stamped, by whom, when, and the digest of the token."""

    what: str
    authority: str
    at: datetime
    token: str


class Software(msgspec.Struct, frozen=True, kw_only=True):
    """The program that drew and wrote: versions, and the identifiers of the specifications it keeps to."""

    name: str
    version: str
    python: str
    specifications: tuple[str, ...]


class MinutesFacts(msgspec.Struct, frozen=True, kw_only=True):
    """All that the minutes of one draw say. `declined` is what the door declined up to the closing."""

    number: int
    draft: bool
    issued_at: datetime
    site: str
    campaign: str
    definition: Campaign
    definition_digest: str
    version: int
    published: CampaignPublished
    amended: tuple[CampaignAmended, ...]
    closed: CampaignClosed
    postponed: tuple[DrawPostponed, ...]
    frozen: PoolFrozen
    freeze_size: int
    freeze_root: str
    completed: DrawCompleted
    source: Source
    after: tuple[After, ...]
    intake: Intake
    counts: tuple[Count, ...]
    ranking: tuple[Award, ...]
    files: tuple[File, ...]
    checkpoint: str
    vkey: str
    software: Software
    stated: Stated
    replaced: tuple[Replaced, ...] = ()
    stamps: tuple[Stamp, ...] = ()
    looked: tuple[Looked, ...] = ()

    @property
    def languages(self) -> tuple[Language, ...]:
        """The languages that the minutes are written in: those of the campaign."""
        return self.definition.languages


class Tally:
    """Counts records of entries one by one, beside the fold that the engine itself runs on."""

    def __init__(self) -> None:
        self.accepted = self.withdrawn = 0
        self._channels: dict[str, list[int]] = {}
        self._times: dict[str, tuple[str, str]] = {}
        self._exclusions: dict[tuple[str, str], list[int]] = {}
        self._grounds: dict[str, tuple[str, str]] = {}
        self._closed = False
        self._late = [0, 0, 0]

    def add(self, record: Record) -> None:
        """Count one record."""
        if isinstance(record, EntryAccepted):
            self._accept(record)
        elif isinstance(record, EntryWithdrawn):
            self.withdrawn += 1
            self._late[0] += self._closed
        elif isinstance(record, EntryExcluded):
            ground = self._grounds[record.entry] = record.reason, record.clause
            self._exclusions.setdefault(ground, [0, 0])[0] += 1
            self._late[1] += self._closed
        elif isinstance(record, EntryReinstated):
            self._exclusions[self._grounds[record.entry]][1] += 1
            self._late[2] += self._closed
        elif isinstance(record, CampaignClosed):
            self._closed = True

    def _accept(self, record: EntryAccepted) -> None:
        self.accepted += 1
        channel = self._channels.setdefault(record.channel, [0, 0])
        channel[0] += 1
        channel[1] += record.tickets
        first, _ = self._times.get(record.channel, (record.at, ""))
        self._times[record.channel] = first, record.at  # records never go back in time

    def intake(self) -> Intake:
        """Return what was counted so far."""
        return Intake(
            accepted=self.accepted,
            withdrawn=self.withdrawn,
            channels=tuple(
                Channel(
                    id=channel,
                    entries=entries,
                    tickets=tickets,
                    first_at=parse_instant(self._times[channel][0]),
                    last_at=parse_instant(self._times[channel][1]),
                )
                for channel, (entries, tickets) in sorted(self._channels.items())
            ),
            exclusions=tuple(
                Exclusion(reason=reason, clause=clause, excluded=excluded, reinstated=reinstated)
                for (reason, clause), (excluded, reinstated) in sorted(self._exclusions.items())
            ),
            late_withdrawn=self._late[0],
            late_excluded=self._late[1],
            late_reinstated=self._late[2],
        )
