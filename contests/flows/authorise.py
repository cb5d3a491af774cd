"""A minor's prize: it is confirmed only once somebody noted having seen a parent's signed authorisation (legal FR10).

No copy is kept: the note says when it was seen, and by whom.
"""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import msgspec

from contests.campaign.definition import Campaign
from contests.campaign.minors import is_minor
from contests.errors import Refused, Text
from contests.flows import act
from contests.flows.house import House
from contests.store import campaigns, draws, entries, journals, parents
from contests.store.session import Tx
from contests.store.tables import AuthorisationRow, AwardRow


class Seen(msgspec.Struct, frozen=True):
    """That a signed authorisation was seen: the day (at noon, there), and by whom."""

    on: datetime
    by: str


def holds_minor(tx: Tx, definition: Campaign, award: AwardRow, now: datetime) -> bool:
    """Say whether the holder of a unit is a minor, by what they answered."""
    today = now.astimezone(ZoneInfo(definition.timezone)).date()
    rows = entries.of_entrant(tx, award.entrant)
    return any(is_minor(definition, entries.read_answers(row).values, today) for row in rows)


def minors_of(tx: Tx, campaign: str, awards: list[AwardRow], now: datetime) -> dict[str, Seen | None]:
    """Return the units that minors hold, each with the note that the authorisation was seen, if there is one."""
    definition = campaigns.standing(tx, campaign).definition
    noon = time(12, tzinfo=ZoneInfo(definition.timezone))
    found: dict[str, Seen | None] = {}
    for award in awards:
        if award.entrant and holds_minor(tx, definition, award, now):
            row = parents.authorisation(tx, campaign, award.unit, award.entrant)
            found[award.unit] = Seen(datetime.combine(row.seen_on, noon), row.staff) if row else None
    return found


def require_authorisation(tx: Tx, definition: Campaign, award: AwardRow, now: datetime) -> None:
    """Raise Refused where a minor's prize would be confirmed before the authorisation was seen."""
    if not holds_minor(tx, definition, award, now):
        return
    if parents.authorisation(tx, award.campaign, award.unit, award.entrant) is None:
        raise Refused(
            "minor-unauthorised",
            Text(fr="La personne tirée est mineure : l’autorisation signée d’un parent ou tuteur était attendue.",
                 en="The person drawn is a minor: a parent’s or guardian’s signed authorisation was expected."),
            Text(fr="Demandez-la, puis notez quand vous l’avez vue.", en="Ask for it, then note when you saw it."),
            where=award.unit,
        )  # fmt: skip


def note_seen(house: House, campaign: str, unit: str, *, seen_on: str, staff_name: str, now: datetime) -> None:
    """Note the day (as 2026-12-20) on which a signed authorisation was seen. Raises Refused for an impossible day."""
    with house.store.write() as tx:
        now = journals.lock(tx, campaign).after(now)
        definition = campaigns.standing(tx, campaign).definition
        award = draws.award(tx, campaign, unit)
        if award is None or award.state not in {"offered", "claimed"}:
            raise Refused(
                "prize-not-offered",
                Text(fr="Un lot proposé était attendu.", en="A prize on offer was expected."),
                Text(fr="Rechargez la page.", en="Reload the page."),
                found=unit,
            )
        day = _day(seen_on, definition, now)
        row = AuthorisationRow(
            campaign=campaign, unit=unit, entrant=award.entrant, seen_on=day, staff=staff_name, noted_at=now
        )
        parents.authorise(tx, row)
        act.note(tx, house, campaign, now, staff_name, "authorise", f"{unit}: {day.isoformat()}")


def _day(typed: str, definition: Campaign, now: datetime) -> date:
    today = now.astimezone(ZoneInfo(definition.timezone)).date()
    try:
        day = date.fromisoformat(typed.strip())
    except ValueError:
        day = None
    opened = definition.opens_at.astimezone(ZoneInfo(definition.timezone)).date()
    if day is None or not opened <= day <= today:
        raise Refused(
            "day-impossible",
            Text(fr="Le jour où l’autorisation a été vue était attendu, depuis l’ouverture et jusqu’à aujourd’hui.",
                 en="The day on which the authorisation was seen was expected, from the opening to today."),
            Text(fr="Corrigez la date.", en="Mend the date."),
            found=typed[:20],
            where="seen_on",
        )  # fmt: skip
    return day
