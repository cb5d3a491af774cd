"""Four eyes: one person prepares an act, another releases or refuses it; an act that no longer fits lapses.

Which acts need it is the installation's setting. The act and the decision on it are one transaction, so that two who
release at the same moment do it once.
"""

from datetime import datetime

import msgspec

from contests.errors import NotFound, Refused, Text
from contests.flows import act
from contests.flows.house import House
from contests.flows.proposed import (
    KINDS,
    NO_EVIDENCE,
    Asked,
    Doing,
    Evidence,
    Exclude,
    about,
    basis_of,
    blanked,
    decode,
    encode,
    kind_of,
)
from contests.flows.roles import Person
from contests.store import campaigns, journals, proposals
from contests.store.session import Tx
from contests.store.tables import ProposalRow


def submit(
    house: House, campaign: str, asked: Asked, by: Person, now: datetime, evidence: Evidence = NO_EVIDENCE
) -> bool:
    """Do an act, or keep it for a second person where the installation wants one; say whether it was done.

    What the flow would refuse is refused at once, in both cases. Raises as the flow, and Refused when it waits already.
    """
    if kind_of(asked) not in house.four_eyes:
        with house.store.write() as tx:
            _do(tx, house, campaign, asked, evidence, by.name, now)
        return True
    with house.store.trial() as tx:
        _do(tx, house, campaign, asked, evidence, by.name, now)
    if isinstance(asked, Exclude):
        asked = msgspec.structs.replace(asked, evidence=evidence[0][:200])
    with house.store.write() as tx:
        now = _lock(tx, campaign, now)
        basis = basis_of(tx, campaign, asked)
        if any(row.basis == basis for row in proposals.waiting(tx, campaign)):
            raise _waits_already()
        row = ProposalRow(
            id=house.chance(16).hex(), campaign=campaign, kind=kind_of(asked), asked=encode(asked),
            evidence=evidence[1], basis=basis, prepared_id=by.id, prepared_by=by.name, prepared_at=now, state="waiting",
        )  # fmt: skip
        proposals.add(tx, row)
        act.note(tx, house, campaign, now, by.name, f"prepare-{row.kind}", row.id)
    return False


def release(house: House, campaign: str, proposal: str, by: Person, now: datetime) -> bool:
    """Do what another person prepared; False where it no longer fits and lapsed instead.

    Raises Refused for the person who prepared it, without the ability, when it is decided; and as the flow.
    """
    with house.store.write() as tx:
        now = _lock(tx, campaign, now)
        row = _waiting(tx, campaign, proposal)
        if row.prepared_id == by.id:
            raise _same_person(by.name)
        _may(by, row)
        asked = decode(row.asked)
        if basis_of(tx, campaign, asked) != row.basis:
            _lapse(tx, house, row, now)
            return False
        evidence = (asked.evidence if isinstance(asked, Exclude) else "", row.evidence)
        _do(tx, house, campaign, asked, evidence, act.of_two(row.prepared_by, by.name), now)
        proposals.close(tx, row, "released", asked=encode(blanked(asked)), by=by.name, at=now)
        act.note(tx, house, campaign, now, by.name, f"release-{row.kind}", row.id)
        return True


def refuse(house: House, campaign: str, proposal: str, by: Person, reason: str, now: datetime) -> None:
    """Refuse what another person prepared, for a reason; who prepared it takes it back, with or without one."""
    with house.store.write() as tx:
        now = _lock(tx, campaign, now)
        row = _waiting(tx, campaign, proposal)
        own = row.prepared_id == by.id
        _may(by, row)
        expected = Text(fr="Une raison était attendue, en une phrase.", en="A reason was expected, in a sentence.")
        where = f"reason-{row.id}"
        reason = act.whole(reason.strip(), where) if own else act.in_words(reason, expected, where)
        asked = encode(blanked(decode(row.asked)))
        proposals.close(tx, row, "taken-back" if own else "refused", asked=asked, by=by.name, at=now, reason=reason)
        act.note(tx, house, campaign, now, by.name, f"{'withdraw' if own else 'refuse'}-{row.kind}", row.id)


def sweep(tx: Tx, house: House, campaign: str, now: datetime) -> int:
    """Let lapse what no longer fits, in the caller's transaction; return how many."""
    gone = [row for row in proposals.waiting(tx, campaign) if not fits(tx, row)]
    for row in gone:
        _lapse(tx, house, row, now)
    return len(gone)


def waits_about(tx: Tx, campaign: str) -> frozenset[str]:
    """Return the pseudonyms and prize units that something waits about."""
    return frozenset(one for row in proposals.waiting(tx, campaign) for one in about(decode(row.asked)))


def fits(tx: Tx, row: ProposalRow) -> bool:
    """Say whether what was prepared still rests on what it was prepared on."""
    return basis_of(tx, row.campaign, decode(row.asked)) == row.basis


def _do(
    tx: Tx, house: House, campaign: str, asked: Asked, evidence: Evidence, staff_name: str, now: datetime
) -> None:  # fmt: skip
    """Let the act's flow take part in this transaction; the second person is found, or none is wanted."""
    joined = msgspec.structs.replace(house, store=house.store.joined(tx), four_eyes=frozenset())
    KINDS[kind_of(asked)].run(Doing(tx, joined, campaign, staff_name, now, evidence), asked)


def _lock(tx: Tx, campaign: str, now: datetime) -> datetime:
    """Take the journal before any proposal, as every flow does; a draft has none yet."""
    return now if campaigns.row(tx, campaign).stage == "draft" else journals.lock(tx, campaign).after(now)


def _waiting(tx: Tx, campaign: str, proposal: str) -> ProposalRow:
    row = proposals.lock(tx, campaign, proposal) if proposal.isalnum() else None
    if row is None:
        raise NotFound(
            "proposal-unknown",
            Text(fr="Un acte préparé était attendu.", en="A prepared act was expected."),
            Text(fr="Rechargez la page.", en="Reload the page."),
            found=proposal[:40],
        )
    if row.state != "waiting":
        raise Refused(
            "already-decided",
            Text(fr="Un acte en attente était attendu.", en="An act that waits was expected."),
            Text(
                fr="Rechargez la page : quelqu’un vient de décider.", en="Reload the page: somebody has just decided."
            ),
            found=f"{row.state}, {row.decided_by}",
        )
    return row


def _lapse(tx: Tx, house: House, row: ProposalRow, now: datetime) -> None:
    proposals.close(tx, row, "lapsed", asked=encode(blanked(decode(row.asked))), by="", at=now)
    act.note(tx, house, row.campaign, now, "", f"lapse-{row.kind}", row.id)


def _may(by: Person, row: ProposalRow) -> None:
    if not by.may(KINDS[row.kind].ability):
        raise Refused(
            "ability-missing",
            Text(fr="Un rôle qui permet cet acte était attendu.", en="A role that may do this act was expected."),
            Text(fr="Demandez à une personne qui a ce rôle.", en="Ask somebody who has that role."),
            found=by.role,
        )


def _same_person(found: str) -> Refused:
    return Refused(
        "same-person",
        Text(fr="Une autre personne que celle qui a préparé cet acte était attendue.",
             en="Somebody other than the person who prepared this act was expected."),
        Text(fr="Demandez à une autre personne de le valider, ou reprenez-le.",
             en="Ask somebody else to release it, or take it back."),
        found=found,
    )  # fmt: skip


def _waits_already() -> Refused:
    return Refused(
        "waits-already",
        Text(fr="Un acte qui n’attend pas déjà une seconde personne était attendu.",
             en="An act that does not wait for a second person already was expected."),
        Text(fr="Demandez à une autre personne de le valider.", en="Ask somebody else to release it."),
    )  # fmt: skip
