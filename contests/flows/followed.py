"""Followed: who of the people drawn stands in Instagram's own list of an account's followers. Only the finding is noted."""

import io
from collections.abc import Sequence
from datetime import datetime

import msgspec

from contests.codec import digest
from contests.flows import act
from contests.flows.house import House
from contests.sources.files import read_followers
from contests.store import comments as kept


class Followed(msgspec.Struct, frozen=True, kw_only=True):
    """What one file says: how many it names, and of each entrant by pseudonym whether it names their account.

    `names` are the accounts of those entrants who commented on Instagram.
    """

    listed: int
    names: dict[str, list[str]]
    found: frozenset[str]


def look_up(
    house: House, campaign: str, entrants: Sequence[str], file: tuple[str, bytes], *, staff_name: str, now: datetime
) -> Followed:
    """Hold the people drawn against a list of followers; the list itself is not kept. Raises Malformed."""
    handles = {handle.casefold() for handle in read_followers(io.BytesIO(file[1]))}
    with house.store.write() as tx:
        names = kept.handles(tx, campaign, entrants, "instagram")
        found = frozenset(entrant for entrant, own in names.items() if handles & set(own))
        said = f"{file[0][:100]}, SHA-256 {digest(file[1])}: {len(found)} / {len(names)}"
        act.note(tx, house, campaign, now, staff_name, "followers", said)
    return Followed(listed=len(handles), names=names, found=found)
