"""Apart: work that goes through many campaigns, where the trouble of one stops no other."""

import logging
from collections.abc import Callable, Iterable

from contests.errors import Refused

log = logging.getLogger("contests.worker")
# What failed the last time that this process tried it, by step: its heartbeat tells it.
failing: dict[str, str] = {}


def safely(what: str, step: Callable[[], int]) -> int:
    """Take a step and return how much it did; 0 where it fails, and the log says why."""
    try:
        done = step()
    except Refused as refused:
        failing[what] = refused.code
        log.warning("%s: %s", what, refused)
    except Exception as error:
        failing[what] = type(error).__name__
        log.exception("%s: unforeseen", what)
    else:
        failing.pop(what, None)
        return done
    return 0


def in_each(what: str, campaigns: Iterable[str], step: Callable[[str], int]) -> int:
    """Take a step in each campaign; return how much was done in all."""
    return sum(safely(f"{what} of {campaign}", lambda campaign=campaign: step(campaign)) for campaign in campaigns)  # type: ignore[misc]
