"""How complete the lists of comments were: the same words in the minutes and in the closing report."""

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
from babel.dates import format_datetime

from contests.campaign.codes import CHANNELS, begins
from contests.errors import Text
from contests.papers.tree import Block, Paragraph, Table
from contests.papers.voice import Voice


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """A post, or the files that stand for one: what its last sweep listed of how many the platform counts (None: untold).

    `digest` is the SHA-256 of the last file. `act` is what people are listed for, in place of comments: like, repost, follow.
    """

    channel: str
    site: str
    at: datetime
    sweeps: int
    listed: int
    counted: int | None
    unread: int
    whole: bool
    digest: str = ""
    act: str = ""


ACTS = {
    "like": Text(fr="qui l’aime", en="who likes it"),
    "repost": Text(fr="qui l’a republiée", en="who reposted it"),
    "follow": Text(fr="qui suit le compte", en="who follows the account"),
}


def looked_blocks(looked: Sequence[Looked], voice: Voice) -> tuple[Block, ...]:
    """Say how complete the lists of comments were (docs/why.md: what a platform hides cannot be an entry)."""
    if not looked:
        return ()
    header = (
        Text(fr="Publication", en="Post"), Text(fr="Relevés", en="Listings"), Text(fr="Dernier relevé", en="Last listing"),
        Text(fr="Relevés alors", en="Listed then"), Text(fr="Comptés par la plateforme", en="Counted by the platform"),
        Text(fr="Illisibles", en="Unreadable"),
    )  # fmt: skip
    rows = [
        (
            f"{each.site}, {channel_title(voice, each.channel)}"
            + (f" – {voice.say(ACTS[each.act])}" if each.act else ""),
            voice.number(each.sweeps),
            short(voice, each.at) + ("" if each.whole else " *"),
            voice.number(each.listed),
            "–" if each.counted is None else voice.number(each.counted),
            voice.number(each.unread),
        )
        for each in looked
    ]
    caption = Text(fr="Commentaires, par publication", en="Comments, by post")
    gap = Text(
        fr="Une plateforme compte aussi des commentaires qu’elle ne montre à personne : masqués, bloqués, en attente d’examen.",
        en="A platform also counts comments that it shows to nobody: hidden, blocked, held for review.",
    )
    blocks: list[Block] = [
        Table(voice.say(caption), tuple(map(voice.say, header)), tuple(rows), figures=(1, 3, 4, 5)),
        Paragraph(voice.say(gap)),
    ]
    if not all(each.whole for each in looked):
        cut = Text(fr="* Ce relevé n’a pas atteint la dernière page.", en="* This listing did not reach the last page.")
        blocks.append(Paragraph(voice.say(cut)))
    files = [each.digest for each in looked if each.digest]
    if files:
        named = Text(fr="Empreinte SHA-256 du dernier fichier importé : {digests}.",
                     en="SHA-256 of the last file imported: {digests}.")  # fmt: skip
        blocks.append(Paragraph(voice.say(named, digests=", ".join(files))))
    return tuple(blocks)


def channel_title(voice: Voice, channel: str) -> str:
    """Return what a channel is called, the organiser’s own ones and ours."""
    declared = next((each for each in voice.campaign.channels if each.id == channel), None)
    if declared:
        return voice.own(declared.title)
    return voice.say(begins(CHANNELS[channel])) if channel in CHANNELS else channel


def short(voice: Voice, at: datetime, *, utc: bool = False) -> str:
    """Return an instant for a cell: the day, then the time with its offset from UTC."""
    local = at.astimezone(UTC if utc else ZoneInfo(voice.campaign.timezone))
    day, clock = (format_datetime(local, form, locale=voice.locale) for form in ("d MMM y", "HH:mm:ss"))
    offset = local.strftime("%z")
    return f"{day}\n{clock} " + ("UTC" if utc else f"(UTC{offset[:3]}:{offset[3:5]})")
