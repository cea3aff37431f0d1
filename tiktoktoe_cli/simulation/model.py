"""The system as the simulator sees it: services that take time, and the calls they make of each other."""

from __future__ import annotations

from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from tiktoktoe_cli.graph.model import EdgeKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tiktoktoe_cli.graph.model import Edge, Graph
    from tiktoktoe_cli.simulation.settings import PerformanceSettings


@dataclass(frozen=True, slots=True)
class SimulatedCall:
    """A dependency that is called once for each request; `policy` names an entry of `resilience`."""

    target: str
    policy: str | None = None


@dataclass(frozen=True, slots=True)
class SimulatedService:
    """A service: it works, then makes its calls one after the other, then answers.

    Without `performance` it takes no time and any number of requests. Its replicas are one pool: `replicas`
    times the concurrency and the queue of one.
    """

    name: str
    performance: PerformanceSettings | None = None
    replicas: int = 1
    calls: tuple[SimulatedCall, ...] = ()


def simulated_services(
    graph: Graph, performance: Mapping[str, PerformanceSettings]
) -> dict[str, SimulatedService]:
    """Take from the graph what matters here: a call is a required start or runtime dependency."""
    return {
        name: SimulatedService(
            name,
            performance.get(name),
            service.replicas,
            tuple(SimulatedCall(edge.target, edge.policy) for edge in service.dependencies if _is_call(edge)),
        )
        for name, service in graph.services.items()
    }


def _is_call(edge: Edge) -> bool:
    return edge.required and edge.kind in {EdgeKind.START, EdgeKind.RUNTIME}


def reachable(
    services: Mapping[str, SimulatedService], entries: Iterable[str]
) -> dict[str, SimulatedService]:
    """Return the services that requests to the entries get to, in the order in which they are reached."""
    found: dict[str, SimulatedService] = {}
    waiting = list(entries)[::-1]
    while waiting:
        name = waiting.pop()
        if name not in found and name in services:
            found[name] = services[name]
            waiting += [call.target for call in reversed(services[name].calls)]
    return found


def call_cycle(services: Mapping[str, SimulatedService], entries: Iterable[str]) -> tuple[str, ...]:
    """Return a cycle of calls, each caller before whom it calls and the first again at the end; empty if none."""
    try:
        _callees_first(reachable(services, entries))
    except CycleError as error:
        return tuple(reversed(error.args[1]))
    return ()


def visits_per_request(services: Mapping[str, SimulatedService], entry: str) -> dict[str, int]:
    """Return how often one request to an entry visits each service when nothing fails.

    The calls must be free of cycles.
    """
    reached = reachable(services, [entry])
    visits = dict.fromkeys(reached, 0)
    visits[entry] = 1
    for name in reversed(_callees_first(reached)):
        for call in reached[name].calls:
            if call.target in visits:
                visits[call.target] += visits[name]
    return visits


def _callees_first(services: Mapping[str, SimulatedService]) -> list[str]:
    known = {
        name: [call.target for call in service.calls if call.target in services]
        for name, service in services.items()
    }
    return list(TopologicalSorter(known).static_order())
