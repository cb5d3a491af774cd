"""Where platforms send what happens: signed, read at once, answered in a word. Nothing of it is shown."""

import asyncio
import logging
from typing import Any

from litestar import MediaType, Request, Response, get, post
from litestar.exceptions import NotFoundException, PermissionDeniedException

from contests.flows.delivered import take
from contests.sources.deliveries import LARGEST_DELIVERY, challenge, read_delivery, signed
from contests.web.desk import desk

Web = Request[Any, Any, Any]
log = logging.getLogger("contests.hooks")
SIGNATURE = "x-hub-signature-256"


@get("/hooks/meta", media_type=MediaType.TEXT, sync_to_thread=False)
def meta_challenge(request: Web) -> Response[str]:
    """Say back what Meta sends when the address is set up with the right verify token."""
    said = challenge(dict(request.query_params), desk(request).settings.meta_verify)
    if said is None:
        raise PermissionDeniedException
    return Response(said, headers={"cache-control": "no-store"})


@post("/hooks/meta", status_code=200, media_type=MediaType.TEXT, request_max_body_size=LARGEST_DELIVERY)
async def meta_delivery(request: Web) -> Response[str]:
    """Take what Instagram and Facebook send, signed with the app’s secret."""
    secret = desk(request).settings.meta_secret
    if not secret:
        raise NotFoundException
    body = await request.body()
    if not signed(body, request.headers.get(SIGNATURE, ""), secret):
        raise PermissionDeniedException
    taken = await asyncio.to_thread(lambda: take(desk(request).house, read_delivery(body), desk(request).clock()))
    log.info("meta: %d changes taken", taken)
    return Response("ok", headers={"cache-control": "no-store"})


HANDLERS = [meta_challenge, meta_delivery]
