"""Write a mail into the outbox, in the transaction of the step it tells of."""

from datetime import datetime
from typing import Any

from contests.campaign.definition import Campaign
from contests.papers.notices import NOTICES


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
    subject, body = NOTICES[kind].write(
        language,
        title=definition.say(definition.title, language),
        organiser=definition.organiser.name,
        contact=definition.organiser.contact,
        rules=f"{url}/c/{definition.slug}/rules",
        **facts,
    )
    return {
        "campaign": campaign,
        "kind": kind,
        "once": once and f"{kind}:{once}",
        "recipient": recipient,
        "subject": subject[:300],
        "body": body,
        "due_at": now,
        "attempts": 0,
        "sent_at": None,
        "error": "",
    }
