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
    from collections.abc import Callable, Collection, Iterator, Sequence

    from tiktoktoe_cli.graph.model import Edge, Graph


class Effect(StrEnum):
    """What a failure means for a service, the worst first."""

    DOWN = "down"
    DEGRADED = "degraded"
    AT_RESTART = "at_restart"  # it works, but if it stops it cannot be started
    INDIRECT = "indirect"  # it works, and something it depends on is degraded


@dataclass(frozen=True, slots=True)
class Hit:
    """A service that a failure reaches: over which dependencies, from the service to what failed.

    The path of what has failed itself is empty. What cannot `restart` could not be started now.
    """

    name: str
    effect: Effect
    can_restart: bool
    path: tuple[Edge, ...]


@dataclass(frozen=True, slots=True)
class Impact:
    """What the failure of some services means: whom it reaches, the worst first, and who works as if nothing were."""

    graph: Graph
    failed: tuple[str, ...]
    hits: tuple[Hit, ...]
    works: tuple[str, ...]


def impact_of(graph: Graph, failed: Sequence[str]) -> Impact:
    """Predict what follows if services fail all at once; names that only dependencies mention may fail, too.

    Raises:
        UsageError: if nobody has heard of a name.
    """
    for name in failed:
        if not graph.knows(name):
            raise unknown(name, graph.services, "service")
    roots = tuple(dict.fromkeys(failed))
    worst_first = list(Effect)
    hits = sorted(
        _hits(graph, roots), key=lambda hit: (worst_first.index(hit.effect), len(hit.path), hit.name)
    )
    reached = {hit.name for hit in hits}
    return Impact(graph, roots, tuple(hits), tuple(name for name in graph.services if name not in reached))


def _hits(graph: Graph, roots: Sequence[str]) -> Iterator[Hit]:
    """Find the worst that happens to each service, and the edge that brings it."""
    down = _spread(graph, roots, lambda edge: edge.is_needed_at_run_time)
    fallen = [*roots, *down]
    degraded = _one_step(graph, fallen, lambda edge: edge.is_used_at_run_time, known=fallen)
    indirect = _spread(graph, [*fallen, *degraded], lambda edge: edge.is_used_at_run_time)
    blocked = _one_step(graph, fallen, lambda edge: edge.is_needed_to_start, known=roots)
    effects = {
        **dict.fromkeys(indirect, Effect.INDIRECT),
        **dict.fromkeys(blocked, Effect.AT_RESTART),
        **dict.fromkeys(degraded, Effect.DEGRADED),
        **dict.fromkeys(fallen, Effect.DOWN),
    }
    running, starting = {**indirect, **degraded, **down}, {**blocked, **down}
    for name, effect in effects.items():
        path = _path(name, starting if effect is Effect.AT_RESTART else running)
        yield Hit(name, effect, name not in blocked and name not in roots, path)


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


def _path(name: str, reached: dict[str, Edge]) -> tuple[Edge, ...]:
    """Walk back to what failed: the edge that reaches a service comes from one that was reached before."""
    path: list[Edge] = []
    while edge := reached.get(name):
        path.append(edge)
        name = edge.target
    return tuple(path)
