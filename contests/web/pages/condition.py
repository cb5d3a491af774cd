"""The installation's condition: for a load balancer, for Prometheus, and for whoever looks after it."""

import hmac
from typing import Any

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Gauge, generate_latest

from contests.flows.condition import Look, judge, look
from contests.store.migrate import revisions
from contests.web.desk import desk
from contests.web.guards import may, signed_in
from contests.web.render import language_of, page
from contests.web.threads import threaded

Web = Request[Any, Any, Any]


@get("/ready")
@threaded
def ready(request: Web) -> Response[dict[str, str]]:
    """Say whether this process takes requests: 503 while it stops, without its database, or before a migration."""
    said = "ready"
    if request.app.state.watch.stopping:
        said = "stopping"
    else:
        try:
            now, newest = revisions(desk(request).house.store)
        except Exception:  # noqa: BLE001 - whatever the driver raises, the answer is "no"
            said = "database down"
        else:
            # A newer database is one that the next version has migrated: this one lives with it.
            said = said if now is not None and now >= (newest or "") else "database not migrated"
    return Response(
        {"status": said}, status_code=200 if said == "ready" else 503, headers={"cache-control": "no-store"}
    )


def _look(request: Web) -> Look:
    own = desk(request)
    return look(own.house, own.clock(), sends=bool(own.settings.smtp))


@get("/metrics", include_in_schema=False)
@threaded
def metrics(request: Web) -> Response[bytes]:
    """Figures for Prometheus, to whoever brings the token of the settings."""
    wanted = desk(request).settings.metrics
    if not wanted:
        raise NotFoundException
    if not hmac.compare_digest(request.headers.get("authorization", "").encode(), f"Bearer {wanted}".encode()):
        said = b"The value of CONTESTS_METRICS was expected, as `Authorization: Bearer ...`.\n"
        headers = {"www-authenticate": "Bearer", "cache-control": "no-store"}
        return Response(said, media_type="text/plain", status_code=401, headers=headers)
    body = generate_latest(REGISTRY) + generate_latest(_figures(_look(request)))
    return Response(body, media_type=CONTENT_TYPE_LATEST, headers={"cache-control": "no-store"})


def _figures(seen: Look) -> CollectorRegistry:
    """Return what the database says, as figures of this moment."""
    made = CollectorRegistry()
    now = seen.now.timestamp()
    worker = Gauge("contests_worker_age_seconds", "Since a worker gave its last sign of life", registry=made)
    worker.set(now - seen.worker.at.timestamp() if seen.worker else float("inf"))
    Gauge("contests_mails_waiting", "Mails that are due", registry=made).set(seen.mails.count)
    late = Gauge("contests_mails_late_seconds", "Since the first waiting mail is due", registry=made)
    late.set(now - seen.mails.since.timestamp() if seen.mails.since else 0)
    Gauge("contests_journals_held", "Journals that take nothing", registry=made).set(len(seen.held))
    ahead = Gauge("contests_clock_ahead_seconds", "This clock against drand's", registry=made)
    ahead.set(seen.probe.ahead if seen.probe.ahead is not None else float("nan"))
    draws = Gauge("contests_draw_due_timestamp_seconds", "When a contest's draw is due", ["contest"], registry=made)
    for draw in seen.draws:
        draws.labels(draw.slug).set(draw.draws_at.timestamp())
    findings = Gauge("contests_findings", "What /staff/status shows", ["level", "code"], registry=made)
    for finding in judge(seen):
        findings.labels(finding.level, finding.code).inc()
    return made


@get("/staff/status", guards=[signed_in, may("organisers")])
@threaded
def status(request: Web) -> Response[str]:
    """What is seen of the installation, what it means, what to do."""
    seen = _look(request)
    return page(request, "staff/status.html", language_of(request), seen=seen, findings=judge(seen))


HANDLERS = [ready, metrics, status]
