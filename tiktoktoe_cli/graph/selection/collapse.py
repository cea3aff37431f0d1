"""Groups of services drawn as one: a graph of boxes, in which several dependencies between two are one. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tiktoktoe_cli.graph.model import EdgeKind, Graph, Service

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from tiktoktoe_cli.graph.model import Edge

_STRENGTH = {
    kind: strength for strength, kind in enumerate((EdgeKind.SOFT, EdgeKind.RUNTIME, EdgeKind.START))
}


def box_names(graph: Graph, groups: Collection[str]) -> dict[str, str]:
    """Name the box of each group: `core/`, with more slashes if somebody is called that already."""
    taken = graph.services.keys() | {edge.target for edge in graph.edges()}
    names: dict[str, str] = {}
    for group in groups:
        name = f"{group}/"
        while name in taken:
            name += "/"
        taken.add(name)
        names[group] = name
    return names


def collapse(graph: Graph, box_of_group: Mapping[str, str]) -> Graph:
    """Draw the services of each group that has a box as one, with that name, where the first of them stood.

    Dependencies inside of a box are gone. Those between the same two become one, of the strongest kind among them,
    required if one of them is; it has the version and the policy that all of them agree on.
    """
    if not box_of_group:
        return graph
    homes = {name: name for name in graph.services} | homes_in(graph, box_of_group)
    members: dict[str, list[Service]] = {}
    for name, service in graph.services.items():
        members.setdefault(homes[name], []).append(service)
    return replace(
        graph,
        services={
            home: _box(home, inside, homes) if home not in graph.services else _moved(inside[0], homes)
            for home, inside in members.items()
        },
    )


def homes_in(graph: Graph, box_of_group: Mapping[str, str]) -> dict[str, str]:
    """Name the box of each service that is in one."""
    boxes = ((name, box_of_group.get(service.group or "")) for name, service in graph.services.items())
    return {name: box for name, box in boxes if box is not None}


def members_of(graph: Graph, box_of_group: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """List the services in each box, by its name."""
    members: dict[str, list[str]] = {}
    for name, box in homes_in(graph, box_of_group).items():
        members.setdefault(box, []).append(name)
    return {box: tuple(names) for box, names in members.items()}


def _box(name: str, members: Sequence[Service], homes: Mapping[str, str]) -> Service:
    from tiktoktoe_cli.graph.settings import ResourceSettings

    edges = (edge for service in members for edge in service.dependencies)
    return Service(
        name=name,
        version=None,
        available=(),
        group=None,
        tags=(),
        resources=ResourceSettings(),
        replicas=sum(service.replicas for service in members),
        start_time=None,
        dependencies=_merged([edge for edge in edges if homes.get(edge.target) != name], name, homes),
    )


def _moved(service: Service, homes: Mapping[str, str]) -> Service:
    """Let a service that is in no box depend on boxes."""
    if all(homes.get(edge.target, edge.target) == edge.target for edge in service.dependencies):
        return service
    return replace(service, dependencies=_merged(service.dependencies, service.name, homes))


def _merged(edges: Sequence[Edge], source: str, homes: Mapping[str, str]) -> tuple[Edge, ...]:
    by_target: dict[str, list[Edge]] = {}
    for edge in edges:
        by_target.setdefault(homes.get(edge.target, edge.target), []).append(edge)
    return tuple(_one(alike, source, target) for target, alike in by_target.items())


def _one(edges: Sequence[Edge], source: str, target: str) -> Edge:
    strongest = max(edges, key=lambda edge: (_STRENGTH[edge.kind], edge.required))
    if (strongest.source, strongest.target) == (source, target):
        return strongest
    return replace(
        strongest,
        source=source,
        target=target,
        required=any(edge.required for edge in edges),
        restart=any(edge.restart for edge in edges),
        version_range=_agreed(edge.version_range for edge in edges),
        policy=_agreed(edge.policy for edge in edges),
    )


def _agreed(words: Iterable[str | None]) -> str | None:
    said = set(words)
    return said.pop() if len(said) == 1 else None
