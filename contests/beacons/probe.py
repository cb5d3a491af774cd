"""Look at what the outside is worth right now: relays, their clock, the site's own certificate."""

import asyncio
import socket
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx
import msgspec

from contests.beacons.drand import PATIENCE, TIMEOUT, ask
from contests.draw.beacon import QUICKNET, Chain, verify_round


class Relay(msgspec.Struct, frozen=True):
    """What a relay answered: the time of its newest round, or what was wrong. `silent`: nothing came at all."""

    url: str
    newest: datetime | None = None
    fault: str = ""
    silent: bool = False


def look_at_relays(relays: Sequence[str], chain: Chain = QUICKNET) -> list[Relay]:
    """Ask each relay for its newest round; only a signature that holds counts."""
    return asyncio.run(_look(relays, chain))


async def _look(relays: Sequence[str], chain: Chain) -> list[Relay]:
    found = []
    async with httpx.AsyncClient(timeout=TIMEOUT, follow_redirects=False) as client:
        for relay in relays:
            try:
                async with asyncio.timeout(PATIENCE):
                    value = await ask(client, relay, "latest", chain)
            except (httpx.HTTPError, httpx.InvalidURL, msgspec.DecodeError, ValueError, TimeoutError) as error:
                silent = isinstance(error, httpx.TransportError | httpx.InvalidURL | TimeoutError)
                found.append(Relay(relay, fault=type(error).__name__, silent=silent))
                continue
            if verify_round(value, chain):
                found.append(Relay(relay, chain.time_of(value.round)))
            else:
                found.append(Relay(relay, fault="a signature that does not hold"))
    return found


def certificate_until(url: str) -> datetime | None:
    """Return when the certificate of an https address ends; None where there is none to look at. Raises OSError."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        return None
    context = ssl.create_default_context()
    with (
        socket.create_connection((parts.hostname, parts.port or 443), timeout=5) as plain,
        context.wrap_socket(plain, server_hostname=parts.hostname) as connection,
    ):
        shown = connection.getpeercert() or {}
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown["notAfter"])), UTC)
