"""If some services are down: who is down with them, who is only worse off, and who can no longer be started.

An edge counts as `health` counts it (`health.root_cause`), so that what is predicted here is what is explained there:

- Whoever requires a service that is down, to start or at run time, is `down` with it: a start edge is also a call.
- Whoever only likes to have it (an edge that is soft or not required) is `degraded`. That does not spread: who needs
  a degraded service works, and is told as `indirect`.
- A start edge that waits for the end of a job (`completed`, `completed_successfully`) binds at the start alone: who
  has started does not need the job any more, but could not be started again, `at_restart`. That does not spread
  either: who waits for such a service finds it up.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from tiktoktoe_cli.graph.model import Edge, Graph


class Effect(StrEnum):
    """What a failure means for a service, the worst first."""

    DOWN = "down"
    DEGRADED = "degraded"
    AT_RESTART = "at_restart"  # it works, but if it stops it cannot be started
    INDIRECT = "indirect"  # it works, and something it depends on is degraded


@dataclass(frozen=True, slots=True)
class Hit:
    """A service that a failure reaches, `hops` dependencies away from what failed, its `cause`.

    `via` is the first of these dependencies: None for what has failed itself. What cannot `restart` could not be
    started now.
    """

    name: str
    effect: Effect
    can_restart: bool
    via: Edge | None
    hops: int
    cause: str


@dataclass(frozen=True, slots=True)
class Impact:
    """What the failure of some services means: whom it reaches, the worst first, and who works as if nothing were.

    `reached` holds for each service that notices while it runs over which dependency it does: paths are walked when
    they are asked for, since all of them would be as large as the square of a long chain.
    """

    graph: Graph
    failed: tuple[str, ...]
    hits: tuple[Hit, ...]
    works: tuple[str, ...]
    reached: Mapping[str, Edge]

    def path_of(self, hit: Hit) -> Iterator[Edge]:
        """Walk from a service to what failed, dependency by dependency."""
        edge = hit.via
        while edge:
            yield edge
            edge = self.reached.get(edge.target)


def impact_of(graph: Graph, failed: Sequence[str]) -> Impact:
    """Predict what follows if services fail all at once; names that only dependencies mention may fail, too.

    Raises:
        UsageError: if nobody has heard of a name.
    """
    for name in failed:
        if not graph.knows(name):
            raise unknown(name, graph.services, "service")
    roots = tuple(dict.fromkeys(failed))
    reach = _reach(graph, roots)
    worst_first = list(Effect)
    hits = sorted(_hits(reach), key=lambda hit: (worst_first.index(hit.effect), hit.hops, hit.name))
    hit_names = {hit.name for hit in hits}
    works = tuple(name for name in graph.services if name not in hit_names)
    return Impact(graph, roots, tuple(hits), works, reach.running)


@dataclass(frozen=True, slots=True)
class _Reach:
    """Over which dependency each effect comes to a service; `blocked` holds also those that are down or degraded."""

    roots: tuple[str, ...]
    down: dict[str, Edge]
    degraded: dict[str, Edge]
    indirect: dict[str, Edge]
    blocked: dict[str, Edge]

    @property
    def running(self) -> dict[str, Edge]:
        """What comes to services while they run; each stands behind the one that it comes from."""
        return {**self.down, **self.degraded, **self.indirect}

    def effects(self) -> dict[str, Effect]:
        """Tell the worst that happens to each service."""
        suffer = {
            Effect.DOWN: (*self.roots, *self.down),
            Effect.DEGRADED: self.degraded,
            Effect.AT_RESTART: self.blocked,
            Effect.INDIRECT: self.indirect,
        }
        return {name: effect for effect in reversed(Effect) for name in suffer[effect]}


def _reach(graph: Graph, roots: tuple[str, ...]) -> _Reach:
    down = _spread(graph, roots, lambda edge: edge.is_needed_at_run_time)
    fallen = [*roots, *down]
    degraded = _one_step(graph, fallen, lambda edge: edge.is_used_at_run_time, known=fallen)
    indirect = _spread(graph, [*fallen, *degraded], lambda edge: edge.is_used_at_run_time)
    blocked = _one_step(graph, fallen, lambda edge: edge.is_needed_to_start, known=roots)
    return _Reach(roots, down, degraded, indirect, blocked)


def _hits(reach: _Reach) -> Iterator[Hit]:
    running = reach.running
    ends = {name: (0, name) for name in reach.roots}
    for name, edge in running.items():
        ends[name] = _end(edge, ends)
    for name, effect in reach.effects().items():
        can_restart = name not in reach.blocked and name not in reach.roots
        via = (reach.blocked if effect is Effect.AT_RESTART else running).get(name)
        hops, cause = _end(via, ends) if via else ends[name]
        yield Hit(name, effect, can_restart, via, hops, cause)


def _end(edge: Edge, ends: Mapping[str, tuple[int, str]]) -> tuple[int, str]:
    """Tell how far what failed is from the source of an edge, and what it is, as known of the edge's target."""
    hops, cause = ends[edge.target]
    return hops + 1, cause


def _spread(graph: Graph, sources: Collection[str], counts: Callable[[Edge], bool]) -> dict[str, Edge]:
    """Follow edges that count from sources to dependents and on, breadth first; return the edge that reaches each."""
    hit: dict[str, Edge] = {}
    known = set(sources)
    waiting = deque(sources)
    while waiting:
        for edge in filter(counts, graph.dependents_of(waiting.popleft())):
            if edge.source not in known:
                known.add(edge.source)
                hit[edge.source] = edge
                waiting.append(edge.source)
    return hit


def _one_step(
    graph: Graph, sources: Collection[str], counts: Callable[[Edge], bool], known: Collection[str]
) -> dict[str, Edge]:
    """Return the first edge from each dependent of a source that is not known yet."""
    hit: dict[str, Edge] = {}
    left_out = set(known)
    for edge in (edge for name in sources for edge in graph.dependents_of(name) if counts(edge)):
        if edge.source not in left_out:
            hit.setdefault(edge.source, edge)
    return hit
