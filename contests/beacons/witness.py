"""Witnesses over HTTP (C2SP tlog-witness): a head is offered with its consistency proof, a cosignature comes back."""

import base64
from collections.abc import Callable, Sequence

import httpx
import msgspec

from contests.beacons import bounded
from contests.errors import Text, Unavailable

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
        found = bounded.ask("POST", f"{url.rstrip('/')}/add-checkpoint", LARGEST_ANSWER, body=body)
        kind = found.head.headers.get("content-type", "").partition(";")[0]
        if found.head.status_code == 409 and kind == SIZE_TYPE:
            return Answer(size=int(found.data.decode().strip()))
        return Answer(lines=found.taken().decode())
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise Unavailable(
            "witness-unavailable",
            Text(fr="Une cosignature du témoin était attendue.", en="A cosignature of the witness was expected."),
            Text(fr="On réessaiera.", en="It will be tried again."),
            found=f"{type(error).__name__} {error}"[:200],
            where=url,
        ) from error
