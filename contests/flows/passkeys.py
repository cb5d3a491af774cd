"""Passkeys (WebAuthn level 2): a key that stays in a device and signs a challenge, once its owner was verified there."""

from datetime import datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

import msgspec
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url, parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from contests.errors import Refused, Text
from contests.flows import account_acts, password
from contests.flows.house import House, token_digest
from contests.flows.roles import Person
from contests.flows.second_factor import has_two_steps, new_recovery_codes
from contests.flows.sign_in import SignedIn, active, welcome
from contests.store import passkeys, staff
from contests.store.session import Tx
from contests.store.tables import ChallengeRow, PasskeyRow, StaffRow

CHALLENGE_LASTS = timedelta(minutes=5)
MOST = 20
LONGEST_NAME = 60
LONGEST_ANSWER = 16 * 1024
_UNREADABLE = (WebAuthnException, ValueError, KeyError, TypeError)


class Site(msgspec.Struct, frozen=True):
    """What a passkey is bound to: the host it is for (`rp_id`), and the origin its answers come from."""

    rp_id: str
    origin: str


def site_of(house: House) -> Site | None:
    """Return what passkeys are bound to; None where browsers make none: without HTTPS, or at a bare IP address."""
    address = urlsplit(house.url)
    host = address.hostname or ""
    local = host == "localhost" or host.endswith(".localhost")
    if _is_ip(host) or not (address.scheme == "https" or local):
        return None
    return Site(host, f"{address.scheme}://{address.netloc}")


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _site(house: House) -> Site:
    found = site_of(house)
    if found is None:
        raise Refused(
            "passkeys-impossible",
            Text(fr="Une adresse en HTTPS, avec un nom de domaine, était attendue.",
                 en="An address with HTTPS and a domain name was expected."),
            Text(fr="Demandez-la à qui tient cette installation.", en="Ask whoever runs this installation."),
            where="passkey-password",
        )  # fmt: skip
    return found


def ask_new(house: House, person: Person, session: str, typed: str, *, address: str, limit: int, now: datetime) -> str:
    """Return the options (JSON) by which a browser makes a passkey; asks for the password. Raises Refused."""
    site = _site(house)
    if not password.prove(house, person.id, typed, address=address, limit=limit, now=now):
        raise password.wrong_password("passkey-password")
    challenge = house.chance(32)
    with house.store.write() as tx:
        known = passkeys.of(tx, person.id)
        if len(known) >= MOST:
            raise Refused(
                "passkeys-many",
                Text(fr=f"{MOST} clés d’accès au plus étaient attendues.", en=f"At most {MOST} passkeys were expected."),
                Text(fr="Retirez-en une.", en="Remove one."),
                where="passkey-name",
            )  # fmt: skip
        passkeys.put_challenge(tx, _challenge("create", session, challenge, now), now)
    return options_to_json(
        generate_registration_options(
            rp_id=site.rp_id,
            rp_name=house.name,
            user_id=bytes.fromhex(person.id),
            user_name=person.email,
            user_display_name=person.name,
            challenge=challenge,
            timeout=int(CHALLENGE_LASTS.total_seconds() * 1000),
            exclude_credentials=_described(known),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
        )
    )


def _described(rows: list[PasskeyRow]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(row.id)) for row in rows]


def _challenge(what: str, whose: str, challenge: bytes, now: datetime) -> ChallengeRow:
    """Bind a challenge to what it is for and to the session, or the cookie, that asked for it."""
    return ChallengeRow(token=token_digest(f"{what}:{whose}"), challenge=challenge, expires_at=now + CHALLENGE_LASTS)


def add(house: House, person: Person, session: str, name: str, answer: str, now: datetime) -> list[str]:
    """Keep the passkey that a browser made.

    Return recovery codes to be shown once, where this is the account's first second step. Raises Refused.
    """
    site, name = _site(house), " ".join(name.split())[:LONGEST_NAME]
    with house.store.write() as tx:
        challenge = passkeys.take_challenge(tx, token_digest(f"create:{session}"), now)
    made = _made(site, challenge, name, answer, person, now) if name and challenge else None
    if made is None:
        raise Refused(
            "passkey-refused",
            Text(fr="Un nom, et une clé d’accès faite dans les cinq minutes, étaient attendus.",
                 en="A name, and a passkey made within five minutes, were expected."),
            Text(fr="Recommencez.", en="Start again."),
            where="passkey-name",
        )  # fmt: skip
    with house.store.write() as tx:
        row = staff.lock(tx, person.id)
        assert row is not None
        if passkeys.lock(tx, made.id):
            raise Refused(
                "passkey-known",
                Text(fr="Une clé d’accès nouvelle était attendue.", en="A new passkey was expected."),
                Text(fr="Celle-ci est déjà dans la liste.", en="This one is in the list already."),
                where="passkey-name",
            )
        first = not has_two_steps(tx, row)
        if first:
            staff.end_sessions(tx, row.id, but=session)  # the password alone opened them
        passkeys.put(tx, made)
        account_acts.note_own(tx, house, now, row, "account-passkey-added", whom=name)
        return new_recovery_codes(tx, house, row) if first else []


def _made(site: Site, challenge: bytes, name: str, answer: str, person: Person, now: datetime) -> PasskeyRow | None:
    try:
        found = verify_registration_response(
            credential=answer[:LONGEST_ANSWER],
            expected_challenge=challenge,
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except _UNREADABLE:
        return None
    return PasskeyRow(
        id=bytes_to_base64url(found.credential_id), staff=person.id, name=name, key=found.credential_public_key,
        uses=found.sign_count, created_at=now,
    )  # fmt: skip


def remove(house: House, person: Person, identity: str, typed: str, *, address: str, limit: int, now: datetime) -> None:
    """Remove a passkey; asks for the password. It opens nothing any more. Raises Refused."""
    if not password.prove(house, person.id, typed, address=address, limit=limit, now=now):
        raise password.wrong_password("passkeys")
    with house.store.write() as tx:
        row, known = staff.lock(tx, person.id), passkeys.lock(tx, identity)
        if row is None or known is None or known.staff != person.id:
            return
        passkeys.remove(tx, row.id, identity)
        if not row.totp and not passkeys.of(tx, row.id):
            staff.put_recovery(tx, row.id, [])
        account_acts.note_own(tx, house, now, row, "account-passkey-removed", whom=known.name)


def ask_sign_in(house: House, half: str, now: datetime) -> tuple[str, str]:
    """Return a cookie, and the options (JSON) by which a browser signs in.

    Any passkey of this site will do; after a password (`half`: its cookie) one of that account's. Raises Refused.
    """
    site, cookie, challenge = _site(house), house.chance(32).hex(), house.chance(32)
    with house.store.write() as tx:
        session = staff.session(tx, token_digest(half), now) if half else None
        known = passkeys.of(tx, session.staff) if session and session.half else []
        passkeys.put_challenge(tx, _challenge("get", cookie, challenge, now), now)
    options = generate_authentication_options(
        rp_id=site.rp_id, challenge=challenge, timeout=int(CHALLENGE_LASTS.total_seconds() * 1000),
        allow_credentials=_described(known), user_verification=UserVerificationRequirement.REQUIRED,
    )  # fmt: skip
    return cookie, options_to_json(options)


def sign_in(
    house: House, cookie: str, answer: str, *, half: str, address: str, browser: str, limit: int, now: datetime
) -> SignedIn | None:
    """Return a session for the right answer to the challenge that `cookie` asked for, or None. Raises Refused.

    A passkey is two steps at once, the device and its owner's finger, face or code: no other is asked for.
    """
    site, identity = _site(house), _named(answer)
    with house.store.write() as tx:
        key = passkeys.lock(tx, identity)
        row = active(tx, staff.lock(tx, key.staff)) if key else None
        counted = password.subjects(row.email, address) if row else password.subjects("", address)[1:]
        password.check_throttle(tx, counted, limit, now)
        challenge = passkeys.take_challenge(tx, token_digest(f"get:{cookie}"), now)
        uses = _uses(site, challenge, key, answer) if challenge and key and row else None
        if uses is None or row is None or key is None or not _grew(tx, house, row, key, uses, now):
            password.note_failure(tx, house, counted, row, limit, now)
            return None
        key.uses, key.used_at = uses, now
        passkeys.put(tx, key)
        if half:
            staff.end_session(tx, token_digest(half))
        return welcome(tx, house, row, browser, now)


def _named(answer: str) -> str:
    """Return which passkey an answer says it is of; empty where it cannot be read."""
    try:
        name = parse_authentication_credential_json(answer[:LONGEST_ANSWER]).id
    except _UNREADABLE:
        return ""
    return name if name.isascii() and name.isprintable() else ""  # PostgreSQL has no text with a NUL


def _uses(site: Site, challenge: bytes, key: PasskeyRow, answer: str) -> int | None:
    """Return the counter of an answer that is signed by the key, for this site and challenge; None for any other."""
    try:
        handle = parse_authentication_credential_json(answer).response.user_handle
        found = verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            credential_public_key=key.key,
            credential_current_sign_count=0,  # compared below, so that a copy is told from a wrong answer
            require_user_verification=True,
        )
    except _UNREADABLE:
        return None
    return None if handle not in {None, b"", bytes.fromhex(key.staff)} else found.new_sign_count


def _grew(tx: Tx, house: House, row: StaffRow, key: PasskeyRow, uses: int, now: datetime) -> bool:
    """Say whether the counter has grown, or is not kept by this device; one that has not means a copy (WebAuthn §6.1.1)."""
    if uses > key.uses or uses == key.uses == 0:
        return True
    account_acts.note_own(tx, house, now, row, "account-passkey-copied", by="", whom=key.name)
    return False
