"""Whose failure hits most: for every service, how many it would take down, degrade, and so on.

Sets of services are kept in Python integers, a bit for a service, in blocks: what a failure reaches is joined in one
step from what the failures of its direct dependents reach. The effects are those of `impact`.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import add, neg
from typing import TYPE_CHECKING

from tiktoktoe_cli.graph.algorithms.cycles import components
from tiktoktoe_cli.graph.algorithms.order import order_of
from tiktoktoe_cli.graph.algorithms.reduction import BLOCK
from tiktoktoe_cli.graph.impact import Effect

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from tiktoktoe_cli.graph.model import Edge, Graph


@dataclass(frozen=True, slots=True)
class Radius:
    """What the failure of one service means: how many services suffer each effect, itself among those that are down.

    The `rank` is one more than there are services that hit more; those that hit alike have the same.
    """

    name: str
    counts: Mapping[Effect, int]
    rank: int


def rank(graph: Graph) -> tuple[Radius, ...]:
    """Rank services by how many their failure takes down, then by its other effects in their order, then by name."""
    needs = _clusters(graph, lambda edge: edge.is_needed_at_run_time)
    uses = _clusters(graph, lambda edge: edge.is_used_at_run_time)
    totals = dict.fromkeys(needs.dependents, (0,) * len(Effect))
    names = list(graph.services)
    for first in range(0, len(names), BLOCK):
        for cluster, found in _counted(graph, needs, uses, names[first : first + BLOCK]):
            totals[cluster] = tuple(map(add, totals[cluster], found))
    by_hit = sorted(names, key=lambda name: (*map(neg, totals[needs.home[name]]), name))
    ranks: dict[tuple[int, ...], int] = {}
    for position, name in enumerate(by_hit, start=1):
        ranks.setdefault(totals[needs.home[name]], position)
    hits = [(name, totals[needs.home[name]]) for name in by_hit]
    return tuple(Radius(name, dict(zip(Effect, counts, strict=True)), ranks[counts]) for name, counts in hits)


@dataclass(frozen=True, slots=True)
class _Clusters:
    """Services that reach each other over edges that count, as one; most are alone.

    `home` names the cluster of a service, `dependents` those that directly depend on a cluster, which stand before it.
    """

    home: Mapping[str, str]
    dependents: Mapping[str, Collection[str]]

    def joined(self, marks: Mapping[str, int]) -> dict[str, int]:
        """Join the marks of each cluster with those of all its dependents, direct or through others."""
        joined: dict[str, int] = {}
        for cluster, others in self.dependents.items():
            bits = marks.get(cluster, 0)
            for other in others:
                bits |= joined[other]
            joined[cluster] = bits
        return joined


def _clusters(graph: Graph, counts: Callable[[Edge], bool]) -> _Clusters:
    dependents = {
        name: [edge.source for edge in graph.dependents_of(name) if counts(edge) and edge.source != name]
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


def _counted(
    graph: Graph, needs: _Clusters, uses: _Clusters, block: Sequence[str]
) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Count for each cluster how many of a block of services suffer which effect, each of them the worst only."""
    down = needs.joined(_own(block, needs))
    worse = needs.joined(_near(graph, block, needs, lambda edge: edge.is_used_at_run_time))
    stuck = needs.joined(_near(graph, block, needs, lambda edge: edge.is_needed_to_start))
    reached = uses.joined(_own(block, uses))
    for cluster, fallen in down.items():
        suffer = {
            Effect.DOWN: fallen,
            Effect.DEGRADED: worse[cluster],
            Effect.AT_RESTART: stuck[cluster],
            Effect.INDIRECT: reached[uses.home[cluster]],
        }
        yield cluster, tuple(_worst_only(suffer))


def _worst_only(suffer: Mapping[Effect, int]) -> Iterator[int]:
    """Count the services of each effect that suffer no worse one."""
    known = 0
    for effect in Effect:
        yield (suffer[effect] & ~known).bit_count()
        known |= suffer[effect]


def _own(block: Sequence[str], clusters: _Clusters) -> dict[str, int]:
    """Mark each cluster with its own services."""
    marks: dict[str, int] = {}
    for position, name in enumerate(block):
        cluster = clusters.home[name]
        marks[cluster] = marks.get(cluster, 0) | 1 << position
    return marks


def _near(
    graph: Graph, block: Sequence[str], clusters: _Clusters, counts: Callable[[Edge], bool]
) -> dict[str, int]:
    """Mark each cluster with its direct dependents over edges that count; those that fall with it are known anyway."""
    marks: dict[str, int] = {}
    for position, name in enumerate(block):
        for edge in filter(counts, graph.services[name].dependencies):
            cluster = clusters.home.get(edge.target)
            if cluster and not edge.is_needed_at_run_time:
                marks[cluster] = marks.get(cluster, 0) | 1 << position
    return marks
