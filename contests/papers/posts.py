"""A text to post on a social network: the short terms, within what the network takes.

The limits are dated rows in contests/campaign/data/posts.toml.
"""

import re
import tomllib
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from contests.campaign.definition import Campaign
from contests.campaign.notices import ACTIONS
from contests.errors import Language, Text
from contests.papers.terms import Terms, short_terms, shortened
from contests.papers.voice import Voice


class Platform(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of posts.toml: the longest post, how it is counted, and whether a release is asked for."""

    id: str
    name: str
    most: int
    release: bool
    date: date
    source: str
    count: Literal["units", "weighted"] = "units"
    link: int = 0

    def length(self, text: str) -> int:
        """Return the length of a post as the platform counts it."""
        if self.count == "units":
            return len(text.encode("utf-16-le")) // 2
        links = len(_LINK.findall(text))
        return sum(1 if _is_light(c) else 2 for c in _LINK.sub("", text)) + links * self.link


class Post(msgspec.Struct, frozen=True):
    """A post ready to be copied; `length` is what the platform counts."""

    platform: Platform
    text: str
    length: int


_LINK = re.compile(r"https://\S+")
# Signs that X counts once; every other one counts twice.
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
_WHAT = Text(fr="À gagner : {prizes}", en="To be won: {prizes}")
_MORE = (Text(fr="et {n} autre", en="and {n} more"), Text(fr="et {n} autres", en="and {n} more"))
_PERIOD = Text(fr="Du {opens} au {closes} ({zone})", en="From {opens} to {closes} ({zone})")
_UNTIL = Text(fr="Jusqu’au {closes} ({zone})", en="Until {closes} ({zone})")
_DRAW = Text(fr="Tirage au sort : {draws}", en="Prize draw: {draws}")
_ORGANISER = Text(fr="Organisateur : {organiser}", en="Organiser: {organiser}")
_RULES = Text(fr="Participation et règlement : {link}", en="Enter and read the rules: {link}")
_INVITES = Text(
    fr="Et si le cœur vous en dit : {actions}. Ce n’est pas nécessaire et ne change rien aux chances.",
    en="And if you feel like it: {actions}. It is not needed and does not change the chances.",
)
_RELEASE = Text(
    fr="Ce jeu n’est ni parrainé, ni approuvé, ni administré par {name}, et n’a aucun lien avec {name}. En participant, "
    "chacun dégage {name} de toute responsabilité.",
    en="This contest is in no way sponsored, endorsed or administered by {name}, or associated with it. By entering, "
    "everyone completely releases {name} from any responsibility.",
)
# Most characters of one thing that the organiser wrote, from all of it down to what is left when everything is long.
_CUTS = (4000, 600, 300, 200, 140, 100, 80, 60, 45, 34, 26, 20)


@cache
def platforms() -> tuple[Platform, ...]:
    """Return the platforms, in the order of the file."""
    table = tomllib.loads((files("contests.campaign") / "data" / "posts.toml").read_text(encoding="utf-8"))
    return tuple(msgspec.convert(row, Platform) for row in table["platform"])


def write_post(campaign: Campaign, language: Language, platform: Platform, link: str) -> Post:
    """Return the longest text that the platform takes; link, closing, prize, organiser and release are always in it."""
    terms = short_terms(campaign, language)
    voice = Voice(campaign=campaign, language=language, version=1, numbers={})
    text = ""
    for text in _candidates(voice, terms, platform, link):
        if platform.length(text) <= platform.most:
            break
    return Post(platform, text, platform.length(text))


def _candidates(voice: Voice, terms: Terms, platform: Platform, link: str) -> Iterator[str]:
    """Yield the text, each time shorter."""
    blank = platform.most > 1000
    for most in _CUTS[: -5 if blank else 1]:
        yield _joined(voice, platform, blank=blank, lines=(
            shortened(terms.title, most), shortened(terms.summary, most), voice.say(_WHAT, prizes=_prizes(voice, terms, most)),
            terms.free, shortened(terms.who, most),
            voice.say(_PERIOD, opens=terms.opens, closes=terms.closes, zone=terms.zone), voice.say(_DRAW, draws=terms.draws),
            voice.say(_ORGANISER, organiser=shortened(terms.organiser, most)), voice.say(_RULES, link=link),
            _invitation(voice, platform),
        ))  # fmt: skip
    # Who may enter goes last: a shorter list of prizes costs the reader less.
    for who in (terms.who, shortened(terms.who, 60), ""):
        for most in _CUTS:
            yield _joined(voice, platform, blank=False, lines=(
                shortened(terms.title, most), voice.say(_WHAT, prizes=_prizes(voice, terms, most)), who,
                voice.say(_UNTIL, closes=terms.closes, zone=terms.zone), shortened(terms.organiser, most),
                voice.say(_RULES, link=link),
            ))  # fmt: skip


def _invitation(voice: Voice, platform: Platform) -> str:
    """Return what a post invites to on that platform, as something that nothing rests on (legal C7); empty for nothing."""
    own = [channel for channel in voice.campaign.channels if channel.platform == platform.id]
    actions = dict.fromkeys(action for channel in own for action in channel.invites or ())
    return voice.say(_INVITES, actions=voice.listed(voice.say(ACTIONS[one]) for one in actions)) if actions else ""


def _joined(voice: Voice, platform: Platform, *, blank: bool, lines: tuple[str, ...]) -> str:
    """Return the lines that say something; the title and the release stand apart where there is room."""
    head, *rest = [line for line in lines if line]
    if platform.release:
        rest.append(("\n" if blank else "") + voice.say(_RELEASE, name=platform.name))
    return f"{head}{chr(10) * (2 if blank else 1)}" + "\n".join(rest)


def _prizes(voice: Voice, terms: Terms, most: int) -> str:
    """Return as many prizes as fit, the first at least, and how many kinds are left out."""
    shown = [shortened(terms.prizes[0], most)]
    for prize in terms.prizes[1:]:
        if len("; ".join([*shown, prize])) > most:
            break
        shown.append(prize)
    left = len(terms.prizes) - len(shown)
    listed = " ; ".join(shown) if voice.language == "fr" else "; ".join(shown)
    return voice.spaced(listed) + (f" {voice.count(left, _MORE)}" if left else "")


def _is_light(sign: str) -> bool:
    return any(first <= ord(sign) <= last for first, last in _LIGHT)
