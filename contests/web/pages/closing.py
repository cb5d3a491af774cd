"""The closing report in the campaign's room: costs and lessons typed, the report read and taken away."""

import asyncio
import re
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from contests.errors import NotFound, Refused, Text
from contests.flows.closing import LONGEST, closing_of, mark_of, report, report_file, state_closing
from contests.papers.closing import COSTS, LESSONS, Stated, announced
from contests.papers.html import fragment
from contests.store.tables import CampaignRow
from contests.web.desk import desk, row_of
from contests.web.errors import status_of
from contests.web.guards import may, same_site, signed_in, staff_form
from contests.web.pages.proofs import download
from contests.web.pages.room import room_page
from contests.web.render import language_of
from contests.web.threads import threaded

Web = Request[Any, Any, Any]


def _page(request: Web, row: CampaignRow, refused: Refused | None = None, typed: Stated | None = None) -> Response[str]:
    facts = closing_of(desk(request).house, row.id, desk(request).clock())
    stated = typed or facts.stated
    return room_page(
        request, row, "staff/closing.html", status=status_of(refused), refused=refused, stated=stated, costs=COSTS,
        lessons=LESSONS, longest=LONGEST, given=announced(facts), currency=facts.definition.prizes[0].currency,
        article=fragment(report(facts, language_of(request))), mark=mark_of(facts.stated),
    )  # fmt: skip


@get("/staff/c/{slug:str}/closing", guards=[signed_in, may("read")])
@threaded
def closing_page(request: Web, slug: FromPath[str]) -> Response[str]:
    """The report as it stands, and what is typed for it."""
    return _page(request, row_of(request, slug))


@post("/staff/c/{slug:str}/closing", guards=[same_site, signed_in, may("award")], status_code=303)
async def closing_form(request: Web, slug: FromPath[str]) -> Response[Any]:
    """Keep costs and lessons."""
    form = await staff_form(request)
    return await asyncio.to_thread(_keep, request, slug, form)


def _keep(request: Web, slug: str, form: dict[str, Any]) -> Response[Any]:
    own, row = desk(request), row_of(request, slug)
    costs = {name: _amount(str(form.get(name, ""))) for name in COSTS if str(form.get(name, "")).strip()}
    lessons = {name: str(form.get(name, "")).replace("\r\n", "\n").strip() for name in LESSONS}
    stated = Stated(costs, {name: text for name, text in lessons.items() if text})
    name, mark = request.scope["state"]["staff"].name, str(form.get("mark", ""))
    try:
        state_closing(own.house, row.id, stated, mark, staff_name=name, now=own.clock())
    except NotFound:
        raise
    except Refused as refused:
        return _page(request, row, refused, stated)
    return Redirect(f"/staff/c/{slug}/closing", status_code=303)


def _amount(text: str) -> str:
    """Return “1 049,5 €” as 1049.50; what is no amount stays as it is."""
    found = _AMOUNT.fullmatch(re.sub(r"[\s€]", "", text))
    return f"{int(found[1])}.{found[2] or '':0<2}" if found else text.strip()


_AMOUNT = re.compile(r"([0-9]{1,9})(?:[.,]([0-9]{1,2}))?")


@get("/staff/c/{slug:str}/closing/{name:str}", guards=[signed_in, may("read")])
@threaded
def closing_file(request: Web, slug: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """The report as a file: `fr.html`, `en.pdf` and so on."""
    row = row_of(request, slug)
    facts = closing_of(desk(request).house, row.id, desk(request).clock())
    expected = Text(fr="Un bilan était attendu.", en="A report was expected.")
    return download(name, f"{slug}-closing", expected, lambda language, kind: report_file(facts, language, kind))


HANDLERS = [closing_page, closing_form, closing_file]
