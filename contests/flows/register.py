"""Note a campaign's signed checkpoint in the installation's own journal (spec journal §7)."""

from datetime import datetime

from contests.codec import instant
from contests.flows.house import House
from contests.records import CheckpointRegistered, encode
from contests.store import campaigns, journals
from contests.store.session import Tx


def open_register(house: House) -> None:
    """Make the register where there is none: its key is what witnesses ask for, before the first contest.

    Raises Refused where signing keys are closed under a key that is not there: what cannot sign must not take entries.
    """
    with house.store.write() as tx:
        _open(tx, house)
        journals.head(tx, journals.REGISTER)


def _open(tx: Tx, house: House) -> None:
    if not journals.exists(tx, journals.REGISTER):
        journals.ensure(tx, journals.REGISTER, house.register_origin, house.chance(32))


def register(tx: Tx, house: House, campaign: str, checkpoint: bytes, now: datetime) -> int:
    """Append the checkpoint to the register, in the caller's transaction; its lock comes last, always.

    Returns its place in the register.
    """
    _open(tx, house)
    head = journals.lock(tx, journals.REGISTER)
    now = head.after(now)
    record = CheckpointRegistered(at=instant(now), campaign=campaign, checkpoint=checkpoint.decode())
    appended = journals.append(tx, head, [("checkpoint.registered", encode(record))], now)
    campaigns.move(tx, campaign, registered_at=now)
    return appended.start


def register_hourly(house: House, campaign: str, now: datetime) -> None:
    """Note the checkpoint of an open campaign."""
    with house.store.write() as tx:
        head = journals.lock(tx, campaign)
        register(tx, house, campaign, head.checkpoint, now)
