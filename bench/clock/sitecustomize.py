"""A clock that the harness sets: `time.time` and `datetime.now` are off by the seconds in the file `CHAOS_CLOCK`.

Python imports this by itself where its folder stands in PYTHONPATH, which bench/chaos.py does for the processes that it
starts. `time.monotonic` stays as it is, as it does when somebody sets the clock of a machine.
"""

import ctypes
import gc
import os
import time
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

_real = time.time
_file = os.environ.get("CHAOS_CLOCK", "")
_look: list[float] = [-1.0, 0.0]  # when the file was last read (monotonic seconds), and what it said


def _offset() -> float:
    """Return the seconds in the file; it is read twenty times a second at most."""
    at = time.monotonic()
    if at - _look[0] > 0.05:
        try:
            _look[:] = [at, float(Path(_file).read_text() or 0)]
        except (OSError, ValueError):
            _look[0] = at
    return _look[1]


def _time() -> float:
    return _real() + _offset()


def _now(cls: type[datetime], tz: tzinfo | None = None) -> datetime:
    found = cls.fromtimestamp(_real(), UTC) + timedelta(seconds=_offset())
    return found.astimezone(tz) if tz else found.astimezone().replace(tzinfo=None)


if _file:
    time.time = _time
    # A subclass would not do: libraries compare the type itself. The method of the type is replaced in place.
    _methods = gc.get_referents(datetime.__dict__)[0]
    _methods["now"] = classmethod(_now)
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(datetime))
