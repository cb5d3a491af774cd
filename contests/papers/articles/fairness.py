"""Fair play, and how an entry is excluded before the draw: clause, reason, evidence, in public."""

from contests.errors import Text
from contests.papers.articles.article import Article
from contests.papers.articles.grounds import CLAUSES
from contests.papers.tree import Block, Bullets, Paragraph, Table
from contests.papers.voice import Voice

_LAST = Text(fr="{act}.", en="{act}.")


def fairness(voice: Voice) -> tuple[Block, ...]:
    """Say what is forbidden and what follows."""
    own_name = Text(
        fr="Chacun participe pour soi et répond avec sincérité. Il est interdit de :",
        en="Everybody enters for themselves and answers truthfully. The following is forbidden:",
    )
    follows = Text(
        fr="Ces faits peuvent conduire à une exclusion avant le gel de la liste ({exclusions}). Découverts après le "
        "tirage, ils ne coûtent un lot que pour un motif déclaré d’avance ({forfeits}). Un soupçon ne suffit pas.",
        en="Such acts may lead to an exclusion before the list is frozen ({exclusions}). Found after the draw, they "
        "cost a prize only for a reason declared beforehand ({forfeits}). A suspicion is not enough.",
    )
    *others, last = (clause.text for clause in CLAUSES.values() if clause.key == "fairness")
    acts = (*(_item(voice, act, Text(fr="{act} ;", en="{act};")) for act in others), _item(voice, last, _LAST))
    return (
        Paragraph(voice.say(own_name)),
        Bullets(acts),
        Paragraph(
            voice.say(follows, exclusions=voice.article("exclusions"), forfeits=voice.article("forfeits")),
        ),
    )


def _item(voice: Voice, act: Text, end: Text) -> str:
    said = act(voice.language)
    return voice.say(end, act=said[0].lower() + said[1:])


def exclusions(voice: Voice) -> tuple[Block, ...]:
    """Say when, why and how publicly an entry is excluded."""
    how = Text(
        fr="Une participation acceptée ne peut être exclue qu’avant le gel de la liste. Chaque exclusion s’appuie "
        "sur un article du règlement, un motif de ce tableau et une pièce qui l’établit.",
        en="An accepted entry can be excluded only before the list is frozen. Each exclusion rests on an article of "
        "these rules, a reason of this table and a piece of evidence.",
    )
    public = Text(
        fr="Chaque exclusion est inscrite au journal public avec son code, sans nommer personne ; leur nombre par "
        "motif est donc public. Une exclusion levée avant le gel est inscrite de même.",
        en="Each exclusion is written in the public journal with its code, naming nobody; their number for each "
        "reason is thus public. An exclusion that is lifted before the freeze is written there too.",
    )
    answer = Text(
        fr="La personne exclue peut demander le motif et y répondre, à {contact}. Après le gel, personne n’est plus "
        "retiré de la liste.",
        en="A person who was excluded may ask why and answer, at {contact}. After the freeze nobody is taken off the "
        "list any more.",
    )
    header = (Text(fr="Motif", en="Reason"), Text(fr="Article", en="Article"), Text(fr="Code public", en="Public code"))
    rows = tuple((voice.say(clause.text), voice.numbers[clause.key], code) for code, clause in CLAUSES.items())
    caption = Text(fr="Motifs d’exclusion", en="Reasons for exclusion")
    return (
        Paragraph(voice.say(how)),
        Table(voice.say(caption), tuple(map(voice.say, header)), rows),
        Paragraph(voice.say(public)),
        Paragraph(voice.say(answer, contact=voice.campaign.organiser.contact)),
    )


ARTICLES = (
    Article(key="fairness", heading=Text(fr="Loyauté et fraude", en="Fair play and fraud"), write=fairness),
    Article(
        key="exclusions",
        heading=Text(fr="Exclusions avant le tirage", en="Exclusions before the draw"),
        write=exclusions,
    ),
)
