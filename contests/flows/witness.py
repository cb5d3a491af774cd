"""Witness: the register's head is offered to every witness that is set; what it cosigns is kept with the head."""

import logging
from collections.abc import Sequence
from datetime import datetime

import msgspec

from contests.beacons.witness import Offer
from contests.errors import Refused, Text, Unavailable
from contests.flows.house import House
from contests.journal.cosignature import Witness
from contests.journal.merkle import consistency_proof
from contests.journal.note import parse_note
from contests.store import journals, stamps
from contests.store.journals import Head
from contests.store.tables import WitnessRow

log = logging.getLogger("contests.witness")
TRIES = 3


class Server(msgspec.Struct, frozen=True):
    """A witness and where it listens."""

    witness: Witness
    url: str


def offer_due(house: House, servers: Sequence[Server], offer: Offer, now: datetime) -> int:
    """Offer the register's head where it is new; return how many cosignatures came."""
    return sum(_offer_to(house, server, offer, now) for server in servers)


def _offer_to(house: House, server: Server, offer: Offer, now: datetime) -> int:
    vkey = str(server.witness)
    with house.store.read() as tx:
        if not journals.exists(tx, journals.REGISTER):
            return 0
        known = stamps.witness(tx, vkey) or WitnessRow(vkey=vkey, due_at=now)
        head = journals.head(tx, journals.REGISTER)
    if known.due_at > now or (known.size == head.frontier.size and not known.error):
        return 0
    try:
        lines = _ask(house, server, offer, known.size, head)
    except Refused as refused:
        log.warning("witness %s: %s", server.witness.name, refused)
        known.error, known.attempts = (refused.found or refused.code)[:300], known.attempts + 1
        known.due_at = stamps.later(min(known.attempts, 12), now) or now + stamps.RARELY
        lines = ""
    else:
        known.size, known.error, known.attempts, known.due_at = head.frontier.size, "", 0, now
    with house.store.write() as tx:
        if lines:
            stamps.add_cosignature(tx, head.frontier.size, head.checkpoint, lines)
        stamps.put_witness(tx, known)
    return int(bool(lines))


def _ask(house: House, server: Server, offer: Offer, old: int, head: Head) -> str:
    """Return the witness's own lines over the head. Raises Refused."""
    for _ in range(TRIES):
        with house.store.read() as tx:
            subtree = journals.stored_subtree(tx, journals.REGISTER)
            proof = consistency_proof(old, head.frontier.size, subtree) if 0 < old < head.frontier.size else ()
        answer = offer(server.url, old, proof, head.checkpoint)
        if answer.size is None:
            return _own_lines(server.witness, head, answer.lines)
        if answer.size > head.frontier.size or answer.size == old:
            raise _refused(server, f"the witness holds a head of {answer.size} records, ours has {head.frontier.size}")
        old = answer.size
    raise _refused(server, "the witness holds another head at each try")


def _own_lines(witness: Witness, head: Head, lines: str) -> str:
    own = "".join(f"{line}\n" for line in lines.split("\n") if line.startswith(f"— {witness.name} "))
    if not own or witness.saw(parse_note(head.checkpoint + own.encode())) is None:
        raise Unavailable(
            "cosignature-wrong",
            Text(fr="Une cosignature valable de ce témoin était attendue.",
                 en="A cosignature of this witness that holds was expected."),
            Text(fr="On réessaiera.", en="It will be tried again."),
            found=lines[:160],
            where=witness.name,
        )  # fmt: skip
    return own


def _refused(server: Server, found: str) -> Unavailable:
    return Unavailable(
        "witness-refuses",
        Text(fr="Un témoin qui suit ce registre était attendu.", en="A witness that follows this register was expected."),
        Text(fr="Le registre a-t-il été restauré d’une sauvegarde plus ancienne ? Voir docs/howto/witnesses.md.",
             en="Was the register restored from an older backup? See docs/howto/witnesses.md."),
        found=found,
        where=server.url,
    )  # fmt: skip
