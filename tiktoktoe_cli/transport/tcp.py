"""A TCP connection, made to see whether it can be made."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tiktoktoe_cli.config.units import NS_PER_S, Duration
from tiktoktoe_cli.transport.addresses import join_address
from tiktoktoe_cli.transport.exchange import FailureReason, TcpReply, Timing, TransportFailure
from tiktoktoe_cli.transport.foreign import Diagnosis, diagnose
from tiktoktoe_cli.transport.sockets import connect_first, look_up

if TYPE_CHECKING:
    from tiktoktoe_cli.resilience import Clock


async def connect_tcp(host: str, port: int, timeout_ns: int, clock: Clock) -> TcpReply | TransportFailure:
    """Connect and close again; the addresses of a name are tried in their order. Raises nothing but cancellation."""
    started_ns = clock.now()
    target = join_address(host, port)
    try:
        async with asyncio.timeout(timeout_ns / NS_PER_S):
            addresses = await look_up(host, port)
            looked_up_ns = clock.now()
            (await connect_first(addresses)).close()
    except TimeoutError:
        message = f"no connection to `{target}` within {Duration(timeout_ns).rounded}"
        return TransportFailure(FailureReason.TIMEOUT, message, Timing(clock.now() - started_ns))
    except (OSError, UnicodeError, OverflowError) as error:
        diagnosis = diagnose(error) or Diagnosis(FailureReason.NETWORK)
        return TransportFailure(
            diagnosis.reason, diagnosis.describe(target), Timing(clock.now() - started_ns)
        )
    connected_ns = clock.now()
    return TcpReply(
        Timing(
            total_ns=connected_ns - started_ns,
            dns_ns=looked_up_ns - started_ns,
            connect_ns=connected_ns - looked_up_ns,
        )
    )
