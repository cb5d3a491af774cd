"""The tables. Personal data of entrants stands in `EntrantRow`, `EntryRow`, `AwardRow` and `OutboxRow`.

Beside them: that of parents in `ParentRow`, what a minor's prize needs in `AuthorisationRow`, consents in `OptInRow`,
and in `HandoverRow` and `ShownRow` how a prize reaches its winner. What staff bring in may name people too: `ExcludedRow`
(a list), `ActionRow` (notes, evidence), `ProposalRow` (the same, until it is decided; why it was refused) and `PreviewRow`
(whom a link is for). Nothing else does.
"""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Dialect, Index, Integer, LargeBinary, TypeDecorator, text
from sqlmodel import Field, SQLModel


class Instant(TypeDecorator[datetime]):
    """An aware time in UTC; SQLite would lose the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Refuse naive times; store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - likewise
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# The organiser that an installation begins with.
FIRST = "0" * 32
# SQLite counts upwards only in a plain INTEGER.
NUMBER = BigInteger().with_variant(Integer, "sqlite")


def instant_column(**options: Any) -> Any:  # noqa: ANN401 - a column of whichever model
    """Return a column of an aware time."""
    return Field(sa_column=Column(Instant(), **options))


def partial(name: str, where: str, *columns: str) -> Index:
    """Return an index over the rows of which `where` holds."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


class CampaignRow(SQLModel, table=True):
    """One campaign: draft text, definition in force, stage, and the instants the worker looks at."""

    __tablename__ = "campaign"
    id: str = Field(primary_key=True, max_length=32)
    organiser: str = Field(default=FIRST, max_length=32, index=True)
    slug: str = Field(unique=True, max_length=60)
    series: str = Field(default="", max_length=60, index=True)
    series_place: int = 0
    stage: str = Field(max_length=10, index=True)
    draft: str = ""
    draft_form: str = Field(default="toml", max_length=4)
    edited_by: str = Field(default="", max_length=120)
    edited_at: datetime | None = instant_column(nullable=True)
    definition: bytes = b""
    digest: str = Field(default="", max_length=64)
    version: int = 0
    created_at: datetime = instant_column(nullable=False)
    published_at: datetime | None = instant_column(nullable=True)
    opens_at: datetime | None = instant_column(nullable=True)
    closes_at: datetime | None = instant_column(nullable=True)
    freezes_at: datetime | None = instant_column(nullable=True)
    draws_at: datetime | None = instant_column(nullable=True)
    registered_at: datetime | None = instant_column(nullable=True)


class JournalRow(SQLModel, table=True):
    """The head of a journal; locking this row is how a flow has a campaign to itself. `held`: why nothing may be added."""

    __tablename__ = "journal"
    id: str = Field(primary_key=True, max_length=32)
    origin: str = Field(max_length=300)
    key: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    size: int = Field(default=0, sa_type=BigInteger)
    roots: bytes = Field(default=b"", sa_column=Column(LargeBinary, nullable=False))
    last_at: datetime | None = instant_column(nullable=True)
    checkpoint: bytes = Field(default=b"", sa_column=Column(LargeBinary, nullable=False))
    held: str = Field(default="", max_length=300, sa_column_kwargs={"server_default": ""})


class RecordRow(SQLModel, table=True):
    """One record, exactly as hashed."""

    __tablename__ = "record"
    journal: str = Field(primary_key=True, max_length=32)
    place: int = Field(primary_key=True, sa_type=BigInteger)
    kind: str = Field(max_length=30)
    data: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    __table_args__ = (Index("record_kind", "journal", "kind", "place"),)


class TileRow(SQLModel, table=True):
    """Hashes of complete subtrees of 256^level records, up to 256 in a row; level 0 is the records themselves."""

    __tablename__ = "tile"
    journal: str = Field(primary_key=True, max_length=32)
    level: int = Field(primary_key=True)
    number: int = Field(primary_key=True, sa_type=BigInteger)
    hashes: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class PaperRow(SQLModel, table=True):
    """One version of the rules text in one language, as hashed into the journal; the PDF is made when first asked for."""

    __tablename__ = "paper"
    campaign: str = Field(primary_key=True, max_length=32)
    version: int = Field(primary_key=True)
    language: str = Field(primary_key=True, max_length=2)
    digest: str = Field(max_length=64)
    data: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    pdf: bytes = Field(default=b"", sa_column=Column(LargeBinary, nullable=False))


class MediaRow(SQLModel, table=True):
    """A picture uploaded with a campaign."""

    __tablename__ = "media"
    campaign: str = Field(primary_key=True, max_length=32)
    name: str = Field(primary_key=True, max_length=80)
    kind: str = Field(max_length=20)
    data: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class SealedRow(SQLModel, table=True):
    """What the public definition only commits to: right answers and the key of the commitment."""

    __tablename__ = "sealed"
    campaign: str = Field(primary_key=True, max_length=32)
    sealed: str = Field(primary_key=True, max_length=64)
    key: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    answers: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class EntrantRow(SQLModel, table=True):
    """A person within one campaign, and the tally the rules ask for. `id` is the pseudonym.

    `erased_at` is when the person asked for erasure, where something had to stay.
    """

    __tablename__ = "entrant"
    number: int = Field(default=None, primary_key=True, sa_type=NUMBER)
    id: str = Field(max_length=32, unique=True)
    campaign: str = Field(max_length=32)
    person: str | None = Field(default=None, max_length=320)
    email: str | None = Field(default=None, max_length=320)
    language: str = Field(default="fr", max_length=2)
    referral: str | None = Field(default=None, max_length=16, unique=True)
    entries: int = 0
    tickets: int = 0
    last_day: str = Field(default="", max_length=10)
    today: int = 0
    channels: str = ""
    bonus_referral: int = 0
    bonus_channel: int = 0
    erased_at: datetime | None = instant_column(nullable=True)
    __table_args__ = (Index("entrant_person", "campaign", "person", unique=True),)


class EntryRow(SQLModel, table=True):
    """One submission. `state`: pending, accepted, excluded, withdrawn. `key` and `identity` open the commitment.

    `sent_at` is when the form was sent, where the address was confirmed later: `received_at` is then the confirmation.

    It is found by its link, its place or its owner. An index on a random id would cost every entry one more page; for
    the same reason `owner` is the entrant's number, which counts up.
    """

    __tablename__ = "entry"
    number: int = Field(default=None, primary_key=True, sa_type=NUMBER)
    id: str = Field(max_length=32)
    campaign: str = Field(max_length=32)
    entrant: str | None = Field(default=None, max_length=32)
    owner: int | None = Field(default=None, sa_type=BigInteger, index=True)
    state: str = Field(max_length=10)
    channel: str = Field(max_length=80)
    tickets: int = 0
    version: int = 0
    place: int | None = Field(default=None, sa_type=BigInteger)
    received_at: datetime = instant_column(nullable=False)
    sent_at: datetime | None = instant_column(nullable=True)
    person: str | None = Field(default=None, max_length=320)
    household: str | None = Field(default=None, max_length=400)
    answers: bytes = Field(default=b"", sa_column=Column(LargeBinary, nullable=False))
    identity: bytes = Field(default=b"", sa_column=Column(LargeBinary, nullable=False))
    key: bytes = Field(default=b"", sa_column=Column(LargeBinary, nullable=False))
    marks: str = Field(default="", max_length=200)
    token: str = Field(max_length=72, unique=True)
    __table_args__ = (
        Index("entry_place", "campaign", "place"),
        # An entry pays for an index only where the index will find it.
        partial("entry_household", "household IS NOT NULL", "campaign", "household"),
        partial("entry_pending", "state = 'pending'", "campaign", "person"),
        partial("entry_marks", "marks <> ''", "campaign", "marks"),
    )


class AcknowledgedRow(SQLModel, table=True):
    """A warning of the linter that a named person acknowledged, known by its digest; with the words it had then."""

    __tablename__ = "acknowledged"
    campaign: str = Field(primary_key=True, max_length=32)
    remark: str = Field(primary_key=True, max_length=64)
    code: str = Field(max_length=60)
    path: str = Field(max_length=200)
    fr: str
    en: str
    law: str
    staff: str = Field(max_length=120)
    reason: str = Field(max_length=2000)
    at: datetime = instant_column(nullable=False)


class AmendmentRow(SQLModel, table=True):
    """An amendment: a working copy of the definition's text, until `published_at` says that it is in force.

    `version` is that of the rules it makes; `reasons` a JSON object, by language. `released` is the digest of the
    changes against entrants that somebody let through. `upto` (an entrant's number) says how far its mails have come.
    """

    __tablename__ = "amendment"
    campaign: str = Field(primary_key=True, max_length=32)
    version: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    draft: str = ""
    draft_form: str = Field(default="toml", max_length=4)
    reasons: bytes = Field(default=b"{}", sa_column=Column(LargeBinary, nullable=False))
    begun_by: str = Field(default="", max_length=120)
    edited_by: str = Field(default="", max_length=120)
    edited_at: datetime | None = instant_column(nullable=True)
    released: str = Field(default="", max_length=64)
    released_by: str = Field(default="", max_length=120)
    released_at: datetime | None = instant_column(nullable=True)
    release_reason: str = Field(default="", max_length=2000)
    published_at: datetime | None = instant_column(nullable=True)
    upto: int = Field(default=0, sa_type=BigInteger)
    told_at: datetime | None = instant_column(nullable=True)


class CodeRow(SQLModel, table=True):
    """A unique code, and the entry that used it."""

    __tablename__ = "code"
    campaign: str = Field(primary_key=True, max_length=32)
    code: str = Field(primary_key=True, max_length=80)
    entry: str | None = Field(default=None, max_length=32)


class ExcludedRow(SQLModel, table=True):
    """The private list of addresses that may not enter, in their compared form."""

    __tablename__ = "excluded"
    campaign: str = Field(primary_key=True, max_length=32)
    person: str = Field(primary_key=True, max_length=320)


class DeclinedRow(SQLModel, table=True):
    """How many were declined at the door."""

    __tablename__ = "declined"
    campaign: str = Field(primary_key=True, max_length=32)
    reason: str = Field(primary_key=True, max_length=60)
    channel: str = Field(primary_key=True, max_length=80)
    count: int = 0


class VisitRow(SQLModel, table=True):
    """How often a page was asked for, and nothing about by whom (legal DP13).

    `hour`: when that hour began in the campaign's time zone; `what`: visit, begun or mended.
    """

    __tablename__ = "visit"
    campaign: str = Field(primary_key=True, max_length=32)
    hour: datetime = Field(sa_column=Column(Instant(), primary_key=True))
    channel: str = Field(primary_key=True, max_length=80)
    language: str = Field(primary_key=True, max_length=2)
    what: str = Field(primary_key=True, max_length=10)
    count: int = 0


class ProofRow(SQLModel, table=True):
    """A proof of work that was used: the second it expires at, ten digits, and a digest."""

    __tablename__ = "proof"
    id: str = Field(primary_key=True, max_length=43)


class DrawRow(SQLModel, table=True):
    """The one draw of a campaign: what was frozen, and what came out.

    `registered` is the freeze's place in the register, `served_at` when the frozen list was first given out.
    """

    __tablename__ = "draw"
    campaign: str = Field(primary_key=True, max_length=32)
    draw: str = Field(max_length=80)
    round: int = Field(default=0, sa_type=BigInteger)
    entrants: int = 0
    tickets: int = 0
    digest: str = Field(max_length=64)
    pool: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    checkpoint: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    registered: int | None = Field(default=None, sa_type=BigInteger)
    frozen_at: datetime = instant_column(nullable=False)
    served_at: datetime | None = instant_column(nullable=True)
    drawn_at: datetime | None = instant_column(nullable=True)
    seed: str = Field(default="", max_length=64)
    source: bytes = Field(default=b"", sa_column=Column(LargeBinary, nullable=False))
    ranking: bytes = Field(default=b"", sa_column=Column(LargeBinary, nullable=False))


class CeremonyRow(SQLModel, table=True):
    """The values of a ceremony as one person typed them; two must agree."""

    __tablename__ = "ceremony"
    campaign: str = Field(primary_key=True, max_length=32)
    staff: str = Field(primary_key=True, max_length=32)
    values: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    at: datetime = instant_column(nullable=False)


class MinutesRow(SQLModel, table=True):
    """One issue of the minutes in one language, as hashed into the journal; `stated` is what a person filled in."""

    __tablename__ = "minutes"
    campaign: str = Field(primary_key=True, max_length=32)
    number: int = Field(primary_key=True)
    language: str = Field(primary_key=True, max_length=2)
    digest: str = Field(max_length=64)
    pdf_digest: str = Field(max_length=64)
    data: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    pdf: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    stated: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    issued_at: datetime = instant_column(nullable=False)
    annulled_at: datetime | None = instant_column(nullable=True)
    reason: str = Field(default="", max_length=2000)


class AwardRow(SQLModel, table=True):
    """A prize unit after the draw. `state`: offered, claimed, confirmed, forfeited, unawarded."""

    __tablename__ = "award"
    campaign: str = Field(primary_key=True, max_length=32)
    unit: str = Field(primary_key=True, max_length=80)
    position: int = 0
    rank: int = 0
    entrant: str = Field(default="", max_length=32)
    state: str = Field(max_length=10)
    until: datetime | None = instant_column(nullable=True, index=True)
    token: str = Field(default="", max_length=64, index=True)
    claim: bytes = Field(default=b"", sa_column=Column(LargeBinary, nullable=False))


class ParentRow(SQLModel, table=True):
    """A parent who was asked to agree, known by the digest of the mailed link. `state`: asked, agreed, refused, silent.

    `child` is the digest of the link that the child's entry had while it waited; `entry` its number, once it counts;
    `person` the compared form of the parent's address, only while an answer is awaited.
    """

    __tablename__ = "parent"
    token: str = Field(primary_key=True, max_length=72)
    campaign: str = Field(max_length=32)
    child: str = Field(max_length=72, unique=True)
    entry: int | None = Field(default=None, sa_type=BigInteger, index=True)
    person: str | None = Field(default=None, max_length=320)
    state: str = Field(max_length=10)
    asked_at: datetime = instant_column(nullable=False)
    answered_at: datetime | None = instant_column(nullable=True)
    __table_args__ = (partial("parent_asked", "state = 'asked'", "campaign", "person"),)


class AuthorisationRow(SQLModel, table=True):
    """A minor's signed authorisation, noted as seen before their prize is handed over: when, by whom. No copy is kept."""

    __tablename__ = "authorisation"
    campaign: str = Field(primary_key=True, max_length=32)
    unit: str = Field(primary_key=True, max_length=80)
    entrant: str = Field(primary_key=True, max_length=32)
    seen_on: date = Field(nullable=False)
    staff: str = Field(max_length=120)
    noted_at: datetime = instant_column(nullable=False)


class OptInRow(SQLModel, table=True):
    """Somebody who asked for commercial messages, with the proof and a clock of its own (legal DP5, DP9).

    `last_contact_at`: when they last wrote or clicked; `ends_at`: so many days after that, or after `ticked_at`. `place`
    is that of the entry's record.
    """

    __tablename__ = "opt_in"
    number: int = Field(default=None, primary_key=True, sa_type=NUMBER)
    campaign: str = Field(max_length=32)
    box: str = Field(max_length=40)
    person: str = Field(max_length=320)
    address: str = Field(max_length=320)
    language: str = Field(max_length=2)
    version: int
    channel: str = Field(max_length=80)
    ticked_at: datetime = instant_column(nullable=False)
    confirmed_at: datetime | None = instant_column(nullable=True)
    place: int = Field(sa_type=BigInteger)
    last_contact_at: datetime | None = instant_column(nullable=True)
    ends_at: datetime = instant_column(nullable=False)
    __table_args__ = (
        Index("opt_in_person", "campaign", "person", "box", unique=True),
        Index("opt_in_ends", "ends_at"),
    )


class HandoverRow(SQLModel, table=True):
    """The way of a prize unit into the hands of one of its holders, from the offer on.

    `remind_at`: when a reminder is due next; `due_at`: until when it is to be handed over; `named`: how the winner wants
    to be named where that is less than declared. `received_by` is empty where the winner said so.
    """

    __tablename__ = "handover"
    campaign: str = Field(primary_key=True, max_length=32)
    unit: str = Field(primary_key=True, max_length=80)
    entrant: str = Field(primary_key=True, max_length=32)
    offered_at: datetime | None = instant_column(nullable=True)
    claimed_at: datetime | None = instant_column(nullable=True)
    confirmed_at: datetime | None = instant_column(nullable=True)
    remind_at: datetime | None = instant_column(nullable=True, index=True)
    due_at: datetime | None = instant_column(nullable=True)
    sent_on: str = Field(default="", max_length=10)
    sent_by: str = Field(default="", max_length=120)
    carrier: str = Field(default="", max_length=120)
    tracking: str = Field(default="", max_length=120)
    value: str = Field(default="", max_length=12)
    guardian: bool = False
    received_at: datetime | None = instant_column(nullable=True)
    received_by: str = Field(default="", max_length=120)
    withheld_at: datetime | None = instant_column(nullable=True)
    withheld_by: str = Field(default="", max_length=120)
    reason: str = Field(default="", max_length=2000)
    named: str = Field(default="", max_length=40)
    named_at: datetime | None = instant_column(nullable=True)


class ShownRow(SQLModel, table=True):
    """A document that a winner shows. `gone_at`: when its file is deleted at the latest; none, and no file, afterwards.

    `outcome`: seen, or needless; empty while nobody has looked.
    """

    __tablename__ = "shown"
    campaign: str = Field(primary_key=True, max_length=32)
    unit: str = Field(primary_key=True, max_length=80)
    entrant: str = Field(primary_key=True, max_length=32)
    document: str = Field(primary_key=True, max_length=60)
    kind: str = Field(default="", max_length=20)
    data: bytes = Field(default=b"", sa_column=Column(LargeBinary, nullable=False))
    sent_at: datetime | None = instant_column(nullable=True)
    gone_at: datetime | None = instant_column(nullable=True, index=True)
    outcome: str = Field(default="", max_length=10)
    seen_at: datetime | None = instant_column(nullable=True)
    seen_by: str = Field(default="", max_length=120)


class WordsRow(SQLModel, table=True):
    """What staff add to the text of a mail to winners, by campaign, kind and language."""

    __tablename__ = "words"
    campaign: str = Field(primary_key=True, max_length=32)
    kind: str = Field(primary_key=True, max_length=30)
    language: str = Field(primary_key=True, max_length=2)
    text: str = Field(max_length=2000)
    staff: str = Field(max_length=120)
    at: datetime = instant_column(nullable=False)


class NotifiedRow(SQLModel, table=True):
    """What was told to whom, by pseudonym: the digest of the exact text stays when the text itself is deleted.

    `once` is that of the mail in the outbox.
    """

    __tablename__ = "notified"
    once: str = Field(primary_key=True, max_length=120)
    campaign: str = Field(max_length=32, index=True)
    unit: str = Field(max_length=80)
    entrant: str = Field(max_length=32)
    kind: str = Field(max_length=30)
    language: str = Field(max_length=2)
    digest: str = Field(max_length=64)
    written_at: datetime = instant_column(nullable=False)
    sent_at: datetime | None = instant_column(nullable=True)


class ClosingRow(SQLModel, table=True):
    """What a person typed for the closing report: costs and lessons."""

    __tablename__ = "closing"
    campaign: str = Field(primary_key=True, max_length=32)
    stated: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    staff: str = Field(max_length=120)
    at: datetime = instant_column(nullable=False)


class OutboxRow(SQLModel, table=True):
    """A mail to be sent; a loop sends it. `once` keeps a step that may run twice from writing two.

    `place` is that of the record whose receipt is attached at sending: the receipt exists only after the commit.
    """

    __tablename__ = "outbox"
    id: int = Field(default=None, primary_key=True, sa_type=NUMBER)
    campaign: str = Field(max_length=32, index=True)
    kind: str = Field(max_length=30)
    once: str | None = Field(default=None, max_length=120, unique=True)
    recipient: str = Field(max_length=320)
    subject: str = Field(max_length=300)
    body: str
    place: int | None = Field(default=None, sa_type=BigInteger)
    due_at: datetime | None = instant_column(nullable=True, index=True)
    attempts: int = 0
    sent_at: datetime | None = instant_column(nullable=True)
    error: str = Field(default="", max_length=300)


class ClockRow(SQLModel, table=True):
    """Where the deletion of a campaign's personal data stands.

    `next_at` is when something ends next; `begun_at` and `upto` (an entrant's number) say how far a pass has come;
    `stage` is the campaign's when this was worked out.
    """

    __tablename__ = "clock"
    campaign: str = Field(primary_key=True, max_length=32)
    stage: str = Field(max_length=10)
    next_at: datetime | None = instant_column(nullable=True)
    begun_at: datetime | None = instant_column(nullable=True)
    upto: int = Field(default=0, sa_type=BigInteger)


class ErasedRow(SQLModel, table=True):
    """How many of an item of personal data were deleted, and why: `time` (its period ended) or `request`."""

    __tablename__ = "erased"
    campaign: str = Field(primary_key=True, max_length=32)
    item: str = Field(primary_key=True, max_length=60)
    why: str = Field(primary_key=True, max_length=10)
    purpose: str = Field(max_length=20)
    count: int = Field(default=0, sa_type=BigInteger)
    first_at: datetime = instant_column(nullable=False)
    last_at: datetime = instant_column(nullable=False)


class StampRow(SQLModel, table=True):
    """Something to be stamped by every authority that is set: `rules-1-fr`, `freeze`, `result`, `minutes-1-fr`."""

    __tablename__ = "stamp"
    campaign: str = Field(primary_key=True, max_length=32)
    what: str = Field(primary_key=True, max_length=40)
    due_at: datetime | None = instant_column(nullable=True, index=True)
    attempts: int = 0


class TokenRow(SQLModel, table=True):
    """An authority's token, with the roots (PEM) it was checked with; or why there is none yet."""

    __tablename__ = "token"
    campaign: str = Field(primary_key=True, max_length=32)
    what: str = Field(primary_key=True, max_length=40)
    authority: str = Field(primary_key=True, max_length=300)
    token: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    roots: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    error: str = Field(default="", max_length=300)


class WitnessRow(SQLModel, table=True):
    """How far a witness has followed the register, and when it is asked again."""

    __tablename__ = "witness"
    vkey: str = Field(primary_key=True, max_length=400)
    size: int = Field(default=0, sa_type=BigInteger)
    due_at: datetime = instant_column(nullable=False)
    attempts: int = 0
    error: str = Field(default="", max_length=300)


class CosignedRow(SQLModel, table=True):
    """A head of the register with the cosignatures it got."""

    __tablename__ = "cosigned"
    size: int = Field(primary_key=True, sa_type=BigInteger)
    note: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class OrganiserRow(SQLModel, table=True):
    """A brand, or an agency's client: whose campaigns and people are kept apart from all others'."""

    __tablename__ = "organiser"
    id: str = Field(primary_key=True, max_length=32)
    name: str = Field(unique=True, max_length=120)
    created_at: datetime = instant_column(nullable=False)


class MembershipRow(SQLModel, table=True):
    """Somebody's place at an organiser's. `role`: one of `flows/roles.py`; `left_at` is set once it is over."""

    __tablename__ = "membership"
    staff: str = Field(primary_key=True, max_length=32)
    organiser: str = Field(primary_key=True, max_length=32, index=True)
    role: str = Field(max_length=10)
    seen_at: datetime | None = instant_column(nullable=True)
    left_at: datetime | None = instant_column(nullable=True)


class StaffRow(SQLModel, table=True):
    """A user of the staff pages; what they may do is in their memberships.

    `totp` is the second factor's secret (base32; empty: none), `totp_step` the last step (of 30 s) whose code was used.
    `installation`: may make organisers and name their first owners.
    """

    __tablename__ = "staff"
    id: str = Field(primary_key=True, max_length=32)
    email: str = Field(unique=True, max_length=320)
    name: str = Field(max_length=120)
    password: str = Field(max_length=200)
    language: str = Field(default="fr", max_length=2)
    seen_at: datetime | None = instant_column(nullable=True)
    installation: bool = False
    totp: str = Field(default="", max_length=64)
    totp_step: int = Field(default=0, sa_type=BigInteger)


class RecoveryRow(SQLModel, table=True):
    """The digest of a recovery code that was not used yet."""

    __tablename__ = "recovery"
    staff: str = Field(primary_key=True, max_length=32)
    code: str = Field(primary_key=True, max_length=64)


class PasskeyRow(SQLModel, table=True):
    """A passkey of a member of staff: `id` is the credential's (base64url), `key` its public key (COSE).

    `uses` is the counter of its last answer: one that does not grow means that there is a copy.
    """

    __tablename__ = "passkey"
    id: str = Field(primary_key=True, max_length=1400)
    staff: str = Field(max_length=32, index=True)
    name: str = Field(max_length=60)
    key: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    uses: int = Field(default=0, sa_type=BigInteger)
    created_at: datetime = instant_column(nullable=False)
    used_at: datetime | None = instant_column(nullable=True)


class ChallengeRow(SQLModel, table=True):
    """What a passkey is to sign, once, known by the digest of the session or cookie that asked."""

    __tablename__ = "challenge"
    token: str = Field(primary_key=True, max_length=64)
    challenge: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    expires_at: datetime = instant_column(nullable=False)


class InvitationRow(SQLModel, table=True):
    """Somebody who may join an organiser, known by the digest of the link's token; gone once used or cancelled."""

    __tablename__ = "invitation"
    token: str = Field(primary_key=True, max_length=64)
    organiser: str = Field(default=FIRST, max_length=32)
    email: str = Field(max_length=320)
    role: str = Field(max_length=10)
    language: str = Field(max_length=2)
    invited_by: str = Field(max_length=120)
    expires_at: datetime = instant_column(nullable=False)
    __table_args__ = (Index("invitation_email", "email", "organiser", unique=True),)


class ObserverRow(SQLModel, table=True):
    """Somebody who looks on at one campaign until a date, by a link alone, known by the digest of its token."""

    __tablename__ = "observer"
    id: str = Field(primary_key=True, max_length=32)
    token: str = Field(unique=True, max_length=64)
    campaign: str = Field(max_length=32)
    name: str = Field(max_length=120)
    language: str = Field(max_length=2)
    seen_at: datetime | None = instant_column(nullable=True)
    until: datetime = instant_column(nullable=False)


class PreviewRow(SQLModel, table=True):
    """A link that shows a draft until a date to whoever has it, known by the digest of its token."""

    __tablename__ = "preview"
    id: str = Field(primary_key=True, max_length=32)
    token: str = Field(unique=True, max_length=64)
    campaign: str = Field(max_length=32, index=True)
    note: str = Field(default="", max_length=120)
    made_by: str = Field(max_length=120)
    made_at: datetime = instant_column(nullable=False)
    until: datetime = instant_column(nullable=False)


class CalendarRow(SQLModel, table=True):
    """A member of staff's calendar address for one organiser, known by the digest of its secret."""

    __tablename__ = "calendar"
    staff: str = Field(primary_key=True, max_length=32)
    organiser: str = Field(primary_key=True, max_length=32)
    token: str = Field(unique=True, max_length=64)


class SessionRow(SQLModel, table=True):
    """A signed-in session, known by the digest of its cookie; `half` until the second factor was given.

    `staff` is the id of a member of staff or of an observer; `browser` a few words, never an address.
    `organiser` is the one whose pages it shows.
    """

    __tablename__ = "session"
    token: str = Field(primary_key=True, max_length=64)
    staff: str = Field(max_length=32, index=True)
    organiser: str = Field(default=FIRST, max_length=32)
    csrf: str = Field(max_length=64)
    expires_at: datetime = instant_column(nullable=False)
    started_at: datetime = instant_column(nullable=False)
    seen_at: datetime = instant_column(nullable=False)
    browser: str = Field(default="", max_length=60)
    half: bool = False


class AttemptRow(SQLModel, table=True):
    """A failed sign-in, counted by address and by account."""

    __tablename__ = "attempt"
    id: str = Field(primary_key=True, max_length=32)
    subject: str = Field(max_length=330, index=True)
    at: datetime = instant_column(nullable=False)


class ActionRow(SQLModel, table=True):
    """Who did what: a member of staff's act, with the record it left and the evidence it rests on.

    Acts on accounts have no campaign but an organiser; an act that two people did names both. Triggers of the migration let
    nobody change or delete a row.
    """

    __tablename__ = "action"
    id: str = Field(primary_key=True, max_length=32)
    campaign: str = Field(max_length=32, index=True)
    at: datetime = instant_column(nullable=False)
    staff: str = Field(max_length=250)
    verb: str = Field(max_length=40)
    place: int | None = Field(default=None, sa_type=BigInteger)
    detail: str = ""
    evidence_name: str = Field(default="", max_length=200)
    evidence: bytes = Field(default=b"", sa_column=Column(LargeBinary, nullable=False))
    organiser: str = Field(default="", max_length=32, index=True)


class ProposalRow(SQLModel, table=True):
    """An act that one person prepared and another releases. `state`: waiting, released, refused, taken-back, lapsed.

    `asked` is what exactly will be done, `basis` a digest of what it was prepared on. What it says of people, and its
    evidence, is emptied once it is decided.
    """

    __tablename__ = "proposal"
    id: str = Field(primary_key=True, max_length=32)
    campaign: str = Field(max_length=32, index=True)
    kind: str = Field(max_length=20)
    asked: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    evidence: bytes = Field(default=b"", sa_column=Column(LargeBinary, nullable=False))
    basis: str = Field(max_length=64)
    prepared_id: str = Field(max_length=32)
    prepared_by: str = Field(max_length=120)
    prepared_at: datetime = instant_column(nullable=False)
    state: str = Field(max_length=10, index=True)
    decided_by: str = Field(default="", max_length=120)
    decided_at: datetime | None = instant_column(nullable=True)
    reason: str = Field(default="", max_length=2000)


class SignalRow(SQLModel, table=True):
    """Something about an entrant that a moderator may want to look at; it decides nothing by itself.

    `cluster` names those who have it in common, where it is about several; a row of strength 0 is one that nobody has
    in common with enough others yet. `seen` is the decision that cleared it.
    """

    __tablename__ = "signal"
    campaign: str = Field(primary_key=True, max_length=32)
    kind: str = Field(primary_key=True, max_length=20)
    owner: int = Field(primary_key=True, sa_type=BigInteger)
    cluster: str = Field(default="", max_length=32)
    strength: int = 0
    seen: str = Field(default="", max_length=32)
    __table_args__ = (
        Index("signal_owner", "owner"),
        partial("signal_cluster", "cluster <> ''", "campaign", "kind", "cluster"),
        partial("signal_open", "strength > 0", "campaign", "owner"),
    )


class SiftedRow(SQLModel, table=True):
    """Up to which place of its journal a campaign's entries were looked at for signals."""

    __tablename__ = "sifted"
    campaign: str = Field(primary_key=True, max_length=32)
    upto: int = Field(default=0, sa_type=BigInteger)


class DecisionRow(SQLModel, table=True):
    """A moderator's decision on one or more entrants, so that it can be undone. `verb`: exclude or keep.

    `place` and `entries` say where its records stand in the journal.
    """

    __tablename__ = "decision"
    id: str = Field(primary_key=True, max_length=32)
    campaign: str = Field(max_length=32, index=True)
    verb: str = Field(max_length=10)
    staff: str = Field(max_length=250)
    at: datetime = instant_column(nullable=False)
    people: int = 0
    place: int | None = Field(default=None, sa_type=BigInteger)
    entries: int = 0
    undone_at: datetime | None = instant_column(nullable=True)


class BeatRow(SQLModel, table=True):
    """A process that was alive at a time, and what it knew then (JSON). `name`: worker or web, machine, number."""

    __tablename__ = "beat"
    name: str = Field(primary_key=True, max_length=80)
    at: datetime = instant_column(nullable=False)
    facts: str = ""


class OftenRow(SQLModel, table=True):
    """How often one process met a name in a window of a rate limit. `name` is a keyed digest; rows live for two windows."""

    __tablename__ = "often"
    counter: str = Field(primary_key=True, max_length=20)
    window: int = Field(primary_key=True, sa_type=BigInteger)
    name: str = Field(primary_key=True, max_length=32)
    process: str = Field(primary_key=True, max_length=32)
    count: int = 0


class InstallationRow(SQLModel, table=True):
    """What the installation made once for itself."""

    __tablename__ = "installation"
    name: str = Field(primary_key=True, max_length=40)
    value: str = Field(max_length=200)
