"""Control groups of Linux: less memory or processor time for some processes, where this user may make such groups."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from os import W_OK, access
from pathlib import Path
from typing import Literal

Kind = Literal["memory", "cpu"]
HOME = Path("/sys/fs/cgroup")
PERIOD = 10_000  # microseconds in which a share of processor time is given out


def place_of(kind: Kind) -> tuple[Path, Path] | None:
    """Return where groups of a kind may be made, and our own group there; None where they may not (versions 1 and 2)."""
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, kinds, own = line.split(":", 2)
        root = HOME / kind if kind in kinds.split(",") else HOME if not kinds else None
        told = HOME / "cgroup.subtree_control"
        if root and access(root, W_OK) and (kinds or (told.exists() and kind in told.read_text().split())):
            return root, Path(f"{root}{own}")
    return None


@contextmanager
def group(kind: Kind, most: float) -> Iterator[Callable[[int], None]]:
    """Make a group that may use `most` bytes, or `most` of a processor; gives what puts a process into it."""
    found = place_of(kind)
    assert found is not None, "no control groups here"
    root, own = found
    made = root / f"contests-bench-{time.monotonic_ns()}"
    made.mkdir()
    try:
        _limit(made, kind, most)
        yield lambda pid: _put(made, pid)
    finally:
        _gone(made, own)


def _limit(made: Path, kind: Kind, most: float) -> None:
    if (made / "memory.max").exists() or (made / "cpu.max").exists():
        said = str(int(most)) if kind == "memory" else f"{int(most * PERIOD)} {PERIOD}"
        (made / f"{kind}.max").write_text(said)
        if kind == "memory":
            _without_swap(made / "memory.swap.max", 0)
    elif kind == "memory":
        (made / "memory.limit_in_bytes").write_text(str(int(most)))
        _without_swap(made / "memory.memsw.limit_in_bytes", int(most))
    else:
        (made / "cpu.cfs_period_us").write_text(str(PERIOD))
        (made / "cpu.cfs_quota_us").write_text(str(int(most * PERIOD)))


def _without_swap(file: Path, most: int) -> None:
    if file.exists():
        file.write_text(str(most))


def _put(made: Path, pid: int) -> None:
    with suppress(ProcessLookupError):
        (made / "cgroup.procs").write_text(str(pid))


def _gone(made: Path, own: Path) -> None:
    for left in range(50, -1, -1):
        for pid in (made / "cgroup.procs").read_text().split():
            _put(own, int(pid))
        try:
            made.rmdir()
        except OSError:
            if not left:
                raise
            time.sleep(0.1)  # a process is just ending
        else:
            return
