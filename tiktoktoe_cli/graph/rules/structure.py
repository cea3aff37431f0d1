"""Rules about the shape of the graph: cycles, names that lead nowhere, services on their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.graph.cycles import runtime_cycles, start_cycles
from tiktoktoe_cli.graph.model import EdgeKind
from tiktoktoe_cli.graph.rules.rule import Finding, located
from tiktoktoe_cli.graph.words import path_words
from tiktoktoe_cli.words import quoted, suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.graph.cycles import Cycle
    from tiktoktoe_cli.graph.model import Edge
    from tiktoktoe_cli.graph.rules.rule import Subject

_MOST_SUGGESTIONS = 20  # looking for a near name among thousands takes a tenth of a second


def find_start_cycles(subject: Subject) -> Iterator[Finding]:
    """Find services that wait for each other to start."""
    for cycle in start_cycles(subject.graph):
        yield _cycle(cycle, "these services wait for each other to start", "remove, or make `kind: runtime`,")


def find_runtime_cycles(subject: Subject) -> Iterator[Finding]:
    """Find services that call each other in a circle."""
    for cycle in runtime_cycles(subject.graph):
        yield _cycle(cycle, "these services call each other in a circle", "consider removing")


def find_self_dependencies(subject: Subject) -> Iterator[Finding]:
    """Find services that depend on themselves."""
    for edge in subject.graph.edges():
        if edge.source == edge.target:
            message = f"{quoted(edge.source)} depends on itself"
            yield Finding(message, edge.place, "remove this dependency")


def find_undefined_dependencies(subject: Subject) -> Iterator[Finding]:
    """Find dependencies on names that no service has."""
    services = subject.graph.services
    undefined = [edge for edge in subject.graph.edges() if edge.target not in services]
    looked_up = dict.fromkeys(edge.target for edge in undefined)
    near = {name: suggestion(name, services) for name in list(looked_up)[:_MOST_SUGGESTIONS]}
    for edge in undefined:
        message = f"{quoted(edge.source)} depends on {quoted(edge.target)}, which is not a service"
        yield Finding(
            message, edge.place, near.get(edge.target) or "add it to `services`, or remove the dependency"
        )


def find_isolated_services(subject: Subject) -> Iterator[Finding]:
    """Find services that no dependency connects with the others."""
    graph = subject.graph
    for service in graph.services.values() if len(graph.services) > 1 else ():
        if not service.dependencies and not graph.dependents_of(service.name):
            message = f"{quoted(service.name)} depends on nothing, and nothing depends on it"
            yield Finding(
                message, service.place, "declare what it needs or who needs it, if there is anything"
            )


def _cycle(cycle: Cycle, what: str, advice: str) -> Finding:
    path = path_words([edge.source for edge in cycle.edges])
    size = len(cycle.component)
    of_many = f" (the shortest cycle among {size} services)" if size > len(cycle.edges) else ""
    effect = (
        f"leaves {cycle.remaining} of {size} services in cycles"
        if cycle.remaining
        else "leaves no cycle here"
    )
    cut = f"the dependency of {quoted(cycle.cut.source)} on {quoted(cycle.cut.target)}"
    related = located(*((_edge_words(edge), edge.place) for edge in cycle.edges))
    return Finding(f"{what}: {path}{of_many}", cycle.cut.place, f"{advice} {cut}: that {effect}", related)


def _edge_words(edge: Edge) -> str:
    names = f"{quoted(edge.source)} depends on {quoted(edge.target)}"
    if edge.kind is not EdgeKind.START:
        return f"{names} at run time"
    return f"{names}: waits until it is {edge.condition}" + (
        "" if edge.required else ", but does not require it"
    )
