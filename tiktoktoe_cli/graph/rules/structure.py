"""Rules about the shape of the graph: cycles, names that lead nowhere, services on their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import Severity
from tiktoktoe_cli.graph.algorithms.cycles import runtime_cycles, start_cycles
from tiktoktoe_cli.graph.model import EdgeKind
from tiktoktoe_cli.graph.rules.rule import Finding, Rule, located
from tiktoktoe_cli.graph.words import condition_words, cycle_words
from tiktoktoe_cli.words import listed, quoted, suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tiktoktoe_cli.errors import Problem
    from tiktoktoe_cli.graph.algorithms.cycles import Cycle
    from tiktoktoe_cli.graph.model import Edge, Graph
    from tiktoktoe_cli.graph.rules.rule import Subject

_MOST_NAMED = 8
_MOST_SUGGESTIONS = 20  # looking for a near name among thousands takes a tenth of a second


def find_start_cycles(subject: Subject) -> Iterator[Finding]:
    """Find services that wait for each other to start."""
    for cycle in start_cycles(subject.graph):
        yield _cycle(
            subject.graph,
            cycle,
            "these services wait for each other to start",
            "remove",
            "; as `kind: runtime` it delays no start, but is still part of a circle of calls (TTG102)",
        )


def find_runtime_cycles(subject: Subject) -> Iterator[Finding]:
    """Find services that call each other in a circle, or themselves."""
    for cycle in runtime_cycles(subject.graph):
        yield _cycle(subject.graph, cycle, "these services call each other in a circle", "consider removing")
    for edge in _edges_to_oneself(subject.graph, EdgeKind.RUNTIME):
        yield Finding(
            f"{quoted(edge.source)} calls itself",
            subject.graph.place_of(edge),
            "remove this dependency, unless its replicas call each other",
            about=(edge.source,),
        )


def find_self_dependencies(subject: Subject) -> Iterator[Finding]:
    """Find services that wait for themselves to start; a soft edge to oneself says nothing, and harms nobody."""
    for edge in _edges_to_oneself(subject.graph, EdgeKind.START):
        message = f"{quoted(edge.source)} depends on itself"
        yield Finding(message, subject.graph.place_of(edge), "remove this dependency", about=(edge.source,))


def find_missing_dependencies(subject: Subject) -> Iterator[Finding]:
    """Find dependencies on names that no service has, and required ones on services that are scaled to 0."""
    graph = subject.graph
    services = graph.services
    undefined = [edge for edge in graph.edges() if edge.target not in services]
    looked_up = list(dict.fromkeys(edge.target for edge in undefined))[:_MOST_SUGGESTIONS]
    near = {name: suggestion(name, services.keys() - _dependents(graph, name)) for name in looked_up}
    for edge in undefined:
        yield Finding(
            f"{quoted(edge.source)} depends on {quoted(edge.target)}, which is not a service",
            graph.place_of(edge),
            near.get(edge.target) or "add it to `services`, or remove the dependency",
            about=(edge.source, edge.target),
        )
    for unused in [service for service in services.values() if service.is_scaled_to_zero]:
        for edge in graph.dependents_of(unused.name):
            if edge.binds and not services[edge.source].is_scaled_to_zero:
                yield _scaled_to_zero(graph, edge)


def find_isolated_services(subject: Subject) -> Iterator[Finding]:
    """Find services that no dependency connects with the others, where there are dependencies at all."""
    graph = subject.graph
    if _declares_nothing(graph):
        return
    for service in graph.services.values():
        if not service.dependencies and not graph.dependents_of(service.name):
            yield Finding(
                f"{quoted(service.name)} depends on nothing, and nothing depends on it",
                graph.place_of(service),
                "declare what it needs or who needs it, if there is anything",
                about=(service.name,),
            )


def find_undeclared_systems(subject: Subject) -> Iterator[Finding]:
    """Find systems of several services of which none declares a dependency."""
    graph = subject.graph
    if len(graph.services) > 1 and _declares_nothing(graph):
        yield Finding(
            f"none of the {len(graph.services):,} services declares a dependency",
            graph.place("services"),
            "write `depends_on`, or take it over from elsewhere with `tiktoktoe graph import`",
            about=("services",),
        )


def _declares_nothing(graph: Graph) -> bool:
    return not any(service.dependencies for service in graph.services.values())


def _edges_to_oneself(graph: Graph, kind: EdgeKind) -> list[Edge]:
    return [edge for edge in graph.edges() if edge.is_loop and edge.kind is kind]


def _dependents(graph: Graph, name: str) -> set[str]:
    """List who depends on a name: none of them means itself."""
    return {edge.source for edge in graph.dependents_of(name)}


def _scaled_to_zero(graph: Graph, edge: Edge) -> Finding:
    return Finding(
        f"{quoted(edge.source)} requires {quoted(edge.target)}, which is scaled to 0",
        graph.place_of(edge),
        "write `required: false`, or give it a replica",
        located(("it has no replicas", graph.value_place("services", edge.target, "replicas"))),
        (edge.source, edge.target),
    )


def _isolated(problems: Sequence[Problem]) -> str:
    names = listed((problem.about[0] for problem in problems), limit=_MOST_NAMED)
    return f"{names} depend on nothing, and nothing depends on them"


def _cycle(graph: Graph, cycle: Cycle, what: str, advice: str, instead: str = "") -> Finding:
    path = cycle_words([edge.source for edge in cycle.edges])
    size = len(cycle.component)
    of_many = f" (the shortest cycle among {size} services)" if size > len(cycle.edges) else ""
    effect = (
        f"leaves {cycle.remaining} of {size} services in cycles"
        if cycle.remaining
        else "leaves no cycle here"
    )
    cut = f"the dependency of {quoted(cycle.cut.source)} on {quoted(cycle.cut.target)}"
    others = "; another one of them would do as well" if cycle.as_good else ""
    related = located(*((_edge_words(edge), graph.place_of(edge)) for edge in cycle.edges))
    about = tuple(edge.source for edge in cycle.edges)
    return Finding(
        f"{what}: {path}{of_many}",
        graph.place_of(cycle.cut),
        f"{advice} {cut}: that {effect}{others}{instead}",
        related,
        about,
    )


def _edge_words(edge: Edge) -> str:
    names = f"{quoted(edge.source)} depends on {quoted(edge.target)}"
    if edge.kind is not EdgeKind.START:
        return f"{names} at run time"
    return f"{names}: waits until it {condition_words(edge.condition)}" + (
        "" if edge.required else ", but does not require it"
    )


START_CYCLE = Rule(
    id="TTG101",
    severity=Severity.ERROR,
    title="cycle of start edges",
    why="Each of these services waits for the next one before it starts, so none of them ever does.",
    example="orders: {depends_on: {stock: {}}}\nstock: {depends_on: {orders: {}}}",
    fix="remove the edge that is named, or make it `kind: runtime` if it is only a call: all can start then, but "
    "TTG102 warns of the circle of calls that is left.",
    check=find_start_cycles,
)
SELF_DEPENDENCY = Rule(
    id="TTG103",
    severity=Severity.ERROR,
    title="self dependency",
    why="A service that waits for itself can never start.",
    example="orders: {depends_on: {orders: {}}}",
    fix="remove the dependency, or write the name that was meant.",
    check=find_self_dependencies,
)
MISSING_DEPENDENCY = Rule(
    id="TTG104",
    severity=Severity.ERROR,
    title="dependency that is undefined or scaled to 0",
    why="Nobody can start, check or wait for what is not a service of this system, or has no replicas.",
    example="orders: {depends_on: {ledgr: {}}}   # the service is called ledger",
    fix="correct the name, or add the service (one that somebody else runs needs no actions); "
    "a dependency on one that is scaled to 0 is `required: false`.",
    check=find_missing_dependencies,
)
RULES = (
    START_CYCLE,
    Rule(
        id="TTG102",
        severity=Severity.WARNING,
        title="cycle through runtime edges",
        why="Services that call each other (or themselves) in a circle fail together, and each retry feeds the others.",
        example="orders: {depends_on: {stock: {kind: runtime}}}\nstock: {depends_on: {orders: {}}}",
        fix="let one side publish events instead of calling, or give the call a policy and a fallback.",
        check=find_runtime_cycles,
    ),
    SELF_DEPENDENCY,
    MISSING_DEPENDENCY,
    Rule(
        id="TTG106",
        severity=Severity.INFO,
        title="isolated service",
        why="Nothing connects the service with the rest: either it is alone, or its dependencies are not written.",
        example="orders: {depends_on: {stock: {}}}\nstock: {}\nreports: {}",
        fix="declare what it needs and who needs it, if there is anything.",
        check=find_isolated_services,
        gathered=_isolated,
    ),
    Rule(
        id="TTG107",
        severity=Severity.INFO,
        title="nothing declared at all",
        why="Without dependencies there is no order to start in, no cause of a failure, and nothing to check here.",
        example="orders: {}\nstock: {}",
        fix="write `depends_on`, or import it from a Compose file or Kubernetes manifests.",
        check=find_undeclared_systems,
    ),
)
