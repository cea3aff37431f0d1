"""Looks before anything is started whether the addresses of the checks are still free.

Whatever answers there would make a foreign process look like a healthy service of ours.
"""

from __future__ import annotations

import asyncio
import ipaddress
from typing import TYPE_CHECKING, TypeAlias

from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.errors import UnfinishedError
from tiktoktoe_cli.transport import FailureReason, TcpReply
from tiktoktoe_cli.transport.addresses import join_address
from tiktoktoe_cli.transport.tcp import connect_tcp

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from tiktoktoe_cli.health.settings import CheckSettings
    from tiktoktoe_cli.resilience.clock import Clock

Address: TypeAlias = tuple[str, int]

_CONNECT_PATIENCE_NS = NS_PER_S  # on this machine it takes microseconds; a full backlog must not hold us up


async def check_ports(
    checks: Mapping[str, Sequence[CheckSettings]], started: Collection[str], clock: Clock
) -> None:
    """Look whether something listens where services that will be started are going to listen.

    Only addresses of this machine are asked.

    Raises:
        UnfinishedError: naming every port that is taken, the service that needs it, and where to change it.
    """
    needed = {address: service for service in started for address in local_addresses(checks.get(service, ()))}
    answers = await asyncio.gather(*(_answers(address, clock) for address in needed))
    taken = [pair for pair, is_answered in zip(needed.items(), answers, strict=True) if is_answered]
    if taken:
        raise _taken(taken)


def local_addresses(checks: Sequence[CheckSettings]) -> Iterator[Address]:
    """Find where on this machine checks expect somebody to listen."""
    for check in checks:
        address: Address | None = check.probe.listens_at
        if address and _is_local(address[0]):
            yield address


def _is_local(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")  # RFC 6761, section 6.3
    return address.is_loopback or address.is_unspecified


async def _answers(address: Address, clock: Clock) -> bool:
    answer = await connect_tcp(*address, _CONNECT_PATIENCE_NS, clock)
    if isinstance(answer, TcpReply):
        return True
    return answer.reason is FailureReason.TIMEOUT  # somebody holds the port, and is too busy to answer


def _taken(taken: Sequence[tuple[Address, str]]) -> UnfinishedError:
    address, service = taken[0]
    message = f"port {address[1]} is already in use by another process; `{service}` needs it"
    if len(taken) > 1:
        ports = ", ".join(f"{port} (`{name}`)" for (_, port), name in taken)
        message = f"{len(taken)} ports are already in use by other processes: {ports}"
    hint = (
        f"`ss -ltnp 'sport = :{address[1]}'` names who listens on {join_address(*address)}; stop it, or give "
        f"`{service}` another port in `services.{service}.health` and in how it is started"
    )
    return UnfinishedError(message, hint=hint)
