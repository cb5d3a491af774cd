"""A campaign's figures for the people who run it: on a page, as CSV, and the entries for a spreadsheet."""

import asyncio
import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import zip_longest
from typing import IO, Any

import msgspec
from babel.dates import format_date
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Stream

from contests.campaign.definition import Campaign
from contests.dates import when
from contests.errors import Language, Text
from contests.flows.attend import Talk
from contests.flows.measure import Figures, Line, Step, measure, share_of
from contests.flows.tabulate import FORMS, note_export, write_entries
from contests.papers.charts import Bar, columns, rows, top_of
from contests.papers.sheet import Cell, csv_line
from contests.rules.residence import country_name
from contests.store import campaigns, figures, views
from contests.web.desk import desk
from contests.web.guards import may, same_site, signed_in, staff_form
from contests.web.pages.room import published, room_page
from contests.web.render import environment, language_of, spaced
from contests.web.threads import threaded

Web = Request[Any, Any, Any]
MEDIA = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}

LANGUAGE_NAMES = {"fr": Text(fr="français", en="French"), "en": Text(fr="anglais", en="English")}
ELSEWHERE = Text(fr="un autre pays", en="another country")
GONE = Text(fr="réponses effacées", en="answers deleted")
THE_PAGE = Text(fr="la page, sans canal", en="the page, no channel")
HOURS, DAYS = Text(fr="par heure", en="by hour"), Text(fr="par jour", en="by day")
VISITS, ENTRIES = Text(fr="Visites", en="Visits"), Text(fr="Participations", en="Entries")
TALK_DAYS = Text(fr="Commentaires par jour", en="Comments by day")
DISPLEASED = Text(fr="Commentaires au ton négatif par jour", en="Comments in a negative tone by day")
VOICE = Text(fr="Part de chaque canal dans les commentaires", en="Share of each channel in the comments")
TOLD = Text(
    fr="De {first} à {last}. Au plus {most} en un pas, {total} en tout. Le tableau dessous donne chaque nombre.",
    en="From {first} to {last}. At most {most} in one step, {total} in all. The table below gives each number.",
)
TOLD_ROWS = Text(fr="{count} ligne(s). En tête : {first}. Le tableau dessous donne chaque nombre.",
                 en="{count} line(s). First: {first}. The table below gives each number.")  # fmt: skip


class Drawn(msgspec.Struct, frozen=True):
    """A chart's markup with its title."""

    title: str
    svg: str


class Words:
    """Says one campaign's figures in one language."""

    def __init__(self, definition: Campaign, language: Language) -> None:
        self.definition, self.language = definition, language
        self._number = environment(language).filters["number"]

    def number(self, value: int) -> str:
        """Return a number as the language groups it."""
        return str(self._number(value))

    def channel(self, name: str) -> str:
        """Return a channel's title."""
        listed = {channel.id: channel.title for channel in self.definition.channels}
        return self.definition.say(listed[name], self.language) if name in listed else THE_PAGE(self.language)

    def spoken(self, name: str) -> str:
        """Return a language's name."""
        return LANGUAGE_NAMES[name](self.language) if name in LANGUAGE_NAMES else name

    def country(self, code: str) -> str:
        """Return a country's name."""
        if not code:
            return GONE(self.language)
        return ELSEWHERE(self.language) if code == "ZZ" else country_name(code, self.language)

    def day(self, step: Step) -> str:
        """Return a day, short."""
        return when(step.at, self.definition.timezone, self.language, "d MMM")

    def date(self, day: str) -> str:
        """Return a day that is written 2026-12-02, short."""
        return str(format_date(date.fromisoformat(day), "d MMM", locale="fr" if self.language == "fr" else "en_GB"))

    def hour(self, step: Step) -> str:
        """Return a day and an hour, short."""
        return when(
            step.at, self.definition.timezone, self.language, "d MMM H 'h'" if self.language == "fr" else "d MMM, HH:00"
        )

    def steps(self, key: str, steps: tuple[Step, ...], title: str, *, visits: bool, hourly: bool) -> Drawn:
        """Draw hours or days."""
        name = self.hour if hourly else self.day
        named = [(name(step), step.visits if visits else step.entries) for step in steps]
        return self.columns(key, title, named, tone=2 if visits else 1)

    def columns(self, key: str, title: str, named: list[tuple[str, int]], *, tone: int) -> Drawn:
        """Draw what follows in time."""
        colon = " : " if self.language == "fr" else ": "
        bars = [Bar(name, value, f"{name}{colon}{self.number(value)}") for name, value in named]
        most = max((value for _, value in named), default=0)
        told = TOLD(
            self.language, first=bars[0].name if bars else "–", last=bars[-1].name if bars else "–",
            most=self.number(most), total=self.number(sum(value for _, value in named)),
        )  # fmt: skip
        return Drawn(title, columns(key, title, told, bars, self.number(top_of(most)), tone=tone))

    def lines(self, key: str, title: str, named: list[tuple[str, int]], *, shares: bool = False) -> Drawn:
        """Draw channels, languages or countries; `shares` also says how much of the whole each is."""
        whole = sum(count for _, count in named) if shares else 0
        bars = [
            Bar(
                spaced(name, self.language), count,
                f"{self.number(count)} ({round(100 * count / whole)} %)" if whole else self.number(count),
            )
            for name, count in named
        ]  # fmt: skip
        told = TOLD_ROWS(self.language, count=len(bars), first=bars[0].name if bars else "–")
        return Drawn(title, rows(key, title, told, bars))


def drawings(found: Figures, words: Words) -> dict[str, Drawn]:
    """Return every chart of the page."""
    charts = {}
    for name, steps, said in (("days", found.days, DAYS), ("hours", found.hours, HOURS)):
        for what, kind in (("entries", ENTRIES), ("visits", VISITS)):
            key, title = f"{name}-{what}", f"{kind(words.language)} {said(words.language)}"
            charts[key] = words.steps(key, steps, title, visits=what == "visits", hourly=name == "hours")
    for name, called, lines, say in (
        ("channels", Text(fr="Participations par canal", en="Entries by channel"), found.channels, words.channel),
        ("languages", Text(fr="Participants par langue", en="Entrants by language"), found.languages, words.spoken),
        ("countries", Text(fr="Participations par pays déclaré", en="Entries by declared country"), found.countries, words.country),
    ):  # fmt: skip
        charts[name] = words.lines(name, called(words.language), [(say(line.name), line.entries) for line in lines])
    return charts


def talk_drawings(talk: Talk, words: Words) -> dict[str, Drawn]:
    """Return the charts of what is said in comments: all and displeased ones by day, share of each channel."""
    days = [(words.date(one.name), one) for one in talk.days]
    channels = [(words.channel(one.name), one.all) for one in talk.channels]
    every, displeased, voice = (said(words.language) for said in (TALK_DAYS, DISPLEASED, VOICE))
    return {
        "talk-days": words.columns("talk-days", every, [(day, one.all) for day, one in days], tone=1),
        "displeased": words.columns("displeased", displeased, [(day, one.displeased) for day, one in days], tone=2),
        "voice": words.lines("voice", voice, channels, shares=True),
    }


@get("/staff/c/{slug:str}/figures", guards=[signed_in, may("read")])
@threaded
def figures_page(request: Web, slug: FromPath[str]) -> Response[str]:
    """The figures; `?with=` compares them with another campaign's."""
    own, language = desk(request), language_of(request)
    row, place = published(request, slug)
    now, wanted = own.clock(), request.query_params.get("with", "")
    kept = request.app.state.kept
    found = measure(own.house, row.id, now, kept.of(row.id))
    words = Words(place.definition, language)
    with own.house.store.read() as tx:
        listed = {known.slug: campaigns.read_definition(known.definition) for known in views.listed(tx, row.organiser)}
        others = [(name, told.say(told.title, language)) for name, told in listed.items() if name != slug]
        other = campaigns.by_slug(tx, wanted, row.organiser) if wanted in {name for name, _ in others} else None
        exports = figures.exports(tx, row.id)
    compared = measure(own.house, other.id, now, kept.of(other.id)) if other else None
    talk = request.app.state.talk.of(row.id) if place.definition.commented else Talk()
    return room_page(
        request, row, "staff/figures.html", figures=found, words=words, now=now, talk=talk,
        charts=drawings(found, words) | (talk_drawings(talk, words) if talk.all else {}),
        others=others, other=other.slug if other else "", compared=compared, exports=exports, share_of=share_of,
        steps=_side_by_side(found, compared) if compared else [],
    )  # fmt: skip


def _side_by_side(one: Figures, two: Figures) -> list[tuple[int, int | None, int | None]]:
    """Return both campaigns' entries by day since their opening; None where a campaign has not come that far."""
    days = zip_longest(one.since_opening, two.since_opening)
    return [(n, first, second) for n, (first, second) in enumerate(days, 1)]


@get("/staff/c/{slug:str}/figures.csv", guards=[signed_in, may("read")])
@threaded
def figures_file(request: Web, slug: FromPath[str]) -> Response[bytes]:
    """The same figures as CSV; nobody is named in them."""
    own, language = desk(request), language_of(request)
    row, place = published(request, slug)
    found = measure(own.house, row.id, own.clock())
    table = figure_lines(found, Words(place.definition, language))
    data = b"\xef\xbb\xbf" + b"".join(csv_line(line, language) for line in table)
    return Response(data, media_type=MEDIA["csv"], headers=_attached(f"{slug}-figures.csv"))


def _attached(name: str) -> dict[str, str]:
    return {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}


def figure_lines(found: Figures, words: Words) -> Iterator[list[Cell]]:
    """Yield the figures as lines: table, line, visits, entries; a field is empty where there is nothing to count."""
    said = words.language
    yield [head(said) for head in (Text(fr="Tableau", en="Table"), Text(fr="Ligne", en="Line"), VISITS, ENTRIES)]
    whole = Text(fr="ensemble", en="whole")(said)
    yield [whole, Text(fr="visites", en="visits")(said), found.visits, ""]
    yield [whole, Text(fr="formulaires commencés", en="forms begun")(said), found.begun, ""]
    yield [whole, Text(fr="formulaires renvoyés à corriger", en="forms sent back to be mended")(said), found.mended, ""]
    for name, value in (
        (Text(fr="reçues", en="taken"), found.received),
        (Text(fr="au journal", en="in the journal"), found.confirmed),
        (Text(fr="à confirmer", en="waiting for a confirmation"), found.pending),
        (Text(fr="qui comptent", en="that count"), found.counting),
        (Text(fr="exclues", en="excluded"), found.excluded),
        (Text(fr="retirées", en="withdrawn"), found.withdrawn),
        (Text(fr="ajoutées par un bonus", en="added by a bonus"), found.bonuses),
        (Text(fr="refusées à l’entrée", en="declined at the door"), found.turned_away),
    ):
        yield [whole, name(said), "", value]
    refused, friends = Text(fr="refus", en="declined")(said), Text(fr="parrainage", en="referral")(said)
    for reason, count in found.declined:
        yield [refused, reason, "", count]
    for label, steps in ((Text(fr="jour", en="day"), found.days), (Text(fr="heure", en="hour"), found.hours)):
        for step in steps:
            yield [label(said), step.at.isoformat(timespec="minutes"), step.visits, step.entries]
    yield from _named(Text(fr="canal", en="channel")(said), found.channels, words.channel)
    yield from _named(Text(fr="langue", en="language")(said), found.languages, words.spoken)
    yield from _named(Text(fr="pays", en="country")(said), found.countries, words.country)
    for friend in found.friends.most:
        yield [friends, friend.entrant, "", friend.brought]


def _named(table: str, lines: Iterable[Line], say: Callable[[str], str]) -> Iterator[list[Cell]]:
    for line in lines:
        yield [table, say(line.name), line.visits, line.entries]


@post("/staff/c/{slug:str}/entries-file", guards=[same_site, signed_in, may("identities")], status_code=200)
async def entries_file(request: Web, slug: FromPath[str]) -> Stream:
    """Every entry with its answers, as CSV or XLSX; that it was taken is noted first."""
    form = await staff_form(request)
    own, kind = desk(request), str(form.get("do", ""))
    kind = kind if kind in FORMS else "csv"
    row, _ = published(request, slug)
    who = request.scope["state"]["staff"].name
    await asyncio.to_thread(note_export, own.house, row.id, kind, staff_name=who, now=own.clock())
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the answer has been sent
    await asyncio.to_thread(write_entries, own.house, row.id, kind, language_of(request), file)
    size = file.seek(0, 2)
    file.seek(0)

    def chunks() -> Iterator[bytes]:
        with file:
            while chunk := file.read(1 << 16):
                yield chunk

    headers = {**_attached(f"{slug}-entries.{kind}"), "content-length": str(size)}
    return Stream(chunks(), media_type=MEDIA[kind], headers=headers)


HANDLERS = [figures_page, figures_file, entries_file]
