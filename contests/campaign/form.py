"""The entry form of a campaign: its questions, in order, and how raw text becomes answers."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from contests.campaign.definition import Campaign, Field, Partner
from contests.campaign.minors import consent_notice
from contests.comment import Comment
from contests.entry import Answers, Email, parse_email
from contests.errors import Language, Malformed, Text
from contests.rules import SAYS
from contests.rules.accepts_rules import FIELD as RULES_FIELD
from contests.rules.case import Case, Known
from contests.rules.decision import Decision, Verdict

LONGEST = 500
PAGE_CHANNEL = "page"
_LABELS: dict[str, tuple[Text, str]] = {
    "email": (Text(fr="Adresse e-mail", en="E-mail address"), "email"),
    "first-name": (Text(fr="Prénom", en="First name"), "given-name"),
    "last-name": (Text(fr="Nom", en="Last name"), "family-name"),
    "town": (Text(fr="Ville", en="Town"), "address-level2"),
    "phone": (Text(fr="Téléphone", en="Telephone"), "tel"),
    "street": (Text(fr="Numéro et rue", en="Street and number"), "address-line1"),
    "postcode": (Text(fr="Code postal", en="Postcode"), "postal-code"),
}


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One question of the form. `kind`: text, email, tel, date, choice, country, checkbox.

    `later`: shown only once an answer calls for it, which the form then says as an error of this question.
    """

    name: str
    kind: str
    label: Text
    hint: Text = Text("", "")
    required: bool = True
    options: tuple[tuple[str, Text], ...] = ()
    autocomplete: str = "off"
    later: bool = False


class FormError(msgspec.Struct, frozen=True):
    """One thing to mend on the form; `field` is empty for the whole of it."""

    field: str
    code: str
    text: Text


class Form(msgspec.Struct, frozen=True):
    """What was read: answers with the compared address, or the errors; the typed values are kept for the page."""

    values: dict[str, str]
    answers: Answers | None = None
    email: Email | None = None
    errors: tuple[FormError, ...] = ()


def questions(campaign: Campaign) -> tuple[Question, ...]:
    """Return every question: the declared fields, those the rules ask, the acceptance of the rules last."""
    found = [_of_field(campaign, field) for field in campaign.fields if field.kind != "consent"]
    asks = [ask for rule in campaign.rules for ask in rule.asks()]
    asked = [
        Question(
            name=a.name,
            kind=a.kind,
            label=a.label,
            hint=a.hint,
            options=a.options,
            autocomplete=a.autocomplete,
            later=a.later,
        )
        for a in asks
    ]
    consents = [_of_field(campaign, field) for field in campaign.fields if field.kind == "consent"]
    last = [question for question in asked if question.name == RULES_FIELD]
    return (*found, *(q for q in asked if q.name != RULES_FIELD), *consents, *last)


def _of_field(campaign: Campaign, field: Field) -> Question:
    label, autocomplete = _LABELS.get(field.kind, (Text("", ""), "off"))
    if field.label:
        label = Text(fr=campaign.say(field.label, "fr"), en=campaign.say(field.label, "en"))
    hint = Text(fr=campaign.say(field.hint, "fr"), en=campaign.say(field.hint, "en"))
    if partners := [partner for partner in campaign.law.partners if partner.consent == field.id]:
        hint = Text(fr=_passed_on(campaign, hint, partners, "fr"), en=_passed_on(campaign, hint, partners, "en"))
    if field.purpose == "marketing" and (young := consent_notice(campaign)):
        hint = Text(fr=f"{hint.fr} {young.fr}".strip(), en=f"{hint.en} {young.en}".strip())
    kind = {"email": "email", "phone": "tel", "choice": "choice", "consent": "checkbox"}.get(field.kind, "text")
    return Question(
        name=field.id,
        kind=kind,
        label=label,
        hint=hint,
        required=field.required,
        options=tuple((option, Text(fr=option, en=option)) for option in field.options),
        autocomplete=autocomplete,
    )


def _passed_on(campaign: Campaign, hint: Text, partners: list[Partner], language: Language) -> str:
    """Name under a box the firms that its tick passes data to (legal DP4)."""
    named = ", ".join(f"{p.name} ({campaign.say(p.activity, language)})" for p in partners)
    passed = Text(fr="Vos données sont alors transmises à {named}.", en="Your data are then passed on to {named}.")
    return f"{hint(language)} {passed(language, named=named)}".strip()


def read_form(
    campaign: Campaign, raw: Mapping[str, str], language: str, asked: Sequence[Question] | None = None
) -> Form:
    """Read raw form or JSON values; keep what was typed; name every error, not the first.

    What a rule asks is judged by the rule; here only the declared fields are. `asked` is what `questions` gave,
    where the caller has kept it.
    """
    asked = asked or questions(campaign)
    values = {question.name: _value(question, raw.get(question.name, "")) for question in asked}
    fields = {field.id for field in campaign.fields}
    errors = [error for question in asked if (error := _check(question, values[question.name], fields))]
    email: Email | None = None
    if values.get("email"):
        try:
            email = parse_email(values["email"])
        except Malformed as error:
            errors = [e for e in errors if e.field != "email"]
            errors.append(FormError("email", error.code, error.expected))
    if errors or email is None:
        return Form(values, errors=tuple(errors))
    channels = {channel.id for channel in campaign.channels}
    channel = raw.get("via", "")
    answers = Answers(
        values={name: value for name, value in values.items() if value},
        channel=channel if channel in channels else PAGE_CHANNEL,
        referral=cleaned(raw.get("ref", ""))[:16],
        language=language,
    )
    return Form(values, answers, email)


def error_of(decision: Decision) -> FormError:
    """Return what stands against an entry as the form says it."""
    return FormError(decision.field, decision.reason, SAYS[decision.reason].fill(**decision.evidence))


def complaints(campaign: Campaign, values: Mapping[str, str], version: int, at: datetime) -> tuple[FormError, ...]:
    """Return what the rules have against answers that the form itself already refuses.

    Only the rules that look at the answers and nothing else: the person mends everything in one go.
    """
    case = Case(
        values=dict(values),
        email=Email("", "", ""),
        channel=PAGE_CHANNEL,
        at=at,
        opens_at=campaign.opens_at,
        closes_at=campaign.closes_at,
        zone=ZoneInfo(campaign.timezone),
        rules_version=version,
        known=Known(code="free", sealed_answers=(values.get("answer") or "-",)),
    )
    decisions = (rule.check(case) for rule in campaign.rules if rule.asks())
    return tuple(error_of(decision) for decision in decisions if decision.verdict is Verdict.NO)


_UNTICKED = frozenset({"", "0", "false", "no", "non", "off"})


def _value(question: Question, typed: str) -> str:
    """Return what was typed; a box that says no is a box that is not ticked."""
    value = cleaned(typed)
    return "" if question.kind == "checkbox" and value.lower() in _UNTICKED else value


def cleaned(typed: str) -> str:
    """Return what is kept of what was typed: without control characters and outer white space.

    A line break, a tab or a space of another width between two words is a space.
    """
    if not typed.isprintable():
        typed = "".join(c for c in _WIDE.sub(" ", typed) if c.isprintable())
    return typed.strip()


_WIDE = re.compile(r"[^\S ]+")  # white space that is no plain space


def _check(question: Question, value: str, fields: set[str]) -> FormError | None:
    if len(value) > LONGEST:
        return FormError(
            question.name,
            "too-long",
            Text(fr=f"Au plus {LONGEST} caractères ; il y en a {len(value)}.",
                 en=f"At most {LONGEST} characters; there are {len(value)}."),
        )  # fmt: skip
    if question.name not in fields:
        return None
    if question.required and not value:
        return FormError(
            question.name,
            "required",
            Text(fr=f"Remplissez « {question.label.fr} ».", en=f"Fill in “{question.label.en}”."),
        )
    if question.kind == "choice" and value and value not in {option for option, _ in question.options}:
        return FormError(
            question.name,
            "not-an-option",
            Text(fr="Choisissez une des réponses proposées.", en="Choose one of the proposed answers."),
        )
    return None


def identity_of_comment(comment: Comment) -> dict[str, str]:
    """Return the identity that is committed to for a comment: its account, and which comment it is."""
    return {"account": comment.author.key, "comment": comment.id}


def identity(campaign: Campaign, answers: Answers, email: Email) -> dict[str, str]:
    """Return the identity that is committed to: the compared address and the name fields of the form."""
    names: dict[str, str] = {
        field.kind: answers.values[field.id]
        for field in campaign.fields
        if field.kind in {"first-name", "last-name", "town"} and field.id in answers.values
    }
    return {"email": email.key, **names}
