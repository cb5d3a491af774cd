"""Judge: comments that were observed become entries, or stay comments with a reason; by what they say now.

The transaction that journals an entry also says so at its comment: a kill in between changes nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from contests.campaign.definition import Campaign
from contests.codec import canonical, minute
from contests.comment import Comment
from contests.entry import Answers, Email
from contests.errors import Text
from contests.flows.apart import in_each
from contests.flows.engage import give_tickets
from contests.flows.enter import Accepted, DeclinedEntry, Result, Submission, case_of, enter_in
from contests.flows.house import House
from contests.flows.observe import OWN_CLOCK, comment_of
from contests.flows.tie import TIED, tie_in
from contests.records import EntryWithdrawn, encode
from contests.rules import SAYS as RULES_SAY
from contests.rules import decide
from contests.rules.case import Known, Tally
from contests.rules.closed_question import ClosedQuestion
from contests.rules.decision import Verdict
from contests.rules.wording import key
from contests.store import campaigns, entries, journals, ties
from contests.store import comments as kept
from contests.store.comment_tables import CommentRow, PostRow
from contests.store.session import Tx

BATCH = 2000
MOST_HEARD = 1_000_000
BRAND, GONE, EDITED, UNTAKEN = "comment-of-the-brand", "comment-gone", "comment-edited", "comment-untaken"
UNLISTED = "comment-unlisted"
SAYS: dict[str, Text] = RULES_SAY | {
    BRAND: Text(fr="C’est un commentaire de l’organisateur lui-même.", en="This is a comment of the organiser’s own."),
    GONE: Text(fr="Le commentaire a été supprimé : il ne compte plus à la clôture.",
               en="The comment was deleted: it no longer counts at the closing."),
    EDITED: Text(fr="Le commentaire a été modifié et ne remplit plus les conditions : il ne compte plus à la clôture.",
                 en="The comment was edited and no longer meets the conditions: it no longer counts at the closing."),
    TIED: Text(fr="Ce jour compte déjà : ce compte et une participation par la page sont une seule personne.",
               en="That day counts already: this account and an entry of the page are one person."),
    UNLISTED: Text(fr="Aucun relevé n’a montré ce commentaire avant la clôture : on ne sait pas de qui il est.",
                   en="No look showed this comment before the closing: nobody knows whose it is."),
    UNTAKEN: Text(fr="Les commentaires de cet endroit ne sont plus des participations.",
                  en="Comments of this place are no longer entries."),
}  # fmt: skip


def judge(house: House, campaign: str) -> int:
    """Judge one batch of comments that wait; return how many. Nothing is done once the contest is closed."""
    with house.store.write() as tx:
        return judge_in(tx, house, campaign)


def judge_in(tx: Tx, house: House, campaign: str) -> int:
    """Do so within a transaction of the caller's."""
    journals.lock(tx, campaign)
    standing = campaigns.standing(tx, campaign)
    rows = kept.unjudged(tx, campaign, BATCH) if standing.stage == "open" else []
    if not rows:
        return 0
    desk = _Desk(tx, house, standing.definition, campaign)
    if tie_in(tx, standing, rows, desk.may_tie):
        rows = kept.unjudged(tx, campaign, BATCH)
    desk.look_again([row for row in rows if row.entry])
    desk.enter([row for row in rows if not row.entry])
    return len(rows)


def judge_waiting(house: House) -> int:
    """Judge what waits anywhere, a batch in each campaign: a sweep or an import that broke off loses nobody."""
    with house.store.read() as tx:
        waiting = kept.with_unjudged(tx)
    return in_each("judging", waiting, lambda campaign: judge(house, campaign))


def settle_comments(tx: Tx, house: House, campaign: str, now: datetime) -> None:
    """At the closing: entries whose comment is gone, or no longer meets the conditions, pass on or are withdrawn.

    What a comment says in the end decides; until then one that is missed by a sweep costs nobody their place.
    """
    standing = campaigns.standing(tx, campaign)
    if standing.definition.commented is None:
        return
    while judge_in(tx, house, campaign):
        pass
    # What only a stream told of, and no look since: nobody knows whose it is.
    heard = [row.number for row in kept.unjudged(tx, campaign, MOST_HEARD, heard=True) if row.seen == kept.HEARD]
    kept.write(tx, heard, state="declined", reason=UNLISTED)
    desk = _Desk(tx, house, standing.definition, campaign)
    gone = [record for row in kept.doubtful(tx, campaign) if (record := desk.pass_on_or_withdraw(row, now))]
    # Before the withdrawals: a ticket is dated before the closing, as every entry is.
    give_tickets(tx, house, campaign, standing.definition)
    if gone:
        journals.append(tx, journals.lock(tx, campaign), [("entry.withdrawn", encode(record)) for record in gone], now)
    entries.count_declined(tx, campaign, kept.declined(tx, campaign))


class _Desk:
    """What judging the comments of one campaign needs, while its journal is locked."""

    def __init__(self, tx: Tx, house: House, definition: Campaign, campaign: str) -> None:
        self.tx, self.house, self.definition, self.campaign = tx, house, definition, campaign
        self.posts = {post.id: post for post in kept.posts(tx, campaign)}
        self.brands = {post.id: brand_of(definition, post) for post in self.posts.values()}
        question = definition.rule(ClosedQuestion)
        sealed = campaigns.sealed_answers(tx, campaign) if isinstance(question, ClosedQuestion) else {}
        self.right = (
            sealed[question.sealed][1] if isinstance(question, ClosedQuestion) and question.sealed in sealed else ()
        )

    def enter(self, rows: Sequence[CommentRow]) -> None:
        """Take comments to the door for the first time, or again after they were edited."""
        batch: list[tuple[CommentRow, Submission]] = []
        tied = ties.of_accounts(self.tx, self.campaign, {row.person for row in rows})
        for row in rows:
            if not row.person:
                self._say(row, "declined", kept.ERASED)
                continue
            post, comment = self.posts[row.post], comment_of(row)
            if not self.definition.commented or post.channel not in self.definition.commented.channels:
                self._say(row, "declined", UNTAKEN)
            elif self.is_brand(row):
                self._say(row, "declined", BRAND)
            elif row.gone_at is not None:
                self._say(row, "declined", GONE)
            else:
                batch.append((row, submission_of(self.definition, row, comment, post, tied.get(row.person, ""))))
        if batch:
            results = enter_in(self.tx, self.house, self.campaign, [submission for _, submission in batch])
            kept.conclude(
                self.tx,
                [{"number": row.number, **_outcome(result)} for (row, _), result in zip(batch, results, strict=True)],
            )

    def is_brand(self, row: CommentRow) -> bool:
        """Say whether a comment is the organiser's own."""
        name = row.person.split("/", 2)[-1]  # the platform's id, or the handle after an “@”
        return bool({name, key(row.handle)} & self.brands[row.post])

    def may_tie(self, row: CommentRow) -> bool:
        """Say whether a comment may say whose its account is: in time, and not the organiser's."""
        in_time = counted_at(self.definition, row, self.posts[row.post]) < self.definition.closes_at
        return in_time and not self.is_brand(row)

    def look_again(self, rows: Sequence[CommentRow]) -> None:
        """Note of comments that are entries whether they still would be."""
        for row in rows:
            away = row.gone_at is not None
            stays = away and self.definition.commented is not None and self.definition.commented.gone == "kept"
            counts = stays or (not away and self._counts(row))
            self._say(row, "accepted", "" if counts else GONE if away else EDITED)

    def pass_on_or_withdraw(self, row: CommentRow, now: datetime) -> EntryWithdrawn | None:
        """Let the entry stand on another comment of the same account that counts as well; else return its withdrawal."""
        others = kept.of_person(self.tx, self.campaign, row.person)
        channel = self.posts[row.post].channel
        free = (o for o in others if not o.entry and o.gone_at is None and self.posts[o.post].channel == channel)
        heir = next((other for other in free if self._counts(other)), None)
        entry, entrant = row.entry, row.entrant
        kept.write(self.tx, [row.number], state="declined", entry="", entrant="")
        if heir is not None:
            kept.write(self.tx, [heir.number], state="accepted", reason="", evidence=b"", entry=entry, entrant=entrant)
            return None
        own = entries.of_entrant(self.tx, entrant)
        mine = [known for known in own if known.id == entry and known.state == "accepted"]
        entries.move(self.tx, [known.number for known in mine], "withdrawn")
        return EntryWithdrawn(at=minute(now), campaign=self.campaign, entry=entry, entrant=entrant) if mine else None

    def _counts(self, row: CommentRow) -> bool:
        """Say whether a comment meets the conditions, whatever else its author has entered with."""
        submission = submission_of(self.definition, row, comment_of(row), self.posts[row.post])
        zone, known = ZoneInfo(self.definition.timezone), Known(sealed_answers=self.right)
        case = case_of(self.definition, submission, zone, version=0, tally=Tally(), known=known)
        verdict = decide(self.definition.comment_rules, case).verdict
        commented = self.definition.commented
        lenient = commented is not None and commented.unknown == "accepted"
        return verdict is Verdict.YES or (verdict is Verdict.UNKNOWN and lenient)

    def _say(self, row: CommentRow, state: str, reason: str) -> None:
        kept.write(self.tx, [row.number], state=state, reason=reason, evidence=b"")


def brand_of(definition: Campaign, post: PostRow) -> frozenset[str]:
    """Return who posted, and the organiser's other accounts: they take no part, and naming them is naming nobody else."""
    own = definition.commented.accounts if definition.commented else ()
    names = {post.author, *own}
    return frozenset({*names, *(key(name.lstrip("@")) for name in names)} - {""})


def submission_of(
    definition: Campaign, row: CommentRow, comment: Comment, post: PostRow, person: str = ""
) -> Submission:
    """Return a comment as it stands at the door; `person` is whose it is, where its author tied the account to an entry."""
    return Submission(
        answers=Answers(values={}, channel=post.channel, language=definition.languages[0]),
        email=Email(typed="", key=person or row.person, domain=""),
        at=counted_at(definition, row, post),
        trusted=True,
        comment=comment,
        brand=brand_of(definition, post),
    )


def counted_at(definition: Campaign, row: CommentRow, post: PostRow) -> datetime:
    """Return the instant by which a comment came in or too late.

    Our own time of receipt decides. Before the opening the platform's counts as well: nobody backdates against
    themselves. After the closing it counts where the platform sets it, or the organiser answers for a file.
    """
    # What was added after the closing was not there before it; a comment that is an entry already keeps its time.
    received = max(row.received_at, row.changed_at) if row.changed_at and not row.entry else row.received_at
    if row.said_at is None or received > row.received_at:
        return received
    by_file = post.external.startswith("file:")
    if row.said_at < definition.opens_at:
        return row.said_at
    if received >= definition.closes_at and (by_file or post.site in OWN_CLOCK):
        return row.said_at
    return received


def _outcome(result: Result) -> dict[str, object]:
    """Return what is written at a comment."""
    if isinstance(result, Accepted):
        return {"state": "accepted", "reason": "", "evidence": b"", "entry": result.entry, "entrant": result.entrant}
    assert isinstance(result, DeclinedEntry)
    first = result.objections[0]
    state = "unknown" if first.verdict is Verdict.UNKNOWN else "declined"
    return {"state": state, "reason": first.reason, "evidence": canonical(first.evidence), "entry": "", "entrant": ""}
