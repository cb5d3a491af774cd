"""Write a mail into the outbox, in the transaction of the step it tells of; what rides along is made at sending."""

from datetime import datetime
from typing import Any

import msgspec

from contests.campaign.definition import Campaign
from contests.errors import Text
from contests.papers.notices import NOTICES
from contests.store import campaigns, journals
from contests.store.session import Tx
from contests.store.tables import OutboxRow


def mail(
    url: str,
    kind: str,
    campaign: str,
    definition: Campaign,
    *,
    recipient: str,
    language: str,
    now: datetime,
    once: str | None = None,
    **facts: str,
) -> dict[str, Any]:
    """Return the row of one mail, its links beginning with `url`; `once` names a step that may run twice."""
    subject, body = _written(url, kind, definition, language, **facts)
    return _row(campaign, kind, recipient, subject, body, now, once=once)


class Letter(msgspec.Struct, frozen=True):
    """A mail to many, written once: only the address, the link and the record's place are each reader's own."""

    kind: str
    campaign: str
    subject: str
    body: str

    def to(self, recipient: str, link: str, now: datetime, place: int | None = None) -> dict[str, Any]:
        """Return the row for one reader; `place` is that of the record whose receipt is to be attached."""
        body = self.body.replace(_LINK, link).replace(_PLACE, "" if place is None else str(place))
        return _row(self.campaign, self.kind, recipient, self.subject, body, now, place=place)


# Nobody types a NUL: what the organiser wrote cannot be taken for one of these.
_LINK, _PLACE = "\0link\0", "\0place\0"


def letter(url: str, kind: str, campaign: str, definition: Campaign, language: str, **facts: str) -> Letter:
    """Return a mail of that kind that is yet without its readers. Composing it costs more than all else of a mail."""
    subject, body = _written(url, kind, definition, language, link=_LINK, place=_PLACE, **facts)
    return Letter(kind, campaign, subject, body)


REHEARSAL = (
    Text(fr="Répétition", en="Rehearsal"),
    Text(
        fr="Ceci est une répétition : ce jeu ne fait rien gagner.",
        en="This is a rehearsal: nothing can be won in this contest.",
    ),
)


def _written(url: str, kind: str, definition: Campaign, language: str, **facts: str) -> tuple[str, str]:
    subject, body = NOTICES[kind].write(
        language,
        title=definition.say(definition.title, language),
        organiser=definition.organiser.name,
        contact=definition.organiser.contact,
        rules=f"{url}/c/{definition.slug}/rules",
        **facts,
    )
    if definition.draw.source == "rehearsal":
        return f"[{REHEARSAL[0](language)}] {subject}", f"{REHEARSAL[1](language)}\n\n{body}"
    return subject, body


def house_mail(kind: str, *, recipient: str, language: str, now: datetime, **facts: str) -> dict[str, Any]:
    """Return the row of a mail of the installation itself, about no campaign. Its text is forgotten once it is sent."""
    subject, body = NOTICES[kind].write(language, **facts)
    return _row("", kind, recipient, subject, body, now)


def _row(
    campaign: str, kind: str, recipient: str, subject: str, body: str, now: datetime,
    *, once: str | None = None, place: int | None = None,
) -> dict[str, Any]:  # fmt: skip
    return {
        "campaign": campaign,
        "kind": kind,
        "once": once and f"{kind}:{once}",
        "recipient": recipient,
        "subject": subject[:300],
        "body": body,
        "place": place,
        "due_at": now,
        "attempts": 0,
        "sent_at": None,
        "error": "",
    }


def receipt_name(slug: str, place: int) -> str:
    """Return the name that a receipt is saved under."""
    return f"{slug}-{place}.tlog-proof"


def attachment_name(tx: Tx, mail: OutboxRow) -> str:
    """Return the name of the file that rides along with a mail; empty for none."""
    return "" if mail.place is None else receipt_name(campaigns.row(tx, mail.campaign).slug, mail.place)


def attachment(tx: Tx, mail: OutboxRow) -> tuple[str, bytes] | None:
    """Return the name and bytes of the receipt that rides along with a mail, under the journal's latest checkpoint."""
    if mail.place is None:
        return None
    return attachment_name(tx, mail), journals.receipt(tx, mail.campaign, mail.place).text().encode()
