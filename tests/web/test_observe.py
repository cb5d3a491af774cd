"""The observation sheet: true to the instant, true about the address, and it keeps nothing."""

import logging
import re
from datetime import timedelta
from hashlib import sha256
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from visitor import Open, Site

from contests.journal.checkpoint import parse_checkpoint
from contests.settings import Settings
from contests.web.software import listing, software_digest


def said(site: Site, **headers: str) -> str:
    """Return the sheet's words."""
    answer = site.client.get("/c/sim/observe?lang=en", headers=headers)
    assert answer.status_code == 200
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))


def test_the_sheet_may_not_be_kept_and_asks_nobody_else(site: Site) -> None:
    answer = site.client.get("/c/sim/observe")
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers
    for found in re.findall(r'(?:src|href)="([^"]+)"', answer.text):
        assert found.startswith(("/", "?", "#", "data:", "mailto:")), found


def test_the_time_is_that_of_the_answer_to_the_second(site: Site) -> None:
    site.sim.go(site.sim.campaign.opens_at + timedelta(seconds=7))
    text = said(site)
    assert "2026-12-01 08:00:07 UTC" in text
    assert "09:00:07 (Europe/Paris), 08:00:07 UTC" in text
    site.sim.go(timedelta(seconds=1))
    assert "2026-12-01 08:00:08 UTC" in said(site)


def test_the_sheet_says_what_the_journal_says(site: Site) -> None:
    site.sim.enter("alice", "bob")
    before = said(site)
    head, _ = parse_checkpoint(site.client.get("/c/sim/journal/checkpoint").content)
    assert head.root.hex() in before
    assert site.client.get("/c/sim/journal/vkey").text.strip() in before
    assert "The list is not frozen yet" in before
    site.sim.freeze()
    frozen = said(site)
    assert sha256(site.client.get("/c/sim/draws/final/pool.csv").content).hexdigest() in frozen
    assert "Has not taken place." in frozen
    site.sim.draw()
    completed = site.sim.state().completed
    assert completed is not None
    assert completed.seed in said(site)


def test_a_beacon_draw_names_its_round(open_site: Open) -> None:
    site = open_site(draw={"source": "drand"})
    assert re.search(r"Announced round of drand quicknet \d+ – .*\(Europe/Paris\)", said(site))


def test_the_browser_and_the_address_are_shown_and_nothing_is_logged(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="contests")
    text = said(site, **{"user-agent": "Observer/1.0 <script>"})
    assert "Observer/1.0 <script>" in text
    assert "testclient" in text
    assert "no proxy named another one" in text
    assert "This page keeps nothing" in text
    assert [record for record in caplog.records if record.name.startswith("contests")] == []


def test_an_undeclared_proxy_is_not_believed(site: Site) -> None:
    text = said(site, **{"x-forwarded-for": "203.0.113.9"})
    assert "203.0.113.9" not in text
    assert "it is not declared" in text


async def test_a_declared_proxy_is_believed_and_named(open_site: Open) -> None:
    site = open_site(Settings(proof_cost=1, forwarded_from="127.0.0.1"))
    app: Any = ProxyHeadersMiddleware(site.client.app, trusted_hosts="127.0.0.1")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://sim.example") as client:
        answer = await client.get("/c/sim/observe?lang=en", headers={"x-forwarded-for": "203.0.113.9"})
    text = answer.text
    assert "203.0.113.9" in text
    assert "a proxy that the operator has declared" in text


def test_the_digest_of_the_software_is_what_the_command_on_the_page_prints(tmp_path: Path) -> None:
    package = tmp_path / "package"
    for name in ("a.py", "web/static/b.js", "templates/c.html", "__pycache__/x.pyc"):
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text(name)
    lines = listing(package, package / "templates").splitlines()
    assert [line.split("  ")[1] for line in lines] == ["./a.py", "./templates/c.html", "./web/static/b.js"]
    assert lines[0].startswith(sha256(b"a.py").hexdigest())
    assert re.fullmatch(r"[0-9a-f]{64}", software_digest())
    outside = listing(package, tmp_path / "elsewhere")
    assert outside.splitlines() == lines


@pytest.mark.parametrize("path", ["/c/nope/observe", "/c/nope/certificate", "/c/nope/certificate.png", "/v/nope"])
def test_what_is_not_there_is_not_found(site: Site, path: str) -> None:
    assert site.client.get(path).status_code == 404
