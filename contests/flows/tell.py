"""Tell a holder of a prize unit: the mail into the outbox, and the digest of its exact text noted by pseudonym."""

import re
from datetime import date, datetime

import msgspec

from contests.codec import digest
from contests.dates import day_of
from contests.errors import Language
from contests.flows.house import House
from contests.flows.notify import mail
from contests.papers.dates import local
from contests.store import entries, handovers, outbox
from contests.store.campaigns import Standing
from contests.store.session import Tx
from contests.store.tables import AwardRow, NotifiedRow

EDITABLE = ("offer", "reminder", "confirmed", "sent", "forfeited")
_LINK = re.compile(r"https?://\S+/claim/\w+")


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What a mail says beside the prize: why, until when, on which day, by whom it was carried, the holder's link."""

    reason: dict[Language, str] = {}
    until: datetime | None = None
    on: date | None = None
    carrier: str = ""
    link: str = ""


PLAIN = Facts()


def tell(
    tx: Tx, house: House, standing: Standing, award: AwardRow, kind: str, now: datetime, facts: Facts = PLAIN
) -> None:
    """Write one mail to the holder of a unit, once; nothing where no address is left."""
    person = entries.entrant(tx, award.entrant)
    if person is None or not person.email:
        return
    definition, language = standing.definition, person.language
    free = handovers.words(tx, standing.id).get((kind, language))
    row = mail(
        house.url, kind, standing.id, definition, recipient=person.email, language=language, now=now,
        once=once_of(award), prize=definition.say(definition.prize_of(award.unit).title, language),
        reason=definition.say(facts.reason, language), free=free.text if free else "",
        until=local(facts.until, definition, language) if facts.until else "", sent=day_of(facts.on, language) if facts.on else "",
        link=facts.link, carrier=facts.carrier,
    )  # fmt: skip
    outbox.put(tx, [row])
    handovers.told(
        tx,
        NotifiedRow(
            once=row["once"], campaign=standing.id, unit=award.unit, entrant=award.entrant, kind=kind,
            language=language, digest=text_digest(row["subject"], row["body"]), written_at=now,
        ),
    )  # fmt: skip


def once_of(award: AwardRow) -> str:
    """Return the name of a step about a unit and its holder, which may run twice."""
    return f"{award.entrant}:{award.unit}"


def text_digest(subject: str, body: str) -> str:
    """Return the SHA-256, in hex, of the exact text of a mail: subject, empty line, body."""
    return digest(f"{subject}\n\n{body}".encode())


def link_of(tx: Tx, award: AwardRow) -> str:
    """Return the holder's own link as it was mailed with the offer; empty once that mail is deleted.

    The store has only the digest of its token.
    """
    offered = handovers.mail_of(tx, f"offer:{once_of(award)}")
    found = _LINK.search(offered.body) if offered else None
    return found[0] if found else ""
