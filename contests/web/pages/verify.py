"""The verifier in the browser: the page alone; all checking is done by the visitor's own machine."""

from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath

from contests.errors import Language
from contests.store import journals, views
from contests.store.campaigns import stand
from contests.web.desk import Place, desk
from contests.web.pages.entry import shown_stage
from contests.web.render import page, wanted_language
from contests.web.threads import threaded

Web = Request[Any, Any, Any]
SHORT = "public, max-age=30"


def contest(place: Place, language: Language) -> dict[str, Any]:
    """Return what the page must know to find a campaign's files and to name its prizes."""
    own = place.definition
    prizes = {prize.id: own.say(prize.title, language) for prize in own.prizes}
    return {"path": f"/c/{own.slug}", "draw": own.draw.id, "contact": own.organiser.contact, "prizes": prizes}


@get("/verify")
@threaded
def verify(request: Web) -> Response[str]:
    """Check any bundle, or a receipt of any contest of this site."""
    own = desk(request)
    with own.house.store.read() as tx:
        rows = views.listed(tx)
    language = wanted_language(request)
    places = [Place(stand(row), row.digest) for row in rows]
    return page(
        request, "verify.html", language, cache_control=SHORT,
        contests={place.id: contest(place, language) for place in places},
    )  # fmt: skip


@get("/c/{slug:str}/verify")
@threaded
def verify_campaign(request: Web, slug: FromPath[str]) -> Response[str]:
    """Check one campaign: its whole draw, or a receipt."""
    own = desk(request)
    place = own.place(slug)
    language = place.language(request)
    with own.house.store.read() as tx:
        vkey = journals.head(tx, place.id).vkey
    return page(
        request, "campaign/verify.html", language, cache_control=SHORT, place=place,
        campaign=place.definition, stage=shown_stage(place, own.clock()),
        contests={place.id: contest(place, language) | {"vkey": vkey}},
    )  # fmt: skip


HANDLERS = [verify, verify_campaign]
