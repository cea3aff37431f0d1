"""Rules about what a start waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import Severity
from tiktoktoe_cli.graph.model import Condition, EdgeKind
from tiktoktoe_cli.graph.rules.rule import Finding, Rule, located
from tiktoktoe_cli.words import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.graph.model import Edge, Graph
    from tiktoktoe_cli.graph.rules.rule import Subject


def find_unchecked_dependencies(subject: Subject) -> Iterator[Finding]:
    """Find services that others wait for to be healthy, but that no health check looks at."""
    for name in subject.graph.services:
        if name in subject.operations.checked:
            continue
        waiting = [edge for edge in subject.graph.dependents_of(name) if _waits_for_health(edge)]
        if waiting:
            yield _finding(subject.graph, name, waiting)


def _finding(graph: Graph, name: str, waiting: list[Edge]) -> Finding:
    sources = [edge.source for edge in waiting]
    verb = "waits" if len(sources) == 1 else "wait"
    return Finding(
        f"{listed(sources, limit=2)} {verb} until {quoted(name)} is healthy, but it has no health check",
        graph.place_of(waiting[0]),
        f"give {quoted(name)} a `health` section, or write `condition: started`",
        located(*((f"{quoted(edge.source)} waits here, too", graph.place_of(edge)) for edge in waiting[1:])),
        about=(name,),
    )


def _waits_for_health(edge: Edge) -> bool:
    starts = edge.kind is EdgeKind.START and edge.source != edge.target
    return starts and edge.condition is Condition.HEALTHY


RULES = (
    Rule(
        id="TTG401",
        severity=Severity.ERROR,
        title="waiting for the health of a service without checks",
        why="A dependency waits until its target is healthy unless it says otherwise; without a check nobody can tell.",
        example="ledger: {}\norders: {depends_on: {ledger: {condition: healthy}}}",
        fix="give the target a `health` section, or write `condition: started`.",
        check=find_unchecked_dependencies,
    ),
)
