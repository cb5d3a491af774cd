"""What an amendment means for those who have entered: each change judged, by one table (legal C2, C4, C9). Pure.

What the table does not name is judged against entrants: a key that came later is looked at by a lawyer until somebody
has thought about it.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Literal, get_args

import msgspec

from contests.campaign.changes import Difference, differences
from contests.campaign.dated import countries
from contests.campaign.definition import Campaign, Publication
from contests.campaign.lint.people import open_to
from contests.codec import canonical, digest
from contests.errors import Language, Text
from contests.rules.closed_question import distance
from contests.rules.residence import country_name

Effect = Literal["harmless", "favour", "against", "fixed"]
SHORTEST_REASON, LONGEST_REASON = 10, 900


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One difference with its effect on entrants; `why` says what is wrong with it, and what to do."""

    difference: Difference
    effect: Effect
    why: Text = Text("", "")


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """What has happened so far: the opening passed, somebody entered, a filing that freezes the rules."""

    opened: bool
    entered: bool
    filed: Text | None = None


class Amended(msgspec.Struct, frozen=True, kw_only=True):
    """An amendment that was published. `number` counts from 1: amendment 1 made version 2 of the rules."""

    number: int
    at: datetime
    reason: str
    before: Campaign
    after: Campaign

    def why(self, language: str) -> str:
        """Return the public reason in one language."""
        return reason_in(self.reason, self.after.languages, language)


Judge = Callable[[Difference, Situation], Effect]


def amendment(before: Campaign, after: Campaign, now: datetime, *, entered: bool) -> tuple[Change, ...]:
    """Return every change with its effect, the gravest first. `entered`: somebody has entered already."""
    situation = Situation(opened=before.opens_at <= now, entered=entered, filed=_filed(before))
    spoken = frozenset(before.languages)
    judged = [_judged(found, situation, spoken) for found in differences(before, after)]
    order = {effect: place for place, effect in enumerate(reversed(get_args(Effect)))}
    return tuple(sorted(judged, key=lambda change: order[change.effect]))


def against(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """Return the changes that somebody with the ability has to release."""
    return tuple(change for change in changes if change.effect == "against")


def fixed(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """Return the changes that nobody can make any more."""
    return tuple(change for change in changes if change.effect == "fixed")


def release_of(changes: tuple[Change, ...], version: int) -> str:
    """Return what a release is given for: exactly these changes against entrants, in this version (hex)."""
    found = sorted((canonical(change.difference) for change in against(changes)), key=bytes)
    return digest(canonical([version, *(data.decode() for data in found)]))


def reason_line(reasons: dict[Language, str], languages: tuple[Language, ...]) -> str:
    """Return the reason as the journal has it: a line a language, in the order of the definition (spec journal §4)."""
    return "\n".join(" ".join(reasons[language].split()) for language in languages)


def reason_in(reason: str, languages: tuple[str, ...], language: str) -> str:
    """Return a journaled reason in one language; all of it where it has not a line for each."""
    lines = reason.split("\n")
    if len(lines) != len(languages):
        return reason
    return dict(zip(languages, lines, strict=True)).get(language, lines[0])


def _filed(campaign: Campaign) -> Text | None:
    """Name a country in which a filing was made, and whose law lets filed rules change no more."""
    for filing in campaign.law.filings:
        row = countries().row(filing.country)
        if row and row.frozen_once_filed and filing.country in open_to(campaign):
            return Text(fr=country_name(row.code, "fr"), en=country_name(row.code, "en"))
    return None


def _judged(found: Difference, situation: Situation, spoken: frozenset[str]) -> Change:
    row = _row(found.shape)
    if found.old is None and found.steps[-1] in {"fr", "en"} and found.steps[-1] not in spoken:
        return Change(difference=found, effect="harmless")  # a language that is added
    effect: Effect = row.judge(found, situation) if row else "against"
    if effect == "against" and situation.filed:
        return Change(
            difference=found, effect="fixed", why=_FILED.fill(land_fr=situation.filed.fr, land_en=situation.filed.en)
        )
    if effect == "against":
        return Change(difference=found, effect=effect, why=row.against if row and row.against else _UNKNOWN)
    return Change(
        difference=found, effect=effect, why=(row.fixed if row and effect == "fixed" else None) or Text("", "")
    )


# ---------------------------------------------------------------- judges


def _always(effect: Effect) -> Judge:
    return lambda _found, _situation: effect


def _words(found: Difference, _situation: Situation) -> Effect:
    """Judge a text that binds: a slip of the pen may be mended, other words may mean anything."""
    return "harmless" if is_slip(found.old, found.new) else "against"


def _more(found: Difference, _situation: Situation) -> Effect:
    """Judge what is better the more there is of it."""
    return "favour" if Decimal(found.new or 0) > Decimal(found.old or 0) else "against"


def _less(found: Difference, situation: Situation) -> Effect:
    """Judge what is better the less there is of it; nothing at all is best."""
    if found.new is None or found.old is None:
        return "favour" if found.new is None else "against"
    return "against" if _more(found, situation) == "favour" else "favour"


def _come(found: Difference, _situation: Situation) -> Effect:
    """Judge items that are good to have: one more is in favour, one less or another order against."""
    return "favour" if found.old is None else "against"


def _gone(found: Difference, _situation: Situation) -> Effect:
    """Judge items that are good to be rid of."""
    return "favour" if found.new is None else "against"


def _shrunk(found: Difference, _situation: Situation) -> Effect:
    """Judge a list from which nothing may be taken."""
    return "favour" if set(found.old or ()) <= set(found.new or ()) else "against"


def _rests(then: Judge) -> Judge:
    """Judge what entries rest on: fixed once somebody has entered."""
    return lambda found, situation: "fixed" if situation.entered else then(found, situation)


def _languages(found: Difference, _situation: Situation) -> Effect:
    return "harmless" if set(found.old) <= set(found.new) else "fixed"


def _opening(_found: Difference, situation: Situation) -> Effect:
    return "fixed" if situation.opened else "against"


def _publication(found: Difference, _situation: Situation) -> Effect:
    levels = get_args(Publication)
    return "favour" if levels.index(found.new) < levels.index(found.old) else "against"


def _field(found: Difference, situation: Situation) -> Effect:
    if found.new is None:
        return "fixed" if situation.entered else "favour"
    return "against" if found.new.get("required", True) else "harmless"


def _tick(found: Difference, _situation: Situation) -> Effect:
    return "favour" if found.old and not found.new else "against"


def _days(found: Difference, _situation: Situation) -> Effect:
    """Judge days to answer: longer is better; none at all means that a person decides."""
    if found.new is None or found.old is None:
        return "favour" if found.new is None else "against"
    return "favour" if found.new > found.old else "against"


def is_slip(old: object, new: object) -> bool:
    """Say whether two texts differ as a slip of the pen does: one letter in words, or accents, capitals, spaces, signs.

    Figures and their signs are never a slip.
    """
    if not isinstance(old, str) or not isinstance(new, str):
        return False
    if re.findall(r"[%€$£]", old) != re.findall(r"[%€$£]", new):
        return False
    one, other = _folded(old), _folded(new)
    if re.findall(r"[0-9]+", one) != re.findall(r"[0-9]+", other):
        return False
    words = len(one.split()) == len(other.split())
    return one == other or (words and not _small_words_differ(one, other) and distance(one, other, 1) <= 1)


def _small_words_differ(one: str, other: str) -> bool:
    """Say whether a word of up to three letters changed: “now” and “not” are one letter apart."""
    pairs = zip(one.split(), other.split(), strict=True)
    return any(a != b and min(len(a), len(b)) <= 3 for a, b in pairs)


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return " ".join(re.sub(r"[^a-z0-9]+", " ", plain).split())


# ---------------------------------------------------------------- the table


class Row(msgspec.Struct, frozen=True):
    """How changes of some shapes are judged, and the sentences for those against entrants and those fixed."""

    judge: Judge
    against: Text | None = None
    fixed: Text | None = None


_UNKNOWN = Text(
    fr="Ce changement peut désavantager qui participe déjà : un juriste doit le lire.",
    en="This change may disadvantage those who have entered: a lawyer has to read it.",
)
_FILED = Text(
    fr="Un dépôt ou une autorisation ({land_fr}) fige le règlement : ce changement n’y est plus permis. Laissez ce point tel quel, ou "
    "annulez le jeu.",
    en="A filing or permit ({land_en}) freezes the rules: this change is no longer allowed there. Leave it as it is, or void the contest.",
)
_TIME = Text(
    fr="Une date annoncée ne se déplace que pour une cause inévitable.",
    en="A date that was announced moves only for an unavoidable cause.",
)
_PRIZE = Text(
    fr="Les lots annoncés sont dus, avec leur nombre et leur valeur.",
    en="Prizes that were announced are due, in their number and their value.",
)
_WHO = Text(
    fr="Des personnes qui pouvaient participer ne le pourraient plus, ou autrement.",
    en="People who could enter no longer could, or not in the same way.",
)
_CHANCES = Text(fr="Les chances de qui participe déjà changent.", en="The chances of those who have entered change.")
_DATA = Text(
    fr="Des données sont demandées, gardées, transmises ou publiées autrement qu’annoncé.",
    en="Data are asked, kept, passed on or published otherwise than announced.",
)
_RIGHTS = Text(
    fr="Qui a accepté le règlement a accepté ces mots-là.", en="Whoever accepted the rules accepted these very words."
)
_DELAY = Text(fr="Un délai annoncé devient moins favorable.", en="A period that was announced becomes less favourable.")
_COST = Text(fr="Participer coûterait plus qu’annoncé.", en="Entering would cost more than announced.")
_SLUG = Text(
    fr="L’adresse est dans les liens, les reçus et les codes QR déjà donnés. Gardez-la ; ouvrez un autre jeu pour une autre adresse.",
    en="The address is in links, receipts and QR codes already given out. Keep it; begin another contest for another address.",
)
_ZONE = Text(
    fr="Toutes les heures annoncées se lisent dans ce fuseau, et les jours se comptent d’après lui. Gardez-le ; déplacez plutôt une date.",
    en="All times that were announced are read in this zone, and days are counted by it. Keep it; move a date instead.",
)
_SPOKEN = Text(
    fr="Des personnes ont lu le règlement dans cette langue. Gardez-la.",
    en="People read the rules in this language. Keep it.",
)
_OPENED = Text(
    fr="Le jeu est déjà ouvert : son ouverture ne change plus. Remettez la date publiée.",
    en="The contest has opened: its opening no longer changes. Put back the date that was published.",
)
_SOURCE = Text(
    fr="La source du hasard et ce qui la fixe ont été publiés avec le jeu : en changer permettrait de choisir. Remettez ce qui était "
    "publié ; si cette source ne peut plus servir, annulez le jeu.",
    en="The source of chance and what fixes it were published with the contest: changing it would be a way to choose. Put back what was "
    "published; if that source can no longer serve, void the contest.",
)
_ANSWERED = Text(
    fr="Des participations reposent déjà dessus. Laissez ce point tel quel ; une question peut devenir facultative.",
    en="Entries already rest on it. Leave it as it is; a question can be made optional.",
)
_SEALED = Text(
    fr="La question et ses bonnes réponses ont été scellées à la publication. Remettez-les telles quelles.",
    en="The question and its right answers were sealed at publication. Put them back as they were.",
)

_SERIES = Text(
    fr="La page de la série et ses autres jeux renvoient à cette place. Gardez-la.",
    en="The series’ page and its other contests refer to this place. Keep it.",
)

_HARMLESS = Row(_always("harmless"))
_RULE = Row(_gone, _WHO)
_LIMIT = Row(_always("against"), _CHANCES)
_ENTERED = Row(_rests(_always("against")), _WHO, _ANSWERED)
_CHANCE = Row(_always("fixed"), None, _SOURCE)
_TABLE: dict[str, Row] = {
    "slug": Row(_always("fixed"), None, _SLUG),
    r"series|series\.(key|place|of)": Row(_always("fixed"), None, _SERIES),
    r"series\.(title\..*|reveal)": _HARMLESS,
    "timezone": Row(_always("fixed"), None, _ZONE),
    "languages": Row(_languages, None, _SPOKEN),
    "opens_at": Row(_opening, _TIME, _OPENED),
    "(closes|freezes|draws)_at": Row(_always("against"), _TIME),
    r"(title|summary)\..*|brand\..*|embed|channels(\..*)?": _HARMLESS,
    r"organiser\.(contact|data_protection|address)": _HARMLESS,
    r"organiser\.(name|legal_form|registration)": Row(_words, _RIGHTS),
    r"organiser\.country": Row(_always("against"), _RIGHTS),
    r"prizes|prizes\.\*": Row(_come, _PRIZE),
    r"prizes\.\*\.(title|description)(\..*)?": Row(_words, _PRIZE),
    r"prizes\.\*\.image": _HARMLESS,
    r"prizes\.\*\.(quantity|unit_value)": Row(_more, _PRIZE),
    r"prizes\.\*\.(currency|nature)": Row(_always("against"), _PRIZE),
    r"fields|fields\.\*\.hint(\..*)?|rules": _HARMLESS,
    r"fields\.\*": Row(_field, _DATA, _ANSWERED),
    r"fields\.\*\.(kind|purpose)": Row(_rests(_always("against")), _DATA, _ANSWERED),
    r"fields\.\*\.label(\..*)?": Row(_words, _DATA),
    r"fields\.\*\.required": Row(_tick, _DATA),
    r"fields\.\*\.options": Row(_shrunk, _DATA),
    r"fields\.\*\.retention_days": Row(_less, _DATA),
    r"rules\.closed-question(\..*)?": Row(_always("fixed"), None, _SEALED),
    r"rules\.unique-code(\..*)?": _ENTERED,
    r"rules\.(minimum-age|confirmed-email|disposable-email|residence)": _RULE,
    r"rules\.minimum-age\.years": Row(_less, _WHO),
    r"rules\.minimum-age\.by": Row(_always("against"), _WHO),
    r"rules\.residence\.countries": Row(_shrunk, _WHO),
    r"rules\.disposable-email\..*": Row(_always("against"), _WHO),
    r"rules\.parent-agrees\.retention_days": Row(_less, _DATA),
    r"rules\.parent-agrees(\..*)?": Row(_always("against"), _WHO),
    r"rules\.(excluded-people|opening-hours|accepts-rules)(\..*)?": Row(_always("against"), _WHO),
    r"rules\.one-per-(person|day|household)(\..*)?|bonuses(\..*)?": _LIMIT,
    "alternates": Row(_more, _PRIZE),
    r"forfeits|forfeits\.\*": Row(_gone, _DELAY),
    r"forfeits\.\*\.reason(\..*)?": Row(_words, _RIGHTS),
    r"forfeits\.\*\.days": Row(_days, _DELAY),
    r"draw\.(id|source|officer|values|witnesses)(\..*)?": _CHANCE,
    r"draw\.notice_minutes": Row(_more, _DELAY),
    "publication": Row(_publication, _DATA),
    r"terms\.cost": Row(_gone, _COST),
    r"terms\.cost\.kind": Row(_always("against"), _COST),
    r"terms\.cost\.what\..*": Row(_words, _COST),
    r"terms\.themes|terms\.(paid_partnership|mediator|deposit)(\..*)?": _HARMLESS,
    r"terms\.(partners|processors)(\.\*)?": Row(_gone, _DATA),
    r"terms\.partners\.\*\.consent": Row(_rests(_always("against")), _DATA, _ANSWERED),
    r"terms\.(partners|processors)\.\*\..*": Row(_words, _DATA),
    r"terms\.delivery_days": Row(lambda found, situation: "favour" if found.old is None else
                                 "against" if found.new is None else _less(found, situation), _DELAY),
    r"terms\.filings(\.\*)?": Row(_come, _RIGHTS),
    r"terms\.filings\.\*\..*": Row(_words, _RIGHTS),
    r"prizes\.\*\.claim": Row(_always("against"), _DATA),
    r"awards\.remind_days|awards\.documents": _HARMLESS,
    r"awards\.lapse": Row(_always("against"), _DELAY),
    r"awards\.unpublish_days": Row(_less, _DATA),
    r"awards\.documents\.\*": Row(_gone, _WHO),
    r"awards\.documents\.\*\.title\..*": Row(_words, _WHO),
    r"awards\.documents\.\*\.prizes": Row(_always("against"), _WHO),
    r"clauses\.\*": Row(_always("against"), _RIGHTS),
    r"clauses\.\*\.(title|text)\..*": Row(_words, _RIGHTS),
    r"comments(\..*)?": Row(_always("against"), _WHO),
    r"clauses|clauses\.\*\.after": _HARMLESS,
}  # fmt: skip


def _row(shape: str) -> Row | None:
    return next((row for pattern, row in _TABLE.items() if re.fullmatch(pattern, shape)), None)


def is_judged(shape: str) -> bool:
    """Say whether the table names a shape; a test holds it against the definition."""
    return _row(shape) is not None
