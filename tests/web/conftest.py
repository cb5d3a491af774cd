"""An application over a simulator, asked without a socket."""

from collections.abc import Iterator
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from simulator import Make
from visitor import Open, Site

from contests.settings import Settings
from contests.web.app import create_app, opened

# Making an application takes ten times as long as asking it something; what it works on can be exchanged.
_IDLE: list[Litestar] = []


@pytest.fixture
def open_site(simulate: Make) -> Iterator[Open]:
    """Open a site over a fresh simulator; `settings` go to the application, the rest to the definition."""
    clients: list[TestClient[Any]] = []

    def make(settings: Settings | None = None, **changes: Any) -> Site:
        sim = simulate(**changes)
        settings = settings or Settings(proof_cost=1)
        sim.house = type(sim.house)(
            sim.store, "sim.example", "http://testserver.local", sim.house.chance, settings.second_person
        )
        over = sim.house, settings, lambda: sim.now
        app = _IDLE.pop() if _IDLE else create_app(*over)
        app.state = opened(*over)
        client = TestClient(app, raise_server_exceptions=False)
        clients.append(client)
        client.__enter__()
        return Site(sim, client)

    yield make
    for client in clients:
        client.__exit__(None, None, None)
        _IDLE.append(client.app)


@pytest.fixture
def site(open_site: Open) -> Site:
    """A site with a campaign that is open."""
    return open_site()
