"""The services and dependencies of `graph show` as a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.graph.reports.sizes import counts, size_words
from tiktoktoe_cli.report.facts import Column, Json, Report, Shows

if TYPE_CHECKING:
    from tiktoktoe_cli.graph.facts import Overview
    from tiktoktoe_cli.graph.model import Edge, Graph, Service


def report_of(facts: Overview) -> Report:
    """Turn the graph into a report: one item a service, in the order of the configuration."""
    wave_of = {name: number for number, wave in enumerate(facts.waves or (), start=1) for name in wave}
    return Report(
        command="graph show",
        ok=True,
        verdict=size_words(facts.graph, facts.waves),
        summary=counts(facts.graph, facts.waves),
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
        "restart": edge.restart,
        "timeout_s": edge.timeout.seconds,
        "policy": edge.policy,
        "evidence": edge.evidence.value,
    }
