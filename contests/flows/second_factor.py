"""The second step of signing in: codes of an authenticator application (TOTP, RFC 6238), and recovery codes."""

import base64
import hmac
import re
from datetime import datetime

from pyotp import TOTP

from contests.errors import Refused, Text
from contests.flows import account_acts, password
from contests.flows.house import House, token_digest
from contests.store import passkeys, staff
from contests.store.session import Tx
from contests.store.tables import StaffRow

STEP = 30  # seconds
RECOVERY_CODES = 10
_SECRET = re.compile(r"[A-Z2-7]{32}")


def has_two_steps(tx: Tx, row: StaffRow) -> bool:
    """Say whether the password alone does not open an account: codes or passkeys are there."""
    return bool(row.totp or passkeys.of(tx, row.id))


def lacks_two_steps(house: House, identity: str) -> bool:
    """Say whether the password alone opens somebody's account."""
    with house.store.read() as tx:
        row = staff.get(tx, identity)
        return row is not None and not has_two_steps(tx, row)


def new_secret(house: House) -> str:
    """Return a secret of 160 bits, in base32."""
    return base64.b32encode(house.chance(20)).decode()


def enrolment(secret: str, email: str, house: House) -> str:
    """Return the address that an authenticator application reads from the QR code."""
    return TOTP(secret).provisioning_uri(name=email, issuer_name=house.name)


def is_secret(text: str) -> bool:
    """Say whether a text is a secret as `new_secret` makes them."""
    return _SECRET.fullmatch(text) is not None


def step_of(secret: str, code: str, now: datetime, after: int) -> int | None:
    """Return the step whose code this is: now's, the one before or the next; never one that is not later than `after`."""
    current = int(now.timestamp()) // STEP
    made = TOTP(secret)
    for step in (current, current - 1, current + 1):
        if step > after and hmac.compare_digest(made.generate_otp(step).encode(), code.encode()):
            return step
    return None


def spend(tx: Tx, row: StaffRow, code: str, now: datetime) -> str:
    """Use a code up: return `totp`, `recovery`, or an empty string for a wrong one. `row` is locked."""
    typed = "".join(code.split()).replace("-", "").upper()[:64]
    # Without a secret anybody could work the codes out.
    step = step_of(row.totp, typed, now, row.totp_step) if row.totp else None
    if step is not None:
        row.totp_step = step
        staff.add(tx, row)
        return "totp"
    return "recovery" if staff.use_recovery(tx, row.id, token_digest(typed)) else ""


def turn_on(
    house: House,
    identity: str,
    secret: str,
    code: str,
    typed: str,
    *,
    session: str,
    address: str,
    limit: int,
    now: datetime,
) -> list[str]:
    """Switch the second step on, once a code shows that the application has the secret; asks for the password.

    All sessions but the one called `session` end: they were opened by the password alone.

    Return ten recovery codes (120 bits each), which are not kept. Raises Refused.
    """
    digits = "".join(code.split())
    step = step_of(secret, digits, now, 0) if is_secret(secret) else None
    if step is None:
        raise Refused(
            "code-wrong",
            Text(fr="Le code affiché en ce moment par l’application était attendu.",
                 en="The code that the application shows right now was expected."),
            Text(fr="Attendez le code suivant et tapez-le. S’il est encore refusé, réglez l’heure du téléphone.",
                 en="Wait for the next code and type it. If it is refused again, set the phone’s clock."),
            where="code",
        )  # fmt: skip
    if not password.prove(house, identity, typed, address=address, limit=limit, now=now):
        raise password.wrong_password("factor-password")
    with house.store.write() as tx:
        row = staff.lock(tx, identity)
        if row is None or row.totp:
            raise Refused(
                "factor-on",
                Text(fr="Un compte sans seconde étape était attendu.", en="An account without a second step was expected."),
                Text(fr="Rechargez la page.", en="Reload the page."),
            )  # fmt: skip
        row.totp, row.totp_step = secret, step
        staff.add(tx, row)
        staff.end_sessions(tx, identity, but=session)
        account_acts.note_own(tx, house, now, row, "account-factor-on")
        return new_recovery_codes(tx, house, row)


def new_recovery_codes(tx: Tx, house: House, row: StaffRow) -> list[str]:
    """Return ten recovery codes in place of the old ones.

    Only their digests are kept, and 120 bits are too many to try out.
    """
    codes = [base64.b32encode(house.chance(15)).decode() for _ in range(RECOVERY_CODES)]
    staff.put_recovery(tx, row.id, [token_digest(code) for code in codes])
    return ["-".join(code[at : at + 4] for at in range(0, len(code), 4)).lower() for code in codes]


def turn_off(house: House, identity: str, typed: str, *, address: str, limit: int, now: datetime) -> None:
    """Switch the codes off; asks for the password. Raises Refused."""
    if not password.prove(house, identity, typed, address=address, limit=limit, now=now):
        raise password.wrong_password("password")
    with house.store.write() as tx:
        row = staff.lock(tx, identity)
        if row and row.totp:
            row.totp = ""
            staff.add(tx, row)
            if not passkeys.of(tx, row.id):
                staff.put_recovery(tx, row.id, [])
            account_acts.note_own(tx, house, now, row, "account-factor-off")


def forget(tx: Tx, row: StaffRow) -> None:
    """Take every second step off an account, passkeys too; its last step stays, so that no code works twice."""
    row.totp = ""
    staff.add(tx, row)
    passkeys.remove(tx, row.id)
    staff.put_recovery(tx, row.id, [])
