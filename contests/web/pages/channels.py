"""Where the link is shared: addresses, QR codes, posters, and texts for the social networks."""

import html
import re
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.params import FromPath

from contests.campaign.definition import Campaign
from contests.errors import Language, NotFound, Text
from contests.papers.poster import SIZES, poster_pdf
from contests.papers.posts import Post, platforms, write_post
from contests.papers.qr import qr_png, qr_svg
from contests.store import campaigns, views
from contests.store.tables import CampaignRow
from contests.web.desk import Place, desk, row_of
from contests.web.guards import may, signed_in
from contests.web.pages.entry import shown_stage
from contests.web.render import language_of, page
from contests.web.threads import threaded

Web = Request[Any, Any, Any]
FRAME_HEIGHT = 1100
_POSTER = re.compile(r"poster-(a4|a3)-(fr|en)\.pdf")


class Shared(msgspec.Struct, frozen=True):
    """A place the link is shared: the channel's id (empty for the bare link), its name, and the address."""

    id: str
    title: Text
    address: str


def shared(site: str, campaign: Campaign) -> tuple[Shared, ...]:
    """Return the bare link and one for each declared channel. `site` is the installation's address."""
    bare = f"{site}/c/{campaign.slug}"
    first = Shared("", Text(fr="Sans canal", en="No channel"), bare)
    return (
        first,
        *(
            Shared(
                channel.id,
                Text(fr=campaign.say(channel.title, "fr"), en=campaign.say(channel.title, "en")),
                f"{bare}?via={channel.id}",
            )
            for channel in campaign.channels
        ),
    )


def posts(site: str, campaign: Campaign) -> list[tuple[str, list[tuple[Language, Post]]]]:
    """Return each platform's name with its posts by language; a channel of the same name is counted in their link."""
    found = []
    links = {place.id: place.address for place in shared(site, campaign)}
    for platform in platforms():
        link = links.get(platform.id, links[""])
        each = [(language, write_post(campaign, language, platform, link)) for language in campaign.languages]
        found.append((platform.name, each))
    return found


def snippet(site: str, campaign: Campaign, language: Language) -> str:
    """Return what a site pastes into its page to show the form: a frame, and the script that fits its height."""
    title = html.escape(campaign.say(campaign.title, language))
    address = f"{site}/c/{campaign.slug}/embed"
    return (
        f'<iframe src="{address}" title="{title}" width="100%" height="{FRAME_HEIGHT}" style="border:0"></iframe>\n'
        f'<script src="{site}/static/embed.js" async></script>'
    )


@get("/staff/c/{slug:str}/channels", guards=[signed_in, may("read")])
@threaded
def channels_page(request: Web, slug: FromPath[str]) -> Response[str]:
    """Addresses, codes, posters and posts of a published campaign."""
    own, row = desk(request), row_of(request, slug)
    place = Place(campaigns.stand(row), row.digest)
    return page(
        request, "staff/channels.html", language_of(request), row=row, place=place, campaign=place.definition, error="",
        stage=shown_stage(place, own.clock()), shared=shared(own.house.url, place.definition), sizes=SIZES,
        posts=posts(own.house.url, place.definition), snippet=snippet(own.house.url, place.definition, language_of(request)),
    )  # fmt: skip


@get("/staff/c/{slug:str}/channels/{name:str}", guards=[signed_in, may("read")])
@threaded
def channel_file(request: Web, slug: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """A QR code (`qr.svg`, `qr.png`) or a poster (`poster-a4-fr.pdf`), for the channel of `?via=`."""
    row = row_of(request, slug)
    campaign = campaigns.stand(row).definition
    via = request.query_params.get("via", "")
    place = next((place for place in shared(desk(request).house.url, campaign) if place.id == via), None)
    wanted = _POSTER.fullmatch(name)
    if place is None or not (wanted or name in {"qr.svg", "qr.png"}):
        raise NotFound("not-there", Text(fr="Un QR code ou une affiche était attendu.", en="A QR code or a poster was expected."),
                       Text(fr="Revenez à la page des canaux.", en="Go back to the page of channels."), found=f"{via}/{name}"[:80])  # fmt: skip
    if wanted:
        data, kind = _poster(request, row, campaign, place, wanted[1], wanted[2]), "application/pdf"
    elif name == "qr.png":
        data, kind = qr_png(place.address), "image/png"
    else:
        data, kind = qr_svg(place.address, "print"), "image/svg+xml"
    saved = "-".join(part for part in (slug, via, name) if part)
    headers = {"content-disposition": f'attachment; filename="{saved}"', "cache-control": "no-store"}
    return Response(data, media_type=kind, headers=headers)


def _poster(request: Web, row: CampaignRow, campaign: Campaign, place: Shared, size: str, language: str) -> bytes:
    with desk(request).house.store.read() as tx:
        logo = views.media(tx, row.id, campaign.brand.logo) if campaign.brand.logo else None
    return poster_pdf(
        campaign,
        "fr" if language == "fr" else "en",
        "a3" if size == "a3" else "a4",
        site=f"{desk(request).house.url}/c/{campaign.slug}",
        link=place.address,
        logo=logo.data if logo else b"",
        at=campaign.opens_at,
    )


HANDLERS = [channels_page, channel_file]
