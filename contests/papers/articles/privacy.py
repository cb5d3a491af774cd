"""Personal data: how winners are named, what is kept, why and how long (legal DP1 to DP12)."""

from collections.abc import Iterator

from contests.campaign.definition import Publication
from contests.campaign.minors import admits_minors, consent_notice
from contests.campaign.retention import CLAIM_YEARS, Item, items
from contests.errors import Text
from contests.papers.articles import aftermath
from contests.papers.articles.article import Article
from contests.papers.articles.contest import addresses_france
from contests.papers.fields import GROUNDS, PURPOSES, label_of, named
from contests.papers.tree import Block, Bullets, Paragraph, Table
from contests.papers.voice import DAYS, YEARS, Voice
from contests.rules.parent_agrees import ParentAgrees
from contests.rules.residence import country_name

DIGITAL_MAJORITY = 15  # France: loi Informatique et Libertés, art. 45
NAMED: dict[Publication, Text] = {
    "none": Text(
        fr="Le nom des gagnants n’est pas publié. Les résultats publics ne montrent que des pseudonymes.",
        en="The names of winners are not published. The public results show pseudonyms only.",
    ),
    "initials": Text(
        fr="Un gagnant confirmé est nommé par les initiales de son prénom et de son nom, avec son lot.",
        en="A confirmed winner is named by the initials of first and last name, with the prize.",
    ),
    "first-name-initial-town": Text(
        fr="Un gagnant confirmé est nommé par son prénom, l’initiale de son nom et sa ville, avec son lot.",
        en="A confirmed winner is named by first name, initial of the last name and town, with the prize.",
    ),
    "surname-county": Text(
        fr="Un gagnant confirmé est nommé par son nom de famille et le lieu de résidence indiqué (département, comté "
        "ou ville), avec son lot.",
        en="A confirmed winner is named by surname and the place of residence given (county or town), with the prize.",
    ),
}


def publication(voice: Voice) -> tuple[Block, ...]:
    """Say how winners are named, and that they may object (legal DP12)."""
    level = voice.campaign.publication
    where = Text(
        fr="Cette publication se fait sur la page des résultats, {address}/results.",
        en="This is published on the results page, {address}/results.",
    )
    objection = Text(
        fr="Chacun peut s’y opposer, avant ou après, en écrivant à {data}. L’opposition ne fait perdre ni chance ni "
        "lot. Aucune photo ni image n’est publiée sans un accord séparé.",
        en="Anyone may object, before or after, by writing to {data}. Objecting costs neither ticket nor prize. No "
        "photograph or picture is published without a separate consent.",
    )
    if level == "none":
        return (Paragraph(voice.say(NAMED[level])),)
    return (
        Paragraph(voice.sentences(voice.say(NAMED[level]), voice.say(where, address=voice.address))),
        Paragraph(voice.say(objection, data=voice.campaign.organiser.data_protection)),
        *aftermath.unpublished(voice),
    )


def personal_data(voice: Voice) -> tuple[Block, ...]:
    """Give the notice that goes with the form: controller, table of data, rights, complaint."""
    who = voice.campaign.organiser
    controller = Text(
        fr="Le responsable du traitement est {name}, {address}. Contact pour les données personnelles : {data}.",
        en="The controller is {name}, {address}. Contact for personal data: {data}.",
    )
    recipients = Text(
        fr="Seules reçoivent ces données les personnes chargées du jeu chez l’organisateur, et les prestataires "
        "techniques qui agissent pour lui et sur ses instructions. Elles ne sont ni vendues ni cédées.",
        en="These data go only to the people in charge of the contest at the organiser, and to technical providers "
        "who act for the organiser and on its instructions. They are neither sold nor passed on.",
    )
    shared = Text(
        fr="En dehors de ces partenaires, seules reçoivent ces données les personnes chargées du jeu chez l’organisateur, "
        "et les prestataires techniques qui agissent pour lui et sur ses instructions.",
        en="Apart from these partners, these data go only to the people in charge of the contest at the organiser, and to "
        "technical providers who act for the organiser and on its instructions.",
    )
    campaign_shares = bool(voice.campaign.law.partners)
    needed = Text(
        fr="Sans une donnée obligatoire, la participation ne peut pas être enregistrée. Une donnée facultative ne "
        "change ni les chances ni le résultat.",
        en="Without a required item the entry cannot be recorded. An optional one changes neither the chances nor "
        "the result.",
    )
    return (
        Paragraph(voice.say(controller, name=who.name, address=who.address, data=who.data_protection)),
        _table(voice),
        Paragraph(voice.say(needed)),
        *_marketing(voice),
        *_partners(voice),
        Paragraph(voice.say(shared if campaign_shares else recipients)),
        *_processors(voice),
        *_kept_longer(voice),
        *_rights(voice),
    )


def _table(voice: Voice) -> Table:
    header = (
        Text(fr="Donnée", en="Item"),
        Text(fr="Pourquoi", en="Why"),
        Text(fr="Base légale", en="Legal ground"),
        Text(fr="Obligatoire", en="Required"),
        Text(fr="Conservation", en="Kept"),
    )
    caption = Text(fr="Données de qui participe sans gagner", en="Data of those who enter without winning")
    return Table(voice.say(caption), tuple(map(voice.say, header)), tuple(_rows(voice)))


def _rows(voice: Voice) -> Iterator[tuple[str, ...]]:
    yes, no = Text(fr="Oui", en="Yes"), Text(fr="Non", en="No")
    for item in items(voice.campaign):
        required = yes if item.field is None or item.field.required else no
        noted = item.field is None and item.ask is None
        yield (
            named(item, voice),
            voice.say(PURPOSES[item.purpose]),
            voice.say(GROUNDS[item.purpose]),
            voice.say(Text(fr="Noté par le site", en="Noted by the site") if noted else required),
            kept(item, voice),
        )


def kept(item: Item, voice: Voice) -> str:
    """Return how long an item is kept of those who do not win."""
    said = Text(fr="{days} après le tirage", en="{days} after the draw")
    if item.contact_days:
        said = Text(fr="{days} après l’accord ou le dernier contact", en="{days} after the consent or the last contact")
    return voice.say(said, days=voice.count(item.contact_days or item.days, DAYS))


def _marketing(voice: Voice) -> Iterator[Block]:
    campaign = voice.campaign
    never = Text(
        fr="Aucun accord commercial n’est demandé pour participer.",
        en="No consent to commercial messages is asked for in order to enter.",
    )
    free = Text(
        fr="Accepter des messages commerciaux n’est jamais nécessaire pour participer et ne change rien aux chances. "
        "L’accord vaut pour l’adresse e-mail et se retire à tout moment, en écrivant à {data}.",
        en="Consent to commercial messages is never needed to enter and does not change the chances. It covers the "
        "e-mail address and can be withdrawn at any time, by writing to {data}.",
    )
    parents = Text(
        fr="Avant {years} ans, cet accord se donne avec un titulaire de l’autorité parentale.",
        en="Under {years}, this consent is given together with a parent or guardian.",
    )
    if not any(field.purpose == "marketing" for field in campaign.fields):
        yield Paragraph(voice.say(never))
        return
    clock = Text(
        fr="L’accord, l’adresse et leur preuve sont gardés à part des participations, pour la durée du tableau. Elle repart "
        "quand la personne écrit ou clique ; ouvrir un message ne compte pas. Ensuite, tout est effacé.",
        en="The consent, the address and their proof are kept apart from the entries, for the period of the table. It begins "
        "again when the person writes or clicks; opening a message does not count. Afterwards all of it is deleted.",
    )
    yield Paragraph(voice.say(free, data=campaign.organiser.data_protection))
    yield Paragraph(voice.say(clock))
    if notice := consent_notice(campaign):
        yield Paragraph(voice.say(notice))
    elif addresses_france(campaign) and admits_minors(campaign, DIGITAL_MAJORITY):
        yield Paragraph(voice.say(parents, years=DIGITAL_MAJORITY))


def _partners(voice: Voice) -> Iterator[Block]:
    """Name each firm that gets data, and the box that decides (legal DP4)."""
    labels = {field.id: label_of(field, voice) for field in voice.campaign.fields}
    line = Text(
        fr="{name} ({activity}) reçoit les données de qui a coché « {label} », et répond ensuite de leur usage.",
        en="{name} ({activity}) gets the data of those who ticked “{label}”, and then answers for their use.",
    )
    lines = tuple(
        voice.say(line, name=p.name, activity=voice.own(p.activity), label=labels.get(p.consent, p.consent))
        for p in voice.campaign.law.partners
    )
    if lines:
        yield Paragraph(
            voice.say(
                Text(
                    fr="Les données ne vont à un partenaire qu’avec un accord séparé, sans effet sur les chances :",
                    en="Data go to a partner only with a separate consent, which has no effect on the chances:",
                )
            )
        )
        yield Bullets(lines)


def _processors(voice: Voice) -> Iterator[Block]:
    """Name the providers, where the data are, and what a transfer rests on (legal DP15)."""
    line = Text(fr="{name} ({country}) : {task}.", en="{name} ({country}): {task}.")
    transfer = Text(
        fr="Transfert hors de l’Espace économique européen : {transfer}.",
        en="Transfer outside the European Economic Area: {transfer}.",
    )
    lines = []
    for own in voice.campaign.law.processors:
        country = country_name(own.country, voice.language)
        said = voice.say(line, name=own.name, country=country, task=voice.own(own.task).rstrip(" ."))
        if own.transfer:
            said += " " + voice.say(transfer, transfer=voice.own(own.transfer).rstrip(" ."))
        lines.append(said)
    if lines:
        yield Paragraph(voice.say(Text(fr="Ces prestataires sont :", en="These providers are:")))
        yield Bullets(tuple(lines))


def _kept_longer(voice: Voice) -> Iterator[Block]:
    winners = Text(
        fr="Les données d’une personne à qui un lot a été proposé sont gardées plus longtemps : {years} à compter de la "
        "dernière proposition, pour le cas où ce lot serait réclamé en justice.",
        en="The data of a person who was offered a prize are kept longer: {years} from the last offer, in case that "
        "prize is claimed in court.",
    )
    french = Text(
        fr="Les données d’une personne à qui un lot a été proposé sont gardées plus longtemps : {years} à compter de la "
        "dernière proposition, délai pendant lequel ce lot peut être réclamé en justice (article 2224 du code civil).",
        en="The data of a person who was offered a prize are kept longer: {years} from the last offer, the time during "
        "which that prize can be claimed in court (French civil code, article 2224).",
    )
    others = Text(
        fr="Les données d’un suppléant sont gardées au moins tant qu’un lot peut encore lui être proposé, et au plus "
        "{years} après le tirage si aucun ne l’est. Le motif et les pièces d’une exclusion sont gardés {years} après le "
        "tirage. L’accord commercial suit toujours la durée du tableau. Si le jeu est annulé sans tirage, les durées "
        "courent de l’annulation.",
        en="The data of an alternate are kept at least as long as a prize may still be offered to that person, and at "
        "most {years} after the draw if none is. The facts and evidence of an exclusion are kept for {years} after the "
        "draw. Consent to commercial messages always follows the period of the table. If the contest is voided without "
        "a draw, the periods run from that moment.",
    )
    parent = Text(
        fr="L’adresse d’un parent qui refuse est effacée aussitôt, avec la participation ; celle d’un parent qui ne répond pas "
        "l’est à la clôture.",
        en="The address of a parent who refuses is deleted at once, together with the entry; that of a parent who does not "
        "answer, at the closing.",
    )
    unconfirmed = Text(
        fr="Une participation dont l’adresse e-mail n’a pas été confirmée alors qu’il le fallait est effacée à la "
        "clôture.",
        en="An entry whose e-mail address had to be confirmed and was not is deleted at the closing.",
    )
    yield Paragraph(voice.say(unconfirmed))
    if voice.campaign.rule(ParentAgrees) is not None:
        yield Paragraph(voice.say(parent))
    years = voice.count(CLAIM_YEARS, YEARS)
    yield Paragraph(voice.say(french if voice.campaign.organiser.country == "FR" else winners, years=years))
    yield Paragraph(voice.say(others, years=years))


def _rights(voice: Voice) -> Iterator[Block]:
    rights = Text(
        fr="Chacun peut demander l’accès à ses données, leur rectification, leur effacement, la limitation de leur "
        "traitement et leur portabilité, et s’opposer à un traitement fondé sur l’intérêt légitime, en écrivant à "
        "{data}. Accès, copie et effacement se font aussi soi-même, depuis la page du reçu. Demander l’effacement avant le gel de la liste revient à retirer sa participation. Le journal "
        "public, qui ne contient pas ces données, reste entier.",
        en="Anyone may ask for access to their data, their rectification, their erasure, the restriction of their "
        "processing and their portability, and object to processing based on legitimate interest, by writing to "
        "{data}. Access, a copy and erasure are also on the page of the receipt. Asking for erasure before the list is frozen means withdrawing the entry. The public journal, which "
        "does not hold these data, stays whole.",
    )
    cnil = Text(
        fr="Chacun peut aussi définir le sort de ses données après sa mort, et saisir la CNIL (www.cnil.fr), ou "
        "l’autorité de protection des données de son pays.",
        en="Anyone may also say what becomes of their data after death, and complain to the CNIL (www.cnil.fr), or to "
        "the data protection authority of their country.",
    )
    elsewhere = Text(
        fr="Chacun peut saisir l’autorité de protection des données de son pays.",
        en="Anyone may complain to the data protection authority of their country.",
    )
    yield Paragraph(voice.say(rights, data=voice.campaign.organiser.data_protection))
    yield Paragraph(voice.say(cnil if addresses_france(voice.campaign) else elsewhere))


ARTICLES = (
    Article(
        key="publication",
        heading=Text(fr="Publication du nom des gagnants", en="Publication of winners’ names"),
        write=publication,
    ),
    Article(key="data", heading=Text(fr="Données personnelles", en="Personal data"), write=personal_data),
)
