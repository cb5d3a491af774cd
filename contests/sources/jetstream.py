"""Jetstream: Bluesky's public stream of new posts, as JSON over a websocket.

It tells of a reply within a second or so, so that our own time of receipt is nearly the reply's. It is a help and no
source: what it misses, and everything about edits and deletions, is found by sweeps.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Raw
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from contests.sources import bluesky
from contests.sources.deliveries import Delivered
from contests.sources.reading import NOTHING, identity, whole

log = logging.getLogger("contests.comments")
LARGEST = 1024 * 1024
"""Bytes of one event; a post has a few kilobytes at most."""
AGAIN = 30.0
"""Seconds after which it is asked anew which posts are listened to, and how long it rests while there are none."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 300.0
BACK = 2_000_000
"""Microseconds that a new connection goes back before the last event, so that none falls between."""


class _Commit(msgspec.Struct):
    operation: str
    collection: str
    rkey: str
    cid: Any = ""
    record: Raw = NOTHING


class _Event(msgspec.Struct):
    did: str
    commit: _Commit | None = None
    time_us: Any = None


def read(data: str | bytes, wanted: frozenset[str]) -> tuple[Delivered | None, int]:
    """Return the reply under a wanted post that an event tells of (None: it tells of none), and its time in microseconds.

    `wanted` are posts by their `at://` address under a DID. An event that cannot be read tells of nothing.
    """
    try:
        event = msgspec.json.decode(data, type=_Event)
        at = whole(event.time_us) or 0
        made = event.commit
        if made is None or made.collection != bluesky.POST or made.operation not in {"create", "update"}:
            return None, at
        found = bluesky.streamed(identity(event.did), identity(made.rkey), made.record, wanted)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None, 0
    if found is None:
        return None, at
    root, comment = found
    told = Delivered(
        site="bluesky", what="seen" if made.operation == "create" else "edited", post_id=root, comment_id=comment.id,
        account="", digest=str(made.cid)[:200], comment=comment,
    )  # fmt: skip
    return told, at


def follow(
    address: str, wanted: Callable[[], frozenset[str]], put: Callable[[Delivered], object], stop: threading.Event,
    again: float = AGAIN,
) -> None:  # fmt: skip
    """Hand on every reply under the wanted posts until told to stop; rest while there are none, and come back after trouble."""
    cursor, pause = 0, FIRST_PAUSE
    while not stop.is_set():
        posts = wanted()
        if not posts:
            stop.wait(again)
            continue
        asked = f"{address}{'&' if '?' in address else '?'}wantedCollections={bluesky.POST}"
        try:
            with connect(f"{asked}&cursor={cursor - BACK}" if cursor else asked, max_size=LARGEST) as stream:
                log.info("stream: listening to %d posts", len(posts))
                asked_at = time.monotonic()
                while posts and not stop.is_set():
                    if time.monotonic() - asked_at > again:
                        posts, asked_at = wanted(), time.monotonic()
                    try:
                        event = stream.recv(timeout=min(1.0, again))
                    except TimeoutError:
                        continue
                    told, at = read(event, posts)
                    cursor, pause = max(cursor, at), FIRST_PAUSE
                    if told is not None:
                        put(told)
        except (OSError, WebSocketException) as error:
            log.warning("stream: %s; again in %.0f s", type(error).__name__, pause)
            stop.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
