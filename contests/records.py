"""The closed vocabulary of the journal (spec journal §4): one struct a kind, canonical bytes each.

A record is read strictly: decoded into its struct and encoded again, it must give the very bytes that
are stored. Duplicate keys, another order, white space, floats and unknown keys all fail that test.
"""

from typing import Annotated, Any, Literal, get_args

import msgspec
from msgspec import Meta

from contests.codec import LARGEST_INTEGER, canonical, check_depth, parse_instant
from contests.errors import Malformed, Text

LARGEST_RECORD = 65_535
Hex32 = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}$(?!\n)")]
Hex64 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")]
Instant = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$(?!\n)")]
Count = Annotated[int, Meta(ge=0, le=LARGEST_INTEGER)]
Tickets = Annotated[int, Meta(ge=1, le=1000)]
Name = Annotated[str, Meta(pattern=r"^[a-z0-9](-?[a-z0-9])*$(?!\n)", max_length=80)]


class _Record(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", forbid_unknown_fields=True, omit_defaults=True
):
    at: Instant
    campaign: Hex32


class _AnnouncedBeacon(msgspec.Struct, tag_field="source", tag="drand", forbid_unknown_fields=True):
    chain: str
    genesis: Annotated[int, Meta(ge=0)]
    genesis_seed: str
    name: str
    period: Annotated[int, Meta(ge=0)]
    public_key: str


class _AnnouncedCeremony(msgspec.Struct, tag_field="source", tag="ceremony", forbid_unknown_fields=True):
    pass


class _AnnouncedRehearsal(msgspec.Struct, tag_field="source", tag="rehearsal", forbid_unknown_fields=True):
    pass


class _DrawnByBeacon(msgspec.Struct, tag_field="source", tag="drand", forbid_unknown_fields=True):
    chain: str
    round: Annotated[int, Meta(ge=1)]
    signature: str


class _DrawnByCeremony(msgspec.Struct, tag_field="source", tag="ceremony", forbid_unknown_fields=True):
    text: str


class _DrawnByRehearsal(msgspec.Struct, tag_field="source", tag="rehearsal", forbid_unknown_fields=True):
    text: str


class CampaignPublished(_Record, tag="campaign.published", frozen=True, kw_only=True):
    """The whole definition, the digest of the rules text in each language, the source of chance."""

    definition: dict[str, Any]
    papers: dict[Literal["fr", "en"], Hex64]
    source: dict[str, str | int]


class CampaignAmended(_Record, tag="campaign.amended", frozen=True, kw_only=True):
    """A numbered amendment: version 2 is the first."""

    number: Annotated[int, Meta(ge=2, le=9999)]
    reason: Annotated[str, Meta(min_length=1, max_length=2000)]
    definition: dict[str, Any]
    papers: dict[Literal["fr", "en"], Hex64]


class EntryAccepted(_Record, tag="entry.accepted", frozen=True, kw_only=True):
    """An entry counts. `rules` is the version of the rules text that was accepted."""

    entry: Hex32
    entrant: Hex32
    tickets: Tickets
    channel: Name
    commitment: Hex64
    rules: Annotated[int, Meta(ge=1, le=9999)]


class _EntryRecord(_Record, frozen=True, kw_only=True):
    entry: Hex32
    entrant: Hex32


class EntryWithdrawn(_EntryRecord, tag="entry.withdrawn", frozen=True, kw_only=True):
    """The entrant took the entry back."""


class EntryExcluded(_EntryRecord, tag="entry.excluded", frozen=True, kw_only=True):
    """Excluded for a reason code, under an article of the rules text."""

    reason: Name
    clause: Annotated[str, Meta(pattern=r"^[1-9][0-9]{0,2}(\.[1-9][0-9]{0,2})?$(?!\n)")]


class EntryReinstated(_EntryRecord, tag="entry.reinstated", frozen=True, kw_only=True):
    """An exclusion is taken back."""


class Declined(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many were declined at the door, for one reason, by one channel."""

    reason: Name
    channel: Name
    count: Annotated[int, Meta(ge=1, le=LARGEST_INTEGER)]


class Revealed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was sealed at publication: the right answers and the key of the commitment to them."""

    sealed: Hex64
    key: Hex64
    answers: list[str]


class CampaignClosed(_Record, tag="campaign.closed", frozen=True, kw_only=True):
    """The door is shut: what was declined there, and what was sealed is opened."""

    declined: list[Declined]
    revealed: list[Revealed] = []


class PoolFrozen(_Record, tag="pool.frozen", frozen=True, kw_only=True):
    """The list is final. `round` is absent where chance does not come from the beacon."""

    draw: Name
    pool: Hex64
    entrants: Annotated[int, Meta(ge=1, le=LARGEST_INTEGER)]
    tickets: Annotated[int, Meta(ge=1, le=50_000_000)]
    round: Annotated[int, Meta(ge=0, le=LARGEST_INTEGER)] = 0


class DrawPostponed(_Record, tag="draw.postponed", frozen=True, kw_only=True):
    """The list could not be public early enough; the draw moves by whole days."""

    draw: Name
    draws_at: Instant
    reason: Name
    round: Annotated[int, Meta(ge=0, le=LARGEST_INTEGER)] = 0


class DrawCompleted(_Record, tag="draw.completed", frozen=True, kw_only=True):
    """The draw: its random value, its seed, and the digest of the file of winners and alternates."""

    draw: Name
    source: dict[str, str | int]
    seed: Hex64
    ranking: Hex64
    winners: Count
    alternates: Count


class _AwardRecord(_Record, frozen=True, kw_only=True):
    draw: Name
    prize: Name
    entrant: Hex32


class AwardOffered(_AwardRecord, tag="award.offered", frozen=True, kw_only=True):
    """A prize unit is offered, subject to checks, until an instant."""

    until: Instant


class AwardConfirmed(_AwardRecord, tag="award.confirmed", frozen=True, kw_only=True):
    """The conditions were checked; the unit is this entrant's."""


class AwardForfeited(_AwardRecord, tag="award.forfeited", frozen=True, kw_only=True):
    """The unit is lost for a reason that the definition listed beforehand."""

    reason: Name


class AlternatePromoted(_AwardRecord, tag="alternate.promoted", frozen=True, kw_only=True):
    """The next alternate of the same ranking takes that very unit."""

    rank: Annotated[int, Meta(ge=1, le=LARGEST_INTEGER)]


class CampaignSettled(_Record, tag="campaign.settled", frozen=True, kw_only=True):
    """Every unit is confirmed, or nobody is left for it."""

    confirmed: Count
    unawarded: Count


class CampaignVoided(_Record, tag="campaign.voided", frozen=True, kw_only=True):
    """The campaign ends without a result, for a public reason."""

    reason: Annotated[str, Meta(min_length=1, max_length=2000)]


class MinutesIssued(_Record, tag="minutes.issued", frozen=True, kw_only=True):
    """Numbered minutes of the draw: the digests of their HTML and of their PDF, in each language."""

    number: Annotated[int, Meta(ge=1, le=9999)]
    draw: Name
    papers: dict[Literal["fr", "en"], Hex64]
    pdfs: dict[Literal["fr", "en"], Hex64]


class MinutesAnnulled(_Record, tag="minutes.annulled", frozen=True, kw_only=True):
    """Minutes that no longer stand, for a public reason; others may be issued under the next number."""

    number: Annotated[int, Meta(ge=1, le=9999)]
    reason: Annotated[str, Meta(min_length=1, max_length=2000)]


Record = (
    CampaignPublished
    | CampaignAmended
    | EntryAccepted
    | EntryWithdrawn
    | EntryExcluded
    | EntryReinstated
    | CampaignClosed
    | PoolFrozen
    | DrawPostponed
    | DrawCompleted
    | AwardOffered
    | AwardConfirmed
    | AwardForfeited
    | AlternatePromoted
    | CampaignSettled
    | CampaignVoided
    | MinutesIssued
    | MinutesAnnulled
)
KINDS: tuple[str, ...] = tuple(str(kind.__struct_config__.tag) for kind in get_args(Record))
ABOUT_ONE_ENTRANT = (
    EntryAccepted | EntryWithdrawn | EntryExcluded | EntryReinstated
    | AwardOffered | AwardConfirmed | AwardForfeited | AlternatePromoted
)  # fmt: skip
_decoder = msgspec.json.Decoder(Record)


class CheckpointRegistered(_Record, tag="checkpoint.registered", frozen=True, kw_only=True):
    """The register's only kind: a campaign's signed checkpoint, when it was read."""

    checkpoint: str


def kind_of(record: msgspec.Struct) -> str:
    """Return the record's kind, for example `entry.accepted`."""
    return str(record.__struct_config__.tag)


def encode(record: Record | CheckpointRegistered) -> bytes:
    """Return the canonical bytes. Raises Malformed beyond 65,535 bytes."""
    data = canonical(record)
    if len(data) > LARGEST_RECORD:
        raise _malformed(f"{len(data)} bytes")
    return data


def parse_record(data: bytes) -> Record:
    """Read one record strictly. Raises Malformed."""
    try:
        check_depth(data)
        record: Record = _decoder.decode(data)
        same = canonical(record) == data
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise _malformed(str(error)) from error
    if not same or len(data) > LARGEST_RECORD:
        raise _malformed("bytes that are not canonical" if not same else f"{len(data)} bytes")
    try:
        at = parse_instant(record.at)
        if isinstance(record, DrawPostponed | AwardOffered):
            parse_instant(record.draws_at if isinstance(record, DrawPostponed) else record.until)
        if isinstance(record, CampaignPublished):
            msgspec.convert(record.source, _AnnouncedBeacon | _AnnouncedCeremony | _AnnouncedRehearsal)
        if isinstance(record, DrawCompleted):
            msgspec.convert(record.source, _DrawnByBeacon | _DrawnByCeremony | _DrawnByRehearsal)
    except ValueError as error:
        raise _malformed(str(error)) from error
    if isinstance(record, ABOUT_ONE_ENTRANT) and at.second:
        raise _malformed(f"{record.at}: whole minutes were due")
    return record


def _malformed(found: str) -> Malformed:
    return Malformed(
        "record-malformed",
        Text(
            fr="Un enregistrement canonique d’un type connu était attendu.",
            en="A canonical record of a known kind was expected.",
        ),
        Text(
            fr="Le journal a été altéré ou vient d’une version inconnue.",
            en="The journal was altered or comes from an unknown version.",
        ),
        found=found[:200],
    )
