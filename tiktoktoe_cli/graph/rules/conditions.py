"""Rules about what a start waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.graph.model import Condition, EdgeKind
from tiktoktoe_cli.graph.rules.rule import Finding, located
from tiktoktoe_cli.words import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.graph.model import Edge
    from tiktoktoe_cli.graph.rules.rule import Subject


def find_unchecked_dependencies(subject: Subject) -> Iterator[Finding]:
    """Find services that others wait for to be healthy, but that no health check looks at."""
    for name in subject.graph.services:
        if name in subject.checked:
            continue
        waiting = [edge for edge in subject.graph.dependents_of(name) if _waits_for_health(edge)]
        if waiting:
            yield _finding(name, waiting)


def _finding(name: str, waiting: list[Edge]) -> Finding:
    sources = [edge.source for edge in waiting]
    verb = "waits" if len(sources) == 1 else "wait"
    return Finding(
        f"{listed(sources, limit=2)} {verb} until {quoted(name)} is healthy, but it has no health check",
        waiting[0].place,
        f"give {quoted(name)} a `health` section, or write `condition: started`",
        located(*((f"{quoted(edge.source)} waits here, too", edge.place) for edge in waiting[1:])),
    )


def _waits_for_health(edge: Edge) -> bool:
    starts = edge.kind is EdgeKind.START and edge.source != edge.target
    return starts and edge.condition is Condition.HEALTHY
