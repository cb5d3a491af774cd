"""Measuring requests: Prometheus by Litestar's plugin, traces by OpenTelemetry's. Neither learns an address of a person's page."""

from collections.abc import Callable
from typing import Any, cast

import msgspec
from litestar.middleware import DefineMiddleware
from litestar.plugins.prometheus import PrometheusConfig
from litestar.types import Message, Scope

import contests
from contests.errors import Malformed, Text
from contests.settings import Settings

PREFIX = "contests_http"
# What a span may say; the rest (addresses, clients, browsers) is taken off before it leaves.
KEPT = frozenset({
    "http.method", "http.request.method", "http.scheme", "url.scheme", "http.flavor", "network.protocol.version",
    "http.status_code", "http.response.status_code", "asgi.event.type",
})  # fmt: skip


class Measuring(msgspec.Struct, frozen=True):
    """What the settings want: middleware, hooks before an answer is sent, and what to do at the end."""

    middleware: list[DefineMiddleware] = []
    before_send: list[Any] = []
    at_end: list[Callable[[], None]] = []


def measuring(settings: Settings) -> Measuring:
    """Return what the settings want. Raises Malformed where packages are missing."""
    counted = PrometheusConfig(app_name="contests", prefix=PREFIX, group_path=True).middleware
    found = Measuring([counted] if settings.metrics else [])
    if not settings.traces:
        return found
    traced, end = _traced(settings.traces)
    return Measuring([*found.middleware, traced], [name_span], [end])


def _traced(endpoint: str) -> tuple[DefineMiddleware, Callable[[], None]]:
    try:
        from litestar.plugins.opentelemetry import OpenTelemetryConfig
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.metrics import NoOpMeterProvider
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise Malformed(
            "telemetry-missing",
            Text("Les paquets d’OpenTelemetry étaient attendus (CONTESTS_TRACES).", "The packages of OpenTelemetry were expected (CONTESTS_TRACES)."),
            Text("Installez contests[telemetry].", "Install contests[telemetry]."),
            found=error.name or "",
        ) from error  # fmt: skip
    resource = Resource({"service.name": "contests", "service.version": contests.__version__})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint)))
    config = OpenTelemetryConfig(
        tracer_provider=provider,
        meter_provider=NoOpMeterProvider(),
        scope_span_details_extractor=_method,
        server_request_hook_handler=scrub,
        exclude_spans=["receive", "send"],
    )
    return config.middleware, provider.shutdown  # which sends what is left


def _method(scope: Any) -> tuple[str, dict[str, Any]]:  # noqa: ANN401 - the plugin's own
    """The plugin stands before the router: the route is not known yet, and the address is not to be told."""
    return str(scope.get("method", "")), {}


async def name_span(message: Message, scope: Scope) -> None:
    """Give the span of an answer its route."""
    from opentelemetry.trace import get_current_span

    if message["type"] == "http.response.start":
        route = scope.get("path_template", "") or "-"
        span = get_current_span()
        span.update_name(f"{cast('dict[str, Any]', scope).get('method', '')} {route}")
        span.set_attribute("http.route", route)


def scrub(span: Any, scope: dict[str, Any]) -> None:  # noqa: ANN401 - the plugin's own
    """Empty in a span whatever it must not tell: the address, the client, the browser."""
    for name in list(getattr(span, "attributes", None) or {}):
        if name not in KEPT:
            span.set_attribute(name, "")
    span.set_attribute("contests.request", scope.get("state", {}).get("request", ""))
