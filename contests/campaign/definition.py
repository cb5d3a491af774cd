r"""The definition of a campaign: what a community manager declares, and all that the engine executes.

Frozen structs. Text that people read is a table by language. Money is text (`"499.00"`), never a float.
Times are instants; without an offset they are local to `timezone`. The descriptions below are printed
in docs/reference/definition.md and in the JSON Schema. Patterns end with `$(?!\n)`: in Python `$` alone
also matches before a last line end.

A key that came later is left out of the canonical bytes where it says nothing (`UNSET`, `omit_defaults`): a
definition keeps its digest.
"""

from datetime import date as Day  # noqa: N812 - fields are named date
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from contests.codec import canonical, digest
from contests.errors import Language
from contests.rules import AnyCommentRule, AnyRule
from contests.rules.bonus import AnyBonus
from contests.rules.rule import Rule

Slug = Annotated[
    str,
    Meta(pattern=r"^[a-z0-9](-?[a-z0-9])*$(?!\n)", max_length=60, description="Lower case letters, digits, hyphens."),
]
Texts = Annotated[
    dict[Language, Annotated[str, Meta(min_length=1, max_length=4000)]],
    Meta(min_length=1, description='Text by language, for example { fr = "…", en = "…" }.'),
]
Line = Annotated[str, Meta(pattern=r"^[^\r\n]*$(?!\n)", min_length=1, max_length=300)]
Address = Annotated[str, Meta(pattern=r"^[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+$(?!\n)", max_length=254)]
Colour = Annotated[str, Meta(pattern=r"^#[0-9a-fA-F]{6}$(?!\n)", description="A colour as #rrggbb.")]
Image = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9][a-z0-9-]*\.(png|jpg|webp)$(?!\n)",
        max_length=80,
        description="Name of a picture uploaded with the campaign; never an address.",
    ),
]
Origin = Annotated[
    str,
    Meta(
        pattern=r"^https://[a-z0-9](-*[a-z0-9])*(\.[a-z0-9](-*[a-z0-9])*)*(:[0-9]{1,5})?$(?!\n)",
        max_length=255,
        description="A site as https://example.com, without a path.",
    ),
]
Source = Literal["drand", "ceremony", "rehearsal"]
Publication = Literal["none", "initials", "first-name-initial-town", "surname-county"]
Purpose = Literal["entry", "contact", "eligibility", "delivery", "publication", "marketing"]
Platform = Literal[
    "bluesky", "facebook", "instagram", "linkedin", "mastodon", "reddit", "tiktok", "tiktok-shop", "tumblr", "twitch", "x",
    "youtube",
]  # fmt: skip
Action = Literal[
    "comment", "follow", "hashtag", "like", "mention", "post-often", "repost", "share", "share-on-timeline",
    "share-to-story", "subscribe", "tag-friends", "tag-yourself",
]  # fmt: skip
CostKind = Literal["purchase", "premium-rate", "postage"]
Article = Literal[
    "organiser", "nature", "channels", "period", "acceptance", "participants", "entry", "bonuses", "cost", "price",
    "fairness", "exclusions", "prizes", "draw", "ranking", "announcement", "forfeits", "delivery", "publication",
    "data", "proof", "liability", "amendments", "consultation", "complaints",
]  # fmt: skip
Theme = Literal["alcohol", "tobacco"]
Nature = Literal["alcohol", "cash", "tobacco"]
Reveal = Literal["at-once", "on-the-day"]
Gone = Literal["withdrawn", "kept"]
Unknowable = Literal["declined", "accepted"]
Need = Literal["postal-address", "country", "phone"]
Lapse = Literal["automatic", "proposed"]
FieldKind = Literal[
    "email", "first-name", "last-name", "town", "phone", "street", "postcode", "text", "choice", "consent"
]


class _Shape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Strict: an unknown key is an error."""


class Organiser(_Shape, frozen=True, kw_only=True):
    """Who is answerable (legal C3)."""

    name: Annotated[Line, Meta(description="Legal name.")]
    legal_form: Annotated[Line, Meta(description="Legal form, with capital where there is one: SAS au capital de ….")]
    registration: Annotated[Line, Meta(description="Registration: RCS and number, SIREN, company number.")]
    address: Annotated[Line, Meta(description="Postal address of the seat.")]
    country: Annotated[str, Meta(pattern=r"^[A-Z]{2}$(?!\n)", description="Country of the seat, ISO 3166-1.")] = "FR"
    contact: Annotated[Address, Meta(description="E-mail address for questions and complaints.")]
    data_protection: Annotated[Address, Meta(description="E-mail address for personal data (controller or DPO).")]


class Brand(_Shape, frozen=True, kw_only=True):
    """Colours and logo of the landing page; contrast is checked."""

    colour: Colour = "#3730a3"
    on_colour: Annotated[Colour, Meta(description="Colour of text on `colour`.")] = "#ffffff"
    logo: Annotated[Image | None, Meta(description="Picture shown above the title.")] = None


class Prize(_Shape, frozen=True, kw_only=True):
    """One kind of prize; `quantity` units of it, drawn in the order declared."""

    id: Annotated[Slug, Meta(description="Name of the prize in the journal: lower case letters, digits, hyphens.")]
    title: Annotated[Texts, Meta(description="What is won, by language.")]
    description: Annotated[Texts | None, Meta(description="More about it, by language.")] = None
    image: Annotated[Image | None, Meta(description="Name of a picture uploaded with the campaign.")] = None
    quantity: Annotated[int, Meta(ge=1, le=100_000, description="Number of units.")] = 1
    unit_value: Annotated[
        str,
        Meta(
            pattern=r"^[0-9]{1,9}\.[0-9]{2}$(?!\n)", description='Value of one unit, tax included, as text: "499.00".'
        ),
    ]
    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}$(?!\n)", description="ISO 4217.")] = "EUR"
    nature: Annotated[
        Nature | UnsetType,
        Meta(description="Only for a prize that the law treats apart: alcohol, cash, tobacco or vape."),
    ] = UNSET
    claim: Annotated[
        Annotated[tuple[Need, ...], Meta(max_length=3)] | UnsetType,
        Meta(description="What handing it over takes; asked of its winner only, with the answer to the offer."),
    ] = UNSET

    @property
    def needs(self) -> tuple[Need, ...]:
        """What handing it over takes, beside the e-mail address."""
        return () if self.claim is UNSET else self.claim

    @property
    def units(self) -> tuple[str, ...]:
        """The ids of the units: `bike` alone, or `mug-1`, `mug-2` and so on."""
        return (self.id,) if self.quantity == 1 else tuple(f"{self.id}-{n}" for n in range(1, self.quantity + 1))


class Field(_Shape, frozen=True, kw_only=True):
    """One question of the form, with why it is asked and how long it is kept (legal DP1, DP10)."""

    id: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*$(?!\n)", max_length=40, description="Name of the field.")]
    kind: Annotated[FieldKind, Meta(description="What is asked; it decides the label and what is checked.")]
    label: Annotated[
        Texts | None, Meta(description="The question, by language; needed for text, choice and consent.")
    ] = None
    hint: Annotated[Texts | None, Meta(description="A help under the question, by language.")] = None
    required: Annotated[bool, Meta(description="Without an answer there is no entry. Never for a consent.")] = True
    options: Annotated[tuple[Line, ...], Meta(max_length=60, description="For a choice.")] = ()
    purpose: Annotated[Purpose, Meta(description="Why it is asked.")]
    retention_days: Annotated[
        int,
        Meta(
            ge=1,
            le=3660,
            description="Days kept after the draw, for who did not win; a consent: after it was given, or the last contact.",
        ),
    ]


class Channel(_Shape, frozen=True, kw_only=True):
    """A place the link is shared; `?via=<id>` counts it."""

    id: Annotated[Slug, Meta(description="What stands after `?via=` in the link.")]
    title: Annotated[Texts, Meta(description="Name of the place, by language.")]
    platform: Annotated[
        Platform | UnsetType, Meta(description="The social platform that the place belongs to; its own rules apply.")
    ] = UNSET
    invites: Annotated[
        Annotated[tuple[Action, ...], Meta(max_length=20)] | UnsetType,
        Meta(description="What the post invites people to do there; it never counts in the draw."),
    ] = UNSET
    post: Annotated[
        Texts | UnsetType, Meta(description="Text of the post, by language; the linter holds it against the platform.")
    ] = UNSET


class Forfeit(_Shape, frozen=True, kw_only=True):
    """A reason for losing an offered prize, declared beforehand; `days` makes it automatic."""

    code: Annotated[Slug, Meta(description="Name of the reason in the journal.")]
    reason: Annotated[Texts, Meta(description="The reason as people read it, by language.")]
    days: Annotated[
        Annotated[int, Meta(ge=1, le=365)] | None,
        Meta(description="Without an answer within so many days the offer lapses for this reason."),
    ] = None


class Document(_Shape, frozen=True, kw_only=True, omit_defaults=True):
    """A document that a winner shows before a prize is confirmed; its file is deleted once it was seen."""

    id: Annotated[Slug, Meta(description="Name of the document: lower case letters, digits, hyphens.")]
    title: Annotated[Texts, Meta(description="What is to be shown, by language: proof of age, proof of residence.")]
    prizes: Annotated[
        tuple[Slug, ...], Meta(max_length=200, description="Ids of the prizes it is asked for; left out, for all.")
    ] = ()


class Awards(_Shape, frozen=True, kw_only=True, omit_defaults=True):
    """What becomes of a prize between the draw and the winner’s hands."""

    lapse: Annotated[
        Lapse,
        Meta(
            description="An offer without an answer in time lapses by itself (automatic), or once a person decides (proposed)."
        ),
    ] = "automatic"
    remind_days: Annotated[
        Annotated[int, Meta(ge=1, le=60)] | None,
        Meta(description="Days before the end of an offer, and of the time to deliver, at which a reminder goes out."),
    ] = None
    documents: Annotated[
        tuple[Document, ...], Meta(max_length=10, description="What winners show before a prize is confirmed.")
    ] = ()
    unpublish_days: Annotated[
        Annotated[int, Meta(ge=1, le=3660)] | None,
        Meta(description="Days after the draw at which the winners’ names are taken off the public pages."),
    ] = None


class CeremonyValue(_Shape, frozen=True, kw_only=True):
    """One value of a ceremony, announced beforehand."""

    name: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9][A-Za-z0-9 _.-]*$(?!\n)",
            max_length=60,
            description="Name of the value, as it is hashed.",
        ),
    ]
    label: Annotated[Texts, Meta(description="What the value is, by language.")]


class Draw(_Shape, frozen=True, kw_only=True):
    """Where chance comes from, and how long the list is public before."""

    id: Annotated[Slug, Meta(description="Name of the draw in the journal and the bundle.")] = "final"
    source: Annotated[
        Source, Meta(description="drand (public beacon), ceremony (a witness), rehearsal (worth nothing).")
    ]
    notice_minutes: Annotated[
        int,
        Meta(ge=1, le=10_080, description="The frozen list is public at least so long before the random value exists."),
    ] = 15
    officer: Annotated[Line | None, Meta(description="For a ceremony: name and capacity of the witness.")] = None
    values: Annotated[
        tuple[CeremonyValue, ...],
        Meta(max_length=50, description="For a ceremony: the values that count, in this order."),
    ] = ()
    witnesses: Annotated[
        str,
        Meta(
            max_length=8192,
            description="Who must have seen the frozen list before the random value exists: a C2SP tlog-policy, one statement a line.",
        ),
    ] = ""


class Cost(_Shape, frozen=True, kw_only=True):
    """What entering costs, where it is not free (legal FR2, FR3, US1)."""

    kind: Annotated[CostKind, Meta(description="A purchase, a premium-rate call or message, or postage.")]
    what: Annotated[Texts, Meta(description="What has to be paid, to whom and how much, by language.")]


class Partner(_Shape, frozen=True, kw_only=True):
    """A firm that gets the data of those who ticked its box (legal DP4)."""

    name: Annotated[Line, Meta(description="Legal name.")]
    activity: Annotated[Texts, Meta(description="What it sells or does, by language.")]
    consent: Annotated[Line, Meta(description="Name of the consent field that passes the data on.")]


class Processor(_Shape, frozen=True, kw_only=True, omit_defaults=True):
    """A provider that handles personal data for the organiser (legal DP15)."""

    name: Annotated[Line, Meta(description="Legal name.")]
    task: Annotated[Texts, Meta(description="What it does, by language: hosting, mail.")]
    country: Annotated[str, Meta(pattern=r"^[A-Z]{2}$(?!\n)", description="Where the data are, ISO 3166-1.")]
    transfer: Annotated[Texts | None, Meta(description="Outside the EEA: what the transfer rests on, by language.")] = (
        None
    )


class Deposit(_Shape, frozen=True, kw_only=True):
    """The rules text, deposited with an officer (legal FR6)."""

    officer: Annotated[Line, Meta(description="Name and capacity of the officer, name of the office.")]
    address: Annotated[Line, Meta(description="Postal address of the office.")]
    date: Annotated[Day, Meta(description="Day of the deposit, as 2026-11-30.")]
    number: Annotated[Line, Meta(description="Number of the record of deposit.")]


class Filing(_Shape, frozen=True, kw_only=True):
    """A filing or permit that a country asks for (legal US3, US4)."""

    country: Annotated[str, Meta(pattern=r"^[A-Z]{2}$(?!\n)", description="Country of the authority, ISO 3166-1.")]
    authority: Annotated[Line, Meta(description="Name of the authority.")]
    date: Annotated[Day, Meta(description="Day of the filing, as 2026-11-30.")]
    number: Annotated[Line, Meta(description="Number of the filing or permit.")]


class Terms(_Shape, frozen=True, kw_only=True, omit_defaults=True):
    """What the law wants said of a contest that is more than a free one. All of it is printed in the rules."""

    cost: Annotated[Cost | None, Meta(description="What entering costs; without it entering is free.")] = None
    themes: Annotated[
        tuple[Theme, ...],
        Meta(max_length=2, description="What the sponsor sells or the prizes are, where the law restricts it."),
    ] = ()
    paid_partnership: Annotated[
        Texts | None,
        Meta(description="Who pays or gives to whom for this contest, by language; it is shown as advertising."),
    ] = None
    partners: Annotated[
        tuple[Partner, ...], Meta(max_length=50, description="Firms that get data, each with a box of its own.")
    ] = ()
    processors: Annotated[
        tuple[Processor, ...], Meta(max_length=50, description="Providers that handle data for the organiser.")
    ] = ()
    delivery_days: Annotated[
        Annotated[int, Meta(ge=1, le=365)] | None,
        Meta(
            description="Days within which a prize is handed over, once it is confirmed and the winner can be reached."
        ),
    ] = None
    mediator: Annotated[Line | None, Meta(description="Consumer mediator: name and address on the web.")] = None
    deposit: Annotated[Deposit | None, Meta(description="The record of deposit, only where there is one.")] = None
    filings: Annotated[
        tuple[Filing, ...], Meta(max_length=20, description="Filings and permits that were obtained.")
    ] = ()


class Series(_Shape, frozen=True, kw_only=True, omit_defaults=True):
    """The series that a contest is one of: a calendar, a prize a week. Each keeps its own dates, list and draw."""

    key: Annotated[Slug, Meta(description="Name of the series, alike in all of it; its page is `/s/` and this.")]
    title: Annotated[Texts, Meta(description="Title of the series, by language.")]
    place: Annotated[int, Meta(ge=1, le=400, description="Which one of them this is, counted from 1.")]
    of: Annotated[int, Meta(ge=1, le=400, description="How many there are.")]
    reveal: Annotated[
        Reveal,
        Meta(
            description="When the pages of the series show this prize: at-once, or on-the-day it opens. The rules always name it."
        ),
    ] = "at-once"


class Comments(_Shape, frozen=True, kw_only=True, omit_defaults=True):
    """Comments under the organiser's posts that are entries, in one pool with those of the page."""

    channels: Annotated[
        tuple[Slug, ...],
        Meta(min_length=1, max_length=40, description="Ids of the channels whose posts are listed for comments."),
    ]
    rules: Annotated[
        tuple[AnyCommentRule, ...],
        Meta(max_length=20, description="What a comment has to be, beside the rules that hold for every entry."),
    ] = ()
    accounts: Annotated[
        tuple[Line, ...],
        Meta(
            max_length=20,
            description="Names of the organiser's own accounts, without @: their comments count for nothing, and naming them names nobody.",
        ),
    ] = ()
    gone: Annotated[
        Gone,
        Meta(
            description="A comment that its author deletes before the list is frozen: withdrawn, or kept as an entry."
        ),
    ] = "withdrawn"
    unknown: Annotated[
        Unknowable,
        Meta(description="A condition that the platform does not let anybody check: declined, or accepted."),
    ] = "declined"
    retention_days: Annotated[
        int, Meta(ge=1, le=3660, description="Days that comments are kept after the draw, for who did not win.")
    ] = 60


class FreeClause(_Shape, frozen=True, kw_only=True, omit_defaults=True):
    """A clause of the organiser's own. Nothing executes it, and the rules text says so (legal C9)."""

    id: Annotated[Slug, Meta(description="Short name of the clause, in the address of its place in the rules.")]
    title: Annotated[dict[Language, Line], Meta(min_length=1, description="Title of the clause, by language.")]
    text: Annotated[
        Texts, Meta(description="The clause, by language, without markup; an empty line begins a paragraph.")
    ]
    after: Annotated[
        Article | None, Meta(description="The article of the rules that it follows; left out, it stands at the end.")
    ] = None


class Campaign(_Shape, frozen=True, kw_only=True):
    """One contest, whole. Everything here is public from publication on, and holds no personal data."""

    slug: Annotated[Slug, Meta(description="Last part of the page's address; no two campaigns share one.")]
    languages: Annotated[
        tuple[Language, ...], Meta(min_length=1, max_length=2, description="First one is the default.")
    ]
    timezone: Annotated[str, Meta(max_length=60, description="IANA name, for example Europe/Paris.")]
    opens_at: Annotated[datetime, Meta(description="First instant at which entries count.")]
    closes_at: Annotated[datetime, Meta(description="First instant at which entries no longer count.")]
    freezes_at: Annotated[datetime, Meta(description="When the list is frozen; exclusions end here.")]
    draws_at: Annotated[datetime, Meta(description="When the random value is due.")]
    title: Annotated[Texts, Meta(description="Title of the campaign, by language.")]
    summary: Annotated[Texts, Meta(description="One or two sentences under the title, by language.")]
    organiser: Annotated[Organiser, Meta(description="Who is answerable.")]
    brand: Annotated[Brand, Meta(description="Colours and logo of the page.")] = Brand()
    prizes: Annotated[
        tuple[Prize, ...], Meta(min_length=1, max_length=200, description="What can be won, in the order drawn.")
    ]
    fields: Annotated[tuple[Field, ...], Meta(max_length=30, description="Questions of the form.")]
    rules: Annotated[tuple[AnyRule, ...], Meta(max_length=40, description="Entry rules and eligibility checks.")] = ()
    bonuses: Annotated[tuple[AnyBonus, ...], Meta(max_length=10, description="Bonus tickets.")] = ()
    channels: Annotated[tuple[Channel, ...], Meta(max_length=40, description="Places the link is shared.")] = ()
    embed: (
        Annotated[
            tuple[Origin, ...],
            Meta(max_length=20, description="Sites that may show the form in a frame; left out, none may."),
        ]
        | UnsetType
    ) = UNSET
    alternates: Annotated[int, Meta(ge=0, le=100_000, description="Ranks drawn after the winners.")] = 0
    forfeits: Annotated[
        tuple[Forfeit, ...], Meta(max_length=40, description="The only reasons for which an offered prize is lost.")
    ] = ()
    draw: Annotated[Draw, Meta(description="Where chance comes from.")]
    publication: Annotated[Publication, Meta(description="How winners are named in public.")]
    terms: Annotated[Terms | UnsetType, Meta(description="What the law wants said besides.")] = UNSET
    series: Annotated[Series | UnsetType, Meta(description="The series that this contest is one of.")] = UNSET
    clauses: (
        Annotated[
            tuple[FreeClause, ...],
            Meta(
                max_length=20, description="Clauses of the organiser's own: printed and marked as such, never executed."
            ),
        ]
        | UnsetType
    ) = UNSET
    awards: Annotated[Awards | UnsetType, Meta(description="From the draw until the prize is in hand.")] = UNSET
    comments: Annotated[
        Comments | UnsetType, Meta(description="Comments under posts that are entries; left out, none is.")
    ] = UNSET

    @property
    def law(self) -> Terms:
        """What the law wants said besides; nothing where the definition says nothing."""
        return self.terms if isinstance(self.terms, Terms) else Terms()

    @property
    def one_of(self) -> Series | None:
        """The series that this contest is one of, if any."""
        return self.series if isinstance(self.series, Series) else None

    @property
    def own_clauses(self) -> tuple[FreeClause, ...]:
        """The organiser's own clauses."""
        return () if self.clauses is UNSET else self.clauses

    @property
    def aftermath(self) -> Awards:
        """From the draw until the prize is in hand; the usual where the definition says nothing."""
        return self.awards if isinstance(self.awards, Awards) else Awards()

    @property
    def commented(self) -> Comments | None:
        """Which comments are entries, if any."""
        return self.comments if isinstance(self.comments, Comments) else None

    @property
    def comment_rules(self) -> tuple[Rule, ...]:
        """The rules that a comment is held against: those of every entry, then its own."""
        own = self.commented.rules if self.commented else ()
        return (*(rule for rule in self.rules if "comment" in rule.judges), *own)

    def about(self, theme: Theme) -> bool:
        """Say whether the sponsor or a prize is of that kind."""
        return theme in self.law.themes or any(prize.nature == theme for prize in self.prizes)

    @property
    def units(self) -> tuple[str, ...]:
        """All prize units, in the order they are drawn."""
        return tuple(unit for prize in self.prizes for unit in prize.units)

    @property
    def embedders(self) -> tuple[str, ...]:
        """The sites that may show the form in a frame."""
        # Left out of the canonical bytes where it is not declared: what was published before it existed keeps its digest.
        return () if self.embed is UNSET else self.embed

    def prize_of(self, unit: str) -> Prize:
        """Return the prize that `unit` is one of. Raises KeyError."""
        for prize in self.prizes:
            if unit in prize.units:
                return prize
        raise KeyError(unit)

    def rule(self, kind: type[Rule]) -> Rule | None:
        """Return the rule of that kind, if the campaign has one."""
        return next((rule for rule in self.rules if isinstance(rule, kind)), None)

    def bytes(self) -> bytes:
        """Return the canonical bytes that are journaled and hashed."""
        return canonical(self)

    def digest(self) -> str:
        """Return the SHA-256 of the canonical bytes, in hex."""
        return digest(self.bytes())

    def say(self, texts: dict[Language, str] | None, language: str) -> str:
        """Return the text in `language`, else in the campaign's first language that has one; others only where there is none."""
        if not texts:
            return ""
        for wanted in (language, *self.languages) if language in self.languages else self.languages:
            for key, text in texts.items():
                if key == wanted:
                    return text
        return next(iter(texts.values()))
