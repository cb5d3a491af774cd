"""Odd addresses and values, on both databases: an answer in the four hundreds, never a fault of ours."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from litestar.testing import TestClient
from simulator import Make
from visitor import Site

from contests.flows.enter import Accepted
from contests.settings import Settings
from contests.web.app import create_app

ODD = ["\x00", "é", "%", "'", "..", "x" * 5000, "\u202e", "1" * 40, "-1", "a\nb"]


@pytest.fixture
def hostile(simulate_on: Make) -> Iterator[Site]:
    sim = simulate_on()
    sim.house = type(sim.house)(sim.store, "sim.example", "http://testserver.local", sim.house.chance)
    client: TestClient[Any]
    with TestClient(
        create_app(sim.house, Settings(proof_cost=1), lambda: sim.now), raise_server_exceptions=False
    ) as client:
        yield Site(sim, client)


def test_no_odd_address_is_a_fault(hostile: Site) -> None:
    alice = hostile.sim.enter("alice")[0]
    assert isinstance(alice, Accepted)
    hostile.sign_in()
    shapes = [
        "/c/{}", "/c/{}/rules", "/c/sim/rules/{}/fr", "/c/sim/rules/1/{}", "/c/sim/receipt/{}", "/c/sim/confirm/{}",
        "/c/sim/claim/{}", "/c/sim/media/{}", "/c/sim/draws/{}/pool.csv", "/c/sim/draws/final/{}", "/c/sim/journal/{}",
        "/c/sim/journal/tile/0/{}", "/journal/{}", "/c/sim?lang={}&via={}", "/c/sim/qr.svg?via={}", "/staff/c/{}",
        "/staff/c/sim/entrants/{}", "/staff/c/sim/evidence/{}", "/staff/c/sim/entries?before={}", "/staff/c/sim/entries?find={}", "/static/{}",
    ]  # fmt: skip
    for shape in shapes:
        for odd in ODD:
            path = shape.replace("{}", quote(odd, safe=""))
            status = hostile.client.get(path, follow_redirects=False).status_code
            assert status < 500, path[:200]


def test_no_odd_value_in_a_form_is_a_fault(hostile: Site) -> None:
    alice = hostile.sim.enter("alice")[0]
    assert isinstance(alice, Accepted)
    csrf = hostile.sign_in()
    for odd in ODD:
        for form in ({"q": odd}, {"q": "alice", "before": odd, "marked": odd}):
            answer = hostile.client.post("/staff/c/sim/entries", data={"csrf": csrf} | form)
            assert answer.status_code < 500, odd[:200]
    for odd in ODD:
        for form in (
            {"email": odd},
            {"email": "bob@people.example", "country": odd, "rules": odd, "via": odd, "ref": odd},
        ):
            assert hostile.client.post("/c/sim", data=form, follow_redirects=False).status_code < 500, (odd[:20], form)
        for path, changes in (
            ("/staff/sign-in", {"email": odd, "password": odd}),
            ("/staff/new", {"form": odd, "text": odd}),
            (f"/staff/c/sim/entrants/{alice.entrant}", {"do": odd, "reason": odd, "note": odd}),
            ("/staff/c/sim/awards", {"do": odd, "unit": odd, "reason": odd}),
            ("/staff/language", {"language": odd, "back": odd}),
        ):
            answer = hostile.client.post(path, data={"csrf": csrf, **changes}, follow_redirects=False)
            assert answer.status_code < 500, (path, odd[:20])
