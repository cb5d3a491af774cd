"""A visitor of the application, without a socket."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import altcha
from litestar.testing import TestClient
from simulator import Simulator

from contests.flows.sign_in import add_staff

PASSWORD = "correct-horse-battery"


class Site:
    """A visitor of the application; the clock is the simulator's."""

    def __init__(self, sim: Simulator, client: TestClient[Any]) -> None:
        self.sim, self.client = sim, client

    def solve(self) -> str:
        """Return a solved proof of work, made some seconds ago."""
        challenge = altcha.Challenge.from_dict(self.client.get("/c/sim/challenge").json())
        solution = altcha.solve_challenge(challenge)
        assert solution is not None
        self.sim.go(timedelta(seconds=5))
        return altcha.Payload(challenge, solution).to_base64()

    def form(self, name: str, **changes: str) -> dict[str, str]:
        """Return what `name` fills in."""
        return {
            "email": f"{name}@people.example", "country": "FR", "rules": "1", "altcha": self.solve(), **changes,
        }  # fmt: skip

    def enter(self, name: str, **changes: str) -> Any:
        """Post the form as `name`."""
        return self.client.post("/c/sim", data=self.form(name, **changes), follow_redirects=False)

    def sign_in(self, role: str = "manager") -> str:
        """Sign in and return the form token."""
        email = f"{role}@staff.example"
        add_staff(self.sim.house, email, name=role.title(), role=role, password=PASSWORD, now=self.sim.now)
        answer = self.client.post("/staff/sign-in", data={"email": email, "password": PASSWORD}, follow_redirects=False)
        assert answer.status_code == 303
        found = re.search(r'name="csrf" value="(\w+)"', self.client.get("/staff").text)
        assert found
        return found[1]


Open = Callable[..., Site]


def drawn_with_names(open_site: Open) -> Site:
    """Return a contest drawn and offered whose winners are published by their initials: Z. Q."""
    asked = {"first_name": "first-name", "last_name": "last-name"}
    fields = [{"id": "email", "kind": "email", "purpose": "contact", "retention_days": 180}]
    fields += [{"id": i, "kind": kind, "purpose": "publication", "retention_days": 180} for i, kind in asked.items()]
    site = open_site(publication="initials", fields=fields)
    site.sim.enter(*"abcd", first_name="Zoe", last_name="Quilt")
    site.sim.freeze()
    site.sim.draw()
    site.sim.advance()
    return site
