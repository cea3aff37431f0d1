"""The pages of a running watch: the server, its routes, and the looks that `/probe` asks for."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.health.listening.blackbox import Seen
from tiktoktoe_cli.health.listening.messages import Response
from tiktoktoe_cli.health.listening.routes import LookOrder, route
from tiktoktoe_cli.health.listening.server import Limits, serving
from tiktoktoe_cli.health.verdict import judge
from tiktoktoe_cli.health.watching.facts import facts_of
from tiktoktoe_cli.health.watching.report import all_metrics_of, watch_report_of
from tiktoktoe_cli.transport.addresses import split_address
from tiktoktoe_cli.words import listed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from tiktoktoe_cli.health.effects import Effects
    from tiktoktoe_cli.health.listening.messages import Request
    from tiktoktoe_cli.health.open_files import Places
    from tiktoktoe_cli.health.session import HealthInputs
    from tiktoktoe_cli.health.settings import Module
    from tiktoktoe_cli.health.watching.facts import WatchFacts
    from tiktoktoe_cli.health.watching.watch import Watch
    from tiktoktoe_cli.report.facts import Metric, Report
    from tiktoktoe_cli.report.view import Mask

_MOST_NAMES: Final = 3
_TOO_MANY: Final = "too many probes are under way"


@dataclass(frozen=True, slots=True)
class Listening:
    """Where to listen, what to hide in what is answered, and whom to tell where that is and what goes wrong."""

    host: str
    port: int
    mask: Mask
    say: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class WatchSite:
    """The site of a watch: what its pages are drawn from, and the probe that looks for them.

    `waiting` has a place for each request for a look, `looking` one for each look that is under way.
    """

    watch: Watch
    effects: Effects
    system: str
    modules: Mapping[str, Module]
    mask: Mask
    waiting: asyncio.Semaphore
    looking: asyncio.Semaphore

    def report(self) -> Report:
        """Return the watch as it is now."""
        return watch_report_of(self._facts())

    def metrics(self) -> tuple[Metric, ...]:
        """Return the metrics of the watch as it is now."""
        return all_metrics_of(self._facts())

    async def answer(self, request: Request) -> Response:
        """Answer a request, with a look first where that is wanted."""
        answer = route(request, self)
        if not isinstance(answer, LookOrder):
            return answer
        if self.waiting.locked():
            return Response.text(503, _TOO_MANY)
        async with self.waiting:
            return await self._look(answer)

    def _facts(self) -> WatchFacts:
        return facts_of(self.watch, self.system, self.effects.clock.now())

    async def _look(self, look: LookOrder) -> Response:
        """Look once, as soon as there is a place: whoever scrapes comes again, and that is the retry."""
        clock = self.effects.clock
        ends_ns = clock.now() + look.timeout_ns
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(look.timeout_ns / NS_PER_S):
                    await stack.enter_async_context(self.looking)
            except TimeoutError:
                return Response.text(503, _TOO_MANY)
            started_ns = clock.now()
            observation = await self.effects.probe(look.check.probe, max(1, ends_ns - started_ns))
        now_ns = clock.now()
        verdict = judge(look.check, observation, clock.wall_now())
        took_ns = now_ns - started_ns
        return look.answer(Seen(look.check, observation, verdict, took_ns, look.timeout_ns))


@asynccontextmanager
async def open_listener(
    listening: Listening, watch: Watch, effects: Effects, inputs: HealthInputs, places: Places
) -> AsyncIterator[None]:
    """Answer requests about a watch while the block runs, as many at once as there are places.

    Raises:
        UsageError: if it cannot be listened there.
    """
    site = WatchSite(
        watch,
        effects,
        inputs.system,
        inputs.settings.modules,
        listening.mask,
        asyncio.Semaphore(places.waiting),
        asyncio.Semaphore(places.looks),
    )
    limits = Limits(connections=places.connections)
    async with serving(listening.host, listening.port, site.answer, limits, listening.say) as address:
        listening.say(f"listening on http://{address}/")
        yield


def read_listening(
    text: str, mask: Mask, say: Callable[[str], None], modules: Mapping[str, Module]
) -> tuple[Listening, str]:
    """Read where to listen, `HOST:PORT` with 0 for any free port, and return it with a warning, if there is one.

    Raises:
        UsageError: if it is no address.
    """
    address = split_address(text, lowest_port=0)
    if address is None:
        raise UsageError(f"`--listen {text}` is not a host with a port", hint="write it as `127.0.0.1:9115`")
    listening = Listening(*address, mask, say)
    warning = f"anybody who reaches `{text}` sees the state of the system"
    anywhere = [name for name, module in modules.items() if not module.targets]
    if anywhere:
        warning += f", and may have {listed(anywhere, _MOST_NAMES)} look at any target"
    return listening, "" if _is_loopback(address[0]) else warning


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
