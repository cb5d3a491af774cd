"""Decide on marked entrants: "seen, stays in", and taking the last decision back. Excluding is `flows/moderate.py`."""

from collections.abc import Sequence
from datetime import datetime

from contests.codec import minute
from contests.errors import Refused, StageRefused, Text
from contests.flows import act
from contests.flows.house import House
from contests.flows.moderate import BEFORE_FREEZE, need_open_list
from contests.records import EntryExcluded, EntryReinstated, EntryWithdrawn, encode, parse_record
from contests.store import campaigns, decisions, entries, journals, signals
from contests.store.journals import Head
from contests.store.session import Tx
from contests.store.tables import DecisionRow


def keep(house: House, campaign: str, entrants: Sequence[str], *, staff_name: str, now: datetime) -> int:
    """Clear the open signals of some entrants, who stay in; the signals are kept. Return how many people had any."""
    with house.store.write() as tx:
        now = journals.lock(tx, campaign).after(now)
        identity = house.chance(16).hex()
        people = signals.clear(tx, campaign, entrants, identity)
        if not people:
            raise nobody_ticked()
        decisions.add(
            tx, DecisionRow(id=identity, campaign=campaign, verb="keep", staff=staff_name, at=now, people=people)
        )
        act.note(tx, house, campaign, now, staff_name, "keep", str(people))
        return people


def undo(house: House, campaign: str, decision: str, *, staff_name: str, now: datetime) -> int:
    """Take the last decision back; return how many entries stand again. An exclusion only before the freeze.

    Somebody who was reinstated or withdrew in the meantime stays as they are. Raises Refused, StageRefused.
    """
    with house.store.write() as tx:
        head = journals.lock(tx, campaign)
        now = head.after(now)
        last = decisions.last(tx, campaign)
        if last is None or last.id != decision:
            raise Refused(
                "not-the-last",
                Text(fr="La dernière décision était attendue.", en="The last decision was expected."),
                Text(
                    fr="Rechargez la page : quelqu’un a décidé depuis.", en="Reload the page: somebody decided since."
                ),
            )
        place, again = None, 0
        if last.verb == "keep":
            signals.reopen(tx, campaign, last.id)
        else:
            place, again = _reinstate(tx, head, last, now)
        decisions.undo(tx, last.id, now)
        decisions.add(
            tx,
            DecisionRow(
                id=house.chance(16).hex(), campaign=campaign, verb="undo", staff=staff_name, at=now,
                people=last.people, place=place, entries=again, undone_at=now,
            ),
        )  # fmt: skip
        act.note(tx, house, campaign, now, staff_name, "undo", f"{last.verb}: {last.staff}", place=place)
        return again


def _reinstate(tx: Tx, head: Head, last: DecisionRow, now: datetime) -> tuple[int | None, int]:
    """Take the records of an exclusion back that nothing has happened to since; return the first place and how many."""
    standing = campaigns.standing(tx, head.id)
    if standing.stage not in BEFORE_FREEZE:
        raise frozen()
    need_open_list(standing, now)
    found = [parse_record(data) for data in decisions.records_since(tx, head.id, last.place or 0)]
    own = [record for record in found[: last.entries] if isinstance(record, EntryExcluded)]
    kinds = (EntryExcluded, EntryReinstated, EntryWithdrawn)
    since = {record.entry for record in found[last.entries :] if isinstance(record, kinds)}
    wanted = {record.entry for record in own} - since
    people = list(dict.fromkeys(record.entrant for record in own))
    rows = [row for row in entries.of_entrants(tx, head.id, people, "excluded") if row.id in wanted]
    if not rows:
        return None, 0
    records = [
        EntryReinstated(at=minute(now), campaign=head.id, entry=row.id, entrant=row.entrant or "") for row in rows
    ]
    appended = journals.append(tx, head, [("entry.reinstated", encode(record)) for record in records], now)
    entries.move(tx, [row.number for row in rows], "accepted")
    return appended.start, len(rows)


def frozen() -> StageRefused:
    """Return the refusal of an exclusion's undoing once the list is frozen."""
    return StageRefused(
        "list-frozen",
        Text(
            fr="Une liste qui n’est pas encore gelée était attendue.", en="A list that is not yet frozen was expected."
        ),
        Text(
            fr="La liste publiée ne change plus, ni dans un sens ni dans l’autre : le tirage repose sur elle.",
            en="The published list changes no more, in either direction: the draw rests on it.",
        ),
    )


def nobody_ticked() -> Refused:
    """Return the refusal of a decision about nobody."""
    return Refused(
        "nobody-ticked",
        Text(fr="Au moins une personne cochée était attendue.", en="At least one ticked person was expected."),
        Text(fr="Cochez les personnes sur qui vous décidez.", en="Tick the people you decide on."),
    )
