"""The whole application under hostile requests of every role: no fault of ours, no hang, nothing of one organiser's for another.

Each address of the OpenAPI document is asked by schemathesis, with the queries and forms that the pages have, mostly for
things that are there: one's own and others'. Forms carry their right token, so that they reach what they are for.
"""

import itertools
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
import schemathesis
from fuzz.crawl import Map, described
from fuzz.world import MAILED, OUTSIDERS, ROLES, SECRETS, Visitor, World
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.generation.modes import GenerationMode

ENDLESS = "/live/events"
# How often each address is asked by a role, and of which kind: some pages look the same to several roles.
EACH = {"anonymous": 2, "holder": 1, "beta-manager": 2, "beta-owner": 1, "observer": 1, "moderator": 1, "legal": 1, "manager": 1,
        "owner": 1}  # fmt: skip
SHORT = ("anonymous", "holder", "beta-manager", "observer", "manager")
"""Roles of the short run: strangers, who holds a mailed link, another organiser's, who only reads, who does nearly everything."""
ONLY_ACTS = {"moderator", "legal", "owner"}
MINUTES = float(os.environ.get("CONTESTS_FUZZ_MINUTES", "0"))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("world"))
    yield made
    made.site.stop()


def explored(world: World, most: int) -> tuple[Any, Map]:
    """Return the application's own document with what its pages show, and where everything is."""
    document = requests.get(f"{world.site.url}/schema/openapi.json", timeout=30).json()
    seen = Map(document)
    for role in ("owner", "beta-owner", "holder"):
        seen.crawl(Visitor(world, role).page, world.starts(role), most)
    seen.guess()
    return schemathesis.openapi.from_dict(described(document, seen)), seen


@pytest.fixture(scope="module")
def schema(world: World) -> tuple[Any, Map]:
    return explored(world, 2)


def operations(schema: Any, role: str, *, everything: bool = False) -> Iterator[Any]:
    """Yield what a role is tried on: without a session outside the staff's pages, with one inside, unless it is everything."""
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.path.endswith(ENDLESS):
            continue
        inside = operation.path.startswith("/staff")
        fits = inside is bool(ROLES[role][0]) and (operation.method == "post" or role not in ONLY_ACTS)
        if everything or fits:
            yield operation


class Try:
    """One role's requests, and what holds for every answer."""

    def __init__(self, world: World, seen: Map, role: str) -> None:
        self.world, self.seen, self.role = world, seen, role
        self.visitor = Visitor(world, role)
        self.answers: Counter[int] = Counter()

    def run(self, operation: Any, most: int, number: int | None = None) -> None:
        """Ask one operation `most` times, always the same unless there is a number."""
        modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE] if number is not None else [GenerationMode.POSITIVE]
        cases = st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in modes))
        known = self.seen.places[operation.path]
        if self.role in OUTSIDERS:
            known = [place for place in known if not MAILED.search(operation.path.format(**place))]

        @settings(max_examples=most, derandomize=number is None, database=None, deadline=None, phases=[Phase.generate],
                  suppress_health_check=list(HealthCheck))  # fmt: skip
        @given(cases, st.sampled_from([*known, None] if known else [None]), st.integers(0, 9), st.booleans())
        def ask(case: Any, place: dict[str, str] | None, luck: int, json: bool) -> None:  # noqa: FBT001 - hypothesis passes by position
            if place and luck < 8:
                case.path_parameters = dict(place)
            if luck < 9 and isinstance(case.body, dict):
                case.body["csrf"] = self.visitor.csrf()
            self.ask(case, "application/json" if json else "text/html")

        (ask if number is None else seed(number)(ask))()

    def ask(self, case: Any, accept: str) -> None:
        """Send a case; the answer is no fault, tells nothing it should not, and is dressed as all answers are."""
        request = case.as_transport_kwargs(base_url=self.world.site.url, headers={"accept": accept})
        begun = time.monotonic()
        try:
            answer = self.visitor.send(**request)
        except (requests.exceptions.InvalidHeader, requests.exceptions.InvalidURL, UnicodeError):
            return  # what no client sends
        away = answer.status_code == 401 or answer.headers.get("location") == "/staff/sign-in"
        self.answers[401 if away else answer.status_code] += 1
        told = f"{self.role}: {request} → {answer.status_code} {answer.text[:300]}"
        assert answer.status_code < 500, told
        assert time.monotonic() - begun < 30, told
        assert answer.headers["x-content-type-options"] == "nosniff", told
        if answer.status_code >= 400:
            # Scripts of our own pages read these: what the authenticator, and what the editor's fields are told.
            own = "/passkey" in request["url"] or "/edit/" in request["url"]
            shown = ("text/html", "application/json" if own else "application/problem+json")
            assert answer.headers["content-type"].startswith((*shown, "application/problem+json")), told
        if self.role in OUTSIDERS:
            sent = f"{request}"
            for secret in SECRETS:
                assert secret in sent or secret not in answer.text, (secret, told)


@pytest.mark.parametrize("role", ROLES if MINUTES else SHORT)
def test_whatever_is_asked_is_answered_and_nothing_of_anothers_is_told(
    world: World, schema: tuple[Any, Map], role: str
) -> None:
    document, seen = schema
    trying = Try(world, seen, role)
    for operation in operations(document, role):
        trying.run(operation, EACH[role])
    assert trying.answers[401] <= trying.answers.total() / 10, "sessions do not last"
    if role in {"holder", "moderator", "manager", "owner"}:
        # Much of it went further than a refusal at the door.
        good = sum(trying.answers[status] for status in (200, 201, 303, 409, 422))
        assert good > trying.answers.total() / 4, trying.answers


def test_a_stream_begins_at_once_and_names_nobody(world: World) -> None:
    for slug in ("open", "drawn", "void", "nowhere"):
        with requests.get(f"{world.site.url}/c/{slug}{ENDLESS}", stream=True, timeout=30) as answer:
            assert answer.status_code == (404 if slug == "nowhere" else 200)
            first = next(answer.iter_content(4096)).decode()
            assert not any(secret in first for secret in SECRETS)


@pytest.mark.skipif(not MINUTES, reason="the long run: make fuzz")
def test_for_long(tmp_path_factory: pytest.TempPathFactory, schema: tuple[Any, Map]) -> None:
    """Round after round, each in a world of its own and with other requests, until the time is over."""
    until = time.monotonic() + MINUTES * 60
    for number in itertools.count():
        world = World(tmp_path_factory.mktemp("world"))
        try:
            _round(world, number, lambda: time.monotonic() > until)
        finally:
            world.site.stop()
        if time.monotonic() > until:
            return


def _round(world: World, number: int, over: Callable[[], bool]) -> None:
    told, seen = explored(world, 8)
    for role in ROLES:
        trying = Try(world, seen, role)
        for operation in operations(told, role, everything=True):
            if over():
                return
            trying.run(operation, 8, number)
