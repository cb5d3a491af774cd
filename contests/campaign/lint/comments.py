"""Comments as entries: where they come from, what nobody can check of them, and the time that the last look takes."""

from collections.abc import Iterator
from datetime import timedelta

from contests.campaign.definition import Campaign, Comments
from contests.campaign.lint.remark import Remark, block, record, warn
from contests.errors import Text

LAST_LOOK = timedelta(minutes=30)
LISTED = frozenset({"bluesky", "facebook", "instagram", "mastodon", "x", "youtube"})


def comments(campaign: Campaign) -> Iterator[Remark]:
    """Remark on comments that are entries."""
    told = campaign.commented
    if told is None:
        return
    yield from _channels(campaign, told)
    if campaign.freezes_at - campaign.closes_at < LAST_LOOK:
        yield warn(
            "comments-window",
            "freezes_at",
            Text(
                fr="Moins de 30 minutes séparent la clôture du gel : le dernier relevé des commentaires, les fichiers à importer et "
                "les exclusions risquent de manquer de temps. Gelez la liste plus tard.",
                en="Less than 30 minutes lie between the closing and the freeze: the last look at the comments, files to import and "
                "exclusions may run out of time. Freeze the list later.",
            ),
            "C6",
        )
    later = [rule.tag() for rule in campaign.rules if "comment" not in rule.judges and rule.tag() != "accepts-rules"]
    if later:
        yield record(
            "comments-checked-later",
            "comments",
            Text(
                fr=f"Un commentaire ne dit rien de : {', '.join(later)}. Ces conditions sont vérifiées auprès de la personne tirée.",
                en=f"A comment says nothing of: {', '.join(later)}. These conditions are checked with the person drawn.",
            ),
            "C7",
        )


def _channels(campaign: Campaign, told: Comments) -> Iterator[Remark]:
    known = {channel.id: channel for channel in campaign.channels}
    for i, name in enumerate(told.channels):
        path = f"comments.channels[{i}]"
        if name not in known:
            yield block(
                "comments-channel",
                path,
                Text(
                    fr=f"« {name} » n’est pas un canal du jeu : déclarez-le dans « channels ».",
                    en=f"“{name}” is no channel of the contest: declare it in “channels”.",
                ),
                "C6",
            )
        elif known[name].platform not in LISTED:
            yield warn(
                "comments-by-file",
                path,
                Text(
                    fr=f"Les commentaires du canal « {name} » ne peuvent venir que d’un fichier : personne ne les relève.",
                    en=f"Comments of the channel “{name}” can only come from a file: nobody lists them.",
                ),
                "C6",
            )
