"""Rules about how deep and how tangled a system may become."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import Severity
from tiktoktoe_cli.graph.algorithms.order import wave_numbers
from tiktoktoe_cli.graph.model import EdgeKind
from tiktoktoe_cli.graph.rules.chains import steps_along
from tiktoktoe_cli.graph.rules.rule import Finding, Rule
from tiktoktoe_cli.graph.words import path_words
from tiktoktoe_cli.words import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.graph.model import Edge, Graph
    from tiktoktoe_cli.graph.rules.rule import Subject
    from tiktoktoe_cli.graph.starting.plan import Waves


def find_exceeded_budgets(subject: Subject) -> Iterator[Finding]:
    """Find a chain of start edges that is too long, and services that too many need or that need too many."""
    budget = subject.settings.budget
    order = subject.graph.start_order
    if len(order.waves) > budget.depth:
        yield _too_deep(subject.graph, order.waves, budget.depth)
    for name, service in subject.graph.services.items():
        if len(service.dependencies) > budget.fan_out:
            needs = sum(map(_counts, service.dependencies))
            if needs > budget.fan_out:
                words = f"{quoted(name)} depends on {needs:,} services; the budget is {budget.fan_out}"
                yield _finding(subject.graph, name, words, "fan_out")
        dependents = subject.graph.dependents_of(name)
        if len(dependents) > budget.fan_in:
            needed = sum(map(_counts, dependents))
            if needed > budget.fan_in:
                words = f"{needed:,} services depend on {quoted(name)}; the budget is {budget.fan_in}"
                yield _finding(subject.graph, name, words, "fan_in")


def _counts(edge: Edge) -> bool:
    return edge.kind is not EdgeKind.SOFT


def _finding(graph: Graph, name: str, words: str, limit: str) -> Finding:
    hint = f"put something between them, or raise `graph.budget.{limit}` if this is meant"
    return Finding(words, graph.place_of(graph.services[name]), hint, about=(name, limit))


def _too_deep(graph: Graph, waves: Waves, limit: int) -> Finding:
    chain = _longest_chain(graph, waves)
    steps = steps_along(graph, chain)
    return Finding(
        f"{len(chain):,} services start one after the other; the budget is {limit}: {path_words(chain)}",
        steps[0][1] if steps else None,
        "cut the chain where a service can start without the next, or raise `graph.budget.depth`",
        steps,
        ("depth",),
    )


def _longest_chain(graph: Graph, waves: Waves) -> list[str]:
    """Walk down from the last wave: each service has a dependency in the wave before its own.

    Services that a cycle keeps out of every wave have none below them, either.
    """
    wave_of = wave_numbers(waves)
    chain = [waves[-1][0]]
    for number in range(len(waves) - 1, 0, -1):
        below = [edge.target for edge in graph.start_edges_of(chain[-1])]
        chain.append(next(target for target in below if wave_of[target] == number))
    return chain


RULES = (
    Rule(
        id="TTG108",
        severity=Severity.WARNING,
        title="depth, fan-in or fan-out over the budget",
        why="Long chains start slowly and break often; what everybody needs takes everybody down.",
        example="graph: {budget: {fan_out: 1}}\nservices: {orders: {depends_on: {stock: {}, db: {}}}}",
        fix="shorten the chain or split the service; if it is meant, raise the budget in `graph.budget`.",
        check=find_exceeded_budgets,
        needs_order=True,
    ),
)
