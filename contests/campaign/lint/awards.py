"""From the draw until the prize is in hand: what is asked of winners, reminders, the names taken down."""

from collections.abc import Iterator

from contests.campaign.definition import Campaign
from contests.campaign.lint.remark import Remark, block, warn
from contests.errors import Text


def awards(campaign: Campaign) -> Iterator[Remark]:
    """Remark on what becomes of a prize after the draw."""
    after = campaign.aftermath
    prizes = {prize.id for prize in campaign.prizes}
    ids = [document.id for document in after.documents]
    if len(set(ids)) < len(ids):
        yield block(
            "document-twice",
            "awards.documents",
            Text(fr="Deux documents portent le même nom court.", en="Two documents have the same short name."),
        )
    for i, document in enumerate(after.documents):
        for n, prize in enumerate(document.prizes):
            if prize not in prizes:
                yield block(
                    "document-prize",
                    f"awards.documents[{i}].prizes[{n}]",
                    Text(fr=f"Aucun lot ne s’appelle « {prize} ».", en=f"No prize is called “{prize}”."),
                )
    delay = min((forfeit.days for forfeit in campaign.forfeits if forfeit.days), default=7)
    if after.remind_days and after.remind_days >= delay:
        yield warn(
            "reminder-early",
            "awards.remind_days",
            Text(
                fr=f"Le rappel partirait {after.remind_days} jours avant la fin d’une offre de {delay} jours : il ne partira "
                "pas. Choisissez moins de jours.",
                en=f"The reminder would go out {after.remind_days} days before the end of an offer of {delay} days: it will "
                "not go out. Choose fewer days.",
            ),
        )
