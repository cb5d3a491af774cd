"""The consents that came with an accepted entry, as they are kept apart from it (legal DP5, DP9)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from contests.campaign.definition import Field
from contests.entry import Answers, Email


def consents_of(
    boxes: tuple[Field, ...], answers: Answers, email: Email, entry: Mapping[str, Any]
) -> dict[tuple[str, str], dict[str, Any]]:
    """Return a row for each marketing box that was ticked, by person and box; `entry` is the row of the entry.

    The clock begins when the form was sent, be the address confirmed then or later.
    """
    sent_at, received_at = entry["sent_at"], entry["received_at"]
    ticked_at = sent_at or received_at
    return {
        (email.key, box.id): {
            "campaign": entry["campaign"],
            "box": box.id,
            "person": email.key,
            "address": email.typed,
            "language": answers.language,
            "version": entry["version"],
            "channel": entry["channel"],
            "ticked_at": ticked_at,
            "confirmed_at": received_at if sent_at else None,
            "place": entry["place"],
            "last_contact_at": None,
            "ends_at": ticked_at + timedelta(days=box.retention_days),
        }
        for box in boxes
        if answers.values.get(box.id)
    }
