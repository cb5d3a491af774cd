"""The last articles: liability, amendments, where the text is kept, complaints and the law that applies."""

from collections.abc import Iterator

from contests.campaign.definition import Campaign
from contests.errors import Text
from contests.papers.amended import amendment_list
from contests.papers.articles.article import Article
from contests.papers.tree import Block, Facts, Paragraph
from contests.papers.voice import Voice
from contests.rules.closed_question import ClosedQuestion
from contests.rules.residence import country_name


def liability(voice: Voice) -> tuple[Block, ...]:
    """Say who bears what when something breaks, and what the journal is worth as evidence."""
    limits = Text(
        fr="L’organisateur répond de ses fautes. Il ne répond pas d’une panne de réseau, de messagerie ou d’équipement "
        "qui échappe à son contrôle. Rien ici ne réduit les droits que la loi donne au participant.",
        en="The organiser is liable for its own faults. It is not liable for a failure of network, mail or equipment "
        "beyond its control. Nothing here reduces the rights that the law gives to entrants.",
    )
    events = Text(
        fr="Si un événement qui échappe à son contrôle empêche le jeu de se dérouler, l’organisateur peut modifier le "
        "règlement ({amendments}) ou annuler le jeu. Une annulation a un motif public, inscrit au journal, et met fin "
        "au jeu. Un lot déjà confirmé reste dû.",
        en="If an event beyond its control keeps the contest from running, the organiser may amend the rules "
        "({amendments}) or void the contest. A void has a public reason, written in the journal, and ends the "
        "contest. A prize already confirmed remains due.",
    )
    evidence = Text(
        fr="Le journal signé fait preuve de ce qui y est inscrit, jusqu’à preuve contraire.",
        en="The signed journal is evidence of what is written in it, until the contrary is proved.",
    )
    return (
        Paragraph(voice.say(limits)),
        Paragraph(voice.say(events, amendments=voice.article("amendments"))),
        Paragraph(voice.say(evidence)),
    )


def amendments(voice: Voice) -> tuple[Block, ...]:
    """Say when and how the rules may change (legal C2)."""
    when = Text(
        fr="Le règlement ne change qu’en cas de nécessité : obligation légale, erreur à corriger, événement qui "
        "échappe à l’organisateur. La clôture n’est déplacée que pour une cause inévitable. Une modification ne "
        "désavantage pas qui participe déjà. Aucune n’est faite après la clôture.",
        en="The rules change only where needed: a legal duty, a mistake to mend, an event beyond the organiser’s "
        "control. The closing is moved only for an unavoidable cause. An amendment does not disadvantage those who "
        "have entered. None is made after the closing.",
    )
    how = Text(
        fr="Chaque modification est numérotée, datée et motivée. Elle est inscrite au journal public et annoncée sur "
        "la page du jeu avant de s’appliquer. Les versions précédentes y restent.",
        en="Each amendment is numbered, dated and reasoned. It is written in the public journal and announced on the "
        "contest page before it applies. Earlier versions stay there.",
    )
    return Paragraph(voice.say(when)), Paragraph(voice.say(how)), *amendment_list(voice)


def consultation(voice: Voice) -> tuple[Block, ...]:
    """Say where the text can be read, and which definition it was compiled from (legal C1, C9)."""
    where = Text(
        fr="Le règlement est en ligne à l’adresse {address}/rules, pendant tout le jeu. Une copie est envoyée "
        "gratuitement à qui la demande, à {contact}.",
        en="The rules are online at {address}/rules, as long as the contest lasts. A copy is sent free of charge to "
        "whoever asks for it, at {contact}.",
    )
    compiled = Text(
        fr="Ce texte est écrit à partir de la définition que le logiciel du jeu exécute : ce qu’il annonce est ce qui "
        "est fait. Son empreinte est inscrite au journal public quand il est publié.",
        en="This text is written from the definition that the contest’s software executes: what it announces is what "
        "is done. Its digest is written in the public journal when it is published.",
    )
    version = Text(fr="Version du règlement", en="Version of the rules")
    digest = Text(fr="Empreinte SHA-256 de la définition", en="SHA-256 of the definition")
    campaign = voice.campaign
    pairs = [(voice.say(version), str(voice.version))]
    if not holds_answers(campaign):
        pairs.append((voice.say(digest), campaign.digest()))
    return (
        Paragraph(voice.say(where, address=voice.address, contact=campaign.organiser.contact)),
        Paragraph(voice.say(compiled)),
        Facts(tuple(pairs)),
        *_deposits(voice),
    )


def _deposits(voice: Voice) -> Iterator[Block]:
    """Name the record of deposit and the filings, only where there are any (legal FR6, US3)."""
    law = voice.campaign.law
    deposited = Text(
        fr="Le règlement est déposé chez {officer}, {address}, le {day}, sous le numéro {number}.",
        en="The rules are deposited with {officer}, {address}, on {day}, under number {number}.",
    )
    filed = Text(
        fr="Déclaration ou autorisation ({country}) : {authority}, le {day}, numéro {number}.",
        en="Filing or permit ({country}): {authority}, on {day}, number {number}.",
    )
    if law.deposit:
        own = law.deposit
        day = voice.day(own.date)
        yield Paragraph(voice.say(deposited, officer=own.officer, address=own.address, day=day, number=own.number))
    for filing in law.filings:
        country = country_name(filing.country, voice.language)
        yield Paragraph(
            voice.say(
                filed, country=country, authority=filing.authority, day=voice.day(filing.date), number=filing.number
            )
        )


def holds_answers(campaign: Campaign) -> bool:
    """Say whether the definition still holds right answers in clear, as a draft does before it is sealed.

    The digest of such a draft is not printed: whoever guessed an answer could check it against the digest.
    """
    rule = campaign.rule(ClosedQuestion)
    return isinstance(rule, ClosedQuestion) and bool(rule.answers)


def complaints(voice: Voice) -> tuple[Block, ...]:
    """Say where to complain and, for an organiser in France, which law applies."""
    who = voice.campaign.organiser
    write = Text(
        fr="Une question ou une réclamation s’adresse à {contact}, ou par courrier à {name}, {address}. "
        "L’organisateur cherche d’abord un accord amiable.",
        en="Questions and complaints go to {contact}, or by post to {name}, {address}. The organiser first seeks an "
        "amicable settlement.",
    )
    french = Text(
        fr="Le règlement est soumis au droit français. Un consommateur garde la protection que lui donne la loi du "
        "pays où il habite. Les tribunaux compétents sont ceux que la loi désigne.",
        en="French law applies to these rules. Consumers keep the protection given by the law of the country where "
        "they live. The courts that have jurisdiction are those that the law designates.",
    )
    mediation = Text(
        fr="Sans accord, un consommateur peut saisir gratuitement le médiateur de la consommation : {mediator}.",
        en="Without a settlement, a consumer may turn free of charge to the consumer mediator: {mediator}.",
    )
    mediator = voice.campaign.law.mediator
    elsewhere = Text(
        fr="Un consommateur garde la protection que lui donne la loi du pays où il habite.",
        en="Consumers keep the protection given by the law of the country where they live.",
    )
    return (
        Paragraph(voice.say(write, contact=who.contact, name=who.name, address=who.address)),
        *((Paragraph(voice.say(mediation, mediator=mediator)),) if mediator else ()),
        Paragraph(voice.say(french if who.country == "FR" else elsewhere)),
    )


ARTICLES = (
    Article(
        key="liability", heading=Text(fr="Responsabilité et incidents", en="Liability and incidents"), write=liability
    ),
    Article(key="amendments", heading=Text(fr="Modifications du règlement", en="Amendments"), write=amendments),
    Article(
        key="consultation",
        heading=Text(fr="Consultation du règlement", en="Where the rules can be read"),
        write=consultation,
    ),
    Article(
        key="complaints",
        heading=Text(fr="Réclamations et droit applicable", en="Complaints and applicable law"),
        write=complaints,
    ),
)
