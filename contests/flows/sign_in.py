"""Accounts from the command line; signing in by password and, where it is on, a code; throttled; signing out."""

from datetime import datetime, timedelta

import msgspec

from contests.errors import Refused, Text
from contests.flows import account_acts
from contests.flows.house import House, token_digest
from contests.flows.password import (
    REMEMBERED,
    check_new,
    check_throttle,
    hashed,
    is_right,
    note_failure,
    renewed,
    subjects,
)
from contests.flows.roles import ACCOUNTS, Person
from contests.flows.second_factor import forget, has_two_steps, spend
from contests.store import campaigns, organisers, passkeys, staff
from contests.store.session import Tx
from contests.store.tables import FIRST, MembershipRow, SessionRow, StaffRow

LASTS = timedelta(hours=12)
IDLE = timedelta(hours=3)
HALF_LASTS = timedelta(minutes=10)
# A session's last use is written down once in a while, not at every page.
SEEN_EVERY = timedelta(minutes=5)
COMMAND_LINE = ""


class SignedIn(msgspec.Struct, frozen=True):
    """A session was made: the cookie, whether a code is still asked for, whether an invitation waits."""

    cookie: str
    half: bool = False
    invited: bool = False


def add_staff(
    house: House, email: str, *, name: str, role: str, password: str, now: datetime, language: str = "fr",
    second_factor: bool = True, organiser: str = "",
) -> None:  # fmt: skip
    """Add a member of staff, or give an existing one a new name, role and password, which ends their sessions.

    `organiser` is a name; where it is empty, the one the account has, or the first. The first account of all looks
    after the installation. `second_factor=False` also takes the second sign-in step off. Raises Refused.
    """
    if role not in ACCOUNTS or "@" not in email:
        raise Refused(
            "staff-refused",
            Text(fr=f"Une adresse et un rôle ({', '.join(ACCOUNTS)}) étaient attendus.",
                 en=f"An address and a role ({', '.join(ACCOUNTS)}) were expected."),
            Text(fr="Corrigez et recommencez.", en="Mend it and try again."),
            found=f"{email[:80]}, {role[:20]}",
        )  # fmt: skip
    check_new(password, name, email, organiser, house.name)
    with house.store.write() as tx:
        place = _named(tx, house, email.lower(), organiser, now)
        alone = staff.is_empty(tx)
        row = put_account(
            tx, house, email.lower(), organiser=place, name=name, role=role, password=password, language=language
        )
        row.installation = row.installation or alone
        staff.add(tx, row)
        if not second_factor:
            forget(tx, row)
        account_acts.note(tx, house, now, COMMAND_LINE, "account-set", within=place, whom=name, role=role)


def entrust(house: House, email: str, now: datetime) -> None:
    """Let an account look after the installation: make organisers, and name their first owners."""
    with house.store.write() as tx:
        row = staff.by_email(tx, email.lower())
        assert row is not None
        row.installation = True
        staff.add(tx, row)
        account_acts.note_own(tx, house, now, row, "account-entrusted", by=COMMAND_LINE, whom=row.name)


def _named(tx: Tx, house: House, email: str, name: str, now: datetime) -> str:
    """Return the organiser called `name`; without one, the account's own, or the first, which may have to be made."""
    made = organisers.first(tx, house.name, now)
    if not name:
        row = staff.by_email(tx, email)
        own = organisers.places(tx, row.id) if row else []
        return own[0].organiser if own else made
    found = organisers.by_name(tx, name)
    if found is None:
        known = ", ".join(organisers.names(tx))
        raise Refused(
            "organiser-unknown",
            Text(fr=f"Un organisateur de cette installation était attendu : {known}.",
                 en=f"An organiser of this installation was expected: {known}."),
            Text(fr="Corrigez le nom, ou créez l’organisateur depuis les pages de l’équipe.",
                 en="Mend the name, or make the organiser on the staff pages."),
            found=name[:80],
        )  # fmt: skip
    return found.id


def usual(house: House, email: str, organiser: str = "") -> tuple[str, str]:
    """Return the name and role of an account when none is given: those it has; the first of all is an owner's."""
    with house.store.read() as tx:
        row = staff.by_email(tx, email.lower())
        if row is None:
            return email, "owner" if staff.is_empty(tx) else "manager"
        own = [place for place in organisers.places(tx, row.id) if not organiser or place.name == organiser]
        return row.name, own[0].role if own else "manager"


def put_account(
    tx: Tx, house: House, email: str, *, organiser: str, name: str, role: str, password: str, language: str
) -> StaffRow:
    """Make an account, or give an existing one (active or not) all of this, a place included; its sessions end."""
    row = staff.by_email(tx, email)
    if row is None:
        row = StaffRow(id=house.chance(16).hex(), email=email, name=name, password="")
    place = organisers.lock_member(tx, organiser, row.id)
    if place is None:
        place = MembershipRow(staff=row.id, organiser=organiser, role=role)
    elif role != "owner":
        keep_an_owner(tx, place, row.name)
    place.role, place.left_at = role, None
    row.name, row.language, row.password = name, language, hashed(password)
    staff.add(tx, row)
    organisers.put_member(tx, place)
    staff.end_sessions(tx, row.id)
    return row


def keep_an_owner(tx: Tx, leaving: MembershipRow, name: str) -> None:
    """Raise Refused when `leaving`, who is called `name`, is the only owner the organiser has."""
    owners = organisers.lock_owners(tx, leaving.organiser)
    if [row.staff for row in owners] == [leaving.staff]:
        raise Refused(
            "last-owner",
            Text(fr="Il doit toujours rester un propriétaire.", en="There must always be an owner."),
            Text(fr="Donnez d’abord ce rôle à quelqu’un d’autre.", en="First give this role to somebody else."),
            found=name,
        )


def start_session(
    tx: Tx, house: House, person: str, *, browser: str, now: datetime, until: datetime, half: bool = False,
    organiser: str = FIRST,
) -> SignedIn:  # fmt: skip
    """Start a session of a member of staff or an observer; return its cookie."""
    cookie = house.chance(32).hex()
    row = SessionRow(
        token=token_digest(cookie), staff=person, organiser=organiser, csrf=house.chance(32).hex(), expires_at=until, started_at=now,
        seen_at=now, browser=browser[:60], half=half,
    )  # fmt: skip
    staff.start_session(tx, row)
    return SignedIn(cookie, half)


def sign_in(
    house: House, email: str, typed: str, *, address: str, browser: str, limit: int, now: datetime
) -> SignedIn | None:
    """Return a session for the right password, or None. Raises Refused when throttled."""
    email = email.strip().lower()[:320]
    counted = subjects(email, address)
    with house.store.read() as tx:
        row = active(tx, staff.by_email(tx, email))
        check_throttle(tx, counted, limit, now)
    right = is_right(row, typed)
    known = row.password if row else ""
    better = renewed(known, typed) if right else known
    with house.store.write() as tx:
        # Asked again in this transaction: an account may have gone while its password was checked.
        row = active(tx, staff.lock(tx, row.id)) if row else None
        if not right or row is None:
            note_failure(tx, house, counted, row, limit, now)
            return None
        if row.password == known:
            row.password = better
            staff.add(tx, row)
        if has_two_steps(tx, row):
            return start_session(tx, house, row.id, browser=browser, now=now, until=now + HALF_LASTS, half=True)
        return welcome(tx, house, row, browser, now)


class Half(msgspec.Struct, frozen=True):
    """What a second step may be, beside a recovery code."""

    code: bool
    passkey: bool


def half_way(house: House, cookie: str, now: datetime) -> Half | None:
    """Return what is asked for after this cookie's password, which was right; None where nothing is."""
    with house.store.read() as tx:
        found = staff.session(tx, token_digest(cookie), now)
        row = active(tx, staff.get(tx, found.staff)) if found and found.half else None
        return Half(bool(row.totp), bool(passkeys.of(tx, row.id))) if row else None


def give_code(
    house: House, cookie: str, code: str, *, address: str, browser: str, limit: int, now: datetime
) -> SignedIn | None:
    """Return a session for the right code after the right password, or None. Raises Refused when throttled."""
    token = token_digest(cookie)
    with house.store.write() as tx:
        half = staff.session(tx, token, now)
        row = active(tx, staff.lock(tx, half.staff)) if half and half.half else None
        if row is None:
            return None
        counted = subjects(row.email, address)
        check_throttle(tx, counted, limit, now)
        how = spend(tx, row, code, now)
        if not how:
            note_failure(tx, house, counted, row, limit, now)
            return None
        staff.end_session(tx, token)
        if how == "recovery":
            left = str(staff.recovery_left(tx, row.id))
            account_acts.note_own(tx, house, now, row, "account-recovery-used", left=left)
        return welcome(tx, house, row, browser, now)


def active(tx: Tx, row: StaffRow | None) -> StaffRow | None:
    """Return the account if it belongs anywhere: one that was deactivated everywhere opens nothing."""
    return row if row and organisers.places(tx, row.id) else None


def welcome(tx: Tx, house: House, row: StaffRow, browser: str, now: datetime) -> SignedIn:
    """Start the session of an active account, where it was seen last, and note that there."""
    place = organisers.places(tx, row.id)[0].organiser
    since = max(now - REMEMBERED, row.seen_at or now - REMEMBERED)
    failures = staff.failures(tx, subjects(row.email, "")[0], since)
    row.seen_at = now
    staff.add(tx, row)
    verb = "account-signed-in-after" if failures else "account-signed-in"
    organisers.note_seen(tx, row.id, place, now)
    told = {"failures": str(failures)} if failures else {}
    account_acts.note(tx, house, now, row.name, verb, within=place, **told)
    made = start_session(tx, house, row.id, browser=browser, now=now, until=now + LASTS, organiser=place)
    return SignedIn(made.cookie, invited=bool(organisers.waiting(tx, row.email, now)))


def sign_out(house: House, cookie: str) -> None:
    """End a session."""
    with house.store.write() as tx:
        staff.end_session(tx, token_digest(cookie))


def who(house: House, cookie: str, now: datetime) -> tuple[Person, SessionRow] | None:
    """Return who is behind a session cookie; remember now and then that they were seen. Staff that did nothing for long are signed out."""
    with house.store.read() as tx:
        session = staff.session(tx, token_digest(cookie), now)
        person = _person(tx, session, now) if session and not session.half else None
    if session is None or person is None or (person.role != "observer" and is_idle(session, now)):
        return None
    if session.seen_at <= now - SEEN_EVERY:
        with house.store.write() as tx:
            staff.note_seen(tx, session, now)
    return person, session


def is_idle(session: SessionRow, now: datetime) -> bool:
    """Say whether a session has not been used for so long that it opens nothing any more."""
    return session.seen_at <= now - IDLE


def _person(tx: Tx, session: SessionRow, now: datetime) -> Person | None:
    row = staff.get(tx, session.staff)
    if row:
        places = organisers.places(tx, row.id)
        here = next((place for place in places if place.organiser == session.organiser), None)
        if here is None:
            return None
        return Person(
            row.id, row.name, here.role, row.language, row.email, second_factor=bool(row.totp),
            organiser=here.organiser, organiser_name=here.name, installation=row.installation,
            elsewhere=len(places) > 1 or bool(organisers.waiting(tx, row.email, now)),
        )  # fmt: skip
    looking = staff.observer(tx, session.staff)
    if looking is None or looking.until <= now:
        return None
    campaign = campaigns.row(tx, looking.campaign)
    return Person(
        looking.id, looking.name, "observer", looking.language, slug=campaign.slug, organiser=campaign.organiser
    )  # fmt: skip


def set_language(house: House, person: Person, language: str) -> None:
    """Remember the language of somebody who is signed in."""
    if language not in {"fr", "en"}:
        return
    with house.store.write() as tx:
        if row := staff.get(tx, person.id):
            row.language = language
            staff.add(tx, row)
        elif looking := staff.observer(tx, person.id):
            looking.language = language
            staff.put_observer(tx, looking)
