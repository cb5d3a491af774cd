"""Answers (personal), and how they become a pseudonym: addresses compared, identities committed to.

Nothing derived from an e-mail address, a handle or an IP address leaves the store in any other way
than the commitment (spec journal §5).
"""

import hashlib
import hmac
import re
import unicodedata
from functools import lru_cache

import msgspec
from email_validator import EmailNotValidError, validate_email

from contests.codec import canonical
from contests.errors import Malformed, Text

COMMITMENT_LABEL = b"contests/identity/v1\n"

# Providers that deliver a+tag@x and a.b@x to the same mailbox (their own help pages, 2026).
_IGNORE_DOTS = frozenset({"gmail.com"})
_IGNORE_TAGS = frozenset(
    [
        "gmail.com",
        "outlook.com",
        "outlook.fr",
        "hotmail.com",
        "hotmail.fr",
        "live.com",
        "live.fr",
        "icloud.com",
        "me.com",
        "mac.com",
        "proton.me",
        "protonmail.com",
        "pm.me",
        "fastmail.com",
        "fastmail.fm",
        "zoho.com",
    ]
)
_SAME_PROVIDER = {"googlemail.com": "gmail.com", "protonmail.com": "proton.me", "pm.me": "proton.me"}


class Email(msgspec.Struct, frozen=True):
    """An address as typed, the form that is compared, and its domain."""

    typed: str
    key: str
    domain: str


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """What one person typed and how they came in. Personal: lives in the store only."""

    values: dict[str, str]
    channel: str = "page"
    referral: str = ""
    language: str = "fr"


@lru_cache(maxsize=65536)
def _domain(domain: str) -> str:
    # The form that DNS knows, so that lists of domains match however the domain was typed.
    return validate_email(f"x@{domain}", check_deliverability=False).ascii_domain or domain


def _compared(local: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", local).casefold())


_PLAIN = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")


def parse_email(typed: str) -> Email:
    """Read an address; compare case-folded, without dots and tags where the provider ignores them.

    Raises Malformed with the validator's reason.
    """
    typed = typed.strip()
    try:
        local, _, host = typed.rpartition("@")
        if _PLAIN.fullmatch(local.lower()) and len(local) <= 64 and len(typed) <= 254:
            # The common case: only the domain needs the validator, and domains repeat.
            domain = _domain(host.lower())
        else:
            checked = validate_email(typed, check_deliverability=False)
            local = _compared(checked.local_part)
            domain = validate_email(f"{local}@{checked.domain}", check_deliverability=False).ascii_domain or host
    except EmailNotValidError as error:
        raise Malformed(
            "email-malformed",
            Text(
                fr="Une adresse e-mail était attendue, par exemple nom@exemple.fr.",
                en="An e-mail address was expected, for example name@example.com.",
            ),
            Text(fr="Corrigez l’adresse.", en="Mend the address."),
            found=str(error)[:160],
            where="email",
        ) from error
    domain = domain.lower()
    same = _SAME_PROVIDER.get(domain, domain)
    mailbox = _compared(local)
    if same in _IGNORE_TAGS:
        mailbox = mailbox.partition("+")[0].rstrip(".") or mailbox
    if same in _IGNORE_DOTS:
        mailbox = mailbox.replace(".", "") or mailbox
    return Email(typed=typed, key=f"{mailbox}@{same}", domain=domain)


def fold(text: str) -> str:
    """Return `text` without case, accents, punctuation and doubled spaces, for comparing answers."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in bare).split())


def household(values: dict[str, str]) -> str:
    """Return the form under which two addresses are one household; empty when not asked for."""
    street, postcode = fold(values.get("street", "")), fold(values.get("postcode", ""))
    return f"{postcode.replace(' ', '')}|{street}" if street and postcode else ""


def commitment(key: bytes, identity: dict[str, str]) -> str:
    """Return HMAC-SHA256(key, label ‖ JCS(identity)) in hex; `key` is 32 random bytes of this entry."""
    return hmac.new(key, COMMITMENT_LABEL + canonical(identity), hashlib.sha256).hexdigest()
