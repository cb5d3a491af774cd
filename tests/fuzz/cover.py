"""Fuzz one target of `parsers`, guided by coverage: `python tests/fuzz/cover.py TARGET FOLDER [libFuzzer's options]`.

A finding ends the process and leaves its bytes as `crash-…`, `timeout-…` or `oom-…` in the folder; hand them to
`test_parsers` as a sample of their own once they are mended.
"""

import os
import sys
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).parents[1]))
# The rooms that read bytes; with all of them it takes minutes to begin.
READERS = [
    f"contests.{room}"
    for room in ("audit", "campaign.parse", "codec", "comment", "entry", "journal", "sources", "witness")
]
with atheris.instrument_imports(include=[*READERS, "contests.web.guards", "contests.web.pages.entry", "yaml"]):
    from fuzz.parsers import TARGETS, corpus

LONGEST = 64 * 1024
PATIENCE = 10  # seconds for one input
MOST_MEMORY = 2048  # MiB; the instrumented process itself takes a few hundred


def main(name: str, folder: Path, *options: str) -> None:
    """Fuzz until an option of libFuzzer's says to stop; never returns."""
    target = TARGETS[name]
    folder = folder.absolute()  # the process moves into it, so that what it finds is left there
    found = {place.name: place for place in corpus(folder)}
    os.chdir(folder)
    limits = [f"-max_len={LONGEST}", f"-timeout={PATIENCE}", f"-rss_limit_mb={MOST_MEMORY}"]
    atheris.Setup([sys.argv[0], *limits, *options, str(found[name])], lambda data: int(target(data)) * 0)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
