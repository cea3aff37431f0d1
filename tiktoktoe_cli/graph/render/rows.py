"""What the lines of a picture say, before it is drawn: services in start order, perhaps with look-alikes folded."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiktoktoe_cli.report.text import escape_hidden

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tiktoktoe_cli.graph.model import Edge, EdgeKind, Graph, Service
    from tiktoktoe_cli.graph.plan import Waves

_PLAIN_NAME = re.compile(r"\w[\w./:@+-]*")


@dataclass(frozen=True, slots=True)
class Row:
    """One line: services that look the same, their wave, the rows they depend on to start, and other edges in words."""

    wave: int
    names: tuple[str, ...]
    needs: frozenset[int]
    notes: str


def rows_of(graph: Graph, waves: Waves, *, fold: bool, unicode: bool) -> list[Row]:
    """Make one row per service; `fold` gives services of the same wave, dependencies and dependents one row."""
    order = [(number, graph.services[name]) for number, wave in enumerate(waves, start=1) for name in wave]
    groups: dict[object, list[str]] = {}
    for number, service in order:
        look = _look(graph, number, service) if fold else service.name
        groups.setdefault(look, []).append(service.name)
    row_of = {name: position for position, names in enumerate(groups.values()) for name in names}
    wave_of = {service.name: number for number, service in order}
    return [
        Row(
            wave=wave_of[names[0]],
            names=tuple(names),
            needs=frozenset(row_of[edge.target] for edge in graph.start_edges_of(names[0])),
            notes=notes_of(graph, graph.services[names[0]], unicode=unicode),
        )
        for names in groups.values()
    ]


def spell(name: str, *, unicode: bool) -> str:
    """Write a name so that it can be read back: as it is if it is one plain word, else as a JSON text."""
    plain = _PLAIN_NAME.fullmatch(name) and escape_hidden(name) == name and (unicode or name.isascii())
    return name if plain else escape_hidden(json.dumps(name, ensure_ascii=not unicode))


def notes_of(graph: Graph, service: Service, *, unicode: bool) -> str:
    """Write the edges that do not order the start: `runtime: a, b; soft: c; undefined: d`."""
    drawn = graph.start_edges_of(service.name)
    by_kind: dict[str, list[str]] = {}
    for edge in service.dependencies:
        if edge not in drawn:
            kind = str(edge.kind) if edge.target in graph.services else f"undefined {edge.kind}"
            by_kind.setdefault(kind, []).append(spell(edge.target, unicode=unicode))
    return "; ".join(f"{kind}: {', '.join(names)}" for kind, names in sorted(by_kind.items()))


def _look(graph: Graph, wave: int, service: Service) -> tuple[object, ...]:
    """Return what two services must share to be drawn as one."""
    return wave, _ends(service.dependencies, "target"), _ends(graph.dependents_of(service.name), "source")


def _ends(edges: Iterable[Edge], end: str) -> frozenset[tuple[str, EdgeKind]]:
    return frozenset((getattr(edge, end), edge.kind) for edge in edges)
