"""Enter: a batch of answers becomes decisions, journal records and receipts, in one transaction.

The same flow serves one form post, thousands of gathered ones, a confirmation link and an import.
Nothing is answered before the transaction is committed.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec

from contests.campaign.definition import Campaign
from contests.campaign.form import identity, identity_of_comment
from contests.campaign.minors import asks_age, to_keep
from contests.codec import canonical, minute
from contests.comment import Comment
from contests.entry import Answers, Email, commitment, household, parse_email
from contests.errors import LANGUAGES, Malformed
from contests.flows.ask_parent import ask_parent, drop_mail, is_busy
from contests.flows.consents import consents_of
from contests.flows.house import House, entry_token, entry_token_digest
from contests.flows.notify import Letter, letter
from contests.journal.receipt import Receipt
from contests.papers.dates import local
from contests.records import EntryAccepted, encode
from contests.rules import decide
from contests.rules.accepts_rules import FIELD as RULES_FIELD
from contests.rules.bonus import second_channel
from contests.rules.case import Case, Known, Tally
from contests.rules.closed_question import ClosedQuestion
from contests.rules.decision import Decision, Outcome, Verdict
from contests.rules.one_per_household import OnePerHousehold
from contests.rules.opening_hours import OpeningHours
from contests.rules.parent_agrees import FIELD as PARENT_FIELD
from contests.rules.parent_agrees import ParentAgrees
from contests.rules.rule import Rule
from contests.rules.unique_code import code_key
from contests.signals import strength
from contests.store import campaigns, entries, journals, opt_ins, outbox, parents, signals
from contests.store.campaigns import Standing
from contests.store.session import Tx
from contests.store.tables import EntryRow

MOST_PENDING = 3
PRESSED_AGAIN = timedelta(minutes=2)
Proof = Literal["valid", "none", "bad"]


class Submission(msgspec.Struct, frozen=True, kw_only=True):
    """One submission at the door. `proof` is the proof of work; `used` names it.

    `pending` is the number of the entry `entry` that the confirmation link `token` belongs to, sent at `sent_at`; `vouched` names rules that
    an organiser answers for in an import; `parent` is the digest of the link by which a parent agrees. `comment` is what
    was said on a platform: `email` then has the account's key alone.
    """

    answers: Answers
    email: Email
    at: datetime
    proof: Proof = "none"
    used: str = ""
    marks: tuple[str, ...] = ()
    pending: int = 0
    entry: str = ""
    token: str = ""
    sent_at: datetime | None = None
    trusted: bool = False
    vouched: frozenset[str] = frozenset()
    parent: str = ""
    comment: Comment | None = None
    brand: frozenset[str] = frozenset()


class Accepted(msgspec.Struct, frozen=True, tag=True):
    """In the journal. `token` opens the receipt page."""

    entry: str
    entrant: str
    token: str
    receipt: Receipt
    tickets: int


class Pending(msgspec.Struct, frozen=True, tag=True):
    """Waits for the confirmation of the address, or then for the parent of a minor."""

    entry: str
    email: str
    parent: bool = False


class DeclinedEntry(msgspec.Struct, frozen=True, tag=True):
    """Declined at the door, for these reasons."""

    objections: tuple[Decision, ...]


class Gift(msgspec.Struct, frozen=True):
    """Bonus tickets for the entrant of an accepted entry, under the rules accepted then."""

    entry: EntryRow
    tickets: int
    channel: str


Result = Accepted | Pending | DeclinedEntry


class _Person:
    """An entrant's tally while a batch is being decided."""

    def __init__(self, row: entries.Tallied | None) -> None:
        self.id = row.id if row else ""
        self.number: int | None = row.number if row else None
        self.referral = row.referral if row else None
        self.email = (row.email or "") if row else ""
        self.language = row.language if row else "fr"
        self.new = row is None
        self.changed = False
        self.entries = row.entries if row else 0
        self.tickets = row.tickets if row else 0
        self.last_day = row.last_day if row else ""
        self.today = row.today if row else 0
        self.channels = set(row.channels.split(",")) - {""} if row else set()
        self.bonus = {"referral": row.bonus_referral, "second-channel": row.bonus_channel} if row else {}

    def tally(self, day: str, household_entries: int) -> Tally:
        """Return what the rules may know."""
        return Tally(
            entries=self.entries,
            today=self.today if self.last_day == day else 0,
            household=household_entries,
            tickets=self.tickets,
            channels=frozenset(self.channels),
            bonus=dict(self.bonus),
        )

    def add(self, day: str, channel: str, tickets: int, bonus: str) -> None:
        """Count one accepted entry."""
        self.changed = True
        self.tickets += tickets
        if bonus:
            self.bonus[bonus] = self.bonus.get(bonus, 0) + tickets
        if bonus in {"", "second-channel"}:
            if day >= self.last_day:  # comments of an account that was tied are of days gone by
                self.today = self.today + 1 if self.last_day == day else 1
                self.last_day = day
            self.channels.add(channel)
            self.entries += 1

    def values(self) -> dict[str, Any]:
        """Return the columns of the tally."""
        return {
            "entries": self.entries,
            "tickets": self.tickets,
            "last_day": self.last_day,
            "today": self.today,
            "channels": ",".join(sorted(self.channels)),
            "bonus_referral": self.bonus.get("referral", 0),
            "bonus_channel": self.bonus.get("second-channel", 0),
        }


def enter(house: House, campaign: str, batch: Sequence[Submission]) -> list[Result]:
    """Decide a batch and journal what is accepted; results in the order of the batch. Raises NotFound."""
    if not batch:
        return []
    with house.store.write() as tx:
        return enter_in(tx, house, campaign, batch)


def enter_in(tx: Tx, house: House, campaign: str, batch: Sequence[Submission]) -> list[Result]:
    """Do so within a transaction of the caller's."""
    desk = _Desk(tx, house, campaign, batch)
    results = [desk.take(submission) for submission in batch]
    return desk.write(results)


def give_in(tx: Tx, house: House, campaign: str, gifts: Sequence[Gift], at: datetime) -> None:
    """Journal bonus tickets as entries of their own, within a transaction of the caller's."""
    if not gifts:
        return
    batch = [
        Submission(
            answers=entries.read_answers(gift.entry),
            email=Email(typed="", key=gift.entry.person or "", domain=""),
            at=at,
        )
        for gift in gifts
    ]
    desk = _Desk(tx, house, campaign, batch)
    for submission, gift in zip(batch, gifts, strict=True):
        desk.give(submission, gift)
    desk.write([])


class _Dice:
    """Random bytes in blocks: asking the system for each small piece lets other threads in between."""

    BLOCK = 8192

    def __init__(self, house: House) -> None:
        self._house, self._block, self._at = house, b"", 0

    def __call__(self, size: int) -> bytes:
        """Return the next `size` bytes; none is given twice."""
        if self._at + size > len(self._block):
            self._block, self._at = self._house.chance(self.BLOCK), 0
        self._at += size
        return self._block[self._at - size : self._at]


class _Desk:
    """One batch of one campaign, while its journal is locked."""

    def __init__(self, tx: Tx, house: House, campaign: str, batch: Sequence[Submission]) -> None:
        self.tx, self.house, self.campaign, self.dice = tx, house, campaign, _Dice(house)
        self.head = journals.lock(tx, campaign)
        self.standing: Standing = campaigns.standing(tx, campaign)
        self.definition: Campaign = self.standing.definition
        self.referring = next((bonus for bonus in self.definition.bonuses if bonus.tag() == "referral"), None)
        self.zone = ZoneInfo(self.definition.timezone)
        self.rules: tuple[Rule, ...] = self.definition.rules
        people = {s.email.key for s in batch}
        self.people = {key: _Person(row) for key, row in entries.entrants(tx, campaign, people).items()}
        # An exclusion holds as long as entries are taken, on whatever day or channel.
        out = entries.of_entrants(tx, campaign, [person.id for person in self.people.values()], "excluded")
        self.barred = {row.entrant for row in out}
        codes = {s.answers.referral for s in batch} if self.referring else set()
        referrers = entries.by_referral(tx, campaign, codes)
        by_id = {person.id: person for person in self.people.values()}
        self.referrers = {code: by_id.get(row.id) or _Person(row) for code, row in referrers.items()}
        self.commented = self.definition.commented
        self.boxes = tuple(field for field in self.definition.fields if field.purpose == "marketing")
        self.opt_ins: dict[tuple[str, str], dict[str, Any]] = {}
        self.of_age = asks_age(self.definition)
        self.parents = self.definition.rule(ParentAgrees)
        known = {person.number for person in self.people.values() if self.parents and person.number is not None}
        self.agreed = parents.agreed(tx, known)
        self.asks_household = any(isinstance(rule, OnePerHousehold) for rule in self.rules)
        self.households = Counter(entries.households(tx, campaign, {self._household(s) for s in batch}))
        kinds = {rule.tag() for rule in self.rules}
        self.double_opt_in = "confirmed-email" in kinds
        wanted = {code_key(s.answers.values.get("code", "")) for s in batch} if "unique-code" in kinds else set()
        self.codes = entries.codes(tx, campaign, wanted)
        self.listed = entries.listed(tx, campaign, people) if "excluded-people" in kinds else set()
        question = self.definition.rule(ClosedQuestion)
        sealed = campaigns.sealed_answers(tx, campaign) if question else {}
        self.right = (
            sealed[question.sealed][1] if isinstance(question, ClosedQuestion) and question.sealed in sealed else ()
        )
        self.used = entries.take_proofs(tx, {s.used for s in batch if s.used})
        self.waiting: Counter[str] = Counter()
        self.pending = entries.still_pending(tx, {s.pending for s in batch if s.pending})
        # What is declined dates nothing: a comment that came after the closing must not push the next entry past it.
        self.latest = self.head.after(min(submission.at for submission in batch))
        self.records: list[tuple[str, bytes]] = []
        self.new_entrants: list[tuple[_Person, dict[str, Any]]] = []
        self.new_entries: list[dict[str, Any]] = []
        self.confirmed: list[tuple[int, dict[str, Any]]] = []
        self.letters: dict[tuple[str, str], Letter] = {}
        self.mails: list[dict[str, Any]] = []
        self.declined: Counter[tuple[str, str]] = Counter()
        self.receipts: list[int] = []

    def take(self, submission: Submission) -> Result:
        """Decide one submission."""
        if submission.pending and submission.pending not in self.pending:
            return self._already(submission)
        if submission.used:
            if submission.used in self.used:
                submission = msgspec.structs.replace(submission, proof="bad")
            self.used.add(submission.used)
        submission = self._to_keep(submission)
        confirmed = submission.trusted or bool(submission.pending)
        person = self.people.setdefault(submission.email.key, _Person(None))
        outcome, case = self._judge(submission, person, confirmed=confirmed)
        bonus = second_channel(self.definition.bonuses, outcome, case)
        if bonus and self._stands(person):
            return self._accept(submission, person, case, bonus.earned(case.tally), bonus.tag())
        verdict = outcome.verdict
        if verdict is Verdict.NO:
            return self._decline(submission, outcome.objections)
        if not confirmed and (verdict is Verdict.UNKNOWN or submission.proof != "valid"):
            return self._wait(submission)
        if verdict is Verdict.UNKNOWN and not (
            submission.comment and self.commented and self.commented.unknown == "accepted"
        ):
            return self._unknown(submission, outcome.objections)
        return self._accept(submission, person, case, 1, "")

    def _stands(self, person: _Person) -> bool:
        """Say whether somebody still has an entry to which tickets can be added: an exclusion is not got round by another channel."""
        states = [row.state for row in entries.of_entrant(self.tx, person.id)]
        return not states or ("accepted" in states and "excluded" not in states)

    def _unknown(self, submission: Submission, objections: tuple[Decision, ...]) -> Pending | DeclinedEntry:
        """The address is confirmed, or nobody will confirm it: all that may still come is a parent's answer."""
        if submission.pending and all(objection.rule == ParentAgrees.tag() for objection in objections):
            return self._ask_parent(submission)
        return self._decline(submission, objections)

    def _to_keep(self, submission: Submission) -> Submission:
        """Leave out of the answers what the age of the person says must not be kept."""
        if not self.of_age:
            return submission
        today = submission.at.astimezone(self.zone).date()
        answers = to_keep(self.definition, submission.answers, today)
        return msgspec.structs.replace(submission, answers=answers)

    def _parent_of(self, submission: Submission, person: _Person) -> Literal["unasked", "agreed", "busy"]:
        """Return what is known of a minor's parent; an agreement holds for all entries of the same person."""
        typed = submission.answers.values.get(PARENT_FIELD, "") if self.parents else ""
        if submission.parent or (person.number is not None and person.number in self.agreed):
            return "agreed"
        if typed and submission.pending:
            child = entry_token_digest(submission.token)
            try:
                return "busy" if is_busy(self.tx, self.campaign, child, typed) else "unasked"
            except Malformed:
                return "unasked"
        return "unasked"

    def _ask_parent(self, submission: Submission) -> Pending:
        """Ask the parent of a minor whose own address is confirmed; the entry goes on waiting."""
        ask_parent(
            self.tx, self.house, self.campaign, self.definition, child=entry_token_digest(submission.token),
            typed=submission.answers.values[PARENT_FIELD], language=submission.answers.language, now=submission.at,
        )  # fmt: skip
        return Pending(submission.entry, submission.email.typed, parent=True)

    def _judge(self, submission: Submission, person: _Person, *, confirmed: bool) -> tuple[Outcome, Case]:
        values = submission.answers.values
        day = submission.at.astimezone(self.zone).date().isoformat()
        needs_link = not confirmed and (submission.proof != "valid" or self.double_opt_in)
        code = self.codes.get(code_key(values["code"]), "") if self.codes and "code" in values else ""
        case = case_of(
            self.definition,
            submission,
            self.zone,
            version=self.standing.version,
            # Before the address is confirmed nobody learns whether it has entered already, or is on a list.
            tally=Tally() if needs_link else person.tally(day, self.households[self._household(submission)]),
            known=Known(
                email_confirmed=confirmed,
                on_list=not needs_link and submission.email.key in self.listed,
                code="free" if code is None else "used" if code else "unknown",
                sealed_answers=self.right,
                parent=self._parent_of(submission, person),
            ),
        )
        rules = self.rules if submission.comment is None else self.definition.comment_rules
        if submission.vouched:
            rules = tuple(rule for rule in rules if rule.tag() not in submission.vouched)
        outcome = decide(rules, case)
        if self.standing.stage != "open":
            outcome = Outcome((shut(self.definition, self.standing.stage),))
        if person.id in self.barred and not needs_link:
            outcome = Outcome((*outcome.decisions, Decision("one-per-person", Verdict.NO, "already-entered")))
        return outcome, case

    def _household(self, submission: Submission) -> str:
        """Return the household; nothing where no rule asks for it."""
        return household(submission.answers.values) if self.asks_household else ""

    def _accept(self, submission: Submission, person: _Person, case: Case, tickets: int, bonus: str) -> Accepted:
        first = person.new
        if first:
            self._greet(submission, person)
        entry, token, row = self._journal(submission, person, tickets, "bonus-channel" if bonus else "")
        if submission.pending:
            self.confirmed.append((submission.pending, row))
            if submission.parent:
                parents.answer(self.tx, submission.parent, "agreed", submission.at, submission.pending)
                drop_mail(self.tx, submission.parent)
        else:
            self.new_entries.append(row)
        self.opt_ins |= consents_of(self.boxes, submission.answers, submission.email, row)
        person.add(case.at.astimezone(self.zone).date().isoformat(), case.channel, tickets, bonus)
        if key := row["household"]:
            self.households[key] += 1
        if self.codes and (code := code_key(submission.answers.values.get("code", ""))) in self.codes:
            self.codes[code] = entry
            entries.use_code(self.tx, self.campaign, code, entry)
        place = self.head.frontier.size + len(self.records) - 1
        self.receipts.append(len(self.records) - 1)
        if not submission.trusted:
            self._mail("received", submission, token, place)
        if first:
            self._thank_referrer(submission, person)
        return Accepted(entry, person.id, token, Receipt(b"", place, (), b""), tickets)

    def _greet(self, submission: Submission, person: _Person) -> None:
        person.new = False
        person.id = self.dice(16).hex()
        person.referral = self.dice(8).hex() if self.referring else None
        person.email, person.language = submission.email.typed, submission.answers.language
        row = {
            "id": person.id,
            "campaign": self.campaign,
            "person": submission.email.key,
            "email": person.email,
            "language": person.language,
            "referral": person.referral,
        }
        self.new_entrants.append((person, row))

    def _journal(
        self,
        submission: Submission,
        person: _Person,
        tickets: int,
        channel: str,
        version: int = 0,
        who: dict[str, str] | None = None,
    ) -> tuple[str, str, dict[str, Any]]:
        """Make the record of one accepted entry, and its row.

        `version` of the rules, where not the one in force; `who` is committed to, where it does not stand in the answers.
        """
        version = version or self.standing.version
        entry = submission.entry or self.dice(16).hex()
        token = submission.token or entry_token(submission.at, self.dice(20))
        key = self.dice(32)
        if who is None and submission.comment is not None:
            who = identity_of_comment(submission.comment)
        elif who is None:
            who = identity(self.definition, submission.answers, submission.email)
        self.latest = max(self.latest, submission.at)
        record = EntryAccepted(
            at=minute(self.latest),
            campaign=self.campaign,
            entry=entry,
            entrant=person.id,
            tickets=tickets,
            channel=channel or submission.answers.channel,
            commitment=commitment(key, who),
            rules=version,
        )
        place = self.head.frontier.size + len(self.records)
        self.records.append(("entry.accepted", encode(record)))
        row = {
            "id": entry,
            "campaign": self.campaign,
            "entrant": person.id,
            "owner": person.number,
            "state": "accepted",
            "channel": record.channel,
            "tickets": tickets,
            "version": version,
            "place": place,
            "received_at": submission.at,
            "sent_at": submission.sent_at,
            "person": submission.email.key,
            "household": self._household(submission) or None,
            "answers": msgspec.json.encode(submission.answers),
            "identity": canonical(who),
            "key": key,
            "marks": ",".join(submission.marks),
            "token": entry_token_digest(token),
        }
        return entry, token, row

    def _thank_referrer(self, submission: Submission, person: _Person) -> None:
        """Give the bonus for a friend's first entry, as an entry of the person whose link it was."""
        referrer = self.referrers.get(submission.answers.referral)
        if self.referring is None or referrer is None or referrer.id == person.id:
            return
        tickets = self.referring.earned(referrer.tally("", 0))
        if not tickets:
            return
        row = entries.of_entrant(self.tx, referrer.id)
        if not row or not row[0].answers or any(entry.state == "excluded" for entry in row):
            return
        thanks = Submission(
            answers=msgspec.json.decode(row[0].answers, type=Answers),
            email=Email(typed=referrer.email, key=row[0].person or "", domain=""),
            at=submission.at,
        )
        # Whose link it was accepted the rules when they entered, not now.
        _, _, values = self._journal(thanks, referrer, tickets, "bonus-referral", row[0].version)
        values["household"] = None
        self.new_entries.append(values)
        referrer.add("", "", tickets, "referral")
        self.people.setdefault(row[0].person or referrer.id, referrer)

    def give(self, submission: Submission, gift: Gift) -> None:
        """Journal bonus tickets for somebody whose entry counts, with the same committed identity."""
        person = self.people[submission.email.key]
        who = msgspec.json.decode(gift.entry.identity)
        _, _, values = self._journal(submission, person, gift.tickets, gift.channel, gift.entry.version, who)
        values["household"] = None
        self.new_entries.append(values)
        person.add("", "", gift.tickets, gift.channel)

    def _already(self, submission: Submission) -> Result:
        """The link was opened before, perhaps at this very moment in another process."""
        row = entries.by_number(self.tx, submission.pending)
        found = _again(self.tx, row, submission.token) if row else None
        return found or DeclinedEntry((shut(self.definition, self.standing.stage),))

    def _wait(self, submission: Submission) -> Pending:
        """Keep the submission until its link is opened; a fourth link for one address is not sent."""
        entry = self.dice(16).hex()
        if submission.proof == "bad" and self._pressed_again(submission):
            return Pending(entry, submission.email.typed)
        token = entry_token(submission.at, self.dice(20))
        marks = submission.marks if submission.proof == "valid" else (*submission.marks, f"{submission.proof}-proof")
        person = submission.email.key
        if person not in self.waiting:
            self.waiting[person] = entries.pending_of(self.tx, self.campaign, [person]).get(person, 0)
        self.waiting[person] += 1
        if self.waiting[submission.email.key] > MOST_PENDING:
            return Pending(entry, submission.email.typed)
        self.new_entries.append(
            {
                "id": entry,
                "campaign": self.campaign,
                "entrant": None,
                "owner": None,
                "state": "pending",
                "channel": submission.answers.channel,
                "tickets": 0,
                "version": self.standing.version,
                "place": None,
                "received_at": submission.at,
                "sent_at": None,
                "person": submission.email.key,
                "household": None,
                "answers": msgspec.json.encode(submission.answers),
                "identity": b"",
                "key": b"",
                "marks": ",".join(marks),
                "token": entry_token_digest(token),
            }
        )
        self._mail("confirm", submission, token)
        return Pending(entry, submission.email.typed)

    def _pressed_again(self, submission: Submission) -> bool:
        """Say whether just this waits already: a button pressed twice sends the same proof of work with the same answers."""
        answers, person = msgspec.json.encode(submission.answers), submission.email.key
        return any(
            row["state"] == "pending" and row["person"] == person and row["answers"] == answers
            for row in self.new_entries
        ) or entries.waits(self.tx, self.campaign, person, answers, submission.at - PRESSED_AGAIN)

    def _mail(self, kind: str, submission: Submission, token: str, place: int | None = None) -> None:
        language = submission.answers.language
        written = self.letters.get((kind, language)) or self._letter(kind, language)
        room = "confirm" if kind == "confirm" else "receipt"
        link = f"{self.house.url}/c/{self.definition.slug}/{room}/{token}"
        self.mails.append(written.to(submission.email.typed, link, submission.at, place))

    def _letter(self, kind: str, language: str) -> Letter:
        found = letter(
            self.house.url, kind, self.campaign, self.definition, language,
            closes=local(self.definition.closes_at, self.definition, language),
            draws=local(self.standing.draws_at, self.definition, language),
        )  # fmt: skip
        return self.letters.setdefault((kind, language), found)

    def _decline(self, submission: Submission, objections: tuple[Decision, ...]) -> DeclinedEntry:
        if submission.comment is None:  # a comment may be judged again: it is counted once, at the closing
            self.declined[objections[0].reason, submission.answers.channel] += 1
        return DeclinedEntry(objections)

    def write(self, results: list[Result]) -> list[Result]:
        """Write everything; give the accepted their receipts under the new checkpoint."""
        fresh = [row | person.values() for person, row in self.new_entrants]
        numbers = entries.insert_entrants(self.tx, fresh)
        for row in (*self.new_entries, *(row for _, row in self.confirmed)):
            row["owner"] = row["owner"] or numbers.get(row["entrant"])
        self._point()
        entries.insert_entries(self.tx, self.new_entries)
        for pending, row in self.confirmed:
            entries.write_entry(self.tx, pending, row)
        for person in self.people.values():
            if person.changed and person.id not in numbers:
                entries.write_tally(self.tx, person.id, person.values())
        opt_ins.insert(self.tx, list(self.opt_ins.values()))
        entries.count_declined(self.tx, self.campaign, dict(self.declined))
        outbox.add(self.tx, self.mails)
        if not self.records:
            return results
        appended = journals.append(self.tx, self.head, self.records, self.latest)
        receipts = iter(appended.receipts(self.receipts))
        return [
            msgspec.structs.replace(result, receipt=next(receipts))
            if isinstance(result, Accepted) and not result.receipt.checkpoint
            else result
            for result in results
        ]

    def _point(self) -> None:
        """Put the marks of what was accepted before the moderators at once."""
        marked = [
            (mark, row["owner"], "", strength(mark))
            for row in (*self.new_entries, *(row for _, row in self.confirmed))
            if row["marks"] and row["owner"] is not None
            for mark in row["marks"].split(",")
        ]
        signals.put(self.tx, self.campaign, marked)


def case_of(
    definition: Campaign, submission: Submission, zone: ZoneInfo, *, version: int, tally: Tally, known: Known
) -> Case:  # fmt: skip
    """Return what the rules are asked about: a submission under a definition, with what is known of its author."""
    return Case(
        values=submission.answers.values, email=submission.email, channel=submission.answers.channel, at=submission.at,
        opens_at=definition.opens_at, closes_at=definition.closes_at, zone=zone, rules_version=version, tally=tally,
        known=known, comment=submission.comment, brand=submission.brand,
    )  # fmt: skip


def shut(definition: Campaign, stage: str) -> Decision:
    """Return what stands against every entry while the door is shut; `soon` is the stage before the opening."""
    reason = {"soon": "not-yet-open", "void": "voided"}.get(stage, "closed")
    at = definition.opens_at if stage == "soon" else definition.closes_at
    dates: dict[str, str | int] = {f"date_{language}": local(at, definition, language) for language in LANGUAGES}
    return Decision(OpeningHours.tag(), Verdict.NO, reason, evidence=dates)


def confirm(house: House, campaign: str, token: str, now: datetime, accepted: str = "") -> Result | None:
    """Confirm an address: the pending entry is judged again, and now counts. None: no such link.

    Opening the link twice gives the same receipt. `accepted` is the version of the rules that was accepted once more.
    """
    with house.store.read() as tx:
        row = entries.by_token(tx, entry_token_digest(token))
        if row is None or row.campaign != campaign:
            return None
        if row.state != "pending":
            return _again(tx, row, token)
        submission = confirmed_submission(row, token, now)
    return enter(house, campaign, [accepting(submission, accepted)])[0]


def accepting(submission: Submission, accepted: str) -> Submission:
    """Return a submission that accepts that version of the rules; as it is where nothing was accepted once more."""
    if not accepted:
        return submission
    answers = submission.answers
    values = {**answers.values, RULES_FIELD: accepted}
    return msgspec.structs.replace(submission, answers=msgspec.structs.replace(answers, values=values))


def confirmed_submission(row: EntryRow, token: str, now: datetime) -> Submission:
    """Return the submission that a confirmation link stands for."""
    answers = msgspec.json.decode(row.answers, type=Answers)
    return Submission(
        answers=answers,
        email=parse_email(answers.values["email"]),
        at=now,
        pending=row.number,
        entry=row.id,
        token=token,
        sent_at=row.received_at,
        marks=tuple(mark for mark in row.marks.split(",") if mark),
    )


def _again(tx: Tx, row: EntryRow, token: str) -> Result | None:
    if row.place is None or row.entrant is None:
        return None
    return Accepted(row.id, row.entrant, token, journals.receipt(tx, row.campaign, row.place), row.tickets)
