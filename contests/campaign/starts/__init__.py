"""What a campaign may start from: whole definitions, with gaps where only the organiser knows."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import tomlkit

from contests.campaign.series import Step
from contests.errors import NotFound, Text


class Start(msgspec.Struct, frozen=True):
    """One of them; its text is the file of that name."""

    id: str
    title: Text
    lede: Text


STARTS = (
    Start("draw", Text(fr="Tirage sur une page", en="Draw on a page"),
          Text(fr="Un formulaire court, un lot, un tirage. Le plus simple.",
               en="A short form, a prize, a draw. The simplest.")),
    Start("quiz", Text(fr="Quiz avec tirage", en="Quiz with a draw"),
          Text(fr="Une question ; le tirage se fait parmi les bonnes réponses.",
               en="A question; the draw is among the right answers.")),
    Start("shop", Text(fr="En boutique", en="In a shop"),
          Text(fr="Un QR code sur une affiche et à la caisse, compté canal par canal.",
               en="A QR code on a poster and at the till, counted channel by channel.")),
    Start("comment", Text(fr="Concours en commentaires", en="Comment contest"),
          Text(fr="Un commentaire sous vos publications est une participation, dans le même tirage que le formulaire. Chacun "
                  "peut chercher le sien et lire pourquoi il compte.",
               en="A comment under your posts is an entry, in the same draw as the form. Everybody can look theirs up and "
                  "read why it counts.")),
    Start("referral", Text(fr="Parrainage", en="Referral"),
          Text(fr="Chaque ami qui participe donne une chance de plus, dans une limite annoncée.",
               en="Each friend who enters gives one more ticket, up to an announced limit.")),
)  # fmt: skip
SERIES = (
    Start("advent", Text(fr="Calendrier, un tirage par jour", en="Calendar, a draw each day"),
          Text(fr="L’Avent, ou d’autres jours de suite : chaque jour son lot, sa liste et son tirage, le lendemain matin.",
               en="Advent, or other days in a row: each day has its prize, its list and its draw, the morning after.")),
    Start("weekly", Text(fr="Un lot par semaine", en="A prize a week"),
          Text(fr="Plusieurs semaines de suite : chaque semaine son lot, sa liste et son tirage.",
               en="Several weeks in a row: each week has its prize, its list and its draw.")),
)  # fmt: skip
STEPS: dict[str, Step] = {"advent": "day", "weekly": "week"}
"""What begins a series: one text from which a campaign is made for each day, or each week."""
DAYS_OPEN = 14


def begin(
    start: str, *, slug: str, title: str, languages: list[str], organiser: Mapping[str, Any] | None, now: datetime
) -> str:
    """Return the text of a new definition: opening tomorrow, for two weeks. Raises NotFound.

    `organiser` is that of an earlier campaign, so that nobody types it twice.
    """
    if start not in {known.id for known in (*STARTS, *SERIES)}:
        raise NotFound(
            "start-unknown",
            Text(fr="Un modèle de la liste était attendu.", en="A template of the list was expected."),
            Text(fr="Choisissez-en un.", en="Choose one."),
            found=start[:40],
        )
    made = tomlkit.parse((files(__name__) / f"{start}.toml").read_text(encoding="utf-8"))
    made["slug"], made["languages"] = slug, languages
    made["title"][languages[0]] = title
    tomorrow = now.astimezone(ZoneInfo(str(made["timezone"]))).date() + timedelta(days=1)
    closing = tomorrow + timedelta(days=DAYS_OPEN)
    made["opens_at"] = datetime.combine(tomorrow, time(10))
    made["closes_at"] = datetime.combine(closing, time(20))
    made["freezes_at"] = datetime.combine(closing + timedelta(days=1), time(10))
    made["draws_at"] = datetime.combine(closing + timedelta(days=1), time(14))
    if organiser:
        made["organiser"] = dict(organiser)
    return tomlkit.dumps(made)
