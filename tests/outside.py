"""Outside time and eyes for tests: a real time-stamp authority (`openssl ts`) and a real witness, on the loopback."""

import contextlib
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Literal

import pytest
import uvicorn
from litestar.types import ASGIApp

from contests.journal.cosignature import Cosigner
from contests.journal.note import Verifier
from contests.witness import Memory, create_witness

CONFIG = """
[ tsa ]
default_tsa = here
[ here ]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
certs = {folder}/ca.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
[ authority ]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign
[ stamping ]
basicConstraints = CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[ serving ]
basicConstraints = CA:false
extendedKeyUsage = critical,serverAuth
"""


Answers = Literal["truth", "refusal", "spoilt", "another", "late", "drips"]


class StampAuthority:
    """A certificate authority, a time-stamping certificate, and `openssl ts -reply`.

    `says`: what it answers instead of the truth; `another` is a token for another request, `late` comes after 20 seconds.
    """

    def __init__(self, folder: Path, kind: str = "stamping") -> None:
        if shutil.which("openssl") is None:
            pytest.skip("openssl is not on this machine")
        folder.mkdir()
        self.folder = folder
        self.says: Answers = "truth"
        self.one_by_one = threading.Lock()
        (folder / "openssl.cnf").write_text(CONFIG.format(folder=folder))
        (folder / "serial").write_text("01\n")
        self._run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "30",
                  "-subj", "/CN=Test root", "-extensions", "authority", "-config", self._request())  # fmt: skip
        self._run("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "tsa.key", "-out", "tsa.csr",
                  "-subj", "/CN=Test authority", "-config", self._request())  # fmt: skip
        self._run("x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30",
                  "-out", "tsa.pem", "-extfile", "openssl.cnf", "-extensions", kind)  # fmt: skip

    def _request(self) -> str:
        path = self.folder / "req.cnf"
        path.write_text("[req]\ndistinguished_name=dn\n[dn]\n" + CONFIG.format(folder=self.folder))
        return str(path)

    def _run(self, *words: str) -> None:
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)  # noqa: S603, S607

    @property
    def roots(self) -> bytes:
        return (self.folder / "ca.pem").read_bytes()

    def reply(self, query: bytes) -> bytes:
        """Return the answer to a request."""
        (self.folder / "query").write_bytes(query)
        self._run("ts", "-reply", "-queryfile", "query", "-out", "reply", "-config", "openssl.cnf", "-section", "here")
        return (self.folder / "reply").read_bytes()

    @contextlib.contextmanager
    def serving(self) -> Iterator[str]:
        """Serve over HTTP; give the address."""
        own = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                query = self.rfile.read(int(self.headers["content-length"]))
                says, data = own.says, b""
                if says == "refusal":
                    self.send_error(503)
                    return
                with own.one_by_one:
                    if says != "another" or not (own.folder / "reply").exists():
                        own.reply(query)
                    data = (own.folder / "reply").read_bytes()
                if says == "late":
                    time.sleep(20)
                with contextlib.suppress(OSError):
                    self._send(data[:-20] + bytes(20) if says == "spoilt" else data, 2.0 if says == "drips" else 0.0)

            def _send(self, data: bytes, pause: float) -> None:
                self.send_response(200)
                self.send_header("content-type", "application/timestamp-reply")
                self.end_headers()
                for place in range(0, len(data), 1 if pause else len(data)):
                    self.wfile.write(data[place : place + 1] if pause else data)
                    time.sleep(pause)

            def log_message(self, *_: object) -> None:
                pass

        with _running(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
            yield f"http://127.0.0.1:{port}/"


@contextlib.contextmanager
def dripping(start: bytes = b"HTTP/1.1 200 OK\r\n\r\n") -> Iterator[str]:
    """A server that begins its answer so, then sends a byte now and then, and never ends. Gives the address."""
    stop = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with contextlib.suppress(OSError):
                self.wfile.write(start)
                while not stop.wait(0.02):
                    self.wfile.write(b" ")

        do_POST = do_GET  # noqa: N815 - its caller's name

        def log_message(self, *_: object) -> None:
            pass

    with _running(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            stop.set()


@contextlib.contextmanager
def _running(server: ThreadingHTTPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextlib.contextmanager
def serving(app: ASGIApp) -> Iterator[str]:
    """Serve an application on the loopback; give its address."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, access_log=False, ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


def cosigner_of(name: str) -> Cosigner:
    return Cosigner(name, name.encode().ljust(32, b"!")[:32])


@contextlib.contextmanager
def witness_serving(
    folder: Path, logs: tuple[Verifier, ...], clock: Callable[[], datetime], name: str = "witness.example/w1"
) -> Iterator[tuple[Cosigner, str]]:
    """Serve the product's own small witness; give its key and its address."""
    cosigner = cosigner_of(name)
    memory = Memory(folder / f"{name.rpartition('/')[2]}.db")
    try:
        with serving(create_witness(memory, logs, cosigner, clock)) as address:
            yield cosigner, address
    finally:
        memory.close()
