"""The sheet of one campaign in the organiser's record of processing (GDPR, art. 30; legal DP15), with dated periods."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from contests.campaign.definition import Campaign
from contests.campaign.retention import CLAIM_YEARS, NOTED, Course, claim_end, email_item, end_of, identity_items, items
from contests.errors import Language, Text
from contests.papers.articles.order import numbers_of
from contests.papers.articles.privacy import kept
from contests.papers.fields import GROUNDS, PURPOSES, label_of, named
from contests.papers.pdf import Page
from contests.papers.tree import Block, Bullets, Document, Facts, Note, Paragraph, Section, Table
from contests.papers.voice import YEARS, Voice


class Erased(msgspec.Struct, frozen=True):
    """How many of an item were deleted, why (`time` or `request`), first and last."""

    item: str
    why: str
    count: int
    first_at: datetime
    last_at: datetime


class Consents(msgspec.Struct, frozen=True):
    """How many consents to commercial messages are held for a box, and when the first and the last of them end."""

    count: int
    first: datetime
    last: datetime


class Processing(msgspec.Struct, frozen=True, kw_only=True):
    """What the sheet tells. `since` is when the periods began; until then dates are those of the announced draw."""

    campaign: str
    definition: Campaign
    version: int
    site: str
    at: datetime
    since: datetime | None
    draws_at: datetime
    claimed_until: datetime | None
    next_at: datetime | None
    people: int
    restricted: int
    erased: tuple[Erased, ...]
    consents: dict[str, Consents] = {}


TITLE = Text(fr="Fiche de traitement des données personnelles", en="Record of processing of personal data")
BESIDE: dict[str, Text] = {
    "_identity": Text(fr="Identité engagée dans le journal et sa clé", en="Identity committed to in the journal, and its key"),
    "_mail": Text(fr="Messages envoyés ou à envoyer", en="Messages sent or to be sent"),
    "_pending": Text(fr="Participations jamais confirmées", en="Entries never confirmed"),
    "_entry": Text(fr="Lignes des participations", en="Rows of entries"),
    "_shown": Text(fr="Documents montrés pour un lot", en="Documents shown for a prize"),
    "_award": Text(fr="Réponses à une proposition de lot", en="Answers to an offer of a prize"),
    "_opt_in": Text(fr="Accords commerciaux, avec leur preuve", en="Consents to commercial messages, with their proof"),
    "_comment": Text(fr="Commentaires et ce qui en a été observé", en="Comments and what was observed of them"),
    "_list": Text(fr="Liste des adresses qui ne peuvent pas participer", en="List of addresses that may not enter"),
    "_evidence": Text(fr="Motifs et pièces des exclusions", en="Facts and evidence of exclusions"),
    "_notes": Text(fr="Notes sur les lots et sur les demandes", en="Notes on prizes and requests"),
}  # fmt: skip
WHY = {
    "time": Text(fr="Durée écoulée", en="Period over"),
    "request": Text(fr="À la demande de la personne", en="At the person’s request"),
}


def write_processing(facts: Processing, language: Language) -> Document:
    """Return the sheet in `language`. Pure: the same facts give the same document."""
    voice = Voice(
        campaign=facts.definition, language=language, version=facts.version, numbers=numbers_of(facts.definition)
    )
    written = (
        (Text(fr="Responsable et traitement", en="Controller and processing"), "controller", _controller(facts, voice)),
        (Text(fr="Finalités et bases légales", en="Purposes and legal grounds"), "purposes", _purposes(voice)),
        (Text(fr="Données et durées", en="Data and periods"), "periods", _periods(facts, voice)),
        (Text(fr="État des échéances", en="State of the clocks"), "state", _state(facts, voice)),
        (Text(fr="Destinataires", en="Recipients"), "recipients", _recipients(voice)),
        (Text(fr="Mesures de sécurité", en="Security measures"), "security", _security(voice)),
    )
    return Document(
        language=language,
        title=voice.say(TITLE),
        subtitle=voice.own(facts.definition.title),
        sections=tuple(
            Section(str(n), voice.say(heading), key, blocks) for n, (heading, key, blocks) in enumerate(written, 1)
        ),
    )


def page_of(facts: Processing, document: Document) -> Page:
    """Return what stands on every page of the PDF."""
    return Page(
        left=document.title, right=document.subtitle, foot=f"{facts.definition.organiser.name} · {facts.campaign}"
    )


def _pairs(voice: Voice, *pairs: tuple[Text, str]) -> Facts:
    return Facts(tuple((voice.say(label), value) for label, value in pairs if value))


def _table(voice: Voice, caption: Text, header: tuple[Text, ...], rows: Iterator[tuple[str, ...]]) -> Table:
    return Table(voice.say(caption), tuple(voice.say(name) for name in header), tuple(rows))


def _controller(facts: Processing, voice: Voice) -> tuple[Block, ...]:
    who = facts.definition.organiser
    return (
        _pairs(
            voice,
            (Text(fr="Responsable du traitement", en="Controller"), f"{who.name}, {who.legal_form}, {who.registration}"),
            (Text(fr="Adresse", en="Address"), who.address),
            (Text(fr="Contact pour les données", en="Contact for data"), who.data_protection),
            (Text(fr="Traitement", en="Processing"), voice.say(
                Text(fr="Jeu avec tirage au sort : participations, tirage, remise des lots",
                     en="Contest with a draw: entries, draw, delivery of prizes"))),
            (Text(fr="Personnes concernées", en="Data subjects"), voice.say(
                Text(fr="Participants, gagnants, suppléants", en="Entrants, winners, alternates"))),
            (Text(fr="Ouverture", en="Opening"), voice.when(facts.definition.opens_at)),
            (Text(fr="Tirage", en="Draw"), voice.when(facts.since or facts.draws_at)),
            (Text(fr="Règlement", en="Rules"), f"{facts.site}/c/{facts.definition.slug}/rules"),
            (Text(fr="Fiche établie le", en="Sheet written on"), voice.when(facts.at.replace(second=0, microsecond=0))),
        ),
    )  # fmt: skip


def _purposes(voice: Voice) -> tuple[Block, ...]:
    def rows() -> Iterator[tuple[str, ...]]:
        for purpose, said in PURPOSES.items():
            mine = [item for item in items(voice.campaign) if item.purpose == purpose]
            if mine:
                what = voice.listed(
                    label_of(i.field, voice) if i.field else voice.say(_NOTED) if i.name == NOTED else named(i, voice)
                    for i in mine
                )
                yield voice.say(said), voice.say(GROUNDS[purpose]), what

    header = (
        Text(fr="Finalité", en="Purpose"),
        Text(fr="Base légale", en="Legal ground"),
        Text(fr="Données", en="Data"),
    )
    return (_table(voice, Text(fr="Finalités de ce jeu", en="Purposes of this contest"), header, rows()),)


_NOTED = Text(fr="ce que note le site", en="what the site notes")


def _periods(facts: Processing, voice: Voice) -> tuple[Block, ...]:
    since = facts.since or facts.draws_at
    course = Course(since=since)

    def rows() -> Iterator[tuple[str, ...]]:
        for item in items(voice.campaign):
            end = end_of(item, course)
            assert end is not None
            when = _each(facts, item.name, voice) if item.contact_days else voice.when(_minute(end))
            yield named(item, voice), voice.say(PURPOSES[item.purpose]), kept(item, voice), when

    header = (Text(fr="Donnée", en="Item"), Text(fr="Pourquoi", en="Why"), Text(fr="Conservation", en="Kept"),
              Text(fr="Suppression le", en="Deleted on"))  # fmt: skip
    ends = {item.name: end_of(item, course) for item in items(voice.campaign)}
    identity = min(end for name, end in ends.items() if end and name in identity_items(voice.campaign) | {"_noted"})
    mails = ends[email_item(voice.campaign)]
    assert mails is not None
    years = voice.count(CLAIM_YEARS, YEARS)
    beside = (
        (BESIDE["_pending"], voice.say(Text(fr="À la clôture", en="At the closing"))),
        (BESIDE["_identity"], voice.when(_minute(identity))),
        (BESIDE["_mail"], voice.when(_minute(mails))),
        (BESIDE["_evidence"], voice.when(_minute(claim_end(since)))),
        (_WINNERS, voice.when(_minute(facts.claimed_until)) if facts.claimed_until else voice.say(_OFFER, years=years)),
    )
    planned = Note(voice.say(_PLANNED))
    table = _table(voice, Text(fr="Données de qui ne gagne pas", en="Data of those who do not win"), header, rows())
    return (*(() if facts.since else (planned,)), table, _pairs(voice, *beside), Paragraph(voice.say(_STAYS)))


def _each(facts: Processing, box: str, voice: Voice) -> str:
    """Say when the consents of a box end: each has a clock of its own (legal DP9)."""
    held = facts.consents.get(box)
    if held is None:
        return voice.say(Text(fr="À la fin de chaque accord", en="At the end of each consent"))
    said = Text(
        fr="{count} gardé(s) ; du {first} au {last}, chacun à sa date",
        en="{count} held; from {first} to {last}, each on its own date",
    )
    zone = ZoneInfo(voice.campaign.timezone)
    first, last = (voice.day(at.astimezone(zone).date()) for at in (held.first, held.last))
    return voice.say(said, count=voice.number(held.count), first=first, last=last)


_PLANNED = Text(
    fr="Le tirage n’a pas eu lieu : les dates sont calculées sur le tirage annoncé.",
    en="The draw has not taken place: dates are worked out from the announced draw.",
)
_WINNERS = Text(fr="Personnes à qui un lot a été proposé", en="People who were offered a prize")
_OFFER = Text(fr="{years} à compter de la dernière proposition", en="{years} from the last offer")
_STAYS = Text(
    fr="Le journal public, la liste figée et le classement restent : ils ne contiennent que des pseudonymes au hasard et "
    "des empreintes à clé. La clé détruite, plus rien ne les relie à une personne, et le tirage se vérifie toujours.",
    en="The public journal, the frozen list and the ranking stay: they hold random pseudonyms and keyed digests only. "
    "Once the key is deleted nothing links them to a person, and the draw can still be verified.",
)


def _state(facts: Processing, voice: Voice) -> tuple[Block, ...]:
    none = voice.say(Text(fr="Aucune", en="None"))
    pairs = _pairs(
        voice,
        (Text(fr="Personnes dont des données sont gardées", en="People of whom data are kept"), voice.number(facts.people)),
        (Text(fr="dont effacées à leur demande, sauf ce qui doit rester", en="of whom erased at their request, but for what must stay"),
         voice.number(facts.restricted)),
        (Text(fr="Prochaine suppression", en="Next deletion"), voice.when(_minute(facts.next_at)) if facts.next_at else none),
    )  # fmt: skip

    def rows() -> Iterator[tuple[str, ...]]:
        known = {item.name: named(item, voice) for item in items(voice.campaign)}
        for one in facts.erased:
            what = voice.say(BESIDE[one.item]) if one.item in BESIDE else known.get(one.item, one.item)
            yield (
                what, voice.say(WHY[one.why]), voice.number(one.count), voice.when(_minute(one.first_at)),
                voice.when(_minute(one.last_at)),
            )  # fmt: skip

    if not facts.erased:
        return (pairs, Paragraph(voice.say(Text(fr="Rien n’a encore été supprimé.", en="Nothing was deleted so far."))))
    header = (Text(fr="Donnée", en="Item"), Text(fr="Raison", en="Reason"), Text(fr="Nombre", en="Number"),
              Text(fr="Première fois", en="First time"), Text(fr="Dernière fois", en="Last time"))  # fmt: skip
    return (pairs, _table(voice, Text(fr="Suppressions faites", en="Deletions made"), header, rows()))


def _recipients(voice: Voice) -> tuple[Block, ...]:
    own = Text(
        fr="Reçoivent les données : les personnes chargées du jeu et le service juridique de l’organisateur, avec un "
        "compte chacun ; l’hébergeur du serveur et celui de la messagerie, pour son compte. Le logiciel n’envoie rien à "
        "d’autres : ni mesure d’audience, ni réseau social, ni service tiers sur les pages.",
        en="The data go to the people in charge of the contest and the legal department of the organiser, each with an "
        "account; to the host of the server and that of the mail, on its behalf. The software sends nothing to others: "
        "no audience measurement, no social network, no third-party service on the pages.",
    )
    complete = Text(
        fr="À compléter par l’organisateur : nom et pays de l’hébergeur et de la messagerie ; transferts hors de l’Union "
        "européenne et leur garantie, s’il y en a.",
        en="To be completed by the organiser: name and country of the host and of the mail provider; transfers outside "
        "the European Union and their safeguard, if any.",
    )
    return (Paragraph(voice.say(own)), Note(voice.say(complete)))


def _security(voice: Voice) -> tuple[Block, ...]:
    measures = (
        Text(fr="Le journal public ne contient ni adresse ni nom : un pseudonyme au hasard et une empreinte à clé par participation.",
             en="The public journal holds no address and no name: a random pseudonym and a keyed digest for each entry."),
        Text(fr="Les liens des participants ne sont gardés que sous forme d’empreinte ; rien de personnel n’est dans une adresse de page.",
             en="Links of entrants are kept as digests only; nothing personal is in the address of a page."),
        Text(fr="Comptes nominatifs du personnel, mots de passe hachés (Argon2), seconde étape (code ou clé d’accès) au choix de chacun, sauf si l’installation l’exige, essais limités, sessions de douze heures au plus, fermées après trois heures sans usage, cinq rôles.",
             en="Named staff accounts, hashed passwords (Argon2), a second step (code or passkey) for those who choose it, or for all where the installation asks for it, throttled attempts, sessions of at most twelve hours, closed after three without use, five roles."),
        Text(fr="Exclusions, exports et effacements par le personnel sont notés avec leur auteur.",
             en="Exclusions, exports and erasures by staff are noted with who did them."),
        Text(fr="Pages personnelles jamais mises en cache ; aucun traceur ; journaux techniques sans donnée personnelle.",
             en="Personal pages are never cached; no tracker; technical logs without personal data."),
        Text(fr="Suppression automatique aux échéances ci-dessus ; les comptes des suppressions ne nomment personne.",
             en="Automatic deletion on the dates above; the counts of deletions name nobody."),
    )  # fmt: skip
    return (Bullets(tuple(voice.say(measure) for measure in measures)),)


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
