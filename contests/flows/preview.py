"""Preview: the mails that a draft would send, and a link that shows it to people who have no account."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from contests.campaign.definition import Campaign
from contests.codec import instant
from contests.errors import Language, NotFound, Refused, Text
from contests.flows import act
from contests.flows.house import House, token_digest, wrong_stage
from contests.flows.publish import definition_of
from contests.flows.words import WHEN, Sample, sample
from contests.store import campaigns, previews
from contests.store.session import Tx
from contests.store.tables import CampaignRow, PreviewRow

LONGEST = timedelta(days=90)
LONGEST_NOTE = 120


def mails(house: House, definition: Campaign, language: Language, now: datetime) -> list[Sample]:
    """Return the mails that entrants and winners of a draft would get."""
    kinds = [kind for kind in WHEN if kind != "reminder" or definition.aftermath.remind_days]
    return [sample(house, definition, kind, language, now) for kind in kinds]


def share(house: House, campaign: str, *, note: str, last: date | None, staff_name: str, now: datetime) -> str:
    """Make a link that shows a draft until the end of a day of its time zone; return its token. Raises Refused."""
    with house.store.write() as tx:
        row = campaigns.row(tx, campaign)
        if row.stage != "draft":
            raise wrong_stage(row.stage, "draft")
        zone = ZoneInfo(definition_of(row).timezone)
        today = now.astimezone(zone).date()
        if last is None or not today <= last <= today + LONGEST:
            raise Refused(
                "preview-refused",
                Text(fr=f"Un dernier jour, à venir et dans {LONGEST.days} jours au plus, était attendu.",
                     en=f"A last day, still to come and within {LONGEST.days} days, was expected."),
                Text(fr="Choisissez un jour.", en="Choose a day."),
                where="last",
            )  # fmt: skip
        until = datetime.combine(last + timedelta(days=1), time(), zone)
        token = house.chance(32).hex()
        said = " ".join(note.split())[:LONGEST_NOTE]
        link = PreviewRow(
            id=house.chance(16).hex(), token=token_digest(token), campaign=campaign, note=said, made_by=staff_name,
            made_at=now, until=until,
        )  # fmt: skip
        previews.add(tx, link)
        act.note(tx, house, campaign, now, staff_name, "preview-share", f"{link.id} {said} {instant(until)}")
        return token


def end(house: House, campaign: str, identity: str, staff_name: str, now: datetime) -> None:
    """Close a link; whoever has it sees nothing from now on."""
    with house.store.write() as tx:
        if gone := previews.end(tx, campaign, identity):
            act.note(tx, house, campaign, now, staff_name, "preview-end", f"{gone.id} {gone.note}")


def shown(tx: Tx, token: str, now: datetime) -> tuple[PreviewRow, CampaignRow]:
    """Return a link that is still open and the campaign that it shows. Raises NotFound."""
    link = previews.by_token(tx, token_digest(token))
    if link is None or link.until <= now:
        raise NotFound(
            "preview-unknown",
            Text(fr="Un lien d’aperçu encore ouvert était attendu.", en="A preview link that is still open was expected."),
            Text(fr="Demandez-en un nouveau à l’organisateur.", en="Ask the organiser for a new one."),
        )  # fmt: skip
    return link, campaigns.row(tx, link.campaign)
