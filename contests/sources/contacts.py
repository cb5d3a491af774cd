"""A list of people as a mailing tool exports it: addresses, or digests of addresses; whatever else stands there is not read."""

import re
from hashlib import sha256

import msgspec

from contests.entry import parse_email
from contests.errors import Malformed, Text

LARGEST = 8 * 1024 * 1024
_CELLS = re.compile(r"[\s,;<>\"']+")
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Contacts(msgspec.Struct, frozen=True):
    """Who is meant: addresses in their compared form, and SHA-256 digests (hex) of addresses in lower case.

    `unread`: what has an @ and is no address, so that nobody believes it was taken in.
    """

    addresses: frozenset[str]
    digests: frozenset[str]
    unread: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """How many people are named."""
        return len(self.addresses) + len(self.digests)

    def named(self, key: str, address: str) -> str:
        """Return the way in which a person is named here; empty where they are not."""
        if key in self.addresses:
            return key
        digest = digest_of(address)
        return digest if digest in self.digests else ""


def digest_of(address: str) -> str:
    """Return what mailing tools know an address by: SHA-256 of it in lower case, in hex."""
    return sha256(address.strip().lower().encode()).hexdigest()


def read_contacts(data: bytes) -> Contacts:
    """Read a file or a text, one person a line or as CSV. Raises Malformed where it names nobody, or is too large."""
    if len(data) > LARGEST:
        raise _malformed(Text(fr=f"{len(data) // 1024} Kio", en=f"{len(data) // 1024} KiB"))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    addresses, digests, unread = set(), set(), []
    for cell in _CELLS.split(text):
        if _DIGEST.fullmatch(cell.lower()):
            digests.add(cell.lower())
        elif "@" in cell:
            try:
                addresses.add(parse_email(cell.rstrip(".")).key)
            except Malformed:
                unread.append(cell[:80])
    found = Contacts(frozenset(addresses), frozenset(digests), tuple(unread))
    if not found.size:
        raise _malformed(Text(fr="ni adresse ni empreinte", en="no address and no digest"))
    return found


def _malformed(found: Text) -> Malformed:
    most = LARGEST // 1024 // 1024
    return Malformed(
        "contacts-unreadable",
        Text(
            fr=f"Des adresses e-mail, ou leurs empreintes SHA-256, étaient attendues, en {most} Mio au plus.",
            en=f"E-mail addresses, or their SHA-256 digests, were expected, in at most {most} MiB.",
        ),
        Text(
            fr="Exportez la liste en CSV depuis votre outil d’envoi.",
            en="Export the list as CSV from your mailing tool.",
        ),
        found=found,
        where="people",
    )
