"""The services and dependencies of `graph show` as a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.graph.algorithms.order import wave_numbers
from tiktoktoe_cli.graph.reports.edges import edge_data
from tiktoktoe_cli.graph.selection.words import hidden_words
from tiktoktoe_cli.graph.size import shown_words, start_counts
from tiktoktoe_cli.report.facts import Column, Json, Report, Shows

if TYPE_CHECKING:
    from tiktoktoe_cli.graph.model import Edge, Graph, Service
    from tiktoktoe_cli.graph.selection.overview import Overview

_MEMBERS = Column("members", "MEMBERS", wide=True)


def report_of(facts: Overview) -> Report:
    """Turn the graph into a report: one item a service or box, in the order of the configuration."""
    wave_of = wave_numbers(facts.waves or ())
    return Report(
        command="graph show",
        ok=True,
        verdict=shown_words(facts),
        summary=_summary(facts),
        items=[
            {
                **_service(service, facts.graph, wave_of.get(name)),
                "members": facts.members.get(name, ()),
                "dependencies": [_edge(edge) for edge in service.dependencies],
            }
            for name, service in facts.graph.services.items()
        ],
        columns=(
            Column("name", "NAME"),
            Column("wave", "WAVE", shows=Shows.NUMBER),
            Column("version", "VERSION"),
            Column("depends_on", "DEPENDS_ON"),
            Column("group", "GROUP", wide=True),
            Column("replicas", "REPLICAS", wide=True, shows=Shows.NUMBER),
            *([_MEMBERS] if facts.members else []),
            Column("needed_by", "NEEDED_BY", wide=True),
        ),
        remarks=tuple(filter(None, [hidden_words(facts.hidden)])),
        next_steps=("tiktoktoe graph validate",) if facts.cycles.services else (),
    )


def _summary(facts: Overview) -> dict[str, Json]:
    """Count what is shown, and what is not: together that is all there is."""
    return {
        **start_counts(facts.graph, facts.waves),
        "services": len(facts.graph.services) - len(facts.members),
        "groups": len(facts.members),
        "start_cycle": facts.cycles.services,
        "groups_with_cycle": facts.cycles.inside,
        "group_cycle": facts.cycles.boxes,
        "hidden": {
            "services": sum(hidden.services for hidden in facts.hidden),
            "dependencies": sum(hidden.dependencies for hidden in facts.hidden),
            "by": {
                hidden.by.value: {"services": hidden.services, "dependencies": hidden.dependencies}
                for hidden in facts.hidden
            },
        },
    }


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
    }


def _edge(edge: Edge) -> dict[str, Json]:
    return {
        "name": edge.target,
        **edge_data(edge),
        "restart": edge.restart,
        "policy": edge.policy,
        "evidence": edge.evidence.value,
    }
