"""The icmp probe: echo requests, and how many come back how fast."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.fields import Text
from tiktoktoe_cli.config.units import Duration
from tiktoktoe_cli.expressions import Duration as Span
from tiktoktoe_cli.health.observation import Failure, Observation
from tiktoktoe_cli.health.probes.settings import ProbeSettings
from tiktoktoe_cli.transport import FailureReason, Timing, TransportFailure
from tiktoktoe_cli.transport.addresses import MAX_PORT, join_address, split_address
from tiktoktoe_cli.transport.echo import LONGEST_PAYLOAD
from tiktoktoe_cli.words import plural

if TYPE_CHECKING:
    from tiktoktoe_cli.health.probes.outside import Outside
    from tiktoktoe_cli.transport.icmp import EchoReply

_MOST_REQUESTS: Final = 100
_NOT_PERMITTED: Final = (
    "this process may not ask for echoes; allow it with the capability NET_RAW, or on Linux with "
    "`sysctl -w net.ipv4.ping_group_range='0 2147483647'`, which is an option of containers too (`--sysctl`)"
)


def _as_host(host: str) -> str:
    if split_address(join_address(host, MAX_PORT)) is None:
        context = {"name": host, "hint": "write a name or an IP address, without a port"}
        raise PydanticCustomError("bad-host-name", "`{name}` is not the name of a host", context)
    return host


class IcmpProbe(ProbeSettings):
    """Ask a host for echoes, as `ping` does; without any in time the check fails.

    Variables: rtt (the mean duration of a round trip), sent and received (ints), loss (a double from 0.0 to 1.0) and
    ip; timing has dns, ttfb (rtt) and total (without the pauses between echoes). Where no echo came, rtt is missing.
    """

    variables: ClassVar[tuple[str, ...]] = ("rtt", "sent", "received", "loss", "ip")
    assumed: ClassVar[tuple[str, ...]] = ("received > 0",)
    target: ClassVar[str] = "host"
    open_socket: ClassVar[type[socket.socket]] = socket.socket
    late: ClassVar[tuple[str, ...]] = ("tiktoktoe_cli.transport.icmp",)

    host: Annotated[Text, AfterValidator(_as_host)]
    """Whom to ask: a name, of which the first address is taken that there is a way to, or an IP address."""
    count: int = Field(default=1, ge=1, le=_MOST_REQUESTS)
    """How many echoes to ask for, a tenth of a second apart or closer if the time is short; 1 by default."""
    size: int = Field(default=56, ge=0, le=LONGEST_PAYLOAD)
    """How many bytes each of them carries; 56 by default, as with `ping`."""
    ttl: int = Field(default=64, ge=1, le=255)
    """How many hops a request may take; 64 by default."""

    async def observe(self, timeout_ns: int, outside: Outside) -> Observation:
        """Ask, and observe what comes back."""
        from tiktoktoe_cli.transport.icmp import EchoNotPermittedError, EchoRequest, ask_for_echoes

        request = EchoRequest(self.host, self.count, self.size, self.ttl)
        try:
            answer = await ask_for_echoes(request, timeout_ns, outside.clock, self.open_socket)
        except EchoNotPermittedError:
            return Observation(Timing(0), failure=Failure("not-permitted", _NOT_PERMITTED, is_ours=True))
        if isinstance(answer, TransportFailure):
            return Observation(answer.timing, failure=Failure.of(answer))
        return Observation(answer.timing, _values(answer), self._failure(answer, timeout_ns))

    def _failure(self, reply: EchoReply, timeout_ns: int) -> Failure | None:
        if reply.round_trips_ns:
            return None
        asked = plural(reply.sent, "echo request")
        message = f"`{self.host}` did not answer {asked} within {Duration(timeout_ns).rounded}"
        return Failure(FailureReason.TIMEOUT.value, message)


def _values(reply: EchoReply) -> dict[str, Any]:  # CEL is dynamically typed
    received = len(reply.round_trips_ns)
    mean = {"rtt": Span(reply.timing.ttfb_ns)} if reply.timing.ttfb_ns is not None else {}
    return {
        "sent": reply.sent,
        "received": received,
        "loss": 1 - received / reply.sent,
        "ip": reply.ip,
        **mean,
    }
