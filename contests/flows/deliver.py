"""Deliver: sent, received, or formally not handed over; how the winner is named. Facts for people, not for the journal."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec

from contests.campaign.minors import asks_age_late
from contests.errors import NotFound, Refused, Text
from contests.flows import act
from contests.flows.house import House, token_digest, wrong_unit
from contests.flows.tell import Facts, link_of, tell
from contests.papers.names import below
from contests.store import campaigns, draws, handovers, journals
from contests.store.campaigns import Standing
from contests.store.session import Tx
from contests.store.tables import AwardRow, HandoverRow

LONGEST_NAME = 120  # characters of a carrier, of a tracking number


class Sending(msgspec.Struct, frozen=True, kw_only=True):
    """How a prize left: the day (2026-12-24), the carrier or “by hand”, a tracking number, what it is worth."""

    on: str
    carrier: str
    tracking: str = ""
    value: str = ""
    guardian: bool = False
    adult: bool = False


class _File:
    """One unit, its holder and its way, while the campaign is locked."""

    def __init__(self, tx: Tx, campaign: str, award: AwardRow | None) -> None:
        if award is None or award.campaign != campaign:
            raise _unknown()
        self.tx, self.award = tx, award
        self.standing: Standing = campaigns.standing(tx, campaign)
        self.way = handovers.get(tx, campaign, award.unit, award.entrant) or HandoverRow(
            campaign=campaign, unit=award.unit, entrant=award.entrant
        )

    def confirmed(self) -> None:
        """Require a confirmed prize that is still under way. Raises StageRefused."""
        if self.award.state != "confirmed":
            raise wrong_unit(self.award.state, "confirmed")
        if self.way.received_at or self.way.withheld_at:
            raise wrong_unit("received" if self.way.received_at else "withheld", "confirmed")

    def put(self, **values: object) -> None:
        """Write columns of the way."""
        handovers.put(self.tx, self.award.campaign, self.award.unit, self.award.entrant, **values)


def note_sent(house: House, campaign: str, unit: str, sending: Sending, *, staff_name: str, now: datetime) -> None:
    """Note that a prize was sent or handed over, and tell the winner. Raises Refused, StageRefused, NotFound."""
    with house.store.write() as tx:
        journals.lock(tx, campaign)
        file = _File(tx, campaign, draws.award(tx, campaign, unit))
        file.confirmed()
        definition = file.standing.definition
        zone = ZoneInfo(definition.timezone)
        _check(sending, definition.draws_at.astimezone(zone).date(), now.astimezone(zone).date())
        if asks_age_late(definition) and not (sending.adult or sending.guardian):
            raise _minor()
        file.put(
            sent_on=sending.on, sent_by=staff_name, carrier=sending.carrier, tracking=sending.tracking,
            value=sending.value or definition.prize_of(unit).unit_value, guardian=sending.guardian, remind_at=None,
        )  # fmt: skip
        carrier = f" {sending.carrier} {sending.tracking}".rstrip() + "."
        facts = Facts(on=date.fromisoformat(sending.on), link=link_of(tx, file.award), carrier=carrier)
        tell(tx, house, file.standing, file.award, "sent", now, facts)
        act.note(tx, house, campaign, now, staff_name, "sent", f"{unit}: {sending.on}, {sending.carrier}")


def note_received(
    house: House, campaign: str, unit: str, *, note: str, proof: tuple[str, bytes], staff_name: str, now: datetime
) -> None:
    """Note that the prize is in the winner's hands, with a proof. Raises Refused without either, StageRefused."""
    if not note.strip() and not proof[1]:
        raise _needed("proof", Text(fr="Une preuve, ou ce qui en tient lieu, était attendue.",
                                    en="A proof, or what stands for one, was expected."))  # fmt: skip
    note = act.whole(note.strip())
    with house.store.write() as tx:
        journals.lock(tx, campaign)
        file = _File(tx, campaign, draws.award(tx, campaign, unit))
        file.confirmed()
        file.put(received_at=now, received_by=staff_name, remind_at=None)
        act.note(tx, house, campaign, now, staff_name, "received", f"{unit}: {note}", evidence=proof)


def winner_received(house: House, campaign: str, token: str, now: datetime) -> None:
    """The winner says, by their link, that the prize is in their hands. Raises NotFound, StageRefused."""
    with house.store.write() as tx:
        journals.lock(tx, campaign)
        file = _File(tx, campaign, draws.award_by_token(tx, token_digest(token)))
        if file.way.received_at:
            return
        file.confirmed()
        file.put(received_at=now, received_by="", remind_at=None)


def withhold(house: House, campaign: str, unit: str, *, reason: str, staff_name: str, now: datetime) -> None:
    """Note formally that a confirmed prize is not handed over, why, and what becomes of it. Raises Refused."""
    expected = Text(fr="Le motif, et ce que devient le lot, étaient attendus.",
                    en="The reason, and what becomes of the prize, were expected.")  # fmt: skip
    reason = act.in_words(reason, expected, "reason")
    with house.store.write() as tx:
        journals.lock(tx, campaign)
        file = _File(tx, campaign, draws.award(tx, campaign, unit))
        file.confirmed()
        file.put(withheld_at=now, withheld_by=staff_name, reason=reason, remind_at=None)
        act.note(tx, house, campaign, now, staff_name, "withhold", f"{unit}: {reason}")


def name_as(house: House, campaign: str, token: str, level: str, now: datetime) -> None:
    """The winner wants to be named as declared (empty), or with less. The public pages follow at once."""
    with house.store.write() as tx:
        journals.lock(tx, campaign)
        _name(_File(tx, campaign, draws.award_by_token(tx, token_digest(token))), level, now)


def name_as_asked(
    house: House, campaign: str, unit: str, level: str, *, note: str, staff_name: str, now: datetime
) -> None:
    """The same for a winner who asked by other ways; when and how they asked is noted. Raises Refused without it."""
    expected = Text(fr="La date et la voie de la demande étaient attendues.",
                    en="When and how the person asked was expected.")  # fmt: skip
    note = act.in_words(note, expected)
    with house.store.write() as tx:
        journals.lock(tx, campaign)
        _name(_File(tx, campaign, draws.award(tx, campaign, unit)), level, now)
        act.note(tx, house, campaign, now, staff_name, "name-as", f"{unit}: {level or 'declared'}. {note}")


def _name(file: _File, level: str, now: datetime) -> None:
    if level and level not in below(file.standing.definition.publication):
        raise _needed("level", Text(fr="Un niveau de nom plus bas que celui du règlement était attendu.",
                                    en="A way of naming that says less than the rules was expected."))  # fmt: skip
    file.put(named=level, named_at=now)


def _check(sending: Sending, drawn: date, today: date) -> None:
    try:
        day = date.fromisoformat(sending.on)
    except ValueError:
        day = None
    if day is None or not drawn <= day <= today or sending.on != day.isoformat():
        raise _needed("on", Text(fr="Le jour de l’envoi, après le tirage et au plus tard aujourd’hui, était attendu.",
                                 en="The day it was sent, after the draw and not later than today, was expected."))  # fmt: skip
    if not sending.carrier.strip():
        raise _needed("carrier", Text(fr="Le transporteur, ou « en main propre », était attendu.",
                                      en="The carrier, or “by hand”, was expected."))  # fmt: skip
    for where, said in (("carrier", sending.carrier), ("tracking", sending.tracking)):
        if len(said) > LONGEST_NAME:
            raise _needed(where, Text(fr=f"{LONGEST_NAME} caractères au plus étaient attendus.",
                                      en=f"At most {LONGEST_NAME} characters were expected."))  # fmt: skip
    if sending.value and not re.fullmatch(r"[0-9]{1,9}\.[0-9]{2}", sending.value):
        raise _needed("value", Text(fr="Une valeur comme 499.00 était attendue.",
                                    en="A value such as 499.00 was expected."))  # fmt: skip


def _needed(where: str, expected: Text) -> Refused:
    todo = Text(fr="Complétez le formulaire.", en="Complete the form.")
    return Refused(f"{where}-needed", expected, todo, where=where)


def _minor() -> Refused:
    return Refused(
        "guardian-needed",
        Text(fr="Le règlement admet des mineurs : il était attendu que le gagnant soit majeur, ou qu’un accord parental signé "
                "soit au dossier.",
             en="The rules admit minors: it was expected that the winner is an adult, or that a parent’s signed consent is "
                "on file."),
        Text(fr="Vérifiez, puis choisissez l’un des deux.", en="Check, then choose one of the two."),
        where="age",
    )  # fmt: skip


def _unknown() -> NotFound:
    return NotFound(
        "prize-unknown",
        Text(fr="Un lot attribué était attendu.", en="A prize that is held was expected."),
        Text(fr="Utilisez le lien du dernier message reçu.", en="Use the link of the last message."),
    )
