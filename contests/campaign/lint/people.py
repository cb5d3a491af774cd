"""What people are asked, who may enter, and how winners are named."""

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from contests.campaign.definition import Campaign, Field
from contests.campaign.lint.remark import Level, Remark
from contests.errors import Text
from contests.rules.closed_question import ClosedQuestion
from contests.rules.confirmed_email import ConfirmedEmail
from contests.rules.minimum_age import MinimumAge
from contests.rules.residence import Residence, country_name

RESERVED_FIELDS = frozenset(
    {"rules", "age", "birth_date", "country", "answer", "code", "via", "ref", "website", "altcha", "token"}
)


def form(campaign: Campaign) -> Iterator[Remark]:
    """Remark on the questions of the form."""
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


def eligibility(campaign: Campaign) -> Iterator[Remark]:
    """Remark on who may enter, and on conditions and bonuses that cannot be kept."""
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
    channels = [channel.id for channel in campaign.channels]
    for i, channel in enumerate(channels):
        if channel in channels[:i] or channel == "page" or channel.startswith("bonus-"):
            yield Remark(
                "block",
                "channel-name",
                f"channels[{i}].id",
                Text(
                    fr=f"« {channel} » est déjà pris : choisissez un autre nom de canal.",
                    en=f"“{channel}” is taken: choose another name for the channel.",
                ),
                "C6",
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


def names(campaign: Campaign) -> Iterator[Remark]:
    """Remark on how winners are to be named."""
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
