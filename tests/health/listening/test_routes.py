from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest
from prometheus_client.openmetrics.parser import text_fd_to_metric_families as read_openmetrics
from prometheus_client.parser import text_fd_to_metric_families as read_prometheus

from tests.health.listening.sites import SECRET, FixedSite, make_modules
from tests.health.making import MS, SECOND, answered, unanswered
from tiktoktoe_cli.health.listening.blackbox import Seen
from tiktoktoe_cli.health.listening.messages import Request, Response
from tiktoktoe_cli.health.listening.routes import LookOrder, route
from tiktoktoe_cli.health.verdict import judge

if TYPE_CHECKING:
    from tiktoktoe_cli.health import Observation


def asked(
    target: str, method: str = "GET", site: FixedSite | None = None, **headers: str
) -> Response | LookOrder:
    """Ask a site."""
    request = Request.read(method, target, {name.replace("_", "-"): value for name, value in headers.items()})
    assert request is not None
    return route(request, site or FixedSite())


def answer(target: str, method: str = "GET", site: FixedSite | None = None, **headers: str) -> Response:
    """Ask for what needs no look."""
    found = asked(target, method, site, **headers)
    assert isinstance(found, Response)
    return found


def look(target: str, **headers: str) -> LookOrder:
    """Ask for a look."""
    found = asked(target, **headers)
    assert isinstance(found, LookOrder)
    return found


def seen(order: LookOrder, observation: Observation) -> Response:
    """Let an order find something."""
    verdict = judge(order.check, observation, 0)
    return order.answer(Seen(order.check, observation, verdict, 5 * MS, order.timeout_ns))


def test_metrics_are_what_everybody_reads() -> None:
    """Without a wish, the text format 0.0.4, in which the counter's `_total` belongs to its name."""
    response = answer("/metrics")

    (family,) = read_prometheus(io.StringIO(response.body.decode()))
    assert response.content_type == "text/plain; version=0.0.4; charset=utf-8"
    assert (family.name, family.type) == ("tiktoktoe_checks", "counter")
    assert [(sample.name, sample.value) for sample in family.samples] == [("tiktoktoe_checks_total", 3.0)]
    assert b"# TYPE tiktoktoe_checks_total counter\n" in response.body
    assert b"# EOF" not in response.body


def test_metrics_are_openmetrics_for_who_asks() -> None:
    """What Prometheus says in `Accept` is enough."""
    accept = "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3"

    response = answer("/metrics", accept=accept)

    (family,) = read_openmetrics(io.StringIO(response.body.decode()))
    assert response.content_type == "application/openmetrics-text; version=1.0.0; charset=utf-8"
    assert [sample.name for sample in family.samples] == ["tiktoktoe_checks_total"]


@pytest.mark.parametrize(("ok", "status"), [(True, 200), (False, 503)])
def test_health_is_said_in_the_status_too(ok: bool, status: int) -> None:  # noqa: FBT001  # a parameter
    """Who does not read JSON, such as a load balancer, sees it as well (draft-inadarei-api-health-check-06, 3.1)."""
    response = answer("/health", site=FixedSite(ok=ok))

    assert (response.status, response.content_type) == (status, "application/health+json")
    assert json.loads(response.body)["status"] == ("pass" if ok else "fail")


def test_the_index_is_a_page() -> None:
    """A browser shows how things are."""
    response = answer("/")

    assert (response.status, response.content_type) == (200, "text/html; charset=utf-8")
    assert b"<html" in response.body


@pytest.mark.parametrize("path", ["/", "/health", "/metrics"])
def test_no_secret_leaves(path: str) -> None:
    """Every page goes through the mask of the configuration."""
    assert SECRET.encode() not in answer(path).body


def test_only_reading_is_possible() -> None:
    """Nothing can be changed from outside."""
    response = answer("/metrics", "POST")

    assert (response.status, response.headers) == (405, (("Allow", "GET, HEAD"),))


def test_an_unknown_path_names_the_known_ones() -> None:
    """A typing error is soon corrected."""
    response = answer("/metric")

    assert response.status == 404
    assert b"/metrics" in response.body


def test_a_probe_looks_at_its_target() -> None:
    """The default module is `http_2xx`, as in blackbox exporter."""
    order = look("/probe?target=example.org")

    assert (order.check.kind, order.check.probe.listens_at) == ("http", ("example.org", 80))
    assert order.timeout_ns == 5 * SECOND


@pytest.mark.parametrize(
    ("header", "timeout_s"),
    [("10", 5), ("3", 2.5), ("0.6", 0.1), ("0.5", 5), ("0", 5), ("", 5), ("1e308", 5), ("-1e308", 5)],
)
def test_a_look_is_over_before_the_scrape_is(header: str, timeout_s: float) -> None:
    """Half a second is kept for the way back, as by blackbox exporter (`getTimeout`)."""
    headers = {"x-prometheus-scrape-timeout-seconds": header} if header else {}

    order = look("/probe?target=h", **headers)

    assert order.timeout_ns == timeout_s * SECOND


@pytest.mark.parametrize(
    ("target", "headers", "words"),
    [
        ("/probe?module=http_2xx", {}, "`target` is missing"),
        ("/probe?target=h&module=nope", {}, "unknown module `nope`; there is `http_2xx` or `tcp`"),
        ("/probe?target=h&module=tcp", {}, "cannot look at `h`: "),
        ("/probe?target=h", {"x-prometheus-scrape-timeout-seconds": "soon"}, "is not a number of seconds"),
        ("/probe?target=h", {"x-prometheus-scrape-timeout-seconds": "nan"}, "is not a number of seconds"),
    ],
)
def test_a_probe_that_cannot_be_is_refused(target: str, headers: dict[str, str], words: str) -> None:
    """With the status 400 and the reason."""
    response = answer(target, **headers)

    assert response.status == 400
    assert words in response.body.decode()


@pytest.mark.parametrize("target", ["/probe?target=%1b[2J", "/probe?target=h&module=%1b[2J%0aa"])
def test_what_a_terminal_would_obey_is_escaped(target: str) -> None:
    """What somebody else asked for stands in an answer that a person may read in a terminal."""
    body = answer(target.replace("target=%1b", "module=tcp&target=%1b")).body

    assert b"\x1b" not in body
    assert b"\\x1b[2J" in body
    assert body.count(b"\n") == 1


def test_credentials_go_to_those_who_may_have_them() -> None:
    """Another target is refused with 403 and told why, and nothing is looked at."""
    site = FixedSite(modules=make_modules(http_2xx={"http": {"auth": {"bearer": "t"}}, "targets": ["h:80"]}))

    order, refusal = asked("/probe?target=h/x", site=site), answer("/probe?target=evil", site=site)

    assert isinstance(order, LookOrder)
    assert refusal.status == 403
    assert refusal.body == b"`evil` is none of the `targets` of `http_2xx`\n"


def test_a_site_without_modules_says_where_they_are_written() -> None:
    """Whoever sets it up reads what to do."""
    response = answer("/probe?target=h", site=FixedSite(modules=make_modules()))

    assert "`health.modules`" in response.body.decode()


def test_what_a_probe_saw_is_metrics() -> None:
    """A failed look is a successful scrape: the answer is in `probe_success`."""
    response = seen(look("/probe?target=h"), unanswered())

    families = {one.name: one for one in read_prometheus(io.StringIO(response.body.decode()))}
    assert response.status == 200
    assert families["probe_success"].samples[0].value == 0
    assert families["probe_duration_seconds"].samples[0].value == 0.005


def test_a_person_reads_why() -> None:
    """With `debug=true`, the state, the reason and the expectations stand before the metrics."""
    words = seen(look("/probe?target=h&debug=true"), answered(503)).body.decode()

    assert words.startswith("http_2xx h: unhealthy\n")
    assert "`status` is 503" in words
    assert "\nprobe_success 0.0\n" in words


def test_what_a_person_reads_has_no_secret() -> None:
    """Nor has the reason, if the server gives one away."""
    words = seen(look(f"/probe?target={SECRET}&debug=true"), unanswered(SECRET)).body.decode()

    assert SECRET not in words
