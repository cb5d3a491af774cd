"""drand relays over HTTP: several are asked, and only a signature that holds is used.

A relay cannot choose anything: the value of a round is one, and its signature is checked under the
pinned key. A relay that lies, lags or is down is named, and the others are asked.
"""

import asyncio
from collections.abc import Sequence
from typing import Literal

import httpx
import msgspec

from contests.beacons.bounded import read
from contests.draw.beacon import QUICKNET, Chain, Round, verify_round
from contests.errors import Text, Unavailable

TIMEOUT = httpx.Timeout(5.0)
PATIENCE = 10.0  # seconds for one relay in all: one that sends a byte now and then must not hold up the draw
LARGEST_ANSWER = 64 * 1024
PLAIN = {"accept": "application/json", "accept-encoding": "identity"}


class _Answer(msgspec.Struct):
    round: int
    signature: str


def fetch_round(relays: Sequence[str], number: int, chain: Chain = QUICKNET) -> Round:
    """Return round `number`, verified. Raises Unavailable with what each relay did."""
    return asyncio.run(_fetch(relays, number, chain))


async def _fetch(relays: Sequence[str], number: int, chain: Chain) -> Round:
    faults: list[str] = []
    async with httpx.AsyncClient(timeout=TIMEOUT, follow_redirects=False) as client:
        for relay in relays:
            try:
                async with asyncio.timeout(PATIENCE):
                    value = await ask(client, relay, number, chain)
            except (httpx.HTTPError, httpx.InvalidURL, msgspec.DecodeError, ValueError, TimeoutError) as error:
                faults.append(f"{relay}: {type(error).__name__} {error}"[:160])
                continue
            if value.round == number and verify_round(value, chain):
                return value
            faults.append(f"{relay}: a value that is not round {number} of the chain")
    raise Unavailable(
        "beacon-unavailable",
        Text(
            fr=f"Le tour {number} de drand, signé, était attendu.", en=f"Round {number} of drand, signed, was expected."
        ),
        Text(fr="On attend : aucun autre hasard ne peut servir.", en="Waiting: no other chance may be used."),
        found="; ".join(faults) or "no relay is set",
    )


async def ask(client: httpx.AsyncClient, relay: str, number: int | Literal["latest"], chain: Chain) -> Round:
    """Return what a relay answers, unverified. Raises httpx.HTTPError, httpx.InvalidURL, msgspec.DecodeError, ValueError."""
    address = f"{relay.rstrip('/')}/{chain.hash}/public/{number}"
    async with client.stream("GET", address, headers=PLAIN) as response:
        response.raise_for_status()
        data = await read(response, LARGEST_ANSWER)
    answer = msgspec.json.decode(data, type=_Answer)
    return Round(chain.hash, answer.round, answer.signature)
