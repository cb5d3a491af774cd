"""Time stamps (RFC 3161): whether a token is an authority's over these bytes, and what time it says."""

import hashlib
from datetime import UTC, datetime

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from rfc3161_client import TimeStampResponse, VerifierBuilder, decode_timestamp_response

from contests.errors import Malformed, Text

LARGEST_TOKEN = 256 * 1024
SHA256 = "2.16.840.1.101.3.4.2.1"
_UNREADABLE = (ValueError, TypeError, x509.InvalidVersion)
"""What the reader of certificates raises on hostile ones."""


class Stamped(msgspec.Struct, frozen=True):
    """What a token says: when, by whom, and the root that its chain ends in (SHA-256, hex)."""

    at: datetime
    authority: str
    root: str


def roots_of(pem: bytes) -> tuple[x509.Certificate, ...]:
    """Read certificates in PEM. Raises Malformed."""
    try:
        return tuple(x509.load_pem_x509_certificates(pem)) if pem.strip() else ()
    except _UNREADABLE as error:
        raise _malformed(str(error)) from error


def check_token(token: bytes, data: bytes, roots: bytes) -> Stamped:
    """Require a granted token over `data`, signed by a chain that ends in one of `roots` (PEM). Raises Malformed."""
    if len(token) > LARGEST_TOKEN:
        raise _malformed(f"{len(token)} bytes")
    trusted = roots_of(roots)
    if not trusted:
        raise _malformed("no root certificate")
    try:
        response = decode(token)
        if response.tst_info.message_imprint.hash_algorithm.dotted_string != SHA256:
            raise _malformed("a digest that is not SHA-256")
        # What the token brings is used for the chain by itself; added here, it would be trusted.
        VerifierBuilder(roots=list(trusted)).build().verify(response, hashlib.sha256(data).digest())
        at = response.tst_info.gen_time
        signer = next(iter(response.signed_data.signer_infos))
        known = [*trusted, *_embedded(token)]
        own = next(c for c in known if (c.issuer, c.serial_number) == (signer.issuer, signer.serial_number))
        root, authority = _end_of_chain(own, trusted, known), own.subject.rfc4514_string()
    except Malformed:
        raise
    except Exception as error:  # hostile certificates raise whatever their reader thinks of
        raise _malformed(f"{type(error).__name__} {error}") from error
    return Stamped(at.replace(tzinfo=at.tzinfo or UTC), authority, root.fingerprint(hashes.SHA256()).hex())


def _end_of_chain(
    certificate: x509.Certificate, trusted: tuple[x509.Certificate, ...], known: list[x509.Certificate]
) -> x509.Certificate:
    """Follow a verified chain from its signer; `known` begins with the trusted. Raises ValueError."""
    for _ in known:
        if certificate in trusted:
            return certificate
        certificate = next((c for c in known if _issued(c, certificate)), certificate)
    raise ValueError("no chain to a trusted root")


def _issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return issuer != certificate


def decode(token: bytes) -> TimeStampResponse:
    """Read a token. Raises ValueError.

    DER wants the certificates sorted, and the library insists; OpenSSL writes them as they come. No signature covers
    their order.
    """
    return decode_timestamp_response(_with_sorted_certificates(token))


def _with_sorted_certificates(token: bytes) -> bytes:
    try:
        start, end = _inside(token, 0)  # TimeStampResp: status, then the token
        start, end = _inside(token, _inside(token, start)[1])  # ContentInfo: type, then [0]
        start, end = _inside(token, _inside(token, start)[1])
        start, end = _inside(token, start)  # SignedData: version, digest algorithms, content, then [0]
        for _ in range(3):
            start = _inside(token, start)[1]
        if token[start] != 0xA0:
            return token
        start, end = _inside(token, start)
        pieces = []
        at = start
        while at < end:
            after = _inside(token, at)[1]
            pieces.append(token[at:after])
            at = after
    except IndexError:
        return token
    return token[:start] + b"".join(sorted(pieces)) + token[end:]


def _inside(data: bytes, at: int) -> tuple[int, int]:
    """Return where the content of the DER value at `at` begins and ends. Raises IndexError."""
    length, at = data[at + 1], at + 2
    if length & 0x80:
        count = length & 0x7F
        length, at = int.from_bytes(data[at : at + count]), at + count
    if at + length > len(data):
        raise IndexError(at)
    return at, at + length


def _embedded(token: bytes) -> list[x509.Certificate]:
    found = decode(token).signed_data.certificates
    return [x509.load_der_x509_certificate(data) for data in sorted(found)]


def own_roots(token: bytes) -> bytes:
    """Return the self-signed certificates that a token brings, as PEM; empty where there is none. Raises Malformed."""
    try:
        found = [c for c in _embedded(token) if c.issuer == c.subject]
    except _UNREADABLE as error:  # a name is read, and refused, when it is asked for
        raise _malformed(str(error)) from error
    return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in found)


def _malformed(found: str) -> Malformed:
    return Malformed(
        "stamp-malformed",
        Text(fr="Un jeton d’horodatage RFC 3161 sur ces octets était attendu.",
             en="An RFC 3161 time-stamp token over these bytes was expected."),
        Text(fr="Demandez un autre jeton à l’autorité.", en="Ask the authority for another token."),
        found=found[:200],
    )  # fmt: skip
