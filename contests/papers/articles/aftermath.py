"""What the definition declares of the time after the draw, in sentences for the articles it belongs to."""

from collections.abc import Iterator

from contests.campaign.definition import Document, Need
from contests.campaign.files import KEPT_DAYS
from contests.errors import Text
from contests.papers.tree import Block, Bullets, Paragraph
from contests.papers.voice import DAYS, Voice

NEEDS: dict[Need, Text] = {
    "postal-address": Text(fr="nom et adresse postale", en="name and postal address"),
    "country": Text(fr="pays", en="country"),
    "phone": Text(fr="téléphone", en="telephone"),
}


def documents(voice: Voice) -> Iterator[Block]:
    """Name what winners show, and when its file goes."""
    shown = voice.campaign.aftermath.documents
    if not shown:
        return
    before = Text(
        fr="Avant la confirmation, le gagnant montre ce qui suit. Le fichier n’est vu que par l’organisateur ; il est "
        "supprimé dès qu’il est vu, au plus tard {days} après son envoi. Il n’en reste que la date et le nom de la "
        "personne qui l’a vu.",
        en="Before the confirmation the winner shows what follows. Only the organiser sees the file; it is deleted as "
        "soon as it was seen, at most {days} after it was sent. What stays is the date and the name of who saw it.",
    )
    yield Paragraph(voice.say(before, days=voice.count(KEPT_DAYS, DAYS)))
    yield Bullets(tuple(_document(voice, document) for document in shown))


def _document(voice: Voice, document: Document) -> str:
    title = voice.own(document.title)
    if not document.prizes:
        return title
    titles = {prize.id: voice.own(prize.title) for prize in voice.campaign.prizes}
    named = voice.listed(titles.get(prize, prize) for prize in document.prizes)
    return voice.say(Text(fr="{title} (pour : {named})", en="{title} (for: {named})"), title=title, named=named)


def lapses(voice: Voice) -> Iterator[Block]:
    """Say who lets an offer lapse where that is not the clock, and that a reminder goes out."""
    after = voice.campaign.aftermath
    if after.lapse == "proposed":
        person = Text(
            fr="Le délai passé, une personne de l’organisateur constate l’absence de réponse ; l’offre est perdue à cet "
            "instant, pas avant.",
            en="Once the time is over, a person of the organiser notes that there is no answer; the offer lapses at that "
            "instant, not before.",
        )
        yield Paragraph(voice.say(person))
    if after.remind_days:
        reminder = Text(
            fr="Un rappel est envoyé {days} avant la fin du délai à qui n’a pas encore répondu.",
            en="A reminder is sent {days} before the time is over to whoever has not answered yet.",
        )
        yield Paragraph(voice.say(reminder, days=voice.count(after.remind_days, DAYS)))


def needs(voice: Voice) -> Iterator[Block]:
    """Say what each prize's winner is asked in order to get it."""
    asked = [prize for prize in voice.campaign.prizes if prize.needs]
    if not asked:
        return
    lead = Text(fr="Est demandé au gagnant, avec sa réponse :", en="The winner is asked, with the answer:")
    line = Text(fr="{title} : {needs}", en="{title}: {needs}")
    yield Paragraph(voice.say(lead))
    yield Bullets(
        tuple(
            voice.say(line, title=voice.own(prize.title), needs=voice.listed(voice.say(NEEDS[n]) for n in prize.needs))
            for prize in asked
        )
    )


def unpublished(voice: Voice) -> Iterator[Block]:
    """Say when the names are taken down."""
    days = voice.campaign.aftermath.unpublish_days
    if days:
        said = Text(
            fr="Les noms sont retirés des pages publiques {days} après le tirage.",
            en="The names are taken off the public pages {days} after the draw.",
        )
        yield Paragraph(voice.say(said, days=voice.count(days, DAYS)))
