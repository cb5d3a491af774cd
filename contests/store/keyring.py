"""Signing keys at rest: closed under a key that is not in the database, so that a copy of it signs nothing."""

import base64
from functools import lru_cache

import msgspec
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from contests.errors import Refused, Text

LABEL = b"contests/keys/v1"
PLAIN = 32  # bytes of a key that is not closed
SHORTEST_KEY = 32  # characters: 128 bits in hexadecimal digits


class Keyring(msgspec.Struct, frozen=True):
    """Texts of any length; the first closes, every one opens. Without any, keys are kept as they are."""

    keys: tuple[str, ...] = ()

    def close(self, secret: bytes) -> bytes:
        """Return 32 secret bytes as they are to be kept."""
        return _box(self.keys).encrypt(secret) if self.keys else secret

    def open(self, kept: bytes) -> bytes:
        """Return the secret bytes. Raises Refused where none of the keys closed them."""
        return kept if len(kept) == PLAIN else _opened(self.keys, kept)

    def is_new(self, kept: bytes) -> bool:
        """Say whether a kept secret is closed under the first key (kept as it is, without any)."""
        if not self.keys:
            return len(kept) == PLAIN
        return Keyring(self.keys[:1]).opens(kept) and len(kept) != PLAIN

    def opens(self, kept: bytes) -> bool:
        """Say whether one of the keys closed a kept secret, or none had to."""
        try:
            self.open(kept)
        except Refused:
            return False
        return True


def derived(key: str, label: bytes) -> bytes:
    """Return the 32 bytes that a text stands for, for the use that `label` names (HKDF-SHA256)."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=label).derive(key.encode())


@lru_cache(maxsize=8)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(derived(key, LABEL))) for key in keys])


@lru_cache(maxsize=256)
def _opened(keys: tuple[str, ...], kept: bytes) -> bytes:
    try:
        if not keys:
            raise InvalidToken
        return _box(keys).decrypt(kept)
    except InvalidToken:
        raise Refused(
            "signing-keys-closed",
            Text(fr="La clé sous laquelle les clés de signature ont été chiffrées était attendue (CONTESTS_KEYS).",
                 en="The key that the signing keys were encrypted under was expected (CONTESTS_KEYS)."),
            Text(fr="Remettez la clé d’avant dans la liste, après une espace ; « contests keys » chiffre ensuite tout sous la "
                    "première.",
                 en="Put the former key back on the list, behind a space; “contests keys” then encrypts everything under the "
                    "first."),
        ) from None  # fmt: skip
