"""A platform whose posts a test writes: comments come, change, go; pages are lost, repeated, refused."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
from simulator import Simulator

from contests.comment import Account, Comment, Mention, Post, Site
from contests.errors import Text
from contests.flows import posts
from contests.flows.judge import judge
from contests.flows.platforms import Lists, Platforms
from contests.flows.sweep import sweep_due
from contests.flows.vault import vault_of
from contests.sources.source import Access, Page, People, SourceRefused
from contests.store import comments as kept
from contests.store.comment_tables import CommentRow, PostRow

CHANNELS = [
    {"id": "insta", "title": {"fr": "Instagram", "en": "Instagram"}, "platform": "instagram"},
    {"id": "bsky", "title": {"fr": "Bluesky", "en": "Bluesky"}, "platform": "bluesky"},
    {"id": "tube", "title": {"fr": "YouTube", "en": "YouTube"}, "platform": "youtube"},
]
COMMENTED: dict[str, Any] = {"channels": CHANNELS, "comments": {"channels": ["insta", "bsky", "tube"]}}


def refused(code: str, wait: float | None = None) -> SourceRefused:
    """Return what a platform refuses with."""
    return SourceRefused(code, Text(fr="x", en="x"), Text(fr="x", en="x"), found="said", wait=wait)


@dataclass
class Platform:
    """One platform, with one post for each id; `pages` is how many comments a page has."""

    SITE: Site = "instagram"
    NEEDS_TOKEN: bool = False
    pages: int = 3
    there: dict[str, list[Comment]] = field(default_factory=dict)
    counted: dict[str, int] = field(default_factory=dict)
    trouble: list[SourceRefused] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    asked: int = 0
    loops: bool = False
    wait: float = 0.0
    growing: bool = False
    note: str = ""
    unread: int = 0
    people: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def recognise(self, address: str) -> Post | None:
        """Know addresses of one's own."""
        start = f"https://{self.SITE}.example/"
        if not address.startswith(start):
            return None
        return Post(site=self.SITE, id=address.removeprefix(start), author="brand", link=address)

    def check(self, client: httpx.Client, post: Post, token: str) -> Access:  # noqa: ARG002 - the shape of a source
        """Take any token but a wrong one."""
        if token == "wrong":
            raise refused("token-refused")
        self.tokens.append(token)
        return Access(account="brand")

    def page(self, client: httpx.Client, post: Post, token: str, after: str) -> Page:  # noqa: ARG002 - likewise
        """Return one page; trouble comes first."""
        self.asked += 1
        self.tokens.append(token)
        if self.trouble:
            raise self.trouble.pop(0)
        all_of_them = self.there.get(post.id, [])
        start = int(after or 0)
        more = start + self.pages < len(all_of_them)
        onwards = str(0 if self.loops else start + self.pages) if more else ""
        return Page(
            comments=tuple(all_of_them[start : start + self.pages]),
            after=onwards,
            counted=self.counted.get(post.id),
            wait=self.wait,
            growing=self.growing,
            note=self.note,
            unread=self.unread,
        )

    def listed(self, act: str) -> Lists:
        """Return what lists who did something with a post, three a page."""

        def page(client: httpx.Client, post: Post, token: str, after: str) -> People:
            if self.trouble:
                raise self.trouble.pop(0)
            names, start = self.people.get((act, post.id), []), int(after or 0)
            accounts = [
                Account(site=self.SITE, id=f"id-{name}", handle=name) for name in names[start : start + self.pages]
            ]
            more = start + self.pages < len(names)
            return People(accounts=tuple(accounts), after=str(start + self.pages) if more else "")

        return page

    def say(self, post: str, name: str, text: str = "Bonjour", **more: Any) -> Comment:
        """Let somebody comment."""
        self.there.setdefault(post, [])
        number = more.pop("id", f"{post}-{len(self.there[post])}-{name}")
        said = Comment(id=number, author=Account(site=self.SITE, id=f"id-{name}", handle=name), text=text, **more)
        self.there[post].append(said)
        return said

    def edit(self, post: str, old: Comment, text: str) -> Comment:
        """Let an author change what they said."""
        new = Comment(id=old.id, author=old.author, text=text, at=old.at)
        self.there[post][self.there[post].index(old)] = new
        return new

    def remove(self, post: str, comment: Comment) -> None:
        """Let an author delete a comment."""
        self.there[post].remove(comment)


def friend(name: str) -> Mention:
    """Return a mention of somebody, by the platform's word."""
    return Mention(id=f"id-{name}", handle=name)


class Listening:
    """A simulated contest that takes comments, and the platforms it listens to."""

    def __init__(self, sim: Simulator, *platforms: Platform) -> None:
        self.sim = sim
        lists = {p.SITE: {act: p.listed(act) for act in ("like", "repost", "follow")} for p in platforms}
        sources = {p.SITE: p for p in platforms}
        self.platforms = Platforms(vault_of("a key of the test"), httpx.Client(), sources, {}, lists)

    def add(self, address: str, channel: str = "insta", token: str = "") -> str:
        """Add a post; return its id."""
        posts.add_post(
            self.sim.house, self.platforms, self.sim.id, channel=channel, address=address, token=token,
            staff_name="Claire", now=self.sim.now,
        )  # fmt: skip
        return self.post(address).id

    def post(self, address: str) -> PostRow:
        """Return the post at an address."""
        return next(row for row in self.posts if row.link == address)

    def sweep(self, pause: timedelta = timedelta(hours=1)) -> int:
        """Move on by `pause` and list what is due."""
        self.sim.now += pause
        return sweep_due(self.sim.house, self.platforms, lambda: self.sim.now)

    def judge(self) -> None:
        """Judge what waits."""
        while judge(self.sim.house, self.sim.id):
            pass

    @property
    def posts(self) -> list[PostRow]:
        """The posts."""
        with self.sim.store.read() as tx:
            return kept.posts(tx, self.sim.id)

    def said(self, **only: Any) -> list[CommentRow]:
        """The comments, the latest first."""
        with self.sim.store.read() as tx:
            return kept.page(tx, self.sim.id, kept.Wanted(**only), most=100_000)

    def states(self) -> dict[str, str]:
        """State and reason of each comment by its id."""
        return {row.external: f"{row.state} {row.reason}".strip() for row in self.said()}

    def close(self) -> None:
        """Go to the closing, list to the end, close."""
        self.sim.now = max(self.sim.now, self.sim.campaign.closes_at)
        for _ in range(4):
            self.sweep(timedelta(seconds=30))
        self.sim.close()


@contextmanager
def at(sim: Simulator, moment: datetime) -> Iterator[None]:
    """Do something at another time."""
    before, sim.now = sim.now, moment
    yield
    sim.now = before
