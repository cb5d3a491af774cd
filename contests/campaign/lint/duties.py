"""Duties that hang on no single answer: who is kept out, how long data are kept, whose name is published, in which language."""

from collections.abc import Iterator

from contests.campaign.dated import countries
from contests.campaign.definition import Campaign
from contests.campaign.lint.people import open_to, youngest
from contests.campaign.lint.remark import Remark, record, warn
from contests.campaign.minors import ADULT
from contests.errors import Text
from contests.rules.excluded_people import ExcludedPeople
from contests.rules.residence import country_name

A_YEAR = 366
LANGUAGE_NAMES = {
    "de": Text(fr="en allemand", en="in German"),
    "es": Text(fr="en espagnol", en="in Spanish"),
    "nl": Text(fr="en néerlandais", en="in Dutch"),
}


def duties(campaign: Campaign) -> Iterator[Remark]:
    """Remark on conflicts of interest, retention, the names of minors, and what countries expect besides."""
    if campaign.rule(ExcludedPeople) is None:
        yield record(
            "conflicts-unchecked",
            "rules",
            Text(
                fr="Le règlement écarte déjà qui prépare le jeu, mais aucune règle ne le vérifie : ajoutez « excluded-people ».",
                en="The rules already keep out who prepares the contest, but no rule checks it: add “excluded-people”.",
            ),
            "C11",
        )
    for i, field in enumerate(campaign.fields):
        if field.purpose != "marketing" and field.retention_days > A_YEAR:
            yield warn(
                "retention-long",
                f"fields[{i}].retention_days",
                Text(
                    fr=f"« {field.id} » est gardé {field.retention_days} jours de qui ne gagne pas : raccourcissez à un an, ou dites "
                    "pourquoi.",
                    en=f"“{field.id}” is kept for {field.retention_days} days of those who do not win: shorten it to a year, or "
                    "say why.",
                ),
                "DP10",
            )
    if youngest(campaign) < ADULT and campaign.publication in {"first-name-initial-town", "surname-county"}:
        yield warn(
            "minors-named",
            "publication",
            Text(
                fr="Des mineurs peuvent gagner, et leur nom serait publié avec leur ville : préférez les initiales, ou aucun nom.",
                en="Minors may win, and their names would be published with their town: rather use initials, or no name.",
            ),
            "DP12, FR10",
        )
    yield from _countries(campaign)


def _countries(campaign: Campaign) -> Iterator[Remark]:
    for code in dict.fromkeys(open_to(campaign)):
        row = countries().row(code)
        if row is None:
            continue
        if row.told:
            said = Text(fr=f"{country_name(code, 'fr')} : {row.fr}", en=f"{country_name(code, 'en')}: {row.en}")
            yield record("country-told", "rules", said, f"ES1, ES2 · {row.source} ({row.date})")
        if row.language and row.status != "block":
            name = LANGUAGE_NAMES[row.language]
            yield record(
                "country-language",
                "languages",
                Text(
                    fr=f"{country_name(code, 'fr')} : le règlement y est attendu {name.fr}, et le moteur ne l’écrit qu’en français "
                    "et en anglais. Faites-le traduire et relire, et donnez-en le lien sur la page.",
                    en=f"{country_name(code, 'en')}: the rules are expected {name.en} there, and the engine writes them in French "
                    "and English only. Have them translated and checked, and link to them from the page.",
                ),
                f"DE1, ES3 · {row.source} ({row.date})",
            )
