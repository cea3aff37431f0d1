from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import trustme
from cryptography import x509

from tests.health.listening.sites import make_modules
from tests.health.making import MS, SECOND
from tiktoktoe_cli.expressions import Duration
from tiktoktoe_cli.health import Failure, Observation
from tiktoktoe_cli.health.listening.aiming import aim
from tiktoktoe_cli.health.listening.blackbox import Seen, blackbox_metrics
from tiktoktoe_cli.health.verdict import judge
from tiktoktoe_cli.transport import Timing, TlsSession

TIMING = Timing(30 * MS, dns_ns=2 * MS, connect_ns=3 * MS, tls_ns=None, ttfb_ns=20 * MS, transfer_ns=5 * MS)


def metrics(observation: Observation, target: str = "h", **module: Any) -> dict[str, float]:
    """Name the samples as Prometheus writes them, with the values of their labels."""
    check = aim(make_modules(m=module)["m"], target)
    seen = Seen(check, observation, judge(check, observation, 0), 31 * MS, 3 * SECOND)
    return {
        metric.name + "".join(f" {value}" for _, value in sample.labels): sample.value
        for metric in blackbox_metrics(seen)
        for sample in metric.samples
    }


def test_an_answer_over_http() -> None:
    """The names and meanings are those of blackbox exporter's `ProbeHTTP`."""
    values = {
        "status": 200,
        "body": "hä",
        "text": "hä",
        "headers": {"content-length": "3", "last-modified": "Thu, 01 Jan 1970 00:01:40 GMT"},
        "url": "https://h/",
        "redirects": 2,
        "http_version": "HTTP/1.1",
        "ip": "127.0.0.1",
    }

    found = metrics(Observation(TIMING, values), http={})

    assert found == {
        "probe_success": 1,
        "probe_duration_seconds": 0.031,
        "probe_timeout_seconds": 3,
        "probe_dns_lookup_time_seconds": 0.002,
        "probe_ip_protocol": 4,
        "probe_failed_due_to_cel": 0,
        "probe_http_duration_seconds resolve": 0.002,
        "probe_http_duration_seconds connect": 0.003,
        "probe_http_duration_seconds tls": 0,
        "probe_http_duration_seconds processing": 0.02,
        "probe_http_duration_seconds transfer": 0.005,
        "probe_http_status_code": 200,
        "probe_http_content_length": 3,
        "probe_http_uncompressed_body_length": 3,
        "probe_http_redirects": 2,
        "probe_http_ssl": 1,
        "probe_http_version": 1.1,
        "probe_http_last_modified_timestamp_seconds": 100,
    }


def test_no_answer_over_http() -> None:
    """Everything is there all the same, so that no dashboard has a hole: zeros, and -1 for the length."""
    failed = Observation(Timing(3 * MS), failure=Failure("refused", "it was refused"))

    found = metrics(failed, http={})

    assert (found["probe_success"], found["probe_http_status_code"], found["probe_ip_protocol"]) == (0, 0, 0)
    assert found["probe_http_content_length"] == -1
    assert found["probe_http_duration_seconds resolve"] == 0


def test_an_expectation_that_does_not_hold() -> None:
    """The alert for wrong contents is apart from the one for no contents."""
    values = {"status": 503, "headers": {}, "url": "http://h/", "http_version": "HTTP/2"}

    found = metrics(Observation(TIMING, values), http={})

    assert (found["probe_success"], found["probe_failed_due_to_cel"]) == (0, 1)
    assert (found["probe_http_status_code"], found["probe_http_version"]) == (503, 2)


def test_an_address_of_version_6() -> None:
    """The protocol is told by the address."""
    assert metrics(Observation(TIMING, {"ip": "::1"}), "h:1", tcp={})["probe_ip_protocol"] == 6


@pytest.mark.parametrize("verified", [True, False])
def test_certificates_are_told_whether_trusted_or_not(verified: bool) -> None:  # noqa: FBT001  # a parameter
    """The earliest end of the chain, and whose certificate it is; also where the check failed because of it."""
    ends = datetime.now(UTC).replace(microsecond=0) + timedelta(days=10)
    leaf = trustme.CA().issue_cert("example.org", not_after=ends).cert_chain_pems[0].bytes()
    certificate = x509.load_pem_x509_certificate(leaf)
    from cryptography.hazmat.primitives.serialization import Encoding

    session = TlsSession("TLSv1.3", "TLS_AES_128", (certificate.public_bytes(Encoding.DER),), verified)
    failure = None if verified else Failure("tls", "it is not trusted")

    found = metrics(Observation(TIMING, failure=failure, session=session), http={})

    assert found["probe_ssl_earliest_cert_expiry"] == ends.timestamp()
    assert found["probe_tls_version TLS 1.3"] == 1
    assert found["probe_tls_cipher TLS_AES_128"] == 1
    (chain,) = [name for name in found if name.startswith("probe_ssl_last_chain ")]
    assert "example.org" in chain
    assert f"{certificate.serial_number:x}" in chain


def test_an_answer_of_a_name_server() -> None:
    """The records are counted, section by section."""
    record = {"name": "h", "type": "A", "ttl": 1, "value": "127.0.0.1"}
    values = {"rcode": "NOERROR", "answers": ["127.0.0.1"], "records": [record], "authority": [record] * 2}

    found = metrics(Observation(TIMING, values), "127.0.0.1", dns={"name": "h"})

    assert (found["probe_dns_answer_rrs"], found["probe_dns_authority_rrs"]) == (1, 2)
    assert (found["probe_dns_additional_rrs"], found["probe_dns_query_succeeded"]) == (0, 1)
    assert found["probe_dns_duration_seconds request"] == 0.02


def test_an_echo() -> None:
    """The round trip is a phase."""
    values = {"rtt": Duration(4 * MS), "sent": 1, "received": 1, "loss": 0.0}

    found = metrics(Observation(TIMING, values), icmp={})

    assert found["probe_icmp_duration_seconds rtt"] == 0.004
    assert found["probe_icmp_duration_seconds resolve"] == 0.002


@pytest.mark.parametrize(("tls", "expected"), [({}, 1), (None, 0)])
def test_an_answer_over_grpc(tls: dict[str, str] | None, expected: int) -> None:
    """The status code is gRPC's number, each answer is 0 or 1, and the settings say whether TLS was spoken."""
    values = {"code": "OK", "status": "NOT_SERVING", "services": {}}

    found = metrics(Observation(TIMING, values), "h:1", grpc={"tls": tls})

    assert found["probe_grpc_duration_seconds resolve"] == 0.002
    assert found["probe_grpc_duration_seconds check"] == 0.02
    assert found["probe_grpc_status_code"] == 0
    assert found["probe_grpc_healthcheck_response NOT_SERVING"] == 1
    assert found["probe_grpc_healthcheck_response SERVING"] == 0
    assert found["probe_grpc_ssl"] == expected


def test_no_answer_over_grpc_was_none_over_tls() -> None:
    """The exporter asks the peer, and where nobody answered there is none."""
    failed = Observation(Timing(MS), failure=Failure("refused", "it was refused"))

    found = metrics(failed, "h:1", grpc={"tls": {}})

    assert found["probe_grpc_ssl"] == 0
    assert "probe_grpc_status_code" not in found


def test_a_dialogue_tells_what_it_captured() -> None:
    """As labels of a metric that is always 1."""
    found = metrics(Observation(TIMING, {"captures": {"version": "8.4"}}), "h:1", tcp={})

    assert found["probe_expect 8.4"] == 1


def test_what_did_not_answer_has_not_failed_an_expectation() -> None:
    """`probe_failed_due_to_cel` is about answers, as it is where the name comes from."""
    refused = Observation(Timing(MS), failure=Failure("refused", "it was refused"))
    wrong = Observation(Timing(MS), {"status": 500})

    found = [metrics(one, http={})["probe_failed_due_to_cel"] for one in (refused, wrong)]

    assert found == [0, 1]
