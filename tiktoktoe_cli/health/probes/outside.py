"""What probes need of the outside world, shared by all of them, and what becomes of one that breaks."""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from tiktoktoe_cli.errors import TiktoktoeError
from tiktoktoe_cli.health.observation import Failure, Observation
from tiktoktoe_cli.transport import Timing
from tiktoktoe_cli.transport.trust import Contexts, make_context

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Callable, Iterable, Mapping

    from tiktoktoe_cli.health.probes.settings import Probe, ProbeSettings
    from tiktoktoe_cli.health.settings import Examination
    from tiktoktoe_cli.processes import Guard
    from tiktoktoe_cli.resilience import WallClock
    from tiktoktoe_cli.transport import HttpReply, HttpRequest, TlsOptions, TransportFailure
    from tiktoktoe_cli.transport.tcp import TcpClient
    from tiktoktoe_cli.transport.web import WebClient

_CLIENTS: Final = ("tiktoktoe_cli.transport.tcp", "tiktoktoe_cli.transport.web")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Outside:
    """The clock, the clients that all checks share, and the environment that programs are given.

    `guard` returns who ends programs if we are killed, the same one each time, from the first time on.
    """

    clock: WallClock
    client: WebClient
    tcp: TcpClient
    environ: Mapping[str, str]
    contexts: Contexts = field(default_factory=lambda: Contexts(make_context))
    guard: Callable[[], Guard | None] = lambda: None

    def context(self, options: TlsOptions | None) -> ssl.SSLContext | None:
        """Return the context of a connection that is over TLS.

        Raises:
            TrustError: if a file cannot be used.
        """
        return self.contexts.get(options, http2=False) if options else None

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
async def open_probes(
    clock: WallClock, environ: Mapping[str, str], checks: Iterable[Examination] = ()
) -> AsyncIterator[Probe]:
    """Open what all checks share, and yield the function that lets a probe look once within a time limit.

    Prepared are the looks of `checks`: a first one takes no longer then than those after it.
    """
    from tiktoktoe_cli.transport.tcp import TcpClient
    from tiktoktoe_cli.transport.web import WebClient

    contexts = Contexts(make_context)
    async with AsyncExitStack() as stack:
        guard = cache(partial(_start_guard, stack))
        client = await stack.enter_async_context(WebClient(clock, contexts=contexts))
        outside = Outside(clock, client, TcpClient(clock, contexts), environ, contexts, guard)
        await _prepare(checks, outside)

        async def look(probe: ProbeSettings, timeout_ns: int) -> Observation:
            return await _observe(probe, timeout_ns, outside)

        yield look


def _start_guard(stack: AsyncExitStack) -> Guard:
    from tiktoktoe_cli.processes import Guard

    guard = Guard.start()
    stack.callback(guard.close)
    return guard


def load(checks: Iterable[Examination]) -> None:
    """Import what the looks of some checks import late: what is there before a fork is shared with it."""
    for name in _CLIENTS:
        import_module(name)
    for kind in {type(check.probe) for check in checks}:
        with suppress(Exception):  # no check may take down the run
            kind.load()


async def _prepare(checks: Iterable[Examination], outside: Outside) -> None:
    """Prepare looks, once for each need; what is wrong with one, the look itself will tell."""
    from tiktoktoe_cli.transport.certificates import read_chain
    from tiktoktoe_cli.transport.sockets import look_up

    await look_up("::1", 80)  # Python imports the codec of names
    needs = {(check.probe.need, check.reads("tls")): check for check in checks}
    for (_, is_tls_read), check in needs.items():
        with suppress(Exception):  # no check may take down the run
            await check.probe.prepare(outside)
            if is_tls_read:
                import_module("tiktoktoe_cli.health.certificates")
                read_chain((b"",))  # imports what reads them


async def _observe(probe: ProbeSettings, timeout_ns: int, outside: Outside) -> Observation:
    """Let a probe look; what it raises against its promise is what was seen, and takes no other check down."""
    started_ns = outside.clock.now()
    try:
        return await probe.observe(timeout_ns, outside)
    except Exception as error:  # noqa: BLE001  # whatever it is: no check may take down the run
        return Observation(Timing(outside.clock.now() - started_ns), failure=_failure_of(error))


def _failure_of(error: Exception) -> Failure:
    """Blame ourselves. The words of foreign exceptions are left out: they may quote a header or a password."""
    if isinstance(error, TiktoktoeError):
        return Failure("not-possible", "; ".join(filter(None, [error.message, error.hint])), is_ours=True)
    if isinstance(error, MemoryError):
        message = "there is not enough memory for this look, and for those beside it"
        return Failure("no-memory", message, is_ours=True)
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "nowhere"
    message = f"the check broke, which is a bug in tiktoktoe: {type(error).__name__} in {place}"
    return Failure("bug", message, is_ours=True)
