"""Write to a winner who entered by a comment: no address is known, so a person sends the offer where they commented.

The link in it is made for that one message: the one before leads nowhere from then on.
"""

from datetime import datetime

import msgspec

from contests.errors import Refused, Text
from contests.flows import act
from contests.flows.house import House, token_digest, wrong_stage
from contests.flows.notify import mail
from contests.flows.tell import text_digest
from contests.papers.dates import local
from contests.store import campaigns, draws, entries, journals
from contests.store import comments as kept
from contests.store.comment_tables import CommentRow, PostRow
from contests.store.session import Tx
from contests.store.tables import AwardRow

OPEN = frozenset({"offered", "claimed", "confirmed"})


class Reached(msgspec.Struct, frozen=True):
    """Where somebody can be written to: the comment that is their entry, and its post."""

    comment: CommentRow
    post: PostRow


def reached(tx: Tx, campaign: str, entrant: str) -> Reached | None:
    """Return where an entrant can be written to; None for who gave an e-mail address, or whose comment is deleted."""
    person = entries.entrant(tx, entrant)
    if person is None or person.email or not person.person:
        return None
    own = [row for row in kept.of_person(tx, campaign, person.person) if row.entrant == entrant]
    post = kept.post(tx, own[0].post) if own else None
    return Reached(own[0], post) if own and post else None


def write_to(house: House, campaign: str, unit: str, *, staff_name: str, now: datetime) -> str:
    """Return the message to send to the holder of a unit, with a new link; shown once. Raises Refused, StageRefused."""
    with house.store.write() as tx:
        journals.lock(tx, campaign)
        definition = campaigns.standing(tx, campaign).definition
        award = _award(tx, campaign, unit)
        if reached(tx, campaign, award.entrant) is None:
            raise Refused(
                "message-needless",
                Text(fr="Une personne venue par un commentaire était attendue.",
                     en="Somebody who came by a comment was expected."),
                Text(fr="Celle-ci reçoit nos messages par e-mail.", en="This one gets our messages by e-mail."),
            )  # fmt: skip
        token = house.chance(20).hex()
        award.token = token_digest(token)
        language = definition.languages[0]
        row = mail(
            house.url, "offer", campaign, definition, recipient="", language=language, now=now,
            link=f"{house.url}/c/{definition.slug}/claim/{token}", free="",
            until=local(award.until, definition, language) if award.until else "",
            prize=definition.say(definition.prize_of(unit).title, language),
        )  # fmt: skip
        digest = text_digest(row["subject"], row["body"])
        act.note(tx, house, campaign, now, staff_name, "message", f"{unit}: SHA-256 {digest}")
        tx.flush()
        return str(row["body"])


def _award(tx: Tx, campaign: str, unit: str) -> AwardRow:
    award = draws.award(tx, campaign, unit)
    if award is None or award.state not in OPEN:
        raise wrong_stage(award.state if award else "", "offered")
    return award
