"""One running installation for the browser: the real application on loopback, with a clock the test moves."""

import secrets
import socket
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn
from simulator import prepared

from contests.flows.house import House
from contests.flows.sign_in import add_staff
from contests.settings import Settings
from contests.store import views
from contests.store.tables import OutboxRow
from contests.web.app import create_app
from contests.web.serving import Server
from contests.worker import Reach, tick

PASSWORD = "a long enough password"
STAFF = {
    "claire@staff.example": "manager",
    "bob@staff.example": "manager",
    "alice@staff.example": "legal",
    "olga@staff.example": "owner",
}


class Clock:
    """The application's time. It starts at the browser's and moves only when told to."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC).replace(second=0, microsecond=0)

    def __call__(self) -> datetime:
        """Read it."""
        return self.now


class Site:
    """One running installation."""

    def __init__(self, folder: Path, host: str = "127.0.0.1", **changes: Any) -> None:
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.url = f"http://{host}:{self._socket.getsockname()[1]}"
        self.clock = Clock()
        store = prepared(f"sqlite:///{folder / 'site.db'}")
        self.house = House(store, "browser.example", self.url, secrets.token_bytes)
        wide = "100000/minute"
        quick = {"limit_device": wide, "limit_address": wide, "limit_burst": wide, "proof_cost": 10, "too_fast": 0}
        settings = Settings(**{"url": self.url, "mailbox": True, **quick, **changes})
        for email, role in STAFF.items():
            name = email.partition("@")[0].title()
            add_staff(self.house, email, name=name, role=role, password=PASSWORD, now=self.clock.now)
        app = create_app(self.house, settings, self.clock)
        config = uvicorn.Config(app, log_config=None, access_log=False, ws="none", lifespan="on")
        self._server = Server(config, app)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)
        self._thread.start()
        give_up = time.monotonic() + 20
        while not self._server.started:
            assert time.monotonic() < give_up, "the server does not start"
            time.sleep(0.01)

    def stop(self) -> None:
        """End the server and let go of the database."""
        self._server.should_exit = True
        self._thread.join(20)
        self._socket.close()
        self.house.store.close()

    def go(self, to: datetime | timedelta) -> None:
        """Move the clock and let the worker do all that is due by then."""
        self.clock.now = self.clock.now + to if isinstance(to, timedelta) else to
        while tick(self.house, Reach(), self.clock.now):
            pass

    def mails(self, recipient: str) -> list[OutboxRow]:
        """Return what waits in the outbox for one address, the latest first."""
        with self.house.store.read() as tx:
            return views.mails(tx, wanted=recipient)
