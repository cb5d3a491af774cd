"""The vault: tokens of platforms, encrypted under a key that is not in the database."""

import base64

import msgspec
from cryptography.fernet import Fernet, InvalidToken

from contests.errors import Refused, Text
from contests.store.keyring import derived

LABEL = b"contests/vault/v1"


class Vault(msgspec.Struct, frozen=True):
    """Closed where the installation has no key: then no token is kept."""

    key: bytes = b""

    def close(self, secret: str) -> bytes:
        """Return a secret encrypted. Raises Refused without a key."""
        return self._box().encrypt(secret.encode())

    def open(self, closed: bytes) -> str:
        """Return the secret. Raises Refused where it was encrypted under another key."""
        try:
            return self._box().decrypt(closed).decode()
        except InvalidToken:
            raise Refused(
                "vault-key-changed",
                Text(fr="La clé avec laquelle ce jeton a été chiffré était attendue (CONTESTS_VAULT).",
                     en="The key that this token was encrypted with was expected (CONTESTS_VAULT)."),
                Text(fr="Remettez la clé d’avant, ou collez le jeton à nouveau.",
                     en="Put the former key back, or paste the token again."),
            ) from None  # fmt: skip

    def _box(self) -> Fernet:
        if not self.key:
            raise Refused(
                "vault-closed",
                Text(fr="Une clé de chiffrement était attendue : cette installation n’en a pas (CONTESTS_VAULT).",
                     en="A key to encrypt with was expected: this installation has none (CONTESTS_VAULT)."),
                Text(fr="Demandez à qui administre l’installation d’en définir une.",
                     en="Ask whoever runs the installation to set one."),
            )  # fmt: skip
        return Fernet(base64.urlsafe_b64encode(self.key))


def vault_of(setting: str) -> Vault:
    """Return the vault of a key as it is written in the settings: any text; empty for none."""
    return Vault(derived(setting, LABEL)) if setting else Vault()
