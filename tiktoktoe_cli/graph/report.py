"""What the graph commands found out, as reports that every output format can draw."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, assert_never

from tiktoktoe_cli.errors import Severity
from tiktoktoe_cli.graph.facts import Overview, Validation
from tiktoktoe_cli.graph.plan import StartPlan
from tiktoktoe_cli.graph.rules import RULES
from tiktoktoe_cli.report.diagnostics import tally
from tiktoktoe_cli.report.facts import Case, CaseOutcome, Column, Json, Report, Shows
from tiktoktoe_cli.words import plural

if TYPE_CHECKING:
    from tiktoktoe_cli.errors import Problem
    from tiktoktoe_cli.graph.model import Edge, Graph, Service
    from tiktoktoe_cli.graph.plan import Waves
    from tiktoktoe_cli.graph.rules import Rule

_SEVERITIES = tuple(Severity)  # worst first


def report_of(facts: Validation | StartPlan | Overview, fail_on: Severity = Severity.ERROR) -> Report:
    """Turn facts into a report; a validation is not ok if a finding is at least as bad as `fail_on`."""
    match facts:
        case Validation():
            return _validation(facts, fail_on)
        case StartPlan():
            return _plan(facts)
        case Overview():
            return _overview(facts)
        case _:
            assert_never(facts)


def _validation(facts: Validation, fail_on: Severity) -> Report:
    failing = set(_SEVERITIES[: _SEVERITIES.index(fail_on) + 1])
    counts = Counter(problem.severity for problem in facts.findings)
    codes = dict.fromkeys(problem.code for problem in facts.findings)
    return Report(
        command="graph validate",
        ok=not any(problem.severity in failing for problem in facts.findings),
        verdict=f"{_size(facts.graph, facts.waves)}: {tally(facts.findings) or 'no findings'}",
        summary={
            **_counts(facts.graph, facts.waves),
            "findings": {severity.value: counts[severity] for severity in _SEVERITIES},
        },
        items=[_finding(problem) for problem in facts.findings],
        columns=(),  # persons see the findings as problems, in code frames
        name_key="rule",
        problems=facts.findings,
        cases=tuple(_case(rule, facts.findings, failing) for rule in RULES),
        next_steps=tuple(f"tiktoktoe config explain {code}" for code in codes),
    )


def _finding(problem: Problem) -> dict[str, Json]:
    return {
        "rule": problem.code,
        "severity": problem.severity.value,
        "message": problem.message,
        "place": str(problem.place) if problem.place else None,
        "hint": problem.hint,
    }


def _case(rule: Rule, findings: tuple[Problem, ...], failing: set[Severity]) -> Case:
    """Count a rule as one test; it fails by findings that fail the command."""
    found = [problem for problem in findings if problem.code == rule.id]
    failed = bool(found) and rule.severity in failing
    return Case(
        group="graph",
        name=f"{rule.id} {rule.title}",
        outcome=CaseOutcome.FAILED if failed else CaseOutcome.PASSED,
        message="\n".join(problem.message for problem in found),
        place=found[0].place if found else None,
    )


def _plan(facts: StartPlan) -> Report:
    items: list[dict[str, Json]] = [
        {"name": name, "wave": number, "after": [edge.target for edge in facts.graph.start_edges_of(name)]}
        for number, wave in enumerate(facts.waves, start=1)
        for name in wave
    ]
    return Report(
        command="graph plan",
        ok=True,
        verdict=_size(facts.graph, facts.waves),
        summary=_counts(facts.graph, facts.waves),
        items=items,
        columns=(
            Column("wave", "WAVE", shows=Shows.NUMBER),
            Column("name", "SERVICE"),
            Column("after", "AFTER"),
        ),
    )


def _overview(facts: Overview) -> Report:
    wave_of = {name: number for number, wave in enumerate(facts.waves or (), start=1) for name in wave}
    return Report(
        command="graph show",
        ok=True,
        verdict=_size(facts.graph, facts.waves),
        summary=_counts(facts.graph, facts.waves),
        items=[
            _service(service, facts.graph, wave_of.get(name))
            for name, service in facts.graph.services.items()
        ],
        columns=(
            Column("name", "NAME"),
            Column("wave", "WAVE", shows=Shows.NUMBER),
            Column("version", "VERSION"),
            Column("depends_on", "DEPENDS_ON"),
            Column("group", "GROUP", wide=True),
            Column("replicas", "REPLICAS", wide=True, shows=Shows.NUMBER),
            Column("needed_by", "NEEDED_BY", wide=True),
        ),
    )


def _service(service: Service, graph: Graph, wave: int | None) -> dict[str, Json]:
    return {
        "name": service.name,
        "wave": wave,
        "version": service.version,
        "group": service.group,
        "tags": service.tags,
        "replicas": service.replicas,
        "depends_on": [edge.target for edge in service.dependencies],
        "needed_by": [edge.source for edge in graph.dependents_of(service.name)],
        "dependencies": [_edge(edge) for edge in service.dependencies],
    }


def _edge(edge: Edge) -> dict[str, Json]:
    return {
        "name": edge.target,
        "kind": edge.kind.value,
        "version": edge.version_range,
        "condition": edge.condition.value,
        "required": edge.required,
        "timeout_s": edge.timeout.seconds,
        "policy": edge.policy,
    }


def _size(graph: Graph, waves: Waves | None) -> str:
    edges = sum(1 for _ in graph.edges())
    sizes = f"{plural(len(graph.services), 'service')}, {plural(edges, 'dependency', 'dependencies')}"
    return f"{sizes}, no start order" if waves is None else f"{sizes}, {plural(len(waves), 'start wave')}"


def _counts(graph: Graph, waves: Waves | None) -> dict[str, Json]:
    return {
        "services": len(graph.services),
        "dependencies": sum(1 for _ in graph.edges()),
        "start_waves": None if waves is None else len(waves),
    }
