"""Organisers, and who has a place at which."""

from datetime import datetime

import msgspec
from sqlmodel import col, func, select, update

from contests.store.session import Tx
from contests.store.tables import FIRST, InvitationRow, MembershipRow, OrganiserRow, PasskeyRow, SessionRow, StaffRow


class Place(msgspec.Struct, frozen=True):
    """A person's place at an organiser's."""

    organiser: str
    name: str
    role: str
    seen_at: datetime | None


class Member(msgspec.Struct, frozen=True):
    """A person as the organiser's other people see them."""

    id: str
    name: str
    email: str
    role: str
    seen_at: datetime | None
    left_at: datetime | None
    second_factor: bool


class Listed(msgspec.Struct, frozen=True):
    """An organiser as whoever looks after the installation sees it: no campaign, no name."""

    id: str
    name: str
    created_at: datetime
    people: int
    invited: int


def first(tx: Tx, name: str, now: datetime) -> str:
    """Return the id of the organiser that an installation begins with; it is made, called `name`, where there is none."""
    if tx.get(OrganiserRow, FIRST) is None:
        put(tx, OrganiserRow(id=FIRST, name=name, created_at=now))
    return FIRST


def put(tx: Tx, row: OrganiserRow) -> None:
    """Add an organiser, or keep what was changed."""
    tx.add(row)
    tx.flush()


def get(tx: Tx, organiser: str) -> OrganiserRow | None:
    """Return an organiser by id."""
    return tx.get(OrganiserRow, organiser)


def by_name(tx: Tx, name: str) -> OrganiserRow | None:
    """Return the organiser called `name`, whatever the case."""
    return tx.exec(select(OrganiserRow).where(func.lower(OrganiserRow.name) == name.lower())).first()


def names(tx: Tx) -> list[str]:
    """Return the names of all organisers."""
    return sorted(tx.exec(select(OrganiserRow.name)))


def everything(tx: Tx) -> list[Listed]:
    """Return all organisers by age, with how many people and invitations they have."""
    active = select(MembershipRow.organiser, func.count()).where(col(MembershipRow.left_at).is_(None))
    people = dict(tx.exec(active.group_by(col(MembershipRow.organiser))).all())
    asked = select(InvitationRow.organiser, func.count()).group_by(col(InvitationRow.organiser))
    invited = dict(tx.exec(asked).all())
    rows = tx.exec(select(OrganiserRow).order_by(col(OrganiserRow.created_at), col(OrganiserRow.name)))
    return [
        Listed(row.id, row.name, row.created_at, people.get(row.id, 0), invited.get(row.id, 0)) for row in rows
    ]  # fmt: skip


def places(tx: Tx, person: str) -> list[Place]:
    """Return where somebody belongs, the latest seen first."""
    query = (
        select(MembershipRow, OrganiserRow.name)
        .join(OrganiserRow, col(OrganiserRow.id) == col(MembershipRow.organiser))
        .where(MembershipRow.staff == person, col(MembershipRow.left_at).is_(None))
    )
    found = [Place(row.organiser, name, row.role, row.seen_at) for row, name in tx.exec(query)]
    return sorted(found, key=lambda place: (-(place.seen_at.timestamp() if place.seen_at else 0), place.name.lower()))


def members(tx: Tx, organiser: str) -> list[Member]:
    """Return an organiser's people by name; those who left come last."""
    query = (
        select(MembershipRow, StaffRow)
        .join(StaffRow, col(StaffRow.id) == col(MembershipRow.staff))
        .where(MembershipRow.organiser == organiser)
        .order_by(col(StaffRow.name), col(StaffRow.email))
    )
    keyed = set(tx.exec(select(PasskeyRow.staff).distinct()))
    found = [
        Member(own.staff, row.name, row.email, own.role, own.seen_at, own.left_at, bool(row.totp) or own.staff in keyed)
        for own, row in tx.exec(query)
    ]
    return sorted(found, key=lambda member: member.left_at is not None)


def lock_member(tx: Tx, organiser: str, person: str) -> MembershipRow | None:
    """Return somebody's place at an organiser's, over or not, locked until the end of the transaction."""
    query = select(MembershipRow).where(MembershipRow.organiser == organiser, MembershipRow.staff == person)
    return tx.exec(query.with_for_update()).first()


def put_member(tx: Tx, row: MembershipRow) -> None:
    """Give somebody a place, or keep what was changed."""
    tx.add(row)
    tx.flush()


def lock_owners(tx: Tx, organiser: str) -> list[MembershipRow]:
    """Return the places of an organiser's owners, locked, so that two cannot leave at the same time."""
    query = select(MembershipRow).where(
        MembershipRow.organiser == organiser, MembershipRow.role == "owner", col(MembershipRow.left_at).is_(None)
    )
    return list(tx.exec(query.order_by(col(MembershipRow.staff)).with_for_update()))


def note_seen(tx: Tx, person: str, organiser: str, now: datetime) -> None:
    """Remember when somebody was last seen at an organiser's."""
    own = (col(MembershipRow.staff) == person, col(MembershipRow.organiser) == organiser)
    tx.execute(update(MembershipRow).where(*own).values(seen_at=now))


def switch(tx: Tx, session: str, organiser: str, csrf: str) -> None:
    """Let a session show another organiser's pages; forms of pages that are still open are refused from now on."""
    tx.execute(update(SessionRow).where(col(SessionRow.token) == session).values(organiser=organiser, csrf=csrf))


def waiting(tx: Tx, email: str, now: datetime) -> list[tuple[InvitationRow, str]]:
    """Return the invitations that an address may still take up, each with the organiser's name."""
    query = (
        select(InvitationRow, OrganiserRow.name)
        .join(OrganiserRow, col(OrganiserRow.id) == col(InvitationRow.organiser))
        .where(InvitationRow.email == email, col(InvitationRow.expires_at) > now)
        .order_by(col(OrganiserRow.name))
    )
    return [(row, name) for row, name in tx.exec(query)]


class Reader(msgspec.Struct, frozen=True):
    """Whom an alarm goes to."""

    id: str
    email: str
    language: str


def keepers(tx: Tx) -> list[Reader]:
    """Return who looks after the installation and has an active account."""
    active = select(MembershipRow.staff).where(col(MembershipRow.left_at).is_(None))
    found = tx.exec(
        select(StaffRow).where(col(StaffRow.installation), col(StaffRow.id).in_(active)).order_by(StaffRow.email)
    )
    return [Reader(row.id, row.email, row.language) for row in found]


def owners(tx: Tx, organiser: str) -> list[Reader]:
    """Return the owners of an organiser."""
    found = tx.exec(
        select(StaffRow)
        .join(MembershipRow, col(MembershipRow.staff) == col(StaffRow.id))
        .where(
            MembershipRow.organiser == organiser, MembershipRow.role == "owner", col(MembershipRow.left_at).is_(None)
        )
        .order_by(StaffRow.email)
    )
    return [Reader(row.id, row.email, row.language) for row in found]
