"""The real processes of an installation, and a service manager that starts again what ends."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import httpx
import msgspec
from world import SECRET

CLOCK = Path(__file__).parent / "clock"
PAUSE = 0.2  # seconds before an ended process is started again


def free_port() -> int:
    """Return a port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Outside(msgspec.Struct, frozen=True):
    """What the installation is told of the outside: addresses as they stand in its settings; empty where it has none."""

    smtp: str = ""
    relays: str = ""
    stamps: str = ""


def environment(database: str, clock: Path, outside: Outside) -> dict[str, str]:
    """Return the variables of a process: limits that nobody reaches, a cheap proof of work, the harness's clock."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("CONTESTS_", "PG", "PYTHON"))}
    return own | {
        "CONTESTS_URL": "https://bench.example",
        "CONTESTS_NAME": "bench.example",
        "CONTESTS_DATABASE": database,
        "CONTESTS_SECRET": SECRET,
        "CONTESTS_PROOF_COST": "1",
        "CONTESTS_TOO_FAST": "0",
        "CONTESTS_LIMIT_DEVICE": "1000000/minute",
        "CONTESTS_LIMIT_ADDRESS": "1000000/minute",
        "CONTESTS_LIMIT_BURST": "1000000/minute",
        "CONTESTS_FORWARDED_FROM": "127.0.0.1",
        "CONTESTS_SMTP": outside.smtp,
        "CONTESTS_RELAYS": outside.relays,
        "CONTESTS_STAMPS": outside.stamps,
        "CHAOS_CLOCK": str(clock),
        "PYTHONPATH": str(CLOCK),
    }


class Service:
    """One process that is to run: a web server or a worker."""

    def __init__(self, name: str, words: list[str], variables: dict[str, str], folder: Path) -> None:
        self.name, self.variables = name, variables
        self._words, self._log = words, folder / f"{name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.wanted, self.starts, self.due = False, 0, 0.0
        self.lock = threading.Lock()

    @property
    def pid(self) -> int:
        """The process's number; 0 while there is none."""
        return self.process.pid if self.process and self.process.poll() is None else 0

    def start(self) -> None:
        """Start it; its words go to its log."""
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - ourselves
                [sys.executable, "-m", "contests", *self._words], env=self.variables, stdout=log, stderr=log
            )
        self.starts += 1

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, if there is anybody to get it."""
        with self.lock:
            if self.process is not None and self.process.poll() is None:
                self.process.send_signal(number)

    def stop(self, patience: float = 30.0) -> float:
        """Stop it as a service manager does, and return how long that took; it is not started again."""
        begun = time.monotonic()
        with self.lock:
            self.wanted = False
        if self.process is None:
            return 0.0
        self.signal(signal.SIGTERM)
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.signal(signal.SIGKILL)
            self.process.wait()
        return time.monotonic() - begun

    def said(self) -> str:
        """Return its log."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""


class Web(Service):
    """A web server with its port and its writer child."""

    def __init__(self, name: str, port: int, variables: dict[str, str], folder: Path) -> None:
        super().__init__(name, ["serve", "--no-worker", "--port", str(port)], variables, folder)
        self.port = port
        self.address = f"http://127.0.0.1:{port}"

    @property
    def writer(self) -> int:
        """The number of the writer's process; 0 while there is none."""
        return next((pid for pid in children(self.pid) if "contests.web.writer" in _command(pid)), 0)

    def answers(self) -> bool:
        """Say whether it and its database answer."""
        try:
            return httpx.get(f"{self.address}/health", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False


def children(parent: int) -> list[int]:
    """Return the numbers of a process's children; none for 0."""
    try:
        return [int(word) for word in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]
    except OSError:
        return []


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def alive(pid: int) -> bool:
    """Say whether a process is there; one that has ended and that nobody has asked after yet is not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except OSError:
        return False


def kill(pid: int) -> None:
    """Kill a process outright; one that is gone already is none of our business."""
    if pid:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


class Manager:
    """Starts again what ends while it is wanted."""

    def __init__(self, services: list[Service]) -> None:
        self._services = services
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True)

    def start(self) -> None:
        """Start everything and keep it running."""
        for service in self._services:
            service.wanted = True
        self._thread.start()

    def _keep(self) -> None:
        while not self._ending.wait(0.05):
            for service in self._services:
                self._look_at(service)

    @staticmethod
    def _look_at(service: Service) -> None:
        with service.lock:
            if not service.wanted or service.pid:
                service.due = 0.0
            elif not service.due:
                service.due = time.monotonic() + (PAUSE if service.starts else 0.0)
            elif time.monotonic() >= service.due:
                service.start()
                service.due = 0.0

    def end(self) -> list[float]:
        """Stop everything; return how long each took."""
        took = [service.stop() for service in self._services]
        self._ending.set()
        self._thread.join()
        return took
