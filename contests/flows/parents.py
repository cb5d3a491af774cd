"""A parent's answer: agree, and the child's entry counts; refuse, and all of it is deleted; take it back, likewise."""

from datetime import datetime

import msgspec

from contests.campaign.minors import majority
from contests.entry import Answers
from contests.flows.ask_parent import drop_mail
from contests.flows.enter import Result, accepting, confirmed_submission, enter
from contests.flows.erase import erase
from contests.flows.house import House, entry_token, entry_token_digest, token_digest
from contests.store import campaigns, entries, journals, parents, personal
from contests.store.session import Tx
from contests.store.tables import EntryRow, ParentRow

REFUSED = "parent-refused"
KEPT_MAILS = ("received", "offer", "confirmed", "forfeited")


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A request as its page tells it. `child` is the child's address, all but its first letter and domain left out.

    `stands`: the entry that was agreed to still counts; it may have been withdrawn or excluded since. `back_at`: when the
    agreement was taken back, where something had to stay.
    """

    state: str
    under: int
    child: str
    asked_at: datetime
    answered_at: datetime | None
    place: int | None = None
    stands: bool = False
    version: int = 0
    back_at: datetime | None = None


def request_of(house: House, campaign: str, token: str) -> Request | None:
    """Return what a parent's link is about; None for a link that is not one of this campaign."""
    with house.store.read() as tx:
        row = parents.by_token(tx, token_digest(token))
        return _told(tx, campaign, row)


def request_for(house: House, campaign: str, token: str) -> Request | None:
    """Return what became of the request for a child's entry, by the child's own link."""
    with house.store.read() as tx:
        row = parents.by_child(tx, entry_token_digest(token))
        return _told(tx, campaign, row)


def _told(tx: Tx, campaign: str, row: ParentRow | None) -> Request | None:
    if row is None or row.campaign != campaign:
        return None
    entry = _entry(tx, row)
    person = entries.entrant(tx, entry.entrant) if entry and entry.entrant else None
    return Request(
        state=row.state,
        under=majority(campaigns.standing(tx, campaign).definition),
        child=masked(entry) if entry else "",
        asked_at=row.asked_at,
        answered_at=row.answered_at,
        place=entry.place if entry else None,
        stands=entry is not None and entry.state == "accepted",
        version=entry.version if entry else 0,
        back_at=person.erased_at if person else None,
    )


def _entry(tx: Tx, row: ParentRow) -> EntryRow | None:
    return entries.by_token(tx, row.child) if row.entry is None else entries.by_number(tx, row.entry)


def masked(entry: EntryRow) -> str:
    """Return the address of an entry as `a…@people.example`: enough for a parent to know it."""
    values = msgspec.json.decode(entry.answers, type=Answers).values if entry.answers else {}
    name, _, domain = values.get("email", "").rpartition("@")
    return f"{name[:1]}…@{domain}" if domain else ""


def agree(house: House, campaign: str, token: str, now: datetime, accepted: str = "") -> Result | None:
    """Agree: the waiting entry is judged again and now counts. None: nothing waits for this link's answer.

    `accepted` is the version of the rules that the parent's page showed, where they changed since the child entered.
    """
    with house.store.read() as tx:
        row = parents.by_token(tx, token_digest(token))
        entry = entries.by_token(tx, row.child) if row and row.campaign == campaign and row.state == "asked" else None
        if row is None or entry is None or entry.state != "pending":
            return None
        # The child’s link leaves the store with the answer: the receipt gets one of its own.
        fresh = entry_token(now, house.chance(20))
        submission = msgspec.structs.replace(confirmed_submission(entry, fresh, now), parent=row.token)
    return enter(house, campaign, [accepting(submission, accepted)])[0]


def refuse(house: House, campaign: str, token: str, now: datetime) -> bool:
    """Refuse: the waiting entry is deleted and counted as declined; return whether this call did it."""
    with house.store.write() as tx:
        now = journals.lock(tx, campaign).after(now)
        row = parents.by_token(tx, token_digest(token))
        if row is None or row.campaign != campaign or row.state != "asked":
            return False
        entry = entries.by_token(tx, row.child)
        if entry is None or entry.state != "pending":
            return False
        address = msgspec.json.decode(entry.answers, type=Answers).values.get("email", "")
        entries.count_declined(tx, campaign, {(REFUSED, entry.channel): 1})
        parents.drop_pending(tx, row.child)
        personal.drop_mails_to(tx, campaign, {address}, but=KEPT_MAILS)
        drop_mail(tx, row.token)
        parents.answer(tx, row.token, "refused", now)
        return True


def take_back(house: House, campaign: str, token: str, now: datetime) -> bool:
    """Take an agreement back: the child is erased, and before the freeze leaves the draw.

    False: none was given, or something has to stay for its time; the parent's page says so.
    """
    with house.store.read() as tx:
        row = parents.by_token(tx, token_digest(token))
        given = row is not None and row.campaign == campaign and row.state == "agreed"
        entry = entries.by_number(tx, row.entry) if row and given and row.entry is not None else None
        entrant = entry.entrant if entry else None
    if entrant is None:
        return False
    return erase(house, campaign, entrant, now)
