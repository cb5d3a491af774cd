"""Serve the application, and end what never ends by itself before waiting for it."""

import socket
from contextlib import suppress
from typing import Any

import uvicorn
from litestar import Litestar


class Server(uvicorn.Server):
    """Streams go on for as long as somebody watches: they are closed first, or each stop would wait for them."""

    def __init__(self, config: uvicorn.Config, app: Litestar) -> None:
        super().__init__(config)
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close the streams, then stop as always."""
        self._app.state.audience.close()
        await super().shutdown(sockets)


def serve(app: Litestar, **options: Any) -> None:  # noqa: ANN401 - uvicorn's own
    """Serve until a signal comes."""
    server = Server(uvicorn.Config(app, **options), app)
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        raise SystemExit(3)
