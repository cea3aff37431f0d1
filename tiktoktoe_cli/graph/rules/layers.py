"""Rules about which groups may depend on which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import Severity
from tiktoktoe_cli.graph.rules.rule import Finding, Rule, located
from tiktoktoe_cli.words import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tiktoktoe_cli.errors import KeyPath
    from tiktoktoe_cli.graph.model import Edge, Graph
    from tiktoktoe_cli.graph.rules.rule import Subject
    from tiktoktoe_cli.graph.rules.settings import GraphSettings


def find_forbidden_edges(subject: Subject) -> Iterator[Finding]:
    """Find dependencies of any kind from a group on another that it may not depend on."""
    graph, forbidden = subject.graph, _forbidden(subject.settings)
    if not forbidden:
        return
    group_of = {name: service.group for name, service in graph.services.items()}
    for edge in graph.edges():
        path = forbidden.get((group_of[edge.source], group_of.get(edge.target)))
        if path:
            yield _finding(subject, edge, path)


def _forbidden(settings: GraphSettings) -> Mapping[tuple[str | None, str | None], KeyPath]:
    """List the pairs of groups of which the first may not depend on the second, with what forbids it."""
    found: dict[tuple[str | None, str | None], KeyPath] = {}
    for depth, outer in enumerate(settings.layers):
        found |= {(inner, outer): ("graph", "layers") for inner in settings.layers[depth + 1 :]}
    for number, pair in enumerate(settings.forbidden):
        found[pair.from_, pair.to] = ("graph", "forbidden", number)
    return found


def _finding(subject: Subject, edge: Edge, path: KeyPath) -> Finding:
    graph, position = subject.graph, path[-1]
    named = subject.settings.forbidden[position] if isinstance(position, int) else None
    why = (named.reason or "this is forbidden") if named else "that layer lies further outside"
    return Finding(
        f"{_with_group(graph, edge.source)} depends on {_with_group(graph, edge.target)}: {why}",
        graph.place_of(edge),
        related=located(("forbidden here", graph.place(*path))),
        about=(edge.source, edge.target),
    )


def _with_group(graph: Graph, name: str) -> str:
    return f"{quoted(name)} of the group {quoted(graph.services[name].group or '')}"


RULES = (
    Rule(
        id="TTG901",
        severity=Severity.ERROR,
        title="forbidden dependency between groups",
        why="`graph.layers` and `graph.forbidden` say which groups may depend on which; this one may not.",
        example="graph: {layers: [edge, core]}\n"
        "services:\n"
        "  web: {group: edge}\n"
        "  orders: {group: core, depends_on: {web: {}}}",
        fix="turn the dependency around, or put what both need into a third service.",
        check=find_forbidden_edges,
    ),
)
