"""Write a mail into the outbox, in the transaction of the step it tells of."""

from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from contests.campaign.definition import Campaign
from contests.flows.house import House
from contests.papers.notices import NOTICES


@lru_cache(maxsize=4096)
def _local(at: datetime, timezone: str, language: str) -> str:
    pattern = "EEEE d MMMM y 'à' HH:mm" if language == "fr" else "EEEE d MMMM y 'at' HH:mm"
    locale = "fr" if language == "fr" else "en_GB"
    return f"{format_datetime(at.astimezone(ZoneInfo(timezone)), pattern, locale=locale)} ({timezone})"


def local(at: datetime, definition: Campaign, language: str) -> str:
    """Return an instant as people of the campaign read it, with its time zone."""
    return _local(at, definition.timezone, language)


def mail(
    house: House,
    kind: str,
    once: str,
    campaign: str,
    definition: Campaign,
    *,
    recipient: str,
    language: str,
    now: datetime,
    **facts: str,
) -> dict[str, Any]:
    """Return the row of one mail; `once` names the step, so that no step writes twice."""
    subject, body = NOTICES[kind].write(
        language,
        title=definition.say(definition.title, language),
        organiser=definition.organiser.name,
        contact=definition.organiser.contact,
        rules=f"{house.url}/c/{definition.slug}/rules",
        **facts,
    )
    return {
        "id": house.chance(16).hex(),
        "campaign": campaign,
        "kind": kind,
        "once": f"{kind}:{once}",
        "recipient": recipient,
        "subject": subject[:300],
        "body": body,
        "due_at": now,
        "attempts": 0,
        "sent_at": None,
        "error": "",
    }
