"""The rules text, compiled from the definition: what it says is what the engine does (legal C9).

Articles that have nothing to say of a campaign are left out; the others are numbered in a row, alike in
both languages.
"""

from collections.abc import Iterator

from contests.campaign.amendment import Amended
from contests.campaign.definition import Campaign
from contests.campaign.notices import cost_notice, notices
from contests.errors import Language, Text
from contests.papers.articles import draw, prizes
from contests.papers.articles.order import ARTICLES, numbers_of
from contests.papers.articles.own import own_clauses
from contests.papers.clauses import CLAUSES, Clause, clause_number
from contests.papers.tree import Block, Document, Facts, Note, Section
from contests.papers.voice import YEARS, Voice
from contests.rules.minimum_age import MinimumAge
from contests.rules.residence import Residence, country_name

__all__ = ["CLAUSES", "Clause", "clause_number", "compile_rules"]

_SUBTITLE = Text(fr="Règlement du jeu, version {version}", en="Official rules, version {version}")


def compile_rules(
    campaign: Campaign, language: Language, version: int = 1, amendments: tuple[Amended, ...] = ()
) -> Document:
    """Return the rules text of `campaign` in `language`; `version` is 1, and one more for each amendment.

    Pure: the same definition, language, version and amendments give the same document.
    """
    numbers = numbers_of(campaign)
    voice = Voice(campaign=campaign, language=language, version=version, numbers=numbers, amendments=amendments)
    return Document(
        language=language,
        title=voice.own(campaign.title),
        subtitle=voice.say(_SUBTITLE, version=version),
        lead=_lead(voice),
        sections=tuple(_sections(voice)),
    )


def _sections(voice: Voice) -> Iterator[Section]:
    """Yield the articles, each followed by the organiser's own clauses that belong there."""
    for article in ARTICLES:
        if article.key in voice.numbers:
            yield Section(voice.numbers[article.key], voice.say(article.heading), article.anchor, article.write(voice))
            yield from own_clauses(voice, article.key)


def _lead(voice: Voice) -> tuple[Block, ...]:
    """Put what counts before everything else: free, who, when, what, how (legal UK2, US1)."""
    campaign = voice.campaign
    total = prizes.total_value(campaign)
    count = voice.count(len(campaign.units), prizes.PRIZE)
    worth = f"{count}, {voice.money(total, campaign.prizes[0].currency)}" if total is not None else count
    pairs = (
        (Text(fr="Organisateur", en="Organiser"), campaign.organiser.name),
        (
            Text(fr="Participation", en="Entry"),
            voice.say(
                cost_notice(campaign) or Text(fr="Gratuite, sans obligation d’achat", en="Free, no purchase necessary")
            ),
        ),
        (Text(fr="Ouverte à", en="Open to"), _open_to(voice)),
        (Text(fr="Du", en="From"), voice.when(campaign.opens_at)),
        (Text(fr="Au", en="To"), voice.when(campaign.closes_at)),
        (Text(fr="Lots", en="Prizes"), worth),
        (Text(fr="Tirage au sort", en="Draw"), voice.when(campaign.draws_at)),
        (Text(fr="Source du hasard", en="Source of chance"), voice.say(draw.SOURCES[campaign.draw.source])),
    )
    facts = Facts(tuple((voice.say(label), value) for label, value in pairs))
    shown = [prizes.REHEARSAL] if campaign.draw.source == "rehearsal" else []
    return (*(Note(voice.say(text)) for text in (*shown, *notices(campaign))), facts)


def _open_to(voice: Voice) -> str:
    age, residence = voice.campaign.rule(MinimumAge), voice.campaign.rule(Residence)
    parts = []
    if isinstance(age, MinimumAge):
        parts.append(voice.say(Text(fr="{years} et plus", en="{years} or older"), years=voice.count(age.years, YEARS)))
    if isinstance(residence, Residence):
        parts.append(voice.listed(country_name(code, voice.language) for code in residence.countries))
    if not parts:
        parts.append(voice.article("participants"))
    return ", ".join(parts)
