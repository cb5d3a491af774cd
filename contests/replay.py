"""One fold over the records, used live and by the verifier: what stands after each of them.

`STAGES` is the whole life of a campaign: which kinds each stage allows, and where they lead.
"""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any

from contests.campaign.definition import Campaign
from contests.campaign.parse import of_record
from contests.codec import canonical, digest
from contests.draw.pool import Pool, make_pool
from contests.errors import Language, Malformed, StageRefused, Text
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
    MinutesAnnulled,
    MinutesIssued,
    PoolFrozen,
    Record,
    kind_of,
)


class Stage(StrEnum):
    """Where a campaign stands."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    FROZEN = "frozen"
    DRAWN = "drawn"
    SETTLED = "settled"
    VOID = "void"


_AFTER: tuple[type[Any], ...] = (AwardOffered, AwardConfirmed, AwardForfeited, AlternatePromoted)
_MINUTES: tuple[type[Any], ...] = (MinutesIssued, MinutesAnnulled)
STAGES: dict[Stage, dict[type[Any], Stage]] = {
    Stage.DRAFT: {CampaignPublished: Stage.OPEN},
    Stage.OPEN: {
        CampaignAmended: Stage.OPEN,
        EntryAccepted: Stage.OPEN,
        EntryWithdrawn: Stage.OPEN,
        EntryExcluded: Stage.OPEN,
        EntryReinstated: Stage.OPEN,
        CampaignClosed: Stage.CLOSED,
        CampaignVoided: Stage.VOID,
    },
    Stage.CLOSED: {
        EntryWithdrawn: Stage.CLOSED,
        EntryExcluded: Stage.CLOSED,
        EntryReinstated: Stage.CLOSED,
        DrawPostponed: Stage.CLOSED,
        PoolFrozen: Stage.FROZEN,
        CampaignVoided: Stage.VOID,
    },
    Stage.FROZEN: {DrawCompleted: Stage.DRAWN, CampaignVoided: Stage.VOID},
    Stage.DRAWN: dict.fromkeys((*_AFTER, *_MINUTES), Stage.DRAWN)
    | {CampaignSettled: Stage.SETTLED, CampaignVoided: Stage.VOID},
    Stage.SETTLED: dict.fromkeys(_MINUTES, Stage.SETTLED),
    Stage.VOID: dict.fromkeys(_MINUTES, Stage.VOID),
}


class Unit:
    """One prize unit after the draw: who holds it, and how far it got."""

    def __init__(self) -> None:
        self.entrant = ""
        self.state = ""
        self.history: list[tuple[str, str, str]] = []

    def move(self, state: str, entrant: str, reason: str = "") -> None:
        """Note the step."""
        self.entrant, self.state = entrant, state
        self.history.append((state, entrant, reason))


class State:
    """All that the records say so far. Entries are kept as bytes: a million of them fit."""

    def __init__(self) -> None:
        self.size = 0
        self.stage = Stage.DRAFT
        self.campaign = ""
        self.definition: Campaign | None = None
        self.definition_digest = ""
        self.papers: list[Mapping[Language, str]] = []
        self.published: CampaignPublished | None = None
        self.closed: CampaignClosed | None = None
        self.postponed: list[DrawPostponed] = []
        self.frozen: PoolFrozen | None = None
        self.freeze_size = 0
        self.completed: DrawCompleted | None = None
        self.promoted = 0
        self.units: dict[str, Unit] = {}
        self.voided: CampaignVoided | None = None
        self.minutes: dict[int, MinutesIssued] = {}
        self.annulled: dict[int, MinutesAnnulled] = {}
        self.counts = {"accepted": 0, "withdrawn": 0, "excluded": 0, "reinstated": 0}
        self.exclusions: dict[str, int] = {}
        self.by_channel: dict[str, int] = {}
        self._entries: dict[bytes, tuple[bytes, int]] = {}
        self._out: dict[bytes, str] = {}

    def apply(self, record: Record) -> None:
        """Fold one record in. Raises StageRefused when it may not stand here; the state is then unchanged."""
        follows = STAGES[self.stage].get(type(record))
        if follows is None:
            raise _refused(record, f"stage {self.stage}", "record-misplaced")
        if self.campaign and record.campaign != self.campaign:
            raise _refused(record, f"campaign {record.campaign}", "record-elsewhere")
        _FOLDS[type(record)](self, record)
        self.campaign = record.campaign
        self.stage = follows
        self.size += 1
        if isinstance(record, PoolFrozen):
            self.freeze_size = self.size

    def skip(self) -> None:
        """Count a record that could not be folded, so that places keep their numbers."""
        self.size += 1

    def taking_part(self) -> dict[str, int]:
        """Return tickets by entrant over the entries that stand."""
        tickets: dict[bytes, int] = {}
        for entry, (entrant, count) in self._entries.items():
            if entry not in self._out:
                tickets[entrant] = tickets.get(entrant, 0) + count
        return {entrant.hex(): count for entrant, count in tickets.items()}

    def pool(self) -> Pool:
        """Return the pool as it would be frozen now. Raises Malformed when it is empty or beyond limits."""
        return make_pool(self.taking_part())

    def standing(self) -> tuple[int, int]:
        """Return the number of entries and of tickets that stand."""
        kept = [count for entry, (_, count) in self._entries.items() if entry not in self._out]
        return len(kept), sum(kept)

    def _publish(self, record: CampaignPublished) -> None:
        self._define(record)
        self.published = record
        self.papers = [record.papers]

    def _define(self, record: CampaignPublished | CampaignAmended) -> None:
        try:
            self.definition = of_record(record.definition)
        except Malformed as error:
            raise _refused(record, str(error)) from error
        # The digest is of what was recorded: a later program may write a default that this record leaves out.
        self.definition_digest = digest(canonical(record.definition))

    def _amend(self, record: CampaignAmended) -> None:
        if record.number != len(self.papers) + 1:
            raise _refused(record, f"number {record.number} after version {len(self.papers)}")
        self._define(record)
        self.papers.append(record.papers)

    def _accept(self, record: EntryAccepted) -> None:
        entry = bytes.fromhex(record.entry)
        if entry in self._entries:
            raise _refused(record, f"entry {record.entry} twice")
        if record.rules > len(self.papers):
            raise _refused(record, f"rules version {record.rules}")
        self._entries[entry] = (bytes.fromhex(record.entrant), record.tickets)
        self.counts["accepted"] += 1
        self.by_channel[record.channel] = self.by_channel.get(record.channel, 0) + 1

    def _take_out(self, record: EntryWithdrawn | EntryExcluded) -> None:
        entry = self._known(record)
        if entry in self._out:
            raise _refused(record, f"entry {record.entry} is already {self._out[entry]}")
        how = "withdrawn" if isinstance(record, EntryWithdrawn) else "excluded"
        self._out[entry] = how
        self.counts[how] += 1
        if isinstance(record, EntryExcluded):
            self.exclusions[record.reason] = self.exclusions.get(record.reason, 0) + 1

    def _reinstate(self, record: EntryReinstated) -> None:
        entry = self._known(record)
        if self._out.get(entry) != "excluded":
            raise _refused(record, f"entry {record.entry} is not excluded")
        del self._out[entry]
        self.counts["reinstated"] += 1

    def _known(self, record: EntryWithdrawn | EntryExcluded | EntryReinstated) -> bytes:
        entry = bytes.fromhex(record.entry)
        entrant = self._entries.get(entry, (b"", 0))[0]
        if entrant.hex() != record.entrant:
            raise _refused(record, f"entry {record.entry} of entrant {record.entrant}")
        return entry

    def _close(self, record: CampaignClosed) -> None:
        pairs = [(declined.reason, declined.channel) for declined in record.declined]
        if pairs != sorted(set(pairs)):
            raise _refused(record, "declined out of order, or one of them twice")
        self.closed = record

    def _postpone(self, record: DrawPostponed) -> None:
        self.postponed.append(record)

    def _freeze(self, record: PoolFrozen) -> None:
        self.frozen = record

    def _complete(self, record: DrawCompleted) -> None:
        if self.definition is None or self.frozen is None or record.draw != self.frozen.draw:
            raise _refused(record, f"draw {record.draw}")
        self.completed = record
        self.units = {unit: Unit() for unit in self.definition.units}

    def _unit(self, record: Any, *states: str) -> Unit:  # noqa: ANN401 - any record with draw and prize
        unit = self.units.get(record.prize)
        if unit is None or self.completed is None or record.draw != self.completed.draw:
            raise _refused(record, f"prize {record.prize} of draw {record.draw}")
        if unit.state not in states:
            raise _refused(record, f"prize {record.prize} is {unit.state or 'not offered'}")
        if unit.entrant and record.entrant != unit.entrant and not isinstance(record, AlternatePromoted):
            raise _refused(record, f"prize {record.prize} is of entrant {unit.entrant}")
        return unit

    def _offer(self, record: AwardOffered) -> None:
        self._unit(record, "", "promoted").move("offered", record.entrant)

    def _confirm(self, record: AwardConfirmed) -> None:
        self._unit(record, "offered").move("confirmed", record.entrant)

    def _forfeit(self, record: AwardForfeited) -> None:
        unit = self._unit(record, "offered")
        listed = {forfeit.code for forfeit in self.definition.forfeits} if self.definition else set()
        if record.reason not in listed:
            raise _refused(record, f"reason {record.reason}")
        unit.move("forfeited", record.entrant, record.reason)

    def _promote(self, record: AlternatePromoted) -> None:
        completed = self.completed
        unit = self._unit(record, "forfeited")
        if completed is None or self.promoted >= completed.alternates:
            raise _refused(record, "no alternate is left")
        if record.rank != completed.winners + self.promoted + 1:
            raise _refused(record, f"rank {record.rank}")
        self.promoted += 1
        unit.move("promoted", record.entrant)

    def _settle(self, record: CampaignSettled) -> None:
        waiting = self.completed is not None and self.promoted < self.completed.alternates
        if waiting and any(unit.state == "forfeited" for unit in self.units.values()):
            raise _refused(record, "a forfeited unit, and an alternate who waits")
        confirmed = sum(unit.state == "confirmed" for unit in self.units.values())
        if any(unit.state in {"offered", "promoted"} for unit in self.units.values()):
            raise _refused(record, "an offer is open")
        if record.confirmed != confirmed or record.unawarded != len(self.units) - confirmed:
            raise _refused(record, f"{record.confirmed} confirmed, {record.unawarded} not awarded")

    def _void(self, record: CampaignVoided) -> None:
        self.voided = record

    def _issue(self, record: MinutesIssued) -> None:
        if self.completed is None or record.draw != self.completed.draw:
            raise _refused(record, f"draw {record.draw}")
        if record.number != len(self.minutes) + 1:
            raise _refused(record, f"number {record.number} after {len(self.minutes)}")
        if not record.papers or record.papers.keys() != record.pdfs.keys():
            raise _refused(record, "languages of papers and pdfs")
        self.minutes[record.number] = record

    def _annul(self, record: MinutesAnnulled) -> None:
        if record.number not in self.minutes or record.number in self.annulled:
            raise _refused(record, f"number {record.number}")
        self.annulled[record.number] = record


_FOLDS: dict[type[Any], Callable[[State, Any], None]] = {
    CampaignPublished: State._publish,
    CampaignAmended: State._amend,
    EntryAccepted: State._accept,
    EntryWithdrawn: State._take_out,
    EntryExcluded: State._take_out,
    EntryReinstated: State._reinstate,
    CampaignClosed: State._close,
    DrawPostponed: State._postpone,
    PoolFrozen: State._freeze,
    DrawCompleted: State._complete,
    AwardOffered: State._offer,
    AwardConfirmed: State._confirm,
    AwardForfeited: State._forfeit,
    AlternatePromoted: State._promote,
    CampaignSettled: State._settle,
    CampaignVoided: State._void,
    MinutesIssued: State._issue,
    MinutesAnnulled: State._annul,
}


def replay(records: Iterable[Record]) -> State:
    """Fold `records` from the beginning. Raises StageRefused at the first that may not stand where it does."""
    state = State()
    for record in records:
        state.apply(record)
    return state


def _refused(record: Record, found: str, code: str = "record-refused") -> StageRefused:
    return StageRefused(
        code,
        Text(
            fr=f"Un « {kind_of(record)} » permis à cet endroit était attendu.",
            en=f"A “{kind_of(record)}” that is allowed here was expected.",
        ),
        Text(fr="Voir docs/stages.md.", en="See docs/stages.md."),
        found=found,
    )
