"""Witnesses over HTTP (C2SP tlog-witness): a head is offered with its consistency proof, a cosignature comes back."""

import base64
from collections.abc import Callable, Sequence

import httpx
import msgspec

from contests.beacons.bounded import read_bounded
from contests.errors import Text, Unavailable

TIMEOUT = httpx.Timeout(10.0)
LARGEST_ANSWER = 16 * 1024
SIZE_TYPE = "text/x.tlog.size"


class Answer(msgspec.Struct, frozen=True):
    """A witness's answer: signature lines, or (when it knows another head) the size it cosigned last."""

    lines: str = ""
    size: int | None = None


Offer = Callable[[str, int, Sequence[bytes], bytes], Answer]


def add_checkpoint(url: str, old: int, proof: Sequence[bytes], checkpoint: bytes) -> Answer:
    """Offer a checkpoint that grew from `old` records. Raises Unavailable."""
    lines = "".join(f"{base64.b64encode(node).decode()}\n" for node in proof)
    body = f"old {old}\n{lines}\n".encode() + checkpoint
    try:
        with httpx.stream("POST", f"{url.rstrip('/')}/add-checkpoint", content=body, timeout=TIMEOUT) as response:
            data = read_bounded(response, LARGEST_ANSWER)
            kind = response.headers.get("content-type", "").partition(";")[0]
            if response.status_code == 409 and kind == SIZE_TYPE:
                return Answer(size=int(data.decode().strip()))
            response.raise_for_status()
            return Answer(lines=data.decode())
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise Unavailable(
            "witness-unavailable",
            Text(fr="Une cosignature du témoin était attendue.", en="A cosignature of the witness was expected."),
            Text(fr="On réessaiera.", en="It will be tried again."),
            found=f"{type(error).__name__} {error}"[:200],
            where=url,
        ) from error
