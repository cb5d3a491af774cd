"""The real processes: the server comes up with its worker, takes an entry, and both go when told to."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contests.journal.note import parse_vkey


def children(parent: int) -> list[int]:
    """Return the processes whose parent is `parent`."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            found.append(int(stat.parent.name))
    return found


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("CONTESTS_")} | {
        "CONTESTS_URL": url,
        "CONTESTS_PORT": str(port),
        "CONTESTS_DATABASE": f"sqlite:///{tmp_path / 'serve.db'}",
    }
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "contests", "serve"], env=environment, stdout=log, stderr=log)
        try:
            yield process, url
        finally:
            process.kill()
            process.wait()


def wait_for(what: Any, patience: float = 20) -> Any:
    """Return the first true answer of `what`."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        try:
            if found := what():
                return found
        except OSError:
            pass
        time.sleep(0.1)
    pytest.fail("waited in vain")


def health(url: str) -> dict[str, Any]:
    """Ask the server how it is."""
    with urllib.request.urlopen(f"{url}/health", timeout=5) as answer:  # noqa: S310 - our own server
        found: dict[str, Any] = json.load(answer)
        return found


def test_the_register_has_its_key_before_the_first_contest(server: tuple[subprocess.Popen[bytes], str]) -> None:
    _, url = server
    assert wait_for(lambda: health(url))["status"] == "ok"
    with urllib.request.urlopen(f"{url}/journal/vkey", timeout=5) as answer:  # noqa: S310 - our own server
        assert parse_vkey(answer.read().decode().strip()).name.endswith("/journal")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_the_worker_ends_with_its_server(server: tuple[subprocess.Popen[bytes], str], how: signal.Signals) -> None:
    process, url = server
    assert wait_for(lambda: health(url))["status"] == "ok"
    worker = wait_for(lambda: children(process.pid))[0]
    process.send_signal(how)
    process.wait(20)
    wait_for(lambda: not Path(f"/proc/{worker}").exists() or "Z" in Path(f"/proc/{worker}/stat").read_text().split()[2])


def test_a_worker_that_dies_is_started_again(server: tuple[subprocess.Popen[bytes], str]) -> None:
    process, url = server
    wait_for(lambda: health(url))
    first = wait_for(lambda: children(process.pid))[0]
    os.kill(first, signal.SIGKILL)
    assert wait_for(lambda: [pid for pid in children(process.pid) if pid != first])
