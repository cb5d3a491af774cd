"""An authenticator in software: what a telephone would answer, and what a thief could make of it."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, ATTESTED = 1, 4, 64


def written(data: bytes) -> str:
    """Return base64url without padding."""
    return urlsafe_b64encode(data).decode().rstrip("=")


def read(text: str) -> bytes:
    """Undo it."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


class SoftKey:
    """One passkey. `uses` is its counter; it stays at nought where a device keeps none."""

    def __init__(self, name: bytes = b"key-1", *, counts: bool = True) -> None:
        self.id, self.uses, self.counts = sha256(name).digest(), 0, counts
        self.secret = ec.derive_private_key(int.from_bytes(self.id, "big") >> 1, ec.SECP256R1())
        self.handle = b""

    def _client(self, kind: str, options: dict[str, Any], origin: str) -> bytes:
        told = {"type": kind, "challenge": options["challenge"], "origin": origin, "crossOrigin": False}
        return json.dumps(told).encode()

    def _data(self, rp: str, flags: int) -> bytes:
        return sha256(rp.encode()).digest() + bytes([flags]) + self.uses.to_bytes(4, "big")

    def make(self, options: dict[str, Any], origin: str, *, rp: str = "", flags: int = PRESENT | VERIFIED) -> str:
        """Answer `navigator.credentials.create()`."""
        self.handle = read(options["user"]["id"])
        point = self.secret.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(cose)
        data = self._data(rp or options["rp"]["id"], flags | ATTESTED) + attested
        sealed = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", options, origin)
        return self._answer({"clientDataJSON": written(client), "attestationObject": written(sealed)})

    def use(
        self,
        options: dict[str, Any],
        origin: str,
        *,
        rp: str = "",
        flags: int = PRESENT | VERIFIED,
        handle: bytes = b"",
    ) -> str:
        """Answer `navigator.credentials.get()`."""
        self.uses += self.counts
        data = self._data(rp or options["rpId"], flags)
        client = self._client("webauthn.get", options, origin)
        signature = self.secret.sign(data + sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer({
            "clientDataJSON": written(client), "authenticatorData": written(data), "signature": written(signature),
            "userHandle": written(handle or self.handle),
        })  # fmt: skip

    def _answer(self, response: dict[str, str]) -> str:
        name = written(self.id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})
