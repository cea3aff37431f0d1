"""Systems for the tests of this room: written as YAML would say them, drawn at random, or real ones from the field."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from pydantic import TypeAdapter

from tiktoktoe_cli.errors import Place
from tiktoktoe_cli.graph import Graph, service_of
from tiktoktoe_cli.graph.abilities import Abilities
from tiktoktoe_cli.graph.rules import Operations, Subject, validate_graph
from tiktoktoe_cli.graph.rules.settings import GraphSettings
from tiktoktoe_cli.graph.settings import CapacitySettings, ServiceSettings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tiktoktoe_cli.errors import Locate, Problem

SERVICES = TypeAdapter(dict[str, ServiceSettings])
REAL_SYSTEMS = ("online-boutique", "otel-demo-core", "otel-demo-full", "robot-shop", "spring-petclinic")


def place(*path: str | int) -> Place:
    """Place the key at the end of every path in a file that is named after it."""
    return Place("/".join(map(str, path)), 1, 1)


def value_place(*path: str | int) -> Place:
    """Place the value at the end of every path in that file, too, on the right of its key."""
    return Place("/".join(map(str, path)), 1, 9)


def build_graph(services: Mapping[str, ServiceSettings], **places: Locate) -> Graph:
    """Build the graph of settings; without `place` and `value_place`, as if it was read from no file."""
    return Graph({name: service_of(name, settings) for name, settings in services.items()}, **places)


def graph_of(services: Mapping[str, Any]) -> Graph:  # what YAML can hold
    """Build the graph of services as the YAML would hold them."""
    return build_graph(SERVICES.validate_python(services), place=place, value_place=value_place)


def graph_of_edges(names: Sequence[str], edges: Sequence[tuple[str, str]], kind: str = "start") -> Graph:
    """Build a graph with one edge of a kind from the first to the second of each pair."""
    services: dict[str, Any] = {name: {"depends_on": {}} for name in names}
    for source, target in edges:
        services[source]["depends_on"][target] = {"kind": kind}
    return graph_of(services)


def findings(
    services: Mapping[str, Any],  # what YAML can hold
    *,
    capacity: Mapping[str, Any] | None = None,  # as above
    checked: Sequence[str] | None = None,
    settings: Mapping[str, Any] | None = None,  # as above
    **known: Any,  # as above
) -> list[Problem]:
    """Apply every rule to services; all of them have health checks unless `checked` says which do.

    `settings` is the section `graph`; what else is `known` of the services is named as in `Operations` and `Abilities`.
    """
    return list(
        validate_graph(subject_of(services, capacity=capacity, checked=checked, settings=settings, **known))
    )


def subject_of(
    services: Mapping[str, Any],  # what YAML can hold
    *,
    capacity: Mapping[str, Any] | None = None,  # as above
    checked: Sequence[str] | None = None,
    settings: Mapping[str, Any] | None = None,  # as above
    **known: Any,
) -> Subject:
    """Make what rules look at, as `findings` does."""
    machines = CapacitySettings.model_validate(capacity) if capacity else None
    others = {name: known.pop(name) for name in ("uses", "deadline", "checks") if name in known}
    operations = Operations(Abilities(services if checked is None else checked, **known), **others)
    graph = graph_of(services)
    return Subject(graph, machines, operations, GraphSettings.model_validate(settings or {}))


def real_system(vectors: Path, name: str) -> Graph:
    """Build the graph of a system from the field, all of its edges as start edges."""
    found = json.loads((vectors / "graph" / "systems" / f"{name}.json").read_text())
    edges = [(source, target) for source, target, _ in found["edges"]]
    names = dict.fromkeys([*found["nodes"], *(name for edge in edges for name in edge)])
    return graph_of_edges(list(names), edges)


@st.composite
def random_edges(draw: st.DrawFn, *, acyclic: bool = False) -> tuple[list[str], list[tuple[str, str]]]:
    """Draw up to nine services and edges between different ones, if asked for only from later to earlier ones."""
    size = draw(st.integers(1, 9))
    names = [f"s{number}" for number in range(size)]
    pairs = [(a, b) for a in range(size) for b in range(size) if (b < a if acyclic else a != b)]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    return names, [(names[a], names[b]) for a, b in chosen]
