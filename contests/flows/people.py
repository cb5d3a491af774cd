"""What an owner does with people: invite, change a role, deactivate; and what those invited do with their link."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from contests.entry import parse_email
from contests.errors import Malformed, NotFound, Refused, Text
from contests.flows import account_acts, password
from contests.flows.house import House, token_digest
from contests.flows.notify import house_mail
from contests.flows.roles import ACCOUNTS, ROLES, Person
from contests.flows.sign_in import LASTS, SignedIn, keep_an_owner, put_account, start_session
from contests.papers.dates import said
from contests.store import campaigns, outbox, staff
from contests.store.tables import InvitationRow, ObserverRow, StaffRow

INVITATION_LASTS = timedelta(days=7)
LONGEST_NAME = 120
LONGEST_LOOK = timedelta(days=366)


def invite(house: House, by: Person, email: str, role: str, language: str, now: datetime) -> None:
    """Invite somebody by mail; an older invitation to the same address stops working. Raises Refused."""
    parse_email(email)
    email = email.strip().lower()
    if role not in ACCOUNTS or language not in {"fr", "en"}:
        raise _unknown_role(role)
    token = house.chance(32).hex()
    until = now + INVITATION_LASTS
    with house.store.write() as tx:
        there = staff.by_email(tx, email)
        if there and there.left_at is None:
            raise Refused(
                "already-staff",
                Text(fr="L’adresse de quelqu’un qui n’a pas encore de compte était attendue.",
                     en="The address of somebody without an account was expected."),
                Text(fr="Changez son rôle dans la liste.", en="Change their role in the list."),
                found=there.name, where="email",
            )  # fmt: skip
        staff.put_invitation(
            tx,
            InvitationRow(
                token=token_digest(token),
                email=email,
                role=role,
                language=language,
                invited_by=by.name,
                expires_at=until,
            ),
        )
        mail = house_mail(
            "invitation", recipient=email, language=language, now=now, name=by.name, house=house.name,
            role=ROLES[role].title(language), until=said(until, "UTC", language),
            link=f"{house.url}/staff/invitation/{token}",
        )  # fmt: skip
        outbox.add(tx, [mail])
        account_acts.note(tx, house, now, by.name, "account-invited", whom=email, role=role)


def _unknown_role(role: str) -> Refused:
    return Refused(
        "role-unknown",
        Text(fr="Un rôle de la liste était attendu.", en="A role of the list was expected."),
        Text(fr="Choisissez-en un.", en="Choose one."),
        found=role[:20],
        where="role",
    )


def invited(house: House, token: str, now: datetime) -> InvitationRow:
    """Return the invitation behind a link. Raises NotFound once it was used, cancelled, or is too old."""
    with house.store.read() as tx:
        found = staff.invitation(tx, token_digest(token))
    if found is None or found.expires_at <= now:
        raise _stale()
    return found


def _stale() -> NotFound:
    return NotFound(
        "invitation-unknown",
        Text(fr="Une invitation de moins de sept jours, pas encore utilisée, était attendue.",
             en="An invitation less than seven days old and not used yet was expected."),
        Text(fr="Demandez-en une nouvelle à la personne qui vous a invité.", en="Ask the person who invited you for a new one."),
    )  # fmt: skip


def join(house: House, token: str, *, name: str, typed: str, browser: str, now: datetime) -> SignedIn:
    """Take up an invitation: the account is made and a session starts. Raises Refused."""
    name = " ".join(name.split())[:LONGEST_NAME]
    invitation = invited(house, token, now)
    if not name:
        raise Refused(
            "name-missing",
            Text(fr="Votre nom était attendu.", en="Your name was expected."),
            Text(fr="Il paraît à côté de ce que vous faites ici.", en="It is shown beside what you do here."),
            where="name",
        )
    password.check_new(typed)
    with house.store.write() as tx:
        if not staff.take_invitation(tx, invitation.token):
            raise _stale()
        row = put_account(
            tx, house, invitation.email, name=name, role=invitation.role, password=typed, language=invitation.language
        )
        row.seen_at = now
        account_acts.note(tx, house, now, name, "account-joined", role=invitation.role)
        return start_session(tx, house, row.id, browser=browser, now=now, until=now + LASTS)


def cancel(house: House, by: Person, digest: str, now: datetime) -> None:
    """Take an invitation back."""
    with house.store.write() as tx:
        found = staff.invitation(tx, digest)
        if found and staff.take_invitation(tx, digest):
            account_acts.note(tx, house, now, by.name, "account-invitation-cancelled", whom=found.email)


def change_role(house: House, by: Person, identity: str, role: str, now: datetime) -> None:
    """Give somebody another role, from their next page on. Raises Refused."""
    if role not in ACCOUNTS:
        raise _unknown_role(role)
    with house.store.write() as tx:
        if role != "owner":
            staff.lock_owners(tx)
        row = _somebody(staff.lock(tx, identity))
        if row.role == role:
            return
        if row.role == "owner":
            keep_an_owner(tx, row)
        before, row.role = row.role, role
        staff.add(tx, row)
        account_acts.note(tx, house, now, by.name, "account-role", whom=row.name, before=before, role=role)


def deactivate(house: House, by: Person, identity: str, now: datetime) -> None:
    """Close somebody's account and end their sessions; a new invitation opens it again. Raises Refused."""
    with house.store.write() as tx:
        staff.lock_owners(tx)
        row = _somebody(staff.lock(tx, identity))
        if row.role == "owner":
            keep_an_owner(tx, row)
        row.left_at = now
        staff.add(tx, row)
        staff.end_sessions(tx, identity)
        account_acts.note(tx, house, now, by.name, "account-deactivated", whom=row.name)


def _somebody(row: StaffRow | None) -> StaffRow:
    if row is None or row.left_at is not None:
        raise NotFound(
            "person-unknown",
            Text(fr="Une personne de la liste était attendue.", en="A person of the list was expected."),
            Text(fr="Rechargez la page.", en="Reload the page."),
        )
    return row


def invite_observer(
    house: House, by: Person, *, email: str, name: str, slug: str, last: date | None, language: str, now: datetime
) -> None:
    """Send somebody a link by which they look on at one campaign until the end of a day, without an account.

    The day is one of the campaign's time zone. Raises Refused.
    """
    try:
        parse_email(email)
    except Malformed as refused:
        refused.where = "observer-email"
        raise
    name = " ".join(name.split())[:LONGEST_NAME]
    if not name or language not in {"fr", "en"} or last is None or not now.date() <= last <= now.date() + LONGEST_LOOK:
        raise Refused(
            "observer-refused",
            Text(fr="Un nom et un dernier jour, à venir et dans un an au plus, étaient attendus.",
                 en="A name and a last day, still to come and within a year, were expected."),
            Text(fr="Complétez et renvoyez.", en="Fill them in and send again."),
            where="last" if name else "observer-name",
        )  # fmt: skip
    token = house.chance(32).hex()
    with house.store.write() as tx:
        row = campaigns.by_slug(tx, slug)
        if row.stage == "draft":
            raise Refused(
                "observer-draft",
                Text(fr="Une campagne publiée était attendue.", en="A published campaign was expected."),
                Text(fr="Publiez-la d’abord.", en="Publish it first."),
                found=slug, where="campaign",
            )  # fmt: skip
        definition = campaigns.read_definition(row.definition)
        until = datetime.combine(last, time(23, 59, 59), ZoneInfo(definition.timezone))
        staff.put_observer(
            tx,
            ObserverRow(
                id=house.chance(16).hex(), token=token_digest(token), campaign=row.id, name=name, language=language,
                until=until,
            ),
        )  # fmt: skip
        mail = house_mail(
            "observer", recipient=email.strip(), language=language, now=now, name=by.name, house=house.name,
            title=definition.say(definition.title, language), until=said(until, definition.timezone, language),
            link=f"{house.url}/staff/observe/{token}",
        )  # fmt: skip
        outbox.add(tx, [mail])
        account_acts.note(
            tx, house, now, by.name, "account-observer-invited", whom=name, slug=slug, until=last.isoformat()
        )


def observer_of(house: House, token: str, now: datetime) -> tuple[ObserverRow, str]:
    """Return the observer behind a link and the campaign's slug. Raises NotFound once it has ended."""
    with house.store.read() as tx:
        found = staff.observer_by_token(tx, token_digest(token))
        if found is None or found.until <= now:
            raise NotFound(
                "observer-unknown",
                Text(fr="Un lien d’observation encore ouvert était attendu.", en="An observer’s link that is still open was expected."),
                Text(fr="Demandez-en un nouveau à l’organisateur.", en="Ask the organiser for a new one."),
            )  # fmt: skip
        return found, campaigns.row(tx, found.campaign).slug


def come_in(house: House, token: str, *, browser: str, now: datetime) -> tuple[SignedIn, str]:
    """Start an observer's session; return it and the campaign's slug. Raises NotFound."""
    found, slug = observer_of(house, token, now)
    with house.store.write() as tx:
        account_acts.note(tx, house, now, found.name, "account-observer-came")
        until = min(found.until, now + LASTS)
        return start_session(tx, house, found.id, browser=browser, now=now, until=until), slug


def end_observer(house: House, by: Person, identity: str, now: datetime) -> None:
    """Close an observer's link and end its sessions."""
    with house.store.write() as tx:
        found = staff.observer(tx, identity)
        if found:
            staff.end_observer(tx, identity)
            staff.end_sessions(tx, identity)
            account_acts.note(tx, house, now, by.name, "account-observer-ended", whom=found.name)
