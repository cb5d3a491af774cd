"""Access: all that is held of one person, for that person, to read and to take away."""

from datetime import datetime
from typing import Any

import msgspec

from contests.campaign.retention import end_of, items
from contests.codec import instant
from contests.flows.erase import Found, Staff, find, joined, note
from contests.flows.house import House
from contests.flows.retain import Courses, addresses
from contests.store import campaigns, draws, entries, handovers, journals, opt_ins, parents, personal, signals, ties
from contests.store.session import Tx
from contests.store.tables import EntryRow, OptInRow


class Held(msgspec.Struct, frozen=True):
    """What is held of one person: `data` as it is handed out, and until when each item is kept (none runs yet: None)."""

    found: Found
    data: dict[str, Any]
    ends: dict[str, datetime | None]


def held(tx: Tx, campaign: str, entrant: str) -> Held:
    """Return all that is held of a person. Raises NotFound."""
    definition = campaigns.standing(tx, campaign).definition
    found = find(tx, campaign, entrant)
    person = found.person
    awards = [award for award in draws.awards(tx, campaign) if award.entrant == entrant]
    mails = personal.mails_to(tx, campaign, addresses(person, found.rows))
    data: dict[str, Any] = {
        "campaign": definition.slug,
        "pseudonym": person.id,
        "email": person.email,
        "compared_address": person.person,
        "language": person.language,
        "referral_code": person.referral,
        "erasure_asked_at": person.erased_at and instant(person.erased_at),
        "signs_looked_at": sorted(row.kind for row in signals.of_owners(tx, [person.number])[person.number]),
        "entries": [_entry(row) for one in (found, *joined(tx, campaign, entrant)) for row in one.rows],
        "awards": [
            {"prize": award.unit, "rank": award.rank, "state": award.state,
             "claim": msgspec.json.decode(award.claim) if award.claim else {},
             "handover": _way(tx, campaign, award.unit, entrant)}
            for award in awards
        ],
        "mails": [
            {"kind": mail.kind, "to": mail.recipient, "subject": mail.subject, "body": mail.body,
             "sent_at": mail.sent_at and instant(mail.sent_at)}
            for mail in mails
        ],
    }  # fmt: skip
    data["accounts"] = ties.accounts_of(tx, campaign, person.id)
    consents = opt_ins.of_places(tx, campaign, [row.place for row in found.rows])
    data["consents"] = [_consent(row) for row in consents]
    asked = parents.of_entries(tx, [row.number for row in found.rows])
    data["parents"] = [
        {
            "state": row.state,
            "asked_at": instant(row.asked_at),
            "answered_at": row.answered_at and instant(row.answered_at),
        }
        for row in asked
    ]
    course = Courses(tx, campaign).of(person)
    ends = {item.name: end_of(item, course) for item in items(definition)}
    return Held(found, data, ends | {row.box: row.ends_at for row in consents})


def _consent(row: OptInRow) -> dict[str, Any]:
    return {
        "box": row.box,
        "address": row.address,
        "ticked_at": instant(row.ticked_at),
        "rules_version": row.version,
        "channel": row.channel,
        "address_confirmed_at": row.confirmed_at and instant(row.confirmed_at),
        "last_contact_at": row.last_contact_at and instant(row.last_contact_at),
        "kept_until": instant(row.ends_at),
    }


def hand_out(house: House, campaign: str, entrant: str, now: datetime, by: Staff) -> bytes:
    """Return a person's data as a JSON file, noted as an act of staff. Raises NotFound, Refused without a note."""
    with house.store.write() as tx:
        now = journals.lock(tx, campaign).after(now)
        told = held(tx, campaign, entrant)
        note(tx, house, told.found.person, now, "access", by)
        return to_json(told)


def to_json(told: Held) -> bytes:
    """Return what is held as a JSON file."""
    ends = {name: end and instant(end) for name, end in told.ends.items()}
    return msgspec.json.format(msgspec.json.encode(told.data | {"kept_until": ends}), indent=2)


def _way(tx: Tx, campaign: str, unit: str, entrant: str) -> dict[str, Any]:
    way = handovers.get(tx, campaign, unit, entrant)
    if way is None:
        return {}
    return {
        "answered_at": way.claimed_at and instant(way.claimed_at),
        "sent_on": way.sent_on,
        "carrier": way.carrier,
        "tracking": way.tracking,
        "received_at": way.received_at and instant(way.received_at),
        "not_handed_over": way.reason,
        "named": way.named,
        "documents": [
            {"document": row.document, "file_held": bool(row.data), "seen_at": row.seen_at and instant(row.seen_at)}
            for row in handovers.shown(tx, campaign, unit, entrant).values()
        ],
    }


def _entry(row: EntryRow) -> dict[str, Any]:
    answers = entries.read_answers(row)
    return {
        "number": row.place,
        "entry": row.id,
        "state": row.state,
        "received_at": instant(row.received_at),
        "form_sent_at": row.sent_at and instant(row.sent_at),
        "channel": row.channel,
        "tickets": row.tickets,
        "rules_version": row.version,
        "answers": answers.values,
        "answered_in": answers.language,
        "came_by_referral": answers.referral,
        "compared_postal_address": row.household,
        "signs_of_automatic_sending": row.marks,
        # With these two the person opens the commitment that the public journal holds (spec journal §5).
        "identity": msgspec.json.decode(row.identity) if row.identity else {},
        "commitment_key": row.key.hex(),
    }
