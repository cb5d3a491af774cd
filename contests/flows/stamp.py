"""Stamp: every authority that is set is asked for a token over rules, freeze, result and minutes; none is waited for."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from contests.errors import Unavailable
from contests.flows.house import House
from contests.store import stamps
from contests.store.tables import StampRow, TokenRow

log = logging.getLogger("contests.stamp")
Ask = Callable[[str, bytes, bytes], tuple[bytes, bytes]]
"""(address, roots in PEM, data) → (token, roots it was checked with). Raises Unavailable."""


class Authority(msgspec.Struct, frozen=True):
    """A time-stamp authority: its address, and its root certificates in PEM (empty: the token must bring one)."""

    url: str
    roots: bytes = b""


def stamp_due(house: House, authorities: Sequence[Authority], ask: Ask, now: datetime) -> int:
    """Ask for what is due; return how many tokens came. An authority that is down is noted, and asked again later."""
    if not authorities:
        return 0
    with house.store.read() as tx:
        due = stamps.due(tx, now)
    return sum(_stamp(house, authorities, ask, row, now) for row in due)


def _stamp(house: House, authorities: Sequence[Authority], ask: Ask, row: StampRow, now: datetime) -> int:
    with house.store.read() as tx:
        data = stamps.bytes_of(tx, row.campaign, row.what)
        there = {token.authority for token in stamps.tokens(tx, row.campaign) if token.what == row.what and token.token}
    got = [_ask(ask, row, authority, data) for authority in authorities if authority.url not in there]
    with house.store.write() as tx:
        for token in got:
            stamps.put_token(tx, token)
        missing = any(token.error for token in got)
        stamps.try_again(tx, row, stamps.later(row.attempts, now) if missing else None)
    return sum(not token.error for token in got)


def _ask(ask: Ask, row: StampRow, authority: Authority, data: bytes) -> TokenRow:
    try:
        token, roots = ask(authority.url, authority.roots, data)
    except Unavailable as refused:
        log.warning("stamp %s: %s", row.what, refused)
        token, roots, error = b"", b"", refused.found[:300] or refused.code
    else:
        error = ""
    return TokenRow(
        campaign=row.campaign, what=row.what, authority=authority.url[:300], token=token, roots=roots, error=error
    )
