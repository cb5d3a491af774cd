"""Prizes, the draw and its limits, and the brand’s colours."""

from collections import Counter
from collections.abc import Iterator, Sequence

from contests.campaign.contrast import contrast
from contests.campaign.definition import Campaign
from contests.campaign.lint.remark import Remark
from contests.errors import Malformed, Text
from contests.journal.policy import parse_policy

TICKETS_AN_ENTRANT = 1000


def _twice(names: Sequence[str]) -> str:
    """Return the first name that stands there more than once, or nothing."""
    return next((name for name, count in Counter(names).items() if count > 1), "")


def prizes(campaign: Campaign) -> Iterator[Remark]:
    """Remark on prizes, alternates and forfeits."""
    if twice := _twice([prize.id for prize in campaign.prizes]) or _twice(campaign.units):
        yield Remark(
            "block",
            "prize-twice",
            "prizes",
            Text(
                fr=f"Deux lots portent le même identifiant : « {twice} ».",
                en=f"Two prizes have the same id: “{twice}”.",
            ),
            "C4",
        )
    if len({prize.currency for prize in campaign.prizes}) > 1:
        yield Remark(
            "warn",
            "currencies",
            "prizes",
            Text(
                fr="Les lots sont en plusieurs monnaies : aucun total n’est imprimé.",
                en="The prizes are in several currencies: no total is printed.",
            ),
            "C4",
        )
    if campaign.alternates == 0:
        yield Remark(
            "warn",
            "no-alternates",
            "alternates",
            Text(
                fr="Sans suppléants, un lot refusé est perdu : un second tirage n’est jamais fait.",
                en="Without alternates a refused prize is lost: there is never a second draw.",
            ),
            "C13",
        )
    if twice := _twice([forfeit.code for forfeit in campaign.forfeits]):
        yield Remark(
            "block",
            "forfeit-twice",
            "forfeits",
            Text(
                fr=f"Un motif de perte est cité deux fois : « {twice} ».",
                en=f"A forfeit reason is named twice: “{twice}”.",
            ),
        )
    if sum(forfeit.days is not None for forfeit in campaign.forfeits) > 1:
        yield Remark(
            "block",
            "delay-twice",
            "forfeits",
            Text(
                fr="Un seul motif peut porter un délai : c’est celui de l’absence de réponse.",
                en="Only one reason can have a delay: that of not answering.",
            ),
            "C13",
        )
    if not any(forfeit.days for forfeit in campaign.forfeits):
        yield Remark(
            "block",
            "delay-missing",
            "forfeits",
            Text(
                fr="Dites après combien de jours sans réponse un lot est perdu (forfeits, days).",
                en="Say after how many days without an answer a prize lapses (forfeits, days).",
            ),
            "C13",
        )


def draw(campaign: Campaign) -> Iterator[Remark]:
    """Remark on the source of chance and the limits of the pool."""
    if campaign.draw.source == "ceremony":
        if not campaign.draw.values:
            yield Remark(
                "block",
                "values-missing",
                "draw.values",
                Text(
                    fr="Annoncez les valeurs de la cérémonie (dés, loterie publique…).",
                    en="Announce the values of the ceremony (dice, a public lottery…).",
                ),
                "RN6",
            )
        if twice := _twice([value.name for value in campaign.draw.values]):
            yield Remark(
                "block",
                "value-twice",
                "draw.values",
                Text(
                    fr=f"Deux valeurs portent le même nom : « {twice} ».",
                    en=f"Two values have the same name: “{twice}”.",
                ),
            )
    if campaign.draw.witnesses:
        try:
            parse_policy(campaign.draw.witnesses)
        except Malformed as error:
            yield Remark(
                "block",
                "policy-malformed",
                "draw.witnesses",
                Text(fr=error.sentence("fr"), en=error.sentence("en")),
                "RN8",
            )
    if campaign.draw.source == "rehearsal":
        yield Remark(
            "warn",
            "rehearsal",
            "draw.source",
            Text(
                fr="Répétition : ce tirage ne vaut rien et le dit partout.",
                en="Rehearsal: this draw is worth nothing and says so everywhere.",
            ),
            "C8",
        )
    most = 1 + sum(bonus.cap for bonus in campaign.bonuses)
    if most > TICKETS_AN_ENTRANT:
        yield Remark(
            "block",
            "too-many-tickets",
            "bonuses",
            Text(
                fr=f"Un participant pourrait avoir {most} chances ; la limite est {TICKETS_AN_ENTRANT}.",
                en=f"An entrant could have {most} tickets; the limit is {TICKETS_AN_ENTRANT}.",
            ),
            "C6",
        )


def looks(campaign: Campaign) -> Iterator[Remark]:
    """Remark on the brand’s colours."""
    ratio = contrast(campaign.brand.colour, campaign.brand.on_colour)
    if ratio < 4.5:
        yield Remark(
            "block",
            "contrast",
            "brand",
            Text(
                fr=f"Texte et couleur de marque : contraste {ratio:.1f}, il en faut 4,5.",
                en=f"Text on the brand colour: contrast {ratio:.1f}, at least 4.5 is needed.",
            ),
            "AC3 (WCAG 1.4.3)",
        )
