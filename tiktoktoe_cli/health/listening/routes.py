"""A request → a response, or the order to look at a target first. Pure.

`/probe` takes what Prometheus' blackbox exporter takes (`prober/handler.go`): `target`, `module` (`http_2xx` if none
is named), `debug=true`, and the scrape's own timeout, from which half a second is kept for the way back.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.health.documents import MEDIA_TYPE
from tiktoktoe_cli.health.listening.aiming import TargetError, aim
from tiktoktoe_cli.health.listening.blackbox import Seen, blackbox_metrics
from tiktoktoe_cli.health.listening.messages import Request, Response
from tiktoktoe_cli.health.listening.targets import is_allowed
from tiktoktoe_cli.report.catalog import ReportKind, render_report
from tiktoktoe_cli.report.facts import Metric, Report
from tiktoktoe_cli.report.openmetrics import draw_openmetrics, draw_prometheus
from tiktoktoe_cli.report.text import one_line
from tiktoktoe_cli.report.view import Mask, View
from tiktoktoe_cli.words import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tiktoktoe_cli.health.settings import Examination, Module

OPEN_METRICS: Final = "application/openmetrics-text"
_DEFAULT_MODULE: Final = "http_2xx"
_OFFSET_NS: Final = NS_PER_S // 2
_TIMEOUT_HEADER: Final = "x-prometheus-scrape-timeout-seconds"
_METHODS: Final = ("GET", "HEAD")


class Site(Protocol):
    """What the pages are about."""

    @property
    def modules(self) -> Mapping[str, Module]:
        """The checks without a target, by name."""
        ...

    @property
    def mask(self) -> Mask:
        """What hides the secrets of the configuration."""
        ...

    def report(self) -> Report:
        """Return the watch as it is now."""
        ...

    def metrics(self) -> tuple[Metric, ...]:
        """Return the metrics of the watch as it is now."""
        ...


@dataclass(frozen=True, slots=True)
class LookOrder:
    """The order to look once, within `timeout_ns`; `answer` makes the response of what was seen."""

    check: Examination
    timeout_ns: int
    answer: Callable[[Seen], Response]


Answer: TypeAlias = "Response | LookOrder"


def route(request: Request, site: Site) -> Answer:
    """Answer a request."""
    if request.method not in _METHODS:
        return Response.text(405, "only GET and HEAD", (("Allow", ", ".join(_METHODS)),))
    page = _PAGES.get(request.path)
    return page(request, site) if page else Response.text(404, f"there is {', '.join(_PAGES)}")


def _index(_request: Request, site: Site) -> Response:
    """Show the state of everything as a page."""
    html = render_report(site.report(), ReportKind.HTML, View(mask=site.mask))
    return Response(200, html.encode(), "text/html; charset=utf-8")


def _health(_request: Request, site: Site) -> Response:
    """Say how everything is, in the status too (draft-inadarei-api-health-check-06, 3.1)."""
    report = site.report()
    document = render_report(report, ReportKind.HEALTH_JSON, View(mask=site.mask))
    return Response(200 if report.ok else 503, document.encode(), MEDIA_TYPE)


def _metrics(request: Request, site: Site) -> Response:
    return _exposed(request, site.metrics(), site.mask)


def _probe(request: Request, site: Site) -> Answer:
    """Read what to look at; whatever is wrong with it is said in a line."""
    target, name = request.query.get("target", ""), request.query.get("module") or _DEFAULT_MODULE
    if name not in site.modules:
        known = listed(site.modules, last="or") or "none, see `health.modules` of the configuration"
        return _refused(400, f"unknown module {quoted(name)}; there is {known}", site)
    if not target:
        return Response.text(400, "`target` is missing")
    module = site.modules[name]
    try:
        check, timeout_ns = aim(module, target), _timeout_ns(request, module.timeout)
    except TargetError as error:
        return _refused(400, f"cannot look at {quoted(target)}: {error}", site)
    except ValueError:
        return Response.text(400, f"`{_TIMEOUT_HEADER}` is not a number of seconds")
    if not is_allowed(module.targets, check):
        return _refused(403, f"{quoted(target)} is none of the `targets` of {quoted(name)}", site)

    def answer(seen: Seen) -> Response:
        metrics = blackbox_metrics(seen)
        if request.query.get("debug") == "true":
            return _explained(target, name, seen, metrics, site.mask)
        return _exposed(request, metrics, site.mask)

    return LookOrder(check, timeout_ns, answer)


def _refused(status: int, words: str, site: Site) -> Response:
    return Response.text(status, one_line(site.mask(words)))


_PAGES: Final[Mapping[str, Callable[[Request, Site], Answer]]] = {
    "/": _index,
    "/health": _health,
    "/metrics": _metrics,
    "/probe": _probe,
}


def _timeout_ns(request: Request, own_ns: int) -> int:
    """Return how long a look may take: no longer than the module says, nor than the one who asks will wait."""
    text = request.headers.get(_TIMEOUT_HEADER)
    seconds = float(text) if text else 0.0
    if not math.isfinite(seconds):
        raise ValueError(text)
    most_s = own_ns / NS_PER_S + 1  # more is never left to us, and the number may be of any size
    left_ns = round(max(0.0, min(seconds, most_s)) * NS_PER_S) - _OFFSET_NS
    return min(own_ns, left_ns) if left_ns > 0 else own_ns


def _exposed(request: Request, metrics: tuple[Metric, ...], mask: Mask) -> Response:
    """Write metrics as OpenMetrics for who asks for it, and else as everybody can read them."""
    report = _bare(metrics)
    if OPEN_METRICS in request.headers.get("accept", ""):
        kind = f"{OPEN_METRICS}; version=1.0.0; charset=utf-8"
        return Response(200, draw_openmetrics(report, View(mask=mask)).encode(), kind)
    kind = "text/plain; version=0.0.4; charset=utf-8"
    return Response(200, draw_prometheus(report, View(mask=mask)).encode(), kind)


def _explained(target: str, module: str, seen: Seen, metrics: tuple[Metric, ...], mask: Mask) -> Response:
    """Write for a person what became of a look; nothing of the configuration but the texts of expectations."""
    expectations = (f"{one.result.outcome.value}: {one.result.text}" for one in seen.verdict.expectations)
    words = [f"{module} {target}: {seen.verdict.state.value}", seen.verdict.detail, *expectations]
    text = "\n".join(one_line(mask(one)) for one in words if one)
    return Response.text(200, f"{text}\n\n{draw_prometheus(_bare(metrics), View(mask=mask))}")


def _bare(metrics: tuple[Metric, ...]) -> Report:
    return Report("health watch", ok=True, verdict="", metrics=metrics)
