"""A small store that speaks as much S3 as the library asks for: whole objects, parts of large ones, conditions."""

import contextlib
import threading
from collections.abc import Iterator
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

KEPT = ("content-type", "cache-control", "content-disposition")


class FakeStore:
    """Objects by path (bucket first) with their headers; `puts` in the order they came; `down` answers 503."""

    def __init__(self) -> None:
        self.objects: dict[str, tuple[bytes, dict[str, str]]] = {}
        self.puts: list[str] = []
        self.parts: dict[str, dict[int, bytes]] = {}
        self.headers: dict[str, dict[str, str]] = {}
        self.down = self.denied = False
        self.signed: set[bool] = set()
        self.lock = threading.Lock()

    def tag(self, path: str) -> str:
        return f'"{md5(self.objects[path][0], usedforsecurity=False).hexdigest()}"'

    def allows(self, path: str, match: str | None, none_match: str | None) -> bool:
        if none_match == "*":
            return path not in self.objects
        return match is None or (path in self.objects and self.tag(path) == match)

    def keep(self, path: str, data: bytes, headers: dict[str, str]) -> None:
        self.objects[path] = (data, headers)
        self.puts.append(path)


def _handler(store: FakeStore) -> type[BaseHTTPRequestHandler]:  # noqa: C901 - one class, seven small methods
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self, status: int, data: bytes = b"", **headers: str) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

        def begin(self) -> tuple[str, dict[str, list[str]], bytes] | None:
            data = self.rfile.read(int(self.headers.get("content-length", 0)))
            parts = urlsplit(self.path)
            store.signed.add("Signature=" in self.headers.get("authorization", ""))
            if store.down or store.denied:
                said = b"<Error><Code>AccessDenied</Code><AWSAccessKeyId>KEYID</AWSAccessKeyId></Error>"
                self.answer(503 if store.down else 403, said)
                return None
            return unquote(parts.path).lstrip("/"), parse_qs(parts.query, keep_blank_values=True), data

        def own(self) -> dict[str, str]:
            return {name: self.headers[name] for name in KEPT if self.headers[name]}

        def do_PUT(self) -> None:
            if (begun := self.begin()) is None:
                return
            path, query, data = begun
            with store.lock:
                if "partNumber" in query:
                    store.parts[query["uploadId"][0]][int(query["partNumber"][0])] = data
                    self.answer(200, ETag=f'"{query["partNumber"][0]}"')
                elif not store.allows(path, self.headers["if-match"], self.headers["if-none-match"]):
                    self.answer(412)
                else:
                    store.keep(path, data, self.own())
                    self.answer(200, ETag=store.tag(path))

        def do_POST(self) -> None:
            if (begun := self.begin()) is None:
                return
            path, query, _ = begun
            with store.lock:
                if "uploads" in query:
                    upload = f"u{len(store.parts)}"
                    store.parts[upload], store.headers[upload] = {}, self.own()
                    said = (
                        f"<InitiateMultipartUploadResult><UploadId>{upload}</UploadId></InitiateMultipartUploadResult>"
                    )
                else:
                    upload = query["uploadId"][0]
                    store.keep(
                        path, b"".join(part for _, part in sorted(store.parts[upload].items())), store.headers[upload]
                    )
                    said = (
                        f"<CompleteMultipartUploadResult><ETag>{store.tag(path)}</ETag></CompleteMultipartUploadResult>"
                    )
                self.answer(200, said.encode(), content_type="application/xml")

        def do_GET(self) -> None:
            if (begun := self.begin()) is None:
                return
            path = begun[0]
            if path not in store.objects:
                self.answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
                return
            data, headers = store.objects[path]
            dated = {"last-modified": "Tue, 01 Dec 2026 08:00:00 GMT", "ETag": store.tag(path)}
            self.answer(200, data, **(headers | dated))

        def do_HEAD(self) -> None:
            self.do_GET()

        def do_DELETE(self) -> None:
            if (begun := self.begin()) is None:
                return
            with store.lock:
                store.objects.pop(begun[0], None)
            self.answer(204)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@contextlib.contextmanager
def fake_s3() -> Iterator[tuple[FakeStore, str]]:
    """Serve an empty store on the loopback; give it and its address."""
    store = FakeStore()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(store))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield store, f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
