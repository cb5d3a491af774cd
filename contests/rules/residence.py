"""Country of residence, from an explicit list (legal EU2: countries are named, never implied)."""

import re
from functools import lru_cache
from typing import Annotated, ClassVar

from babel import Locale
from msgspec import Meta

from contests.errors import Text
from contests.rules.case import Ask, Case
from contests.rules.decision import Decision
from contests.rules.rule import Rule

Country = Annotated[str, Meta(pattern=r"^[A-Z]{2}$(?!\n)", description="ISO 3166-1 alpha-2 code, for example FR.")]


@lru_cache(maxsize=1024)
def country_name(code: str, language: str) -> str:
    """Return the country's name in `language`, or the code when the name is not known."""
    return str(Locale.parse(language).territories.get(code, code))


@lru_cache(maxsize=1)
def known_countries() -> tuple[str, ...]:
    """Return the codes that are a country's or a territory's, in order; ZZ, EU or XX are none."""
    known = (str(code) for code in Locale.parse("en").territories if re.fullmatch("[A-Z]{2}", str(code)))
    return tuple(sorted(set(known) - {"ZZ", "EU", "EZ", "UN", "XA", "XB", "QO"}))


class Residence(Rule, tag="residence", frozen=True, kw_only=True):
    """Lives in one of the listed countries."""

    verified: ClassVar[Text] = Text(
        fr="Le pays déclaré est comparé à la liste, puis, au besoin, une pièce demandée au gagnant.",
        en="The country declared is compared with the list, then, if need be, a document asked of the winner.",
    )

    countries: Annotated[
        tuple[Country, ...],
        Meta(min_length=1, max_length=60, description="Where entrants may live. Only these."),
    ]

    def check(self, case: Case) -> Decision:
        """Compare the declared country with the list."""
        country = case.values.get("country", "").strip().upper()
        if not country:
            return self.no("country-missing", "country")
        if country not in self.countries:
            return self.no("country-not-listed", "country", **self._names())
        return self.yes()

    def asks(self) -> tuple[Ask, ...]:
        """A list with the countries, and one way to say “elsewhere”."""
        options = tuple((c, Text(fr=country_name(c, "fr"), en=country_name(c, "en"))) for c in self.countries)
        return (
            Ask(
                name="country",
                kind="country",
                label=Text(fr="Pays de résidence", en="Country of residence"),
                options=(*options, ("ZZ", Text(fr="Un autre pays", en="Another country"))),
                autocomplete="country",
            ),
        )

    def _names(self) -> dict[str, str | int]:
        return {
            f"countries_{language}": ", ".join(country_name(c, language) for c in self.countries)
            for language in ("fr", "en")
        }

    def sentence(self) -> Text:
        """Name the countries."""
        return Text(
            fr="Le participant réside dans l’un de ces pays : {countries_fr}.",
            en="Entrants live in one of these countries: {countries_en}.",
        ).fill(**self._names())


RULE = Residence
SAYS = {
    "country-missing": Text(fr="Indiquez votre pays de résidence.", en="Give your country of residence."),
    "country-not-listed": Text(
        fr="Le jeu est ouvert aux personnes qui résident dans ces pays : {countries_fr}.",
        en="The contest is open to people who live in: {countries_en}.",
    ),
}
