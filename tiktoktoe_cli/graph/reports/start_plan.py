"""The start order of `graph plan` as a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.graph.reports.sizes import counts, size_words
from tiktoktoe_cli.report.facts import Column, Json, Report, Shows

if TYPE_CHECKING:
    from tiktoktoe_cli.graph.plan import StartPlan


def report_of(facts: StartPlan) -> Report:
    """Turn a plan into a report: one item a service, in start order."""
    items: list[dict[str, Json]] = [
        {"name": name, "wave": number, "after": [edge.target for edge in facts.graph.start_edges_of(name)]}
        for number, wave in enumerate(facts.waves, start=1)
        for name in wave
    ]
    return Report(
        command="graph plan",
        ok=True,
        verdict=size_words(facts.graph, facts.waves),
        summary=counts(facts.graph, facts.waves),
        items=items,
        columns=(
            Column("wave", "WAVE", shows=Shows.NUMBER),
            Column("name", "SERVICE"),
            Column("after", "AFTER"),
        ),
    )
