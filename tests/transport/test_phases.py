from __future__ import annotations

import pytest

from tiktoktoe_cli.transport import Timing
from tiktoktoe_cli.transport.phases import LOOKED_UP_EVENT, TUNNEL_EVENT, Phase, Phases

CONNECT = [
    ("connection.connect_tcp.started", 10),
    (LOOKED_UP_EVENT, 17),
    ("connection.connect_tcp.complete", 30),
]
TLS = [("connection.start_tls.started", 31), ("connection.start_tls.complete", 71)]


def answer(version: str = "http11") -> list[tuple[str, int]]:
    """List the events of the wait for an answer."""
    return [
        (f"{version}.send_request_headers.started", 80),
        (f"{version}.send_request_headers.complete", 81),
        (f"{version}.receive_response_headers.started", 82),
        (f"{version}.receive_response_headers.complete", 180),
    ]


def body(version: str = "http11") -> list[tuple[str, int]]:
    """List the events of a body."""
    return [
        (f"{version}.receive_response_body.started", 181),
        (f"{version}.receive_response_body.complete", 200),
    ]


def played(events: list[tuple[str, int]]) -> Phases:
    """Make the phases of an exchange that began at 0 and saw these events."""
    phases = Phases(started_ns=0)
    for event, now_ns in events:
        phases.see(event, now_ns)
    return phases


@pytest.mark.parametrize("version", ["http11", "http2"])
def test_each_phase_has_its_own_time(version: str) -> None:
    """The look-up, connecting, TLS, the wait for the answer and the transfer are told apart."""
    phases = played(CONNECT + TLS + answer(version) + body(version))

    timing = phases.finish(210)

    assert timing == Timing(total_ns=210, dns_ns=7, connect_ns=13, tls_ns=40, ttfb_ns=100, transfer_ns=20)


def test_a_phase_that_did_not_happen_has_no_time() -> None:
    """Without TLS there is no time for TLS: it is missing, not zero."""
    phases = played(CONNECT + answer() + body())

    timing = phases.finish(210)

    assert timing.tls_ns is None


def test_redirects_add_up() -> None:
    """The phases of every hop are summed, as blackbox exporter does."""
    second_hop = [(event, now_ns + 1000) for event, now_ns in CONNECT + answer() + body()]
    phases = played(CONNECT + answer() + body() + second_hop)

    timing = phases.finish(1300)

    assert timing == Timing(total_ns=1300, dns_ns=14, connect_ns=26, ttfb_ns=200, transfer_ns=40)


def test_an_exchange_that_breaks_off_has_no_time_for_its_last_phase() -> None:
    """A phase that never ended has no length; the ones before it keep theirs."""
    phases = played([*CONNECT, *answer()[:3]])

    timing = phases.break_off(500)

    assert timing == Timing(total_ns=500, dns_ns=7, connect_ns=13)
    assert phases.current is Phase.TTFB


def test_a_body_that_was_cut_ends_with_the_exchange() -> None:
    """A transfer that we end ourselves lasted until then."""
    phases = played([*CONNECT, *answer(), body()[0]])

    timing = phases.finish(280)

    assert timing.transfer_ns == 100


@pytest.mark.parametrize(
    ("events", "phase", "timing"),
    [
        (CONNECT[:1], Phase.DNS, Timing(total_ns=41)),
        (CONNECT[:2], Phase.CONNECT, Timing(total_ns=41, dns_ns=7)),
    ],
)
def test_a_failed_connection_names_its_phase(
    events: list[tuple[str, int]], phase: Phase, timing: Timing
) -> None:
    """A name that is not found was being looked up, a host that refuses was being connected to."""
    phases = played([*events, ("connection.connect_tcp.failed", 40)])

    broken_off = phases.break_off(41)

    assert (phases.current, broken_off) == (phase, timing)


def test_the_consent_of_a_proxy_is_part_of_connecting() -> None:
    """Through a tunnel, the connection is there when the proxy has made it."""
    tunnel = [(TUNNEL_EVENT, 40), ("proxy.start_tls.started", 60), ("proxy.start_tls.complete", 75)]
    phases = played(CONNECT + tunnel + answer() + body())

    timing = phases.finish(210)

    assert timing == Timing(total_ns=210, dns_ns=7, connect_ns=33, tls_ns=15, ttfb_ns=100, transfer_ns=20)


def test_a_connection_that_is_used_again_has_no_time_for_connecting() -> None:
    """What did not happen is missing, not zero."""
    phases = played(answer() + body())

    timing = phases.finish(210)

    assert timing == Timing(total_ns=210, ttfb_ns=100, transfer_ns=20)
