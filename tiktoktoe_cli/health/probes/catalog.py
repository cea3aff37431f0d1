"""The one table of probes, and what runs the right one for a check."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from tiktoktoe_cli.health.observation import Observation
from tiktoktoe_cli.health.probes.exec import probe_exec
from tiktoktoe_cli.health.probes.http import probe_http
from tiktoktoe_cli.health.probes.outside import Outside
from tiktoktoe_cli.health.probes.tcp import probe_tcp

if TYPE_CHECKING:
    from tiktoktoe_cli.health.effects import Probe
    from tiktoktoe_cli.health.settings import CheckSettings
    from tiktoktoe_cli.resilience import Clock

_OneProbe: TypeAlias = Callable[
    [Any, int, Outside], Awaitable[Observation]
]  # Any: the settings of its own kind

PROBES: Final[Mapping[str, _OneProbe]] = {
    "http": probe_http,
    "tcp": probe_tcp,
    "exec": probe_exec,
}


@asynccontextmanager
async def open_probes(clock: Clock, environ: Mapping[str, str]) -> AsyncIterator[Probe]:
    """Open what all checks share, and yield the function that probes once for a check within a time limit."""
    from tiktoktoe_cli.transport.client import HttpClient

    async with HttpClient(clock) as client:
        outside = Outside(clock, client, environ)

        async def probe(check: CheckSettings, timeout_ns: int) -> Observation:
            return await PROBES[check.kind](check.probe, timeout_ns, outside)

        yield probe
