"""The pages of a running watch: the server, its routes, and the looks that `/probe` asks for."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.health.listening.blackbox import Seen
from tiktoktoe_cli.health.listening.routes import Look, route
from tiktoktoe_cli.health.listening.server import serving
from tiktoktoe_cli.health.verdict import judge
from tiktoktoe_cli.health.watching.report import all_metrics_of, watch_report_of
from tiktoktoe_cli.health.watching.session import Listening, facts_of
from tiktoktoe_cli.transport.addresses import split_address

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from tiktoktoe_cli.health.effects import Effects
    from tiktoktoe_cli.health.listening.messages import Request, Response
    from tiktoktoe_cli.health.session import HealthInputs
    from tiktoktoe_cli.health.settings import Examination
    from tiktoktoe_cli.health.watching.session import WatchFacts
    from tiktoktoe_cli.health.watching.watch import Watch
    from tiktoktoe_cli.report.facts import Metric, Report
    from tiktoktoe_cli.report.view import Mask


@dataclass(frozen=True, slots=True)
class WatchSite:
    """The site of a watch: what its pages are drawn from, and the probe that looks for them."""

    watch: Watch
    effects: Effects
    system: str
    modules: Mapping[str, Examination]
    mask: Mask

    def report(self) -> Report:
        """Return the watch as it is now."""
        return watch_report_of(self._facts())

    def metrics(self) -> tuple[Metric, ...]:
        """Return the metrics of the watch as it is now."""
        return all_metrics_of(self._facts())

    async def answer(self, request: Request) -> Response:
        """Answer a request, with a look first where that is wanted."""
        answer = route(request, self)
        return await self._look(answer) if isinstance(answer, Look) else answer

    def _facts(self) -> WatchFacts:
        return facts_of(self.watch, self.system, self.effects.clock.now())

    async def _look(self, look: Look) -> Response:
        """Look once: whoever scrapes comes again, and that is the retry."""
        clock = self.effects.clock
        started_ns = clock.now()
        observation = await self.effects.probe(look.check, look.timeout_ns)
        now_ns = clock.now()
        verdict = judge(look.check, observation, now_ns)
        took_ns = now_ns - started_ns
        return look.answer(Seen(look.check.kind, observation, verdict, took_ns, look.timeout_ns))


@asynccontextmanager
async def open_listener(
    listening: Listening, watch: Watch, effects: Effects, inputs: HealthInputs
) -> AsyncIterator[None]:
    """Answer requests about a watch while the block runs.

    Raises:
        UsageError: if it cannot be listened there.
    """
    site = WatchSite(watch, effects, inputs.system, inputs.settings.modules, listening.mask)
    async with serving(listening.host, listening.port, site.answer) as address:
        listening.opened(address)
        yield


def read_listening(text: str, mask: Mask, opened: Callable[[str], None]) -> tuple[Listening, str]:
    """Read where to listen, `HOST:PORT` with 0 for any free port, and return it with a warning, if there is one.

    Raises:
        UsageError: if it is no address.
    """
    host = text.removesuffix(":0")
    address = split_address(text) if host == text else (host.strip("[]"), 0)
    if address is None or not address[0]:
        raise UsageError(f"`--listen {text}` is not a host with a port", hint="write it as `127.0.0.1:9115`")
    listening = Listening(*address, mask, opened)
    warning = f"anybody who reaches `{text}` sees the state of the system, and may have it look at any target"
    return listening, "" if _is_loopback(address[0]) else warning


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
