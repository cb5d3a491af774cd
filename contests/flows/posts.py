"""Posts of a campaign: added by pasting an address, tried at once, paused, taken up again, ended."""

from datetime import datetime
from decimal import ROUND_UP, Decimal

from contests.campaign.definition import Campaign
from contests.errors import NotFound, Refused, Text
from contests.flows import act
from contests.flows.house import House, wrong_stage
from contests.flows.platforms import Platforms
from contests.flows.sweep import PAID, post_of
from contests.sources.source import PRICES, Access, recognised
from contests.sources.web import missing
from contests.store import campaigns
from contests.store import comments as kept
from contests.store.comment_tables import PostRow
from contests.store.session import Tx

LONGEST_TOKEN = 4000


def add_post(
    house: House, platforms: Platforms, campaign: str,
    *, channel: str, address: str, token: str, staff_name: str, now: datetime, priced: bool = False,
) -> Access:  # fmt: skip
    """Add a post by its address; its token is tried on it first, and kept encrypted. Raises Refused.

    `priced`: somebody was told what a sweep costs, and wants it.
    """
    found = recognised(list(platforms.sources.values()), address)
    if found is None:
        raise Refused(
            "post-unknown",
            Text(fr="L’adresse d’une publication était attendue : Bluesky, Facebook, Instagram, Mastodon, Reddit, X ou YouTube.",
                 en="The address of a post was expected: Bluesky, Facebook, Instagram, Mastodon, Reddit, X or YouTube."),
            Text(fr="Ouvrez la publication, puis copiez l’adresse de la page.",
                 en="Open the post, then copy the address of the page."),
            found=address[:120],
            where="address",
        )  # fmt: skip
    source, post = found
    token = token.strip()
    if source.NEEDS_TOKEN and not token:
        raise Refused(
            "token-needed",
            Text(fr="Un jeton d’accès était attendu : cette plateforme ne montre les commentaires à personne sans lui.",
                 en="An access token was expected: this platform shows comments to nobody without one."),
            Text(fr="L’aide dit comment l’obtenir.", en="The help says how to get one."),
            where="token",
        )  # fmt: skip
    if len(token) > LONGEST_TOKEN:
        raise Refused("token-long", Text(fr=f"{LONGEST_TOKEN} caractères au plus étaient attendus.",
                                         en=f"At most {LONGEST_TOKEN} characters were expected."),
                      Text(fr="Collez le jeton seul.", en="Paste the token alone."), where="token")  # fmt: skip
    closed = platforms.vault.close(token) if token else b""
    access = source.check(platforms.client, post, token)
    post = access.post or post
    if access.missing:
        raise missing(", ".join(access.missing))
    if post.site in PRICES and not priced:
        raise _price(access.counted, PRICES[post.site])
    with house.store.write() as tx:
        definition = listening(tx, campaign)
        declared(definition, channel)
        if kept.same_post(tx, campaign, post.site, post.id):
            raise Refused("post-twice", Text(fr="Une publication encore inconnue de ce jeu était attendue.",
                                             en="A post still unknown to this contest was expected."),
                          Text(fr="Elle est déjà dans la liste.", en="It is in the list already."), where="address")  # fmt: skip
        row = PostRow(
            id=house.chance(16).hex(), campaign=campaign, channel=channel, site=post.site, scope=post.scope[:255],
            external=post.id[:500], author=post.author[:320], link=post.link[:1000], token=closed, token_at=now,
            added_by=staff_name, added_at=now, next_at=now, counted=access.counted if post.site in PRICES else None,
        )  # fmt: skip
        kept.add_post(tx, row)
        act.note(tx, house, campaign, now, staff_name, "post-add", f"{channel}: {post.link or post.id}"[:500])
    return access


def _price(counted: int, each: Decimal) -> Refused:
    dollars = (max(counted, 1) * each).quantize(Decimal("0.01"), ROUND_UP)
    return Refused(
        "price-unseen",
        Text(fr=f"Un accord sur le prix était attendu : cette plateforme fait payer chaque commentaire lu, et un relevé coûte "
                f"environ {dollars} $ aujourd’hui (réponses comptées : {counted}), davantage quand il y en aura plus.",
             en=f"Consent to the price was expected: this platform charges for each comment that is read, and a look costs "
                f"about ${dollars} today (replies counted: {counted}), more as there are more."),
        Text(fr="Il y a un relevé par jour, et deux à la clôture. Cochez la case pour l’accepter, ou importez un fichier à la place.",
             en="There is one look a day, and two at the closing. Tick the box to accept it, or import a file instead."),
        found=f"${dollars}",
        where="price",
    )  # fmt: skip


def listening(tx: Tx, campaign: str) -> Campaign:
    """Return the definition of a contest that takes comments. Raises StageRefused, Refused."""
    standing = campaigns.standing(tx, campaign)
    if standing.stage != "open":
        raise wrong_stage(standing.stage, "open")
    if standing.definition.commented is None:
        raise Refused(
            "comments-undeclared",
            Text(fr="Un jeu dont le règlement admet les commentaires était attendu.",
                 en="A contest whose rules admit comments was expected."),
            Text(fr="Déclarez-les dans la définition (comments), par un avenant si le jeu est publié.",
                 en="Declare them in the definition (comments), by an amendment once it is published."),
        )  # fmt: skip
    return standing.definition


def declared(definition: Campaign, channel: str) -> None:
    """Raise Refused for a channel whose comments are no entries."""
    known = definition.commented.channels if definition.commented else ()
    if channel not in known:
        raise Refused(
            "channel-undeclared",
            Text(fr=f"Un canal annoncé pour les commentaires était attendu : {', '.join(known)}.",
                 en=f"A channel that was announced for comments was expected: {', '.join(known)}."),
            Text(fr="Choisissez-le dans la liste.", en="Choose it from the list."),
            found=channel[:60],
            where="channel",
        )  # fmt: skip


def set_token(
    house: House, platforms: Platforms, campaign: str, identity: str,
    *, token: str, staff_name: str, now: datetime,
) -> Access:  # fmt: skip
    """Put another token in the place of a post's, once it was tried; the sweep goes on. Raises Refused."""
    with house.store.read() as tx:
        row = _listed_post(tx, campaign, identity)
        listening(tx, campaign)
    closed = platforms.vault.close(token.strip())
    access = platforms.sources[post_of(row).site].check(platforms.client, post_of(row), token.strip())
    with house.store.write() as tx:
        again = _again(tx, row, now)
        kept.write_post(tx, identity, token=closed, token_at=now, fault="", said="", after="", next_at=again)
        act.note(tx, house, campaign, now, staff_name, "post-token", row.link or row.external)
    return access


def pause(house: House, campaign: str, identity: str, *, staff_name: str, now: datetime) -> None:
    """List a post no more until somebody takes it up again."""
    _set(house, campaign, identity, "post-pause", staff_name, now, next_at=None)


def resume(house: House, campaign: str, identity: str, *, staff_name: str, now: datetime) -> None:
    """List a post again, from its first comment."""
    with house.store.read() as tx:
        again = _again(tx, _listed_post(tx, campaign, identity), now)
    _set(
        house, campaign, identity, "post-resume", staff_name, now,
        next_at=again, fault="", said="", after="", closed_at=None,
    )  # fmt: skip


def _again(tx: Tx, row: PostRow, now: datetime) -> datetime:
    """Return when a post is listed again: at once, but not a second time in a day where each look is paid for."""
    last = kept.sweep(tx, row.id, row.sweep)
    if row.site not in PRICES or row.fault or last is None or last.ended_at is None:
        return now
    return max(now, min(last.ended_at + PAID, campaigns.standing(tx, row.campaign).definition.closes_at))


def finish(house: House, campaign: str, identity: str, *, staff_name: str, now: datetime) -> None:
    """Say that nothing more will come of a post or a file: the closing waits for it no longer."""
    _set(house, campaign, identity, "post-finish", staff_name, now, next_at=None, closed_at=now)


def _set(
    house: House, campaign: str, identity: str, verb: str, staff_name: str, now: datetime, **values: object
) -> None:
    with house.store.write() as tx:
        row = _post(tx, campaign, identity)
        listening(tx, campaign)
        kept.write_post(tx, identity, **values)
        act.note(tx, house, campaign, now, staff_name, verb, row.link or row.external)


def _post(tx: Tx, campaign: str, identity: str) -> PostRow:
    row = kept.post(tx, identity)
    if row is None or row.campaign != campaign:
        raise NotFound("post-unknown", Text(fr="Une publication de ce jeu était attendue.", en="A post of this contest was expected."),
                       Text(fr="Rechargez la page.", en="Reload the page."), found=identity[:40])  # fmt: skip
    return row


def _listed_post(tx: Tx, campaign: str, identity: str) -> PostRow:
    """Return a post that a platform lists. Raises Refused for what only files bring."""
    row = _post(tx, campaign, identity)
    if row.external.startswith("file:"):
        raise Refused("post-by-file", Text(fr="Une publication relevée sur sa plateforme était attendue.",
                                           en="A post that is listed on its platform was expected."),
                      Text(fr="Importez un autre fichier.", en="Import another file."))  # fmt: skip
    return row
