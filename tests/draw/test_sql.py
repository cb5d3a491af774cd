"""The documented query redoes the ranking in three engines, to the row."""

import re
import subprocess
import sys
from pathlib import Path

import duckdb
import psycopg
import pytest
from sqlalchemy.engine import make_url

from contests.draw.pool import make_pool
from contests.draw.ranking import rank

PAGE = (Path(__file__).parents[2] / "docs" / "howto" / "sql.md").read_text(encoding="utf-8")
BLOCKS: dict[str, str] = {name: text for name, text in re.findall(r"```sql (\w+)\n(.*?)```", PAGE, re.DOTALL)}  # noqa: C416 - a dict of pairs
SEED = "5f" * 32
POOL = make_pool({f"{n * 2654435761 % 2**32:08x}" * 4: 1 + n * n % 11 for n in range(1, 3001)})
RANKED = rank(SEED, POOL)
EXPECTED = [(place, one.number, one.entrant) for place, one in enumerate(RANKED, 1)]


def block(name: str, folder: Path) -> str:
    return BLOCKS[name].replace("SEED", SEED).replace("pool.csv", str(folder / "pool.csv"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pool.csv").write_bytes(POOL.data)
    return tmp_path


def test_duckdb(folder: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(block("duckdb", folder))
        assert connection.execute(BLOCKS["query"]).fetchall() == EXPECTED


@pytest.mark.postgres
def test_postgresql(folder: Path, postgres: str) -> None:
    address = make_url(postgres).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, options="-c search_path=pg_temp") as connection:
        for statement in block("postgresql", folder).split(";\n")[:4]:
            connection.execute(statement.replace("CREATE FUNCTION ", "CREATE FUNCTION pg_temp."))
            if "TABLE pool" in statement:
                with connection.cursor().copy("COPY pool FROM STDIN WITH (FORMAT csv, HEADER)") as copy:
                    copy.write((folder / "pool.csv").read_bytes())
        query = BLOCKS["query"].replace("sha256_hex", "pg_temp.sha256_hex")
        assert connection.execute(query).fetchall() == EXPECTED
        connection.rollback()


def test_clickhouse(folder: Path) -> None:
    # In a process of its own: the engine takes a process over, and warns of what it finds there.
    program = (
        "import sys, chdb.session\n"
        "session = chdb.session.Session()\n"
        "*before, query = sys.stdin.read().split(';\\n')[:-1]\n"
        "for statement in before: session.query(statement)\n"
        "sys.stdout.write(str(session.query(query, 'CSV')))\n"
    )
    done = subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "-c", program], input=block("clickhouse", folder) + BLOCKS["query"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    rows = [line.replace('"', "").split(",") for line in done.stdout.splitlines()]
    assert [(int(position), number, entrant) for position, number, entrant in rows] == EXPECTED
