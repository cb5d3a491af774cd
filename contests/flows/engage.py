"""Engage: who liked, reposted or follows is listed once, right after the closing; whose comment counts gets the tickets.

A page is one transaction that keeps where the next begins, as with comments. The tickets are given when the door shuts,
as entries of their own, and only of lists that came to their end: nobody gets less for standing on a later page.
"""

from collections import defaultdict
from datetime import datetime, timedelta

from contests.campaign.definition import Campaign
from contests.flows.enter import Gift, give_in
from contests.flows.house import House
from contests.flows.observe import person_of
from contests.rules.bonus import LISTED_BY, PREFIX, Engaged
from contests.sources.source import People
from contests.store import comments as kept
from contests.store import engaged, entries
from contests.store.comment_tables import PostRow
from contests.store.session import Tx

BATCH = 2000


def acts(definition: Campaign, post: PostRow) -> tuple[str, ...]:
    """Return whom the rules have listed at a post, in the order of the bonuses; nobody for a file."""
    if post.site not in LISTED_BY or post.external.startswith("file:"):
        return ()
    return tuple(bonus.tag() for bonus in definition.bonuses if isinstance(bonus, Engaged))


def next_act(definition: Campaign, post: PostRow, done: str) -> str:
    """Return whom to list after `done` (empty: the comments); empty where that was all."""
    order = ("", *acts(definition, post))
    return next(iter(order[order.index(done) + 1 :]), "") if done in order else ""


def keep_people(
    tx: Tx, definition: Campaign, post: PostRow, page: People, now: datetime, *, last: bool, whole: bool
) -> str:
    """Keep one page of a list; return whom to list next: the same until the last page."""
    row = engaged.roll(tx, post.id, post.listing, now)
    row.listed += engaged.put(tx, post.id, post.listing, [person_of(account) for account in page.accounts])
    row.unread += page.unread
    said = [*row.note.split(), *page.note.split(), *([] if whole else ["loops"])]
    row.note = " ".join(dict.fromkeys(said))
    if not last:
        return post.listing
    if not row.note:  # a list that broke off is nobody's whole list
        row.ended_at = now
    return next_act(definition, post, post.listing)


def give_tickets(tx: Tx, house: House, campaign: str, definition: Campaign) -> None:
    """Give the tickets for what was listed to entrants with a comment that counts, and delete everybody else from the lists."""
    last = definition.closes_at - timedelta(seconds=1)
    posts = {post.id: post for post in kept.posts(tx, campaign)}
    whole: dict[str, list[str]] = defaultdict(list)
    for roll in engaged.rolls(tx, campaign):
        if roll.ended_at is not None:
            whole[roll.act].append(roll.post)
    for bonus in definition.bonuses:
        if isinstance(bonus, Engaged) and whole[bonus.tag()]:
            _give(tx, house, campaign, bonus, posts, whole[bonus.tag()], last)
    engaged.prune(tx, campaign)


def _give(
    tx: Tx, house: House, campaign: str, bonus: Engaged, posts: dict[str, PostRow], whole: list[str], at: datetime
) -> None:
    """Give the tickets of one bonus. An account that is followed counts once, however many posts are its own."""
    did: dict[str, set[str]] = defaultdict(set)
    for found in engaged.entrants(tx, campaign, bonus.tag(), whole):
        post = posts[found.post]
        thing = f"{post.site}/{post.scope}/{post.author.casefold()}" if bonus.tag() == "follow" else post.id
        did[found.entrant].add(thing)
    wanted = list(did)
    for start in range(0, len(wanted), BATCH):
        some = wanted[start : start + BATCH]
        barred = {row.entrant for row in entries.of_entrants(tx, campaign, some, "excluded")}
        first = {row.entrant: row for row in reversed(entries.of_entrants(tx, campaign, some, "accepted"))}
        gifts = [
            Gift(first[entrant], min(bonus.tickets * len(did[entrant]), bonus.cap), f"{PREFIX}{bonus.tag()}")
            for entrant in some
            if entrant in first and entrant not in barred
        ]
        give_in(tx, house, campaign, gifts, at)
