"""Rehearse: a draft's whole life in a store of its own, which is thrown away; the flows are the real ones.

Made-up people enter, withdraw, are declined; then the door closes, the list is frozen, the draw is made as a
rehearsal, prizes are offered and confirmed, minutes issued, and the bundle verified. Time moves by values.
"""

import io
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

import msgspec

from contests.audit.bundle import Bundle
from contests.audit.verdict import Verdict
from contests.audit.verify import verify
from contests.campaign.claim import documents_of
from contests.campaign.definition import Campaign, Draw
from contests.campaign.form import Question, questions, read_form
from contests.draw.seed import Rehearsal
from contests.errors import Language, Text
from contests.flows import authorise, export, freeze, minutes, moderate, parents, publish, settle, show
from contests.flows import draw as drawing
from contests.flows import enter as entering
from contests.flows.acknowledge import acknowledge_all
from contests.flows.enter import Accepted, DeclinedEntry, Pending, Submission
from contests.flows.house import House
from contests.papers.minutes_facts import Stated
from contests.rules.closed_question import ClosedQuestion
from contests.rules.excluded_people import ExcludedPeople
from contests.rules.minimum_age import MinimumAge
from contests.rules.parent_agrees import ParentAgrees
from contests.rules.unique_code import UniqueCode, code_key
from contests.store import campaigns, draws, entries, views
from contests.store import minutes as minutes_rows
from contests.store.migrate import upgrade
from contests.store.session import Store
from contests.store.tables import AwardRow

PEOPLE = 200
MOST_CONFIRMED = 30  # prize units that are confirmed one by one; the others stay on offer
WAVES = 8
_FIRST = ("Alice", "Bob", "Chloé", "David", "Emma", "Farid", "Gaëlle", "Hugo", "Inès", "Jules")
_LAST = ("Martin", "Bernard", "Petit", "Robert", "Moreau", "Garcia", "Roux", "Fournier", "Girard", "Mercier")
_TOWNS = ("Lyon", "Lille", "Nantes", "Brest", "Dijon")
_STAFF = Text(fr="Répétition", en="Rehearsal")
_NOTE = Text(fr="Décision de la répétition.", en="A decision of the rehearsal.")
_LINK = re.compile(r"/(confirm|claim|parent)/(\w+)")


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What was counted. `declined` is by reason; `refused` forms never reached a rule; `bonuses` are entries of friends brought."""

    sent: int
    accepted: int
    bonuses: int
    confirmed_addresses: int
    unconfirmed: int
    refused: int
    declined: dict[str, int]
    withdrawn: int
    excluded: int
    entrants: int
    tickets: int
    offers: int
    confirmed: int
    forfeited: int
    promoted: int
    stage: str


class Rehearsed(msgspec.Struct, frozen=True):
    """What came of it: the definition as rehearsed, the figures, the verdict, the bundle, the minutes as PDF."""

    definition: Campaign
    figures: Figures
    verdict: Verdict
    bundle: bytes
    minutes: dict[Language, bytes]


def rehearse(definition: Campaign, name: str, url: str) -> Rehearsed:
    """Take a draft's definition through its whole life. Raises Refused when the linter blocks its publication.

    The same definition gives the same bytes: chance is drawn from it, and worth nothing.
    """
    draw = Draw(id=definition.draw.id, source="rehearsal", notice_minutes=definition.draw.notice_minutes)
    rehearsed = msgspec.structs.replace(definition, draw=draw)
    with tempfile.TemporaryDirectory(prefix="contests-rehearsal-") as folder:
        store = Store(f"sqlite:///{folder}/rehearsal.db")
        try:
            upgrade(store)
            house = House(store, f"rehearsal.{name}", url, _Chance(rehearsed.digest()))
            return _Play(house, rehearsed).all()
        finally:
            store.close()


class _Chance:
    """Bytes that follow from a seed: a rehearsal gives the same each time."""

    def __init__(self, seed: str) -> None:
        self._seed, self._count = seed, 0

    def __call__(self, size: int) -> bytes:
        """Return the next `size` bytes."""
        self._count += 1
        blocks = (sha256(f"{self._seed}:{self._count}:{n}".encode()).digest() for n in range(size // 32 + 1))
        return b"".join(blocks)[:size]


class _Play:
    """One rehearsal under way."""

    def __init__(self, house: House, definition: Campaign) -> None:
        self.house, self.declared = house, definition
        before = definition.opens_at - timedelta(days=1)
        self.id = publish.draft(house, definition.bytes().decode(), "json", before)
        if definition.rule(UniqueCode):
            with house.store.write() as tx:
                campaigns.put_codes(tx, self.id, [code_key(_code(n)) for n in range(PEOPLE)])
        acknowledge_all(house, self.id, reason="A rehearsal.", staff_name="Rehearsal", now=before)
        self.definition = publish.publish(house, self.id, before)
        self.asked = questions(self.definition)
        self.language: Language = definition.languages[0]
        self.accepted: list[Accepted] = []
        self.again: list[dict[str, str]] = []
        self.counts: Counter[str] = Counter()
        self.declined: Counter[str] = Counter()

    def all(self) -> Rehearsed:
        """Play every act, in order."""
        self._enter()
        self._sort_out()
        self._draw()
        self._settle()
        return self._tell()

    def _enter(self) -> None:
        opens, closes = self.definition.opens_at, self.definition.closes_at
        for wave in range(WAVES):
            at = opens + timedelta(seconds=int((closes - opens).total_seconds() * (wave + 1) / (WAVES + 2)))
            people = range(PEOPLE * wave // WAVES, PEOPLE * (wave + 1) // WAVES)
            again, self.again = self.again, []
            batch = [sent for n in people for sent in self._submissions(n, at)]
            self._send([*batch, *(sent for raw in again for sent in self._one(raw, at, unconfirmed=False))], at)
        self._send(list(self._submissions(PEOPLE + 1, closes)), closes)

    def _submissions(self, number: int, at: datetime) -> Iterator[Submission]:
        """Yield what the n-th person sends: most of them one good form, some a bad one, or one twice."""
        raw = {question.name: self._answer(question, number) for question in self.asked}
        channels = [channel.id for channel in self.definition.channels]
        raw["via"] = channels[number % (len(channels) + 1)] if number % (len(channels) + 1) < len(channels) else ""
        unconfirmed = number % 25 == 3
        if number % 40 == 7:
            raw["country"] = "ZZ"
        elif number % 50 == 11:
            raw["age"], raw["birth_date"] = "", f"{at.year - 1}-01-01"
        elif number % 50 == 17 and raw.get("answer"):
            raw["answer"] = "wrong"
        elif number % 50 == 23 and (domain := self._domain()):
            raw["email"] = f"person{number}@{domain}"
        elif number % 10 == 9 and self.definition.rule(ParentAgrees):
            raw |= self._minor(number, at)
        elif number % 20 == 5 and self.accepted:
            raw["ref"] = self._referral(self.accepted[number % len(self.accepted)])
        yield from self._one(raw, at, unconfirmed=unconfirmed)
        if number % 30 == 13:  # the same person once more, by another door
            yield from self._one(
                raw | {"via": next((c for c in channels if c != raw["via"]), "")}, at, unconfirmed=False
            )

    def _minor(self, number: int, at: datetime) -> dict[str, str]:
        """Return what a minor of the least age fills in, with a parent."""
        age = self.definition.rule(MinimumAge)
        years = age.years if isinstance(age, MinimumAge) else 0
        parent = f"parent{number}@people.example"
        return {"age_group": "minor", "birth_date": f"{at.year - years}-01-01", "parent_email": parent}

    def _one(self, raw: dict[str, str], at: datetime, *, unconfirmed: bool) -> Iterator[Submission]:
        self.counts["sent"] += 1
        form = read_form(self.definition, raw, self.language, self.asked)
        if form.answers is None or form.email is None:
            self.counts["refused"] += 1
            return
        proof: entering.Proof = "none" if unconfirmed else "valid"
        yield Submission(answers=form.answers, email=form.email, at=at, proof=proof)

    def _send(self, batch: list[Submission], at: datetime) -> None:
        waiting = []
        for sent, result in zip(batch, entering.enter(self.house, self.id, batch), strict=True):
            self._note(result)
            if isinstance(result, Pending):
                waiting.append(sent)
        for sent in waiting:
            if sent.proof == "valid" and (token := self._token(sent.email.typed, "confirm")):
                confirmed = entering.confirm(self.house, self.id, token, at)
                if isinstance(confirmed, Pending):
                    confirmed = self._ask_parent(sent, at)
                self.counts["confirmed"] += isinstance(confirmed, Accepted)
                self._note(confirmed)
            else:
                self.counts["unconfirmed"] += 1

    def _ask_parent(self, sent: Submission, at: datetime) -> entering.Result | None:
        """Let the parent agree; one in five refuses."""
        self.counts["parents"] += 1
        token = self._token(sent.answers.values.get("parent_email", ""), "parent")
        if self.counts["parents"] % 5:
            return parents.agree(self.house, self.id, token, at)
        self.declined[parents.REFUSED] += parents.refuse(self.house, self.id, token, at)
        return None

    def _note(self, result: entering.Result | None) -> None:
        if isinstance(result, Accepted) and result.entry in {known.entry for known in self.accepted}:
            # Who sent the form twice and opened both links sees the first one's receipt again.
            self.declined["already-entered"] += 1
        elif isinstance(result, Accepted):
            self.counts["accepted"] += 1
            self.accepted.append(result)
        elif isinstance(result, DeclinedEntry):
            self.declined[result.objections[0].reason] += 1

    def _sort_out(self) -> None:
        at = self.definition.closes_at - timedelta(seconds=1)
        gone = {result.entrant: result for result in self.accepted[4::40]}
        for result in list(gone.values())[:4]:
            self.counts["withdrawn"] += moderate.withdraw(self.house, self.id, result.token, at)
        if suspect := next((found for found in self.accepted[9:] if found.entrant not in gone), None):
            self.counts["excluded"] += moderate.exclude(
                self.house, self.id, suspect.entrant, reason="automation", note=_NOTE(self.language),
                evidence=("", b""), staff_name=_STAFF(self.language), now=at,
            )  # fmt: skip

    def _draw(self) -> None:
        freeze.close(self.house, self.id, self.definition.closes_at)
        freeze.freeze(self.house, self.id, self.definition.freezes_at)
        with self.house.store.read() as tx:
            self.now = campaigns.standing(tx, self.id).draws_at
        drawing.draw(self.house, self.id, Rehearsal(f"rehearsal of {self.definition.slug}"), self.now)

    def _settle(self) -> None:
        """Offer, confirm; where there is an alternate, one person does not answer and one gives up the prize."""
        self.counts["offers"] = settle.advance(self.house, self.id, self.now)
        units = self._on_offer()
        silent = {units[-1].unit} if 0 < len(units) <= MOST_CONFIRMED and self.definition.alternates else set()
        given_up = {units[-2].unit} if len(units) > 1 and self.definition.alternates > 1 else set()
        reason = next((forfeit.code for forfeit in self.definition.forfeits if not forfeit.days), "")
        self.now += timedelta(hours=1)
        for award in units:
            if award.unit in given_up and reason:
                settle.forfeit_award(
                    self.house, self.id, award.unit, reason=reason, staff_name=_STAFF(self.language),
                    note=_NOTE(self.language), now=self.now,
                )  # fmt: skip
        for award in self._on_offer():
            if award.unit not in silent:
                self._confirm(award)
        late = [award.until for award in self._on_offer() if award.until and award.unit in silent]
        if late:
            self.now = max(late)
            settle.advance(self.house, self.id, self.now)
            self._let_lapse(silent)
            self.now += timedelta(hours=1)
        for award in self._on_offer():
            self._confirm(award)

    def _let_lapse(self, silent: set[str]) -> None:
        """Where a person decides that an offer has lapsed, somebody does."""
        reason = next((forfeit.code for forfeit in self.definition.forfeits if forfeit.days), "")
        for award in self._on_offer():
            if award.unit in silent and award.until and award.until <= self.now:
                settle.forfeit_award(
                    self.house, self.id, award.unit, reason=reason, staff_name=_STAFF(self.language),
                    note=_NOTE(self.language), now=self.now,
                )  # fmt: skip

    def _on_offer(self) -> list[AwardRow]:
        with self.house.store.read() as tx:
            return [award for award in draws.awards(tx, self.id) if award.state == "offered"]

    def _confirm(self, award: AwardRow) -> None:
        if self.counts["units"] >= MOST_CONFIRMED:
            return
        self.counts["units"] += 1
        with self.house.store.read() as tx:
            person = entries.entrant(tx, award.entrant)
        if person and person.email and (token := self._token(person.email, "claim")):
            settle.claim(self.house, self.id, token, {"conditions": "yes", "message": ""}, self.now)
        with self.house.store.read() as tx:
            minor = authorise.holds_minor(tx, self.definition, award, self.now)
        if minor:
            today = self.now.astimezone(ZoneInfo(self.definition.timezone)).date()
            authorise.note_seen(
                self.house,
                self.id,
                award.unit,
                seen_on=today.isoformat(),
                staff_name=_STAFF(self.language),
                now=self.now,
            )
        for document in documents_of(self.definition, award.unit):
            show.mark(
                self.house, self.id, award.unit, document.id, needed=True, staff_name=_STAFF(self.language),
                now=self.now,
            )  # fmt: skip
        settle.confirm_award(
            self.house, self.id, award.unit, staff_name=_STAFF(self.language), note=_NOTE(self.language), now=self.now
        )

    def _tell(self) -> Rehearsed:
        said = _STAFF(self.language)
        stated = Stated(place=said, operator=said, clock=said, incidents=said, independence=said)
        minutes.issue(self.house, self.id, stated, staff_name=said, now=self.now)
        out = io.BytesIO()
        export.export_bundle(self.house, self.id, out)
        verdict = verify(Bundle(out))
        with self.house.store.read() as tx:
            pdfs = {row.language: row.pdf for row in minutes_rows.all_of(tx, self.id)}
            kinds = views.kind_counts(tx, self.id)
            frozen = draws.get(tx, self.id)
            stage = campaigns.row(tx, self.id).stage
        assert frozen is not None
        figures = Figures(
            sent=self.counts["sent"],
            accepted=self.counts["accepted"],
            bonuses=kinds.get("entry.accepted", 0) - self.counts["accepted"],
            confirmed_addresses=self.counts["confirmed"],
            unconfirmed=self.counts["unconfirmed"],
            refused=self.counts["refused"],
            declined=dict(sorted(self.declined.items())),
            withdrawn=self.counts["withdrawn"],
            excluded=self.counts["excluded"],
            entrants=frozen.entrants,
            tickets=frozen.tickets,
            offers=kinds.get("award.offered", 0),
            confirmed=kinds.get("award.confirmed", 0),
            forfeited=kinds.get("award.forfeited", 0),
            promoted=kinds.get("alternate.promoted", 0),
            stage=stage,
        )
        return Rehearsed(
            self.definition,
            figures,
            verdict,
            out.getvalue(),
            {language: pdfs[language] for language in self.definition.languages},
        )

    def _token(self, recipient: str, room: str) -> str:
        """Return the token of the latest link of a kind that was mailed to somebody."""
        with self.house.store.read() as tx:
            found = [_LINK.search(mail.body) for mail in views.mails(tx, wanted=recipient)]
        return next((link[2] for link in found if link and link[1] == room), "")

    def _referral(self, friend: Accepted) -> str:
        with self.house.store.read() as tx:
            person = entries.entrant(tx, friend.entrant)
        return (person and person.referral) or ""

    def _domain(self) -> str:
        rule = self.definition.rule(ExcludedPeople)
        return rule.domains[0] if isinstance(rule, ExcludedPeople) and rule.domains else ""

    def _answer(self, question: Question, number: int) -> str:
        """Return what the n-th person fills in, right and plausible."""
        age = self.definition.rule(MinimumAge)
        years = (age.years if isinstance(age, MinimumAge) else 18) + 10
        named = {
            "email": f"person{number}@people.example",
            "rules": "1",
            "code": _code(number),
            "answer": self._right(question),
            "age_group": "adult",
            "parent_email": "",
            "birth_date": f"{self.definition.opens_at.year - years}-06-15",
        }
        if question.name in named:
            return named[question.name]
        if question.kind == "checkbox":
            return "on" if question.required or number % 3 == 0 else ""
        if question.options:
            return (
                question.options[0][0]
                if question.kind == "country"
                else question.options[number % len(question.options)][0]
            )
        by_kind = {
            "given-name": _FIRST[number % 10],
            "family-name": _LAST[number // 10 % 10],
            "address-level2": _TOWNS[number % 5],
            "tel": f"+3360000{number:04}",
            "address-line1": f"{number + 1} rue de la Paix",
            "postal-code": "75002",
        }
        return by_kind.get(question.autocomplete, _NOTE(self.language))

    def _right(self, question: Question) -> str:
        """Return the right answer, in the spelling that a choice proposes."""
        rule = self.declared.rule(ClosedQuestion)
        answers = rule.answers if isinstance(rule, ClosedQuestion) else ()
        shown = [option for option, _ in question.options if option in answers]
        return next(iter([*shown, *answers]), "")


def _code(number: int) -> str:
    return f"CODE-{number:04}"
