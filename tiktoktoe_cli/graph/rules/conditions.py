"""Rules about what a start waits for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import Severity
from tiktoktoe_cli.graph.model import Condition, EdgeKind
from tiktoktoe_cli.graph.rules.rule import Finding, Rule, located
from tiktoktoe_cli.graph.words import condition_words
from tiktoktoe_cli.words import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tiktoktoe_cli.graph.abilities import Abilities
    from tiktoktoe_cli.graph.model import Edge, Graph
    from tiktoktoe_cli.graph.rules.rule import Subject


@dataclass(frozen=True, slots=True)
class _Need:
    """What must be known of a service before anybody can tell that it has reached a condition."""

    lacks: str
    advice: str
    is_met: Callable[[Abilities, str], bool]


def find_unobservable_conditions(subject: Subject) -> Iterator[Finding]:
    """Find services that others wait for in a way that nobody can observe."""
    for name in subject.graph.services:
        waiting: dict[Condition, list[Edge]] = {}
        for edge in subject.graph.dependents_of(name):
            need = _NEEDS.get(edge.condition) if _waits(edge) else None
            if need and not need.is_met(subject.operations.abilities, name):
                waiting.setdefault(edge.condition, []).append(edge)
        for condition, edges in waiting.items():
            yield _finding(subject.graph, condition, edges)


def _finding(graph: Graph, condition: Condition, waiting: list[Edge]) -> Finding:
    name, need = waiting[0].target, _NEEDS[condition]
    sources = [edge.source for edge in waiting]
    verb = "waits" if len(sources) == 1 else "wait"
    return Finding(
        f"{listed(sources, limit=2)} {verb} until {quoted(name)} {condition_words(condition)}, but it has {need.lacks}",
        graph.place_of(waiting[0]),
        f"give {quoted(name)} {need.advice}, or write `condition: started`",
        located(*((f"{quoted(edge.source)} waits here, too", graph.place_of(edge)) for edge in waiting[1:])),
        about=(name, condition.value),
    )


def _waits(edge: Edge) -> bool:
    """Tell whether an edge waits for what somebody asked for; by default it waits for health only where it shows."""
    return edge.is_condition_written and edge.kind is EdgeKind.START and not edge.is_loop


_HEALTH = _Need("no health check", "a `health` section", lambda known, name: name in known.checked)
# where nothing is started from here (a description of what others run), nobody waits from here, either
_END = _Need(
    "no start action", "a start action", lambda known, name: name in known.started or not known.started
)
_LINE = _Need(
    "no start action that names one",
    "a start action with a `ready_line`",
    lambda known, name: name in known.ready_line or not known.started,
)
_NEEDS = {
    Condition.HEALTHY: _HEALTH,
    Condition.COMPLETED: _END,
    Condition.COMPLETED_SUCCESSFULLY: _END,
    Condition.READY_LINE: _LINE,
}

RULES = (
    Rule(
        id="TTG401",
        severity=Severity.ERROR,
        title="waiting for what nobody can observe",
        why="Without a check nobody can tell whether a service is healthy; only who starts one sees it end or print "
        "its line. A dependency that names no condition waits for health only where there is a check. Where no "
        "service has a start action, nobody waits for ends and lines from here: they are not looked at.",
        example="ledger: {}\norders: {depends_on: {ledger: {condition: healthy}}}",
        fix="give the target a `health` section or a start action, or write `condition: started`.",
        check=find_unobservable_conditions,
    ),
)
