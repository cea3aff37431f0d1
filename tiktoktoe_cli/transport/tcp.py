"""TCP connections, over TLS where that is asked for: made, perhaps talked over, and closed again."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.transport.calls import FOREIGN, RunningCall
from tiktoktoe_cli.transport.trust import Contexts, TrustError, make_context

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tiktoktoe_cli.resilience import Clock
    from tiktoktoe_cli.transport.channels import Channel
    from tiktoktoe_cli.transport.exchange import TcpReply, TransportFailure
    from tiktoktoe_cli.transport.route import TlsOptions
    from tiktoktoe_cli.transport.starttls import StartTls

Talk: TypeAlias = "Callable[[Channel], Awaitable[None]]"
"""Talks over a connection as long as it likes; it may raise `UnexpectedAnswerError`."""


@dataclass(frozen=True, slots=True)
class TcpRequest:
    """Whom to connect to. `timeout_ns` is for all of it, from the look-up of the name to the last byte.

    With `tls` the connection is encrypted: from its first byte, or after the server was asked as `starttls` does.
    """

    host: str
    port: int
    timeout_ns: int
    tls: TlsOptions | None = None
    starttls: StartTls | None = None


class TcpClient:
    """Makes connections; those over TLS share what they trust."""

    def __init__(self, clock: Clock, contexts: Contexts | None = None) -> None:
        self._clock = clock
        self._contexts = contexts or Contexts(make_context)

    async def connect(self, request: TcpRequest, talk: Talk | None = None) -> TcpReply | TransportFailure:
        """Connect to the first address of a name that accepts, talk, and close. Raises nothing but cancellation.

        Waiting until a server allows TLS counts as waiting for an answer, `ttfb`; so does the time until it says
        its first word in a talk, and what follows is the `transfer`. A server whose certificate is not right is
        looked at once more, without verification and within the same deadline: the failure then tells of what it
        showed.
        """
        deadline_ns = self._clock.now() + request.timeout_ns
        try:
            context = self._contexts.get(request.tls, http2=False) if request.tls else None
        except TrustError as error:
            return RunningCall(request, self._clock).fail(error)
        call = RunningCall(request, self._clock)
        try:
            async with asyncio.timeout((deadline_ns - self._clock.now()) / NS_PER_S):
                return await call.run(context, talk)
        except TimeoutError:
            return call.time_out()
        except ssl.SSLCertVerificationError as error:
            failure = call.fail(error)
        except FOREIGN as error:
            return call.fail(error)
        left_ns = deadline_ns - self._clock.now()
        return await self.look_again(replace(request, timeout_ns=left_ns), failure)

    async def look_again(self, request: TcpRequest, failure: TransportFailure) -> TransportFailure:
        """Find out what certificates a server shows that were refused, and add to a failure what is wrong with them."""
        if request.tls is None or request.timeout_ns <= 0:
            return failure
        seen = await self.connect(replace(request, tls=replace(request.tls, verify=False)))
        if seen.tls is None:
            return failure
        from tiktoktoe_cli.transport.certificates import describe_fault, read_chain

        words = describe_fault(failure.tls_fault, read_chain(seen.tls.chain))
        return replace(failure, message="; ".join(filter(None, [failure.message, words])), tls=seen.tls)


async def connect_tcp(host: str, port: int, timeout_ns: int, clock: Clock) -> TcpReply | TransportFailure:
    """Connect and close again; the addresses of a name are tried in their order. Raises nothing but cancellation."""
    return await TcpClient(clock).connect(TcpRequest(host, port, timeout_ns))
