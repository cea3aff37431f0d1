"""What probes need of the outside world, shared by all of them, and what becomes of one that breaks."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from tiktoktoe_cli.errors import TiktoktoeError
from tiktoktoe_cli.health.observation import Failure, Observation
from tiktoktoe_cli.transport import Timing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from tiktoktoe_cli.health.effects import Probe
    from tiktoktoe_cli.health.probes.settings import ProbeSettings
    from tiktoktoe_cli.health.settings import Examination
    from tiktoktoe_cli.resilience import Clock
    from tiktoktoe_cli.transport import HttpReply, HttpRequest, TransportFailure
    from tiktoktoe_cli.transport.tcp import TcpClient
    from tiktoktoe_cli.transport.web import WebClient

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Outside:
    """The clock, the clients that all checks share, and the environment that programs are given."""

    clock: Clock
    client: WebClient
    tcp: TcpClient
    environ: Mapping[str, str]

    async def request(self, request: HttpRequest) -> HttpReply | TransportFailure:
        """Send a request; what happens on the way is a value."""
        return await self.client.request(request)

    async def in_thread(self, function: Callable[[], _T], timeout_ns: int) -> _T:
        """Return what a blocking function returns, or raise what it raises; nobody waits for its thread any longer.

        Raises:
            TimeoutError: if it takes longer.
        """
        from tiktoktoe_cli.transport.threads import in_thread

        return await in_thread(function, timeout_ns)


@asynccontextmanager
async def open_probes(clock: Clock, environ: Mapping[str, str]) -> AsyncIterator[Probe]:
    """Open what all checks share, and yield the function that looks once for a check within a time limit."""
    from tiktoktoe_cli.transport.tcp import TcpClient
    from tiktoktoe_cli.transport.web import WebClient

    async with WebClient(clock) as client:
        outside = Outside(clock, client, TcpClient(clock), environ)

        async def look(check: Examination, timeout_ns: int) -> Observation:
            return await _observe(check.probe, timeout_ns, outside)

        yield look


async def _observe(probe: ProbeSettings, timeout_ns: int, outside: Outside) -> Observation:
    """Let a probe look; what it raises against its promise is what was seen, and takes no other check down."""
    import asyncio

    started_ns = outside.clock.now()
    (seen,) = await asyncio.gather(probe.observe(timeout_ns, outside), return_exceptions=True)
    if isinstance(seen, Observation):
        return seen
    return Observation(Timing(outside.clock.now() - started_ns), failure=_failure_of(seen))


def _failure_of(error: BaseException) -> Failure:
    """Blame ourselves. The words of foreign exceptions are left out: they may quote a header or a password."""
    if isinstance(error, TiktoktoeError):
        return Failure("not-possible", "; ".join(filter(None, [error.message, error.hint])), is_ours=True)
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "nowhere"
    message = f"the check broke, which is a bug in tiktoktoe: {type(error).__name__} in {place}"
    return Failure("bug", message, is_ours=True)
