"""Short ways to make checks, observations, graphs and probes for the tests of health."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

from tests.graph.systems import build_graph
from tiktoktoe_cli.graph.settings import ServiceSettings
from tiktoktoe_cli.health import Failure, HealthState, Observation, ServiceHealth
from tiktoktoe_cli.health.settings import PROBES, CheckSettings
from tiktoktoe_cli.resilience import VirtualClock
from tiktoktoe_cli.transport import Timing

if TYPE_CHECKING:
    from tiktoktoe_cli.graph import Graph
    from tiktoktoe_cli.health import Attempt, CheckResult
    from tiktoktoe_cli.health.probes.settings import ProbeSettings

MS = 1_000_000
SECOND = 1000 * MS


def make_check(name: str = "api", **settings: Any) -> CheckSettings:
    """Make an http check, unless another probe is given."""
    probe = {} if settings.keys() & PROBES.keys() else {"http": {"url": "http://h/"}}
    return CheckSettings.model_validate({"name": name, **probe, **settings})


def answered(status: int = 200, body: Any = "", **values: Any) -> Observation:
    """Observe an answer that took 20 ms."""
    remarks = values.pop("remarks", ())
    timing = Timing(total_ns=20 * MS, connect_ns=5 * MS)
    known = {"status": status, "body": body, "headers": {}, "url": "http://h/", **values}
    return Observation(timing, known, remarks=remarks)


def unanswered(reason: str = "refused", *, is_ours: bool = False) -> Observation:
    """Observe that there was no answer, after 3 ms."""
    return Observation(Timing(total_ns=3 * MS), failure=Failure(reason, f"it was {reason}", is_ours=is_ours))


def make_graph(**needs: Any) -> Graph:
    """Make a graph; each service lists what it needs, or maps it to the settings of the dependency."""
    services = {
        name: ServiceSettings.model_validate(
            {"depends_on": below if isinstance(below, Mapping) else {target: {} for target in below}}
        )
        for name, below in needs.items()
    }
    return build_graph(services)


def services_in(**states: HealthState) -> dict[str, ServiceHealth]:
    """Make services in these states, without checks."""
    return {name: ServiceHealth(name, state, ()) for name, state in states.items()}


class FullDraw(Random):
    """Chance that always takes the upper end: pauses are as long as they can be."""

    def random(self) -> float:
        """Draw one."""
        return 1.0


@dataclass
class ScriptedProbe:
    """Sees what its script says, one entry a call and the last one for ever; each look takes `takes_ns`."""

    script: Sequence[Observation]
    clock: VirtualClock = field(default_factory=VirtualClock)
    takes_ns: int = 0
    calls: list[tuple[int, int]] = field(default_factory=list)
    running: int = 0
    most_running: int = 0

    async def __call__(self, _probe: ProbeSettings, timeout_ns: int, /) -> Observation:
        """Look once, and note when and with what limit."""
        self.calls.append((self.clock.now(), timeout_ns))
        seen = self.script[min(len(self.calls), len(self.script)) - 1]
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        if self.takes_ns:
            await self.clock.sleep(self.takes_ns)
        self.running -= 1
        return seen


@dataclass
class NotingObserver:
    """Notes what it is told, one line each."""

    lines: list[str] = field(default_factory=list)

    def on_start(self, service: str, check: str) -> None:
        """Note the beginning of a check."""
        self.lines.append(f"start {service}/{check}")

    def on_attempt(self, service: str, check: str, attempt: Attempt) -> None:
        """Note an attempt."""
        self.lines.append(f"attempt {service}/{check} {attempt.state}")

    def on_finish(self, service: str, result: CheckResult) -> None:
        """Note the end of a check."""
        self.lines.append(f"finish {service}/{result.name} {result.state}")

    def on_round(self, health: ServiceHealth) -> None:
        """Note a round of a wait."""
        self.lines.append(f"round {health.name} {health.state}")
