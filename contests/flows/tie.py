"""Tie: an account on a platform and an entry of the page are one person once that person posts a code of the receipt.

Nobody is matched by name, and nobody but the person can do it: the code stands on a page that only they can open. The
person says first which account will post it, so that whoever copies it ties nothing.
"""

import re
import unicodedata
from base64 import b32encode
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from contests.codec import minute
from contests.errors import Refused, Text
from contests.flows.house import House, entry_token_digest
from contests.records import EntryWithdrawn, encode
from contests.rules.one_per_day import OnePerDay
from contests.store import campaigns, entries, journals, ties
from contests.store import comments as kept
from contests.store.campaigns import Standing
from contests.store.comment_tables import CommentRow, TieRow
from contests.store.session import Tx

_CODE = re.compile(r"(?<![A-Z0-9])([A-Z2-7]{4})[-‐‑‒–—]([A-Z2-7]{4})(?![A-Z0-9])")
MOST_IN_A_COMMENT = 3
LONGEST_NAME = 320
TIED = "comment-tied"


def ask_code(house: House, campaign: str, token: str, name: str, now: datetime) -> None:
    """Give the person behind a receipt a code to post with the account of that name. Raises Refused.

    Asking again keeps the code and takes another name, until an account is tied.
    """
    handle = folded(name)
    if not 0 < len(handle) <= LONGEST_NAME:
        raise Refused("name-needed", Text(fr="Le nom de votre compte sur la plateforme était attendu.",
                                          en="The name of your account on the platform was expected."),
                      Text(fr="Donnez-le comme la plateforme le montre.", en="Give it as the platform shows it."), where="name")  # fmt: skip
    with house.store.write() as tx:
        journals.lock(tx, campaign)
        standing = campaigns.standing(tx, campaign)
        row = entries.by_token(tx, entry_token_digest(token))
        if row is None or row.campaign != campaign or row.entrant is None or row.state != "accepted":
            raise Refused("entry-unknown", Text(fr="Une participation en cours était attendue.", en="A standing entry was expected."),
                          Text(fr="Rechargez la page.", en="Reload the page."))  # fmt: skip
        if standing.stage != "open" or now >= standing.definition.closes_at or standing.definition.commented is None:
            raise Refused("too-late", Text(fr="Un jeu encore ouvert, qui se joue aussi en commentaires, était attendu.",
                                           en="A contest that is still open and takes comments was expected."),
                          Text(fr="Votre participation reste ce qu’elle est.", en="Your entry stays what it is."))  # fmt: skip
        tie = ties.of_entrant(tx, campaign, row.entrant)
        if tie is None:
            code = b32encode(house.chance(5)).decode()
            ties.add(tx, TieRow(campaign=campaign, code=code, entrant=row.entrant, handle=handle, asked_at=now))
        elif not tie.account:
            tie.handle = handle
            ties.write(tx, tie)


def folded(name: str) -> str:
    """Return the name of an account as it is compared."""
    return name.strip().lstrip("@＠").casefold().replace("\x00", "")


def shown(code: str) -> str:
    """Return a code as people read it."""
    return f"{code[:4]}-{code[4:]}"


def codes_in(text: str) -> list[str]:
    """Return what may be codes in a comment, in its order."""
    plain = unicodedata.normalize("NFKC", text).upper()
    return ["".join(found.groups()) for _, found in zip(range(MOST_IN_A_COMMENT), _CODE.finditer(plain), strict=False)]


def tie_in(tx: Tx, standing: Standing, rows: Sequence[CommentRow], may: Callable[[CommentRow], bool]) -> bool:
    """Tie the accounts whose comments carry the code that was given for them; return whether comments are to be judged anew.

    `may`: the comment came in time and is not the organiser's. What an account had entered with by itself is withdrawn, and
    its comments count as the person's.
    """
    said = [(row, codes_in(row.text)) for row in rows if row.person and row.text and row.gone_at is None]
    known = ties.by_codes(tx, standing.id, {code for _, codes in said for code in codes})
    done = False
    for row, codes in said if known else ():
        # Anybody can copy a code; the account is the one whose name its person gave.
        names = {row.handle, folded(row.name)} - {""}
        mine = (known[code] for code in codes if code in known and known[code].handle in names)
        tie = next((tie for tie in mine if not tie.account), None)
        # A handle may be somebody else's tomorrow: only an account with an id is a person's.
        by_handle = row.person.split("/", 2)[-1].startswith("@")
        if tie is None or by_handle or not may(row) or not _may_join(tx, standing.id, row.person):
            continue
        if ties.of_accounts(tx, standing.id, [row.person]):
            continue
        tie.account, tie.tied_at = row.person, row.received_at
        ties.write(tx, tie)
        _take_over(tx, standing, row, tie.entrant)
        done = True
    return done


def _may_join(tx: Tx, campaign: str, account: str) -> bool:
    """Say whether an account may become part of somebody: not to come back in after it was excluded."""
    own = entries.entrants(tx, campaign, [account]).get(account)
    return own is None or not any(one.state == "excluded" for one in entries.of_entrant(tx, own.id))


def _take_over(tx: Tx, standing: Standing, row: CommentRow, entrant: str) -> None:
    """Withdraw what an account had entered with by itself, and have its comments judged as the person's.

    Where each day counts, a day on which the person entered already counts once.
    """
    last = standing.definition.closes_at - timedelta(seconds=1)
    head = journals.lock(tx, standing.id)
    at = head.after(min(row.received_at, last))
    own = entries.entrants(tx, standing.id, [row.person]).get(row.person)
    alone = {one.id: one for one in entries.of_entrant(tx, own.id) if one.state == "accepted"} if own else {}
    if alone and own:
        records = [EntryWithdrawn(at=minute(at), campaign=standing.id, entry=one, entrant=own.id) for one in alone]
        journals.append(tx, head, [("entry.withdrawn", encode(record)) for record in records], at)
        entries.move(tx, [one.number for one in alone.values()], "withdrawn")
    zone, daily = ZoneInfo(standing.definition.timezone), standing.definition.rule(OnePerDay) is not None
    days = {
        one.received_at.astimezone(zone).date() for one in entries.of_entrant(tx, entrant) if one.state == "accepted"
    }
    again: list[int] = [row.number]
    over: list[int] = []
    for said in kept.of_person(tx, standing.id, row.person):
        if said.number != row.number and said.entry in alone:
            day = alone[said.entry].received_at.astimezone(zone).date()
            (over if daily and day in days else again).append(said.number)
            days.add(day)
    kept.write(tx, again, state="new", entry="", entrant="", reason="", evidence=b"")
    kept.write(tx, over, state="declined", entry="", entrant="", reason=TIED, evidence=b"")
