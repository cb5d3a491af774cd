"""Stream: replies on Bluesky come in as they are written, where a stream is set up; sweeps keep the last word."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from contests.flows.delivered import take
from contests.flows.house import House
from contests.sources import jetstream
from contests.sources.deliveries import Delivered
from contests.store import comments as kept

log = logging.getLogger("contests.comments")


def posts_on(house: House) -> frozenset[str]:
    """Return the posts of Bluesky that are being listed, by their address under a DID."""
    with house.store.read() as tx:
        return frozenset(kept.being_listed(tx, "bluesky"))


def listen(
    house: House, address: str, stop: threading.Event, clock: Callable[[], datetime], again: float = jetstream.AGAIN
) -> None:
    """Take replies from a stream until told to stop. What cannot be kept is left to the sweeps."""

    def put(told: Delivered) -> None:
        try:
            take(house, [told], clock())
        except Exception:
            log.exception("a reply of the stream could not be kept")

    known: frozenset[str] = frozenset()

    def wanted() -> frozenset[str]:
        nonlocal known
        try:
            known = posts_on(house)
        except Exception:
            log.exception("the posts to listen to could not be read")
        return known

    jetstream.follow(address, wanted, put, stop, again)
