"""How long each item of personal data is kept. The rules text prints these periods; the worker deletes by them.

Pure: definition, instants and what became of a person in; the instant at which each item's purpose ends out.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from contests.campaign.definition import Campaign, Field, Purpose
from contests.entry import Answers
from contests.rules.accepts_rules import AcceptsRules
from contests.rules.case import Ask
from contests.rules.parent_agrees import FIELD as PARENT_FIELD
from contests.rules.parent_agrees import ParentAgrees
from contests.rules.rule import Rule

CLAIM_YEARS = 5  # France: code civil, art. 2224; said as it is in the rules text for other seats
NOTED, SAID = "_noted", "_comment"  # no field or question has a name that begins so
Reason = Purpose | Literal["parent"]  # a field of the form never asks for a parent: a rule does
NAMES = ("first-name", "last-name", "town")


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One item of data: an answer to a declared field or to a rule's question, or what the site noted by itself.

    `days` run from the draw. `contact_days`, for a consent to commercial messages, run from its collection or the last
    contact: it then stands in a list of its own, and `days` are those of the copy in the entry.
    """

    name: str
    purpose: Reason
    days: int
    contact_days: int = 0
    field: Field | None = None
    ask: Ask | None = None


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one person. `since`: the draw, or the voiding without one; until then no period runs.

    `offered_at`: the last prize offered to this person. `waiting`: may still be offered one. `asked`: asked for erasure.
    """

    since: datetime | None
    offered_at: datetime | None = None
    waiting: bool = False
    asked: bool = False

    @property
    def held(self) -> bool:
        """Whether data must stay to show how a prize was drawn and awarded."""
        return self.offered_at is not None or self.waiting


def answers_kept_days(campaign: Campaign) -> int:
    """Return the days that an entry and the answers to the rules' questions are kept after the draw.

    The definition gives a period to each field of its own; what rules ask goes with the e-mail address,
    without which an entry is nobody's. Without an e-mail field: the longest period declared, or 1 day.
    """
    emails = [field.retention_days for field in campaign.fields if field.kind == "email"]
    return max(emails or [field.retention_days for field in campaign.fields], default=1)


def items(campaign: Campaign) -> tuple[Item, ...]:
    """Return every item that a campaign keeps of an entrant, in the order of the rules text."""
    days = answers_kept_days(campaign)
    fields = [_field(f, days) for f in campaign.fields]
    asks = [_ask(rule, ask, days) for rule in campaign.rules for ask in rule.asks()]
    said = [Item(name=SAID, purpose="entry", days=campaign.commented.retention_days)] if campaign.commented else []
    return (*fields, *asks, Item(name=NOTED, purpose="entry", days=days), *said)


def _field(field: Field, days: int) -> Item:
    if field.purpose == "marketing":
        return Item(name=field.id, purpose="marketing", days=days, contact_days=field.retention_days, field=field)
    return Item(name=field.id, purpose=field.purpose, days=field.retention_days, field=field)


def _ask(rule: Rule, ask: Ask, days: int) -> Item:
    if isinstance(rule, ParentAgrees) and ask.name == PARENT_FIELD:
        return Item(name=ask.name, purpose="parent", days=rule.retention_days, ask=ask)
    return Item(name=ask.name, purpose="entry" if isinstance(rule, AcceptsRules) else "eligibility", days=days, ask=ask)


def claim_end(at: datetime) -> datetime:
    """Return the end of the time during which a prize of `at` can be claimed in court."""
    try:
        return at.replace(year=at.year + CLAIM_YEARS)
    except ValueError:  # the 29th of February
        return at.replace(year=at.year + CLAIM_YEARS, month=3, day=1)


def end_of(item: Item, course: Course) -> datetime | None:
    """Return when an item of a person is to be deleted; None while no period runs.

    Consent to commercial messages says nothing about a prize: it keeps its own period whatever happens.
    """
    if course.since is None:
        return None
    ordinary = course.since + timedelta(days=item.days)
    if item.purpose == "marketing" or not course.held:
        return course.since if course.asked else ordinary
    return max(ordinary, claim_end(course.offered_at or course.since))


def ended(campaign: Campaign, course: Course, now: datetime) -> frozenset[str]:
    """Return the names of the items whose time is over at `now`."""
    ends = ((item.name, end_of(item, course)) for item in items(campaign))
    return frozenset(name for name, end in ends if end is not None and end <= now)


def next_end(campaign: Campaign, courses: Collection[Course], after: datetime) -> datetime | None:
    """Return the first instant later than `after` at which an item of somebody ends."""
    ends = (end_of(item, course) for item in items(campaign) for course in courses)
    return min((end for end in ends if end is not None and end > after), default=None)


def email_item(campaign: Campaign) -> str:
    """Return the name of the e-mail address among the items; what the site noted where there is no such field."""
    return next((field.id for field in campaign.fields if field.kind == "email"), NOTED)


def identity_items(campaign: Campaign) -> frozenset[str]:
    """Return the items that the committed identity repeats: it goes with the first of them."""
    return frozenset(f.id for f in campaign.fields if f.kind in NAMES) | {email_item(campaign)}


def household_items(campaign: Campaign) -> frozenset[str]:
    """Return the items that the compared postal address repeats."""
    return frozenset(item.name for item in items(campaign) if item.name in {"street", "postcode"})


def compared_items(campaign: Campaign) -> frozenset[str]:
    """Return the items that are compared between people for signals: free texts and the postal address."""
    kinds = {"text", "street", "postcode"}
    return frozenset(field.id for field in campaign.fields if field.kind in kinds) | household_items(campaign)


def set_aside(campaign: Campaign) -> frozenset[str]:
    """Return what goes at once when somebody who may hold a prize asks for erasure.

    The committed identity, the address and the answers that the award rests on stay.
    """
    needed = {"entry", "eligibility", "delivery", "parent"}
    names = {field.id for field in campaign.fields if field.kind in NAMES}
    gone = {item.name for item in items(campaign) if item.purpose not in needed} - {email_item(campaign)}
    return frozenset(gone | names)


def without(answers: Answers, gone: Collection[str]) -> Answers:
    """Return answers without the items `gone`; without what the site noted, they have no channel, friend or language."""
    values = {name: value for name, value in answers.values.items() if name not in gone}
    if NOTED in gone:
        return Answers(values=values, channel="", language="")
    return msgspec.structs.replace(answers, values=values)
