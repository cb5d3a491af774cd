"""The front page, health, the schemas, and the mailbox of a demonstration."""

from datetime import UTC, datetime
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.params import FromPath

import contests
from contests.campaign.schema import campaign_schema
from contests.errors import NotFound, Text
from contests.flows.notify import attachment, attachment_name
from contests.store import views
from contests.store.campaigns import stand
from contests.web.desk import Place, desk
from contests.web.pages.entry import shown_stage
from contests.web.render import page, wanted_language
from contests.web.threads import threaded

Web = Request[Any, Any, Any]


@get("/")
@threaded
def home(request: Web) -> Response[str]:
    """The published campaigns."""
    own = desk(request)
    with own.house.store.read() as tx:
        rows = views.listed(tx)
    places = [Place(stand(row), row.digest) for row in rows]
    # A series is one card; it stands where the one that was published last would.
    single = {place.definition.one_of.key if place.definition.one_of else place.id: place for place in reversed(places)}
    return page(
        request,
        "home.html",
        wanted_language(request),
        cache_control="public, max-age=30",
        places=[(place, shown_stage(place, own.clock())) for place in reversed(single.values())],
    )


@get("/health")
@threaded
def health(request: Web) -> Response[dict[str, Any]]:
    """Say whether the server and its database answer."""
    try:
        database = desk(request).house.store.answers()
    except Exception:  # noqa: BLE001 - whatever the driver raises, the answer is "no"
        database = False
    body = {
        "status": "ok" if database else "database down",
        "version": contests.__version__,
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    return Response(body, status_code=200 if database else 503, headers={"cache-control": "no-store"})


@get("/schema/campaign.json", sync_to_thread=False)
def definition_schema() -> Response[bytes]:
    """The JSON Schema of a campaign's definition, for editors."""
    return Response(
        msgspec.json.format(msgspec.json.encode(campaign_schema())),
        media_type="application/schema+json",
        headers={"cache-control": "public, max-age=300"},
    )


def _no_page() -> NotFound:
    return NotFound("not-there", Text(fr="Cette page n’existe pas ici.", en="There is no such page here."),
                    Text(fr="Vérifiez l’adresse.", en="Check the address."))  # fmt: skip


@get("/mailbox")
@threaded
def mailbox(request: Web) -> Response[str]:
    """Every mail of a demonstration; `?to=` one address."""
    own = desk(request)
    if not own.settings.mailbox:
        raise _no_page()
    with own.house.store.read() as tx:
        mails = views.mails(tx, wanted=request.query_params.get("to", ""))
        names = {mail.id: attachment_name(tx, mail) for mail in mails}
    return page(request, "mailbox.html", wanted_language(request), mails=mails, names=names)


@get("/mailbox/{mail:int}/receipt")
@threaded
def mailbox_receipt(request: Web, mail: FromPath[int]) -> Response[bytes]:
    """The receipt that rides along with a mail of the demonstration."""
    own = desk(request)
    if not own.settings.mailbox:
        raise _no_page()
    with own.house.store.read() as tx:
        row = views.mail(tx, mail)
        found = attachment(tx, row) if row else None
    if found is None:
        raise _no_page()
    name, data = found
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(data, media_type="text/plain", headers=headers)


HANDLERS = [home, health, definition_schema, mailbox, mailbox_receipt]
