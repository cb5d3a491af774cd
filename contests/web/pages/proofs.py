"""What anybody may check: rules, results, journal, pool, bundle, register, pictures."""

import base64
import re
import tempfile
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.response import Stream
from litestar.types import ASGIApp

from contests.errors import LANGUAGES, Language, NotFound, Text
from contests.flows import naming
from contests.flows.export import export_bundle
from contests.flows.rules_pdf import rules_pdf
from contests.journal.checkpoint import parse_checkpoint
from contests.journal.tiles import WIDTH, exists, parse_tile_path
from contests.papers.qr import qr_svg
from contests.papers.timeline import tell
from contests.records import parse_record
from contests.store import draws, journals, minutes, views
from contests.web.desk import Desk, desk, ranking_rows
from contests.web.pages.entry import shown_stage
from contests.web.ready import Ready
from contests.web.render import page
from contests.web.threads import threaded

Web = Request[Any, Any, Any]
FOREVER = "public, max-age=31536000, immutable"
SHORT = "public, max-age=5"
# A paper brings its styles in itself: its bytes are those in the journal.
_STYLE = re.compile(rb"<style>([^<]*)</style>")


def paper_policy(data: bytes) -> str:
    """Return the policy of a paper that stands alone: of styles, its own is allowed, by digest; nothing else."""
    found = _STYLE.search(data, 0, 64 * 1024)
    style = f"'sha256-{base64.b64encode(sha256(found[1]).digest()).decode()}'" if found else "'none'"
    return f"default-src 'none'; style-src {style}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def _missing(found: str) -> NotFound:
    return NotFound(
        "not-there",
        Text(fr="Un fichier publié était attendu.", en="A published file was expected."),
        Text(fr="Il n’est peut-être pas encore publié.", en="It may not be published yet."),
        found=found[:80],
    )


def download(name: str, stem: str, expected: Text, file: Callable[[Language, str], bytes]) -> Response[bytes]:
    """Return a paper to keep, named `fr.html`, `en.pdf` and so on. Raises NotFound for any other name."""
    wanted, _, kind = name.partition(".")
    language = next((one for one in LANGUAGES if one == wanted), None)
    if language is None or kind not in {"html", "pdf"}:
        todo = Text(fr="Rechargez la page.", en="Reload the page.")
        raise NotFound("paper-unknown", expected, todo, found=name[:40])
    data = file(language, kind)
    headers = {
        "content-disposition": f'attachment; filename="{stem}-{language}.{kind}"',
        "cache-control": "no-store",
        "content-security-policy": paper_policy(data),
    }
    media = "application/pdf" if kind == "pdf" else "text/html"
    return Response(data, media_type=media, headers=headers)


def article(data: bytes) -> str:
    """Return the article of a stored paper: what was hashed is what is shown."""
    text = data.decode()
    start, end = text.find("<article"), text.rfind("</article>")
    return text[start : end + len("</article>")] if start >= 0 and end >= 0 else text


@get("/c/{slug:str}/rules")
@threaded
def rules(request: Web, slug: FromPath[str]) -> Response[str]:
    """The rules text in force."""
    place = desk(request).place(slug)
    language = place.language(request)
    with desk(request).house.store.read() as tx:
        papers = views.papers(tx, place.id)
    paper = next(p for p in papers if (p.version, p.language) == (place.standing.version, language))
    return page(
        request, "campaign/rules.html", language, cache_control=SHORT, place=place, campaign=place.definition,
        paper=paper, article=article(paper.data), papers=papers,
    )  # fmt: skip


@get("/c/{slug:str}/rules/{version:int}/{language:str}")
@threaded
def paper(request: Web, slug: FromPath[str], version: FromPath[int], language: FromPath[str]) -> Response[bytes]:
    """One version of the rules text, the very bytes that are in the journal."""
    place = desk(request).place(slug)
    with desk(request).house.store.read() as tx:
        found = views.paper(tx, place.id, version, language)
    if found is None:
        raise _missing(f"{version}/{language}")
    return Response(
        found.data,
        media_type="text/html",
        headers={"cache-control": FOREVER, "content-security-policy": paper_policy(found.data)},
    )


@get("/c/{slug:str}/rules/{version:int}/{language:str}/pdf")
@threaded
def paper_pdf(request: Web, slug: FromPath[str], version: FromPath[int], language: FromPath[str]) -> Response[bytes]:
    """The rules text in force as PDF/A, to be kept or printed; its foot names the digest of the text in the journal."""
    found = rules_pdf(desk(request).house, desk(request).place(slug).id, version, language)
    if found is None:
        raise _missing(f"{version}/{language}")
    name = f"{slug}-rules-{version}-{language}.pdf"
    headers = {"cache-control": FOREVER, "content-disposition": f'inline; filename="{name}"'}
    return Response(found, media_type="application/pdf", headers=headers)


@get("/c/{slug:str}/results")
@threaded
def results(request: Web, slug: FromPath[str]) -> Response[str]:
    """The results: winners at the declared level, the level of proof in plain words, the files."""
    own = desk(request)
    place = own.place(slug, fresh=True)
    with own.house.store.read() as tx:
        row = draws.get(tx, place.id)
        awards = draws.awards(tx, place.id)
        names = naming.names(tx, place.standing, awards, own.clock())
        counts = views.kind_counts(tx, place.id)
        issued = minutes.listed(tx, place.id)
        voided = views.timeline(tx, place.id, quiet=(), most=1) if place.stage == "void" else []
    return page(
        request, "campaign/results.html", place.language(request), cache_control=SHORT, place=place,
        campaign=place.definition, stage=shown_stage(place, own.clock()), draw=row, awards=awards, names=names,
        counts=counts, minutes=issued, ranking=ranking_rows(row.ranking) if row and row.ranking else [], draws_at=place.standing.draws_at,
        void_reason=msgspec.json.decode(voided[0].data)["reason"] if voided else "",
    )  # fmt: skip


@get("/c/{slug:str}/brand.css")
async def brand(request: Web, slug: FromPath[str]) -> Response[str]:
    """The campaign's colours."""
    colours = (await desk(request).soon(slug)).definition.brand
    text = f":root{{--brand:{colours.colour};--on-brand:{colours.on_colour}}}\n"
    return Response(text, media_type="text/css", headers={"cache-control": "public, max-age=300"})


@get("/c/{slug:str}/media/{name:str}")
async def media(request: Web, slug: FromPath[str], name: FromPath[str]) -> ASGIApp:
    """A picture of the campaign, looked up once a second however many ask for it."""
    own = desk(request)
    place = await own.soon(slug)
    if name not in place.pictures:
        raise _missing(name)
    second = int(own.clock().timestamp())
    picture: ASGIApp = await own.pictures.take((place.id, name), second, lambda: _picture(own, place.id, name))
    return picture


def _picture(own: Desk, campaign: str, name: str) -> Ready:
    with own.house.store.read() as tx:
        found = views.media(tx, campaign, name)
    if found is None:
        raise _missing(name)
    return Ready(found.data, {"content-type": found.kind, "cache-control": "public, max-age=3600"}, {})


@get("/c/{slug:str}/qr.svg")
@threaded
def qr(request: Web, slug: FromPath[str]) -> Response[bytes]:
    """A QR code of the landing page; `?via=` counts a channel."""
    place = desk(request).place(slug)
    via = request.query_params.get("via", "")
    known = {channel.id for channel in place.definition.channels}
    target = f"{desk(request).house.url}/c/{slug}" + (f"?via={via}" if via in known else "")
    return Response(qr_svg(target), media_type="image/svg+xml", headers={"cache-control": "public, max-age=3600"})


@get("/c/{slug:str}/draws/{draw:str}/pool.csv")
@threaded
def pool(request: Web, slug: FromPath[str], draw: FromPath[str]) -> Response[bytes]:
    """The frozen list; when it was first given out is part of the proof."""
    own, place = desk(request), desk(request).place(slug)
    with own.house.store.read() as tx:
        row = draws.get(tx, place.id)
    if row is None or row.draw != draw:
        raise _missing(f"{draw}/pool.csv")
    if row.served_at is None:
        with own.house.store.write() as tx:
            draws.note_served(tx, place.id, max(own.clock(), row.frozen_at))
    return Response(row.pool, media_type="text/csv", headers={"cache-control": FOREVER})


@get("/c/{slug:str}/draws/{draw:str}/{name:str}")
@threaded
def draw_file(request: Web, slug: FromPath[str], draw: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """The freeze checkpoint and the ranking."""
    place = desk(request).place(slug)
    with desk(request).house.store.read() as tx:
        row = draws.get(tx, place.id)
    found = {"checkpoint": row.checkpoint, "ranking.csv": row.ranking}.get(name) if row and row.draw == draw else None
    if not found:
        raise _missing(name)
    kind = "text/csv" if name.endswith("csv") else "text/plain"
    return Response(found, media_type=kind, headers={"cache-control": FOREVER})


@get("/c/{slug:str}/bundle.zip")
@threaded
def bundle(request: Web, slug: FromPath[str]) -> Stream:
    """Everything needed to check the campaign, as far as it has come."""
    place = desk(request).place(slug, fresh=True)
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the answer has been sent
    export_bundle(desk(request).house, place.id, file)
    size = file.tell()
    file.seek(0)

    def chunks() -> Any:  # noqa: ANN401
        with file:
            while chunk := file.read(1 << 16):
                yield chunk

    return Stream(
        chunks(),
        media_type="application/zip",
        headers={
            "content-disposition": f'attachment; filename="{slug}.zip"',
            "content-length": str(size),
            "cache-control": "no-store",
        },
    )


def _journal(own: Desk, journal: str, path: str) -> Response[bytes]:
    """Serve a journal's checkpoint, vkey and tiles (C2SP tlog-tiles)."""
    with own.house.store.read() as tx:
        if not journals.exists(tx, journal):
            raise _missing(path)
        head = journals.head(tx, journal)
        if path == "checkpoint":
            return Response(head.checkpoint, media_type="text/plain", headers={"cache-control": "no-store"})
        if path == "vkey":
            return Response(f"{head.vkey}\n".encode(), media_type="text/plain", headers={"cache-control": FOREVER})
        try:
            name = parse_tile_path(path.removeprefix("tile/")) if path.startswith("tile/") else None
        except ValueError:
            name = None
        if name is None or not exists(name, parse_checkpoint(head.checkpoint)[0].size):
            raise _missing(path)
        data = journals.tile(tx, journal, name)
    cache = FOREVER if name.width == WIDTH else "public, max-age=3600"
    return Response(data, media_type="application/octet-stream", headers={"cache-control": cache})


@get("/c/{slug:str}/journal/{path:path}")
@threaded
def campaign_journal(request: Web, slug: FromPath[str], path: FromPath[str]) -> Response[bytes]:
    """The campaign's journal."""
    return _journal(desk(request), desk(request).place(slug).id, str(path).lstrip("/"))


@get("/journal/{path:path}")
@threaded
def register(request: Web, path: FromPath[str]) -> Response[bytes]:
    """The register: the installation's own journal."""
    return _journal(desk(request), journals.REGISTER, str(path).lstrip("/"))


@get("/c/{slug:str}/journal")
@threaded
def journal_page(request: Web, slug: FromPath[str]) -> Response[str]:
    """The journal for people: what happened, when, and where its bytes are."""
    place = desk(request).place(slug)
    with desk(request).house.store.read() as tx:
        rows = views.timeline(tx, place.id, most=100)
        head = journals.head(tx, place.id)
    return page(
        request, "campaign/journal.html", place.language(request), cache_control=SHORT, place=place,
        campaign=place.definition, head=head,
        told=[tell(parse_record(r.data), r.place, place.definition, place.language(request)) for r in rows],
    )  # fmt: skip


HANDLERS = [
    rules, paper, paper_pdf, results, brand, media, qr, pool, draw_file, bundle, campaign_journal, register, journal_page,
]  # fmt: skip
