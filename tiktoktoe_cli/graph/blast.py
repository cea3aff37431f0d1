"""Whose failure hits most: for every service, how many would be down with it and how many degraded.

Sets of services are kept in Python integers, a bit for a service, in blocks: what a failure reaches is joined in one
step from what the failures of its direct dependents reach.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiktoktoe_cli.graph.algorithms.cycles import components
from tiktoktoe_cli.graph.algorithms.order import order_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from tiktoktoe_cli.graph.model import Graph

_BLOCK = 4_096


@dataclass(frozen=True, slots=True)
class Radius:
    """How many other services the failure of one takes down, and how many it degrades."""

    name: str
    down: int
    degraded: int


def rank(graph: Graph) -> tuple[Radius, ...]:
    """Rank all services by how many their failure takes down, then by how many it degrades, then by name."""
    clusters = _clusters(graph)
    down = dict.fromkeys(clusters.dependents, 0)
    degraded = dict.fromkeys(clusters.dependents, 0)
    names = list(graph.services)
    for first in range(0, len(names), _BLOCK):
        for cluster, falls, suffers in _reached(graph, clusters, names[first : first + _BLOCK]):
            down[cluster] += falls
            degraded[cluster] += suffers
    found = [
        Radius(name, down[clusters.home[name]] - 1, degraded[clusters.home[name]]) for name in graph.services
    ]
    return tuple(sorted(found, key=lambda one: (-one.down, -one.degraded, one.name)))


@dataclass(frozen=True, slots=True)
class _Clusters:
    """Services that cannot do without each other, as one; most are alone.

    `home` names the cluster of a service, `dependents` those that directly require a cluster, which stand before it.
    """

    home: Mapping[str, str]
    dependents: Mapping[str, Collection[str]]


def _clusters(graph: Graph) -> _Clusters:
    dependents = {
        name: [
            edge.source
            for edge in graph.dependents_of(name)
            if edge.is_needed_at_run_time and edge.source != name
        ]
        for name in graph.services
    }
    home = {name: name for name in graph.services}
    for circle in components(dependents):
        home |= dict.fromkeys(circle, next(iter(circle)))
    between: dict[str, set[str]] = {}
    for name, cluster in home.items():
        between.setdefault(cluster, set()).update(home[other] for other in dependents[name])
    for cluster, others in between.items():
        others.discard(cluster)
    order = (cluster for wave in order_of(between).waves for cluster in wave)
    return _Clusters(home, {cluster: between[cluster] for cluster in order})


def _reached(graph: Graph, clusters: _Clusters, block: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """Count for each cluster how many of a block of services fall with it, and how many are only worse off."""
    own: dict[str, int] = {}
    near: dict[str, int] = {}
    for position, name in enumerate(block):
        bit, cluster = 1 << position, clusters.home[name]
        own[cluster] = own.get(cluster, 0) | bit
        for edge in graph.services[name].dependencies:
            if edge.is_used_at_run_time and (target := clusters.home.get(edge.target)):
                near[target] = near.get(target, 0) | bit
    falls: dict[str, int] = {}
    touched: dict[str, int] = {}
    for cluster, others in clusters.dependents.items():
        fallen, close = own.get(cluster, 0), near.get(cluster, 0)
        for other in others:
            fallen |= falls[other]
            close |= touched[other]
        falls[cluster], touched[cluster] = fallen, close
        yield cluster, fallen.bit_count(), (close & ~fallen).bit_count()
