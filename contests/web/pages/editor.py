"""The guided editor: choose a template, answer page by page, or write the text; both are the same draft."""

import asyncio
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from contests.campaign.editor.answers import Block, Question, blocks, name_of
from contests.campaign.editor.asks import Section
from contests.campaign.editor.problems import labels, line_of_error, problems
from contests.campaign.editor.sections import LANGUAGES, SECTIONS
from contests.campaign.lint.remark import Remark
from contests.campaign.starts import SERIES, STARTS, STEPS
from contests.errors import Changed, NotFound, Refused, StageRefused, Text
from contests.flows import amend, drafting, publish
from contests.flows.drafting import Sheet, document_of, mark_of, sheet_of
from contests.store import campaigns
from contests.store.tables import CampaignRow
from contests.web.desk import desk, row_of
from contests.web.errors import status_of, wants_json
from contests.web.guards import may, same_site, signed_in, staff_form, texts_of
from contests.web.pages.steps import steps_of
from contests.web.render import language_of, page, spaced
from contests.web.threads import threaded

Web = Request[Any, Any, Any]
LARGEST = 512 * 1024


def _section(name: str) -> Section:
    for section in SECTIONS:
        if section.id == name:
            return section
    raise NotFound(
        "section-unknown",
        Text(fr="Une page de l’éditeur était attendue.", en="A page of the editor was expected."),
        Text(fr="Revenez au brouillon.", en="Go back to the draft."),
        found=name[:40],
    )


@get("/staff/start", guards=[signed_in, may("publish")], sync_to_thread=False)
def start_page(request: Web) -> Response[str]:
    """Choose what to begin with."""
    return _start(request, {})


def _start(request: Web, given: dict[str, Any], error: str = "", status: int = 200) -> Response[str]:
    return page(
        request, "staff/start.html", language_of(request), status=status, starts=STARTS, series=SERIES, languages=LANGUAGES,
        given={"start": "draw", "title": "", "languages": "fr", **given}, error=error,
    )  # fmt: skip


@post("/staff/start", guards=[same_site, signed_in, may("publish")], status_code=303)
async def start_form(request: Web) -> Response[Any]:
    """Begin a draft from a template."""
    own, form = desk(request), await staff_form(request)
    given = {name: str(form.get(name, ""))[:300] for name in ("start", "title", "languages")}
    by = request.scope["state"]["staff"]
    if given["start"] in STEPS:
        asked = urlencode({"title": given["title"], "languages": given["languages"]})
        return Redirect(f"/staff/start/{given['start']}?{asked}", status_code=303)
    try:
        slug = await asyncio.to_thread(
            drafting.start, own.house, given["start"], given["title"], given["languages"], by, own.clock()
        )
    except Refused as refused:
        return _start(request, given, refused.expected(language_of(request)), 422)
    return Redirect(f"/staff/c/{slug}/edit/{SECTIONS[0].id}", status_code=303)


@get("/staff/c/{slug:str}/edit/{section:str}", guards=[signed_in, may("publish")])
@threaded
def edit_page(request: Web, slug: FromPath[str], section: FromPath[str]) -> Response[Any]:
    """One page of questions with their answers."""
    row, sheet = _written(request, slug)
    if sheet is None:
        return Redirect(f"/staff/c/{slug}")
    return _edit(request, row, sheet, _section(section))


def _written(request: Web, slug: str) -> tuple[CampaignRow, Sheet | None]:
    """Return a campaign, and where its text is being written: its draft, an amendment, or nowhere."""
    with desk(request).house.store.read() as tx:
        row = campaigns.by_slug(tx, slug, request.scope["state"]["staff"].organiser)
        return row, sheet_of(tx, row)


def _home(row: CampaignRow) -> str:
    """Return where what is being written is looked at as a whole."""
    return f"/staff/c/{row.slug}" if row.stage == "draft" else f"/staff/c/{row.slug}/amend"


def _remarks(request: Web, row: CampaignRow, sheet: Sheet) -> tuple[Remark, ...]:
    own = desk(request)
    if isinstance(sheet, CampaignRow):
        return publish.review(row, own.clock())[1]
    with own.house.store.read() as tx:
        return amend.review_of(tx, row, sheet, own.clock()).remarks


def _edit(
    request: Web,
    row: CampaignRow,
    sheet: Sheet,
    section: Section,
    given: dict[str, Any] | None = None,
    refused: Refused | None = None,
) -> Response[str]:
    """Show a page; after a refusal with what was typed, the error at its question."""
    language = language_of(request)
    text = document_of(sheet)
    shown = blocks(text, section)
    names = [question.name for block in shown for question in block.questions]
    where = refused.where if refused else ""
    at = max((name for name in names if where == name or where.startswith(f"{name}.")), key=len, default="")
    theirs: list[Question] = []
    if given is not None:
        stands = [question for block in shown for question in block.questions]
        shown = [_answered(block, given) for block in shown]
        if isinstance(refused, Changed):
            typed = {question.name: question.value for block in shown for question in block.questions}
            theirs = [question for question in stands if question.value != typed[question.name]]
    remarks = _remarks(request, row, sheet)
    said: dict[str, list[Remark]] = {}
    for remark in remarks:
        said.setdefault(name_of(remark.path, text), []).append(remark)
    place = SECTIONS.index(section)
    return page(
        request, "staff/edit.html", language, status=status_of(refused), row=row, section=section, steps=steps_of(remarks),
        blocks=shown, mark=mark_of(sheet), converted=sheet.draft_form != "toml", remarks=said, error_at=at, sheet=sheet,
        amending=row.stage != "draft", theirs=theirs,
        error=(refused.expected(language) if at else refused.sentence(language)) if refused else "",
        before=SECTIONS[place - 1] if place else None, after=SECTIONS[place + 1] if place + 1 < len(SECTIONS) else None,
    )  # fmt: skip


def _answered(block: Block, given: dict[str, Any]) -> Block:
    """Put what was typed in the place of what stands in the text."""

    def typed(question: Question) -> Question:
        usual = "" if question.ask.kind == "tick" else question.value
        return msgspec.structs.replace(question, value=str(given.get(question.name, usual)))

    on = None if block.on is None else bool(given.get(block.name))
    return msgspec.structs.replace(block, on=on, questions=tuple(map(typed, block.questions)))


@post(
    "/staff/c/{slug:str}/edit/{section:str}",
    guards=[same_site, signed_in, may("publish")],
    status_code=303,
    request_max_body_size=LARGEST,
)
async def edit_form(request: Web, slug: FromPath[str], section: FromPath[str]) -> Response[Any]:
    """Save a page of answers; a script that saves while one types is answered in JSON."""
    own, form, page_of = desk(request), await staff_form(request), _section(section)
    given = texts_of(form)
    name = request.scope["state"]["staff"].name
    try:
        row = await asyncio.to_thread(row_of, request, slug)
        saved = await asyncio.to_thread(
            drafting.save_answers, own.house, row.id, page_of, given, given.get("mark", ""), name, own.clock()
        )
    except StageRefused:
        return _kept(request, slug, _as_text(given))
    except Refused as refused:
        if wants_json(request):
            said = {"error": refused.expected(language_of(request)), "at": refused.where}
            return Response(said, status_code=422, headers={"cache-control": "no-store"})
        fresh, sheet = await asyncio.to_thread(_written, request, slug)
        if sheet is None:
            return _kept(request, slug, _as_text(given))
        return await asyncio.to_thread(_edit, request, fresh, sheet, page_of, given, refused)
    if wants_json(request):
        told = {
            "mark": saved.mark, "at": own.clock().isoformat(timespec="seconds"), "slug": saved.slug,
            "open": await asyncio.to_thread(_open, request, saved.slug),
        }  # fmt: skip
        return Response(told, status_code=200, headers={"cache-control": "no-store"})
    home = _home(row) if row.stage != "draft" else f"/staff/c/{saved.slug}"
    return Redirect(_next(saved.slug, page_of, given.get("do", "")) or home, status_code=303)


def _open(request: Web, slug: str) -> list[str]:
    """Return the questions of which something is still said."""
    row, sheet = _written(request, slug)
    if sheet is None:
        return []
    text = document_of(sheet)
    return sorted({name_of(remark.path, text) for remark in _remarks(request, row, sheet)})


def _as_text(given: dict[str, str]) -> str:
    """Return answers line by line, as they can be kept."""
    return "\n".join(
        f"{name}: {value}" for name, value in given.items() if name not in {"csrf", "mark", "do"} and value
    )


def _kept(request: Web, slug: str, text: str) -> Response[Any]:
    """Give back what was typed for a text that is not being written any more."""
    language = language_of(request)
    expected = Text(
        fr="Un brouillon, ou une modification en cours, était attendu : il a été publié ou abandonné entre-temps.",
        en="A draft, or an amendment under way, was expected: it was published or given up meanwhile.",
    )(language)
    if wants_json(request):
        return Response({"error": expected}, status_code=409, headers={"cache-control": "no-store"})
    return page(
        request, "staff/kept.html", language, status=409, expected=expected, text=text, where=f"/staff/c/{slug}"
    )


def _next(slug: str, section: Section, do: str) -> str:
    """Return where a button leads: the next page, or the same page at what was added; empty for the whole."""
    place = SECTIONS.index(section)
    if do == "next" and place + 1 < len(SECTIONS):
        return f"/staff/c/{slug}/edit/{SECTIONS[place + 1].id}"
    if do.startswith("add:"):
        return f"/staff/c/{slug}/edit/{section.id}#add-{do[4:]}"
    return f"/staff/c/{slug}/edit/{section.id}" if do.startswith("drop:") or do == "stay" else ""


@get("/staff/c/{slug:str}/text", guards=[signed_in, may("publish")])
@threaded
def text_page(request: Web, slug: FromPath[str]) -> Response[Any]:
    """The definition as text."""
    row, sheet = _written(request, slug)
    if sheet is None:
        return Redirect(f"/staff/c/{slug}")
    return _text(request, row, sheet, sheet.draft)


def _text(request: Web, row: CampaignRow, sheet: Sheet, text: str, refused: Refused | None = None) -> Response[str]:
    language, line = language_of(request), 0
    if refused and sheet.draft_form == "toml":
        line = line_of_error(text, refused)
    nonce = request.scope["state"]["style_nonce"] = desk(request).house.chance(16).hex()
    return page(
        request, "staff/text.html", language, status=status_of(refused), row=row, text=text, mark=mark_of(sheet), line=line,
        sheet=sheet, amending=row.stage != "draft", nonce=nonce, labels=labels(language),
        theirs=sheet.draft if isinstance(refused, Changed) else "",
        line_text=text.splitlines()[line - 1] if line else "", error=refused.sentence(language) if refused else "",
    )  # fmt: skip


@post(
    "/staff/c/{slug:str}/text/check",
    guards=[same_site, signed_in, may("publish")],
    status_code=200,
    request_max_body_size=LARGEST,
)
async def text_check(request: Web, slug: FromPath[str]) -> Response[dict[str, Any]]:
    """What would be said of a text, each remark at its line; nothing is kept."""
    form, language = await staff_form(request), language_of(request)
    row, sheet = await asyncio.to_thread(_written, request, slug)
    text, kind = str(form.get("text", "")).replace("\r\n", "\n"), publish.form_of_draft((sheet or row).draft_form)
    told = await asyncio.to_thread(problems, text, kind, desk(request).clock())
    said = [{"line": one.line, "level": one.level, "text": spaced(one.text(language), language)} for one in told]
    return Response({"problems": said}, headers={"cache-control": "no-store"})


@post(
    "/staff/c/{slug:str}/text",
    guards=[same_site, signed_in, may("publish")],
    status_code=303,
    request_max_body_size=LARGEST,
)
async def text_form(request: Web, slug: FromPath[str]) -> Response[Any]:
    """Save the text; an error says its line, and the text is kept."""
    own, form = desk(request), await staff_form(request)
    text = str(form.get("text", "")).replace("\r\n", "\n")
    row, sheet = await asyncio.to_thread(_written, request, slug)
    if sheet is None:
        return _kept(request, slug, text)
    kind, name = publish.form_of_draft(sheet.draft_form), request.scope["state"]["staff"].name
    try:
        saved = await asyncio.to_thread(
            drafting.save_text, own.house, row.id, text, kind, str(form.get("mark", "")), name, own.clock()
        )
    except StageRefused:
        return _kept(request, slug, text)
    except Refused as refused:
        row, fresh = await asyncio.to_thread(_written, request, slug)
        return await asyncio.to_thread(_text, request, row, fresh or sheet, text, refused)
    return Redirect(_home(row) if row.stage != "draft" else f"/staff/c/{saved.slug}", status_code=303)


HANDLERS = [start_page, start_form, edit_page, edit_form, text_page, text_check, text_form]
