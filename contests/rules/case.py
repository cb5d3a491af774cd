"""What a rule may look at: one person's answers or comment, the clock's value, and what was counted so far."""

from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from contests.comment import Comment
from contests.entry import Email
from contests.errors import Text


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """What was counted of an entrant so far, withdrawn and excluded entries included."""

    entries: int = 0
    today: int = 0
    household: int = 0
    tickets: int = 0
    channels: frozenset[str] = frozenset()
    bonus: dict[str, int] = {}


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """Facts that only the store knows."""

    email_confirmed: bool = False
    on_list: bool = False
    code: Literal["unasked", "unknown", "free", "used"] = "unasked"
    sealed_answers: tuple[str, ...] = ()
    parent: Literal["unasked", "agreed", "busy", "refused", "silent"] = "unasked"


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One entry before the rules. Times are aware; `zone` says where a day begins.

    `comment` is None for an entry of the page. `brand` are the account ids of the brand and its handles under
    `wording.key`, `own` those of the same entrant's other accounts: neither is ever a friend whom a comment names.
    """

    values: dict[str, str]
    email: Email
    channel: str
    at: datetime
    opens_at: datetime
    closes_at: datetime
    zone: ZoneInfo
    rules_version: int
    tally: Tally = Tally()
    known: Known = Known()
    comment: Comment | None = None
    brand: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()

    def told(self) -> Comment:
        """Return the comment. Only for rules that judge one; whoever asks another entry of them made a mistake."""
        assert self.comment is not None, "a rule of comments was asked about an entry of the page"
        return self.comment


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """One question that a rule puts on the form; `later`: only once an answer calls for it."""

    name: str
    kind: Literal["checkbox", "date", "country", "choice", "text", "email"]
    label: Text
    hint: Text = Text("", "")
    options: tuple[tuple[str, Text], ...] = ()
    autocomplete: str = "off"
    later: bool = False
