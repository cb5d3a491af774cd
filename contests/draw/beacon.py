"""drand quicknet: which round, and whether its signature holds (spec draw §3).

BLS signatures on G1, RFC 9380 hash to curve: `bls-unchained-g1-rfc9380`. The parameters are pinned;
the chain hash is recomputed from them.
"""

import struct
from datetime import UTC, datetime
from hashlib import sha256

import msgspec
from py_arkworks_bls12381 import GT, G1Point, G2Point

DST = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"


class Chain(msgspec.Struct, frozen=True, kw_only=True):
    """The parameters of a drand chain. Times in seconds since 1970; hex in lower case."""

    name: str
    public_key: str
    period: int
    genesis: int
    genesis_seed: str
    hash: str

    def computed_hash(self) -> str:
        """Return the chain hash of these parameters, as drand's chain info computes it."""
        packed = struct.pack(">Iq", self.period, self.genesis)
        packed += bytes.fromhex(self.public_key) + bytes.fromhex(self.genesis_seed)
        return sha256(packed + self.name.encode()).hexdigest()

    def round_at(self, at: datetime) -> int:
        """Return the first round at or after `at`."""
        seconds = at.timestamp() - self.genesis
        return max(1, int(-(-seconds // self.period)) + 1)

    def time_of(self, number: int) -> datetime:
        """Return when round `number` becomes known."""
        return datetime.fromtimestamp(self.genesis + (number - 1) * self.period, UTC)


QUICKNET = Chain(
    name="quicknet",
    public_key="83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451"
    "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a",
    period=3,
    genesis=1692803367,
    genesis_seed="f477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e",
    hash="52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971",
)


def announced_round(source: str, draws_at: datetime) -> int:
    """Return the round that a draw at `draws_at` waits for; 0 where its chance does not come from the beacon."""
    return QUICKNET.round_at(draws_at) if source == "drand" else 0


class Round(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One value of the beacon; `signature` is 96 lower-case hex digits."""

    chain: str
    round: int
    signature: str


def message(number: int) -> bytes:
    """Return what the beacon signs for a round: SHA-256 of the number in eight bytes, big-endian."""
    return sha256(struct.pack(">Q", number)).digest()


def is_signature(text: str) -> bool:
    """Say whether `text` has the form of a signature: 96 lower-case hex digits."""
    return len(text) == 96 and all(c in "0123456789abcdef" for c in text)


def verify_round(value: Round, chain: Chain = QUICKNET) -> bool:
    """Say whether the signature is the chain's over that round. Never raises."""
    if value.chain != chain.hash or not is_signature(value.signature) or not 0 < value.round < 2**53:
        return False
    try:
        signature = G1Point.from_compressed_bytes(bytes.fromhex(value.signature))
        if signature == G1Point.identity():
            return False
        hashed = G1Point.hash_to_curve(message(value.round), DST)
        key = G2Point.from_compressed_bytes(bytes.fromhex(chain.public_key))
        return bool(GT.pairing_check([signature, -hashed], [G2Point(), key]))
    except ValueError:
        return False
