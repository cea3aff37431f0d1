"""How large a system is: in the words and numbers that every report about it begins with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.words import plural

if TYPE_CHECKING:
    from tiktoktoe_cli.graph.model import Graph
    from tiktoktoe_cli.graph.plan import Waves
    from tiktoktoe_cli.report.facts import Json


def size_words(graph: Graph, waves: Waves | None) -> str:
    """Say how many services, dependencies and waves there are."""
    edges = sum(1 for _ in graph.edges())
    sizes = f"{plural(len(graph.services), 'service')}, {plural(edges, 'dependency', 'dependencies')}"
    return f"{sizes}, no start order" if waves is None else f"{sizes}, {plural(len(waves), 'start wave')}"


def counts(graph: Graph, waves: Waves | None) -> dict[str, Json]:
    """Count services, dependencies and waves; a system without a start order has no waves."""
    return {
        "services": len(graph.services),
        "dependencies": sum(1 for _ in graph.edges()),
        "start_waves": None if waves is None else len(waves),
    }
