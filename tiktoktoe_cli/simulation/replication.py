"""One replication: build the system, let its time pass, count what happened."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.resilience import BreakerState
from tiktoktoe_cli.resilience.settings import policy_of
from tiktoktoe_cli.simulation.calls import CallPath
from tiktoktoe_cli.simulation.chance import service_time, streams
from tiktoktoe_cli.simulation.engine import Engine
from tiktoktoe_cli.simulation.facts import CallCounts, Replication, Second
from tiktoktoe_cli.simulation.faults import FaultSchedule
from tiktoktoe_cli.simulation.model import reachable, visits_per_request
from tiktoktoe_cli.simulation.servers import Pool, Server
from tiktoktoe_cli.simulation.traffic import Ledger, Source, gaps

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tiktoktoe_cli.resilience import Transition
    from tiktoktoe_cli.resilience.settings import PolicySettings
    from tiktoktoe_cli.simulation.chance import Streams
    from tiktoktoe_cli.simulation.engine import Limits
    from tiktoktoe_cli.simulation.model import SimulatedService
    from tiktoktoe_cli.simulation.settings import SimulationSettings

UNLIMITED = 2**63 - 1
_WORST_LAST = (BreakerState.CLOSED, BreakerState.HALF_OPEN, BreakerState.OPEN)


@dataclass(frozen=True, slots=True)
class Plan:
    """What every replication of a scenario is built from; `services` are those that requests reach."""

    settings: SimulationSettings
    services: Mapping[str, SimulatedService]
    policies: Mapping[str, PolicySettings]
    limits: Limits

    @classmethod
    def of(
        cls,
        settings: SimulationSettings,
        services: Mapping[str, SimulatedService],
        policies: Mapping[str, PolicySettings],
        limits: Limits,
    ) -> Plan:
        """Keep of the system what the scenario's traffic reaches."""
        return cls(settings, reachable(services, settings.traffic), policies, limits)


def replicate(plan: Plan, replication: int, poll: Callable[[int], str | None]) -> Replication:
    """Run one replication to its end, or until `poll` gives a reason to stop; see `Engine.run`."""
    world = _World(plan, streams(plan.settings.seed, replication))
    stopped = world.engine.run(poll)
    return world.counted(stopped)


class _World:
    """A system in virtual time, with everything announced that comes from outside."""

    def __init__(self, plan: Plan, stream: Streams) -> None:
        self.plan = plan
        self.stream = stream
        self.engine = Engine(plan.limits)
        self.ledger = Ledger(plan.settings.duration)
        self.servers = {name: self._server(service) for name, service in plan.services.items()}
        self.paths = [path for service in plan.services.values() for path in self._connect(service)]
        self.sources = {name: self._source(name) for name in plan.settings.traffic}
        for name, server in self.servers.items():
            faults = [fault for fault in plan.settings.faults if fault.on == name]
            FaultSchedule(server, faults).announce(self.engine)
        for source in self.sources.values():
            source.announce(self.engine, 0)

    def _server(self, service: SimulatedService) -> Server:
        performance = service.performance
        pool = Pool(
            slots=performance.concurrency * service.replicas if performance else UNLIMITED,
            queue=performance.queue * service.replicas if performance else 0,
            work=service_time(performance, self.stream(service.name, "work")),
            chance=self.stream(service.name, "errors").random,
        )
        return Server(self.engine, pool)

    def _connect(self, service: SimulatedService) -> Sequence[CallPath]:
        paths = []
        for call in service.calls:
            path = CallPath(service.name, call.target, self.servers[call.target])
            policy = policy_of(call.policy or self.plan.settings.policy, self.plan.policies)
            if policy is not None:
                chance = partial(self.stream, f"{service.name}->{call.target}")
                path.protect(self.plan.policies[policy], self.engine, chance)
            paths.append(path)
        self.servers[service.name].calls = tuple(paths)
        return paths

    def _source(self, name: str) -> Source:
        settings = self.plan.settings
        gap = gaps(settings.traffic[name], self.stream(name, "arrivals"))
        return Source(self.servers[name], self.ledger, gap, settings.duration)

    def counted(self, stopped: str | None) -> Replication:
        """Take stock."""
        duration_ns = (
            min(self.engine.now_ns, self.plan.settings.duration) if stopped else self.plan.settings.duration
        )
        return Replication(
            duration_ns=duration_ns,
            timeline=self._timeline(duration_ns),
            latencies_ns=tuple(sorted(self.ledger.latencies_ns)),
            failures=dict(self.ledger.failures),
            calls=tuple(_counts(path) for path in self.paths),
            arrivals={name: server.arrivals for name, server in self.servers.items()},
            expected=self._expected(),
            events=self.engine.events,
            stopped=stopped,
        )

    def _expected(self) -> Mapping[str, int]:
        visits: Counter[str] = Counter()
        for entry, source in self.sources.items():
            each = visits_per_request(self.plan.services, entry)
            visits.update({name: count * source.sent for name, count in each.items()})
        return visits

    def _timeline(self, duration_ns: int) -> tuple[Second, ...]:
        seconds = -(-duration_ns // NS_PER_S)
        ledger = self.ledger
        states = worst_states([path.transitions for path in self.paths if path.transitions], seconds)
        counts = (ledger.offered[:seconds], ledger.good, ledger.failed, states, ledger.degraded)
        return tuple(map(Second, *counts))


def _counts(path: CallPath) -> CallCounts:
    changes = None if path.transitions is None else tuple(path.transitions)
    return CallCounts(
        source=path.source,
        target=path.target,
        calls=path.calls,
        attempts=path.attempts,
        failures=dict(path.failures),
        rejections=dict(path.rejections),
        fallbacks=path.fallbacks,
        transitions=changes,
    )


def worst_states(histories: Sequence[Sequence[Transition]], seconds: int) -> list[BreakerState]:
    """Return the worst state that any breaker was in during each second: open, then half-open, then closed."""
    worst = [0] * seconds
    for history in histories:
        ends_ns = [change.at_ns for change in history[1:]] + [seconds * NS_PER_S]
        for change, end_ns in zip(history, ends_ns, strict=True):
            badness = _WORST_LAST.index(change.target)
            for second in range(change.at_ns // NS_PER_S, min(seconds, -(-end_ns // NS_PER_S))):
                worst[second] = max(worst[second], badness)
    return [_WORST_LAST[badness] for badness in worst]
