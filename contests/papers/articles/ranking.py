"""How chance becomes winners: a number for each ticket, one ranking, prizes rank by rank (spec draw §4 to §6)."""

from contests.campaign.definition import Source
from contests.draw.seed import LABELS
from contests.errors import Text
from contests.papers.articles.article import Article
from contests.papers.tree import Block, Bullets, Formula, Paragraph, Table
from contests.papers.voice import Voice

FIXED = (
    Text(fr="identifiant de la campagne", en="identifier of the campaign"),
    Text(fr="nom du tirage", en="name of the draw"),
    Text(fr="SHA-256 de la définition", en="SHA-256 of the definition"),
    Text(fr="SHA-256 de la liste figée", en="SHA-256 of the frozen list"),
    Text(fr="nombre de participants", en="number of entrants"),
    Text(fr="nombre de chances", en="number of tickets"),
    Text(fr="taille du journal au gel", en="size of the journal at the freeze"),
    Text(fr="racine du journal au gel", en="root of the journal at the freeze"),
)
CHANCE: dict[Source, tuple[Text, ...]] = {
    "drand": (
        Text(fr="empreinte de la chaîne", en="chain hash"),
        Text(fr="numéro de la valeur", en="number of the value"),
        Text(fr="signature de la valeur", en="signature of the value"),
    ),
    "ceremony": (Text(fr="SHA-256 du texte de la cérémonie", en="SHA-256 of the text of the ceremony"),),
    "rehearsal": (Text(fr="texte de la répétition", en="text of the rehearsal"),),
}


def ranking(voice: Voice) -> tuple[Block, ...]:
    """Explain the calculation in words, give it to the letter, then say who gets what."""
    steps = (
        Text(
            fr="Tout ce qui était fixé (règlement exécuté, liste figée, état du journal) et la valeur du hasard sont "
            "réunis en une seule empreinte, la graine du tirage. Une lettre de plus ou de moins donnerait une autre "
            "graine.",
            en="All that was fixed (the rules as executed, the frozen list, the state of the journal) and the random "
            "value are brought together in one digest, the seed of the draw. One letter more or less would give another seed.",
        ),
        Text(
            fr="La graine donne à chaque chance de chaque participant un grand nombre, par le calcul public SHA-256. "
            "Ce nombre est imprévisible avant la graine, et le même pour quiconque le recalcule après.",
            en="The seed gives each ticket of each entrant a large number, by the public calculation SHA-256. The "
            "number cannot be foreseen before the seed, and is the same for whoever computes it again after.",
        ),
        Text(
            fr="Chaque participant garde le plus petit de ses nombres. Plus il a de chances, plus ce nombre a de "
            "chances d’être petit.",
            en="Each entrant keeps the smallest of their numbers. The more tickets, the likelier a small number.",
        ),
        Text(
            fr="Les participants sont classés du plus petit nombre au plus grand. À égalité, l’ordre des pseudonymes "
            "décide.",
            en="Entrants are ranked from the smallest number to the largest. Equal numbers go by pseudonym.",
        ),
    )
    letter = Text(fr="Le calcul exact, que chacun peut refaire :", en="The exact calculation, for anyone to repeat:")
    return (
        Bullets(tuple(voice.say(step) for step in steps), ordered=True),
        Paragraph(voice.say(letter)),
        Formula(_formula(voice)),
        *_awards(voice),
    )


def _formula(voice: Voice) -> tuple[str, ...]:
    """Write the seed line by line: what stands here is what is hashed, in this order."""
    source = voice.campaign.draw.source
    seed = Text(fr="graine = SHA-256 de ces lignes :", en="seed = SHA-256 of these lines:")
    ceremony = (
        Text(fr="texte de la cérémonie = ces lignes :", en="text of the ceremony = these lines:"),
        Text(fr="nom=valeur, pour chaque valeur, dans l’ordre", en="name=value, for each value, in order"),
    )
    rest = (
        Text(
            fr="nombre = plus petit SHA-256 des lignes « graine », « pseudonyme », « k », pour k de 1 au nombre de "
            "chances du participant",
            en="number = smallest SHA-256 of the lines “seed”, “pseudonym”, “k”, for k from 1 to the entrant’s tickets",
        ),
        Text(
            fr="classement = dans l’ordre croissant de (nombre, pseudonyme)",
            en="ranking = in ascending order of (number, pseudonym)",
        ),
        Text(
            fr="Chaque ligne finit par LF ; les empreintes sont en hexadécimal minuscule.",
            en="Each line ends with LF; digests are in lower-case hexadecimal.",
        ),
    )
    lines = [voice.say(seed), f"    {LABELS[source]}", *(f"    {voice.say(field)}" for field in FIXED)]
    lines += [f"    {source}", *(f"    {voice.say(field)}" for field in CHANCE[source])]
    if source == "ceremony":
        lines += ["", voice.say(ceremony[0]), "    ceremony", f"    {voice.say(ceremony[1])}"]
    for text in rest:
        lines += ["", voice.say(text)]
    return tuple(lines)


def _awards(voice: Voice) -> tuple[Block, ...]:
    proportion = Text(
        fr="Le classement désigne donc lot par lot, en proportion des chances de ceux qui ne sont pas encore tirés. "
        "La probabilité de chacun dépend du nombre de chances de la liste figée.",
        en="The ranking thus decides prize by prize, in proportion to the tickets of those not yet drawn. Each "
        "probability depends on the number of tickets in the frozen list.",
    )
    one_each = Text(
        fr="Chaque rang reçoit un lot, dans l’ordre déclaré. Un participant n’a qu’un rang, donc un lot au plus. S’il "
        "y a moins de participants que de lots, les derniers lots ne sont pas attribués.",
        en="Each rank gets one prize, in the order declared. An entrant has one rank only, so one prize at most. If "
        "there are fewer entrants than prizes, the last prizes are not awarded.",
    )
    never = Text(
        fr="Il n’y a jamais de second tirage.",
        en="There is never a second draw.",
    )
    header = (
        Text(fr="Rang", en="Rank"),
        Text(fr="Attribution", en="What it gets"),
        Text(fr="Nom dans les fichiers publics", en="Name in the public files"),
    )
    caption = Text(fr="Ce que reçoit chaque rang", en="What each rank gets")
    return (
        Paragraph(voice.say(proportion)),
        Paragraph(voice.say(one_each)),
        Table(voice.say(caption), tuple(map(voice.say, header)), _ranks(voice)),
        Paragraph(voice.sentences(_alternates(voice), voice.say(never))),
    )


def _ranks(voice: Voice) -> tuple[tuple[str, ...], ...]:
    rows, first = [], 1
    for prize in voice.campaign.prizes:
        units = prize.units
        rows.append(
            (
                _range(voice, voice.number(first), voice.number(first + len(units) - 1)),
                voice.own(prize.title),
                _range(voice, units[0], units[-1]),
            ),
        )
        first += len(units)
    if voice.campaign.alternates:
        place = Text(fr="Suppléant", en="Alternate")
        last = first + voice.campaign.alternates - 1
        rows.append((_range(voice, voice.number(first), voice.number(last)), voice.say(place), "–"))
    return tuple(rows)


def _range(voice: Voice, first: str, last: str) -> str:
    return first if first == last else voice.say(Text(fr="{a} à {b}", en="{a} to {b}"), a=first, b=last)


def _alternates(voice: Voice) -> str:
    n = voice.campaign.alternates
    if n == 0:
        said = Text(
            fr="Aucun suppléant n’est classé : un lot perdu n’est pas remis.",
            en="No alternate is ranked: a prize that is lost is not awarded.",
        )
        return voice.say(said)
    if n == 1:
        said = Text(
            fr="Le rang suivant du même classement est celui du seul suppléant.",
            en="The next rank of the same ranking is that of the only alternate.",
        )
        return voice.say(said)
    said = Text(
        fr="Les {n} rangs suivants du même classement sont ceux des suppléants.",
        en="The next {n} ranks of the same ranking are those of the alternates.",
    )
    return voice.say(said, n=voice.number(n))


ARTICLES = (
    Article(
        key="ranking",
        heading=Text(fr="Classement, gagnants et suppléants", en="Ranking, winners and alternates"),
        write=ranking,
    ),
)
