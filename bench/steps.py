"""One step of the draw, alone in its process: seconds, and the most memory it took."""

import argparse
import json
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from peak import peak
from world import house

from contests.draw.pool import parse_pool
from contests.draw.ranking import rank
from contests.draw.seed import Rehearsal
from contests.flows import draw, export, freeze
from contests.flows.house import House
from contests.store import campaigns, draws

TICKETS = 10


def _freeze(own: House, campaign: str) -> Callable[[], object]:
    with own.store.read() as tx:
        now = campaigns.standing(tx, campaign).freezes_at
    assert freeze.close(own, campaign, now - timedelta(minutes=30))
    return lambda: freeze.freeze(own, campaign, now)


def _draw(own: House, campaign: str) -> Callable[[], object]:
    with own.store.read() as tx:
        now = campaigns.standing(tx, campaign).draws_at
    return lambda: draw.draw(own, campaign, Rehearsal("benchmark"), now)


def _export(own: House, campaign: str, out: Path) -> Callable[[], object]:
    def run() -> None:
        with out.open("wb") as file:
            export.export_bundle(own, campaign, file)

    return run


def _rank(own: House, campaign: str, tickets: int) -> Callable[[], object]:
    with own.store.read() as tx:
        row = draws.get(tx, campaign)
        assert row is not None
        pool = parse_pool(row.pool)
        units = campaigns.standing(tx, campaign).definition.units
    if tickets > 1:
        pool = parse_pool(pool.data.replace(b",1\n", b",%d\n" % tickets))
    return lambda: rank(row.seed, pool, len(units) + 20)


def main() -> None:
    """Prepare the step, take it, say what it cost."""
    options = argparse.ArgumentParser()
    options.add_argument("step", choices=("freeze", "draw", "export", "rank", "rank-10"))
    options.add_argument("--database", required=True)
    options.add_argument("--campaign", required=True)
    options.add_argument("--out", type=Path, required=True)
    chosen = options.parse_args()
    with house(chosen.database) as own:
        prepare: dict[str, Callable[[], Callable[[], object]]] = {
            "freeze": lambda: _freeze(own, chosen.campaign),
            "draw": lambda: _draw(own, chosen.campaign),
            "export": lambda: _export(own, chosen.campaign, chosen.out),
            "rank": lambda: _rank(own, chosen.campaign, 1),
            f"rank-{TICKETS}": lambda: _rank(own, chosen.campaign, TICKETS),
        }
        run = prepare[chosen.step]()
        busy, start = time.process_time(), time.perf_counter()
        assert run() is not False
        seconds, busy = time.perf_counter() - start, time.process_time() - busy
    print(json.dumps({"seconds": round(seconds, 3), "cpu": round(busy, 3), "mb": peak()}))


if __name__ == "__main__":
    main()
