"""Bots and honest crowds before the real application, `make bots`. See docs/bots.md.

Days pass in minutes: the clock of the application and of its rate limits is the simulation's own. Everything else is
real: form posts with addresses and browsers, proofs of work that are made, solved and checked (easy ones, since the price of
the real ones is measured beside), limits, rules, mails with links, the journal, and the worker's look at signals.
"""

import argparse
import asyncio
import heapq
import itertools
import json
import re
import statistics
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from unittest.mock import patch
from urllib.parse import urlencode
from zlib import crc32

import altcha
import httpx
import msgspec
from crowd import Visit, everybody
from sqlmodel import col, select
from world import SECRET, SLUG, World, definition, empty, house, make

from contests.entry import parse_email
from contests.flows.house import House
from contests.flows.sift import sift
from contests.settings import Settings
from contests.store.tables import EntrantRow, OutboxRow, SignalRow
from contests.web import proof
from contests.web.app import create_app

State = Literal["entered", "pending", "declined", "held"]
HONEST = ("evening", "office", "carrier", "families", "twice")
LINK = re.compile(rf"/c/{SLUG}/confirm/\w+")


class Told(msgspec.Struct):
    """What became of one visit. `held` is seconds between the first post that was refused for its rate and the answer."""

    state: State = "held"
    posts: int = 0
    limited: int = 0
    held: float = 0.0
    solved: int = 0


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a population. People and accepted entries are counted by mailbox as the engine compares them."""

    population: str
    visits: int
    states: dict[str, int]
    limited: int
    held_half: float
    held_most: float
    marked: int
    accepted: int
    marks: dict[str, int]
    strength: float
    addresses: int
    domains: int
    solved: int


class Clock:
    """Time that passes when everybody waits; at each moment one visitor alone acts."""

    def __init__(self, start: datetime) -> None:
        self._start, self.passed = start, 0.0
        self._waiting: list[tuple[float, int, Callable[[], object]]] = []
        self._order = itertools.count()
        self._quiet = asyncio.Event()

    def now(self) -> datetime:
        """Return what the application takes for the time."""
        return self._start + timedelta(seconds=self.passed)

    def at(self, when: float, act: Callable[[], object]) -> None:
        """Let something begin."""
        heapq.heappush(self._waiting, (when, next(self._order), act))

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        woken = asyncio.get_running_loop().create_future()
        self.at(self.passed + seconds, lambda: woken.set_result(None))
        self._quiet.set()
        await woken

    async def run(self) -> None:
        """Let time pass until nobody waits."""
        while self._waiting:
            self.passed, _, act = heapq.heappop(self._waiting)
            self._quiet.clear()
            act()
            await self._quiet.wait()

    async def living(self, life: Coroutine[Any, Any, None]) -> None:
        """Live, and be quiet at the end."""
        try:
            await life
        finally:
            self._quiet.set()


class Site:
    """The application as strangers see it, and its mail."""

    def __init__(self, app: Any, house: House) -> None:  # noqa: ANN401 - an ASGI application
        self._app, self._house = app, house

    async def ask(self, visit: Visit, path: str, form: Mapping[str, str] | None = None) -> httpx.Response:
        """Send one request as somebody."""
        agent, platform = visit.browser
        headers = {
            "user-agent": agent,
            "accept": "text/html",
            "accept-language": "fr-FR,fr;q=0.9",
            "host": "bench.example",
        }
        if platform:
            headers["sec-ch-ua-platform"] = f'"{platform}"'
        body = None if form is None else urlencode(form).encode()
        if body is not None:
            headers["content-type"] = "application/x-www-form-urlencoded"
        request = httpx.Request(
            "GET" if form is None else "POST", f"https://bench.example{path}", headers=headers, content=body
        )
        transport = httpx.ASGITransport(self._app, client=(visit.address, 50000))
        answer = await transport.handle_async_request(request)
        await answer.aread()
        return answer

    def link(self, email: str) -> str:
        """Return the link of the last mail to somebody."""
        with self._house.store.read() as tx:
            query = select(OutboxRow.body).where(OutboxRow.recipient == email, OutboxRow.kind == "confirm")
            body = tx.exec(query.order_by(col(OutboxRow.id).desc()).limit(1)).first()
        found = LINK.search(body or "")
        return found[0] if found else ""


class Life:
    """One visit from the first page to its end."""

    def __init__(self, site: Site, clock: Clock, visit: Visit) -> None:
        self._site, self._clock, self._visit, self.told = site, clock, visit, Told()

    async def live(self) -> None:
        """Read, fill in, send, wait where asked to, open the mail."""
        visit = self._visit
        if visit.page:
            page = await self._site.ask(visit, f"/c/{SLUG}")
            assert page.status_code == 200, page.text
            await self._clock.sleep(8.0)
        if visit.stumbles:
            # The page shows what is missing, with everything typed still in it; its proof of work is a new one.
            await self._send({"country": ""}, visit.fill)
        answer = await self._send({}, visit.fill / 3 + 2 if visit.stumbles else visit.fill)
        if answer.status_code == 429:
            return
        if answer.status_code != 303:
            self.told.state = "declined"
            return
        await self._end(answer.headers["location"])

    async def _send(self, changes: dict[str, str], fill: float) -> httpx.Response:
        """Send the form; when it comes too often, as often as asked to wait and some seconds more."""
        form = self._form() | changes
        if self._visit.proof:
            form["altcha"] = await self._solved()
        await self._clock.sleep(fill)
        first = self._clock.passed
        for _ in range(self._visit.tries):
            self.told.posts += 1
            answer = await self._site.ask(self._visit, f"/c/{SLUG}", form)
            if self._visit.twice:  # pressed again: a browser forgets the first answer
                self.told.posts += 1
                answer = await self._site.ask(self._visit, f"/c/{SLUG}", form)
            if answer.status_code != 429:
                self.told.held += self._clock.passed - first
                return answer
            self.told.limited += 1
            await self._clock.sleep(float(answer.headers["retry-after"]) + 1 + crc32(self._visit.email.encode()) % 20)
        self.told.held += self._clock.passed - first
        return answer

    async def _solved(self) -> str:
        answer = await self._site.ask(self._visit, f"/c/{SLUG}/challenge")
        challenge = altcha.Challenge.from_dict(json.loads(answer.content))
        solution = altcha.solve_challenge(challenge)
        assert solution is not None
        self.told.solved += 1
        return altcha.Payload(challenge, solution).to_base64()

    def _form(self) -> dict[str, str]:
        visit = self._visit
        return {
            "email": visit.email, "first_name": visit.first, "last_name": visit.last, "country": "FR", "age": "on",
            "birth_date": "1990-05-17", "rules": "1", "lang": "fr",
        }  # fmt: skip

    async def _end(self, where: str) -> None:
        """Note what the answer says, and open the link of the mail."""
        self.told.state = "entered"
        if "/receipt/" in where:
            return
        self.told.state = "pending"
        if self._visit.mailed < 0:
            return
        await self._clock.sleep(self._visit.mailed)
        if link := self._site.link(self._visit.email):
            answer = await self._site.ask(self._visit, link, {})
            self.told.state = "entered" if answer.status_code == 303 else "declined"


def _rules(*, confirmed: bool) -> dict[str, Any]:
    """Return the changes to the definition: with or without the link that confirms an address."""
    rules = definition(datetime.now(UTC))["rules"]
    return {"rules": [*rules, {"kind": "confirmed-email"}] if confirmed else rules}


async def _meet(own: House, visits: Sequence[Visit], start: datetime) -> list[Told]:
    """Let everybody come."""
    clock = Clock(start)
    settings = Settings(url="https://bench.example", name="bench.example", secret=SECRET, proof_cost=1)
    app = create_app(own, settings, clock.now)
    with patch.object(proof, "TRIES", (2, 6)):
        async with app.lifespan():
            lives = [Life(Site(app, own), clock, visit) for visit in visits]
            tasks: list[asyncio.Task[None]] = []
            for visit, life in zip(visits, lives, strict=True):
                clock.at(visit.at, lambda life=life: tasks.append(asyncio.create_task(clock.living(life.live()))))  # type: ignore[misc]
            await clock.run()
            await asyncio.gather(*tasks)
    return [life.told for life in lives]


def _marks(own: House, campaign: str) -> dict[str, dict[str, int]]:
    """Return what points at whom: mailbox as compared → signal → strength."""
    while sift(own, campaign):
        pass
    with own.store.read() as tx:
        people = dict(
            tx.exec(select(EntrantRow.number, EntrantRow.person).where(EntrantRow.campaign == campaign)).all()
        )
        found: dict[str, dict[str, int]] = {person or "": {} for person in people.values()}
        for row in tx.exec(select(SignalRow).where(SignalRow.campaign == campaign, SignalRow.strength > 0)):
            found[people[row.owner] or ""][row.kind] = row.strength
    return found


def _line(population: str, came: list[tuple[Visit, Told]], marks: Mapping[str, Mapping[str, int]]) -> Line:
    keys = {parse_email(visit.email).key for visit, _ in came}
    own = [marks[key] for key in keys if key in marks]
    held = sorted(told.held for _, told in came if told.limited)
    return Line(
        population=population,
        visits=len(came),
        states=dict(Counter(told.state for _, told in came)),
        limited=len(held),
        held_half=statistics.median(held) if held else 0.0,
        held_most=held[-1] if held else 0.0,
        accepted=len(own),
        marked=sum(1 for found in own if found),
        marks=dict(Counter(kind for found in own for kind in found).most_common()),
        strength=statistics.fmean(sum(found.values()) for found in own) if own else 0.0,
        addresses=len({visit.address for visit, _ in came}),
        domains=len({visit.email.partition("@")[2].lower() for visit, _ in came}),
        solved=sum(told.solved for _, told in came),
    )


def simulate(folder: Path, scale: float, *, confirmed: bool) -> list[Line]:
    """Let everybody come to a contest of its own; return a line for each population."""
    visits = everybody(scale)
    world: World = make(empty("", folder, f"bots{int(confirmed)}"), **_rules(confirmed=confirmed))
    with house(world.database) as own:
        told = asyncio.run(_meet(own, visits, datetime.now(UTC).replace(microsecond=0)))
        marks = _marks(own, world.campaign)
    came: dict[str, list[tuple[Visit, Told]]] = defaultdict(list)
    for visit, one in zip(visits, told, strict=True):
        came[visit.population].append((visit, one))
    order = sorted(came, key=lambda name: (name not in HONEST, name))
    return [_line(name, came[name], marks) for name in order]


def price(rounds: int = 20) -> float:
    """Return the CPU seconds that one real proof of work takes, with the library in Python."""
    cost, taken = Settings().proof_cost, []
    for _ in range(rounds):
        challenge = altcha.Challenge.from_dict(proof.challenge(SECRET, cost, datetime.now(UTC)))
        start = time.process_time()
        assert altcha.solve_challenge(challenge) is not None
        taken.append(time.process_time() - start)
    return statistics.fmean(taken)


def table(lines: Sequence[Line]) -> str:
    """Return the figures of all populations as a table."""
    rows = [
        "| population | visits | accepted | pending | declined | held up by a limit (half, longest) | marked for review | by |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    for line in lines:
        held = f"{line.limited} ({line.held_half:.0f} s, {line.held_most:.0f} s)" if line.limited else "0"
        given_up = line.states.get("held", 0)
        held += f", {given_up} gave up" if given_up else ""
        share = f"{line.marked} ({line.marked / line.accepted:.0%})" if line.accepted else "–"
        by = ", ".join(f"{kind} {count}" for kind, count in line.marks.items())
        cells = [
            line.visits,
            line.accepted,
            line.states.get("pending", 0),
            line.states.get("declined", 0),
            held,
            share,
            by,
        ]
        rows.append(f"| {line.population} | " + " | ".join(map(str, cells)) + " |")
    return "\n".join(rows)


def prices(lines: Sequence[Line], cpu: float) -> str:
    """Return what one accepted entry takes of whoever is not honest."""
    rows = [
        "| population | accepted | not marked | addresses each | domains each | proofs solved each | CPU seconds each |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for line in lines:
        if line.population not in HONEST:
            each = [
                f"{n / line.accepted:.2f}" if line.accepted else "–"
                for n in (line.addresses, line.domains, line.solved)
            ]
            seconds = f"{line.solved * cpu / line.accepted:.2f}" if line.accepted else "–"
            cells = [line.accepted, line.accepted - line.marked, *each, seconds]
            rows.append(f"| {line.population} | " + " | ".join(map(str, cells)) + " |")
    return "\n".join(rows)


def main() -> None:
    """Run both contests and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="size of the populations; 1 has about 3,500 visits")
    parser.add_argument("--json", type=Path, help="write every figure there")
    given = parser.parse_args()
    cpu, figures = price(), {}
    print(f"One real proof of work takes {cpu:.3f} CPU seconds here ({Settings().proof_cost} rounds a try).")
    with tempfile.TemporaryDirectory() as folder:
        for confirmed, title in ((True, "The address is confirmed by a link"), (False, "The proof of work is enough")):
            start = time.perf_counter()
            lines = simulate(Path(folder), given.scale, confirmed=confirmed)
            print(
                f"\n### {title}\n\n{table(lines)}\n\n{prices(lines, cpu)}\n\n({time.perf_counter() - start:.0f} s)",
                flush=True,
            )
            figures["link" if confirmed else "proof"] = [msgspec.structs.asdict(line) for line in lines]
    if given.json:
        given.json.write_text(json.dumps({"cpu_seconds": cpu, **figures}, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
