"""Ready, figures, status, log lines: what a load balancer, Prometheus and whoever runs the installation read."""

import gzip
import json
import logging
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from litestar.testing import TestClient
from visitor import Open, Site

from contests import logs
from contests.flows import condition
from contests.settings import Settings
from contests.web.app import create_app
from contests.web.telemetry import KEPT, scrub
from contests.web.watch import Watch

TOKEN = "a-token-for-prometheus"


def test_a_process_is_ready_until_it_stops_or_loses_its_database(site: Site) -> None:
    assert (site.client.get("/ready").status_code, site.client.get("/ready").json()) == (200, {"status": "ready"})
    site.client.app.state.watch.stopping = True
    stopping = site.client.get("/ready")
    assert (stopping.status_code, stopping.json()["status"]) == (503, "stopping")
    site.client.app.state.watch.stopping = False
    with site.sim.store.write() as tx:
        tx.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '0004'")
    assert site.client.get("/ready").json() == {"status": "database not migrated"}
    with site.sim.store.write() as tx:
        tx.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    assert site.client.get("/ready").status_code == 200, "the next version has migrated: this one lives with it"


def test_figures_are_for_who_brings_the_token(open_site: Open) -> None:
    site = open_site(Settings(proof_cost=1, metrics=TOKEN))
    for brought in ({}, {"authorization": "Bearer no"}):
        refused = site.client.get("/metrics", headers=brought, follow_redirects=False)
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"] == "Bearer"
        assert "contests_" not in refused.text
    said = site.client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    assert said.status_code == 200
    assert 'contests_draw_due_timestamp_seconds{contest="sim"}' in said.text
    assert 'contests_findings{code="worker-gone",level="bad"} 1.0' in said.text


def test_without_a_token_there_is_no_such_page(site: Site) -> None:
    assert site.client.get("/metrics").status_code == 404


def test_requests_are_counted_by_route_not_by_address(open_site: Open) -> None:
    site = open_site(Settings(proof_cost=1, metrics=TOKEN))
    app = create_app(site.sim.house, Settings(proof_cost=1, metrics=TOKEN), lambda: site.sim.now)
    with TestClient(app) as client:
        client.get("/c/sim/receipt/0123456789abcdef")
        said = client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"}).text
    assert "contests_http_requests_total{" in said
    assert 'path="/c/{slug' in said
    assert "0123456789abcdef" not in said


def test_the_status_page_says_what_is_wrong(site: Site) -> None:
    site.sign_in("owner")
    page = site.client.get("/staff/status?lang=en")
    assert page.status_code == 200
    assert "No worker gives a sign of life" in page.text
    condition.beat(site.sim.house, "worker:a:1", condition.Facts("1"), site.sim.now)
    assert "The worker works." in site.client.get("/staff/status?lang=en").text


def test_a_web_process_raises_the_alarm_where_no_worker_lives(site: Site) -> None:
    site.sign_in("owner")
    watch = Watch(site.sim.house, None, lambda: site.sim.now)
    watch.once()
    assert alarms(site) == 0, "a worker is given a while to come"
    site.sim.now += 2 * condition.ALIVE
    watch.once()
    assert alarms(site) == 1


def alarms(site: Site) -> int:
    with site.sim.store.read() as tx:
        return int(tx.connection().exec_driver_sql("SELECT count(*) FROM outbox WHERE kind = 'alarm'").scalar() or 0)


def test_every_answer_has_an_id_and_a_fault_shows_it(site: Site) -> None:
    assert re.fullmatch("[0-9a-f]{16}", site.client.get("/health").headers["x-request-id"])
    assert (
        site.client.get("/health", headers={"x-request-id": "from-the-proxy-1"}).headers["x-request-id"]
        == "from-the-proxy-1"
    )
    odd = site.client.get("/health", headers={"x-request-id": "<script>alert</script>"})
    assert re.fullmatch("[0-9a-f]{16}", odd.headers["x-request-id"])
    with site.sim.store.write() as tx:
        tx.connection().exec_driver_sql("DROP TABLE campaign")
    broken = site.client.get("/c/other", headers={"x-request-id": "from-the-proxy-2"})
    assert broken.status_code == 500
    assert "from-the-proxy-2" in broken.text


def test_lines_for_programs_name_request_and_campaign_and_nobody(
    open_site: Open, capsys: pytest.CaptureFixture[str]
) -> None:
    site = open_site()
    app = create_app(site.sim.house, Settings(proof_cost=1, log_requests=True), lambda: site.sim.now)
    before, level = logging.getLogger().handlers[:], logging.getLogger().level
    try:
        logs.set_up("json")
        with TestClient(app) as client:
            client.get("/c/sim/receipt/0123456789abcdef", headers={"x-request-id": "from-the-proxy-3"})
    finally:
        logging.getLogger().handlers[:] = before
        logging.getLogger().setLevel(level)
    (line,) = [json.loads(said) for said in capsys.readouterr().err.splitlines() if "from-the-proxy-3" in said]
    assert {key: line[key] for key in ("request", "campaign", "method", "status", "level")} == {
        "request": "from-the-proxy-3", "campaign": "sim", "method": "GET", "status": 404, "level": "info",
    }  # fmt: skip
    assert "0123456789abcdef" not in json.dumps(line)
    assert line["ms"] >= 0


class Span:
    """A span as the hook meets it."""

    def __init__(self, **attributes: Any) -> None:
        self.attributes = attributes

    def set_attribute(self, name: str, value: str) -> None:
        self.attributes[name] = value


def test_a_span_tells_no_address_and_no_client() -> None:
    told = {
        "http.target": "/c/sim/receipt/secret",
        "net.peer.ip": "192.0.2.1",
        "http.user_agent": "Firefox",
        "http.method": "GET",
    }
    span = Span(**told)
    scrub(span, {"path_template": "/c/{slug}/receipt/{token}", "state": {"request": "r1"}})
    assert "secret" not in str(span.attributes)
    assert "192.0.2.1" not in str(span.attributes)
    assert span.attributes["http.method"] == "GET"
    assert span.attributes["contests.request"] == "r1"
    assert "http.target" not in KEPT


def test_traces_leave_with_the_route_alone(open_site: Open) -> None:
    """The real plugin and the real exporter, against a collector on the loopback."""
    bodies: list[bytes] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    site = open_site()
    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        traces = f"http://127.0.0.1:{server.server_port}/v1/traces"
        settings = Settings(proof_cost=1, traces=traces)
        with TestClient(create_app(site.sim.house, settings, lambda: site.sim.now)) as client:
            client.get("/c/sim/receipt/0123456789abcdef", headers={"user-agent": "Unmistakable/1"})
        server.shutdown()
    sent = b"".join(gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body for body in bodies)
    assert b"/c/{slug" in sent
    assert b"0123456789abcdef" not in sent
    assert b"Unmistakable" not in sent
