"""Serve the application, and end what never ends by itself before waiting for it."""

import socket
import threading
from contextlib import suppress
from types import FrameType
from typing import Any

import uvicorn
from litestar import Litestar


class Server(uvicorn.Server):
    """Streams go on for as long as somebody watches: they are closed first, or each stop would wait for them."""

    def __init__(self, config: uvicorn.Config, app: Litestar, drain: float = 0) -> None:
        super().__init__(config)
        self._app, self._drain = app, drain

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Say at once that no more requests are wanted, and go on taking them for as long as a load balancer needs to hear it."""
        watch = self._app.state.watch
        if self._drain and not watch.stopping:
            watch.stopping = True
            threading.Timer(self._drain, super().handle_exit, (sig, frame)).start()
            return
        watch.stopping = True
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close the streams, then stop as always."""
        self._app.state.audience.close()
        await super().shutdown(sockets)


def serve(app: Litestar, drain: float = 0, **options: Any) -> None:  # noqa: ANN401 - uvicorn's own
    """Serve until a signal comes, and for `drain` seconds more."""
    server = Server(uvicorn.Config(app, **options), app, drain)
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        raise SystemExit(3)
