"""Tie: an account on a platform and an entry of the page are one person once that person posts a code of the receipt.

Nobody is matched by name, and nobody but the person can do it: the code stands on a page that only they can open. The
first account that posts it has it; whoever copies it later is somebody else.
"""

import re
import unicodedata
from base64 import b32encode
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from contests.codec import minute
from contests.errors import Refused, Text
from contests.flows.house import House, entry_token_digest
from contests.flows.observe import OWN_CLOCK
from contests.records import EntryWithdrawn, encode
from contests.store import campaigns, entries, journals, ties
from contests.store import comments as kept
from contests.store.campaigns import Standing
from contests.store.comment_tables import CommentRow, TieRow
from contests.store.session import Tx

_CODE = re.compile(r"(?<![A-Z0-9])([A-Z2-7]{4})[-‐‑‒–—]([A-Z2-7]{4})(?![A-Z0-9])")
MOST_IN_A_COMMENT = 3


def ask_code(house: House, campaign: str, token: str, now: datetime) -> None:
    """Give the person behind a receipt a code to post; asking again changes nothing. Raises Refused."""
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
        if ties.of_entrant(tx, campaign, row.entrant) is None:
            code = b32encode(house.chance(5)).decode()
            ties.add(tx, TieRow(campaign=campaign, code=code, entrant=row.entrant, asked_at=now))


def shown(code: str) -> str:
    """Return a code as people read it."""
    return f"{code[:4]}-{code[4:]}"


def codes_in(text: str) -> list[str]:
    """Return what may be codes in a comment, in its order."""
    plain = unicodedata.normalize("NFKC", text).upper()
    return ["".join(found.groups()) for _, found in zip(range(MOST_IN_A_COMMENT), _CODE.finditer(plain), strict=False)]


def tie_in(tx: Tx, standing: Standing, rows: Sequence[CommentRow], is_brand: Callable[[CommentRow], bool]) -> bool:
    """Tie the accounts whose comments carry a code; return whether comments are to be judged anew.

    What an account had entered with by itself is withdrawn, and its comments count as the person's from then on.
    """
    said = [(row, codes_in(row.text)) for row in rows if row.person and row.text and row.gone_at is None]
    known = ties.by_codes(tx, standing.id, {code for _, codes in said for code in codes})
    if not known:
        return False
    done = False
    first = _first(said)
    for row, codes in said:
        mine = (known[code] for code in codes if code in known and not known[code].account)
        tie = next((tie for tie in mine if first.get(tie.code) == row.person), None)
        # A handle may be somebody else's tomorrow: only an account with an id is a person's.
        by_handle = row.person.split("/", 2)[-1].startswith("@")
        if tie is None or by_handle or is_brand(row) or not _may_join(tx, standing.id, row.person):
            continue
        if ties.of_accounts(tx, standing.id, [row.person]):
            continue
        tie.account, tie.tied_at = row.person, row.received_at
        ties.write(tx, tie)
        _take_over(tx, standing, row)
        done = True
    return done


def _first(said: Sequence[tuple[CommentRow, list[str]]]) -> dict[str, str]:
    """Return which account posted each code first; none where two came at once and no clock but their own tells them apart.

    The platform's time counts where the platform sets it: whoever copies a code could otherwise say an earlier one.
    """
    times: dict[str, dict[str, datetime]] = {}
    for row, codes in said:
        at = row.said_at if row.said_at and row.person.split("/", 1)[0] in OWN_CLOCK else row.received_at
        for code in codes:
            by = times.setdefault(code, {})
            by[row.person] = min(at, by.get(row.person, at))
    found: dict[str, str] = {}
    for code, by in times.items():
        earliest = [person for person, at in by.items() if at == min(by.values())]
        if len(earliest) == 1:
            found[code] = earliest[0]
    return found


def _may_join(tx: Tx, campaign: str, account: str) -> bool:
    """Say whether an account may become part of somebody: not to come back in after it was excluded."""
    own = entries.entrants(tx, campaign, [account]).get(account)
    return own is None or not any(one.state == "excluded" for one in entries.of_entrant(tx, own.id))


def _take_over(tx: Tx, standing: Standing, row: CommentRow) -> None:
    """Withdraw what an account had entered with by itself, and have its comments judged as the person's."""
    last = standing.definition.closes_at - timedelta(seconds=1)
    head = journals.lock(tx, standing.id)
    at = head.after(min(row.received_at, last))
    own = entries.entrants(tx, standing.id, [row.person]).get(row.person)
    alone = [one for one in entries.of_entrant(tx, own.id) if one.state == "accepted"] if own else []
    if alone and own:
        records = [EntryWithdrawn(at=minute(at), campaign=standing.id, entry=one.id, entrant=own.id) for one in alone]
        journals.append(tx, head, [("entry.withdrawn", encode(record)) for record in records], at)
        entries.move(tx, [one.number for one in alone], "withdrawn")
    mine = [one.number for one in kept.of_person(tx, standing.id, row.person) if one.reason != kept.ERASED]
    kept.write(tx, mine, state="new", entry="", entrant="", reason="", evidence=b"")
