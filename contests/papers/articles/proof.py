"""The public proof: journal, receipt, results, bundle, and what they do not prove."""

from contests.errors import Text
from contests.papers.articles.article import Article
from contests.papers.tree import Block, Bullets, Links, Paragraph
from contests.papers.voice import Voice


def proof(voice: Voice) -> tuple[Block, ...]:
    """Say what anyone can check, where it is, and its limits."""
    journal = Text(
        fr="Chaque étape du jeu est inscrite dans un journal public et signé, auquel on ne peut qu’ajouter : règlement, "
        "participations acceptées, retirées ou exclues, liste figée, tirage, suites données à chaque lot. Le journal "
        "ne contient aucune donnée personnelle en clair : ni nom, ni adresse, ni réponse. Chaque participant y a un "
        "pseudonyme tiré au hasard, que seul l’organisateur peut relier à une personne, tant qu’il garde ses données.",
        en="Each step of the contest is written in a public, signed journal that can only be added to: rules, entries "
        "accepted, withdrawn or excluded, frozen list, draw, what became of each prize. The journal holds no personal "
        "data in clear: no name, no address, no answer. Each entrant has a pseudonym there, drawn at random, which "
        "only the organiser can tie to a person, and only as long as their data are kept.",
    )
    receipt = Text(
        fr="Chaque participant reçoit un reçu. Il prouve que sa participation est dans le journal ; si elle en "
        "disparaissait, il le démontrerait.",
        en="Each entrant gets a receipt. It proves that the entry is in the journal; were the entry to vanish, the "
        "receipt would show it.",
    )
    check = Text(
        fr="Après le tirage, un fichier de preuve permet à chacun de tout recalculer hors ligne, avec le programme "
        "joint ou avec le sien.",
        en="After the draw, a proof file lets anyone compute everything again offline, with the program enclosed or "
        "one of their own.",
    )
    limits = Text(
        fr="Cette preuve ne montre ni qu’un participant est une personne réelle et unique, ni que ses déclarations "
        "sont vraies, ni qu’un lot a été remis.",
        en="This proof does not show that an entrant is a real and distinct person, that what they declared is true, "
        "or that a prize was delivered.",
    )
    links = (
        (Text(fr="Résultats", en="Results"), f"{voice.address}/results"),
        (Text(fr="Fichier de preuve", en="Proof file"), f"{voice.address}/bundle.zip"),
        (Text(fr="Journal public", en="Public journal"), f"{voice.address}/journal/"),
    )
    return (
        Paragraph(voice.say(journal)),
        Bullets((voice.say(receipt), voice.say(check), voice.say(limits))),
        Links(tuple((voice.say(label), address) for label, address in links)),
    )


ARTICLES = (Article(key="proof", heading=Text(fr="Preuve publique", en="Public proof"), write=proof),)
