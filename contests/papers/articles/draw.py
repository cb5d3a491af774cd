"""The draw: the frozen list, then chance from a source that nobody can bend (legal C8 to C10)."""

from contests.draw.beacon import QUICKNET
from contests.errors import Text
from contests.papers.articles.article import Article
from contests.papers.articles.prizes import REHEARSAL
from contests.papers.tree import Block, Bullets, Facts, Note, Paragraph, Table
from contests.papers.voice import MINUTES, Voice

SOURCES = {
    "drand": Text(fr="balise publique drand quicknet", en="public beacon drand quicknet"),
    "ceremony": Text(fr="valeurs relevées devant un témoin", en="values taken before a witness"),
    "rehearsal": Text(fr="répétition, sans valeur", en="rehearsal, worth nothing"),
}


def draw(voice: Voice) -> tuple[Block, ...]:
    """Say what is fixed, when, and where chance comes from."""
    campaign = voice.campaign
    frozen = Text(
        fr="La liste des participations acceptées est figée le {freezes}. Après cela, plus rien n’y entre et plus "
        "rien n’en sort.",
        en="The list of accepted entries is frozen on {freezes}. After that nothing enters it and nothing leaves it.",
    )
    once = Text(
        fr="Le tirage est fait en ligne par contests, un logiciel libre, et une seule fois. Les fichiers publics le "
        "nomment « {id} ».",
        en="The draw is made online by contests, an open-source program, and once only. The public files name it "
        "“{id}”.",
    )
    source = {"drand": _beacon, "ceremony": _ceremony, "rehearsal": _rehearsal}[campaign.draw.source]
    return (
        Paragraph(voice.say(frozen, freezes=voice.when(campaign.freezes_at))),
        *_witnesses(voice),
        *source(voice),
        Paragraph(voice.say(once, id=campaign.draw.id)),
    )


def _witnesses(voice: Voice) -> tuple[Block, ...]:
    """Say who must have seen the frozen list."""
    lines = tuple(line.strip() for line in voice.campaign.draw.witnesses.split("\n") if line.strip())
    if not lines:
        return ()
    seen = Text(
        fr="Des témoins extérieurs suivent le registre public et contresignent son état. Le quorum suivant (C2SP "
        "tlog-policy) doit avoir vu la liste figée avant que la valeur du hasard n’existe, sinon la vérification échoue :",
        en="Outside witnesses follow the public register and cosign its state. The following quorum (C2SP tlog-policy) "
        "must have seen the frozen list before the random value exists, or else the verification fails:",
    )
    return Paragraph(voice.say(seen)), Bullets(lines)


def _notice(voice: Voice) -> tuple[Block, ...]:
    published = Text(
        fr="Elle est publiée, sous pseudonymes, avec le nombre de participants et de chances. Elle est publique "
        "au moins {notice} avant que la valeur du hasard n’existe.",
        en="It is published, under pseudonyms, with the number of entrants and of tickets. It is public at least "
        "{notice} before the random value exists.",
    )
    postponed = Text(
        fr="Si la liste n’est pas publiée à temps, le tirage est reporté d’un nombre entier de jours, au premier "
        "jour qui respecte ce délai. Le report est inscrit au journal public avant que la nouvelle valeur n’existe.",
        en="If the list is not published in time, the draw is postponed by whole days, to the first day that "
        "respects this delay. The postponement is written in the public journal before the new value exists.",
    )
    notice = voice.count(voice.campaign.draw.notice_minutes, MINUTES)
    return Paragraph(voice.say(published, notice=notice)), Paragraph(voice.say(postponed))


def _beacon(voice: Voice) -> tuple[Block, ...]:
    origin = Text(
        fr="Le hasard vient d’une balise publique, drand quicknet, que des organismes indépendants de "
        "l’organisateur produisent ensemble toutes les {period}\u00a0secondes. La valeur utilisée est la première qui "
        "paraît le {draws} ou après. L’organisateur ne peut ni la choisir, ni la connaître d’avance.",
        en="Chance comes from a public beacon, drand quicknet, which bodies independent of the organiser produce "
        "together every {period} seconds. The value used is the first one that appears on {draws} or after. The "
        "organiser can neither choose it nor know it beforehand.",
    )
    verified = Text(
        fr="La signature de la valeur est vérifiée avant usage. Si la balise tarde, le tirage attend : aucune autre "
        "valeur ne la remplace.",
        en="The signature of the value is verified before use. If the beacon is late, the draw waits: no other value "
        "takes its place.",
    )
    at = voice.campaign.draws_at
    pairs = (
        (Text(fr="Balise", en="Beacon"), "drand quicknet"),
        (Text(fr="Empreinte de la chaîne", en="Chain hash"), QUICKNET.hash),
        (Text(fr="Numéro de la valeur", en="Number of the value (round)"), str(QUICKNET.round_at(at))),
    )
    return (
        *_notice(voice),
        Paragraph(voice.say(origin, period=QUICKNET.period, draws=voice.when(at))),
        Facts(tuple((voice.say(label), value) for label, value in pairs)),
        Paragraph(voice.say(verified)),
    )


def _ceremony(voice: Voice) -> tuple[Block, ...]:
    settings = voice.campaign.draw
    origin = Text(
        fr="Le hasard vient de valeurs relevées le {draws} ou après, une fois la liste publiée, devant {officer}.",
        en="Chance comes from values taken on {draws} or after, once the list is public, before {officer}.",
    )
    unnamed = Text(
        fr="un témoin que le relevé de tirage nomme avec sa qualité",
        en="a witness whom the minutes of the draw name with their capacity",
    )
    counted = Text(
        fr="Seules comptent les valeurs de ce tableau, dans cet ordre. Deux personnes les saisissent, et les deux "
        "saisies doivent être identiques.",
        en="Only the values of this table count, in this order. Two people type them in, and what both typed must be "
        "the same.",
    )
    header = (
        Text(fr="Ordre", en="Order"),
        Text(fr="Valeur relevée", en="Value taken"),
        Text(fr="Nom dans le calcul", en="Name in the calculation"),
    )
    rows = tuple((voice.number(i), voice.own(value.label), value.name) for i, value in enumerate(settings.values, 1))
    caption = Text(fr="Valeurs de la cérémonie", en="Values of the ceremony")
    return (
        *_notice(voice),
        Paragraph(
            voice.say(
                origin,
                draws=voice.when(voice.campaign.draws_at),
                officer=settings.officer or unnamed(voice.language),
            ),
        ),
        Paragraph(voice.say(counted)),
        *((Table(voice.say(caption), tuple(map(voice.say, header)), rows),) if rows else ()),
    )


def _rehearsal(voice: Voice) -> tuple[Block, ...]:
    chosen = Text(
        fr="Le tirage est prévu le {draws}. La valeur qui tient lieu de hasard peut être connue d’avance : elle ne "
        "prouve rien, et tous les documents du tirage le disent.",
        en="The draw is due on {draws}. The value that stands for chance may be known beforehand: it proves "
        "nothing, and all papers of the draw say so.",
    )
    return Note(voice.say(REHEARSAL)), Paragraph(voice.say(chosen, draws=voice.when(voice.campaign.draws_at)))


ARTICLES = (Article(key="draw", heading=Text(fr="Tirage au sort", en="The draw"), write=draw),)
