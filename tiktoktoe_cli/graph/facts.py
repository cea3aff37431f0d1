"""What the graph commands find out, before it is put into words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiktoktoe_cli.graph.plan import StartCycleError, start_waves
from tiktoktoe_cli.graph.rules import validate_graph

if TYPE_CHECKING:
    from tiktoktoe_cli.errors import Problem
    from tiktoktoe_cli.graph.model import Graph
    from tiktoktoe_cli.graph.plan import Waves
    from tiktoktoe_cli.graph.rules import Subject


@dataclass(frozen=True, slots=True)
class Validation:
    """What the rules found; `waves` is None if the services cannot be ordered."""

    graph: Graph
    waves: Waves | None
    findings: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """The services and their edges; `waves` is None if the services cannot be ordered."""

    graph: Graph
    waves: Waves | None


def validate(subject: Subject) -> Validation:
    """Apply every rule."""
    return Validation(subject.graph, _waves(subject.graph), validate_graph(subject))


def survey(graph: Graph) -> Overview:
    """Look at the graph as it is."""
    return Overview(graph, _waves(graph))


def _waves(graph: Graph) -> Waves | None:
    try:
        return start_waves(graph)
    except StartCycleError:
        return None
