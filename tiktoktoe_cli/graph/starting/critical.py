"""What decides how long the start takes, how much the others could be later, and what being faster would save."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from tiktoktoe_cli.graph.model import EdgeKind
from tiktoktoe_cli.graph.starting.plan import start_waves
from tiktoktoe_cli.graph.starting.schedule import schedule
from tiktoktoe_cli.graph.starting.timing import is_late, start_time_ns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tiktoktoe_cli.graph.model import Edge, Graph, Service
    from tiktoktoe_cli.graph.starting.schedule import Schedule

_MOST_SAVINGS = 10  # each is a prediction of its own; who takes less time cannot save more


class Knowledge(StrEnum):
    """Where the start time of a service is from."""

    MEASURED = "measured"
    DECLARED = "declared"
    ASSUMED = "assumed"  # nobody says how long it takes
    SCALED_TO_ZERO = "scaled_to_zero"  # it is not started, and takes no time


@dataclass(frozen=True, slots=True)
class Times:
    """What is known of start times besides what services declare, in nanoseconds.

    What was `measured` wins over what is declared; `unknown_ns` is for those of which nothing is known.
    """

    measured: Mapping[str, int]
    unknown_ns: int = 0

    def knowledge_of(self, service: Service) -> Knowledge:
        """Tell where a service's start time is from."""
        if service.is_scaled_to_zero:
            return Knowledge.SCALED_TO_ZERO
        if service.name in self.measured:
            return Knowledge.MEASURED
        return Knowledge.ASSUMED if service.start_time is None else Knowledge.DECLARED

    def of(self, service: Service) -> int:
        """Return how long the start of a service takes."""
        if self.knowledge_of(service) is Knowledge.MEASURED:
            return self.measured[service.name]
        return start_time_ns(service, self.unknown_ns)


@dataclass(frozen=True, slots=True)
class Saving:
    """What happens if one service were ready sooner: the whole takes `total_ns`, and `chain` decides."""

    name: str
    sooner_ns: int
    total_ns: int
    chain: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Critical:
    """The prediction, in nanoseconds; `graph` holds the services that it is about.

    `chain` decides how long it takes, and `latest` says when each service must start at the latest. The `late`
    dependencies are those whose timeout is over before their target is ready, by name. `strangers` were measured, and
    are no services.
    """

    graph: Graph
    schedule: Schedule
    knowledge: Mapping[str, Knowledge]
    chain: tuple[str, ...]
    latest: Mapping[str, int]
    savings: tuple[Saving, ...]
    late: tuple[Edge, ...]
    strangers: tuple[str, ...] = ()

    @property
    def failing(self) -> tuple[Edge, ...]:
        """The late dependencies without which nothing starts: what is predicted behind them never happens."""
        return tuple(edge for edge in self.late if edge.required)

    def slack_ns(self, name: str) -> int:
        """Return how much later a service could be ready without any harm to the goal."""
        return self.latest[name] - self.schedule.starts[name]

    def is_critical(self, name: str) -> bool:
        """Tell whether any delay of a service delays the goal: it is on the chain, or on one that takes as long."""
        return not self.slack_ns(name) and self.schedule.total_ns > 0

    def slack_of_ns(self, edge: Edge) -> int:
        """Return how much later a wait could be over without any harm to the goal."""
        return self.latest[edge.source] - self.schedule.over(edge)


def predict(graph: Graph, times: Times, sooner_ns: int, goal: str | None = None) -> Critical:
    """Predict the start of a service and of all it waits for, or of the whole system.

    `sooner_ns` is by how much a service is made faster to see what that saves.

    Raises:
        StartCycleError: if start edges form a cycle.
        UsageError: if there is no such service.
    """
    strangers = tuple(name for name in times.measured if name not in graph.services)
    inner = graph if goal is None else _below(graph, goal)
    waits = {name: inner.start_edges_of(name) for wave in start_waves(inner) for name in wave}
    takes = {name: times.of(inner.services[name]) for name in waits}
    found = schedule(waits, takes, goal)
    return Critical(
        graph=inner,
        schedule=found,
        knowledge={name: times.knowledge_of(inner.services[name]) for name in waits},
        chain=found.chain(),
        latest=found.latest_starts(),
        savings=tuple(sorted(_savings(found, sooner_ns), key=lambda saving: saving.total_ns)),
        late=tuple(sorted(_late(found), key=lambda edge: (edge.source, edge.target))),
        strangers=strangers,
    )


def _below(graph: Graph, goal: str) -> Graph:
    """Keep a service and what it waits for, directly or through others."""
    graph.must_define(goal)
    return graph.only(graph.closure_of([goal], lambda edge: edge.kind is EdgeKind.START))


def _savings(found: Schedule, sooner_ns: int) -> Iterator[Saving]:
    """Make each of the slowest services of the chain faster, one at a time; keep those with which it takes less."""
    slowest = sorted(found.chain(), key=lambda name: (-found.takes[name], name))[:_MOST_SAVINGS]
    for name in (one for one in slowest if found.takes[one]):
        less = min(sooner_ns, found.takes[name])
        anew = schedule(found.waits, {**found.takes, name: found.takes[name] - less}, found.goal)
        if anew.total_ns < found.total_ns:
            yield Saving(name, less, anew.total_ns, anew.chain())


def _late(found: Schedule) -> Iterator[Edge]:
    for edge in (edge for edges in found.waits.values() for edge in edges):
        if is_late(edge, found.takes[edge.target]):
            yield edge
