"""The page /verify in Chromium at the size of a phone: from the choice of a bundle to its verdict.

`browser.py BUNDLE` prints seconds, and the peak memory in MB of the largest of the browser's page processes.
"""

import json
import os
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path

from entering import talking
from playwright.sync_api import sync_playwright

PATIENCE = 3_600_000
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


def pages(root: int) -> list[int]:
    """Return the peak memory of every page process below `root`, in kB."""
    found, todo = [], [root]
    while todo:
        process = todo.pop()
        try:
            todo += map(int, Path(f"/proc/{process}/task/{process}/children").read_text().split())
            if "--type=renderer" in Path(f"/proc/{process}/cmdline").read_text():
                peak = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{process}/status").read_text())
                found.append(int(peak[1]) if peak else 0)
        except FileNotFoundError:  # it has just ended
            continue
    return found


def main() -> None:
    """Check one bundle."""
    bundle = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder, talking("server.py", "--database", f"sqlite:///{folder}/x.db") as own:
        port = own.read()["port"]
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            page = browser.new_page(viewport={"width": 360, "height": 780}, locale="en-GB")
            page.goto(f"http://127.0.0.1:{port}/verify")
            page.wait_for_load_state("networkidle")
            start = time.perf_counter()
            page.locator("#file").set_input_files(bundle)
            page.wait_for_selector("#answer-title", timeout=PATIENCE)
            seconds = time.perf_counter() - start
            said = page.inner_text("#answer-title")
            peak = max(pages(os.getpid()))
            browser.close()
    print(json.dumps({"seconds": round(seconds, 3), "said": said, "mb": peak // 1024}))


if __name__ == "__main__":
    main()
