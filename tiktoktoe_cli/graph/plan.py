"""In which order to start and stop: waves to read, and an order that a runner may follow one by one.

Waves are for reading. Whoever starts services for real waits for edges, not for waves, so that a slow service holds
up only those that depend on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, TypeAlias

from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.graph.cycles import start_cycles
from tiktoktoe_cli.graph.model import EdgeKind
from tiktoktoe_cli.graph.words import path_words

if TYPE_CHECKING:
    from tiktoktoe_cli.graph.model import Graph

Waves: TypeAlias = tuple[tuple[str, ...], ...]


class StartCycleError(UsageError):
    """No order exists: services wait for each other to start."""


@dataclass(frozen=True, slots=True)
class StartPlan:
    """Which services start in which wave; `graph` says after which others."""

    graph: Graph
    waves: Waves


def plan_start(graph: Graph) -> StartPlan:
    """Plan the start of all services.

    Raises:
        StartCycleError: if start edges form a cycle.
    """
    return StartPlan(graph, start_waves(graph))


def start_waves(graph: Graph) -> Waves:
    """Group services by how long a chain of start edges is before them; names in a wave are sorted.

    Optional start edges order, too. Edges to undefined services order nothing.

    Raises:
        StartCycleError: if start edges form a cycle, or a service must start before itself.
    """
    _refuse_self_dependency(graph)
    sorter = TopologicalSorter(graph.successors((EdgeKind.START,)))
    try:
        sorter.prepare()
    except CycleError:
        cycle = next(start_cycles(graph))
        raise _no_order(path_words([edge.source for edge in cycle.edges])) from None
    waves = []
    while ready := sorter.get_ready():
        waves.append(tuple(sorted(ready)))
        sorter.done(*ready)
    return tuple(waves)


def _refuse_self_dependency(graph: Graph) -> None:
    for edge in graph.edges():
        if edge.source == edge.target and edge.kind is EdgeKind.START:
            raise _no_order(path_words([edge.source]))


def _no_order(path: str) -> StartCycleError:
    hint = "`tiktoktoe graph validate` shows every edge of the cycle and where to cut it"
    return StartCycleError(f"no start order exists: {path}", hint=hint)
