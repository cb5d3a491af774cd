"""A platform on the loopback that answers as it is told, rightly or wrongly, and remembers what it was asked."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

DATE = "Sun, 22 Nov 2026 10:00:00 GMT"


class Asked(msgspec.Struct, frozen=True):
    """One question as it came."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    raw: str


class Answer(msgspec.Struct, frozen=True):
    """What to say: a value becomes JSON, bytes stay as they are."""

    body: Any = b""
    status: int = 200
    headers: dict[str, str] = {}


class Scripted:
    """Answers by `says`, a function of the question."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.says: Callable[[Asked], Answer] = lambda _: Answer(status=404)
        self.url = ""

    def say(self, *answers: Answer) -> None:
        """Give these answers one after the other; the last one for ever."""
        left = list(answers)
        self.says = lambda _: left.pop(0) if len(left) > 1 else left[0]

    @property
    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]


@contextmanager
def scripted() -> Iterator[Scripted]:
    """Run a platform for as long as it is needed."""
    platform = Scripted()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            split = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(split.query, keep_blank_values=True).items()}
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(split.path, query, headers, self.path)
            platform.asked.append(asked)
            answer = platform.says(asked)
            body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
            self.send_response_only(answer.status)
            for name, value in ({"date": DATE, "content-length": str(len(body))} | answer.headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    platform.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield platform
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
