"""What one look saw, as the metrics of Prometheus' blackbox exporter, so that its dashboards and alerts go on working.

The names and their meanings are those of its `prober/*.go`. What it measures and we do not (the hash of an address,
the chains that a client would build) is left out: a wrong number would be worse than none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final

from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.report.facts import Metric, MetricKind, Sample
from tiktoktoe_cli.transport.certificates import read_chain
from tiktoktoe_cli.transport.variables import phases_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from tiktoktoe_cli.health.observation import Observation
    from tiktoktoe_cli.health.settings import Examination
    from tiktoktoe_cli.health.verdict import Verdict
    from tiktoktoe_cli.transport import TlsSession

    Values = Mapping[str, Any]  # CEL values

_GRPC_CODES: Final = (
    *("OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS"),
    *("PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE"),
    *("UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED"),
)
_SERVING: Final = ("UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN")
_HTTP_PHASES: Final = {
    "resolve": "dns",
    "connect": "connect",
    "tls": "tls",
    "processing": "ttfb",
    "transfer": "transfer",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """One look: for what, what it saw, what that means, and how long it took in all."""

    check: Examination
    observation: Observation
    verdict: Verdict
    took_ns: int
    timeout_ns: int


def blackbox_metrics(seen: Seen) -> tuple[Metric, ...]:
    """Make the metrics: those that every probe has, those of its kind, and those of TLS if there was any."""
    values = seen.observation.values
    of_kind = _OF_KIND.get(seen.check.kind)
    own = of_kind(seen, values) if of_kind else ()
    session = seen.observation.session
    return (*_of_all(seen, values), *own, *(_of_tls(session) if session else ()))


def _gauge(name: str, help_text: str, value: float, **labels: str) -> Metric:
    return Metric(name, MetricKind.GAUGE, help_text, "", (Sample(float(value), tuple(labels.items())),))


def _info(name: str, help_text: str, **labels: str) -> Metric:
    return Metric(name, MetricKind.INFO, help_text, "", (Sample(1.0, tuple(labels.items())),))


def _of_all(seen: Seen, values: Values) -> Iterator[Metric]:
    timing = seen.observation.timing
    yield _gauge("probe_success", "1 if the probe was a success", seen.verdict.state.is_passing)
    yield _gauge("probe_duration_seconds", "how long the probe took", seen.took_ns / NS_PER_S)
    yield _gauge("probe_timeout_seconds", "how long it might have taken", seen.timeout_ns / NS_PER_S)
    yield _gauge(
        "probe_dns_lookup_time_seconds", "how long the look-up took", (timing.dns_ns or 0) / NS_PER_S
    )
    ip = str(values.get("ip", ""))
    yield _gauge(
        "probe_ip_protocol", "4 or 6, 0 if there was no connection", (6 if ":" in ip else 4) if ip else 0
    )
    has_answer = seen.observation.failure is None
    unmet = has_answer and any(not one.result.holds for one in seen.verdict.expectations)
    yield _gauge("probe_failed_due_to_cel", "1 if an expectation does not hold of an answer", unmet)


def _phases(seen: Seen, name: str, phases: Mapping[str, str]) -> Metric:
    """Write the phases; those that did not happen are 0, as a dashboard stacks them."""
    spent = phases_of(seen.observation.timing)
    samples = (Sample(spent.get(ours, 0) / NS_PER_S, (("phase", phase),)) for phase, ours in phases.items())
    return Metric(name, MetricKind.GAUGE, "how long each phase took", "", tuple(samples))


def _http(seen: Seen, values: Values) -> Iterator[Metric]:
    yield _phases(seen, "probe_http_duration_seconds", _HTTP_PHASES)
    headers = values.get("headers", {})
    text = str(values.get("text", ""))
    version = str(values.get("http_version", "")).removeprefix("HTTP/")
    yield _gauge("probe_http_status_code", "the status, 0 if there was none", values.get("status", 0))
    yield _gauge(
        "probe_http_content_length",
        "the length that was announced, or -1",
        _number(headers.get("content-length"), -1),
    )
    yield _gauge("probe_http_uncompressed_body_length", "the length of the body", len(text.encode()))
    yield _gauge("probe_http_redirects", "how many redirects were followed", values.get("redirects", 0))
    yield _gauge(
        "probe_http_ssl",
        "1 if the last request went over TLS",
        str(values.get("url", "")).startswith("https:"),
    )
    yield _gauge("probe_http_version", "the version of HTTP in the answer", _number(version, 0))
    modified = _date(headers.get("last-modified"))
    if modified is not None:
        yield _gauge("probe_http_last_modified_timestamp_seconds", "the Last-Modified header", modified)


def _dns(seen: Seen, values: Values) -> Iterator[Metric]:
    yield _phases(
        seen, "probe_dns_duration_seconds", {"resolve": "dns", "connect": "connect", "request": "ttfb"}
    )
    sections = {"answer": "records", "authority": "authority", "additional": "additional"}
    for section, ours in sections.items():
        yield _gauge(
            f"probe_dns_{section}_rrs", f"how many {section} records came", len(values.get(ours, ()))
        )
    yield _gauge("probe_dns_query_succeeded", "1 if there was an answer", bool(values))


def _icmp(seen: Seen, values: Values) -> Iterator[Metric]:
    spent = phases_of(seen.observation.timing)
    spent_ns = {
        "resolve": spent.get("dns", 0),
        "setup": 0,
        "rtt": values["rtt"].ns if "rtt" in values else 0,
    }
    yield Metric(
        "probe_icmp_duration_seconds",
        MetricKind.GAUGE,
        "how long each phase took",
        "",
        tuple(Sample(value / NS_PER_S, (("phase", phase),)) for phase, value in spent_ns.items()),
    )


def _grpc(seen: Seen, values: Values) -> Iterator[Metric]:
    yield _phases(seen, "probe_grpc_duration_seconds", {"resolve": "dns", "check": "ttfb"})
    code, status = values.get("code"), values.get("status")
    if code in _GRPC_CODES:
        yield _gauge("probe_grpc_status_code", "the status code of gRPC", _GRPC_CODES.index(code))
    answers = (Sample(float(status == word), (("serving_status", word),)) for word in _SERVING)
    yield Metric("probe_grpc_healthcheck_response", MetricKind.GAUGE, "1 for the answer", "", tuple(answers))
    is_secured = bool(values) and seen.check.probe.trust is not None
    yield _gauge("probe_grpc_ssl", "1 if an answer came over TLS", is_secured)


def _tcp(_seen: Seen, values: Values) -> Iterator[Metric]:
    captures = values.get("captures")
    if captures:
        yield _info("probe_expect", "what the dialogue captured", **{k: str(v) for k, v in captures.items()})


_OF_KIND: Final[Mapping[str, Callable[[Seen, Values], Iterable[Metric]]]] = {
    "http": _http,
    "dns": _dns,
    "icmp": _icmp,
    "grpc": _grpc,
    "tcp": _tcp,
}


def _of_tls(session: TlsSession) -> Iterator[Metric]:
    """Tell of the session and of the presented chain, also where it was refused."""
    chain = read_chain(session.chain)
    if chain:
        first = min(certificate.not_after for certificate in chain)
        leaf = chain[0]
        yield _gauge(
            "probe_ssl_earliest_cert_expiry", "when the first certificate expires", first.timestamp()
        )
        yield _info(
            "probe_ssl_last_chain",
            "the server's own certificate",
            fingerprint_sha256=leaf.fingerprint_sha256,
            issuer=leaf.issuer,
            subject=leaf.subject,
            subjectalternative=",".join(leaf.names),
            serialnumber=leaf.serial,
        )
    yield _info("probe_tls_version", "the version of TLS", version=session.version.replace("TLSv", "TLS "))
    yield _info("probe_tls_cipher", "the cipher suite", cipher=session.cipher)


def _number(text: object, otherwise: float) -> float:
    try:
        return float(str(text))
    except ValueError:
        return otherwise


def _date(text: object) -> float | None:
    try:
        date = parsedate_to_datetime(str(text))
    except ValueError:
        return None
    return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
