"""What people are asked on the form, and how winners are named."""

from collections.abc import Iterator

from contests.campaign.definition import Campaign, Field
from contests.campaign.lint.remark import Remark
from contests.errors import Text

PROSPECT_DAYS = 1095
RESERVED_FIELDS = frozenset(
    {
        "rules",
        "age",
        "age_group",
        "birth_date",
        "parent_email",
        "country",
        "answer",
        "code",
        "via",
        "ref",
        "website",
        "altcha",
        "token",
    }
)


def form(campaign: Campaign) -> Iterator[Remark]:
    """Remark on the questions of the form."""
    emails = [field for field in campaign.fields if field.kind == "email"]
    if len(emails) != 1 or not emails[0].required or emails[0].id != "email":
        yield Remark(
            "block",
            "email-needed",
            "fields",
            Text(
                fr="Le formulaire demande exactement un champ e-mail obligatoire, nommé « email ».",
                en="The form needs exactly one required e-mail field, named “email”.",
            ),
            "DP7",
        )
    asked = {ask.name for rule in campaign.rules for ask in rule.asks()}
    seen: set[str] = set()
    for i, field in enumerate(campaign.fields):
        yield from _field(field, f"fields[{i}]", seen, asked)
        seen.add(field.id)
    kinds = [rule.tag() for rule in campaign.rules]
    for kind in sorted({k for k in kinds if kinds.count(k) > 1}):
        yield Remark(
            "block",
            "rule-twice",
            "rules",
            Text(fr=f"La règle « {kind} » est citée deux fois.", en=f"The rule “{kind}” is named twice."),
        )


def _field(field: Field, path: str, seen: set[str], asked: set[str]) -> Iterator[Remark]:
    if field.id in seen:
        yield Remark(
            "block",
            "field-twice",
            path,
            Text(fr=f"Le champ « {field.id} » existe deux fois.", en=f"The field “{field.id}” exists twice."),
        )
    if field.id in RESERVED_FIELDS | asked:
        yield Remark(
            "block",
            "field-reserved",
            path,
            Text(
                fr=f"« {field.id} » est posé par une règle ou par le moteur : retirez ce champ.",
                en=f"“{field.id}” is asked by a rule or by the engine: remove this field.",
            ),
        )
    if field.kind == "consent" and field.required:
        yield Remark(
            "block",
            "consent-required",
            f"{path}.required",
            Text(
                fr="Un accord commercial ne peut pas être obligatoire pour participer.",
                en="A marketing consent cannot be required to enter.",
            ),
            "DP2 (CPCE L34-5)",
        )
    if (field.kind == "consent") != (field.purpose == "marketing"):
        yield Remark(
            "block",
            "consent-purpose",
            f"{path}.purpose",
            Text(
                fr="La prospection demande une case « consent » à part, et elle seule.",
                en="Marketing needs a “consent” box of its own, and nothing else has it.",
            ),
            "DP1, DP2",
        )
    if field.kind == "choice" and len(field.options) < 2:
        yield Remark(
            "block",
            "options-missing",
            f"{path}.options",
            Text(fr="Un choix a au moins deux options.", en="A choice has at least two options."),
        )
    if field.label is None and field.kind in {"text", "choice", "consent"}:
        yield Remark(
            "block",
            "label-missing",
            f"{path}.label",
            Text(fr="Ce champ demande un intitulé.", en="This field needs a label."),
            "AC3",
        )
    if field.kind in {"phone", "street"} and field.purpose != "eligibility":
        yield Remark(
            "warn",
            "minimisation",
            path,
            Text(
                fr="Ne demandez cela qu’aux gagnants, par leur formulaire.", en="Ask winners only, on their claim form."
            ),
            "DP7",
        )
    if field.kind == "consent" and field.retention_days > PROSPECT_DAYS:
        yield Remark(
            "warn",
            "prospects-long",
            f"{path}.retention_days",
            Text(
                fr="Un accord commercial sans contact se garde trois ans (1095 jours) : raccourcissez ou dites pourquoi.",
                en="A marketing consent without contact is kept three years (1095 days): shorten it or say why.",
            ),
            "DP9 (CNIL)",
        )


def names(campaign: Campaign) -> Iterator[Remark]:
    """Remark on how winners are to be named."""
    needed = {
        "none": (),
        "initials": ("first-name", "last-name"),
        "first-name-initial-town": ("first-name", "last-name", "town"),
        "surname-county": ("last-name", "town"),
    }[campaign.publication]
    kinds = {field.kind for field in campaign.fields if field.required}
    for kind in needed:
        if kind not in kinds:
            yield Remark(
                "block",
                "name-field-missing",
                "publication",
                Text(
                    fr=f"Pour publier les gagnants ainsi, le formulaire doit demander « {kind} ».",
                    en=f"To name winners like this the form must ask for “{kind}”.",
                ),
                "DP12",
            )
