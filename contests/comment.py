"""Comments under a post, as a platform or a file tells them: who wrote what, and when. Personal: lives in the store only.

Ids are text, always: some are larger than a spreadsheet's or a browser's numbers hold. What a source does not tell is
empty or None, and stays that: it is never guessed.
"""

from datetime import datetime
from typing import Literal

import msgspec

Site = Literal["bluesky", "facebook", "instagram", "mastodon", "reddit", "x", "youtube", "other"]
"""A platform whose comments may be entries; `other` only by file."""
SITES: dict[str, str] = {
    "bluesky": "Bluesky", "facebook": "Facebook", "instagram": "Instagram", "mastodon": "Mastodon", "reddit": "Reddit",
    "x": "X", "youtube": "YouTube", "other": "…",
}  # fmt: skip


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody on a platform.

    `id` is the platform's own and never changes hands; empty where a source only tells the handle. `scope` is the page,
    app or instance within which the id means something; empty where it holds for the whole platform. `handle` has no
    “@” and may go to somebody else tomorrow.
    """

    site: Site
    scope: str = ""
    id: str = ""
    handle: str = ""
    name: str = ""

    @property
    def key(self) -> str:
        """What makes two accounts one. By handle alone it never equals a key by id: such people are not merged."""
        return (
            f"{self.site}/{self.scope}/{self.id}" if self.id else f"{self.site}/{self.scope}/@{self.handle.casefold()}"
        )

    @property
    def by_handle(self) -> bool:
        """Whether only the handle is known."""
        return not self.id


class Mention(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody whom a comment names, by the platform's own word. `typed` is false where the platform put it there.

    `page`: a page rather than a person, where the platform tells them apart.
    """

    id: str = ""
    handle: str = ""
    typed: bool = True
    page: bool = False


class Comment(msgspec.Struct, frozen=True, kw_only=True):
    """One comment as it is seen now.

    `at` and `edited_at` are the platform's times, aware, or None; the time that counts is that of receipt. `parent` is
    the comment that it answers; empty directly under the post; None where the source does not tell. `mentions` is None
    where the source tells none apart: then only what is typed in the text is known. `pictures` is how many it carries;
    None where the source does not tell. `hidden`: the platform or the page keeps it from the public.
    """

    id: str
    author: Account
    text: str
    at: datetime | None = None
    edited_at: datetime | None = None
    parent: str | None = ""
    mentions: tuple[Mention, ...] | None = None
    pictures: int | None = None
    hidden: bool = False
    link: str = ""


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """A post whose comments are listed. `scope` is that of its accounts; `author` the handle or id of who posted it."""

    site: Site
    id: str
    scope: str = ""
    author: str = ""
    link: str = ""
