"""A sampling profiler in the process itself: looks at all stacks every few milliseconds, changes nothing else."""

import sys
import threading
import time
from collections import Counter
from pathlib import Path
from types import FrameType

IDLE = frozenset({"wait", "run_until_complete", "_worker", "get", "select", "sleep", "run_forever", "run", "_run"})


class Sampler(threading.Thread):
    """Counts functions on the stacks: `own` at the top, `with_callees` anywhere on it."""

    def __init__(self, pause: float = 0.003) -> None:
        super().__init__(daemon=True)
        self._pause, self._stop_now = pause, threading.Event()
        self.own: Counter[str] = Counter()
        self.with_callees: Counter[str] = Counter()
        self.samples = 0

    def run(self) -> None:
        """Sample until stopped."""
        while not self._stop_now.is_set():
            time.sleep(self._pause)
            for thread, frame in sys._current_frames().items():  # noqa: SLF001 - the documented way to look
                if thread != self.ident and frame.f_code.co_name not in IDLE:
                    self._count(frame)

    def _count(self, frame: FrameType) -> None:
        self.samples += 1
        self.own[_name(frame)] += 1
        seen: set[str] = set()
        here: FrameType | None = frame
        while here:
            seen.add(_name(here))
            here = here.f_back
        self.with_callees.update(seen)

    def stop(self) -> None:
        """Stop sampling."""
        self._stop_now.set()
        self.join()

    def report(self, most: int = 45) -> str:
        """Return both tables as text."""
        lines = [f"{self.samples} samples of threads that were not waiting"]
        for title, counts in (("itself", self.own), ("with what it calls", self.with_callees)):
            lines.append(f"\n{title}")
            lines += [f"{n / max(self.samples, 1):7.1%}  {name}" for name, n in counts.most_common(most)]
        return "\n".join(lines)


def _name(frame: FrameType) -> str:
    path = Path(frame.f_code.co_filename)
    return f"{path.parent.name}/{path.name}:{frame.f_code.co_qualname}"
