"""Rules about what is declared and what is seen in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import Severity
from tiktoktoe_cli.graph.model import EdgeKind, Evidence
from tiktoktoe_cli.graph.rules.rule import Finding, Rule
from tiktoktoe_cli.words import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tiktoktoe_cli.errors import Problem
    from tiktoktoe_cli.graph.model import Service
    from tiktoktoe_cli.graph.rules.rule import Subject

_MOST_NAMED = 3


def find_undeclared_uses(subject: Subject) -> Iterator[Finding]:
    """Find dependencies that an import or a start action shows, and that nobody declared."""
    graph = subject.graph
    for edge in graph.edges():
        if edge.evidence is Evidence.INFERRED:
            message = f"{quoted(edge.source)} uses {quoted(edge.target)}, but nobody declared it"
            yield Finding(
                message,
                graph.place_of(edge),
                "if it is right, write `evidence: both`; else remove the dependency: an import only guessed it",
                about=(edge.source, edge.target),
            )
    for name, uses in subject.operations.uses.items():
        declared = {edge.target for edge in graph.services[name].dependencies}
        for target, path in uses.items():
            if target not in declared:
                message = f"{quoted(name)} is started with the address of {quoted(target)}, but does not depend on it"
                hint = "declare it with its kind, or remove the use"
                yield Finding(message, graph.value_place(*path), hint, about=(name, target))


def find_unused_declarations(subject: Subject) -> Iterator[Finding]:
    """Find dependencies that were not seen in use, of services of which uses are known.

    What nobody calls cannot be seen: what is only drawn, or only awaited until it has ended.
    """
    for name, service in subject.graph.services.items():
        if not _is_observed(service):
            continue
        used = subject.operations.uses.get(name, {})
        for edge in service.dependencies:
            unseen = edge.evidence is Evidence.DECLARED and edge.target not in used
            if unseen and edge.kind is not EdgeKind.SOFT and edge.is_used_at_run_time:
                yield Finding(
                    f"{_dependency((name, edge.target))} was never seen in use",
                    subject.graph.place_of(edge),
                    "remove it if nothing uses it; else write `evidence: both`",
                    about=(name, edge.target),
                )


def _is_observed(service: Service) -> bool:
    return any(edge.evidence is not Evidence.DECLARED for edge in service.dependencies)


def _dependency(names: tuple[str, ...]) -> str:
    source, target = names
    return f"the dependency of {quoted(source)} on {quoted(target)}"


def _undeclared(problems: Sequence[Problem]) -> str:
    return f"{len(problems):,} dependencies are in use, but nobody declared them: {_dependencies(problems)}"


def _unused(problems: Sequence[Problem]) -> str:
    return f"{len(problems):,} dependencies were never seen in use: {_dependencies(problems)}"


def _dependencies(problems: Sequence[Problem]) -> str:
    edges = [problem.about for problem in problems]
    shown = ", ".join(f"{quoted(source)} on {quoted(target)}" for source, target in edges[:_MOST_NAMED])
    return f"{shown} and {len(edges) - _MOST_NAMED:,} more" if len(edges) > _MOST_NAMED else shown


RULES = (
    Rule(
        id="TTG110",
        severity=Severity.WARNING,
        title="used but not declared",
        why="What is used and not declared is neither started first nor watched, and missing in every answer.",
        example="orders: {depends_on: {stock: {evidence: inferred}}}   # an import found it in an environment variable",
        fix="declare the dependency with its kind (`evidence: both`, if an import found it), or remove the use.",
        check=find_undeclared_uses,
        gathered=_undeclared,
    ),
    Rule(
        id="TTG111",
        severity=Severity.INFO,
        title="declared but never seen in use",
        why="Other uses of the service are known, but not this one: it may be gone, and still delays every start.",
        example="orders: {depends_on: {stock: {evidence: both}, mail: {}}}",
        fix="remove the dependency if nothing uses it; else write `evidence: both`: it is used, though nobody saw it.",
        check=find_unused_declarations,
        gathered=_unused,
    ),
)
