"""A draft looked at before it is published: on a phone, on a desk, as mails; and shown to others by a link."""

import asyncio
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from contests.campaign.form import Form, questions
from contests.errors import LANGUAGES, NotFound, Refused, Text
from contests.flows import preview as steps
from contests.flows import publish
from contests.store import previews, views
from contests.store.campaigns import Standing
from contests.store.tables import CampaignRow
from contests.web.desk import Place, desk, row_of
from contests.web.guards import may, same_site, signed_in, staff_form
from contests.web.pages.proofs import article
from contests.web.render import language_of, page, wanted_language
from contests.web.threads import threaded

Web = Request[Any, Any, Any]
USUAL = timedelta(days=14)
# Nothing runs, nothing is sent; `'self'` where the staff's page frames it.
STILL = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors "
)


def still(answer: Response[Any], framed_by: str) -> Response[Any]:
    """Let nothing run in a preview and nothing leave it; keep it out of search engines."""
    answer.headers["content-security-policy"] = STILL + framed_by
    answer.headers["x-frame-options"] = "SAMEORIGIN" if framed_by == "'self'" else "DENY"
    answer.headers["x-robots-tag"] = "noindex, nofollow, noarchive"
    return answer


def landing_of(request: Web, row: CampaignRow, root: str, **more: Any) -> Response[Any]:  # noqa: ANN401
    """Return the landing page as it will be while the contest is open; `root` is where what it needs is found."""
    definition = publish.definition_of(row)
    with desk(request).house.store.read() as tx:
        pictures = views.media_names(tx, row.id)
    standing = Standing(row.id, "open", definition, "", 1, definition.freezes_at, definition.draws_at)
    return page(
        request, "campaign/landing.html", wanted_language(request, definition.languages), place=Place(standing, ""),
        campaign=definition, stage="open", questions=questions(definition), form=Form({}), pictures=pictures, via="", ref="",
        trap="website", preview=root, **more,
    )  # fmt: skip


def rules_of(request: Web, row: CampaignRow, root: str, **more: Any) -> Response[Any]:  # noqa: ANN401
    """Return the rules text as it would be published now."""
    definition = publish.definition_of(row)
    language = wanted_language(request, definition.languages)
    text = article(publish.papers_of(definition, 1)[language])
    return page(
        request, "campaign/preview_rules.html", language, campaign=definition, preview=root, article=text, **more
    )  # fmt: skip


def picture_of(request: Web, row: CampaignRow, name: str) -> Response[bytes]:
    """Return a picture of a draft. Raises NotFound."""
    with desk(request).house.store.read() as tx:
        found = views.media(tx, row.id, name)
    if found is None:
        raise NotFound("picture-unknown", Text(fr="Une image était attendue.", en="A picture was expected."),
                       Text(fr="Téléversez-la.", en="Upload it."), found=name[:80])  # fmt: skip
    return Response(found.data, media_type=found.kind)


def colours_of(row: CampaignRow) -> Response[str]:
    """Return a draft's colours."""
    brand = publish.definition_of(row).brand
    return Response(f":root{{--brand:{brand.colour};--on-brand:{brand.on_colour}}}\n", media_type="text/css")


@get("/staff/c/{slug:str}/preview", guards=[signed_in, may("read")])
@threaded
def preview(request: Web, slug: FromPath[str]) -> Response[Any]:
    """The landing page of a draft, as visitors will see it; its form goes nowhere."""
    return still(landing_of(request, row_of(request, slug), f"/staff/c/{slug}"), "'self'")


@get("/staff/c/{slug:str}/media/{name:str}", guards=[signed_in, may("read")])
@threaded
def draft_media(request: Web, slug: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """A picture of a draft."""
    return picture_of(request, row_of(request, slug), name)


@get("/staff/c/{slug:str}/brand.css", guards=[signed_in, may("read")])
@threaded
def draft_brand(request: Web, slug: FromPath[str]) -> Response[str]:
    """A draft's colours."""
    return colours_of(row_of(request, slug))


@get("/staff/c/{slug:str}/rules", guards=[signed_in, may("read")])
@threaded
def draft_rules(request: Web, slug: FromPath[str]) -> Response[Any]:
    """The rules text of a draft."""
    return still(rules_of(request, row_of(request, slug), f"/staff/c/{slug}"), "'self'")


@get("/staff/c/{slug:str}/look", guards=[signed_in, may("read")])
@threaded
def look_page(request: Web, slug: FromPath[str]) -> Response[Any]:
    """The draft in its frames, its mails, its links."""
    row = row_of(request, slug)
    return _look(request, row) if row.stage == "draft" else Redirect(f"/staff/c/{slug}")


def _look(
    request: Web, row: CampaignRow, link: str = "", refused: Refused | None = None, typed: tuple[str, str] = ("", "")
) -> Response[str]:
    """Show the draft; `typed` are the note and the last day of a link that was refused."""
    own, language = desk(request), language_of(request)
    definition, now = publish.definition_of(row), desk(request).clock()
    here = now.astimezone(ZoneInfo(definition.timezone))
    with own.house.store.read() as tx:
        links = previews.of_campaign(tx, row.id, now)
    asked = request.query_params.get("mails", "")
    spoken = next((code for code in definition.languages if code == asked), definition.languages[0])
    return page(
        request, "staff/look.html", language, status=422 if refused else 200, row=row, campaign=definition, stage="draft",
        error="", links=links, link=link, refused=refused, spoken=spoken, languages=LANGUAGES, desk=request.query_params.get("on") == "desk",
        mails=steps.mails(own.house, definition, spoken, now), note=typed[0], usual=typed[1] or (here + USUAL).date().isoformat(),
        first=here.date().isoformat(), last=(here + steps.LONGEST).date().isoformat(),
    )  # fmt: skip


@post("/staff/c/{slug:str}/look", guards=[same_site, signed_in, may("publish")], status_code=200)
async def look_form(request: Web, slug: FromPath[str]) -> Response[Any]:
    """Make a link and show it, the only time: the store keeps its digest. Or close one."""
    own, form = desk(request), await staff_form(request)
    row, name = await asyncio.to_thread(row_of, request, slug), request.scope["state"]["staff"].name
    if row.stage != "draft":
        return Redirect(f"/staff/c/{slug}", status_code=303)
    if form.get("do") == "end":
        await asyncio.to_thread(steps.end, own.house, row.id, str(form.get("link", "")), name, own.clock())
        return Redirect(f"/staff/c/{slug}/look#shared", status_code=303)
    try:
        last = date.fromisoformat(str(form.get("last", "")))
    except ValueError:
        last = None
    try:
        token = await asyncio.to_thread(
            steps.share, own.house, row.id, note=str(form.get("note", "")), last=last, staff_name=name, now=own.clock()
        )
    except Refused as refused:
        typed = (str(form.get("note", ""))[:120], str(form.get("last", ""))[:10])
        return await asyncio.to_thread(_look, request, row, "", refused, typed)
    return await asyncio.to_thread(_look, request, row, f"{own.house.url}/preview/{token}")


def _shown(request: Web, token: str) -> tuple[CampaignRow, Any]:
    """Return the draft behind a link and until when it is shown. Raises NotFound."""
    with desk(request).house.store.read() as tx:
        link, row = steps.shown(tx, token, desk(request).clock())
    return row, link.until


@get("/preview/{token:str}")
@threaded
def shared(request: Web, token: FromPath[str]) -> Response[Any]:
    """The landing page of a draft, for whoever has the link; once it is published, the page itself."""
    row, until = _shown(request, token)
    if row.stage != "draft":
        return Redirect(f"/c/{row.slug}")
    return still(landing_of(request, row, f"/preview/{token}", shared_until=until), "'none'")


@get("/preview/{token:str}/rules")
@threaded
def shared_rules(request: Web, token: FromPath[str]) -> Response[Any]:
    """The rules text of a draft, for whoever has the link."""
    row, until = _shown(request, token)
    if row.stage != "draft":
        return Redirect(f"/c/{row.slug}/rules")
    return still(rules_of(request, row, f"/preview/{token}", shared_until=until), "'none'")


@get("/preview/{token:str}/media/{name:str}")
@threaded
def shared_picture(request: Web, token: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """A picture of a draft, for whoever has the link."""
    return picture_of(request, _shown(request, token)[0], name)


@get("/preview/{token:str}/brand.css")
@threaded
def shared_colours(request: Web, token: FromPath[str]) -> Response[str]:
    """A draft's colours, for whoever has the link."""
    return colours_of(_shown(request, token)[0])


HANDLERS = [
    preview, draft_media, draft_brand, draft_rules, look_page, look_form, shared, shared_rules, shared_picture,
    shared_colours,
]  # fmt: skip
