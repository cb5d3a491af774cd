"""One way to take comments in, alone in its process: seconds, and the most memory it took."""

import argparse
import csv
import json
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx
from peak import peak
from world import house

from contests.flows.house import House
from contests.flows.import_comments import import_comments
from contests.flows.platforms import Platforms
from contests.flows.posts import add_post
from contests.flows.sweep import sweep_due
from contests.flows.vault import vault_of
from contests.sources import youtube
from contests.store import journals


def _import(own: House, campaign: str, file: Path) -> None:
    with file.open("rb") as opened:
        import_comments(
            own, campaign, opened, file.name, channel="tube", site="youtube", staff_name="bench", now=datetime.now(UTC)
        )


def _sweep(own: House, campaign: str, api: str) -> None:
    youtube.HOST = api
    platforms = Platforms(vault_of("a key of the benchmark"), httpx.Client(timeout=60), {"youtube": youtube})
    add_post(
        own, platforms, campaign, channel="tube", address="https://youtu.be/AAAAAAAAAAA", token="key",  # noqa: S106 - the loopback takes any
        staff_name="bench", now=datetime.now(UTC),
    )  # fmt: skip
    while not sweep_due(own, platforms, lambda: datetime.now(UTC)):
        pass  # some pages of a post a turn, as the worker does


def _csv(file: Path) -> None:
    with file.open(encoding="utf-8", newline="") as opened:
        rows = sum(1 for _ in csv.reader(opened))
    assert rows > 1


def _duckdb(file: Path) -> None:
    import duckdb

    query = f"SELECT count(*), count(DISTINCT \"profil id\"), sum(length(commentaire)) FROM read_csv('{file}')"  # noqa: S608 - our own file
    assert duckdb.connect().execute(query).fetchone()


def main() -> None:
    """Take the step, hold the journal against what was said, say what it cost."""
    options = argparse.ArgumentParser()
    options.add_argument("step", choices=("import", "sweep", "csv", "duckdb"))
    options.add_argument("--database", default="")
    options.add_argument("--campaign", default="")
    options.add_argument("--file", type=Path)
    options.add_argument("--api", default="")
    options.add_argument("--expected", type=int, default=0)
    chosen = options.parse_args()
    start = time.perf_counter()
    if chosen.step == "csv":
        _csv(chosen.file)
    elif chosen.step == "duckdb":
        _duckdb(chosen.file)
    else:
        with house(chosen.database) as own:
            start = time.perf_counter()
            if chosen.step == "import":
                _import(own, chosen.campaign, chosen.file)
            else:
                _sweep(own, chosen.campaign, chosen.api)
            seconds = time.perf_counter() - start
            with own.store.read() as tx:
                found = journals.head(tx, chosen.campaign).frontier.size - 1
            assert found == chosen.expected, f"{found} entries in the journal, {chosen.expected} comments"
        print(json.dumps({"seconds": seconds, "mb": peak()}))
        return
    print(json.dumps({"seconds": time.perf_counter() - start, "mb": peak()}))


if __name__ == "__main__":
    main()
