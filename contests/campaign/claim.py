"""The answer to an offer: what handing a prize over takes, asked of its winner only, and what they show."""

import re
from collections.abc import Mapping

import msgspec

from contests.campaign.definition import Campaign, Document
from contests.campaign.form import Question
from contests.errors import Text
from contests.rules.residence import Residence, country_name, known_countries

LONGEST = 200
LONGEST_MESSAGE = 1000
_ADDRESS = (
    Question(name="name", kind="text", label=Text(fr="Prénom et nom", en="First and last name"), autocomplete="name"),
    Question(
        name="street", kind="text", label=Text(fr="Numéro et rue", en="Street and number"),
        autocomplete="address-line1",
    ),
    Question(
        name="more", kind="text", required=False, label=Text(fr="Complément d’adresse", en="Flat, building, floor"),
        autocomplete="address-line2",
    ),
    Question(name="postcode", kind="text", label=Text(fr="Code postal", en="Postcode"), autocomplete="postal-code"),
    Question(name="town", kind="text", label=Text(fr="Ville", en="Town"), autocomplete="address-level2"),
)  # fmt: skip
_PHONE = Question(name="phone", kind="tel", label=Text(fr="Téléphone", en="Telephone"), autocomplete="tel")
NEEDED = Text(fr="Remplissez ce champ.", en="Fill in this field.")
TOO_LONG = Text(fr=f"{LONGEST} caractères au plus.", en=f"{LONGEST} characters at most.")
WRONG_PHONE = Text(
    fr="Écrivez un numéro, par exemple +33 6 12 34 56 78.", en="Write a number, for example +44 7700 900123."
)
WRONG_COUNTRY = Text(fr="Choisissez un pays de la liste.", en="Choose a country from the list.")
CONDITIONS = Text(
    fr="Cochez la case pour confirmer que vous remplissez les conditions.",
    en="Tick the box to confirm that you meet the conditions.",
)


class Claim(msgspec.Struct, frozen=True):
    """What was typed, kept for the page; `answers` where nothing has to be mended."""

    values: dict[str, str]
    errors: dict[str, Text]

    @property
    def answers(self) -> dict[str, str]:
        """What is kept: no field that was left empty, and the word to the organiser as it is."""
        return {name: value for name, value in self.values.items() if value or name == "message"}


def questions_of(campaign: Campaign, unit: str) -> tuple[Question, ...]:
    """Return what the winner of a unit is asked, beside the conditions and a word to the organiser."""
    needs = campaign.prize_of(unit).needs
    found: tuple[Question, ...] = _ADDRESS if "postal-address" in needs else ()
    if "country" in needs or "postal-address" in needs:
        found += (_country(campaign),)
    return (*found, _PHONE) if "phone" in needs else found


def _country(campaign: Campaign) -> Question:
    rule = campaign.rule(Residence)
    codes = rule.countries if isinstance(rule, Residence) else known_countries()
    options = tuple((code, Text(fr=country_name(code, "fr"), en=country_name(code, "en"))) for code in codes)
    return Question(
        name="country", kind="country", label=Text(fr="Pays", en="Country"), options=options, autocomplete="country"
    )


def read_claim(campaign: Campaign, unit: str, raw: Mapping[str, str]) -> Claim:
    """Read the answer to an offer; every error is named, what was typed is kept."""
    asked = questions_of(campaign, unit)
    values = {question.name: " ".join(raw.get(question.name, "").replace("\x00", "").split()) for question in asked}
    errors = {question.name: error for question in asked if (error := _check(question, values[question.name]))}
    if not raw.get("conditions"):
        errors["conditions"] = CONDITIONS
    values["conditions"] = "yes" if raw.get("conditions") else ""
    values["message"] = raw.get("message", "").replace("\x00", "").strip()[:LONGEST_MESSAGE]
    return Claim({name: value[: 2 * LONGEST_MESSAGE] for name, value in values.items()}, errors)


def _check(question: Question, value: str) -> Text | None:
    if not value:
        return NEEDED if question.required else None
    if len(value) > LONGEST:
        return TOO_LONG
    if question.kind == "tel" and not re.fullmatch(r"\+?[0-9 ().-]{5,30}", value):
        return WRONG_PHONE
    if question.kind == "country" and value not in dict(question.options):
        return WRONG_COUNTRY
    return None


def documents_of(campaign: Campaign, unit: str) -> tuple[Document, ...]:
    """Return what the winner of a unit shows before it is confirmed."""
    prize = campaign.prize_of(unit).id
    return tuple(known for known in campaign.aftermath.documents if not known.prizes or prize in known.prizes)


def address_lines(answers: Mapping[str, str], language: str) -> tuple[str, ...]:
    """Return a postal address as it is written on a parcel; empty where none was given."""
    if not answers.get("street"):
        return ()
    town = " ".join(filter(None, (answers.get("postcode"), answers.get("town"))))
    country = answers.get("country", "")
    lines = (answers.get("name"), answers["street"], answers.get("more"), town)
    return tuple(line for line in (*lines, country and country_name(country, language)) if line)
