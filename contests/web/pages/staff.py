"""The staff's campaigns: the list, drafts, publication."""

import asyncio
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from contests.campaign.lint import blocks
from contests.campaign.parse import form_of
from contests.entry import parse_email
from contests.errors import Malformed, Refused, StageRefused, Text
from contests.flows import amend, publish
from contests.flows.acknowledge import acknowledge
from contests.flows.drafting import changed, mark_of
from contests.flows.four_eyes import submit
from contests.flows.house import wrong_stage
from contests.flows.proposed import Publish
from contests.flows.sign_in import set_language
from contests.flows.todo import grouped, todo
from contests.rules.unique_code import code_key
from contests.sources.unreadable import on_line
from contests.store import campaigns, proposals, signals, views
from contests.store.tables import CampaignRow
from contests.web.desk import Place, desk, row_of
from contests.web.guards import may, pressed, same_site, signed_in, staff_form, upload_of, uploaded_picture
from contests.web.pages.entry import shown_stage
from contests.web.pages.steps import spots_of, steps_of
from contests.web.render import language_of, page
from contests.web.threads import threaded

Web = Request[Any, Any, Any]
UPLOAD = 8 * 1024 * 1024
POSTED = {"draft", "void", "contacts", "release", "opt-ins", "entries-file"}  # addresses that only take forms


@post("/staff/language", guards=[same_site, signed_in], status_code=303)
async def language_form(request: Web) -> Redirect:
    """Remember the language."""
    form = await staff_form(request)
    person = request.scope["state"]["staff"]
    await asyncio.to_thread(set_language, desk(request).house, person, str(form.get("language", "")))
    back = str(form.get("back", "/staff"))
    if back.rpartition("/")[2] in POSTED:  # a page that a refusal showed at the address of its form
        back = back.rpartition("/")[0]
    return Redirect(back if back.startswith("/staff") else "/staff", status_code=303)


@get("/staff", guards=[signed_in, may("read")])
@threaded
def home(request: Web) -> Response[str]:
    """All campaigns."""
    own = desk(request)
    with own.house.store.read() as tx:
        organiser = request.scope["state"]["staff"].organiser
        rows = views.everything(tx, organiser)
        second = proposals.waiting_count(tx, organiser)
        todos = grouped(todo(tx, own.clock(), organiser=organiser))
        prepared = amend.prepared(tx, rows, own.clock())
        figures = {row.id: (views.entrant_count(tx, row.id), signals.waiting(tx, row.id)) for row in rows}
    places = {row.id: Place(campaigns.stand(row), row.digest) for row in rows if row.stage != "draft"}
    series: dict[str, list[CampaignRow]] = {}
    for row in sorted(rows, key=lambda row: row.series_place):
        if row.series:
            series.setdefault(row.series, []).append(row)
    return page(
        request, "staff/home.html", language_of(request), rows=rows, figures=figures, second=second, series=series,
        todos=todos, prepared=prepared,
        definitions={row.id: publish.definition_of(row) for row in rows},
        stages={identity: shown_stage(place, own.clock()) for identity, place in places.items()},
    )  # fmt: skip


@get("/staff/new", guards=[signed_in, may("publish")], sync_to_thread=False)
def new_page(request: Web) -> Response[str]:
    """Paste or upload a definition."""
    return page(request, "staff/new.html", language_of(request), text="", form="toml", error="")


@post("/staff/new", guards=[same_site, signed_in, may("publish")], status_code=303, request_max_body_size=UPLOAD)
async def new_form(request: Web) -> Response[Any]:
    """Keep a draft; say what is wrong with it, with the text kept."""
    own, form = desk(request), await staff_form(request)
    name, data = upload_of(form, "file")
    text, kind = str(form.get("text", "")), str(form.get("form", "toml"))
    try:
        if data:
            text, kind = _decoded(data), form_of(name)
        identity = await asyncio.to_thread(
            publish.draft, own.house, text, publish.form_of_draft(kind), own.clock(),
            request.scope["state"]["staff"].organiser, anew=True,
        )  # fmt: skip
    except Refused as refused:
        language = language_of(request)
        return page(
            request, "staff/new.html", language, status=422, text=text, form=kind, error=refused.sentence(language)
        )
    with own.house.store.read() as tx:
        slug = campaigns.row(tx, identity).slug
    return Redirect(f"/staff/c/{slug}", status_code=303)


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Malformed(
            "definition-encoding",
            Text(fr="Du texte en UTF-8 était attendu.", en="Text in UTF-8 was expected."),
            Text(fr="Enregistrez le fichier en UTF-8.", en="Save the file as UTF-8."),
            found=f"0x{data[error.start]:02x}",
            where=on_line(data[: error.start].count(10) + 1),
        ) from error


def draft_page(
    request: Web, row: CampaignRow, *, error: str = "", status: int = 200,
    refused: tuple[str, str, str] = ("", "", ""), listed: str = "",
) -> Response[str]:  # fmt: skip
    """Show a draft: what the linter says, the text, the preview, what was uploaded.

    `refused` is an acknowledgement that was not taken: the remark's digest, what was typed, why; `listed` a private list.
    """
    own, language = desk(request), language_of(request)
    definition, remarks = publish.review(row, own.clock())
    with own.house.store.read() as tx:
        pictures = views.media_names(tx, row.id)
        known = campaigns.acknowledged(tx, row.id)
        waiting = publish.unacknowledged(tx, row.id, remarks)
        second = proposals.waiting(tx, row.id)
    return page(
        request, "staff/draft.html", language, status=status, row=row, campaign=definition, remarks=remarks,
        blocked=blocks(remarks), steps=steps_of(remarks), known=known, waiting=waiting, refused=refused, second=second,
        spots=spots_of(remarks, row), pictures=sorted(pictures),
        missing=publish.missing_pictures(definition, pictures), error=error, listed=listed, mark=mark_of(row),
    )  # fmt: skip


@post(
    "/staff/c/{slug:str}/draft",
    guards=[same_site, signed_in, may("publish")],
    status_code=303,
    request_max_body_size=UPLOAD,
)
async def draft_form(request: Web, slug: FromPath[str]) -> Response[Any]:
    """Upload, publish or throw away a draft, by the button that was pressed."""
    form, language = await staff_form(request), language_of(request)
    row = row_of(request, slug)
    try:
        done = await asyncio.to_thread(_draft_step, request, row, form)
    except StageRefused:
        raise
    except Refused as refused:
        if form.get("do") == "acknowledge" and refused.where == "reason":
            asked = (
                str(form.get("remark", "")),
                str(form.get("reason", "")),
                f"{refused.expected(language)} {refused.todo(language)}",
            )
            return draft_page(request, row, status=422, refused=asked)
        listed = str(form.get("list", "")) if form.get("do") == "excluded" else ""
        return draft_page(request, row, error=refused.sentence(language), status=422, listed=listed)
    return Redirect(done, status_code=303)


def _draft_step(request: Web, row: CampaignRow, form: dict[str, Any]) -> str:
    own, do = desk(request), pressed(form, "publish", "acknowledge", "discard", "picture", "codes", "excluded")
    if row.stage != "draft":
        if do == "publish":  # pressed twice
            return f"/staff/c/{row.slug}"
        raise wrong_stage(row.stage, "draft")
    if do == "publish":
        if form.get("mark", mark_of(row)) != mark_of(row):
            raise changed(row, Text(fr="Le voici tel qu’il est maintenant : relisez-le, puis publiez.",
                                    en="Here it is as it stands now: read it, then publish."))  # fmt: skip
        if not submit(own.house, row.id, Publish(), request.scope["state"]["staff"], own.clock()):
            return f"/staff/c/{row.slug}/waiting"
    elif do == "acknowledge":
        acknowledge(
            own.house, row.id, str(form.get("remark", "")), reason=str(form.get("reason", "")),
            staff_name=request.scope["state"]["staff"].name, now=own.clock(),
        )  # fmt: skip
    elif do == "discard":
        publish.discard(own.house, row.id)
        return "/staff"
    elif do == "picture":
        publish.add_picture(own.house, row.id, *uploaded_picture(form))
    elif do in {"codes", "excluded"}:
        _upload_list(request, row, str(do), str(form.get("list", "")))
    return f"/staff/c/{row.slug}"


def _upload_list(request: Web, row: CampaignRow, what: str, text: str) -> None:
    """Take one code or address a line; an address that cannot be read is named with its line."""
    lines = [(n, line.strip()) for n, line in enumerate(text.splitlines(), 1) if line.strip()]
    with desk(request).house.store.write() as tx:
        if what == "codes":
            campaigns.put_codes(tx, row.id, [code_key(line) for _, line in lines if code_key(line)])
            return
        people = []
        for number, line in lines:
            try:
                people.append(parse_email(line).key)
            except Malformed as error:
                raise Malformed(
                    error.code, error.expected, error.todo, found=line[:80], where=on_line(number)
                ) from error
        campaigns.put_excluded(tx, row.id, people)


HANDLERS = [
    language_form, home, new_page, new_form, draft_form,
]  # fmt: skip
