"""What an owner does with people: invite, change a role, deactivate; and what those invited do with their link."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from contests.dates import said
from contests.entry import parse_email
from contests.errors import Malformed, NotFound, Refused, Text
from contests.flows import account_acts, password
from contests.flows.house import House, token_digest
from contests.flows.notify import house_mail
from contests.flows.roles import ACCOUNTS, ROLES, Person
from contests.flows.sign_in import LASTS, SignedIn, active, keep_an_owner, put_account, start_session
from contests.store import campaigns, organisers, outbox, staff
from contests.store.session import Tx
from contests.store.tables import InvitationRow, MembershipRow, ObserverRow, OrganiserRow

INVITATION_LASTS = timedelta(days=7)
LONGEST_NAME = 120
LONGEST_LOOK = timedelta(days=366)


def invite(house: House, by: Person, email: str, role: str, language: str, now: datetime) -> None:
    """Invite somebody by mail; an older invitation to the same address stops working. Raises Refused."""
    with house.store.write() as tx:
        row = organisers.get(tx, by.organiser) or OrganiserRow(id=by.organiser, name=house.name, created_at=now)
        send_invitation(tx, house, by.name, row, email=email, role=role, language=language, now=now)


def send_invitation(
    tx: Tx, house: House, by: str, to: OrganiserRow, *, email: str, role: str, language: str, now: datetime
) -> None:
    """Invite somebody to an organiser. That they may have an account at another one is not told. Raises Refused."""
    parse_email(email)
    email = email.strip().lower()
    if role not in ACCOUNTS or language not in {"fr", "en"}:
        raise _unknown_role(role)
    there = staff.by_email(tx, email)
    if there and to.id in {place.organiser for place in organisers.places(tx, there.id)}:
        raise Refused(
            "already-staff",
            Text(fr="L’adresse de quelqu’un qui n’a pas encore de compte était attendue.",
                 en="The address of somebody without an account was expected."),
            Text(fr="Changez son rôle dans la liste.", en="Change their role in the list."),
            found=there.name, where="email",
        )  # fmt: skip
    token, until = house.chance(32).hex(), now + INVITATION_LASTS
    staff.put_invitation(
        tx,
        InvitationRow(
            token=token_digest(token), organiser=to.id, email=email, role=role, language=language, invited_by=by,
            expires_at=until,
        ),
    )  # fmt: skip
    mail = house_mail(
        "invitation", recipient=email, language=language, now=now, name=by, house=to.name,
        role=ROLES[role].title(language), until=said(until, "UTC", language),
        link=f"{house.url}/staff/invitation/{token}",
    )  # fmt: skip
    outbox.add(tx, [mail])
    account_acts.note(tx, house, now, by, "account-invited", within=to.id, whom=email, role=role)


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


def has_account(house: House, email: str) -> bool:
    """Say whether an address has an active account: whoever has one joins by signing in, never by a new password."""
    with house.store.read() as tx:
        return active(tx, staff.by_email(tx, email)) is not None


def _stale() -> NotFound:
    return NotFound(
        "invitation-unknown",
        Text(fr="Une invitation de moins de sept jours, pas encore utilisée, était attendue.",
             en="An invitation less than seven days old and not used yet was expected."),
        Text(fr="Demandez-en une nouvelle à la personne qui vous a invité.", en="Ask the person who invited you for a new one."),
    )  # fmt: skip


def join(house: House, token: str, *, name: str, typed: str, browser: str, now: datetime) -> SignedIn:
    """Take up an invitation without an account: it is made and a session starts. Raises Refused."""
    name = " ".join(name.split())[:LONGEST_NAME]
    invitation = invited(house, token, now)
    if not name:
        raise Refused(
            "name-missing",
            Text(fr="Votre nom était attendu.", en="Your name was expected."),
            Text(fr="Il paraît à côté de ce que vous faites ici.", en="It is shown beside what you do here."),
            where="name",
        )
    with house.store.read() as tx:
        inviting = organisers.get(tx, invitation.organiser)
    password.check_new(typed, name, invitation.email, house.name, inviting.name if inviting else "")
    with house.store.write() as tx:
        if not staff.take_invitation(tx, invitation.token):
            raise _stale()
        if active(tx, staff.by_email(tx, invitation.email)):
            raise Refused(
                "account-there",
                Text(fr="Cette adresse a déjà un compte ici.", en="This address has an account here already."),
                Text(fr="Connectez-vous : l’invitation vous y attend.", en="Sign in: the invitation waits for you there."),
                where="name",
            )  # fmt: skip
        place = invitation.organiser
        row = put_account(
            tx, house, invitation.email, organiser=place, name=name, role=invitation.role, password=typed,
            language=invitation.language,
        )  # fmt: skip
        # An account that was closed everywhere comes back with what this invitation gives, and nothing it had before.
        row.seen_at, row.installation = now, False
        staff.add(tx, row)
        organisers.note_seen(tx, row.id, place, now)
        account_acts.note(tx, house, now, name, "account-joined", within=place, role=invitation.role)
        return start_session(tx, house, row.id, browser=browser, now=now, until=now + LASTS, organiser=place)


def cancel(house: House, by: Person, digest: str, now: datetime) -> None:
    """Take an invitation back."""
    with house.store.write() as tx:
        found = staff.invitation(tx, digest)
        if found and found.organiser == by.organiser and staff.take_invitation(tx, digest):
            account_acts.note(
                tx, house, now, by.name, "account-invitation-cancelled", within=by.organiser, whom=found.email
            )


def change_role(house: House, by: Person, identity: str, role: str, now: datetime) -> None:
    """Give somebody another role, from their next page on. Raises Refused."""
    if role not in ACCOUNTS:
        raise _unknown_role(role)
    with house.store.write() as tx:
        if role != "owner":
            organisers.lock_owners(tx, by.organiser)
        place, name = _somebody(tx, by, identity)
        if place.role == role:
            return
        keep_an_owner(tx, place, name)
        before, place.role = place.role, role
        organisers.put_member(tx, place)
        account_acts.note(
            tx, house, now, by.name, "account-role", within=by.organiser, whom=name, before=before, role=role
        )  # fmt: skip


def deactivate(house: House, by: Person, identity: str, now: datetime) -> None:
    """Close somebody's account at this organiser's and end their sessions there; a new invitation opens it again.

    Raises Refused.
    """
    with house.store.write() as tx:
        organisers.lock_owners(tx, by.organiser)
        place, name = _somebody(tx, by, identity)
        keep_an_owner(tx, place, name)
        place.left_at = now
        organisers.put_member(tx, place)
        staff.end_sessions(tx, identity, organiser=by.organiser)
        account_acts.note(tx, house, now, by.name, "account-deactivated", within=by.organiser, whom=name)


def _somebody(tx: Tx, by: Person, identity: str) -> tuple[MembershipRow, str]:
    """Return a person's place at the organiser's, and their name. Raises NotFound for everybody else."""
    row, place = staff.get(tx, identity), organisers.lock_member(tx, by.organiser, identity)
    if row is None or place is None or place.left_at is not None:
        raise NotFound(
            "person-unknown",
            Text(fr="Une personne de la liste était attendue.", en="A person of the list was expected."),
            Text(fr="Rechargez la page.", en="Reload the page."),
        )
    return place, row.name


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
    unfit = Refused(
        "observer-refused",
        Text(fr="Un nom et un dernier jour, à venir et dans un an au plus, étaient attendus.",
             en="A name and a last day, still to come and within a year, were expected."),
        Text(fr="Complétez et renvoyez.", en="Fill them in and send again."),
        where="last" if name else "observer-name",
    )  # fmt: skip
    if not name or language not in {"fr", "en"} or last is None:
        raise unfit
    token = house.chance(32).hex()
    with house.store.write() as tx:
        row = campaigns.by_slug(tx, slug, by.organiser)
        if row.stage == "draft":
            raise Refused(
                "observer-draft",
                Text(fr="Une campagne publiée était attendue.", en="A published campaign was expected."),
                Text(fr="Publiez-la d’abord.", en="Publish it first."),
                found=slug, where="campaign",
            )  # fmt: skip
        definition = campaigns.read_definition(row.definition)
        zone = ZoneInfo(definition.timezone)
        today = now.astimezone(zone).date()
        if not today <= last <= today + LONGEST_LOOK:
            raise unfit
        until = datetime.combine(last, time(23, 59, 59), zone)
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
            tx, house, now, by.name, "account-observer-invited", within=by.organiser, whom=name, slug=slug,
            until=last.isoformat(),
        )  # fmt: skip


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
        place = campaigns.row(tx, found.campaign).organiser
        account_acts.note(tx, house, now, found.name, "account-observer-came", within=place)
        until = min(found.until, now + LASTS)
        made = start_session(tx, house, found.id, browser=browser, now=now, until=until, organiser=place)
        return made, slug


def end_observer(house: House, by: Person, identity: str, now: datetime) -> None:
    """Close an observer's link and end its sessions."""
    with house.store.write() as tx:
        found = staff.observer(tx, identity)
        if found and campaigns.row(tx, found.campaign).organiser == by.organiser:
            staff.end_observer(tx, identity)
            staff.end_sessions(tx, identity)
            account_acts.note(
                tx, house, now, by.name, "account-observer-ended", within=by.organiser, whom=found.name
            )  # fmt: skip
