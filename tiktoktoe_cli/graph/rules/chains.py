"""Chains of start edges, as findings show them: each edge with its place."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from tiktoktoe_cli.graph.rules.rule import located
from tiktoktoe_cli.graph.words import condition_words
from tiktoktoe_cli.words import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktoktoe_cli.errors import Place
    from tiktoktoe_cli.graph.model import Graph


def steps_along(graph: Graph, names: Sequence[str]) -> tuple[tuple[str, Place], ...]:
    """Describe the start edges from each service of a chain to the next, as notes for a finding."""
    edges = (
        next(edge for edge in graph.services[source].dependencies if edge.target == target)
        for source, target in pairwise(names)
    )
    return located(
        *(
            (
                f"{quoted(edge.source)} waits until {quoted(edge.target)} {condition_words(edge.condition)}",
                graph.place_of(edge),
            )
            for edge in edges
        )
    )
