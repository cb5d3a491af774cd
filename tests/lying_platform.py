"""A platform on the loopback that answers what a test tells it to, and notes what it was asked."""

import contextlib
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

import httpx
import msgspec
import pytest

from contests.sources.source import SourceRefused
from contests.sources.web import timed


class Asked(msgspec.Struct, frozen=True):
    """One request as it came in: the host that it was meant for, its path and query, its headers in lower case, its target."""

    host: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    raw: str


class Says(msgspec.Struct, frozen=True):
    """An answer: anything as JSON, or bytes as they stand; `slow` seconds late, or in `drips` of a byte each, with a `head` that drips."""

    body: Any = b""
    status: int = 200
    headers: Mapping[str, str] = {}
    slow: float = 0.0
    drips: float = 0.0
    head: int = 0


Answer = Says | Callable[[Asked], Says]


class Platform:
    """Answers by path: the longest that a request's path ends with. A list is given one by one, its last for ever."""

    def __init__(self) -> None:
        self.answers: dict[str, list[Answer]] = {}
        self.asked: list[Asked] = []
        self.own_port = self.port = 0

    def forget(self) -> None:
        self.answers, self.asked, self.port = {}, [], self.own_port

    def says(self, path: str, *answers: Any, **more: Any) -> None:
        """Set what is answered at `path`: JSON values, or answers whole."""
        self.answers[path] = [
            one if isinstance(one, Says) or callable(one) else Says(body=one, **more) for one in answers
        ]

    def answer(self, asked: Asked) -> Says:
        self.asked.append(asked)
        path = max((one for one in self.answers if asked.path.endswith(one)), key=len, default=None)
        if path is None:
            return Says(body={"error": "no such page"}, status=404)
        said = self.answers[path]
        one = said.pop(0) if len(said) > 1 else said[0]
        return one if isinstance(one, Says) else one(asked)

    @contextlib.contextmanager
    def client(self, timeout: float = 5.0) -> Iterator[httpx.Client]:
        """Give a client that reaches this platform under whatever name it asks for."""
        with httpx.Client(transport=_Here(self.port), timeout=timeout, trust_env=False) as client:
            yield client


P = TypeVar("P", bound=Platform)


class _Here(httpx.HTTPTransport):
    def __init__(self, port: int) -> None:
        super().__init__()
        timed(self)
        self.port = port

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(scheme="http", host="127.0.0.1", port=self.port)
        return super().handle_request(request)


@contextlib.contextmanager
def served(platform: P, secured: ssl.SSLContext | None = None) -> Iterator[P]:
    """Serve a platform, over TLS where a context is given."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            query = dict(parse_qsl(parts.query, keep_blank_values=True))
            said = platform.answer(Asked(headers.get("host", ""), parts.path, query, headers, self.path))
            data = said.body if isinstance(said.body, bytes) else json.dumps(said.body).encode()
            time.sleep(said.slow)
            with contextlib.suppress(OSError):
                self._send(said, data)

        def _send(self, said: Says, data: bytes) -> None:
            self.send_response_only(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(data)))
            self.flush_headers()
            for _ in range(said.head):
                self.wfile.write(b"x: x\r\n")
                time.sleep(said.drips)
            self.end_headers()
            for at in range(0, len(data), 1 if said.drips else max(1, len(data))):
                self.wfile.write(data[at : at + 1] if said.drips else data)
                time.sleep(said.drips)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        if secured:
            server.socket = secured.wrap_socket(server.socket, server_side=True)
            server.handle_error = lambda *_: None  # type: ignore[method-assign]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        platform.own_port = platform.port = server.server_address[1]
        try:
            yield platform
        finally:
            server.shutdown()
            thread.join()


@contextlib.contextmanager
def lying_platform(secured: ssl.SSLContext | None = None) -> Iterator[Platform]:
    """Serve a platform that a test tells what to answer, path by path."""
    with served(Platform(), secured) as platform:
        yield platform


def refused(job: Callable[[], object]) -> SourceRefused:
    """Return the refusal that a job ends in."""
    with pytest.raises(SourceRefused) as caught:
        job()
    return caught.value


HTML = b"<!doctype html><html><title>Sorry</title><p>Something went wrong"
DATE = "Sun, 22 Nov 2026 10:00:00 GMT"
LIES: list[tuple[str, Says, str, float | None]] = [
    ("html", Says(body=HTML), "answer-unreadable", 300),
    ("nothing", Says(body=b""), "answer-unreadable", 300),
    ("half", Says(body=b'{"items": [{"id": "1"'), "answer-unreadable", 300),
    ("a number", Says(body=7), "answer-unreadable", 300),
    ("a text", Says(body="hello"), "answer-unreadable", 300),
    ("null", Says(body=None), "answer-unreadable", 300),
    ("deep", Says(body=b"[" * 100_000 + b"]" * 100_000), "answer-unreadable", 300),
    ("no utf-8", Says(body=b"\xff\xfe\x00"), "answer-unreadable", 300),
    ("401", Says(body={"error": "bad"}, status=401), "token-refused", None),
    ("403", Says(body={"error": "not for you"}, status=403), "permission-missing", None),
    ("404", Says(body={"error": "Record not found"}, status=404), "post-gone", None),
    ("404 html", Says(body=HTML, status=404), "post-gone", None),
    ("410", Says(body={}, status=410), "post-gone", None),
    ("429", Says(status=429, headers={"Retry-After": "17"}), "slow-down", 17),
    ("429 by date", Says(status=429, headers={"Retry-After": "Sun, 22 Nov 2026 10:05:00 GMT", "Date": DATE}), "slow-down", 300),
    ("429 bare", Says(body=HTML, status=429), "slow-down", 60),
    ("500", Says(body=HTML, status=500), "platform-down", 60),
    ("503", Says(body={"error": "later"}, status=503), "platform-down", 60),
    ("redirect", Says(status=302, headers={"Location": "http://127.0.0.1:1/"}), "platform-down", 60),
    ("packed", Says(body=b"{}", headers={"Content-Encoding": "gzip"}), "answer-unreadable", 300),
]  # fmt: skip
"""What any platform may do to any of us: a name, the answer, the code and the seconds that it has to give."""


def lies() -> pytest.MarkDecorator:
    """Run a test with each of them."""
    return pytest.mark.parametrize(("lie", "code", "wait"), [one[1:] for one in LIES], ids=[one[0] for one in LIES])
