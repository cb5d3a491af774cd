"""A real Chromium against the real application: one server and one fresh database a module, a clock the test moves."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browser.installation import Site
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

import contests.web

HERE = Path(__file__).parent
STATIC = Path(contests.web.__file__).parent / "static"
PATIENCE = 20_000  # milliseconds; a machine may be busy with other tests
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium() -> str:
    """Return the browser's file, or nothing."""
    named = os.environ.get("CONTESTS_CHROMIUM", "")
    if named:
        return named if Path(named).is_file() else ""
    return next((found for name in ("/usr/bin/chromium", "chromium") if (found := shutil.which(name))), "")


def missing() -> str:
    """Say what the tests of this folder lack, or nothing."""
    if not find_chromium():
        return "no Chromium here; set CONTESTS_CHROMIUM"
    if not (STATIC / "app.js").is_file():
        return "the front-end is not built; cd frontend && npm ci --ignore-scripts && npm run build"
    return ""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark everything in this folder. Where it cannot run one line says so, unless it must run."""
    ours = [item for item in items if item.path.is_relative_to(HERE)]
    for item in ours:
        item.add_marker(pytest.mark.browser)
    lacking = missing()
    if ours and lacking and os.environ.get("CONTESTS_REQUIRE_BROWSER") != "1":
        first, *rest = ours
        first.add_marker(pytest.mark.skip(reason=f"all {len(ours)} browser tests: {lacking}"))
        items[:] = [item for item in items if item not in rest]
        config.hook.pytest_deselected(items=rest)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's file. Where it must run and cannot, that is a failure."""
    lacking = missing()
    if lacking:
        pytest.fail(f"browser tests must run here: {lacking}")
    return find_chromium()


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """One browser a module; its event loop must not outlive the module, other tests have their own."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        yield made
        made.close()


@pytest.fixture(scope="module")
def open_site(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Site]]:
    """Return a function that starts an installation with some settings of its own."""
    started: list[Site] = []

    def start(**changes: Any) -> Site:
        started.append(Site(tmp_path_factory.mktemp("site"), **changes))
        return started[-1]

    yield start
    for site in started:
        site.stop()


@pytest.fixture(scope="module")
def site(open_site: Callable[..., Site]) -> Site:
    """The module's installation."""
    return open_site()


@pytest.fixture
def contexts(browser: Browser, site: Site) -> Iterator[Callable[..., BrowserContext]]:
    """Return a function that opens a private window; French unless told otherwise."""
    opened: list[BrowserContext] = []

    def window(**options: Any) -> BrowserContext:
        context = browser.new_context(
            **{"base_url": site.url, "locale": "fr-FR", "reduced_motion": "reduce", **options}
        )
        context.set_default_timeout(PATIENCE)
        opened.append(context)
        return context

    yield window
    for context in opened:
        context.close()
