"""Passwords: kept as Argon2 digests, at least so long, wrong ones counted by account and by address."""

import re
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from contests.errors import Refused, Text
from contests.flows import account_acts
from contests.flows.house import House
from contests.store import staff
from contests.store.session import Tx
from contests.store.tables import AttemptRow, StaffRow

WINDOW = timedelta(minutes=15)
REMEMBERED = timedelta(days=1)
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 1000
MEASURED = 40  # characters that zxcvbn looks at: its time grows with their square
SHORTEST_SECRET = 8  # characters that have to be left without words that everybody knows
GUESSED_LATE = 3  # its score from a hundred million guesses on
# Words of the place, and what French keyboards and habits add to zxcvbn's lists.
OBVIOUS = (
    "contests", "contest", "giveaway", "concours", "jeu", "tirage", "gagnant", "staff", "admin", "azertyuiop", "azerty", "qsdfghjklm", "wxcvbn",
    "motdepasse", "bonjour", "jetaime", "doudou", "soleil", "administrateur", "administrator", "marseille", "france", "paris",
)  # fmt: skip
_hasher = PasswordHasher()
# Verified when the account does not exist, so that a wrong name takes as long as a wrong password.
_NOBODY = _hasher.hash("nobody has this password")


def hashed(password: str) -> str:
    """Return what the store keeps of a password."""
    return _hasher.hash(password)


def renewed(digest: str, password: str) -> str:
    """Return the digest of a right password: a new one, where the one kept was made with weaker settings than today's."""
    return hashed(password) if _hasher.check_needs_rehash(digest) else digest


def check_new(password: str, *about: str) -> None:
    """Raise Refused for a password that is too short, too long, or soon guessed.

    `about`: what somebody would try first, such as the person's address and name, the organiser, the installation.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise Refused(
            "password-length",
            Text(fr=f"Un mot de passe d’au moins {SHORTEST_PASSWORD} caractères était attendu.",
                 en=f"A password of at least {SHORTEST_PASSWORD} characters was expected."),
            Text(fr="Choisissez-en un plus long : une phrase convient très bien.",
                 en="Choose a longer one: a sentence does very well."),
            found=str(len(password)),
            where="password",
        )  # fmt: skip
    from zxcvbn import zxcvbn  # 14 MB of words, for a step that few processes take

    left = password.casefold()
    for word in sorted(
        {*OBVIOUS, *(word for text in about for word in re.findall(r"\w{3,}", text.casefold()))}, key=len, reverse=True
    ):
        left = left.replace(word, "")  # what is no secret adds nothing to a guess
    if len(left) < SHORTEST_SECRET or any(
        zxcvbn(text[:MEASURED])["score"] < GUESSED_LATE  # type: ignore[no-untyped-call]
        for text in (password, left)
    ):
        raise Refused(
            "password-guessed",
            Text(fr="Un mot de passe difficile à deviner était attendu.", en="A password that is hard to guess was expected."),
            Text(fr="Celui-ci est trop courant, ou se compose de noms que l’on essaierait d’abord : choisissez une phrase bien à vous.",
                 en="This one is too common, or made of names that one would try first: choose a sentence of your own."),
            where="password",
        )  # fmt: skip


def is_right(row: StaffRow | None, password: str) -> bool:
    """Say whether this is the account's password; without an account the answer takes as long."""
    if len(password) > LONGEST_PASSWORD:
        row = None  # nobody has one that long, and its beginning is another one
    try:
        _hasher.verify(row.password if row else _NOBODY, password[:LONGEST_PASSWORD])
    except (VerificationError, InvalidHashError):
        return False
    return row is not None


def subjects(email: str, address: str) -> tuple[str, ...]:
    """Return what failures are counted by."""
    return f"account:{email}", f"address:{address}"


def check_throttle(tx: Tx, counted: tuple[str, ...], limit: int, now: datetime) -> None:
    """Raise Refused when one of the subjects has failed too often lately."""
    if max(staff.failures(tx, subject, now - WINDOW) for subject in counted) >= limit:
        raise Refused(
            "sign-in-throttled",
            Text(fr="Trop d’essais en quinze minutes.", en="Too many attempts in fifteen minutes."),
            Text(fr="Réessayez dans un quart d’heure.", en="Try again in a quarter of an hour."),
        )


def note_failure(
    tx: Tx, house: House, counted: tuple[str, ...], row: StaffRow | None, limit: int, now: datetime
) -> None:
    """Count a failure; the one that blocks an account is told in the journal of acts."""
    for subject in counted:
        staff.note_failure(tx, AttemptRow(id=house.chance(16).hex(), subject=subject, at=now), now - REMEMBERED)
    failures = staff.failures(tx, counted[0], now - WINDOW)
    if row and failures == limit:
        account_acts.note_own(tx, house, now, row, "account-throttled", by="", whom=row.name, failures=str(failures))


def prove(house: House, identity: str, password: str, *, address: str, limit: int, now: datetime) -> bool:
    """Say whether somebody who is signed in knows the account's password. Raises Refused when throttled."""
    with house.store.read() as tx:
        row = staff.get(tx, identity)
        counted = subjects(row.email if row else "", address)
        check_throttle(tx, counted, limit, now)
    if is_right(row, password):
        return True
    with house.store.write() as tx:
        note_failure(tx, house, counted, row, limit, now)
    return False


def wrong_password(where: str) -> Refused:
    """Return the refusal for a password that is not the account's."""
    return Refused(
        "password-wrong",
        Text(fr="Le mot de passe actuel était attendu.", en="The present password was expected."),
        Text(fr="Retapez-le.", en="Type it again."),
        where=where,
    )
