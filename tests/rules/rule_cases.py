"""Cases for rules: what a vector leaves out is filled in with an everyday entry."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from contests.comment import Comment
from contests.entry import household, parse_email
from contests.rules import RULES
from contests.rules.case import Case, Known, Tally
from contests.rules.rule import Rule
from contests.rules.unique_code import code_key

OPENS = datetime.fromisoformat("2026-12-01T09:00:00+01:00")
CLOSES = datetime.fromisoformat("2026-12-20T23:59:00+01:00")
NOW = "2026-12-05T12:00:00+01:00"


def make_rule(kind: str, **keys: Any) -> Rule:
    """Return a rule of that kind, read as a definition's is."""
    return msgspec.convert({"kind": kind, **keys}, RULES[kind])


def make_comment(text: str = "", **keys: Any) -> Comment:
    """Return alice's comment of that text."""
    author = {"site": keys.pop("site", "instagram"), "id": "17841400000000001", "handle": "alice"}
    return msgspec.convert({"id": "c1", "author": author, "text": text, **keys}, Comment)


def make_case(vector: dict[str, Any]) -> Case:
    """Return the case of a vector; earlier addresses, households and lists of codes are counted as the store does."""
    values = vector.get("values", {})
    email = parse_email(vector.get("email", "alice@people.example"))
    tally = msgspec.convert(vector.get("tally", {}), Tally)
    if "earlier" in vector:
        same = sum(parse_email(earlier).key == email.key for earlier in vector["earlier"])
        tally = msgspec.structs.replace(tally, entries=same)
    if "earlier_addresses" in vector:
        homes = sum(household(earlier) == household(values) for earlier in vector["earlier_addresses"])
        tally = msgspec.structs.replace(tally, household=homes)
    known = msgspec.convert(vector.get("known", {}), Known)
    if "codes" in vector:
        found = vector["codes"].get(code_key(values.get("code", "")), "unknown")
        known = msgspec.structs.replace(known, code=found)
    comment = make_comment(**vector["comment"]) if "comment" in vector else None
    return Case(
        values=values,
        email=email,
        channel=vector.get("channel", "page"),
        at=datetime.fromisoformat(vector.get("at", NOW)),
        opens_at=OPENS,
        closes_at=CLOSES,
        zone=ZoneInfo(vector.get("zone", "Europe/Paris")),
        rules_version=vector.get("rules_version", 1),
        tally=tally,
        known=known,
        comment=comment,
        brand=frozenset(vector.get("brand", ["17841400000000009", "organiser"])),
        own=frozenset(vector.get("own", [])),
    )
