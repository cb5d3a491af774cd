r"""The definition of a campaign: what a community manager declares, and all that the engine executes.

Frozen structs. Text that people read is a table by language. Money is text (`"499.00"`), never a float.
Times are instants; without an offset they are local to `timezone`. The descriptions below are printed
in docs/reference/definition.md and in the JSON Schema. Patterns end with `$(?!\n)`: in Python `$` alone
also matches before a last line end.
"""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from contests.codec import canonical, digest
from contests.errors import Language
from contests.rules import AnyRule
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
    retention_days: Annotated[int, Meta(ge=1, le=3660, description="Days kept after the draw, for who did not win.")]


class Channel(_Shape, frozen=True, kw_only=True):
    """A place the link is shared; `?via=<id>` counts it."""

    id: Annotated[Slug, Meta(description="What stands after `?via=` in the link.")]
    title: Annotated[Texts, Meta(description="Name of the place, by language.")]


class Forfeit(_Shape, frozen=True, kw_only=True):
    """A reason for losing an offered prize, declared beforehand; `days` makes it automatic."""

    code: Annotated[Slug, Meta(description="Name of the reason in the journal.")]
    reason: Annotated[Texts, Meta(description="The reason as people read it, by language.")]
    days: Annotated[
        Annotated[int, Meta(ge=1, le=365)] | None,
        Meta(description="Without an answer within so many days the offer lapses for this reason."),
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
        """Return the text in `language`, else in the campaign's first language that has one."""
        if not texts:
            return ""
        for wanted in (language, *self.languages):
            for key, text in texts.items():
                if key == wanted:
                    return text
        return next(iter(texts.values()))
