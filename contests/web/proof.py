"""Proof of work (ALTCHA): a browser spends a moment of computing; no puzzle, no third party, no cookie."""

import base64
import hmac
import secrets
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Literal

import altcha
import msgspec

from contests.codec import canonical
from contests.flows.enter import Proof

VALID_FOR = timedelta(minutes=20)
TRIES = (300, 900)


class Checked(msgspec.Struct, frozen=True):
    """What a payload is worth; `used` names it, its end first; `age` is seconds since its challenge was made."""

    proof: Proof
    used: str = ""
    age: float = 0.0


def challenge(key: str, cost: int, now: datetime) -> dict[str, Any]:
    """Return a fresh challenge as the widget reads it."""
    made = altcha.create_challenge(
        "PBKDF2/SHA-256",
        cost,
        counter=TRIES[0] + secrets.randbelow(TRIES[1] - TRIES[0] + 1),
        expires_at=int((now + VALID_FOR).timestamp()),
        hmac_secret=key,
        hmac_key_secret=_key_secret(key),
    )
    found: dict[str, Any] = made.to_dict()
    return found


class _Parameters(msgspec.Struct, forbid_unknown_fields=True):
    """A challenge of ours as it comes back: these keys and no others, so that its canonical bytes are plain."""

    algorithm: Literal["PBKDF2/SHA-256"]
    cost: int
    expiresAt: int  # noqa: N815 - the library's names
    keyLength: int  # noqa: N815
    keyPrefix: str  # noqa: N815
    keySignature: str  # noqa: N815
    nonce: str
    salt: str


class _Challenge(msgspec.Struct):
    parameters: _Parameters
    signature: str


class _Solution(msgspec.Struct):
    derivedKey: str  # noqa: N815


class _Payload(msgspec.Struct):
    challenge: _Challenge
    solution: _Solution


_decoder = msgspec.json.Decoder(_Payload)


def check(payload: str, key: str, now: datetime) -> Checked:
    """Judge a payload: valid, bad, or none sent. Never raises.

    The same two checks as `altcha.verify_solution` (our signature over the challenge, and over the derived key that
    only the right counter gives), with our clock, and without the library's slow canonical JSON; a test holds the two
    together.
    """
    if not payload:
        return Checked("none")
    try:
        sent = _decoder.decode(base64.b64decode(payload[:4096], validate=True))
        derived = bytes.fromhex(sent.solution.derivedKey)
        expires = datetime.fromtimestamp(sent.challenge.parameters.expiresAt, UTC)
    except (ValueError, OverflowError, OSError, RecursionError):
        return Checked("bad")
    signed = _mac(key, canonical(sent.challenge.parameters))
    proved = _mac(_key_secret(key), derived)
    same = hmac.compare_digest(signed, sent.challenge.signature.encode())
    same &= hmac.compare_digest(proved, sent.challenge.parameters.keySignature.encode())
    if not same or expires <= now:
        return Checked("bad")
    name = f"{sent.challenge.parameters.expiresAt:010d}-{signed[:32].decode()}"
    return Checked("valid", name, (now - (expires - VALID_FOR)).total_seconds())


def _mac(key: str, data: bytes) -> bytes:
    mac = _keyed(key).copy()
    mac.update(data)
    return mac.hexdigest().encode()


@lru_cache(maxsize=4)
def _keyed(key: str) -> hmac.HMAC:
    """A copy of one that is ready costs a third of making it anew."""
    return hmac.new(key.encode(), digestmod="sha256")


def _key_secret(key: str) -> str:
    return f"{key}/derived"
