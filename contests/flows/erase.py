"""Erase: a person's data goes at their wish, by their receipt's link or through the staff.

Before the freeze this withdraws them from the draw, which the journal counts. On a frozen list, and while a prize may
be or was offered to them, what shows how the prize was drawn and awarded stays until its time; all else goes at once.
"""

from collections import Counter
from datetime import datetime

import msgspec

from contests.campaign.definition import Campaign
from contests.campaign.retention import items, set_aside
from contests.codec import minute
from contests.errors import NotFound, Text
from contests.flows import act
from contests.flows.house import House, entry_token_digest
from contests.flows.moderate import BEFORE_FREEZE, need_open_list
from contests.flows.retain import Courses, Deleted, addresses, strip
from contests.records import EntryWithdrawn, encode
from contests.store import campaigns, entries, handovers, journals, opt_ins, personal, ties
from contests.store.journals import Head
from contests.store.session import Tx
from contests.store.tables import EntrantRow, EntryRow


class Staff(msgspec.Struct, frozen=True):
    """Who does it for a person who asked, and how they asked, in a sentence."""

    name: str
    note: str


class Found(msgspec.Struct, frozen=True):
    """One person of a campaign with their entries."""

    person: EntrantRow
    rows: list[EntryRow]


def by_token(tx: Tx, campaign: str, token: str) -> str:
    """Return the pseudonym of the person who holds a receipt's link. Raises NotFound."""
    row = entries.by_token(tx, entry_token_digest(token))
    if row is None or row.campaign != campaign or row.entrant is None:
        raise _nobody(token[:8])
    return row.entrant


def find(tx: Tx, campaign: str, entrant: str) -> Found:
    """Return a person by pseudonym. Raises NotFound."""
    person = entries.entrant(tx, entrant)
    if person is None or person.campaign != campaign:
        raise _nobody(entrant)
    return Found(person, entries.of_entrant(tx, entrant))


def joined(tx: Tx, campaign: str, entrant: str) -> list[Found]:
    """Return who the accounts of somebody were before they were tied to them; nobody takes part by these any more."""
    alone = entries.entrants(tx, campaign, ties.accounts_of(tx, campaign, entrant))
    return [find(tx, campaign, row.id) for row in alone.values()]


def stays(tx: Tx, campaign: str, found: Found) -> bool:
    """Say whether something of a person has to stay when they ask for erasure now."""
    courses = Courses(tx, campaign)
    standing = any(row.state == "accepted" for row in found.rows)
    return courses.of(found.person).held and (courses.stage != "frozen" or standing)


def erase(house: House, campaign: str, entrant: str, now: datetime, by: Staff | None = None) -> bool:
    """Erase one person; return whether all of it went at once. Raises NotFound, Refused for staff without a note."""
    with house.store.write() as tx:
        head = journals.lock(tx, campaign)
        now = head.after(now)
        standing = campaigns.standing(tx, campaign)
        found = find(tx, campaign, entrant)
        held = stays(tx, campaign, found)
        # What is written below empties the row as well.
        person, asked_at = found.person.person, found.person.erased_at or now
        if standing.stage in BEFORE_FREEZE:
            need_open_list(standing, now)
        place = _withdraw(tx, head, found, now) if standing.stage in BEFORE_FREEZE else None
        deleted: Deleted = Counter()
        if held:
            kept_mails: tuple[str, ...] = ("offer", "reminder", "confirmed", "sent", "forfeited")
            gone = set_aside(standing.definition)
        else:
            kept_mails = ()
            gone = frozenset(item.name for item in items(standing.definition))
        mails = addresses(found.person, found.rows)
        deleted["_opt_in", "marketing"] += opt_ins.drop_of(tx, campaign, [row.place for row in found.rows])
        deleted["_mail", "contact"] += personal.drop_mails_to(tx, campaign, mails, but=kept_mails)
        if person:
            deleted["_pending", "entry"] += personal.drop_pending_of(tx, campaign, person)
        for other in joined(tx, campaign, entrant):  # whom the account was before it was tied
            strip(tx, standing.definition, other.person, other.rows, gone, deleted, but_identity=held)
        strip(tx, standing.definition, found.person, found.rows, gone, deleted, but_identity=held)
        deleted["_shown", "eligibility"] += handovers.drop_files(tx, campaign, entrant)
        values: dict[str, object] = {"erased_at": asked_at}
        if not held:
            for row in found.rows:
                entries.write_entry(tx, row.number, {"token": f"erased-{row.number}"})
            if _must_stay_out(standing.stage, found):
                values["person"] = person
        personal.write_person(tx, found.person.number, values)
        personal.count(tx, campaign, "request", deleted, now)
        note(tx, house, found.person, now, "erase", by, place)
        return not held


def withdraw_consent(house: House, campaign: str, entrant: str, now: datetime, by: Staff | None = None) -> None:
    """Take a person's consent to commercial messages back; the entry stands. Raises as `erase`."""
    with house.store.write() as tx:
        now = journals.lock(tx, campaign).after(now)
        definition = campaigns.standing(tx, campaign).definition
        found = find(tx, campaign, entrant)
        deleted: Deleted = Counter()
        deleted["_opt_in", "marketing"] += opt_ins.drop_of(tx, campaign, [row.place for row in found.rows])
        strip(tx, definition, found.person, found.rows, marketing(definition), deleted)
        personal.count(tx, campaign, "request", deleted, now)
        note(tx, house, found.person, now, "consent", by)


def marketing(definition: Campaign) -> frozenset[str]:
    """Return the items that serve commercial messages."""
    return frozenset(item.name for item in items(definition) if item.purpose == "marketing")


def _withdraw(tx: Tx, head: Head, found: Found, now: datetime) -> int | None:
    """Take the entries that stand out of the draw; return the place of the first record."""
    rows = [row for row in found.rows if row.state == "accepted"]
    if not rows:
        return None
    person, campaign = found.person.id, found.person.campaign
    records = [EntryWithdrawn(at=minute(now), campaign=campaign, entry=row.id, entrant=person) for row in rows]
    appended = journals.append(tx, head, [("entry.withdrawn", encode(record)) for record in records], now)
    for row in rows:
        entries.write_entry(tx, row.number, {"state": "withdrawn"})
    return appended.start


def _must_stay_out(stage: str, found: Found) -> bool:
    """An exclusion holds as long as entries are taken: the compared address alone stays for that."""
    return stage in BEFORE_FREEZE and any(row.state == "excluded" for row in found.rows)


def note(
    tx: Tx, house: House, person: EntrantRow, now: datetime, verb: str, by: Staff | None, place: int | None = None
) -> None:
    """Note a step that staff took at a person's request. Raises Refused without the note."""
    if by is None:
        return
    expected = Text(fr="La date et la voie de la demande étaient attendues.",
                    en="When and how the person asked was expected.")  # fmt: skip
    said = act.in_words(by.note, expected)
    act.note(tx, house, person.campaign, now, by.name, verb, f"{person.id}: {said}", place=place)


def _nobody(found: str) -> NotFound:
    return NotFound(
        "entrant-unknown",
        Text(fr="Un participant était attendu.", en="An entrant was expected."),
        Text(fr="Si les données ont été effacées, il n’en reste rien ici.",
             en="If the data were erased, nothing is left here."),
        found=found[:40],
    )  # fmt: skip
