"""Comments taken in: from a file and from a paged API on the loopback, through all rules, into journaled entries.

Beside them the same file is read by `csv` alone and by DuckDB, which judge nothing and prove nothing.
"""

import json
import multiprocessing
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from world import World, copy, empty, make

HERE = Path(__file__).parent
PER_PAGE = 100
COMMENTS = {
    "channels": [{"id": "tube", "platform": "youtube", "title": {"fr": "YouTube", "en": "YouTube"}}],
    "comments": {
        "channels": ["tube"],
        "rules": [{"kind": "comment-hashtag", "tags": ["win"]}, {"kind": "comment-mentions"}],
    },
}
STEPS = {
    "import": "from a file (CSV)",
    "sweep": "from a paged API, 100 a page",
    "csv": "the file read by csv alone",
    "duckdb": "the file read by DuckDB",
}
Found = dict[str, Any]


def said(number: int) -> tuple[str, str, str, str]:
    """Return a comment: its id, its author's id and handle, its text."""
    return f"Ugx{number:020d}", f"UC{number:022d}", f"zoé{number}", f"Je joue #Win avec @ami{number % 977} 🚲 {number}"


def write(file: Path, count: int) -> Path:
    """Write a file of comments."""
    with file.open("w", encoding="utf-8") as out:
        out.write("id,profil id,pseudo,commentaire\n")
        out.writelines(",".join(said(number)) + "\n" for number in range(count))
    return file


class _Api(BaseHTTPRequestHandler):
    """The two listings of YouTube that a sweep asks for."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True  # the load side must not wait for delayed acknowledgements
    count = 0

    def do_GET(self) -> None:
        """Answer a page."""
        address = urlsplit(self.path)
        asked = parse_qs(address.query)
        if address.path.endswith("/videos"):
            body: Found = {"items": [{"id": "AAAAAAAAAAA", "statistics": {"commentCount": str(self.count)}}]}
        else:
            first = int(asked.get("pageToken", ["0"])[0])
            numbers = range(first, min(first + PER_PAGE, self.count))
            body = {"items": [_thread(number) for number in numbers]}
            if first + PER_PAGE < self.count:
                body["nextPageToken"] = str(first + PER_PAGE)
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _thread(number: int) -> Found:
    identity, author, name, text = said(number)
    snippet = {
        "textDisplay": text,
        "textOriginal": text,
        "authorDisplayName": f"@{name}",
        "authorChannelId": {"value": author},
        "videoId": "AAAAAAAAAAA",
    }
    return {"id": identity, "snippet": {"topLevelComment": {"id": identity, "snippet": snippet}, "totalReplyCount": 0}}


def _serve(count: int, ports: Any) -> None:  # noqa: ANN401 - a queue
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Api", (_Api,), {"count": count}))
    ports.put(server.server_address[1])
    server.serve_forever()


@contextmanager
def api(count: int) -> Iterator[str]:
    """Serve so many comments from a process of its own; yield its address."""
    context = multiprocessing.get_context("spawn")
    ports = context.Queue()
    child = context.Process(target=_serve, args=(count, ports), daemon=True)
    child.start()
    try:
        yield f"http://127.0.0.1:{ports.get(timeout=30)}"
    finally:
        child.terminate()
        child.join()


def _step(name: str, *arguments: str) -> Found:
    command = [sys.executable, str(HERE / "comment_steps.py"), name, *arguments]
    found: Found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)  # noqa: S603 - our own
    return found


def take(sizes: list[int], server: str, folder: Path) -> dict[int, dict[str, Found]]:
    """Take comments in, in every way, at each size."""
    fresh = make(empty(server, folder, "comments0"), **COMMENTS)
    found: dict[int, dict[str, Found]] = {}
    for size in sizes:
        file = write(folder / f"comments{size}.csv", size)
        expected = ("--expected", str(size))
        with api(size) as address:
            found[size] = {
                "import": _step("import", *_into(copy(fresh, f"import{size}")), "--file", str(file), *expected),
                "sweep": _step("sweep", *_into(copy(fresh, f"sweep{size}")), "--api", address, *expected),
                "csv": _step("csv", "--file", str(file)),
                "duckdb": _step("duckdb", "--file", str(file)),
            }
    return found


def _into(world: World) -> tuple[str, ...]:
    return ("--database", world.database, "--campaign", world.campaign)


def table(found: dict[int, dict[str, Found]]) -> str:
    """Return the figures as text."""
    lines = [
        "",
        "Comments through all rules into journaled entries",
        f"{'':34}{'comments':>12}{'seconds':>10}{'per second':>12}{'peak MB':>10}",
    ]
    lines += [
        f"{STEPS[name]:34}{size:12,}{row['seconds']:10.1f}{size / row['seconds']:12,.0f}{row['mb']:10,}"
        for size, rows in found.items()
        for name, row in rows.items()
    ]
    return "\n".join(lines)
