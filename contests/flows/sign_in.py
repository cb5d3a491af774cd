"""Accounts from the command line; signing in by password and, where it is on, a code; throttled; signing out."""

from datetime import datetime, timedelta

import msgspec

from contests.errors import Refused, Text
from contests.flows import account_acts
from contests.flows.house import House, token_digest
from contests.flows.password import (
    REMEMBERED,
    SHORTEST_PASSWORD,
    check_throttle,
    hashed,
    is_right,
    note_failure,
    subjects,
)
from contests.flows.roles import ACCOUNTS, Person
from contests.flows.second_factor import forget, spend
from contests.store import campaigns, staff
from contests.store.session import Tx
from contests.store.tables import SessionRow, StaffRow

LASTS = timedelta(hours=12)
HALF_LASTS = timedelta(minutes=10)
# A session's last use is written down once in a while, not at every page.
SEEN_EVERY = timedelta(minutes=5)
COMMAND_LINE = ""


class SignedIn(msgspec.Struct, frozen=True):
    """A session was made: the cookie, and whether a code is still asked for."""

    cookie: str
    half: bool = False


def add_staff(
    house: House, email: str, *, name: str, role: str, password: str, now: datetime, language: str = "fr",
    second_factor: bool = True,
) -> None:  # fmt: skip
    """Add a member of staff, or give an existing one a new name, role and password, which ends their sessions.

    `second_factor=False` also takes the second sign-in step off. Raises Refused.
    """
    if role not in ACCOUNTS or "@" not in email or len(password) < SHORTEST_PASSWORD:
        raise Refused(
            "staff-refused",
            Text(fr=f"Une adresse, un rôle ({', '.join(ACCOUNTS)}) et un mot de passe d’au moins {SHORTEST_PASSWORD} caractères étaient attendus.",
                 en=f"An address, a role ({', '.join(ACCOUNTS)}) and a password of at least {SHORTEST_PASSWORD} characters were expected."),
            Text(fr="Corrigez et recommencez.", en="Mend it and try again."),
            found=f"{email[:80]}, {role[:20]}",
        )  # fmt: skip
    with house.store.write() as tx:
        row = put_account(tx, house, email.lower(), name=name, role=role, password=password, language=language)
        if not second_factor:
            forget(tx, row)
        account_acts.note(tx, house, now, COMMAND_LINE, "account-set", whom=name, role=role)


def usual(house: House, email: str) -> tuple[str, str]:
    """Return the name and role of an account when none is given: those it has; the first of all is an owner's."""
    with house.store.read() as tx:
        row = staff.by_email(tx, email.lower())
        return (row.name, row.role) if row else (email, "manager" if staff.everyone(tx) else "owner")


def put_account(
    tx: Tx, house: House, email: str, *, name: str, role: str, password: str, language: str
) -> StaffRow:  # fmt: skip
    """Make an account, or give an existing one (deactivated or not) all of this; its sessions end."""
    row = staff.by_email(tx, email)
    if row is None:
        row = StaffRow(id=house.chance(16).hex(), email=email, name=name, role=role, password="")
    elif row.role == "owner" and role != "owner":
        keep_an_owner(tx, row)
    row.name, row.role, row.language, row.password = name, role, language, hashed(password)
    row.left_at = None
    staff.add(tx, row)
    staff.end_sessions(tx, row.id)
    return row


def keep_an_owner(tx: Tx, leaving: StaffRow) -> None:
    """Raise Refused when `leaving` is the only owner there is."""
    owners = staff.lock_owners(tx)
    if leaving.left_at is None and [row.id for row in owners] == [leaving.id]:
        raise Refused(
            "last-owner",
            Text(fr="Il doit toujours rester un propriétaire.", en="There must always be an owner."),
            Text(fr="Donnez d’abord ce rôle à quelqu’un d’autre.", en="First give this role to somebody else."),
            found=leaving.name,
        )


def start_session(
    tx: Tx, house: House, person: str, *, browser: str, now: datetime, until: datetime, half: bool = False
) -> SignedIn:
    """Start a session of a member of staff or an observer; return its cookie."""
    cookie = house.chance(32).hex()
    row = SessionRow(
        token=token_digest(cookie), staff=person, csrf=house.chance(32).hex(), expires_at=until, started_at=now,
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
        row = _active(staff.by_email(tx, email))
        check_throttle(tx, counted, limit, now)
    right = is_right(row, typed)
    with house.store.write() as tx:
        # Asked again in this transaction: an account may have gone while its password was checked.
        row = _active(staff.lock(tx, row.id)) if row else None
        if not right or row is None:
            note_failure(tx, house, counted, row, limit, now)
            return None
        if row.totp:
            return start_session(tx, house, row.id, browser=browser, now=now, until=now + HALF_LASTS, half=True)
        return _welcome(tx, house, row, browser, now)


def half_way(house: House, cookie: str, now: datetime) -> bool:
    """Say whether this cookie's password was right and its code is still to come."""
    with house.store.read() as tx:
        found = staff.session(tx, token_digest(cookie), now)
        return bool(found and found.half and _active(staff.get(tx, found.staff)))


def give_code(
    house: House, cookie: str, code: str, *, address: str, browser: str, limit: int, now: datetime
) -> SignedIn | None:
    """Return a session for the right code after the right password, or None. Raises Refused when throttled."""
    token = token_digest(cookie)
    with house.store.write() as tx:
        half = staff.session(tx, token, now)
        row = _active(staff.lock(tx, half.staff)) if half and half.half else None
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
            account_acts.note(tx, house, now, row.name, "account-recovery-used", left=left)
        return _welcome(tx, house, row, browser, now)


def _active(row: StaffRow | None) -> StaffRow | None:
    return row if row and row.left_at is None else None


def _welcome(tx: Tx, house: House, row: StaffRow, browser: str, now: datetime) -> SignedIn:
    since = max(now - REMEMBERED, row.seen_at or now - REMEMBERED)
    failures = staff.failures(tx, subjects(row.email, "")[0], since)
    row.seen_at = now
    staff.add(tx, row)
    verb = "account-signed-in-after" if failures else "account-signed-in"
    account_acts.note(tx, house, now, row.name, verb, **({"failures": str(failures)} if failures else {}))
    return start_session(tx, house, row.id, browser=browser, now=now, until=now + LASTS)


def sign_out(house: House, cookie: str) -> None:
    """End a session."""
    with house.store.write() as tx:
        staff.end_session(tx, token_digest(cookie))


def who(house: House, cookie: str, now: datetime) -> tuple[Person, SessionRow] | None:
    """Return who is behind a session cookie; remember now and then that they were seen."""
    with house.store.read() as tx:
        session = staff.session(tx, token_digest(cookie), now)
        person = _person(tx, session.staff, now) if session and not session.half else None
    if session is None or person is None:
        return None
    if session.seen_at <= now - SEEN_EVERY:
        with house.store.write() as tx:
            staff.note_seen(tx, session, now)
    return person, session


def _person(tx: Tx, identity: str, now: datetime) -> Person | None:
    row = _active(staff.get(tx, identity))
    if row:
        return Person(row.id, row.name, row.role, row.language, row.email, second_factor=bool(row.totp))
    looking = staff.observer(tx, identity)
    if looking is None or looking.until <= now:
        return None
    slug = campaigns.row(tx, looking.campaign).slug
    return Person(looking.id, looking.name, "observer", looking.language, slug=slug)


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
