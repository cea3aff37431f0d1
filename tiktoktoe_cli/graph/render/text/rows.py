"""What the lines of a picture say, before it is drawn: services in start order, perhaps with look-alikes folded."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from tiktoktoe_cli.graph.algorithms.depth_first import finishing_order
from tiktoktoe_cli.graph.algorithms.order import order_of, wave_numbers
from tiktoktoe_cli.graph.model import EdgeKind
from tiktoktoe_cli.graph.render.text.words import is_optional

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tiktoktoe_cli.graph.model import Edge, Graph
    from tiktoktoe_cli.graph.selection.overview import Overview


@dataclass(frozen=True, slots=True)
class Row:
    """One line: services that look the same, and what they depend on.

    `needs` are the rows above that they wait for, and whether that is optional; `others` are the names that other
    edges lead to, by what is to be said of these: `optional runtime`. There is no `wave` without a start order.
    """

    wave: int | None
    names: tuple[str, ...]
    needs: Mapping[int, bool]
    others: Mapping[str, Sequence[str]]


def rail_kind(graph: Graph) -> EdgeKind:
    """Return the kind of dependencies that rails are drawn for: calls, where only these are shown."""
    kinds = {edge.kind for edge in graph.edges()}
    return EdgeKind.RUNTIME if EdgeKind.RUNTIME in kinds and EdgeKind.START not in kinds else EdgeKind.START


def drawing_order(overview: Overview) -> tuple[str, ...]:
    """List the services so that each comes after what it waits for, as far as no cycle prevents it.

    Where rails are calls, after what it calls.
    """
    kind = rail_kind(overview.graph)
    if kind is EdgeKind.START and overview.waves is not None:
        return tuple(chain.from_iterable(overview.waves))
    successors = overview.graph.successors((kind,))
    order = order_of(successors)
    return finishing_order(successors) if order.unordered else tuple(chain.from_iterable(order.waves))


def rows_of(overview: Overview, *, fold: bool) -> list[Row]:
    """Make one row per service; `fold` gives services of the same wave, dependencies and dependents one row."""
    graph, waves, kind = overview.graph, wave_numbers(overview.waves or ()), rail_kind(overview.graph)
    alike: dict[object, list[str]] = {}
    for name in drawing_order(overview):
        look = (waves.get(name), *_look(graph, name)) if fold and name not in overview.members else name
        alike.setdefault(look, []).append(name)
    row_of = {name: position for position, names in enumerate(alike.values()) for name in names}
    return [
        _row(names, waves.get(names[0]), graph.services[names[0]].dependencies, _Rows(row_of, kind))
        for names in map(tuple, alike.values())
    ]


class _Rows(NamedTuple):
    """In which row each service is, and the kind of dependencies that the rows are in order of."""

    row_of: Mapping[str, int]
    kind: EdgeKind

    def has_rail(self, edge: Edge) -> bool:
        """Tell whether an edge is of that kind and leads to a row above."""
        target = self.row_of.get(edge.target)
        return edge.kind is self.kind and target is not None and target < self.row_of[edge.source]

    def label(self, edge: Edge) -> str:
        """Say what is special about an edge without a rail."""
        flaw = "" if edge.target in self.row_of else "undefined"
        if edge.kind is self.kind and not flaw:
            flaw = "cyclic"
        return " ".join(filter(None, (flaw, "optional" if is_optional(edge) else "", edge.kind)))


def _row(names: tuple[str, ...], wave: int | None, edges: Sequence[Edge], rows: _Rows) -> Row:
    others: dict[str, list[str]] = {}
    for edge in edges:
        if not rows.has_rail(edge):
            others.setdefault(rows.label(edge), []).append(edge.target)
    needs = {rows.row_of[edge.target]: is_optional(edge) for edge in edges if rows.has_rail(edge)}
    return Row(wave, names, needs, dict(sorted(others.items())))


def _look(graph: Graph, name: str) -> tuple[object, ...]:
    """Return what two services must share to be drawn as one."""
    ends = ((edge.target, edge.kind, is_optional(edge)) for edge in graph.services[name].dependencies)
    starts = ((edge.source, edge.kind, is_optional(edge)) for edge in graph.dependents_of(name))
    return frozenset(ends), frozenset(starts)
