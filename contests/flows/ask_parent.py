"""Ask a parent: one mail with a link, in the transaction in which the child's address was confirmed (legal FR10)."""

from datetime import datetime

from contests.campaign.definition import Campaign
from contests.campaign.minors import majority
from contests.entry import parse_email
from contests.flows.house import House, token_digest
from contests.flows.notify import mail
from contests.papers.dates import local
from contests.store import outbox, parents
from contests.store.session import Tx
from contests.store.tables import ParentRow

MOST_ASKED = 5
"""Requests that may wait for one address: a family enters, and nobody’s mailbox is flooded in their name."""


def is_busy(tx: Tx, campaign: str, child: str, typed: str) -> bool:
    """Say whether too many requests wait for the address typed, that of `child` (the digest of its link) aside."""
    waits = parents.waiting_for(tx, campaign, parse_email(typed).key)
    return waits >= MOST_ASKED and parents.by_child(tx, child) is None


def ask_parent(
    tx: Tx, house: House, campaign: str, definition: Campaign, *, child: str, typed: str, language: str, now: datetime
) -> None:
    """Ask once; opening the child's link again asks nobody."""
    if parents.by_child(tx, child) is not None:
        return
    token = house.chance(20).hex()
    row = ParentRow(
        token=token_digest(token),
        campaign=campaign,
        child=child,
        person=parse_email(typed).key,
        state="asked",
        asked_at=now,
    )
    parents.add(tx, row)
    written = mail(
        house.url,
        "parent",
        campaign,
        definition,
        recipient=typed,
        language=language,
        now=now,
        once=row.token,
        link=f"{house.url}/c/{definition.slug}/parent/{token}?lang={language}",
        closes=local(definition.closes_at, definition, language),
        under=str(majority(definition)),
    )
    outbox.add(tx, [written])


def drop_mail(tx: Tx, token: str) -> None:
    """Delete the mail that asked, by the digest of its link: it held the parent's address."""
    outbox.drop(tx, f"parent:{token}")
