"""What the contest is: who organises it, its nature, where it is announced, its period, its acceptance."""

from collections.abc import Iterator

from contests.campaign.dated import platforms
from contests.campaign.definition import Campaign, Channel
from contests.campaign.notices import ACTIONS, cost_notice
from contests.errors import Language, Text
from contests.papers.articles.article import Article, rule_sentences
from contests.papers.articles.series import one_of
from contests.papers.tree import Block, Bullets, Facts, Links, Paragraph, Table
from contests.papers.voice import Voice
from contests.rules.accepts_rules import AcceptsRules
from contests.rules.closed_question import ClosedQuestion
from contests.rules.residence import Residence, country_name

LANGUAGE_NAMES: dict[Language, Text] = {
    "fr": Text(fr="en français", en="in French"),
    "en": Text(fr="en anglais", en="in English"),
}


def organiser(voice: Voice) -> tuple[Block, ...]:
    """Say who is answerable (legal C3)."""
    who = voice.campaign.organiser
    pairs = (
        (Text(fr="Dénomination", en="Name"), who.name),
        (Text(fr="Forme juridique", en="Legal form"), who.legal_form),
        (Text(fr="Immatriculation", en="Registration"), who.registration),
        (Text(fr="Siège", en="Registered office"), who.address),
        (Text(fr="Pays", en="Country"), country_name(who.country, voice.language)),
        (Text(fr="Questions et réclamations", en="Questions and complaints"), who.contact),
        (Text(fr="Données personnelles", en="Personal data"), who.data_protection),
    )
    said = Text(
        fr="L’organisateur répond seul du jeu : de son règlement, de son tirage et de la remise des lots.",
        en="The organiser alone is answerable for the contest: its rules, its draw and the delivery of prizes.",
    )
    return Facts(tuple((voice.say(label), value) for label, value in pairs)), Paragraph(voice.say(said))


def nature(voice: Voice) -> tuple[Block, ...]:
    """Say whether it is free, that chance decides, and in which language the text binds (legal FR1, FR3)."""
    campaign = voice.campaign
    free = Text(
        fr="« {title} » est un jeu gratuit et sans obligation d’achat.",
        en="“{title}” is free to enter and no purchase is necessary.",
    )
    paid = Text(
        fr="« {title} » est un jeu dont la participation n’est pas gratuite.", en="“{title}” is not free to enter."
    )
    chance = Text(
        fr="Le hasard seul désigne les gagnants, par un tirage au sort unique.",
        en="Chance alone decides who wins, in one single draw.",
    )
    if campaign.rule(ClosedQuestion) is not None:
        chance = Text(
            fr="Le hasard seul désigne les gagnants, par un tirage au sort unique parmi les personnes qui ont donné une "
            "bonne réponse.",
            en="Chance alone decides who wins, in one single draw among the people who gave a right answer.",
        )
    cost = cost_notice(campaign)
    page = Text(fr="Page du jeu", en="Contest page")
    opening = voice.say(paid if cost else free, title=voice.own(campaign.title))
    return (
        Paragraph(" ".join((opening, *((voice.say(cost),) if cost else ()), voice.say(chance)))),
        Paragraph(voice.own(campaign.summary)),
        Paragraph(_languages(voice)),
        Links(((voice.say(page), voice.address),)),
        *one_of(voice),
    )


def _languages(voice: Voice) -> str:
    campaign = voice.campaign
    listed = voice.listed(LANGUAGE_NAMES[language](voice.language) for language in campaign.languages)
    first = LANGUAGE_NAMES[prevailing(campaign)](voice.language)
    if voice.language not in campaign.languages:
        said = Text(
            fr="Ce texte est une traduction, pour information. Le règlement est publié {listed} ; la version "
            "{first} l’emporte.",
            en="This text is a translation, for information. The rules are published {listed}; the version "
            "{first} prevails.",
        )
    elif len(campaign.languages) > 1:
        said = Text(
            fr="Le règlement est publié {listed}. Si les deux versions diffèrent, la version {first} l’emporte.",
            en="The rules are published {listed}. Where the two differ, the version {first} prevails.",
        )
    else:
        said = Text(fr="Le règlement est publié {listed}.", en="The rules are published {listed}.")
    return voice.say(said, listed=listed, first=first)


def prevailing(campaign: Campaign) -> Language:
    """Return the language that prevails: French where the contest addresses France, else the first one."""
    return "fr" if addresses_france(campaign) and "fr" in campaign.languages else campaign.languages[0]


def addresses_france(campaign: Campaign) -> bool:
    """Say whether the organiser has its seat in France or people who live there may enter."""
    residence = campaign.rule(Residence)
    listed = residence.countries if isinstance(residence, Residence) else ()
    return campaign.organiser.country == "FR" or "FR" in listed


def channels(voice: Voice) -> tuple[Block, ...]:
    """Name the places, and release those that belong to somebody else (legal PL1)."""
    rows = tuple((voice.own(c.title), f"{voice.address}?via={c.id}") for c in voice.campaign.channels)
    header = (Text(fr="Lieu", en="Place"), Text(fr="Adresse qui y est annoncée", en="Address given there"))
    counted = Text(
        fr="La fin de l’adresse dit d’où vient une participation. Elle sert à les compter et ne change rien aux "
        "chances, sauf ce que le règlement prévoit.",
        en="The end of the address says where an entry comes from. It serves to count entries and does not change "
        "the chances, unless these rules say so.",
    )
    release = Text(
        fr="Quand l’un de ces lieux appartient à un tiers, un réseau social par exemple, {name} organise le jeu "
        "seul : ce tiers ne le parraine pas, ne l’administre pas, ne le cautionne pas et n’y est associé d’aucune "
        "façon. Les informations données vont à l’organisateur, non à ce tiers. En participant, chacun dégage ce "
        "tiers de toute responsabilité liée au jeu.",
        en="Where one of these places belongs to somebody else, a social network for example, {name} alone runs the "
        "contest: it is in no way sponsored, endorsed or administered by, or associated with, that third party. "
        "What entrants give goes to the organiser, not to that third party. By entering, each entrant releases "
        "that third party from any liability connected with the contest.",
    )
    caption = Text(fr="Où le jeu est annoncé", en="Where the contest is announced")
    return (
        Table(voice.say(caption), tuple(map(voice.say, header)), rows),
        Paragraph(voice.say(counted)),
        Paragraph(voice.say(release, name=voice.campaign.organiser.name)),
        *_platforms(voice),
        *_invitations(voice),
    )


def _platforms(voice: Voice) -> Iterator[Block]:
    """Release each platform by name, and add what it asks contests to say."""
    release = Text(
        fr="{name} organise le jeu seul. {platform} ne le parraine pas, ne l’administre pas, ne le cautionne pas et n’y "
        "est associé d’aucune façon. Les informations données vont à {name}, non à {platform}. En participant, chacun "
        "dégage {platform} de toute responsabilité liée au jeu.",
        en="{name} alone runs the contest. It is in no way sponsored, endorsed or administered by, or associated with, "
        "{platform}. What entrants give goes to {name}, not to {platform}. By entering, each entrant releases {platform} "
        "from any liability connected with the contest.",
    )
    apart = Text(
        fr="{platform} ne parraine pas le jeu, ne l’administre pas, ne le cautionne pas et n’y est associé d’aucune façon.",
        en="The contest is in no way sponsored, endorsed or administered by, or associated with, {platform}.",
    )
    for name in dict.fromkeys(channel.platform for channel in voice.campaign.channels):
        if isinstance(name, str):
            row = platforms().row(name)
            said = release if row.release else apart
            text = voice.say(said, name=voice.campaign.organiser.name, platform=row.name)
            yield Paragraph(f"{text} {voice.say(row.clause)}" if row.clause else text)


def _invitations(voice: Voice) -> Iterator[Block]:
    """Say what a post invites to, and that nothing rests on it (legal C7)."""
    invitation = Text(fr="{place} : {actions}.", en="{place}: {actions}.")
    lines = tuple(
        voice.say(invitation, place=voice.own(channel.title), actions=_actions(voice, channel))
        for channel in voice.campaign.channels
        if channel.invites
    )
    if lines:
        free = Text(
            fr="Les publications invitent aussi à ce qui suit. Ce n’est pas nécessaire pour participer et ne change rien "
            "aux chances :",
            en="The posts also invite people to what follows. It is not needed to enter and does not change the chances:",
        )
        yield Paragraph(voice.say(free))
        yield Bullets(lines)


def _actions(voice: Voice, channel: Channel) -> str:
    return voice.listed(voice.say(ACTIONS[action]) for action in channel.invites or ())


def period(voice: Voice) -> tuple[Block, ...]:
    """Give the four instants to the minute, the time zone and the clock that decides."""
    campaign = voice.campaign
    pairs = (
        (Text(fr="Ouverture des participations", en="Entries open"), campaign.opens_at),
        (Text(fr="Clôture des participations", en="Entries close"), campaign.closes_at),
        (Text(fr="Gel de la liste", en="List frozen"), campaign.freezes_at),
        (Text(fr="Tirage au sort", en="Draw"), campaign.draws_at),
    )
    zone = Text(
        fr="Toutes les heures sont celles du fuseau horaire {zone} ({names}).",
        en="All times are those of the time zone {zone} ({names}).",
    )
    return (
        Facts(tuple((voice.say(label), voice.when(at)) for label, at in pairs)),
        Paragraph(voice.say(zone, zone=campaign.timezone, names=voice.zone_names())),
        *(Paragraph(sentence) for sentence in rule_sentences(voice, "period")),
    )


def acceptance(voice: Voice) -> tuple[Block, ...]:
    """Say how the text is accepted, and that it can be read before."""
    read = Text(
        fr="Le règlement se lit gratuitement avant de participer, à l’adresse {address}/rules.",
        en="The rules can be read free of charge before entering, at {address}/rules.",
    )
    return (Bullets((*rule_sentences(voice, "acceptance"), voice.say(read, address=voice.address))),)


ARTICLES = (
    Article(key="organiser", heading=Text(fr="Organisateur", en="Organiser"), write=organiser),
    Article(key="nature", heading=Text(fr="Nature du jeu", en="Nature of the contest"), write=nature),
    Article(
        key="channels",
        heading=Text(fr="Réseaux sociaux et autres lieux d’annonce", en="Social networks and other places"),
        write=channels,
        applies=lambda campaign: bool(campaign.channels),
    ),
    Article(key="period", heading=Text(fr="Durée", en="Period"), write=period),
    Article(
        key="acceptance",
        heading=Text(fr="Acceptation du règlement", en="Acceptance of the rules"),
        write=acceptance,
        applies=lambda campaign: campaign.rule(AcceptsRules) is not None,
    ),
)
