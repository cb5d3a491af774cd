"""The places a contest is announced: their names, and what each platform says of contests (legal PL1 to PL10)."""

import re
from collections.abc import Iterator
from decimal import Decimal

from contests.campaign.dated import PlatformRow, platforms
from contests.campaign.definition import Campaign, Channel
from contests.campaign.lint.people import open_to, youngest
from contests.campaign.lint.remark import Remark, block, record, warn
from contests.campaign.notices import ACTIONS
from contests.errors import Text
from contests.rules.bonus import PREFIX

ADVERTISING = re.compile(r"publicité|collaboration commerciale|advertis|\bad\b|paid partnership", re.IGNORECASE)
CONTEST_TAG = re.compile(r"#\w*(contest|sweepstake|giveaway|concours|jeu|tirage)", re.IGNORECASE)


def channels(campaign: Campaign) -> Iterator[Remark]:
    """Remark on the channels and on what depends on them."""
    names = [channel.id for channel in campaign.channels]
    for i, channel in enumerate(campaign.channels):
        if channel.id in names[:i] or channel.id == "page" or channel.id.startswith(PREFIX):
            yield block(
                "channel-name",
                f"channels[{i}].id",
                Text(
                    fr=f"« {channel.id} » est déjà pris : choisissez un autre nom de canal.",
                    en=f"“{channel.id}” is taken: choose another name for the channel.",
                ),
                "C6",
            )
        if isinstance(channel.platform, str):
            row = platforms().row(channel.platform)
            yield from _invitations(channel, row, f"channels[{i}].invites")
            yield from _platform(campaign, row, f"channels[{i}].platform")
            yield from _post(channel, row, f"channels[{i}].post")
        yield from _advertising(campaign, channel, f"channels[{i}].post")
    for i, bonus in enumerate(campaign.bonuses):
        if bonus.tag() == "second-channel" and len(campaign.channels) < 2:
            yield block(
                "channels-missing",
                f"bonuses[{i}]",
                Text(
                    fr="Ce bonus demande au moins deux canaux déclarés.",
                    en="This bonus needs at least two declared channels.",
                ),
                "C7",
            )


def _source(row: PlatformRow) -> str:
    return f"{row.source} ({row.date})"


def _invitations(channel: Channel, row: PlatformRow, path: str) -> Iterator[Remark]:
    """An invitation never counts; some may not even be made."""
    for action in channel.invites if isinstance(channel.invites, tuple) else ():
        what = ACTIONS[action]
        if action in row.forbidden:
            yield block(
                "platform-forbids",
                path,
                Text(
                    fr=f"{row.name} n’accepte pas qu’un jeu invite à « {what.fr} ». Retirez cette invitation.",
                    en=f"{row.name} does not let a contest invite people to “{what.en}”. Remove this invitation.",
                ),
                f"PL2 à PL9 · {_source(row)}",
            )
        elif action in row.doubtful:
            yield warn(
                "platform-doubts",
                path,
                Text(
                    fr=f"Inviter à « {what.fr} » est mal vu sur {row.name} : ne le faites que si ce n’est pas une condition.",
                    en=f"Inviting people to “{what.en}” is frowned upon on {row.name}: only do so if it is no condition.",
                ),
                f"PL3 à PL8 · {_source(row)}",
            )
        elif action in row.unseen:
            yield record(
                "invitation-unseen",
                path,
                Text(
                    fr=f"{row.name} ne montre pas qui a fait « {what.fr} » : cela reste une invitation, sans chance de plus.",
                    en=f"{row.name} does not show who did “{what.en}”: it stays an invitation and gives no ticket.",
                ),
                f"C7, PL10 · {_source(row)}",
            )


def _platform(campaign: Campaign, row: PlatformRow, path: str) -> Iterator[Remark]:
    """The platform's own limits: age, prizes, and what a person has to read."""
    if row.caution:
        yield warn("platform-caution", path, row.caution, f"PL7, PL8 · {_source(row)}")
    if row.minimum_age and youngest(campaign) < row.minimum_age:
        yield block(
            "platform-age",
            path,
            Text(
                fr=f"{row.name} réserve les jeux aux {row.minimum_age} ans et plus : fixez cet âge minimum.",
                en=f"{row.name} keeps contests for people aged {row.minimum_age} or more: set that minimum age.",
            ),
            f"PL9 · {_source(row)}",
        )
    for i, prize in enumerate(campaign.prizes):
        dear = row.prize_below and not (
            prize.currency == row.currency and Decimal(prize.unit_value) < Decimal(row.prize_below)
        )
        if dear or (row.no_cash and prize.nature == "cash"):
            yield block(
                "platform-prize",
                f"prizes[{i}]",
                Text(
                    fr=f"{row.name} n’accepte ni argent, ni lot de {row.prize_below} {row.currency} ou plus : changez le lot.",
                    en=f"{row.name} takes neither cash nor a prize of {row.prize_below} {row.currency} or more: change it.",
                ),
                f"PL7 · {_source(row)}",
            )


def _post(channel: Channel, row: PlatformRow, path: str) -> Iterator[Remark]:
    """The text of the post, held against the platform."""
    for language, post in channel.post.items() if isinstance(channel.post, dict) else ():
        if row.text_limit and len(post) > row.text_limit:
            yield block(
                "post-too-long",
                f"{path}.{language}",
                Text(
                    fr=f"{row.name} coupe un texte à {row.text_limit} caractères ; celui-ci en a {len(post)}.",
                    en=f"{row.name} cuts a text at {row.text_limit} characters; this one has {len(post)}.",
                ),
                _source(row),
            )
        if row.mention and not re.search(r"@\w", post):
            yield warn(
                "post-mention",
                f"{path}.{language}",
                Text(
                    fr=f"{row.name} demande que les participants citent votre compte (@nom) : écrivez-le dans le texte.",
                    en=f"{row.name} asks that entrants mention your account (@name): write it in the text.",
                ),
                f"PL5 · {_source(row)}",
            )


def _advertising(campaign: Campaign, channel: Channel, path: str) -> Iterator[Remark]:
    """A paid partnership says so in each post; in the United States a hashtag says that it is a contest."""
    for language, post in channel.post.items() if isinstance(channel.post, dict) else ():
        if campaign.law.paid_partnership and not ADVERTISING.search(post):
            yield block(
                "advertising-hidden",
                f"{path}.{language}",
                Text(
                    fr="Un partenariat rémunéré doit se voir : écrivez « Publicité » ou « Collaboration commerciale ».",
                    en="A paid partnership must be visible: write “Advertising” or “Paid partnership”.",
                ),
                "FR12 (loi du 9 juin 2023)",
            )
        if "US" in open_to(campaign) and "#" in post and not CONTEST_TAG.search(post):
            yield warn(
                "hashtag-hides-contest",
                f"{path}.{language}",
                Text(
                    fr="Aux États-Unis, un mot-dièse de marque seul cache le jeu : ajoutez #contest ou #sweepstakes.",
                    en="In the United States a brand’s hashtag alone hides the contest: add #contest or #sweepstakes.",
                ),
                "US10 (FTC, Cole Haan 2014)",
            )
