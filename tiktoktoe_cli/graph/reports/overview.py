"""The services and dependencies of `graph show` as a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.graph.selection import hidden_words
from tiktoktoe_cli.report.facts import Column, Json, Report, Shows
from tiktoktoe_cli.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.graph.facts import Overview
    from tiktoktoe_cli.graph.model import Edge, Graph, Service

_MEMBERS = Column("members", "MEMBERS", wide=True)


def report_of(facts: Overview) -> Report:
    """Turn the graph into a report: one item a service or box, in the order of the configuration."""
    wave_of = {name: number for number, wave in enumerate(facts.waves or (), start=1) for name in wave}
    return Report(
        command="graph show",
        ok=True,
        verdict=", ".join(_verdict(facts)),
        summary=_summary(facts),
        items=[
            {
                **_service(service, facts.graph, wave_of.get(name)),
                "members": facts.boxes.get(name, ()),
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
            *([_MEMBERS] if facts.boxes else []),
            Column("needed_by", "NEEDED_BY", wide=True),
        ),
        remarks=tuple(filter(None, [hidden_words(facts.hidden)])),
        next_steps=("tiktoktoe graph validate",) if facts.cycle and not facts.boxes else (),
    )


def _summary(facts: Overview) -> dict[str, Json]:
    """Count what is shown, and what is not: together that is all there is."""
    return {
        "services": len(facts.graph.services) - len(facts.boxes),
        "groups": len(facts.boxes),
        "dependencies": sum(1 for _ in facts.graph.edges()),
        "start_waves": None if facts.waves is None else len(facts.waves),
        "start_cycle": facts.cycle,
        "hidden": {
            "services": sum(hidden.services for hidden in facts.hidden),
            "dependencies": sum(hidden.dependencies for hidden in facts.hidden),
            "by": {
                hidden.by.value: {"services": hidden.services, "dependencies": hidden.dependencies}
                for hidden in facts.hidden
            },
        },
    }


def _verdict(facts: Overview) -> Iterator[str]:
    services = len(facts.graph.services) - len(facts.boxes)
    if services or not facts.boxes:
        yield _share(services, sum(hidden.services for hidden in facts.hidden), "service")
    if facts.boxes:
        yield plural(len(facts.boxes), "group")
    dependencies = sum(1 for _ in facts.graph.edges())
    hidden = sum(hidden.dependencies for hidden in facts.hidden)
    yield _share(dependencies, hidden, "dependency", "dependencies")
    yield "no start order" if facts.waves is None else plural(len(facts.waves), "start wave")


def _share(shown: int, hidden: int, noun: str, many: str = "") -> str:
    """Write `3 services`, or `1 of 3 services` if some are hidden."""
    total = plural(shown + hidden, noun, many)
    return f"{shown:,} of {total}" if hidden else total


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
        "kind": edge.kind.value,
        "version": edge.version_range,
        "condition": edge.condition.value,
        "required": edge.required,
        "restart": edge.restart,
        "timeout_s": edge.timeout.seconds,
        "policy": edge.policy,
        "evidence": edge.evidence.value,
    }
