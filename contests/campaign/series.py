"""A series: one text unfolded into a campaign for each day or week, with dates, prizes and a draw of its own.

Pure: text in, texts out. Each campaign is whole and stands alone; what ties them is the key `series`.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import InvalidOperation
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec
import tomlkit

from contests.campaign.definition import Reveal
from contests.campaign.editor.answers import GAP, money_of
from contests.errors import Malformed, Text

Step = Literal["day", "week"]
FEWEST, MOST = 2, 60
FIRST_YEARS = range(2000, 2900)
FREEZES, DRAWS = time(10), time(11)
"""When, on the day after, the list is frozen and the draw takes place, in the campaign's zone."""
_DAYS: dict[Step, int] = {"day": 1, "week": 7}
_NAMES: dict[Step, Text] = {
    "day": Text(fr="{title} – jour {n}", en="{title} – day {n}"),
    "week": Text(fr="{title} – semaine {n}", en="{title} – week {n}"),
}
_VALUE, MOST_UNITS, COLUMNS = re.compile(r"[0-9]{1,9}\.[0-9]{2}"), 100_000, 4
_MEND = Text(fr="Corrigez cette réponse.", en="Mend this answer.")


class PrizeLine(msgspec.Struct, frozen=True):
    """What one of them gives: what is won, by language, its value ("49.90") and how many."""

    title: dict[str, str]
    value: str
    quantity: int = 1


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What differs: the first day, how many, and the prizes; no prizes leave a gap in each."""

    key: str
    step: Step
    first: date
    number: int
    prizes: tuple[PrizeLine, ...] = ()
    reveal: Reveal = "at-once"

    @property
    def slugs(self) -> tuple[str, ...]:
        """The addresses, which sort as they follow one another."""
        digits = len(str(self.number))
        return tuple(f"{self.key}-{n:0{digits}}" for n in range(1, self.number + 1))


class Window(msgspec.Struct, frozen=True):
    """When one of them takes entries, is frozen and drawn."""

    opens_at: datetime
    closes_at: datetime
    freezes_at: datetime
    draws_at: datetime


def windows(plan: Plan, zone: ZoneInfo) -> tuple[Window, ...]:
    """Return the windows, in UTC: each opens at the very instant at which the one before closes."""
    days = _DAYS[plan.step]
    found = []
    for n in range(plan.number):
        opens = plan.first + timedelta(days=n * days)
        closes = opens + timedelta(days=days)
        found.append(Window(*(_instant(*when, zone) for when in (
            (opens, time()), (closes, time()), (closes, FREEZES), (closes, DRAWS),
        ))))  # fmt: skip
    return tuple(found)


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return an hour of a zone in UTC: an hour that clocks skip is the one they skip to, one that is twice the first."""
    return datetime.combine(day, at, zone).astimezone(UTC)


def _written(at: datetime, zone: ZoneInfo) -> datetime:
    """Return an instant as a definition says it: local, with an offset only where that is not enough."""
    local = at.astimezone(zone)
    plain = local.replace(tzinfo=None, fold=0)
    twice = plain.replace(tzinfo=zone).utcoffset() != plain.replace(tzinfo=zone, fold=1).utcoffset()
    return datetime.fromisoformat(local.isoformat()) if twice else plain


def unfold(text: str, plan: Plan) -> tuple[str, ...]:
    """Return the texts of all campaigns of a series, from a text that is right for each but for what differs.

    Raises Malformed for a plan that no series can have; `where` is then the name of the answer.
    """
    possible(plan)
    base = tomlkit.parse(text)
    zone = ZoneInfo(str(base["timezone"]))
    titles = {language: str(said) for language, said in base["title"].items()}
    return tuple(
        _one(text, plan, place, slug, window, zone, titles)
        for place, (slug, window) in enumerate(zip(plan.slugs, windows(plan, zone), strict=True), 1)
    )


def _one(
    text: str, plan: Plan, place: int, slug: str, window: Window, zone: ZoneInfo, titles: dict[str, str]
) -> str:  # fmt: skip
    made = tomlkit.parse(text)
    made["slug"] = slug
    for name in Window.__struct_fields__:
        made[name] = _written(getattr(window, name), zone)
    for language, title in titles.items():
        made["title"][language] = _NAMES[plan.step](language, title=title, n=place)
    languages = [str(language) for language in made["languages"]]
    if plan.prizes:
        line = plan.prizes[0 if len(plan.prizes) == 1 else place - 1]
        made["prizes"] = _prize(line, languages)
    series = tomlkit.table()
    series["key"] = plan.key
    series["place"], series["of"] = place, plan.number
    if plan.reveal != "at-once":
        series["reveal"] = plan.reveal
    series["title"] = _inline({language: title for language, title in titles.items() if language in languages})
    made.add(tomlkit.nl())
    made["series"] = series
    return tomlkit.dumps(made)


def _prize(line: PrizeLine, languages: list[str]) -> tomlkit.items.AoT:
    prize = tomlkit.table()
    prize["id"] = "lot-1"
    if line.quantity > 1:
        prize["quantity"] = line.quantity
    prize["unit_value"] = line.value
    prize["title"] = _inline({language: line.title.get(language) or GAP[language] for language in languages})
    prize.add(tomlkit.nl())
    found = tomlkit.aot()
    found.append(prize)
    return found


def _inline(texts: dict[str, str]) -> tomlkit.items.InlineTable:
    table = tomlkit.inline_table()
    table.update(texts)
    return table


def read_prizes(text: str, number: int, languages: list[str]) -> tuple[PrizeLine, ...]:
    """Read the prizes of a series: one line each, or one line for all; columns by a tab (a spreadsheet) or `;`.

    The columns are what is won, its value, how many, and what is won in the second language; the first two are needed.
    Raises Malformed with the line's number.
    """
    lines = [(n, line) for n, line in enumerate(text.splitlines(), 1) if line.strip()]
    found = tuple(_line(line, n, languages) for n, line in lines)
    if len(found) not in {0, 1, number}:
        raise Malformed(
            "prizes-count",
            Text(
                fr=f"{number} lignes de lots étaient attendues, ou une seule pour tous ; il y en a {len(found)}.",
                en=f"{number} lines of prizes were expected, or one for all; there are {len(found)}.",
            ),
            _MEND,
            found=str(len(found)),
            where="prizes",
        )
    return found


def _line(line: str, number: int, languages: list[str]) -> PrizeLine:
    cells = [cell.strip() for cell in line.split("\t" if "\t" in line else ";")]
    cells += [""] * (COLUMNS - len(cells))
    try:
        value, quantity = money_of(cells[1]), int(cells[2] or "1")
    except (ValueError, InvalidOperation):
        value, quantity = "", 0
    if not (cells[0] and _VALUE.fullmatch(value) and 1 <= quantity <= MOST_UNITS and len(cells) == COLUMNS):
        raise Malformed(
            "prize-line",
            Text(
                fr=f"Ligne {number} : un lot et sa valeur étaient attendus, par exemple « Une bougie ; 24,90 ».",
                en=f"Line {number}: a prize and its value were expected, for example “A candle; 24.90”.",
            ),
            _MEND,
            found=line[:120],
            where="prizes",
        )
    titles = {language: cell for language, cell in zip(languages, (cells[0], cells[3]), strict=False) if cell}
    return PrizeLine(titles, value, quantity)


def possible(plan: Plan) -> None:
    """Refuse a plan that no series can have; `where` is then the name of the answer. Raises Malformed."""
    if not FEWEST <= plan.number <= MOST:
        expected = Text(fr=f"De {FEWEST} à {MOST} jeux étaient attendus.",
                        en=f"From {FEWEST} to {MOST} contests were expected.")  # fmt: skip
        raise Malformed("series-number", expected, _MEND, found=str(plan.number), where="number")
    if plan.first.year not in FIRST_YEARS:
        expected = Text(fr="Un premier jour proche était attendu.", en="A first day not far away was expected.")
        raise Malformed("series-first", expected, _MEND, found=plan.first.isoformat(), where="first")
