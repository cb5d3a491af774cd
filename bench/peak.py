"""Run a script or a module as Python would, and say on standard error how much memory the process took at most.

`ru_maxrss` will not do: a child inherits the peak of the process that started it. `VmHWM` begins anew with exec.
"""

import json
import runpy
import sys
from pathlib import Path


def peak() -> int:
    """Return the peak of this process in MB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def main() -> None:
    """Run `peak.py NAME ARGUMENTS`; a name that ends in .py is a file."""
    _, name, *arguments = sys.argv
    sys.argv = [name, *arguments]
    try:
        if name.endswith(".py"):
            runpy.run_path(name, run_name="__main__")
        else:
            runpy.run_module(name, run_name="__main__", alter_sys=True)
    finally:
        print(json.dumps({"mb": peak()}), file=sys.stderr)


if __name__ == "__main__":
    main()
