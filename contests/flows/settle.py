"""Settle: offers and claims, lapses and promotions, until every unit is confirmed or nobody is left.

The mail never announces a gain before the confirmation (legal FR8).
"""

import csv
import io
from datetime import datetime, timedelta

from contests.codec import canonical, instant, minute
from contests.errors import NotFound, Refused, Text
from contests.flows import act
from contests.flows.authorise import require_authorisation
from contests.flows.house import House, need_second_person, token_digest, wrong_stage, wrong_unit
from contests.flows.register import register
from contests.flows.show import require_seen
from contests.flows.tell import PLAIN, Facts, tell
from contests.flows.way import begun, claimed, confirmed, ended
from contests.journal.checkpoint import parse_checkpoint
from contests.records import (
    AlternatePromoted,
    AwardConfirmed,
    AwardForfeited,
    AwardOffered,
    CampaignSettled,
    encode,
)
from contests.store import campaigns, draws, journals
from contests.store.campaigns import Standing
from contests.store.journals import Head
from contests.store.session import Tx
from contests.store.tables import AwardRow

OPEN_STATES = frozenset({"drawn", "offered", "claimed"})


class _Table:
    """One campaign's units while its journal is locked; records and mails are written at the end."""

    def __init__(self, tx: Tx, house: House, campaign: str, now: datetime) -> None:
        self.tx, self.house, self.campaign = tx, house, campaign
        self.head: Head = journals.lock(tx, campaign)
        self.now = self.head.after(now)
        self.standing: Standing = campaigns.standing(tx, campaign)
        if self.standing.stage != "drawn":
            raise wrong_stage(self.standing.stage, "drawn")
        row = draws.get(tx, campaign)
        assert row is not None
        self.draw = row.draw
        self.ranking = list(csv.DictReader(io.StringIO(row.ranking.decode())))
        self.records: list[tuple[str, bytes]] = []

    def unit(self, unit: str, *states: str) -> AwardRow:
        """Return a unit in one of `states`. Raises NotFound, StageRefused."""
        found = draws.award(self.tx, self.campaign, unit)
        if found is None:
            raise no_offer(unit)
        if found.state not in states:
            raise wrong_unit(found.state, *states)
        return found

    def offer(self, award: AwardRow) -> None:
        """Offer a unit to its holder, with a mailed link."""
        delay = min((f.days for f in self.standing.definition.forfeits if f.days), default=7)
        until = (self.now + timedelta(days=delay)).replace(second=0, microsecond=0)
        token = self.house.chance(20).hex()
        award.state, award.until, award.token, award.claim = "offered", until, token_digest(token), b""
        self.records.append(
            (
                "award.offered",
                encode(
                    AwardOffered(
                        at=minute(self.now),
                        campaign=self.campaign,
                        draw=self.draw,
                        prize=award.unit,
                        entrant=award.entrant,
                        until=instant(until),
                    )
                ),
            )
        )
        begun(self.tx, self.standing, award, self.now)
        link = f"{self.house.url}/c/{self.standing.definition.slug}/claim/{token}"
        self._tell("offer", award, Facts(until=until, link=link))

    def _tell(self, kind: str, award: AwardRow, facts: Facts = PLAIN) -> None:
        tell(self.tx, self.house, self.standing, award, kind, self.now, facts)

    def confirm(self, award: AwardRow) -> None:
        """The conditions were checked, the documents seen."""
        require_seen(self.tx, self.standing.definition, award)
        award.state = "confirmed"
        record = AwardConfirmed(
            at=minute(self.now), campaign=self.campaign, draw=self.draw, prize=award.unit, entrant=award.entrant
        )
        self.records.append(("award.confirmed", encode(record)))
        confirmed(self.tx, self.standing, award, self.now)
        self._tell("confirmed", award)

    def forfeit(self, award: AwardRow, reason: str) -> None:
        """The unit is lost to its holder; the next alternate, if any, takes it."""
        forfeit = next((f for f in self.standing.definition.forfeits if f.code == reason), None)
        if forfeit is None:
            raise _no_reason(reason, self.standing)
        record = AwardForfeited(
            at=minute(self.now),
            campaign=self.campaign,
            draw=self.draw,
            prize=award.unit,
            entrant=award.entrant,
            reason=reason,
        )
        self.records.append(("award.forfeited", encode(record)))
        self._tell("forfeited", award, Facts(reason=forfeit.reason))
        ended(self.tx, award, self.now)
        self._promote(award)

    def _promote(self, award: AwardRow) -> None:
        taken = max((row.rank for row in draws.awards(self.tx, self.campaign)), default=0)
        winners = sum(bool(line["prize"]) for line in self.ranking)
        follows = max(taken, winners) + 1
        line = next((line for line in self.ranking if int(line["rank"]) == follows), None)
        if line is None:
            award.state, award.until, award.token = "forfeited", None, ""
            return
        award.rank, award.entrant = follows, line["entrant"]
        record = AlternatePromoted(
            at=minute(self.now),
            campaign=self.campaign,
            draw=self.draw,
            prize=award.unit,
            entrant=award.entrant,
            rank=follows,
        )
        self.records.append(("alternate.promoted", encode(record)))
        self.tx.flush()
        self.offer(award)

    def write(self) -> None:
        """Journal what happened; settle when no unit is open any more."""
        self.tx.flush()
        units = draws.awards(self.tx, self.campaign)
        settled = not any(unit.state in OPEN_STATES for unit in units)
        if settled:
            confirmed = sum(unit.state == "confirmed" for unit in units)
            record = CampaignSettled(
                at=instant(self.now),
                campaign=self.campaign,
                confirmed=confirmed,
                unawarded=len(units) - confirmed,
            )
            self.records.append(("campaign.settled", encode(record)))
            campaigns.move(self.tx, self.campaign, stage="settled")
        if self.records:
            appended = journals.append(self.tx, self.head, self.records, self.now)
            if settled:
                register(self.tx, self.house, self.campaign, appended.checkpoint, self.now)

    def note(self, staff_name: str, verb: str, detail: str) -> None:
        """Note who decided; the place is that of the first record of the step."""
        place = parse_checkpoint(self.head.checkpoint)[0].size
        act.note(self.tx, self.house, self.campaign, self.now, staff_name, verb, detail, place=place)


def advance(house: House, campaign: str, now: datetime) -> int:
    """Make the first offers, let late ones lapse, settle; return how many units moved."""
    with house.store.write() as tx:
        table = _Table(tx, house, campaign, now)
        definition = table.standing.definition
        lapse = next((f.code for f in definition.forfeits if f.days and definition.aftermath.lapse == "automatic"), "")
        moved = 0
        for award in draws.awards(tx, campaign):
            if award.state == "drawn":
                table.offer(award)
            elif award.state == "offered" and award.until and award.until <= now and lapse:
                table.forfeit(award, lapse)
            else:
                continue
            moved += 1
        table.write()
        return moved


def claim(house: House, campaign: str, token: str, answers: dict[str, str], now: datetime) -> AwardRow:
    """Take up an offer by its mailed link; what is typed is kept for the staff's check. Raises NotFound."""
    with house.store.write() as tx:
        journals.lock(tx, campaign)
        award = draws.award_by_token(tx, token_digest(token))
        if award is None or award.campaign != campaign:
            raise no_offer()
        if (stage := campaigns.standing(tx, campaign).stage) == "void":
            raise wrong_stage(stage, "drawn")
        if award.state == "offered":
            if award.until and award.until <= now:
                raise wrong_unit("lapsed", "offered")
            award.state, award.claim = "claimed", canonical(answers)
            claimed(tx, award, now)
        return award


def confirm_award(house: House, campaign: str, unit: str, *, staff_name: str, note: str, now: datetime) -> None:
    """Confirm a unit after the checks. Raises Refused without a word on them."""
    note = act.in_words(note, Text(fr="Ce qui a été vérifié était attendu.", en="What was checked was expected."))
    need_second_person(house, "release")
    with house.store.write() as tx:
        table = _Table(tx, house, campaign, now)
        award = table.unit(unit, "claimed", "offered")
        require_authorisation(tx, table.standing.definition, award, table.now)
        table.confirm(award)
        table.note(staff_name, "confirm", f"{unit}: {note}")
        table.write()


def forfeit_award(
    house: House, campaign: str, unit: str, *, reason: str, staff_name: str, note: str, now: datetime
) -> None:
    """Take a unit from its holder for a listed reason; the next alternate is promoted to it. Raises Refused without the facts."""
    facts = Text(fr="Les faits en une phrase étaient attendus.", en="The facts in a sentence were expected.")
    note = act.in_words(note, facts)
    with house.store.write() as tx:
        table = _Table(tx, house, campaign, now)
        table.note(staff_name, "forfeit", f"{unit}: {note}")
        table.forfeit(table.unit(unit, "claimed", "offered"), reason)
        table.write()


def no_offer(found: str = "") -> NotFound:
    """Return the refusal for a prize, or a link to one, that is not offered to whoever asks."""
    return NotFound(
        "prize-unknown",
        Text(fr="Un lot encore proposé était attendu. Une offre tombe quand son délai est passé ; le lot va alors au "
                "suppléant suivant.",
             en="A prize still on offer was expected. An offer lapses when its time is over; the prize then goes to the next "
                "alternate."),
        Text(fr="Utilisez le lien, entier, du dernier message reçu ; la page des résultats dit ce que chaque lot est devenu.",
             en="Use the whole link of the last message; the results page says what became of each prize."),
        found=found,
    )  # fmt: skip


def _no_reason(found: str, standing: Standing) -> Refused:
    codes = ", ".join(forfeit.code for forfeit in standing.definition.forfeits)
    return Refused(
        "reason-not-listed",
        Text(fr=f"Un motif annoncé était attendu : {codes}.", en=f"An announced reason was expected: {codes}."),
        Text(fr="Choisissez un motif de la liste.", en="Choose a reason from the list."),
        found=found,
    )
