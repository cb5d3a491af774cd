"""The linter: what blocks a publication, what a person must look at, what is recorded.

Each finding names the path, says it to a community manager, and cites the law or the row of the
requirements it comes from for the lawyer.
"""

import tomllib
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from contests.campaign.contrast import contrast
from contests.campaign.definition import Campaign, Field
from contests.errors import Text
from contests.rules.closed_question import ClosedQuestion
from contests.rules.confirmed_email import ConfirmedEmail
from contests.rules.minimum_age import MinimumAge
from contests.rules.residence import Residence, country_name

Level = Literal["block", "warn", "record"]
TICKETS_AN_ENTRANT = 1000
RESERVED_FIELDS = frozenset(
    {"rules", "age", "birth_date", "country", "answer", "code", "via", "ref", "website", "altcha", "token"}
)


class Remark(msgspec.Struct, frozen=True):
    """One remark of the linter; the law is for the lawyer's eyes."""

    level: Level
    code: str
    path: str
    text: Text
    law: str = ""


def lint(campaign: Campaign, now: datetime) -> tuple[Remark, ...]:
    """Return every remark on `campaign`, blocks first. `now` is when it would be published."""
    found = [
        *_languages(campaign),
        *_times(campaign, now),
        *_form(campaign),
        *_eligibility(campaign),
        *_prizes(campaign),
        *_draw(campaign),
        *_names(campaign),
        *_looks(campaign),
    ]
    order = {"block": 0, "warn": 1, "record": 2}
    return tuple(sorted(found, key=lambda remark: order[remark.level]))


def blocks(remarks: tuple[Remark, ...]) -> bool:
    """Say whether one of the remarks forbids publishing."""
    return any(remark.level == "block" for remark in remarks)


def _languages(campaign: Campaign) -> Iterator[Remark]:
    if len(set(campaign.languages)) < len(campaign.languages):
        yield Remark(
            "block",
            "language-twice",
            "languages",
            Text(fr="Une langue est citée deux fois.", en="A language is named twice."),
        )
    for path, texts in _texts(campaign):
        for language in campaign.languages:
            if language not in texts:
                yield Remark(
                    "block",
                    "text-missing",
                    f"{path}.{language}",
                    Text(
                        fr=f"Le texte « {path} » manque en « {language} ».",
                        en=f"The text “{path}” is missing in “{language}”.",
                    ),
                    "C1",
                )
    residence = campaign.rule(Residence)
    if isinstance(residence, Residence) and "FR" in residence.countries and "fr" not in campaign.languages:
        yield Remark(
            "block",
            "french-missing",
            "languages",
            Text(
                fr="Le jeu s’adresse à la France : le français est obligatoire.",
                en="The contest addresses France: French is required.",
            ),
            "FR13 (loi Toubon)",
        )


def _texts(campaign: Campaign) -> Iterator[tuple[str, dict[str, str]]]:
    """Walk every table of texts in the definition, with its path."""
    seen: list[tuple[str, object]] = [("", msgspec.to_builtins(campaign))]
    while seen:
        path, value = seen.pop()
        if isinstance(value, dict):
            if value and set(value) <= {"fr", "en"}:
                yield path, value
            else:
                seen.extend((f"{path}.{key}".lstrip("."), inner) for key, inner in value.items())
        elif isinstance(value, list | tuple):
            seen.extend((f"{path}[{i}]", inner) for i, inner in enumerate(value))


def _times(campaign: Campaign, now: datetime) -> Iterator[Remark]:
    def block(code: str, path: str, fr: str, en: str, law: str = "") -> Remark:
        return Remark("block", code, path, Text(fr=fr, en=en), law)

    if campaign.opens_at >= campaign.closes_at:
        yield block(
            "closes-before-opening",
            "closes_at",
            "La clôture doit suivre l’ouverture.",
            "The closing must come after the opening.",
        )
    if campaign.freezes_at < campaign.closes_at:
        yield block(
            "freezes-before-closing",
            "freezes_at",
            "La liste ne peut être figée avant la clôture.",
            "The list cannot be frozen before the closing.",
        )
    if campaign.closes_at <= now:
        yield block("closed-already", "closes_at", "La clôture est déjà passée.", "The closing is already past.")
    notice = timedelta(minutes=campaign.draw.notice_minutes)
    if campaign.draw.source == "rehearsal":
        notice = timedelta(0)
    if campaign.draws_at < campaign.freezes_at + notice:
        minutes = campaign.draw.notice_minutes
        yield block(
            "draws-too-early",
            "draws_at",
            f"Le tirage doit avoir lieu au moins {minutes} minutes après le gel : la liste est publique avant.",
            f"The draw must be at least {minutes} minutes after the freeze: the list is public before it.",
            "C8",
        )
    if campaign.draws_at > campaign.closes_at + timedelta(days=60):
        yield Remark(
            "warn",
            "draws-late",
            "draws_at",
            Text(
                fr="Le tirage a lieu plus de 60 jours après la clôture.",
                en="The draw is more than 60 days after the closing.",
            ),
            "C10",
        )
    if campaign.opens_at < now - timedelta(hours=1):
        yield Remark(
            "warn",
            "opens-in-the-past",
            "opens_at",
            Text(fr="L’ouverture annoncée est déjà passée.", en="The announced opening is already past."),
            "C10",
        )


def _form(campaign: Campaign) -> Iterator[Remark]:
    emails = [field for field in campaign.fields if field.kind == "email"]
    if len(emails) != 1 or not emails[0].required or emails[0].id != "email":
        yield Remark(
            "block",
            "email-needed",
            "fields",
            Text(
                fr="Le formulaire demande exactement un champ e-mail obligatoire, nommé « email ».",
                en="The form needs exactly one required e-mail field, named “email”.",
            ),
            "DP7",
        )
    asked = {ask.name for rule in campaign.rules for ask in rule.asks()}
    seen: set[str] = set()
    for i, field in enumerate(campaign.fields):
        yield from _field(field, f"fields[{i}]", seen, asked)
        seen.add(field.id)
    kinds = [rule.tag() for rule in campaign.rules]
    for kind in sorted({k for k in kinds if kinds.count(k) > 1}):
        yield Remark(
            "block",
            "rule-twice",
            "rules",
            Text(fr=f"La règle « {kind} » est citée deux fois.", en=f"The rule “{kind}” is named twice."),
        )


def _field(field: Field, path: str, seen: set[str], asked: set[str]) -> Iterator[Remark]:
    if field.id in seen:
        yield Remark(
            "block",
            "field-twice",
            path,
            Text(fr=f"Le champ « {field.id} » existe deux fois.", en=f"The field “{field.id}” exists twice."),
        )
    if field.id in RESERVED_FIELDS | asked:
        yield Remark(
            "block",
            "field-reserved",
            path,
            Text(
                fr=f"« {field.id} » est posé par une règle ou par le moteur : retirez ce champ.",
                en=f"“{field.id}” is asked by a rule or by the engine: remove this field.",
            ),
        )
    if field.kind == "consent" and field.required:
        yield Remark(
            "block",
            "consent-required",
            f"{path}.required",
            Text(
                fr="Un accord commercial ne peut pas être obligatoire pour participer.",
                en="A marketing consent cannot be required to enter.",
            ),
            "DP2 (CPCE L34-5)",
        )
    if (field.kind == "consent") != (field.purpose == "marketing"):
        yield Remark(
            "block",
            "consent-purpose",
            f"{path}.purpose",
            Text(
                fr="La prospection demande une case « consent » à part, et elle seule.",
                en="Marketing needs a “consent” box of its own, and nothing else has it.",
            ),
            "DP1, DP2",
        )
    if field.kind == "choice" and len(field.options) < 2:
        yield Remark(
            "block",
            "options-missing",
            f"{path}.options",
            Text(fr="Un choix a au moins deux options.", en="A choice has at least two options."),
        )
    if field.label is None and field.kind in {"text", "choice", "consent"}:
        yield Remark(
            "block",
            "label-missing",
            f"{path}.label",
            Text(fr="Ce champ demande un intitulé.", en="This field needs a label."),
            "AC3",
        )
    if field.kind in {"phone", "street"} and field.purpose != "eligibility":
        yield Remark(
            "warn",
            "minimisation",
            path,
            Text(
                fr="Ne demandez cela qu’aux gagnants, par leur formulaire.", en="Ask winners only, on their claim form."
            ),
            "DP7",
        )


@cache
def _countries() -> dict[str, dict[str, str]]:
    table = tomllib.loads((files("contests.campaign") / "data" / "countries.toml").read_text(encoding="utf-8"))
    return {row["code"]: row for row in table["country"]}


def _eligibility(campaign: Campaign) -> Iterator[Remark]:
    residence = campaign.rule(Residence)
    if not isinstance(residence, Residence):
        yield Remark(
            "block",
            "residence-missing",
            "rules",
            Text(
                fr="Dites dans quels pays on peut participer (règle « residence »).",
                en="Say in which countries people may enter (rule “residence”).",
            ),
            "EU2",
        )
    else:
        for country in residence.countries:
            row = _countries().get(country)
            if row:
                level: Level = "block" if row["status"] == "block" else "warn"
                yield Remark(
                    level,
                    f"country-{row['status']}",
                    "rules",
                    Text(
                        fr=f"{country_name(country, 'fr')} : {row['fr']}",
                        en=f"{country_name(country, 'en')}: {row['en']}",
                    ),
                    f"{row['source']} ({row['date']})",
                )
    age = campaign.rule(MinimumAge)
    if not isinstance(age, MinimumAge):
        yield Remark(
            "warn",
            "minors",
            "rules",
            Text(
                fr="Aucun âge minimum : des mineurs peuvent gagner ; prévoyez l’accord parental.",
                en="No minimum age: minors may win; provide for parental consent.",
            ),
            "FR10",
        )
    elif age.years < 18:
        yield Remark(
            "warn",
            "minors",
            "rules",
            Text(
                fr="Des mineurs peuvent gagner : prévoyez l’accord parental à la remise.",
                en="Minors may win: provide for parental consent at hand-over.",
            ),
            "FR10",
        )
    if campaign.rule(ConfirmedEmail) is None:
        yield Remark(
            "warn",
            "email-unconfirmed",
            "rules",
            Text(
                fr="Sans e-mail confirmé, une adresse inventée peut gagner.",
                en="Without a confirmed e-mail an invented address can win.",
            ),
            "DP5",
        )
    question = campaign.rule(ClosedQuestion)
    if isinstance(question, ClosedQuestion) and not (question.answers or question.sealed):
        yield Remark(
            "block",
            "answer-unknown",
            "rules",
            Text(
                fr="Donnez au moins une bonne réponse à la question.",
                en="Give at least one right answer to the question.",
            ),
            "C7",
        )
    for i, bonus in enumerate(campaign.bonuses):
        if bonus.tag() == "second-channel" and len(campaign.channels) < 2:
            yield Remark(
                "block",
                "channels-missing",
                f"bonuses[{i}]",
                Text(
                    fr="Ce bonus demande au moins deux canaux déclarés.",
                    en="This bonus needs at least two declared channels.",
                ),
                "C7",
            )


def _prizes(campaign: Campaign) -> Iterator[Remark]:
    ids = [prize.id for prize in campaign.prizes]
    if len(set(campaign.units)) < len(campaign.units) or len(set(ids)) < len(ids):
        yield Remark(
            "block",
            "prize-twice",
            "prizes",
            Text(fr="Deux lots portent le même identifiant.", en="Two prizes have the same id."),
            "C4",
        )
    if len({prize.currency for prize in campaign.prizes}) > 1:
        yield Remark(
            "warn",
            "currencies",
            "prizes",
            Text(
                fr="Les lots sont en plusieurs monnaies : aucun total n’est imprimé.",
                en="The prizes are in several currencies: no total is printed.",
            ),
            "C4",
        )
    if campaign.alternates == 0:
        yield Remark(
            "warn",
            "no-alternates",
            "alternates",
            Text(
                fr="Sans suppléants, un lot refusé est perdu : un second tirage n’est jamais fait.",
                en="Without alternates a refused prize is lost: there is never a second draw.",
            ),
            "C13",
        )
    codes = [forfeit.code for forfeit in campaign.forfeits]
    if len(set(codes)) < len(codes):
        yield Remark(
            "block",
            "forfeit-twice",
            "forfeits",
            Text(fr="Un motif de perte est cité deux fois.", en="A forfeit reason is named twice."),
        )
    if sum(forfeit.days is not None for forfeit in campaign.forfeits) > 1:
        yield Remark(
            "block",
            "delay-twice",
            "forfeits",
            Text(
                fr="Un seul motif peut porter un délai : c’est celui de l’absence de réponse.",
                en="Only one reason can have a delay: that of not answering.",
            ),
            "C13",
        )
    if not any(forfeit.days for forfeit in campaign.forfeits):
        yield Remark(
            "block",
            "delay-missing",
            "forfeits",
            Text(
                fr="Dites après combien de jours sans réponse un lot est perdu (forfeits, days).",
                en="Say after how many days without an answer a prize lapses (forfeits, days).",
            ),
            "C13",
        )


def _draw(campaign: Campaign) -> Iterator[Remark]:
    if campaign.draw.source == "ceremony":
        if not campaign.draw.values:
            yield Remark(
                "block",
                "values-missing",
                "draw.values",
                Text(
                    fr="Annoncez les valeurs de la cérémonie (dés, loterie publique…).",
                    en="Announce the values of the ceremony (dice, a public lottery…).",
                ),
                "RN6",
            )
        names = [value.name for value in campaign.draw.values]
        if len(set(names)) < len(names):
            yield Remark(
                "block",
                "value-twice",
                "draw.values",
                Text(fr="Deux valeurs portent le même nom.", en="Two values have the same name."),
            )
    if campaign.draw.source == "rehearsal":
        yield Remark(
            "warn",
            "rehearsal",
            "draw.source",
            Text(
                fr="Répétition : ce tirage ne vaut rien et le dit partout.",
                en="Rehearsal: this draw is worth nothing and says so everywhere.",
            ),
            "C8",
        )
    most = 1 + sum(bonus.cap for bonus in campaign.bonuses)
    if most > TICKETS_AN_ENTRANT:
        yield Remark(
            "block",
            "too-many-tickets",
            "bonuses",
            Text(
                fr=f"Un participant pourrait avoir {most} chances ; la limite est {TICKETS_AN_ENTRANT}.",
                en=f"An entrant could have {most} tickets; the limit is {TICKETS_AN_ENTRANT}.",
            ),
            "C6",
        )


def _names(campaign: Campaign) -> Iterator[Remark]:
    needed = {
        "none": (),
        "initials": ("first-name", "last-name"),
        "first-name-initial-town": ("first-name", "last-name", "town"),
        "surname-county": ("last-name", "town"),
    }[campaign.publication]
    kinds = {field.kind for field in campaign.fields if field.required}
    for kind in needed:
        if kind not in kinds:
            yield Remark(
                "block",
                "name-field-missing",
                "publication",
                Text(
                    fr=f"Pour publier les gagnants ainsi, le formulaire doit demander « {kind} ».",
                    en=f"To name winners like this the form must ask for “{kind}”.",
                ),
                "DP12",
            )


def _looks(campaign: Campaign) -> Iterator[Remark]:
    ratio = contrast(campaign.brand.colour, campaign.brand.on_colour)
    if ratio < 4.5:
        yield Remark(
            "block",
            "contrast",
            "brand",
            Text(
                fr=f"Texte et couleur de marque : contraste {ratio:.1f}, il en faut 4,5.",
                en=f"Text on the brand colour: contrast {ratio:.1f}, at least 4.5 is needed.",
            ),
            "AC3 (WCAG 1.4.3)",
        )
