"""Entries count from the opening to the closing instant, by the server's clock."""

from datetime import datetime
from typing import ClassVar

from contests.dates import said
from contests.errors import LANGUAGES, Text
from contests.rules.case import Case
from contests.rules.decision import Decision
from contests.rules.rule import BOTH, Judged, Rule


class OpeningHours(Rule, tag="opening-hours", frozen=True, kw_only=True):
    """Within the opening hours; the instant of opening is in, the instant of closing is out."""

    judges: ClassVar[frozenset[Judged]] = BOTH
    verified: ClassVar[Text] = Text(
        fr="L’heure de réception, lue à l’horloge du serveur.",
        en="The time of receipt, read from the server’s clock.",
    )

    def check(self, case: Case) -> Decision:
        """Compare the time of receipt with the two declared instants."""
        if case.at < case.opens_at:
            return self.no("not-yet-open", **_dates(case, case.opens_at))
        if case.at >= case.closes_at:
            return self.no("closed", **_dates(case, case.closes_at))
        return self.yes()

    def sentence(self) -> Text:
        """Say which clock decides."""
        return Text(
            fr="L’heure du serveur de l’organisateur fait foi. Une participation reçue avant l’ouverture ou "
            "à partir de l’instant de clôture n’est pas prise en compte.",
            en="The organiser’s server clock decides. An entry received before the opening, or at or after the "
            "closing instant, does not count.",
        )


def _dates(case: Case, at: datetime) -> dict[str, str]:
    return {f"date_{language}": said(at, case.zone.key, language) for language in LANGUAGES}


RULE = OpeningHours
SAYS = {
    "not-yet-open": Text(
        fr="Le jeu n’est pas encore ouvert. Il ouvre le {date_fr}. Revenez à ce moment-là.",
        en="The contest is not open yet. It opens on {date_en}. Come back then.",
    ),
    "voided": Text(
        fr="Le jeu a été annulé, sans tirage. Votre participation n’a pas été enregistrée.",
        en="The contest was voided, without a draw. Your entry was not taken.",
    ),
    "closed": Text(
        fr="Le jeu est clos depuis le {date_fr}. Votre participation n’a pas été enregistrée.",
        en="The contest closed on {date_en}. Your entry was not taken.",
    ),
}
