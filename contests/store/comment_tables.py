"""The tables of comments: posts, what each sweep of them saw, each comment as it is now and as it was. Personal.

A comment's text and its author stand here and nowhere else; an entry made of it only has the account's key.
"""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Index, LargeBinary
from sqlmodel import Field, SQLModel

from contests.store.tables import NUMBER, instant_column, partial


class PostRow(SQLModel, table=True):
    """A post whose comments are entries; or one of the files that stand for it (`site` as in the file).

    `token` is encrypted; empty for none; `token_at` is when it was pasted, or last renewed. `after` is where the sweep that is under way goes on, `next_at` when the
    worker is to look again (None: it rests until somebody does something). `quiet` counts sweeps in a row without news.
    `listing` is whom a look at the closing lists beside the comments: like, repost, follow; empty for the comments.
    `closed_at` is when all of the closing was done. `fault` is the code of what kept the last one from ending.
    """

    __tablename__ = "post"
    id: str = Field(primary_key=True, max_length=32)
    campaign: str = Field(max_length=32)
    channel: str = Field(max_length=60)
    site: str = Field(max_length=20)
    scope: str = Field(default="", max_length=255)
    external: str = Field(max_length=500)
    author: str = Field(default="", max_length=320)
    link: str = Field(default="", max_length=1000)
    token: bytes = Field(default=b"", sa_column=Column(LargeBinary, nullable=False))
    token_at: datetime | None = instant_column(nullable=True)
    added_by: str = Field(max_length=120)
    added_at: datetime = instant_column(nullable=False)
    sweep: int = 0
    after: str = ""
    listing: str = Field(default="", max_length=10)
    next_at: datetime | None = instant_column(nullable=True, index=True)
    quiet: int = 0
    closed_at: datetime | None = instant_column(nullable=True)
    listed: int = 0
    counted: int | None = None
    fault: str = Field(default="", max_length=40)
    said: str = Field(default="", max_length=300)
    __table_args__ = (Index("post_once", "campaign", "site", "external", unique=True),)


class SweepRow(SQLModel, table=True):
    """One look at a post from its first page to its last, or one file. Counts are of comments.

    `note` says what a reader has to know: cut short, without a token, a file's warnings; codes, separated by blanks.
    """

    __tablename__ = "sweep"
    post: str = Field(primary_key=True, max_length=32)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    begun_at: datetime = instant_column(nullable=False)
    ended_at: datetime | None = instant_column(nullable=True)
    whole: bool = False
    listed: int = 0
    counted: int | None = None
    fresh: int = 0
    changed: int = 0
    gone: int = 0
    unread: int = 0
    note: str = Field(default="", max_length=300)
    file: str = Field(default="", max_length=200)
    digest: str = Field(default="", max_length=64)


class EngagedRow(SQLModel, table=True):
    """An account that a platform lists as having liked or reposted a post, or as following who posted it.

    Of whom no comment counts it is deleted at the closing.
    """

    __tablename__ = "engaged"
    post: str = Field(primary_key=True, max_length=32)
    act: str = Field(primary_key=True, max_length=10)
    person: str = Field(primary_key=True, max_length=320)


class RollRow(SQLModel, table=True):
    """One such list, read to its end. `unread` are lines that could not be read; `note` as with a sweep."""

    __tablename__ = "roll"
    post: str = Field(primary_key=True, max_length=32)
    act: str = Field(primary_key=True, max_length=10)
    listed: int = 0
    unread: int = 0
    note: str = Field(default="", max_length=300)
    begun_at: datetime = instant_column(nullable=False)
    ended_at: datetime | None = instant_column(nullable=True)


class TieRow(SQLModel, table=True):
    """A code that an entrant of the page may post, and with which account.

    `handle` is that account's name, as compared; `account` its key once it posted the code, empty until then.
    """

    __tablename__ = "tie"
    campaign: str = Field(primary_key=True, max_length=32)
    code: str = Field(primary_key=True, max_length=8)
    entrant: str = Field(max_length=32)
    handle: str = Field(default="", max_length=320)
    account: str = Field(default="", max_length=320)
    asked_at: datetime = instant_column(nullable=False)
    tied_at: datetime | None = instant_column(nullable=True)
    __table_args__ = (
        Index("tie_entrant", "campaign", "entrant", unique=True),
        Index("tie_account", "campaign", "account"),
    )


class CommentRow(SQLModel, table=True):
    """A comment as it was last seen. `state`: new (to be judged), accepted, declined, unknown.

    `received_at` is our own time of the first sight, `changed_at` that of the last other text; `said_at` the platform's word. `seen` is the last sweep that listed
    it. Once it is gone its text and its author's names are deleted; `digest` keeps what its last text was. `tone` is -1, 0
    or 1, None while nobody has read it for what asks for a person.
    """

    __tablename__ = "comment"
    number: int = Field(default=None, primary_key=True, sa_type=NUMBER)
    campaign: str = Field(max_length=32)
    post: str = Field(max_length=32)
    external: str = Field(max_length=500)
    person: str = Field(max_length=320)
    handle: str = Field(default="", max_length=320)
    name: str = Field(default="", max_length=320)
    text: str = ""
    digest: str = Field(max_length=64)
    mentions: bytes = Field(default=b"", sa_column=Column(LargeBinary, nullable=False))
    pictures: int | None = None
    parent: str | None = Field(default="", max_length=500)
    link: str = Field(default="", max_length=1000)
    hidden: bool = False
    said_at: datetime | None = instant_column(nullable=True)
    edited_at: datetime | None = instant_column(nullable=True)
    changed_at: datetime | None = instant_column(nullable=True)
    received_at: datetime = instant_column(nullable=False)
    seen: int = 0
    gone_at: datetime | None = instant_column(nullable=True)
    state: str = Field(default="new", max_length=10)
    reason: str = Field(default="", max_length=60)
    evidence: bytes = Field(default=b"", sa_column=Column(LargeBinary, nullable=False))
    entry: str = Field(default="", max_length=32)
    entrant: str = Field(default="", max_length=32)
    tone: int | None = None
    __table_args__ = (
        Index("comment_once", "post", "external", unique=True),
        Index("comment_person", "campaign", "person"),
        Index("comment_handle", "campaign", "handle"),
        partial("comment_new", "state = 'new'", "campaign", "number"),
        partial("comment_unread", "tone IS NULL", "campaign", "number"),
    )


class ObservationRow(SQLModel, table=True):
    """What a sweep saw of a comment that was not so before: edited, hidden, shown, gone, back. Never changed.

    Of an edit, `text` is what stood there before; only its `digest` is kept once the author deleted the comment.
    """

    __tablename__ = "observation"
    number: int = Field(default=None, primary_key=True, sa_type=NUMBER)
    comment: int = Field(sa_type=BigInteger, index=True)
    sweep: int = 0
    at: datetime = instant_column(nullable=False)
    what: str = Field(max_length=10)
    text: str = ""
    digest: str = Field(max_length=64)


class AttentionRow(SQLModel, table=True):
    """Something about a comment that a person may want to look at; it decides nothing by itself.

    `cluster` is the same for comments that say the same; `points` is 0 while too few do. `seen` is who dealt with it,
    `told` whether somebody was told of it.
    """

    __tablename__ = "attention"
    comment: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    kind: str = Field(primary_key=True, max_length=20)
    campaign: str = Field(max_length=32)
    cluster: str = Field(default="", max_length=32)
    points: int = 0
    seen: str = Field(default="", max_length=120)
    told: bool = False
    __table_args__ = (
        partial("attention_open", "points > 0 AND seen = ''", "campaign", "kind", "comment"),
        partial("attention_cluster", "cluster <> ''", "campaign", "cluster"),
    )


class WatchRow(SQLModel, table=True):
    """When somebody is to be told that comments wait: so many of some kinds, by mail, by a call to an address, or both.

    `fault` is what kept the last call from arriving.
    """

    __tablename__ = "watch"
    campaign: str = Field(primary_key=True, max_length=32)
    threshold: int = 0
    kinds: str = Field(default="", max_length=200)
    email: str = Field(default="", max_length=320)
    hook: str = Field(default="", max_length=1000)
    fault: str = Field(default="", max_length=200)


class SavedReplyRow(SQLModel, table=True):
    """A reply that somebody of the staff wrote, to be copied again."""

    __tablename__ = "saved_reply"
    number: int = Field(default=None, primary_key=True, sa_type=NUMBER)
    campaign: str = Field(max_length=32, index=True)
    title: str = Field(max_length=120)
    text: str = Field(max_length=2000)
    staff: str = Field(max_length=120)
    at: datetime = instant_column(nullable=False)
