"""One of the systems that are compared, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiktoktoe_cli.graph.algorithms.cycles import start_cycles
from tiktoktoe_cli.graph.findings.acceptance import split_findings
from tiktoktoe_cli.graph.findings.baseline import Baseline
from tiktoktoe_cli.graph.rules import validate_graph
from tiktoktoe_cli.graph.starting.plan import waves_if_any
from tiktoktoe_cli.graph.starting.schedule import schedule
from tiktoktoe_cli.graph.starting.timing import start_time_ns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktoktoe_cli.errors import Problem
    from tiktoktoe_cli.graph.algorithms.cycles import Cycle
    from tiktoktoe_cli.graph.capacity import Fit
    from tiktoktoe_cli.graph.model import Graph
    from tiktoktoe_cli.graph.rules import Subject
    from tiktoktoe_cli.graph.settings import CapacitySettings
    from tiktoktoe_cli.graph.starting.plan import Waves


@dataclass(frozen=True, slots=True)
class Prediction:
    """How long the start of everything takes by what services declare, and the chain that decides it."""

    total_ns: int
    chain: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Edition:
    """One of the systems that are compared, with what follows from it; the `findings` are the open ones.

    There are no `waves` without a start order, no `start` either, nor where no start time is declared; and no `fit`
    without machines. `checks` are as in `Operations`.
    """

    graph: Graph
    capacity: CapacitySettings | None
    checks: Mapping[str, Mapping[str, str] | None]
    cycles: tuple[Cycle, ...]
    findings: tuple[Problem, ...]
    waves: Waves | None
    start: Prediction | None
    fit: Fit | None


def edition_of(subject: Subject) -> Edition:
    """Look at a system: findings that its configuration suppresses for a reason do not count."""
    found = split_findings(validate_graph(subject), subject.settings.suppress, Baseline())
    waves = waves_if_any(subject.graph)
    return Edition(
        graph=subject.graph,
        capacity=subject.capacity,
        checks=subject.operations.checks,
        cycles=tuple(start_cycles(subject.graph)),
        findings=found.open,
        waves=waves,
        start=_predict(subject.graph, waves) if waves else None,
        fit=subject.study.fitting.fit if subject.study else None,
    )


def _predict(graph: Graph, waves: Waves) -> Prediction | None:
    waits = {name: graph.start_edges_of(name) for wave in waves for name in wave}
    found = schedule(waits, {name: start_time_ns(graph.services[name]) for name in waits})
    return Prediction(found.total_ns, found.chain()) if found.total_ns else None
