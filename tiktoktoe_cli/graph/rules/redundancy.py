"""Rules about what start edges say twice, or say and do not mean, since other edges decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import Severity
from tiktoktoe_cli.graph.algorithms.implication import MOST_VISITS, overruled_options, redundant_edges
from tiktoktoe_cli.graph.rules.chains import steps_along
from tiktoktoe_cli.graph.rules.rule import Finding, Rule
from tiktoktoe_cli.graph.words import path_words
from tiktoktoe_cli.words import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tiktoktoe_cli.errors import Problem
    from tiktoktoe_cli.graph.model import Edge, Graph
    from tiktoktoe_cli.graph.rules.rule import Subject

_MOST_NAMED = 3


def find_redundant_edges(subject: Subject, most_visits: int = MOST_VISITS) -> Iterator[Finding]:
    """Find required edges that say nothing but what a path of required edges says as well."""
    for edge, path in redundant_edges(subject.graph, most_visits):
        yield _redundant(subject.graph, edge, path)


def find_overruled_options(subject: Subject, most_visits: int = MOST_VISITS) -> Iterator[Finding]:
    """Find edges that are not required to services that the same service requires through others."""
    for edge, path in overruled_options(subject.graph, most_visits):
        yield _overruled(subject.graph, edge, path)


def _redundant(graph: Graph, edge: Edge, path: list[str]) -> Finding:
    return Finding(
        f"{quoted(edge.source)} waits for {quoted(edge.target)} anyway{_over(path)}",
        graph.place_of(edge),
        f"remove it, or write `kind: runtime` if {quoted(edge.source)} calls {quoted(edge.target)} itself",
        steps_along(graph, path),
        (edge.source, edge.target),
    )


def _over(path: list[str]) -> str:
    """Tell the path; one that was not looked for to the end is there all the same."""
    return f": {path_words(path)}" if path else ", over a longer path"


def _of_one_service(problems: Sequence[Problem]) -> str:
    others = listed((problem.about[1] for problem in problems[1:]), limit=_MOST_NAMED)
    return f"{problems[0].message}; the same is true of {others}"


def _overruled(graph: Graph, edge: Edge, path: list[str]) -> Finding:
    says = f"{quoted(edge.source)} does not require {quoted(edge.target)}"
    return Finding(
        f"{says}, but cannot start without it{_over(path)}",
        graph.place_of(edge),
        "write `required: true` here, or `required: false` at one of these dependencies",
        steps_along(graph, path),
        (edge.source, edge.target),
    )


RULES = (
    Rule(
        id="TTG105",
        severity=Severity.WARNING,
        title="redundant edge",
        why="Who waits for a service that waits for another waits for that one, too; the edge says nothing more. One "
        "with a version range, a policy, a restart or evidence of its own says more, and is never redundant.",
        example="orders: {depends_on: {stock: {}, db: {}}}\nstock: {depends_on: {db: {}}}\ndb: {}",
        fix="remove the edge, or make it `kind: runtime` if the service calls its target itself.",
        check=find_redundant_edges,
        needs_order=True,
        gathered=_of_one_service,
        by_service=True,
    ),
    Rule(
        id="TTG109",
        severity=Severity.WARNING,
        title="required dependency behind an optional one",
        why="The edge says that the service can do without its target, but a service that it requires cannot.",
        example="orders: {depends_on: {cache: {required: false}, stock: {}}}\n"
        "stock: {depends_on: {cache: {}}}\n"
        "cache: {}",
        fix="require it here as well, or make one of the edges on the way optional.",
        check=find_overruled_options,
        needs_order=True,
    ),
)
