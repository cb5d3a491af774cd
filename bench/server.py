"""The server under test, in a process of its own, with two ways to compare it with.

The application and uvicorn are those of `contests serve`. Beside the real entry there are
`POST /noop/<n>`, which reads the body and answers 303, and the whole application again below `/one`,
where every entry is a transaction of its own; on a second port plain sockets show what the load side
can do at most.
"""

import argparse
import asyncio
import json
import signal
import socket
import sys
from typing import Any, cast

import uvicorn
from litestar import Request, Response, post
from litestar.params import FromPath
from litestar.types import ASGIApp, Receive, Scope, Send
from sampler import Sampler
from world import house, settings

from contests.flows.enter import Result, Submission, enter
from contests.flows.house import House
from contests.store.migrate import upgrade
from contests.web.app import create_app
from contests.web.gather import Gatherer, in_thread
from contests.web.memory import settle_memory
from contests.web.writer import Writer

BARE = b"HTTP/1.1 303 See Other\r\nlocation: /\r\ncontent-length: 0\r\n\r\n"


@post("/noop/{name:str}", status_code=303)
async def noop(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[str]:
    """Read the body, parse nothing, store nothing."""
    await request.body()
    return Response("", status_code=303, headers={"location": f"/{name}"})


class OneByOne(Gatherer):
    """What one would write at first: a thread and a transaction for each entry."""

    def __init__(self, house: House) -> None:
        super().__init__(in_thread(house))
        self._own = house

    async def submit(self, campaign: str, submission: Submission) -> Result:
        """Enter a batch of one."""
        return (await asyncio.to_thread(enter, self._own, campaign, [submission]))[0]


def dispatch(usual: ASGIApp, one: ASGIApp) -> ASGIApp:
    """Send what is below `/one` to the second application."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("path", "").startswith("/one/"):
            scope["path"] = scope["path"][4:]
            scope["raw_path"] = scope["raw_path"][4:]
            await one(scope, receive, send)
        else:
            await usual(scope, receive, send)

    return app


class Bare(asyncio.Protocol):
    """Answers each whole request with the same bytes; every request says its length."""

    def __init__(self) -> None:
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own class

    def data_received(self, data: bytes) -> None:
        """Answer when the whole body is there."""
        self._rest += data
        head, blank, body = self._rest.partition(b"\r\n\r\n")
        if blank and len(body) >= int(head.rpartition(b"content-length: ")[2].partition(b"\r\n")[0]):
            self._rest = b""
            self._transport.write(BARE)


def listener() -> socket.socket:
    """Return a listening socket on a free port of this machine."""
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind(("127.0.0.1", 0))
    return made


async def serve(server: uvicorn.Server, own: socket.socket, bare: socket.socket) -> None:
    """Serve until told to stop."""
    loop = asyncio.get_running_loop()
    plain = await loop.create_server(Bare, sock=bare)
    print(json.dumps({"port": own.getsockname()[1], "bare": bare.getsockname()[1]}), flush=True)
    await server.serve(sockets=[own])
    plain.close()


def main() -> None:
    """Run the server over a filled database until SIGTERM."""
    options = argparse.ArgumentParser()
    options.add_argument("--database", required=True)
    options.add_argument("--profile", action="store_true", help="sample the stacks and print them at the end")
    options.add_argument("--loop", default="auto", choices=("auto", "uvloop", "asyncio"))
    options.add_argument("--http", default="auto", choices=("auto", "httptools", "h11"))
    chosen = options.parse_args()
    with house(chosen.database) as own:
        upgrade(own.store)
        writer = Writer(own)
        usual = create_app(own, settings(chosen.database), writer=writer)
        usual.register(noop)
        one = create_app(own, settings(chosen.database))
        one.state.desk.gatherer = OneByOne(own)
        config = uvicorn.Config(
            dispatch(usual, one), access_log=False, log_config=None, proxy_headers=True,
            forwarded_allow_ips="127.0.0.1", server_header=False, timeout_graceful_shutdown=10, interface="asgi3",
            loop=chosen.loop, http=chosen.http,
        )  # fmt: skip
        sampler = Sampler() if chosen.profile else None
        signal.signal(signal.SIGTERM, lambda *_: None)  # uvicorn stops, and then raises it once more
        settle_memory()
        with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
            if sampler:
                sampler.start()
            runner.run(serve(uvicorn.Server(config), listener(), listener()))
        if sampler:
            sampler.stop()
            print(sampler.report(), file=sys.stderr)


if __name__ == "__main__":
    main()
