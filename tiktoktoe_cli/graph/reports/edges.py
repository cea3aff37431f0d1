"""A dependency as data: the same keys in every report."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiktoktoe_cli.graph.model import Edge
    from tiktoktoe_cli.report.facts import Json


def edge_data(edge: Edge) -> dict[str, Json]:
    """Write a dependency as other programs read it; reports add what else they know of it."""
    return {
        "from": edge.source,
        "to": edge.target,
        "kind": edge.kind.value,
        "version": edge.version_range,
        "condition": edge.condition.value,
        "required": edge.required,
        "timeout_s": edge.timeout.seconds,
    }
