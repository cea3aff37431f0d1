from __future__ import annotations

from tiktoktoe_cli.transport import Timing
from tiktoktoe_cli.transport.phases import Phase, Phases

CONNECT = [("connection.connect_tcp.started", 10), ("connection.connect_tcp.complete", 30)]
TLS = [("connection.start_tls.started", 31), ("connection.start_tls.complete", 71)]
ANSWER = [
    ("http11.send_request_headers.started", 80),
    ("http11.send_request_headers.complete", 81),
    ("http11.receive_response_headers.started", 82),
    ("http11.receive_response_headers.complete", 180),
]
BODY = [("http11.receive_response_body.started", 181), ("http11.receive_response_body.complete", 200)]


def played(events: list[tuple[str, int]]) -> Phases:
    """Make the phases of an exchange that began at 0 and saw these events."""
    phases = Phases(started_ns=0)
    for event, now_ns in events:
        phases.see(event, now_ns)
    return phases


def test_each_phase_has_its_own_time() -> None:
    """Connecting, TLS, the wait for the answer and the transfer are told apart."""
    phases = played(CONNECT + TLS + ANSWER + BODY)

    timing = phases.finish(210)

    assert timing == Timing(total_ns=210, connect_ns=20, tls_ns=40, ttfb_ns=100, transfer_ns=20)


def test_a_phase_that_did_not_happen_has_no_time() -> None:
    """Without TLS there is no time for TLS: it is missing, not zero."""
    phases = played(CONNECT + ANSWER + BODY)

    timing = phases.finish(210)

    assert timing.tls_ns is None


def test_redirects_add_up() -> None:
    """The phases of every hop are summed, as blackbox exporter does."""
    second_hop = [(event, now_ns + 1000) for event, now_ns in CONNECT + ANSWER + BODY]
    phases = played(CONNECT + ANSWER + BODY + second_hop)

    timing = phases.finish(1300)

    assert timing == Timing(total_ns=1300, connect_ns=40, ttfb_ns=200, transfer_ns=40)


def test_an_exchange_that_breaks_off_has_no_time_for_its_last_phase() -> None:
    """A phase that never ended has no length; the ones before it keep theirs."""
    phases = played([*CONNECT, *ANSWER[:3]])

    timing = phases.break_off(500)

    assert timing == Timing(total_ns=500, connect_ns=20)
    assert phases.current is Phase.TTFB


def test_a_body_that_was_cut_ends_with_the_exchange() -> None:
    """A transfer that we end ourselves lasted until then."""
    phases = played([*CONNECT, *ANSWER, BODY[0]])

    timing = phases.finish(280)

    assert timing.transfer_ns == 100


def test_a_failed_connection_is_still_connecting() -> None:
    """The phase in which it failed can be named, and has no time."""
    phases = played([CONNECT[0], ("connection.connect_tcp.failed", 40)])

    timing = phases.break_off(41)

    assert (phases.current, timing.connect_ns) == (Phase.CONNECT, None)
