"""What every source of comments answers: a post by its address, one page of comments, and what keeps it from answering.

A source is a module with `recognise` and `page` (and `check` where it needs a token). It holds no state: where to go on
stands in `Page.after`, so that a sweep that was killed goes on from the last page that was kept.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol

import httpx
import msgspec

from contests.comment import Account, Comment, Post, Site
from contests.errors import Refused, Text

PRICES: dict[Site, Decimal] = {"x": Decimal("0.005")}
"""Dollars for each comment that a sweep reads, where a platform asks for them (X, pay per use, August 2026)."""


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One page: comments in the platform's order, where the next begins (empty: this was the last).

    `counted` is how many the platform says there are, where it says so; `gone` are ids that it says were removed;
    `wait` the seconds to leave before the next question; `growing` that more is on its way, so that the listing is asked
    for again just then. `unread` counts the comments here that could not be read, `nameless` those whose author
    the platform keeps from this token: neither can enter. `note` is a code for why the listing is not whole:
    `cut-without-token`, `cut-by-platform`, `hidden-not-listed`, `same-page-again`, `only-seven-days`, `older-by-mentions`.
    """

    comments: tuple[Comment, ...]
    after: str = ""
    counted: int | None = None
    gone: tuple[str, ...] = ()
    wait: float = 0.0
    growing: bool = False
    unread: int = 0
    nameless: int = 0
    note: str = ""


class People(msgspec.Struct, frozen=True, kw_only=True):
    """One page of people who liked, shared, quoted or follow. A page may be short or empty: only an empty `after` ends it."""

    accounts: tuple[Account, ...]
    after: str = ""
    wait: float = 0.0
    unread: int = 0
    note: str = ""


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """What a token opens: whose it is, and the permissions that are missing, by the platform's names for them.

    `post` is the post as the token shows it, where an address alone did not tell its id; `counted` how many comments the
    platform says it has, where a sweep of them costs money.
    """

    account: str
    missing: tuple[str, ...] = ()
    post: Post | None = None
    counted: int = 0


class Source(Protocol):
    """One platform."""

    SITE: Site
    NEEDS_TOKEN: bool

    def recognise(self, address: str) -> Post | None:
        """Return the post behind an address as people paste it; None where it is none of this platform's. Pure.

        Raises SourceRefused (`address-opaque`) for an address of this platform that does not tell which post it is.
        """

    def check(self, client: httpx.Client, post: Post, token: str) -> Access:
        """Try a token on a post. Raises SourceRefused."""

    def page(self, client: httpx.Client, post: Post, token: str, after: str) -> Page:
        """Return the page of comments after a mark (empty: the first), replies included. Raises SourceRefused."""


class SourceRefused(Refused):
    """A platform did not give what was asked for; `code` says why.

    `token-refused`, `permission-missing`, `post-gone`, `slow-down`, `quota-spent`, `platform-down`, `answer-unreadable`,
    `address-opaque`.
    `wait` is the seconds until asking again makes sense; None where somebody has to do something first.
    """

    def __init__(self, code: str, expected: Text, todo: Text, *, found: str = "", wait: float | None = None) -> None:
        super().__init__(code, expected, todo, found=found)
        self.wait = wait


def recognised(sources: Sequence[Source], address: str) -> tuple[Source, Post] | None:
    """Return the source and the post behind an address; None where no source knows it."""
    for source in sources:
        if post := source.recognise(address.strip()):
            return source, post
    return None
