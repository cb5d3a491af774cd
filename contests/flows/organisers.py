"""Several organisers in one installation: made, named, joined, and changed between. Nothing of one is shown to another."""

from datetime import datetime

import msgspec

from contests.errors import NotFound, Refused, Text
from contests.flows import account_acts
from contests.flows.house import House
from contests.flows.people import LONGEST_NAME, send_invitation
from contests.flows.roles import Person
from contests.store import organisers, staff
from contests.store.organisers import Place
from contests.store.session import Tx
from contests.store.tables import InvitationRow, MembershipRow, OrganiserRow


class Waiting(msgspec.Struct, frozen=True):
    """An invitation to somebody who has an account. `token` is the digest that names it in a form."""

    token: str
    organiser: str
    role: str
    invited_by: str
    expires_at: datetime


def mine(house: House, person: Person, now: datetime) -> tuple[list[Place], list[Waiting]]:
    """Return where somebody belongs, and what they are invited to."""
    with house.store.read() as tx:
        asked = organisers.waiting(tx, person.email, now)
        return organisers.places(tx, person.id), [
            Waiting(row.token, name, row.role, row.invited_by, row.expires_at) for row, name in asked
        ]


def switch(house: House, person: Person, session: str, organiser: str, now: datetime) -> None:
    """Show another organiser's pages from now on. Raises NotFound where one does not belong."""
    with house.store.write() as tx:
        if organiser not in {place.organiser for place in organisers.places(tx, person.id)}:
            raise _unknown()
        _move(tx, house, person, session, organiser, now)


def _move(tx: Tx, house: House, person: Person, session: str, organiser: str, now: datetime) -> None:
    organisers.switch(tx, session, organiser, house.chance(32).hex())
    organisers.note_seen(tx, person.id, organiser, now)
    account_acts.note(tx, house, now, person.name, "account-signed-in", within=organiser)


def accept(house: House, person: Person, session: str, token: str, now: datetime) -> None:
    """Join an organiser with the account one has; nothing else of the account changes. Raises NotFound."""
    with house.store.write() as tx:
        found = staff.invitation(tx, token)
        if found is None or found.email != person.email or found.expires_at <= now:
            raise _stale()
        if not staff.take_invitation(tx, token):
            raise _stale()
        role = _join(tx, person, found)
        account_acts.note(tx, house, now, person.name, "account-joined", within=found.organiser, role=role)
        _move(tx, house, person, session, found.organiser, now)


def _join(tx: Tx, person: Person, found: InvitationRow) -> str:
    """Make somebody a member and return the role they have then: a member keeps theirs, an invitation changes none."""
    row = organisers.lock_member(tx, found.organiser, person.id)
    if row is None:
        row = MembershipRow(staff=person.id, organiser=found.organiser, role=found.role)
    elif row.left_at is not None:
        row.role, row.left_at = found.role, None
    organisers.put_member(tx, row)
    return row.role


def make(house: House, by: Person, *, name: str, email: str, language: str, now: datetime) -> str:
    """Make an organiser and invite its first owner; return its id. Raises Refused."""
    with house.store.write() as tx:
        row = OrganiserRow(id=house.chance(16).hex(), name=_free_name(tx, name), created_at=now)
        organisers.put(tx, row)
        account_acts.note(tx, house, now, by.name, "account-organiser-made", within=row.id, whom=row.name)
        send_invitation(tx, house, by.name, row, email=email, role="owner", language=language, now=now)
        return row.id


def rename(house: House, by: Person, organiser: str, name: str, now: datetime) -> None:
    """Give an organiser another name. Raises Refused."""
    with house.store.write() as tx:
        row = _organiser(tx, organiser)
        row.name = _free_name(tx, name, but=organiser)
        organisers.put(tx, row)
        account_acts.note(tx, house, now, by.name, "account-organiser-renamed", within=row.id, whom=row.name)


def appoint(house: House, by: Person, organiser: str, *, email: str, language: str, now: datetime) -> None:
    """Invite a first owner again. Once there is one, only owners invite. Raises Refused."""
    with house.store.write() as tx:
        row = _organiser(tx, organiser)
        if organisers.lock_owners(tx, organiser):
            raise Refused(
                "organiser-owned",
                Text(fr="Un organisateur sans propriétaire était attendu.", en="An organiser without an owner was expected."),
                Text(fr="C’est désormais à ses propriétaires d’inviter.", en="From now on its owners invite people."),
                found=row.name,
            )  # fmt: skip
        send_invitation(tx, house, by.name, row, email=email, role="owner", language=language, now=now)


def _organiser(tx: Tx, organiser: str) -> OrganiserRow:
    row = organisers.get(tx, organiser)
    if row is None:
        raise _unknown()
    return row


def _free_name(tx: Tx, name: str, but: str = "") -> str:
    name = " ".join(name.split())
    there = organisers.by_name(tx, name)
    if not name or len(name) > LONGEST_NAME or (there and there.id != but):
        raise Refused(
            "organiser-name",
            Text(fr=f"Un nom de {LONGEST_NAME} caractères au plus, que personne n’a encore, était attendu.",
                 en=f"A name of {LONGEST_NAME} characters at most, which nobody has yet, was expected."),
            Text(fr="Choisissez-en un autre.", en="Choose another."),
            found=name[:80], where="name",
        )  # fmt: skip
    return name


def _unknown() -> NotFound:
    return NotFound(
        "organiser-unknown",
        Text(fr="Un organisateur dont vous faites partie était attendu.", en="An organiser that you belong to was expected."),
        Text(fr="Rechargez la page.", en="Reload the page."),
    )  # fmt: skip


def _stale() -> NotFound:
    return NotFound(
        "invitation-unknown",
        Text(fr="Une invitation encore ouverte était attendue.", en="An invitation that is still open was expected."),
        Text(fr="Demandez-en une nouvelle à qui vous a invité.", en="Ask whoever invited you for a new one."),
    )
