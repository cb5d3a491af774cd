"""Attend: comments are read for what asks for a person, behind judging and never in its way; somebody is told in time.

Nothing is hidden, answered or left out by what is found here.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import msgspec

from contests.attention import KINDS, MANY, SAME_FROM, WITHIN_MINUTES, read
from contests.comment import Site
from contests.entry import parse_email
from contests.errors import Malformed, Refused, Text
from contests.flows import act
from contests.flows.apart import in_each
from contests.flows.house import House
from contests.flows.notify import mail
from contests.sources.web import within
from contests.store import attention, campaigns, outbox, signals
from contests.store import comments as kept
from contests.store.comment_tables import CommentRow, SavedReplyRow, WatchRow
from contests.store.session import Tx

log = logging.getLogger("contests.attend")
BATCH = 250
LIVE = ("open", "closed", "frozen", "drawn")
PATIENCE = 15.0  # seconds
MOST_OF_ONE = 200
MOST_REPLIES = 50
HIGHEST = 1000


def read_waiting(house: House) -> int:
    """Read a batch of comments in every campaign that has some nobody read; return how many."""
    with house.store.read() as tx:
        waiting = attention.with_unread(tx)
    return in_each("attention", waiting, lambda campaign: read_comments(house, campaign))


def read_comments(house: House, campaign: str) -> int:
    """Read the next comments of a campaign; return how many. Doing it twice changes nothing."""
    with house.store.write() as tx:
        signals.lock_sifted(tx, campaign)  # one reader a campaign: two would each see a part of a crowd
        rows = attention.unread(tx, campaign, BATCH)
        sites = {post.id: msgspec.convert(post.site, Site) for post in kept.posts(tx, campaign)}
        # One that was edited is read anew; what its author deleted says nothing.
        attention.forget(tx, [row.number for row in rows])
        texts = [(row, read(row.text, sites.get(row.post, "other"))) for row in rows if row.gone_at is None]
        found = [(row.number, kind, "", 1) for row, said in texts for kind in said.kinds]
        found += [(row.number, "same-text", said.gist, 0) for row, said in texts if said.gist]
        found += [(number, "burst", "", 1) for number in _bursts(tx, campaign, rows)]
        attention.put(tx, campaign, found)
        clusters = {said.gist for _, said in texts if said.gist}
        many = [name for name, size in attention.authors(tx, campaign, clusters).items() if size >= SAME_FROM]
        if many:
            attention.raise_cluster(tx, campaign, many)
        tones = {row.number: said.tone for row, said in texts}
        attention.put_tones(tx, [(row.number, tones.get(row.number, 0)) for row in rows])
        return len(rows)


def _bursts(tx: Tx, campaign: str, rows: Sequence[CommentRow]) -> set[int]:
    """Return the comments of accounts that made many within a short time, by the platform's clock."""
    found: set[int] = set()
    people = {row.person for row in rows if row.said_at is not None}
    for times in attention.busy(tx, campaign, people, MANY, MOST_OF_ONE).values():
        for first in range(len(times) - MANY + 1):
            some = times[first : first + MANY]
            if some[0][1] - some[-1][1] <= timedelta(minutes=WITHIN_MINUTES):
                found |= {number for number, _ in some}
    return found


def deal_with(house: House, campaign: str, number: int, *, staff_name: str, now: datetime) -> None:
    """Note that somebody dealt with a comment: it waits for nobody any more."""
    with house.store.write() as tx:
        if attention.deal_with(tx, campaign, number, staff_name):
            act.note(tx, house, campaign, now, staff_name, "comment-seen", str(number))


def set_watch(
    house: House, campaign: str, *, threshold: str, kinds: Iterable[str], email: str, hook: str, staff_name: str, now: datetime
) -> None:  # fmt: skip
    """Say from how many comments on somebody is told; an empty threshold tells nobody. Raises Refused, naming the field."""
    threshold, email, hook = threshold.strip(), email.strip(), hook.strip()
    wanted = [kind for kind in KINDS if kind in set(kinds)]
    with house.store.write() as tx:
        if not threshold:
            attention.drop_watch(tx, campaign)
        else:
            _check_watch(threshold, wanted, email, hook)
            # Who sets it looks at the page now: what waits already is known.
            attention.tell(tx, campaign, wanted)
            row = WatchRow(campaign=campaign, threshold=int(threshold), kinds=",".join(wanted), email=email, hook=hook)
            attention.put_watch(tx, row)
        act.note(tx, house, campaign, now, staff_name, "watch", f"{threshold or 0}: {', '.join(wanted)}")


def _check_watch(threshold: str, kinds: Sequence[str], email: str, hook: str) -> None:
    if not threshold.isdecimal() or len(threshold) > len(str(HIGHEST)) or not 1 <= int(threshold) <= HIGHEST:
        raise _wrong("threshold", Text(fr=f"Un nombre de 1 à {HIGHEST} était attendu.",
                                       en=f"A number from 1 to {HIGHEST} was expected."), threshold)  # fmt: skip
    if not kinds:
        raise _wrong("kinds", Text(fr="Au moins un signal était attendu.", en="At least one signal was expected."), "")
    if not email and not hook:
        raise _wrong("alert", Text(fr="Une adresse e-mail, ou une adresse à appeler, était attendue.",
                                   en="An e-mail address, or an address to call, was expected."), "")  # fmt: skip
    if email:
        try:
            parse_email(email)
        except Malformed as error:
            raise _wrong("alert", error.expected, email) from None
    if hook and (len(hook) > 1000 or not _callable(hook)):
        raise _wrong("hook", Text(fr="Une adresse en https était attendue.", en="An https address was expected."), hook)


def _callable(address: str) -> bool:
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, ValueError, TypeError):
        return False
    return url.scheme == "https" and bool(url.host) and not url.userinfo


def _wrong(where: str, expected: Text, found: str) -> Refused:
    todo = Text(fr="Corrigez ce champ.", en="Correct this field.")
    return Refused(f"{where}-wrong", expected, todo, found=found[:120], where=where)


def alert_due(house: House, client: httpx.Client | None, now: datetime) -> int:
    """Tell those who are to be told that comments wait; return how many were told."""
    with house.store.read() as tx:
        due = [watch.campaign for watch in attention.watches(tx) if _untold(tx, watch)]
    return in_each("alert", due, lambda campaign: _alert(house, client, campaign, now))


def _untold(tx: Tx, watch: WatchRow) -> int:
    """Return how many comments somebody is to be told of now; 0 while they are too few, or once the contest is over."""
    if campaigns.row(tx, watch.campaign).stage not in LIVE:
        return 0
    count = attention.waiting(tx, watch.campaign, watch.kinds.split(","), untold=True)
    return count if count >= watch.threshold else 0


def _alert(house: House, client: httpx.Client | None, campaign: str, now: datetime) -> int:
    with house.store.write() as tx:
        watch = attention.watch(tx, campaign, lock=True)
        count = _untold(tx, watch) if watch else 0
        if watch is None or not count:
            return 0
        kinds, hook = watch.kinds.split(","), watch.hook
        counts = {kind: n for kind, n in attention.counts(tx, campaign, untold=True).items() if kind in kinds}
        slug, definition = campaigns.row(tx, campaign).slug, campaigns.standing(tx, campaign).definition
        link = f"{house.url}/staff/c/{slug}/comments"
        if watch.email:
            language = definition.languages[0]
            said = ", ".join(f"{KINDS[kind].title(language)} ({number})" for kind, number in counts.items())
            outbox.add(tx, [mail(house.url, "alert", campaign, definition, recipient=watch.email, language=language,
                                 now=now, count=str(count), kinds=said, link=link)])  # fmt: skip
        attention.tell(tx, campaign, kinds)
        attention.note_fault(tx, campaign, "")
    if hook and client is not None:
        fault = _call(client, hook, {"campaign": slug, "comments": count, "kinds": counts, "page": link})
        if fault:
            log.warning("alert of %s not taken: %s", campaign, fault)
            with house.store.write() as tx:
                attention.note_fault(tx, campaign, fault)
    return 1


def _call(client: httpx.Client, hook: str, body: dict[str, object]) -> str:
    """Call an address; return what kept the call from arriving. Nothing personal is in it, and no answer is read."""
    try:
        with within(PATIENCE), client.stream("POST", hook, json=body, headers={"user-agent": "contests"}) as answer:
            return "" if answer.is_success else f"HTTP {answer.status_code}"
    except httpx.ReadTimeout:
        return "no answer"
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return type(error).__name__


def save_reply(house: House, campaign: str, *, title: str, text: str, staff_name: str, now: datetime) -> None:
    """Keep a reply that somebody wrote. Raises Refused without a title or a text, or beyond fifty of them."""
    title, text = title.strip()[:120], text.replace("\r\n", "\n").strip()
    if not title or not text or len(text) > 2000:
        where = "title" if not title else "text"
        raise _wrong(where, Text(fr="Un titre, et un texte de 2 000 caractères au plus, étaient attendus.",
                                 en="A title, and a text of at most 2,000 characters, were expected."), text[:60])  # fmt: skip
    with house.store.write() as tx:
        if len(attention.saved_replies(tx, campaign)) >= MOST_REPLIES:
            raise _wrong("title", Text(fr=f"{MOST_REPLIES} réponses au plus étaient attendues.",
                                       en=f"At most {MOST_REPLIES} replies were expected."), "")  # fmt: skip
        attention.save_reply(tx, SavedReplyRow(campaign=campaign, title=title, text=text, staff=staff_name, at=now))


def drop_reply(house: House, campaign: str, number: int) -> None:
    """Delete a reply that somebody wrote."""
    with house.store.write() as tx:
        attention.drop_reply(tx, campaign, number)


class Heard(msgspec.Struct, frozen=True):
    """How much was said: comments, and how many of them in a glad or a displeased tone."""

    name: str
    all: int = 0
    glad: int = 0
    displeased: int = 0


class Talk(msgspec.Struct, frozen=True):
    """What is said in the comments of a campaign: by channel, the most first, and day by day (2026-12-02)."""

    channels: tuple[Heard, ...] = ()
    days: tuple[Heard, ...] = ()

    @property
    def all(self) -> int:
        """All comments that are still there."""
        return sum(one.all for one in self.channels)


def hear(house: House, campaign: str) -> Talk:
    """Return what is said, in the campaign's time zone."""
    with house.store.read() as tx:
        definition = campaigns.standing(tx, campaign).definition
        channels = {post.id: post.channel for post in kept.posts(tx, campaign)}
        found = kept.talk(tx, campaign)
    zone = ZoneInfo(definition.timezone)
    by_channel: dict[str, Counter[int]] = defaultdict(Counter)
    by_day: dict[str, Counter[int]] = defaultdict(Counter)
    for hour, post, tone, number in found:
        by_channel[channels.get(post, "")][tone] += number
        by_day[_day(hour, zone)][tone] += number
    return Talk(
        tuple(sorted((_heard(*one) for one in by_channel.items()), key=lambda one: (-one.all, one.name))),
        tuple(_heard(*one) for one in sorted(by_day.items())),
    )


def _day(hour: datetime, zone: ZoneInfo) -> str:
    """Return the day in a zone; some platforms let people say that they wrote at the end of all calendars."""
    try:
        return hour.astimezone(zone).date().isoformat()
    except OverflowError:
        return hour.date().isoformat()


def _heard(name: str, tones: Counter[int]) -> Heard:
    return Heard(name, tones.total(), tones[1], tones[-1])
