"""Rules about the shape of the graph: cycles, names that lead nowhere, services on their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import Severity
from tiktoktoe_cli.graph.cycles import runtime_cycles, start_cycles
from tiktoktoe_cli.graph.model import EdgeKind
from tiktoktoe_cli.graph.rules.rule import Finding, Rule, located
from tiktoktoe_cli.graph.words import path_words
from tiktoktoe_cli.words import quoted, suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.graph.cycles import Cycle
    from tiktoktoe_cli.graph.model import Edge, Graph
    from tiktoktoe_cli.graph.rules.rule import Subject

_MOST_SUGGESTIONS = 20  # looking for a near name among thousands takes a tenth of a second


def find_start_cycles(subject: Subject) -> Iterator[Finding]:
    """Find services that wait for each other to start."""
    for cycle in start_cycles(subject.graph):
        yield _cycle(
            subject.graph,
            cycle,
            "these services wait for each other to start",
            "remove, or make `kind: runtime`,",
        )


def find_runtime_cycles(subject: Subject) -> Iterator[Finding]:
    """Find services that call each other in a circle."""
    for cycle in runtime_cycles(subject.graph):
        yield _cycle(subject.graph, cycle, "these services call each other in a circle", "consider removing")


def find_self_dependencies(subject: Subject) -> Iterator[Finding]:
    """Find services that depend on themselves."""
    for edge in subject.graph.edges():
        if edge.source == edge.target:
            message = f"{quoted(edge.source)} depends on itself"
            yield Finding(
                message, subject.graph.place_of(edge), "remove this dependency", about=(edge.source,)
            )


def find_undefined_dependencies(subject: Subject) -> Iterator[Finding]:
    """Find dependencies on names that no service has."""
    services = subject.graph.services
    undefined = [edge for edge in subject.graph.edges() if edge.target not in services]
    looked_up = dict.fromkeys(edge.target for edge in undefined)
    near = {name: suggestion(name, services) for name in list(looked_up)[:_MOST_SUGGESTIONS]}
    for edge in undefined:
        message = f"{quoted(edge.source)} depends on {quoted(edge.target)}, which is not a service"
        yield Finding(
            message,
            subject.graph.place_of(edge),
            near.get(edge.target) or "add it to `services`, or remove the dependency",
            about=(edge.source, edge.target),
        )


def find_isolated_services(subject: Subject) -> Iterator[Finding]:
    """Find services that no dependency connects with the others."""
    graph = subject.graph
    for service in graph.services.values() if len(graph.services) > 1 else ():
        if not service.dependencies and not graph.dependents_of(service.name):
            message = f"{quoted(service.name)} depends on nothing, and nothing depends on it"
            yield Finding(
                message,
                graph.place_of(service),
                "declare what it needs or who needs it, if there is anything",
                about=(service.name,),
            )


def _cycle(graph: Graph, cycle: Cycle, what: str, advice: str) -> Finding:
    path = path_words([edge.source for edge in cycle.edges])
    size = len(cycle.component)
    of_many = f" (the shortest cycle among {size} services)" if size > len(cycle.edges) else ""
    effect = (
        f"leaves {cycle.remaining} of {size} services in cycles"
        if cycle.remaining
        else "leaves no cycle here"
    )
    cut = f"the dependency of {quoted(cycle.cut.source)} on {quoted(cycle.cut.target)}"
    related = located(*((_edge_words(edge), graph.place_of(edge)) for edge in cycle.edges))
    about = tuple(edge.source for edge in cycle.edges)
    return Finding(
        f"{what}: {path}{of_many}",
        graph.place_of(cycle.cut),
        f"{advice} {cut}: that {effect}",
        related,
        about,
    )


def _edge_words(edge: Edge) -> str:
    names = f"{quoted(edge.source)} depends on {quoted(edge.target)}"
    if edge.kind is not EdgeKind.START:
        return f"{names} at run time"
    return f"{names}: waits until it is {edge.condition}" + (
        "" if edge.required else ", but does not require it"
    )


RULES = (
    Rule(
        id="TTG101",
        severity=Severity.ERROR,
        title="cycle of start edges",
        why="Each of these services waits for the next one before it starts, so none of them ever does.",
        example="orders: {depends_on: {stock: {}}}\nstock: {depends_on: {orders: {}}}",
        fix="remove the edge that is named, or make it `kind: runtime` if it is only a call.",
        check=find_start_cycles,
    ),
    Rule(
        id="TTG102",
        severity=Severity.WARNING,
        title="cycle through runtime edges",
        why="Services that call each other in a circle fail together, and a retry in one feeds the others.",
        example="orders: {depends_on: {stock: {kind: runtime}}}\nstock: {depends_on: {orders: {}}}",
        fix="let one side publish events instead of calling, or give the call a policy and a fallback.",
        check=find_runtime_cycles,
    ),
    Rule(
        id="TTG103",
        severity=Severity.ERROR,
        title="self dependency",
        why="A service that depends on itself can never start.",
        example="orders: {depends_on: {orders: {}}}",
        fix="remove the dependency, or write the name that was meant.",
        check=find_self_dependencies,
    ),
    Rule(
        id="TTG104",
        severity=Severity.ERROR,
        title="undefined dependency",
        why="The name is not a service of this system, so nobody can start it, check it or wait for it.",
        example="orders: {depends_on: {ledgr: {}}}   # the service is called ledger",
        fix="correct the name, or add the service; one that somebody else runs needs no actions.",
        check=find_undefined_dependencies,
    ),
    Rule(
        id="TTG106",
        severity=Severity.INFO,
        title="isolated service",
        why="Nothing connects the service with the rest: either it is alone, or its dependencies are not written.",
        example="reports: {}",
        fix="declare what it needs and who needs it, if there is anything.",
        check=find_isolated_services,
    ),
)
