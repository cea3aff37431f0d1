"""Which part of a graph is meant, and how much that hides: nothing is left out of a picture in silence. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import UsageError, unknown
from tiktoktoe_cli.graph.algorithms.depth_first import roots_of
from tiktoktoe_cli.graph.algorithms.implication import redundant_edges
from tiktoktoe_cli.graph.choices import USUAL_DIRECTION, Direction
from tiktoktoe_cli.graph.selection.collapse import box_names, collapse, members_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from typing import TypeAlias

    from tiktoktoe_cli.graph.model import EdgeKind, Graph, Service

    _Narrow: TypeAlias = Callable[[Graph, "Selection"], Graph]


class Filter(StrEnum):
    """What hides a part of a graph."""

    KIND = "kind"
    FOCUS = "focus"
    DEPTH = "depth"
    TAG = "tag"
    GROUP = "group"
    COLLAPSE = "collapse"
    REDUCE = "reduce"


@dataclass(frozen=True, slots=True)
class Selection:
    """What is shown: the services that fit all that is given, and the dependencies between them; all by default.

    From the services in `focus` it goes over dependencies of `kinds` in a `direction` (None is the usual one), at most
    `depth` of them far. Without a focus the depth counts from the services that nobody depends on. One of the `tags`
    and one of the `groups` is enough. `collapse` names the groups that are drawn as one, or is empty for all of them;
    `reduce` leaves out the start dependencies that others imply.
    """

    focus: Collection[str] = ()
    depth: int | None = None
    direction: Direction | None = None
    kinds: Collection[EdgeKind] = ()
    tags: Collection[str] = ()
    groups: Collection[str] = ()
    collapse: Collection[str] | None = None
    reduce: bool = False

    @property
    def way(self) -> Direction:
        """Which way to go from the focus."""
        return self.direction or USUAL_DIRECTION


@dataclass(frozen=True, slots=True)
class Hidden:
    """How many services and dependencies a filter hides."""

    by: Filter
    services: int
    dependencies: int


@dataclass(frozen=True, slots=True)
class Selected:
    """The part of a graph that is shown, and what is not.

    `box_of_group` is how the groups that are drawn as one are called in the graph, so that nobody else is in the whole
    of it; `members` are the services in each of these boxes, by its name.
    """

    graph: Graph
    hidden: tuple[Hidden, ...] = ()
    box_of_group: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def select(graph: Graph, selection: Selection) -> Selected:
    """Take the part of a graph that is meant.

    Raises:
        UsageError: if there is no such service, tag or group, if no service fits all that is asked for, or for a
            direction from nowhere.
    """
    _refuse_nonsense(graph, selection)
    box_of_group = _boxes(graph, selection)
    parts: dict[Filter, Graph] = {}
    part = graph
    for by, narrow in _filters(box_of_group).items():
        parts[by] = part = narrow(part, selection)
    if graph.services and not part.services:
        hint = "a service must be near the focus, and have one of the tags and one of the groups"
        raise UsageError("no service fits all that was asked for", hint=hint)
    members = members_of(parts[Filter.GROUP], box_of_group)
    return Selected(part, tuple(_hidden(graph, parts)), box_of_group, members)


def _filters(box_of_group: Mapping[str, str]) -> dict[Filter, _Narrow]:
    """Tell what each filter does, in the order in which they do it."""
    return {
        Filter.KIND: _of_kinds,
        Filter.FOCUS: _near_focus,
        Filter.DEPTH: _within_depth,
        Filter.TAG: _tagged,
        Filter.GROUP: _grouped,
        Filter.COLLAPSE: lambda graph, _: collapse(graph, box_of_group),
        Filter.REDUCE: _reduced,
    }


def _boxes(graph: Graph, selection: Selection) -> dict[str, str]:
    """Name the box of each group that is to be drawn as one."""
    if selection.collapse is None:
        return {}
    return box_names(graph, tuple(selection.collapse) or _groups(graph))


def _refuse_nonsense(graph: Graph, selection: Selection) -> None:
    groups = _groups(graph)
    tags = dict.fromkeys(tag for service in graph.services.values() for tag in service.tags)
    for name in selection.focus:
        graph.must_define(name)
    for kind, words, known in (
        ("tag", selection.tags, tags),
        ("group", (*selection.groups, *(selection.collapse or ())), groups),
    ):
        for word in words:
            if word not in known:
                raise unknown(word, known, kind)
    if selection.direction and not selection.focus:
        raise UsageError("`--direction` needs a `--focus`", hint="name the service from which to go")


def _groups(graph: Graph) -> dict[str, None]:
    return dict.fromkeys(one.group for one in graph.services.values() if one.group)


def _of_kinds(graph: Graph, selection: Selection) -> Graph:
    return graph.where(lambda edge: edge.kind in selection.kinds) if selection.kinds else graph


def _near_focus(graph: Graph, selection: Selection) -> Graph:
    if not selection.focus:
        return graph
    ways = _WAYS[selection.way]
    near = (_reach(graph, selection.focus, way, selection.depth) for way in ways)
    return graph.only(set().union(*near))


def _within_depth(graph: Graph, selection: Selection) -> Graph:
    if selection.focus or selection.depth is None:
        return graph
    return graph.only(_reach(graph, roots_of(graph), _targets, selection.depth))


def _tagged(graph: Graph, selection: Selection) -> Graph:
    wanted = set(selection.tags)
    return _fitting(graph, lambda one: not wanted.isdisjoint(one.tags)) if wanted else graph


def _grouped(graph: Graph, selection: Selection) -> Graph:
    wanted = selection.groups
    return _fitting(graph, lambda one: one.group in wanted) if wanted else graph


def _reduced(graph: Graph, selection: Selection) -> Graph:
    if not selection.reduce:
        return graph
    without_paths = redundant_edges(graph, most_visits=0)
    implied = {redundant.edge for redundant in without_paths}
    return graph.where(lambda edge: edge not in implied)


def _targets(graph: Graph, name: str) -> Iterator[str]:
    return (edge.target for edge in graph.services[name].dependencies)


def _sources(graph: Graph, name: str) -> Iterator[str]:
    return (edge.source for edge in graph.dependents_of(name))


_WAYS = {Direction.DOWN: (_targets,), Direction.UP: (_sources,), Direction.BOTH: (_targets, _sources)}


def _reach(
    graph: Graph, starts: Iterable[str], way: Callable[[Graph, str], Iterator[str]], depth: int | None
) -> set[str]:
    """Collect services and what is at most so many steps away from them."""
    reached = set(starts)
    frontier, steps = list(reached), 0
    while frontier and steps != depth:
        found = dict.fromkeys(one for name in frontier for one in way(graph, name) if one in graph.services)
        frontier, steps = [one for one in found if one not in reached], steps + 1
        reached.update(frontier)
    return reached


def _fitting(graph: Graph, fits: Callable[[Service], bool]) -> Graph:
    return graph.only({name for name, service in graph.services.items() if fits(service)})


def _hidden(graph: Graph, parts: Mapping[Filter, Graph]) -> Iterator[Hidden]:
    """Count what each filter took away, by what it left; a box is no service, so the services in it are hidden."""
    for by, (before, after) in zip(parts, pairwise([graph, *parts.values()]), strict=True):
        if before is not after:
            services = len(before.services.keys() - after.services.keys())
            dependencies = sum(1 for _ in before.edges()) - sum(1 for _ in after.edges())
            if services or dependencies:
                yield Hidden(by, services, dependencies)
