"""After the draw: a provisional announcement, checks, an answer in time, the prize handed over."""

from collections.abc import Iterator

from contests.campaign.definition import Forfeit
from contests.campaign.minors import admits_minors
from contests.errors import Text
from contests.papers.articles import aftermath
from contests.papers.articles.article import Article
from contests.papers.tree import Block, Paragraph, Table
from contests.papers.voice import DAYS, Voice


def announcement(voice: Voice) -> tuple[Block, ...]:
    """Say that nothing is won before it is confirmed (legal FR8)."""
    provisional = Text(
        fr="Le résultat du tirage est provisoire. L’organisateur écrit à la personne classée, à l’adresse e-mail "
        "qu’elle a donnée, et lui propose un lot sous réserve de vérification. Le gain n’est acquis qu’après une "
        "confirmation écrite de l’organisateur.",
        en="The result of the draw is provisional. The organiser writes to the person who was ranked, at the e-mail "
        "address given, and offers a prize subject to checks. A prize is awarded only once the organiser has "
        "confirmed it in writing.",
    )
    checks = Text(
        fr="L’organisateur vérifie que les conditions de participation étaient remplies. Il peut demander une preuve, "
        "d’âge ou de résidence par exemple ; elle sert à cette vérification et n’est pas gardée ensuite.",
        en="The organiser checks that the conditions of entry were met. Proof may be asked for, of age or residence "
        "for example; it serves this check and is not kept afterwards.",
    )
    caution = Text(
        fr="Aucun message du jeu ne demande d’argent, de mot de passe ou de numéro de carte. Un doute ? Écrire à "
        "{contact}.",
        en="No message of the contest asks for money, a password or a card number. In doubt, write to {contact}.",
    )
    return (
        Paragraph(voice.say(provisional)),
        Paragraph(voice.say(checks)),
        *aftermath.documents(voice),
        Paragraph(voice.say(caution, contact=voice.campaign.organiser.contact)),
    )


def forfeits(voice: Voice) -> tuple[Block, ...]:
    """List each reason for losing a prize, with its delay, and say who is next (legal C13)."""
    if not voice.campaign.forfeits:
        none = Text(
            fr="Aucun motif de perte n’est déclaré : un lot proposé ne peut pas être retiré à la personne classée.",
            en="No reason for losing a prize is declared: an offered prize cannot be taken from the person ranked.",
        )
        return Paragraph(voice.say(none)), Paragraph(_next(voice))
    only = Text(
        fr="Un lot proposé ne peut être perdu que pour un motif de ce tableau. Aucun motif n’est ajouté après la "
        "clôture.",
        en="An offered prize can be lost only for a reason of this table. No reason is added after the closing.",
    )
    recorded = Text(
        fr="Chaque perte est inscrite au journal public avec son code, sans nommer personne.",
        en="Each loss is written in the public journal with its code, naming nobody.",
    )
    header = (Text(fr="Motif", en="Reason"), Text(fr="Quand", en="When"), Text(fr="Code public", en="Public code"))
    caption = Text(fr="Motifs de perte d’un lot", en="Reasons for losing a prize")
    rows = tuple((voice.own(f.reason), _delay(voice, f), f.code) for f in voice.campaign.forfeits)
    return (
        Paragraph(voice.say(only)),
        Table(voice.say(caption), tuple(map(voice.say, header)), rows),
        *_answer_by(voice),
        *aftermath.lapses(voice),
        Paragraph(voice.say(recorded)),
        Paragraph(_next(voice)),
    )


def _answer_by(voice: Voice) -> Iterator[Block]:
    delays = [forfeit.days for forfeit in voice.campaign.forfeits if forfeit.days]
    if not delays:
        return
    by = Text(
        fr="On répond par le lien de la proposition, qui indique jusqu’à quand, à la minute.",
        en="The answer is given by the link of the offer, which says until when, to the minute.",
    )
    shortest = Text(
        fr="De plusieurs délais, le plus court s’applique.",
        en="Of several delays, the shortest one applies.",
    )
    said = voice.say(by)
    yield Paragraph(f"{said} {voice.say(shortest)}" if len(delays) > 1 else said)


def _delay(voice: Voice, forfeit: Forfeit) -> str:
    if forfeit.days is None:
        return voice.say(Text(fr="Dès que le fait est établi", en="As soon as the fact is established"))
    said = Text(
        fr="Sans réponse {days} après l’envoi de la proposition",
        en="Without an answer {days} after the offer was sent",
    )
    return voice.say(said, days=voice.count(forfeit.days, DAYS))


def _next(voice: Voice) -> str:
    if voice.campaign.alternates:
        said = Text(
            fr="Un lot perdu est proposé au suppléant suivant du même classement, dans les mêmes conditions et les "
            "mêmes délais. Quand il n’y a plus de suppléant, le lot n’est pas remis, et le journal public le dit.",
            en="A prize that is lost is offered to the next alternate of the same ranking, on the same conditions "
            "and with the same delays. When no alternate is left, the prize is not awarded, and the public journal "
            "says so.",
        )
    else:
        said = Text(
            fr="Aucun suppléant n’étant classé, un lot refusé ou perdu n’est pas remis, et le journal public le dit.",
            en="As no alternate is ranked, a prize refused or lost is not awarded, and the public journal says so.",
        )
    return voice.say(said)


def delivery(voice: Voice) -> tuple[Block, ...]:
    """Say that delivery is free and that what it needs is asked of winners only (legal DP7)."""
    free = Text(
        fr="Une fois le gain confirmé, l’organisateur convient avec le gagnant de la remise du lot. La remise, envoi "
        "compris, est sans frais pour le gagnant. Ce qu’il faut pour remettre le lot, une adresse postale par "
        "exemple, n’est demandé qu’à lui.",
        en="Once the prize is confirmed, the organiser agrees with the winner on how to hand it over. Delivery, "
        "shipping included, is free for the winner. What it needs, a postal address for example, is asked of the "
        "winner only.",
    )
    minors = Text(
        fr="Le lot d’un mineur est remis au titulaire de l’autorité parentale, ou avec son accord écrit.",
        en="A minor’s prize is handed to a parent or guardian, or with their consent in writing.",
    )
    within = Text(
        fr="Le lot est remis au plus tard {days} après la confirmation, dès lors que le gagnant peut être joint.",
        en="The prize is handed over at most {days} after the confirmation, as long as the winner can be reached.",
    )
    said: list[Block] = [Paragraph(voice.say(free)), *aftermath.needs(voice)]
    if voice.campaign.law.delivery_days:
        said.append(Paragraph(voice.say(within, days=voice.count(voice.campaign.law.delivery_days, DAYS))))
    if admits_minors(voice.campaign):
        said.append(Paragraph(voice.say(minors)))
    return tuple(said)


ARTICLES = (
    Article(
        key="announcement",
        heading=Text(fr="Annonce provisoire et vérifications", en="Provisional announcement and checks"),
        write=announcement,
    ),
    Article(
        key="forfeits",
        heading=Text(fr="Délai de réponse et perte d’un lot", en="Time to answer and loss of a prize"),
        write=forfeits,
    ),
    Article(key="delivery", heading=Text(fr="Remise des lots", en="Delivery of prizes"), write=delivery),
)
