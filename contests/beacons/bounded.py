"""Answers of strangers: no larger, and no longer on their way, than they may be."""

import asyncio
from typing import NamedTuple

import httpx

TIMEOUT = httpx.Timeout(10.0)
SECONDS = 30.0


class Answer(NamedTuple):
    """What a stranger answered: head and body."""

    head: httpx.Response
    data: bytes

    def taken(self) -> bytes:
        """Return the body of an answer that is no refusal. Raises httpx.HTTPStatusError."""
        self.head.raise_for_status()
        return self.data


def ask(method: str, address: str, most: int, *, body: bytes = b"", headers: dict[str, str] | None = None) -> Answer:
    """Return an answer of at most `most` bytes, whatever its status.

    It has `SECONDS` in all: who sends a byte now and then never lets a single read time out. Raises httpx.HTTPError,
    httpx.InvalidURL, and ValueError for one too large or too slow.
    """
    plain = {"accept-encoding": "identity"} | (headers or {})
    return asyncio.run(_ask(httpx.Request(method, address, content=body, headers=plain), most))


async def read(head: httpx.Response, most: int) -> bytes:
    """Return a streamed answer's body. Raises ValueError beyond `most` bytes.

    And for a packed one: 500 bytes may unpack to a gigabyte before anybody counts.
    """
    if head.headers.get("content-encoding", "identity").lower() != "identity":
        raise ValueError("a packed answer")
    data = bytearray()
    async for chunk in head.aiter_bytes():
        data += chunk
        if len(data) > most:
            raise ValueError(f"an answer beyond {most // 1024} KiB")
    return bytes(data)


async def _ask(request: httpx.Request, most: int) -> Answer:
    try:
        async with asyncio.timeout(SECONDS), httpx.AsyncClient(timeout=TIMEOUT) as client:
            head = await client.send(request, stream=True)
            return Answer(head, await read(head, most))
    except TimeoutError:
        raise ValueError(f"an answer that takes more than {SECONDS:g} seconds") from None
