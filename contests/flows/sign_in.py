"""Staff: added from the command line, signed in by password, throttled, signed out."""

import hashlib
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from contests.errors import Refused, Text
from contests.flows.house import House, token_digest
from contests.store import staff
from contests.store.tables import AttemptRow, SessionRow, StaffRow

ROLES = ("manager", "legal")
LASTS = timedelta(hours=12)
WINDOW = timedelta(minutes=15)
SHORTEST_PASSWORD = 12
_hasher = PasswordHasher()
# Verified when the account does not exist, so that a wrong name takes as long as a wrong password.
_NOBODY = _hasher.hash("nobody has this password")


def add_staff(house: House, email: str, *, name: str, role: str, password: str, language: str = "fr") -> None:
    """Add a member of staff, or give an existing one a new name, role and password. Raises Refused."""
    if role not in ROLES or "@" not in email or len(password) < SHORTEST_PASSWORD:
        raise Refused(
            "staff-refused",
            Text(fr=f"Une adresse, un rôle ({', '.join(ROLES)}) et un mot de passe d’au moins {SHORTEST_PASSWORD} caractères étaient attendus.",
                 en=f"An address, a role ({', '.join(ROLES)}) and a password of at least {SHORTEST_PASSWORD} characters were expected."),
            Text(fr="Corrigez et recommencez.", en="Mend it and try again."),
            found=f"{email[:80]}, {role[:20]}",
        )  # fmt: skip
    with house.store.write() as tx:
        existing = staff.by_email(tx, email.lower())
        row = existing or StaffRow(id=house.chance(16).hex(), email=email.lower(), name=name, role=role, password="")
        row.name, row.role, row.language, row.password = name, role, language, _hasher.hash(password)
        staff.add(tx, row)


def sign_in(
    house: House, email: str, password: str, *, address: str, limit: int, now: datetime
) -> tuple[str, str] | None:
    """Return (cookie, language) for the right password, or None. Raises Refused when throttled."""
    email = email.strip().lower()[:320]
    subjects = (f"account:{email}", f"address:{address}")
    with house.store.read() as tx:
        row = staff.by_email(tx, email)
        failures = max(staff.failures(tx, subject, now - WINDOW) for subject in subjects)
    if failures >= limit:
        raise Refused(
            "sign-in-throttled",
            Text(fr="Trop d’essais en quinze minutes.", en="Too many attempts in fifteen minutes."),
            Text(fr="Réessayez dans un quart d’heure.", en="Try again in a quarter of an hour."),
        )
    try:
        _hasher.verify(row.password if row else _NOBODY, password[:1000])
        right = row is not None
    except (VerificationError, InvalidHashError):
        right = False
    with house.store.write() as tx:
        if not right or row is None:
            for subject in subjects:
                attempt = AttemptRow(id=house.chance(16).hex(), subject=subject, at=now)
                staff.note_failure(tx, attempt, now - timedelta(days=1))
            return None
        cookie = house.chance(32).hex()
        session = SessionRow(
            token=token_digest(cookie), staff=row.id, csrf=house.chance(32).hex(), expires_at=now + LASTS
        )
        staff.start_session(tx, session)
        return cookie, row.language


def sign_out(house: House, cookie: str) -> None:
    """End a session."""
    with house.store.write() as tx:
        staff.end_session(tx, token_digest(cookie))


def who(house: House, cookie: str, now: datetime) -> tuple[StaffRow, SessionRow] | None:
    """Return who is behind a session cookie."""
    with house.store.read() as tx:
        return staff.session(tx, hashlib.sha256(cookie.encode()).hexdigest(), now)


def set_language(house: House, email: str, language: str) -> None:
    """Remember the language of a member of staff."""
    with house.store.write() as tx:
        row = staff.by_email(tx, email)
        if row and language in {"fr", "en"}:
            row.language = language
            staff.add(tx, row)
