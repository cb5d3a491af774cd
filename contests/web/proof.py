"""Proof of work (ALTCHA): a browser spends a moment of computing; no puzzle, no third party, no cookie."""

import base64
import json
import secrets
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import altcha
import msgspec

from contests.flows.enter import Proof

VALID_FOR = timedelta(minutes=20)
TRIES = (300, 900)


class Checked(msgspec.Struct, frozen=True):
    """What a payload is worth; `used` names it until it expires; `age` is seconds since its challenge was made."""

    proof: Proof
    used: tuple[str, datetime] | None = None
    age: float = 0.0


def challenge(key: str, cost: int, now: datetime) -> dict[str, Any]:
    """Return a fresh challenge as the widget reads it."""
    made = altcha.create_challenge(
        "PBKDF2/SHA-256",
        cost,
        counter=TRIES[0] + secrets.randbelow(TRIES[1] - TRIES[0] + 1),
        expires_at=int((now + VALID_FOR).timestamp()),
        hmac_secret=key,
        hmac_key_secret=f"{key}/derived",
    )
    found: dict[str, Any] = made.to_dict()
    return found


def check(payload: str, key: str, now: datetime) -> Checked:
    """Judge a payload: valid, bad, or none sent. Never raises."""
    if not payload:
        return Checked("none")
    if len(payload) > 4096:
        return Checked("bad")
    try:
        sent = json.loads(base64.b64decode(payload, validate=True))
        parameters = sent["challenge"]["parameters"]
        expires = datetime.fromtimestamp(int(parameters["expiresAt"]), UTC)
        if expires <= now or parameters["cost"] > 1_000_000 or parameters["algorithm"] != "PBKDF2/SHA-256":
            return Checked("bad")
        result = altcha.verify_solution(payload, key, hmac_key_secret=f"{key}/derived")
        name = sha256(str(sent["challenge"]["signature"]).encode()).hexdigest()
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, OSError, RecursionError):
        return Checked("bad")
    if not result.verified:
        return Checked("bad")
    return Checked("valid", (name, expires), (now - (expires - VALID_FOR)).total_seconds())
