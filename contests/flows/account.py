"""One's own account: the password, and the sessions that are open."""

from datetime import datetime

import msgspec

from contests.flows import account_acts, password
from contests.flows.house import House
from contests.flows.sign_in import is_idle
from contests.store import organisers, staff


class Open(msgspec.Struct, frozen=True):
    """A session as its owner sees it. `token` is the digest that names it in a form; it opens nothing."""

    token: str
    started_at: datetime
    seen_at: datetime
    browser: str


def sessions(house: House, identity: str, now: datetime) -> list[Open]:
    """Return somebody's sessions that still open something, the latest used first."""
    with house.store.read() as tx:
        found = staff.sessions(tx, identity, now)
    return [Open(row.token, row.started_at, row.seen_at, row.browser) for row in found if not is_idle(row, now)]


def change_password(
    house: House, identity: str, old: str, new: str, *, session: str, address: str, limit: int, now: datetime
) -> None:
    """Change the password for the old one; all sessions but the one called `session` end. Raises Refused."""
    if not password.prove(house, identity, old, address=address, limit=limit, now=now):
        raise password.wrong_password("old")
    with house.store.read() as tx:
        row = staff.get(tx, identity)
        assert row is not None
        names = [place.name for place in organisers.places(tx, identity)]
    password.check_new(new, row.email, row.name, house.name, *names)
    hashed = password.hashed(new)
    with house.store.write() as tx:
        row = staff.lock(tx, identity)
        assert row is not None
        row.password = hashed
        staff.add(tx, row)
        staff.end_sessions(tx, identity, but=session)
        account_acts.note_own(tx, house, now, row, "account-password")


def end_sessions(house: House, identity: str, *, but: str = "", only: str = "", now: datetime) -> None:
    """End one's sessions: all `but` one, or `only` one."""
    with house.store.write() as tx:
        row = staff.get(tx, identity)
        count = staff.end_sessions(tx, identity, but=but, only=only)
        if row and count:
            account_acts.note_own(tx, house, now, row, "account-sessions-ended", count=str(count))
