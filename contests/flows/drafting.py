"""Drafting: a campaign starts from a template, is answered page by page, and nobody's answers are lost."""

from collections.abc import Mapping
from datetime import datetime

import msgspec
from tomlkit import TOMLDocument

from contests.campaign.editor import answers
from contests.campaign.editor.asks import Many, Section
from contests.campaign.parse import Form, parse
from contests.campaign.starts import begin
from contests.codec import digest
from contests.errors import Changed, Malformed, Text
from contests.flows.house import House, wrong_stage
from contests.flows.publish import form_of_draft, slug_taken
from contests.flows.roles import Person
from contests.store import amendments, campaigns
from contests.store.session import Tx
from contests.store.tables import AmendmentRow, CampaignRow


class Saved(msgspec.Struct, frozen=True):
    """A draft as it now stands: its slug, and the mark that the next change is based on."""

    slug: str
    mark: str


Sheet = CampaignRow | AmendmentRow
"""Where a text is being written: the draft of a campaign, or the working copy of an amendment."""


def mark_of(row: Sheet) -> str:
    """Return the mark of a draft's text; a change says which text it is based on."""
    return digest(row.draft.encode())[:16]


def document_of(sheet: Sheet) -> TOMLDocument:
    """Return what is being written as the editor reads and changes it."""
    return answers.document(sheet.draft, form_of_draft(sheet.draft_form))


def sheet_of(tx: Tx, row: CampaignRow) -> Sheet | None:
    """Return where a campaign's text is being written; None where it is not."""
    return row if row.stage == "draft" else amendments.working(tx, row.id)


def start(house: House, template: str, title: str, languages: str, by: Person, now: datetime) -> str:
    """Begin a campaign of the person's organiser from a template and return its slug. Raises Refused."""
    title = given_title(title)
    with house.store.write() as tx:
        slug = _free_slug(tx, answers.slug_of(title) or template)
        text = begin_in(tx, template, slug, title, languages_of(languages), by.organiser, now)
        row = CampaignRow(
            id=house.chance(16).hex(), organiser=by.organiser, slug=slug, stage="draft", draft=text, created_at=now,
            edited_by=by.name, edited_at=now,
        )  # fmt: skip
        campaigns.add(tx, row)
    return slug


def given_title(typed: str) -> str:
    """Return a title as it was typed, on one line. Raises Malformed without one."""
    title = " ".join(typed.split())
    if not title:
        raise Malformed(
            "title-missing",
            Text(fr="Un titre était attendu.", en="A title was expected."),
            Text(fr="Donnez un titre au jeu.", en="Give the contest a title."),
            where="title",
        )
    return title


def languages_of(typed: str) -> list[str]:
    """Return the languages of an answer such as `fr en`, French where there is none."""
    return [language for language in typed.split() if language in {"fr", "en"}] or ["fr"]


def begin_in(
    tx: Tx, template: str, slug: str, title: str, languages: list[str], organiser: str, now: datetime
) -> str:  # fmt: skip
    """Return the text that a template begins with, its organiser's facts those of what they published last. Raises Refused."""
    earlier = campaigns.latest_published(tx, organiser)
    facts = msgspec.to_builtins(campaigns.read_definition(earlier.definition).organiser) if earlier else None
    text = begin(template, slug=slug, title=title, languages=languages, organiser=facts, now=now)
    parse(text.encode(), "toml")
    return text


def _free_slug(tx: Tx, wanted: str) -> str:
    slug, n = wanted[:55].strip("-"), 2
    while campaigns.has_slug(tx, slug):
        slug, n = f"{wanted[:55].strip('-')}-{n}", n + 1
    return slug


def save_text(house: House, campaign: str, text: str, form: Form, mark: str, staff_name: str, now: datetime) -> Saved:
    """Replace a draft's text. Raises Refused where it cannot be read, or where somebody else changed it meanwhile."""
    with house.store.write() as tx:
        row = _draft(tx, campaign, mark)
        return _keep(tx, row, text, form, staff_name, now)


def save_answers(
    house: House, campaign: str, section: Section, given: Mapping[str, str], mark: str, staff_name: str, now: datetime
) -> Saved:
    """Write the answers of one page into a draft; its button may add or drop one of several (`do`).

    Raises Refused: an answer that does not fit names its question in `where`, as does a change by somebody else.
    """
    with house.store.write() as tx:
        row = _draft(tx, campaign, mark)
        document = document_of(row)
        answers.write(document, section, given)
        do, _, what = given.get("do", "").partition(":")
        part = next((part for part in section.parts if isinstance(part, Many) and part.key == what), None)
        if do == "add" and part:
            answers.add(document, part)
        elif do == "drop":
            answers.drop(document, what)
        try:
            return _keep(tx, row, answers.text_of(document), "toml", staff_name, now)
        except Malformed as error:
            error.where = answers.name_of(error.where, document)
            raise


def _draft(tx: Tx, campaign: str, mark: str) -> Sheet:
    row = campaigns.row(tx, campaign)
    sheet = sheet_of(tx, row)
    if sheet is None:
        raise wrong_stage(row.stage, "draft")
    if mark != mark_of(sheet):
        raise changed(sheet, Text(fr="Vos réponses sont gardées ci-dessous : comparez, puis enregistrez.",
                                  en="Your answers are kept below: compare, then save."))  # fmt: skip
    return sheet


def changed(sheet: Sheet, todo: Text) -> Changed:
    """Return the refusal of a step that was based on another text than the one that stands now."""
    who = sheet.edited_by or "?"
    expected = Text(fr=f"{who} a modifié ce brouillon entre-temps.", en=f"{who} has changed this draft meanwhile.")
    return Changed("draft-changed", expected, todo)


def _keep(tx: Tx, sheet: Sheet, text: str, form: Form, staff_name: str, now: datetime) -> Saved:
    definition = parse(text.encode(), form)
    slug = definition.slug
    saved = {"draft": text, "draft_form": form, "edited_by": staff_name, "edited_at": now}
    if isinstance(sheet, AmendmentRow):
        # The address stays: the review says so, and where the campaign is found does not change meanwhile.
        amendments.write(tx, sheet, **saved)
        return Saved(campaigns.row(tx, sheet.campaign).slug, digest(text.encode())[:16])
    if slug != sheet.slug and campaigns.has_slug(tx, slug):
        raise slug_taken(slug)
    campaigns.move(tx, sheet.id, slug=slug, **saved, **campaigns.seat(definition))
    return Saved(slug, digest(text.encode())[:16])
