"""Comments as entries: where they come from, what nobody can check of them, and the time that the last look takes."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from contests.campaign.dated import platforms
from contests.campaign.definition import Campaign, Comments
from contests.campaign.lint.remark import Remark, block, record, warn
from contests.errors import Text
from contests.rules.bonus import LISTED_BY, Engaged
from contests.rules.comment_follow import CommentFollow
from contests.rules.comment_length import CommentLength
from contests.rules.comment_mentions import CommentMentions

LAST_LOOK = timedelta(minutes=30)
LISTED = frozenset({"bluesky", "facebook", "instagram", "mastodon", "reddit", "x", "youtube"})


def comments(campaign: Campaign) -> Iterator[Remark]:
    """Remark on comments that are entries."""
    told = campaign.commented
    yield from _engaged(campaign, told)
    if told is None:
        return
    yield from _channels(campaign, told)
    yield from _rules(campaign, told)
    if not told.accounts:
        yield record(
            "comments-accounts",
            "comments.accounts",
            Text(
                fr="Aucun compte de l’organisateur n’est nommé : là où la plateforme ne dit pas qui a publié, ses propres commentaires "
                "compteraient. Nommez vos comptes dans « accounts ».",
                en="No account of the organiser’s is named: where the platform does not tell who posted, their own comments would "
                "count. Name your accounts in “accounts”.",
            ),
            "C11",
        )
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


def _engaged(campaign: Campaign, told: Comments | None) -> Iterator[Remark]:
    """A like, a repost or a follow counts where a platform lists everybody, and nowhere else."""
    heard = {c.platform: c for c in campaign.channels if told and c.id in told.channels and isinstance(c.platform, str)}
    for i, bonus in enumerate(campaign.bonuses):
        if not isinstance(bonus, Engaged):
            continue
        if not LISTED_BY & heard.keys():
            yield block(
                "engaged-unlisted",
                f"bonuses[{i}]",
                Text(
                    fr="Aucun des canaux de « comments » n’est sur une plateforme qui montre à tous qui aime, republie ou suit : Bluesky ou "
                    "Mastodon. Retirez ce bonus, ou ajoutez un tel canal.",
                    en="None of the channels of “comments” is on a platform that shows who likes, reposts or follows: Bluesky or Mastodon. "
                    "Take out this bonus, or add such a channel.",
                ),
                "C7, PL10",
            )
        elif others := sorted(platforms().row(site).name for site in heard if site not in LISTED_BY):
            yield record(
                "engaged-partly",
                f"bonuses[{i}]",
                Text(
                    fr=f"Ce bonus ne s’obtient que sur Bluesky et Mastodon, pas sur {', '.join(others)} : qui y commente a une chance de moins.",
                    en=f"This bonus can be had on Bluesky and Mastodon only, not on {', '.join(others)}: people there have fewer tickets.",
                ),
                "C6, C7",
            )


def _rules(campaign: Campaign, told: Comments) -> Iterator[Remark]:
    sites = {channel.platform for channel in campaign.channels if channel.id in told.channels}
    for i, rule in enumerate(told.rules):
        if isinstance(rule, CommentLength) and rule.at_most < rule.at_least:
            yield block(
                "comments-length",
                f"comments.rules[{i}].at_most",
                Text(
                    fr=f"Aucun commentaire n’a à la fois {rule.at_least} caractères au moins et {rule.at_most} au plus.",
                    en=f"No comment has at least {rule.at_least} characters and at most {rule.at_most} at once.",
                ),
                "C6",
            )
        if isinstance(rule, CommentFollow):
            yield from _follow(campaign, f"comments.rules[{i}]", sites)
        if isinstance(rule, CommentMentions) and "facebook" in sites:
            yield block(
                "comments-friends",
                f"comments.rules[{i}]",
                Text(
                    fr="Facebook interdit d’identifier des amis pour participer : retirez cette condition, ou ce canal.",
                    en="Facebook forbids tagging friends to enter: take out this condition, or this channel.",
                ),
                "C7",
            )


def _follow(campaign: Campaign, path: str, sites: Iterable[object]) -> Iterator[Remark]:
    """What is checked of whoever is drawn needs a consequence; some platforms frown upon asking for it."""
    if not any(forfeit.days is None for forfeit in campaign.forfeits):
        yield block(
            "follow-unforfeited",
            path,
            Text(
                fr="Qui est tiré et ne suit pas le compte doit pouvoir perdre son rang : déclarez un motif de perte sans délai dans "
                "« forfeits ».",
                en="Whoever is drawn and does not follow the account must be able to lose their rank: declare a reason without days "
                "in “forfeits”.",
            ),
            "C7",
        )
    for row in (platforms().row(site) for site in sorted(str(site) for site in sites if isinstance(site, str))):
        if "follow" in (*row.forbidden, *row.doubtful):
            yield warn(
                "follow-frowned",
                path,
                Text(
                    fr=f"Demander de s’abonner est mal vu sur {row.name} : n’en faites pas une condition là.",
                    en=f"Asking people to follow is frowned upon on {row.name}: do not make it a condition there.",
                ),
                f"PL3 à PL8 · {row.source} ({row.date})",
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
