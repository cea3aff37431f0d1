"""What the lines of a picture say, before it is drawn: services in start order, perhaps with look-alikes folded."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from tiktoktoe_cli.graph.algorithms.depth_first import finishing_order
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


def drawing_order(overview: Overview) -> tuple[str, ...]:
    """List the services so that each comes after what it waits for, as far as no cycle prevents it."""
    if overview.waves is not None:
        return tuple(chain.from_iterable(overview.waves))
    return finishing_order(overview.graph.successors((EdgeKind.START,)))


def wave_numbers(overview: Overview) -> dict[str, int]:
    """Return the wave of each service; nothing if there is no start order."""
    return {name: number for number, wave in enumerate(overview.waves or (), start=1) for name in wave}


def rows_of(overview: Overview, *, fold: bool) -> list[Row]:
    """Make one row per service; `fold` gives services of the same wave, dependencies and dependents one row."""
    graph, waves = overview.graph, wave_numbers(overview)
    alike: dict[object, list[str]] = {}
    for name in drawing_order(overview):
        look = (waves.get(name), *_look(graph, name)) if fold and name not in overview.members else name
        alike.setdefault(look, []).append(name)
    row_of = {name: position for position, names in enumerate(alike.values()) for name in names}
    return [
        _row(names, waves.get(names[0]), graph.services[names[0]].dependencies, row_of)
        for names in map(tuple, alike.values())
    ]


def _row(names: tuple[str, ...], wave: int | None, edges: Sequence[Edge], row_of: Mapping[str, int]) -> Row:
    others: dict[str, list[str]] = {}
    for edge in edges:
        if not _leads_up(edge, row_of):
            others.setdefault(_label(edge, row_of), []).append(edge.target)
    needs = {row_of[edge.target]: is_optional(edge) for edge in edges if _leads_up(edge, row_of)}
    return Row(wave, names, needs, dict(sorted(others.items())))


def _leads_up(edge: Edge, row_of: Mapping[str, int]) -> bool:
    """Tell whether an edge orders the start, and does: to a row above."""
    target = row_of.get(edge.target)
    return edge.kind is EdgeKind.START and target is not None and target < row_of[edge.source]


def _label(edge: Edge, row_of: Mapping[str, int]) -> str:
    flaw = "" if edge.target in row_of else "undefined"
    if edge.kind is EdgeKind.START and not flaw:
        flaw = "cyclic"
    return " ".join(filter(None, (flaw, "optional" if is_optional(edge) else "", edge.kind)))


def _look(graph: Graph, name: str) -> tuple[object, ...]:
    """Return what two services must share to be drawn as one."""
    ends = ((edge.target, edge.kind, is_optional(edge)) for edge in graph.services[name].dependencies)
    starts = ((edge.source, edge.kind, is_optional(edge)) for edge in graph.dependents_of(name))
    return frozenset(ends), frozenset(starts)
