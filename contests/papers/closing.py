"""The closing report: what the contest brought, what became of the prizes, what it cost, what was learnt.

For the organiser's own people. It names nobody, and proves nothing: that is for the bundle and the minutes.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal

import msgspec
from babel.dates import format_date

from contests.campaign.codes import DECLINED, begins
from contests.campaign.definition import Campaign
from contests.errors import Language, Text
from contests.papers.articles.order import numbers_of
from contests.papers.clauses import CLAUSES
from contests.papers.looked import Looked, channel_title, looked_blocks
from contests.papers.pdf import Page
from contests.papers.tree import Bar, Bars, Block, Document, Facts, Note, Paragraph, Section, Subheading, Table
from contests.papers.voice import Voice

TITLE = Text(fr="Bilan du jeu-concours", en="Closing report of the contest")
COSTS: dict[str, Text] = {
    "prizes": Text(fr="Lots, au prix payé", en="Prizes, at the price paid"),
    "postage": Text(fr="Envois et emballages", en="Postage and packing"),
    "advertising": Text(fr="Publicité et créateurs de contenu", en="Advertising and content creators"),
    "design": Text(fr="Création : textes, images", en="Design: texts, pictures"),
    "officer": Text(fr="Commissaire de justice, conseil juridique", en="Officer, legal advice"),
    "software": Text(fr="Hébergement et outils", en="Hosting and tools"),
    "taxes": Text(fr="Taxes sur les lots", en="Taxes on prizes"),
    "other": Text(fr="Autres frais", en="Other costs"),
}
LESSONS: dict[str, Text] = {
    "good": Text(fr="Ce qui a marché", en="What went well"),
    "change": Text(fr="Ce qu’on changerait", en="What we would change"),
    "next": Text(fr="Pour la prochaine fois", en="For next time"),
}
STATES = {
    "drawn": Text(fr="à proposer", en="to be offered"),
    "offered": Text(fr="proposé", en="offered"),
    "claimed": Text(fr="réponse à vérifier", en="answer to check"),
    "confirmed": Text(fr="confirmé, à remettre", en="confirmed, to be handed over"),
    "sent": Text(fr="envoyé", en="sent"),
    "received": Text(fr="remis", en="handed over"),
    "withheld": Text(fr="non remis, avec motif", en="not handed over, with reason"),
    "forfeited": Text(fr="non attribué", en="not awarded"),
    "unawarded": Text(fr="non attribué", en="not awarded"),
}


class Stated(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person typed: costs as amounts ("120.00"), lessons as texts, both by name; empty where nothing is said."""

    costs: dict[str, str] = {}
    lessons: dict[str, str] = {}


class Line(msgspec.Struct, frozen=True):
    """A channel with its visits and entries."""

    name: str
    visits: int
    entries: int


class Handed(msgspec.Struct, frozen=True, kw_only=True):
    """One prize unit: how far it came, when it was confirmed, sent and in hand, why it was not handed over."""

    unit: str
    state: str
    value: str
    confirmed: date | None = None
    sent: date | None = None
    received: date | None = None
    reason: str = ""


class Closing(msgspec.Struct, frozen=True, kw_only=True):
    """What the report tells, as of `at`."""

    campaign: str
    definition: Campaign
    site: str
    at: datetime
    stage: str
    visits: int
    begun: int
    received: int
    confirmed: int
    counting: int
    excluded: int
    withdrawn: int
    bonuses: int
    entrants: int
    declined: tuple[tuple[str, int], ...]
    exclusions: Mapping[str, int]
    channels: tuple[Line, ...]
    days: tuple[tuple[date, int], ...]
    offers: int
    forfeited: int
    handed: tuple[Handed, ...]
    stated: Stated
    looked: tuple[Looked, ...] = ()


def write_closing(facts: Closing, language: Language) -> Document:
    """Return the report in `language`. Pure: the same facts give the same document."""
    voice = Voice(campaign=facts.definition, language=language, version=1, numbers=numbers_of(facts.definition))
    written = (
        (Text(fr="En bref", en="In short"), "short", _short(facts, voice)),
        (Text(fr="Participations", en="Entries"), "entries", _entries(facts, voice)),
        (Text(fr="Canaux", en="Channels"), "channels", _channels(facts, voice)),
        (Text(fr="Lots", en="Prizes"), "prizes", _prizes(facts, voice)),
        (Text(fr="Coûts", en="Costs"), "costs", _costs(facts, voice)),
        (Text(fr="Enseignements", en="Lessons"), "lessons", _lessons(facts, voice)),
    )
    return Document(
        language=language,
        title=voice.say(TITLE),
        subtitle=voice.own(facts.definition.title),
        lead=_lead(facts, voice),
        sections=tuple(
            Section(str(n), voice.say(heading), key, blocks) for n, (heading, key, blocks) in enumerate(written, 1)
        ),
    )


def page_of(facts: Closing, document: Document) -> Page:
    """Return what stands on every page of the PDF."""
    return Page(
        left=document.title, right=document.subtitle, foot=f"{facts.definition.organiser.name} · {facts.campaign}"
    )


def open_units(facts: Closing) -> int:
    """Return how many units are neither in hand nor formally not."""
    return sum(one.state not in {"received", "withheld", "forfeited", "unawarded"} for one in facts.handed)


def _lead(facts: Closing, voice: Voice) -> tuple[Block, ...]:
    provisional = Text(
        fr="Bilan provisoire : le jeu n’est pas terminé, ou des lots ne sont pas encore remis.",
        en="Provisional report: the contest is not over, or prizes are not handed over yet.",
    )
    over = facts.stage in {"settled", "void"} and not open_units(facts)
    return () if over else (Note(voice.say(provisional)),)


def _pairs(voice: Voice, *pairs: tuple[Text, str]) -> Facts:
    return Facts(tuple((voice.say(label), value) for label, value in pairs if value))


def _per_hundred(voice: Voice, part: int, whole: int) -> str:
    """Return how many of a hundred, with one decimal below ten; empty where there is no whole or the part is larger."""
    if not whole or part > whole:
        return ""
    share = Decimal(100) * part / whole
    said = f"{share:.1f}" if share < 10 else f"{share:.0f}"
    return said.replace(".", ",") if voice.language == "fr" else said


def _short(facts: Closing, voice: Voice) -> tuple[Block, ...]:
    done = sum(one.state == "received" for one in facts.handed)
    total = sum(_costed(facts).values(), Decimal(0))
    definition = facts.definition
    return (
        _pairs(
            voice,
            (Text(fr="Organisateur", en="Organiser"), definition.organiser.name),
            (Text(fr="Période", en="Period"), voice.say(
                Text(fr="du {a} au {b}", en="{a} to {b}"),
                a=voice.day(definition.opens_at.date()), b=voice.day(definition.closes_at.date()))),
            (Text(fr="Visites de la page", en="Visits of the page"), voice.number(facts.visits)),
            (Text(fr="Participations reçues", en="Entries received"), voice.number(facts.received)),
            (Text(fr="Personnes au tirage", en="People in the draw"), voice.number(facts.entrants)),
            (Text(fr="Participations pour 100 visites", en="Entries for 100 visits"),
             _per_hundred(voice, facts.confirmed, facts.visits)),
            (Text(fr="Lots remis", en="Prizes handed over"), voice.say(
                Text(fr="{n} sur {all}", en="{n} of {all}"), n=voice.number(done), all=voice.number(len(facts.handed)))),
            (Text(fr="Coût total", en="Total cost"), voice.money(total, _currency(facts)) if total else ""),
            (Text(fr="Coût par participation", en="Cost of an entry"),
             voice.money((total / facts.confirmed).quantize(Decimal("0.01")), _currency(facts))
             if total and facts.confirmed else ""),
            (Text(fr="Bilan établi le", en="Report written on"), voice.when(facts.at.replace(second=0, microsecond=0))),
            (Text(fr="Résultats et preuve", en="Results and proof"), f"{facts.site}/c/{definition.slug}/results"),
        ),
    )  # fmt: skip


def _bars(voice: Voice, caption: Text, named: Iterable[tuple[str, int]], *, upright: bool = False) -> Bars:
    bars = tuple(Bar(name, count, voice.number(count)) for name, count in named)
    most = max(bars, key=lambda bar: bar.value, default=Bar("–", 0, "0"))
    told = Text(
        fr="De {first} à {last} : {total} en tout, au plus {most} ({name}).",
        en="From {first} to {last}: {total} in all, at most {most} ({name}).",
    )
    total = voice.number(sum(bar.value for bar in bars))
    first, last = (bars[0].name, bars[-1].name) if bars else ("–", "–")
    said = voice.say(told, first=first, last=last, total=total, name=most.name, most=most.said)
    return Bars(caption=voice.say(caption), told=said, bars=bars, upright=upright)


def _entries(facts: Closing, voice: Voice) -> tuple[Block, ...]:
    way = (
        (Text(fr="Visites", en="Visits"), facts.visits),
        (Text(fr="Formulaires commencés", en="Forms begun"), facts.begun),
        (Text(fr="Participations reçues", en="Entries received"), facts.received),
        (Text(fr="Inscrites au journal", en="In the journal"), facts.confirmed),
        (Text(fr="Comptent au tirage", en="Count in the draw"), facts.counting),
    )
    blocks: list[Block] = [
        _bars(voice, Text(fr="De la visite au tirage", en="From the visit to the draw"),
              ((voice.say(name), count) for name, count in way)),
    ]  # fmt: skip
    if len(facts.days) > 1:
        days = ((format_date(day, "d MMM", locale=voice.locale), count) for day, count in facts.days)
        blocks.append(_bars(voice, Text(fr="Participations par jour", en="Entries by day"), days, upright=True))
    excluded = ((voice.say(CLAUSES[c].text) if c in CLAUSES else c, n) for c, n in facts.exclusions.items())
    declined = ((voice.say(begins(DECLINED[c])) if c in DECLINED else c, n) for c, n in facts.declined)
    blocks += _counted(
        voice,
        Text(fr="Exclues avant la liste définitive, par motif", en="Excluded before the freeze, by reason"),
        excluded,
    )
    blocks += _counted(voice, Text(fr="Refusées à l’entrée, par motif", en="Declined at the door, by reason"), declined)
    rest = Text(
        fr="Retirées par leurs auteurs : {withdrawn}. Ajoutées par un bonus : {bonuses}.",
        en="Withdrawn by their entrants: {withdrawn}. Added by a bonus: {bonuses}.",
    )
    withdrawn, bonuses = voice.number(facts.withdrawn), voice.number(facts.bonuses)
    return (*blocks, Paragraph(voice.say(rest, withdrawn=withdrawn, bonuses=bonuses)))


def _counted(voice: Voice, caption: Text, lines: Iterable[tuple[str, int]]) -> list[Block]:
    rows = tuple((name, voice.number(count)) for name, count in lines)
    header = (voice.say(Text(fr="Motif", en="Reason")), voice.say(Text(fr="Nombre", en="Number")))
    return [Table(voice.say(caption), header, rows, figures=(1,))] if rows else []


def _channels(facts: Closing, voice: Voice) -> tuple[Block, ...]:
    if not facts.channels:
        none = Paragraph(voice.say(Text(fr="Aucune visite n’a été comptée.", en="No visit was counted.")))
        return (none, *looked_blocks(facts.looked, voice))
    names = [channel_title(voice, line.name) for line in facts.channels]
    header = (Text(fr="Canal", en="Channel"), Text(fr="Visites", en="Visits"), Text(fr="Participations", en="Entries"),
              Text(fr="Pour 100 visites", en="For 100 visits"))  # fmt: skip
    rows = tuple(
        (
            name,
            voice.number(line.visits),
            voice.number(line.entries),
            _per_hundred(voice, line.entries, line.visits) or "–",
        )
        for name, line in zip(names, facts.channels, strict=True)
    )
    caption = Text(fr="D’où les gens sont venus", en="Where people came from")
    entries = zip(names, (line.entries for line in facts.channels), strict=True)
    return (
        _bars(voice, Text(fr="Participations par canal", en="Entries by channel"), entries),
        Table(voice.say(caption), tuple(map(voice.say, header)), rows, figures=(1, 2, 3)),
        *looked_blocks(facts.looked, voice),
    )


def _prizes(facts: Closing, voice: Voice) -> tuple[Block, ...]:
    if not facts.handed:
        return (Paragraph(voice.say(Text(fr="Le tirage n’a pas eu lieu.", en="The draw did not take place."))),)
    header = (Text(fr="Lot", en="Prize"), Text(fr="Valeur", en="Value"), Text(fr="État", en="State"),
              Text(fr="Confirmé", en="Confirmed"), Text(fr="Envoyé", en="Sent"), Text(fr="En main", en="In hand"))  # fmt: skip
    caption = Text(fr="Chaque lot, de la confirmation à la remise", en="Each prize, from confirmation to hand")
    rows = tuple(_row(voice, one) for one in facts.handed)
    offers = Text(
        fr="Propositions envoyées : {offers}. Lots perdus par qui les avait : {forfeited}.",
        en="Offers sent: {offers}. Prizes forfeited by who held them: {forfeited}.",
    )
    sent, lost = voice.number(facts.offers), voice.number(facts.forfeited)
    return (
        Table(voice.say(caption), tuple(map(voice.say, header)), rows, figures=(1,)),
        Paragraph(voice.say(offers, offers=sent, forfeited=lost)),
    )


def _row(voice: Voice, one: Handed) -> tuple[str, ...]:
    prize = voice.campaign.prize_of(one.unit)
    state = voice.say(STATES[one.state])
    days = tuple(voice.day(day) if day else "–" for day in (one.confirmed, one.sent, one.received))
    title = voice.own(prize.title)
    name = f"{title} ({one.unit})" if prize.quantity > 1 else title
    return (name, voice.money(Decimal(one.value), prize.currency), f"{state}\n{one.reason}".strip(), *days)


def _currency(facts: Closing) -> str:
    return facts.definition.prizes[0].currency


def announced(facts: Closing) -> Decimal:
    """Return the announced value of the units that went to somebody; in several currencies they are not added."""
    if len({prize.currency for prize in facts.definition.prizes}) > 1:
        return Decimal(0)
    given = (one for one in facts.handed if one.state in {"confirmed", "sent", "received"})
    return sum((Decimal(one.value) for one in given), Decimal(0))


def _costed(facts: Closing) -> dict[str, Decimal]:
    """Return each cost; prizes count with their announced value until somebody types what was paid."""
    costs = {name: Decimal(facts.stated.costs[name]) for name in COSTS if facts.stated.costs.get(name)}
    given = announced(facts)
    return costs if "prizes" in costs or not given else {"prizes": given, **costs}


def _costs(facts: Closing, voice: Voice) -> tuple[Block, ...]:
    costs, currency = _costed(facts), _currency(facts)
    if not costs:
        return (Paragraph(voice.say(Text(fr="Aucun coût n’a été saisi.", en="No cost was typed."))),)
    named = {name: voice.say(COSTS[name]) for name in costs}
    if "prizes" not in facts.stated.costs or not facts.stated.costs["prizes"]:
        value = Text(fr="Lots attribués, à leur valeur annoncée", en="Prizes awarded, at their announced value")
        named |= {"prizes": voice.say(value)} if "prizes" in costs else {}
    rows = [(named[name], voice.money(amount, currency)) for name, amount in costs.items()]
    rows.append((voice.say(Text(fr="En tout", en="In all")), voice.money(sum(costs.values(), Decimal(0)), currency)))
    header = (Text(fr="Poste", en="Item"), Text(fr="Montant TTC", en="Amount, tax included"))
    caption = Text(fr="Ce que le jeu a coûté", en="What the contest cost")
    return (Table(voice.say(caption), tuple(map(voice.say, header)), tuple(rows), figures=(1,)),)


def _lessons(facts: Closing, voice: Voice) -> tuple[Block, ...]:
    def blocks() -> Iterator[Block]:
        for name, said in LESSONS.items():
            text = facts.stated.lessons.get(name, "").strip()
            if text:
                yield Subheading(voice.say(said))
                yield from (Paragraph(part.strip()) for part in text.split("\n\n") if part.strip())

    none = Paragraph(voice.say(Text(fr="Aucun enseignement n’a été saisi.", en="No lesson was typed.")))
    return tuple(blocks()) or (none,)
