"""The prizes: what they are, how many, what they are worth, in the order they are drawn (legal C4)."""

from decimal import Decimal

from contests.campaign.definition import Campaign, Nature, Prize
from contests.errors import Text
from contests.papers.articles.article import Article
from contests.papers.tree import Block, Note, Paragraph, Table
from contests.papers.voice import Voice

REHEARSAL = Text(
    fr="Répétition : ce tirage ne vaut rien. Il sert à essayer le jeu. Personne n’y gagne, et aucun lot n’est dû.",
    en="Rehearsal: this draw is worth nothing. It serves to try the contest out. Nobody wins, and no prize is due.",
)
NATURES: dict[Nature, Text] = {
    "alcohol": Text(fr="boisson alcoolisée", en="alcoholic drink"),
    "cash": Text(fr="somme d’argent", en="sum of money"),
    "tobacco": Text(fr="tabac ou vapotage", en="tobacco or vape"),
}
PRIZE = (Text(fr="{n} lot", en="{n} prize"), Text(fr="{n} lots", en="{n} prizes"))


def total_value(campaign: Campaign) -> Decimal | None:
    """Return the value of all units, tax included, when there is one currency."""
    if len({prize.currency for prize in campaign.prizes}) > 1:
        return None
    return sum((Decimal(prize.unit_value) * prize.quantity for prize in campaign.prizes), Decimal(0))


def prizes(voice: Voice) -> tuple[Block, ...]:
    """Show the table of prizes, its total, and what a prize is not."""
    rows = []
    for prize in voice.campaign.prizes:
        unit = Decimal(prize.unit_value)
        rows.append(
            (
                voice.sentences(_name(voice, prize), voice.own(prize.description))
                if prize.description
                else _name(voice, prize),
                voice.number(prize.quantity),
                voice.money(unit, prize.currency),
                voice.money(unit * prize.quantity, prize.currency),
            ),
        )
    header = (
        Text(fr="Lot", en="Prize"),
        Text(fr="Quantité", en="Quantity"),
        Text(fr="Valeur unitaire TTC", en="Unit value, tax included"),
        Text(fr="Valeur totale TTC", en="Total value, tax included"),
    )
    caption = Text(
        fr="Les lots, dans l’ordre où ils sont attribués",
        en="The prizes, in the order they are awarded",
    )
    substitute = Text(
        fr="Un lot devenu indisponible sans que l’organisateur y soit pour rien est remplacé par un lot de valeur égale "
        "ou supérieure. Un gagnant ne peut pas exiger de l’argent ou un autre lot à la place du sien.",
        en="A prize that becomes unavailable through no fault of the organiser is replaced by one of equal or greater "
        "value. A winner cannot claim money or another prize instead of the one awarded.",
    )
    rehearsal = voice.campaign.draw.source == "rehearsal"
    return (
        *((Note(voice.say(REHEARSAL)),) if rehearsal else ()),
        Table(voice.say(caption), tuple(map(voice.say, header)), tuple(rows), figures=(1, 2, 3)),
        Paragraph(_total(voice)),
        Paragraph(voice.say(substitute)),
    )


def _name(voice: Voice, prize: Prize) -> str:
    title = voice.own(prize.title)
    return f"{title} ({voice.say(NATURES[prize.nature])})" if isinstance(prize.nature, str) else title


def _total(voice: Voice) -> str:
    count = voice.count(len(voice.campaign.units), PRIZE)
    total = total_value(voice.campaign)
    if total is None:
        said = Text(
            fr="En tout : {count}. Les valeurs sont en plusieurs monnaies et ne s’additionnent pas.",
            en="In all: {count}. The values are in several currencies and are not added up.",
        )
        return voice.say(said, count=count)
    said = Text(
        fr="En tout : {count}, d’une valeur totale de {total} TTC.",
        en="In all: {count}, with a total value of {total}, tax included.",
    )
    return voice.say(said, count=count, total=voice.money(total, voice.campaign.prizes[0].currency))


ARTICLES = (Article(key="prizes", heading=Text(fr="Lots", en="Prizes"), write=prizes),)
