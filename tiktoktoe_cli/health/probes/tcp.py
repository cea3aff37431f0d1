"""The tcp probe: one connection, made and closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.health.observation import Failure, Observation
from tiktoktoe_cli.transport import TransportFailure
from tiktoktoe_cli.transport.addresses import split_address

if TYPE_CHECKING:
    from tiktoktoe_cli.health.probe_settings import TcpSettings
    from tiktoktoe_cli.health.probes.outside import Outside


async def probe_tcp(settings: TcpSettings, timeout_ns: int, outside: Outside) -> Observation:
    """Connect, and observe whether and how fast that went."""
    from tiktoktoe_cli.transport.tcp import connect_tcp

    address = split_address(settings.address)
    assert address is not None, "the settings were checked"  # noqa: S101  # states an invariant
    answer = await connect_tcp(*address, timeout_ns, outside.clock)
    failure = Failure.of(answer) if isinstance(answer, TransportFailure) else None
    return Observation(answer.timing, failure=failure)
