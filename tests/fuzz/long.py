"""The long run: `python tests/fuzz/long.py MINUTES`, half of it for the parsers, half for the whole application.

Each parser gets its share of the time, guided by coverage, over the samples that earlier runs kept in `var/fuzz`.
"""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
FOLDER = Path("var") / "fuzz"
sys.path.insert(0, str(HERE.parent))


def main(minutes: float) -> int:
    """Return how many targets ended with a finding."""
    from fuzz.parsers import TARGETS

    FOLDER.mkdir(parents=True, exist_ok=True)
    found = []
    seconds = max(1, int(minutes * 30 / len(TARGETS)))
    for name in TARGETS:
        command = [sys.executable, str(HERE / "cover.py"), name, str(FOLDER), f"-max_total_time={seconds}"]
        if subprocess.run(command, check=False).returncode:  # noqa: S603 - ours
            found.append(name)
    share = {**os.environ, "CONTESTS_FUZZ_MINUTES": str(minutes / 2)}
    words = [sys.executable, "-m", "pytest", "-q", str(HERE / "test_application.py"), "-k", "for_long"]
    if subprocess.run(words, check=False, env=share).returncode:  # noqa: S603 - ours
        found.append("application")
    print("Found:", ", ".join(found) or "nothing")
    return len(found)


if __name__ == "__main__":
    raise SystemExit(main(float(sys.argv[1])))
