"""Why one service depends on another: the paths between them, the shortest first, and the edges on all of them."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count, islice
from typing import TYPE_CHECKING, TypeAlias

from tiktoktoe_cli.errors import UsageError, unknown
from tiktoktoe_cli.graph.algorithms.cycles import edges_on_cycles
from tiktoktoe_cli.graph.algorithms.order import order_of
from tiktoktoe_cli.graph.model import EdgeKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from tiktoktoe_cli.graph.model import Edge, Graph

Path: TypeAlias = "tuple[Edge, ...]"

MOST_COUNTED = 10**18
"""Of more paths than this nobody wants to know the number, which may have thousands of digits."""
_MOST_STEPS = 50_000  # where services need each other in circles, many ways lead nowhere


@dataclass(frozen=True, slots=True)
class Why:
    """The answer: none of the paths if `source` does not depend on `target`.

    `paths` are the first of them, the shortest first; `shortest_count` and `total` say how many there are, where more
    than `MOST_COUNTED` are any number of more; `total` is None if services on the way need each other in circles and
    there may be more than were looked at. `required` is the shortest path on which no edge is soft or optional. Each
    of the `cuts` lies on every path. `is_reverse` says that the target depends on the source, `only_shortest` that no
    longer path was asked for.
    """

    graph: Graph
    source: str
    target: str
    paths: tuple[Path, ...]
    shortest_count: int
    total: int | None
    required: Path | None
    cuts: tuple[Edge, ...]
    is_reverse: bool
    only_shortest: bool = False

    @property
    def lists_all(self) -> bool:
        """Whether every path there is was listed."""
        return self.total == len(self.paths)


def explain(graph: Graph, source: str, target: str, most: int, *, only_shortest: bool = False) -> Why:
    """Find out why a service depends on another, or on a name that is none; list at most so many paths.

    Raises:
        UsageError: if nobody has heard of one of the names, or they are the same.
    """
    for name in (source, target):
        if not graph.knows(name):
            raise unknown(name, graph.services, "service")
    if source == target:
        raise UsageError(f"`{source}` is only one service", hint=_hint_of_one(graph, source))
    way = _Way.between(graph, source, target)
    paths, total = way.paths(most)
    shortest = _shortest(graph, source, target, lambda _: True)
    if only_shortest:
        paths = tuple(path for path in paths if len(path) == len(paths[0]))
    return Why(
        graph=graph,
        source=source,
        target=target,
        paths=paths,
        shortest_count=way.count_shortest(),
        total=total,
        required=_shortest(graph, source, target, lambda edge: edge.binds),
        cuts=tuple(way.cuts(shortest)) if shortest else (),
        is_reverse=_shortest(graph, target, source, lambda _: True) is not None,
        only_shortest=only_shortest,
    )


def _hint_of_one(graph: Graph, name: str) -> str:
    """Say who tells more of a service that needs itself, be it through others."""
    if any(edge.source == name for edge in edges_on_cycles(graph, (EdgeKind.START, EdgeKind.RUNTIME))):
        return "it lies on a cycle: see `tiktoktoe graph validate --only TTG101,TTG102,TTG103`"
    return "name another service, on which it depends"


def _shortest(graph: Graph, source: str, target: str, counts: Callable[[Edge], bool]) -> Path | None:
    """Find a shortest path over edges that count, breadth first."""
    came: dict[str, Edge | None] = {source: None}
    waiting = deque([source])
    while waiting and target not in came:
        service = graph.services.get(waiting.popleft())
        for edge in filter(counts, service.dependencies if service else ()):
            if edge.target not in came:
                came[edge.target] = edge
                waiting.append(edge.target)
    path: list[Edge] = []
    name = target
    while step := came.get(name):
        path.append(step)
        name = step.source
    return tuple(reversed(path)) or None


@dataclass(frozen=True, slots=True)
class _Way:
    """All that lies between two services: the edges that lead on, and how far it is at least from each service."""

    source: str
    target: str
    edges: Mapping[str, Sequence[Edge]]
    left: Mapping[str, int]

    @classmethod
    def between(cls, graph: Graph, source: str, target: str) -> _Way:
        """Collect what can be reached from the source and reaches the target."""
        left, waiting = {target: 0}, deque([target])
        while waiting:
            name = waiting.popleft()
            for edge in graph.dependents_of(name):
                if edge.source not in left:
                    left[edge.source] = left[name] + 1
                    waiting.append(edge.source)
        edges: dict[str, list[Edge]] = {target: []}
        names = [source] if source in left else []
        while names:
            if (name := names.pop()) not in edges:
                edges[name] = [edge for edge in graph.services[name].dependencies if edge.target in left]
                names += (edge.target for edge in edges[name])
        return cls(source, target, edges, left)

    def paths(self, most: int) -> tuple[tuple[Path, ...], int | None]:
        """List the first paths, the shortest first, and count them all, or give up counting (None)."""
        if self.source not in self.edges:
            return (), 0
        order = order_of({name: [edge.target for edge in edges] for name, edges in self.edges.items()})
        found = list(islice(self._walk(in_circles=bool(order.unordered)), most + 1))
        paths = tuple(path for path in found[:most] if path)
        if order.unordered:
            return paths, len(paths) if len(found) <= most and None not in found else None
        counts: dict[str, int] = {}
        for name in (name for wave in order.waves for name in wave):
            counts[name] = _sum(counts[edge.target] for edge in self.edges[name]) or int(name == self.target)
        return paths, counts[self.source]

    def count_shortest(self) -> int:
        """Count the paths than which none is shorter."""
        counts = {self.target: 1}
        for name in sorted(self.edges.keys() - {self.target}, key=self.left.__getitem__):
            nearer = (edge for edge in self.edges[name] if self.left[edge.target] < self.left[name])
            counts[name] = _sum(counts[edge.target] for edge in nearer)
        return counts.get(self.source, 0)

    def cuts(self, path: Path) -> Iterator[Edge]:
        """Yield the edges of a path that lie on every other path, too.

        The part of the path that is reached so far grows by detours; where none goes further, there is no way around.
        """
        position_of = {edge.source: position for position, edge in enumerate(path)}
        position_of[self.target] = len(path)
        on_path, seen, furthest = set(path), set(position_of), 0
        for position, edge in enumerate(path):
            waiting = [edge.source]
            while waiting:
                detours = (one.target for one in self.edges[waiting.pop()] if one not in on_path)
                for name in detours:
                    furthest = max(furthest, position_of.get(name, 0))
                    if name not in seen:
                        seen.add(name)
                        waiting.append(name)
            if furthest <= position:
                yield edge

    def _walk(self, *, in_circles: bool) -> Iterator[Path | None]:
        """Yield every path that meets no service twice, the shortest first (A*, with exact distances).

        Of ways that promise to be as short, the newest is followed: else all of them would be held at once. In circles
        a way may lead nowhere: the search ends with None when it has become too long.
        """
        sequence = count(0, -1)
        ways: list[tuple[int, int, str, _Steps]] = [(0, next(sequence), self.source, None)]
        steps = 0
        while ways:
            _, _, name, behind = heappop(ways)
            if name == self.target:
                yield _unrolled(behind)
                continue
            met = {edge.source for edge in _unrolled(behind)} | {name} if in_circles else set()
            steps += len(met)
            if steps > _MOST_STEPS:
                yield None
                return
            length = behind[2] + 1 if behind else 1
            for edge in reversed(self.edges[name]):
                if edge.target not in met:
                    ahead = (edge, behind, length)
                    heappush(ways, (length + self.left[edge.target], next(sequence), edge.target, ahead))


_Steps: TypeAlias = "tuple[Edge, _Steps, int] | None"
"""The last edge of a way, what is behind it, and how many edges they are: ways share their beginnings."""


def _sum(counts: Iterable[int]) -> int:
    """Add up numbers of paths, to more than anybody counts at most."""
    return min(sum(counts), MOST_COUNTED + 1)


def _unrolled(steps: _Steps) -> Path:
    path: list[Edge] = []
    while steps:
        edge, steps, _ = steps
        path.append(edge)
    return tuple(reversed(path))
