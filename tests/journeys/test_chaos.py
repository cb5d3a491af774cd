"""Faults, shortened: the real processes under load are broken, and what was acknowledged stays. `make chaos` is the long run."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HARNESS = Path(__file__).parents[2] / "bench" / "chaos.py"
PATIENCE = 400  # seconds; a quarter of a minute on a machine that does nothing else


def run(on: str, folder: Path) -> dict[str, Any]:
    """Run the short harness on one database and return its figures; whatever ends it, its processes go with it."""
    out = folder / "found.json"
    variables = os.environ | {"XDG_RUNTIME_DIR": os.environ.get("XDG_RUNTIME_DIR", str(folder))}
    words = [sys.executable, str(HARNESS), "--quick", "--on", on, "--json", str(out)]
    process = subprocess.Popen(words, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)  # noqa: S603 - our own script
    try:
        said, _ = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGTERM)
        pytest.fail(process.communicate()[0])
    assert process.returncode == 0, said
    found: dict[str, Any] = json.loads(out.read_text())[on]
    return found


@pytest.mark.parametrize("on", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_what_was_acknowledged_stays_whatever_breaks(on: str, tmp_path: Path) -> None:
    found = run(on, tmp_path)
    assert found["wrong"] == []
    broken = {row["fault"]: row for row in found["rows"] if row["times"]}
    assert {"sqlite": "web server killed", "postgres": "PostgreSQL killed"}[on] in broken
    assert len(broken) >= 3
    assert all(row["lost"] == row["twice"] == 0 for row in broken.values())
    assert sum(row["acknowledged"] for row in found["rows"]) > 50, "it was under load"
    assert found["draws"] == (1 if on == "sqlite" else 0)
