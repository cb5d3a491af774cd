"""Time-stamp authorities over HTTP (RFC 3161): only a token that holds is kept."""

import httpx
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

from contests.audit.stamp import LARGEST_TOKEN, check_token, decode, own_roots
from contests.beacons import bounded
from contests.errors import Refused, Text, Unavailable


def ask(url: str, roots: bytes, data: bytes) -> tuple[bytes, bytes]:
    """Return a token over `data` and the roots (PEM) it was checked with. Raises Unavailable with what went wrong."""
    request = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256).cert_request(cert_request=True)
    asked = request.build()
    try:
        token = _post(url, asked.as_bytes())
        if decode(token).tst_info.nonce != asked.nonce:
            raise ValueError("a token for another request")
        trusted = roots or own_roots(token)
        check_token(token, data, trusted)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, Refused) as error:
        found = error.found if isinstance(error, Refused) else f"{type(error).__name__} {error}"
        raise Unavailable(
            "authority-unavailable",
            Text(fr="Un jeton d’horodatage valable était attendu.", en="A time-stamp token that holds was expected."),
            Text(fr="On réessaiera.", en="It will be tried again."),
            found=found[:200],
            where=url,
        ) from error
    return token, trusted


def _post(url: str, body: bytes) -> bytes:
    kind = {"content-type": "application/timestamp-query", "accept": "application/timestamp-reply"}
    return bounded.ask("POST", url, LARGEST_TOKEN, body=body, headers=kind).taken()
