"""The phases of an exchange, from what happens on the way; pure, with the time of each event handed in.

An exchange is in one phase at a time. Beginning one ends the one before it; a redirect goes through the phases again,
and their times add up, as in Prometheus' blackbox exporter. Of what the rich client does, httpcore's events tell.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.transport.exchange import Timing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktoktoe_cli.config.units import Duration


class Phase(StrEnum):
    """A part of an exchange; the words say what was going on when it was broken off."""

    DNS = "looking up the name"
    CONNECT = "connecting"
    TLS = "in the TLS handshake"
    TTFB = "waiting for the answer"
    TRANSFER = "reading the body"


def too_late(target: str, within: Duration, phase: Phase | None) -> str:
    """Say that there was no answer in time; who was waiting for it has not a part of one, and that says all."""
    if phase is Phase.TTFB:
        return f"no answer of `{target}` within {within}"
    still = f", still {phase.value}" if phase else ""
    return f"no complete answer of `{target}` within {within}{still}"


LOOKED_UP_EVENT: Final = "connection.look_up.complete"
TUNNEL_EVENT: Final = "proxy.connect.started"
# httpcore has no events for these two. It documents its own and warns that their names may change; tests against
# real servers hold them.
_BEGINS: Final[Mapping[str, Phase]] = {
    "connection.connect_tcp.started": Phase.DNS,
    LOOKED_UP_EVENT: Phase.CONNECT,
    TUNNEL_EVENT: Phase.CONNECT,
    "connection.start_tls.started": Phase.TLS,
    "proxy.start_tls.started": Phase.TLS,
    "http11.send_request_headers.started": Phase.TTFB,
    "http2.send_request_headers.started": Phase.TTFB,
    "http11.receive_response_headers.complete": Phase.TRANSFER,
    "http2.receive_response_headers.complete": Phase.TRANSFER,
}
# over HTTP/2 the server is listened to while the body is sent, and what is wrong from there on is the server's
_SENT: Final = frozenset({"http11.receive_response_headers.started", "http2.send_request_headers.complete"})
_ENDS: Final = frozenset(
    {
        "connection.connect_tcp.complete",
        "connection.start_tls.complete",
        "proxy.start_tls.complete",
        "http11.receive_response_body.complete",
        "http2.receive_response_body.complete",
    }
)


class Phases:
    """Adds up the phases of one exchange that began at `started_ns`."""

    def __init__(self, started_ns: int) -> None:
        self._started_ns = started_ns
        self._spent_ns: dict[Phase, int] = {}
        self._phase = Phase.DNS
        self._phase_started_ns: int | None = None
        self._is_sent = False

    @property
    def current(self) -> Phase:
        """The phase that the exchange is in, or was in last."""
        return self._phase

    @property
    def has_answer(self) -> bool:
        """Whether a server has answered at all, be it with a redirect."""
        return Phase.TTFB in self._spent_ns

    @property
    def is_sent(self) -> bool:
        """Whether the last request has gone as far as we could have made it wrong."""
        return self._is_sent

    def see(self, event: str, now_ns: int) -> None:
        """Take one event of httpcore; those that mean nothing here are passed over."""
        if event in _BEGINS:
            self.begin(_BEGINS[event], now_ns)
            self._is_sent = self._phase is Phase.TRANSFER
        elif event in _SENT:
            self._is_sent = True
        elif event in _ENDS:
            self.end(now_ns)

    def begin(self, phase: Phase, now_ns: int) -> None:
        """End the phase that the exchange is in, and begin one."""
        self.end(now_ns)
        self._phase, self._phase_started_ns = phase, now_ns

    def end(self, now_ns: int) -> None:
        """End the phase that the exchange is in, if it is in one."""
        if self._phase_started_ns is not None:
            spent_ns = now_ns - self._phase_started_ns
            self._spent_ns[self._phase] = self._spent_ns.get(self._phase, 0) + spent_ns
            self._phase_started_ns = None

    def finish(self, now_ns: int) -> Timing:
        """End the exchange in order, and with it the phase it is in."""
        self.end(now_ns)
        return self.break_off(now_ns)

    def break_off(self, now_ns: int) -> Timing:
        """End the exchange in the middle: the phase it is in did not end, and has no time."""
        return Timing(
            total_ns=now_ns - self._started_ns,
            dns_ns=self._spent_ns.get(Phase.DNS),
            connect_ns=self._spent_ns.get(Phase.CONNECT),
            tls_ns=self._spent_ns.get(Phase.TLS),
            ttfb_ns=self._spent_ns.get(Phase.TTFB),
            transfer_ns=self._spent_ns.get(Phase.TRANSFER),
        )
