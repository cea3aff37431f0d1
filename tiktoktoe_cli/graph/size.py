"""How large a system is: in the words and numbers that reports about it and its pictures begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.graph.model import Graph
    from tiktoktoe_cli.graph.selection.overview import Overview
    from tiktoktoe_cli.graph.starting.plan import Waves
    from tiktoktoe_cli.report.facts import Json


def size_words(graph: Graph, waves: Waves | None, wave: str = "start wave") -> str:
    """Say how many services, dependencies and waves there are; `wave` is what one of these is called."""
    services = plural(len(graph.services), "service")
    dependencies = plural(_dependencies(graph), "dependency", "dependencies")
    return f"{services}, {dependencies}, {_wave_words(waves, wave)}"


def shown_words(overview: Overview) -> str:
    """Say how much is shown, and of how much: `2 of 4 services, 1 of 3 dependencies, 2 of 3 start waves`."""
    return ", ".join(_shown(overview))


def counts(graph: Graph) -> dict[str, Json]:
    """Count services and dependencies."""
    return {"services": len(graph.services), "dependencies": _dependencies(graph)}


def start_counts(graph: Graph, waves: Waves | None) -> dict[str, Json]:
    """Count start waves, too; a system without a start order has none."""
    return {**counts(graph), "start_waves": None if waves is None else len(waves)}


def _shown(overview: Overview) -> Iterator[str]:
    groups = len(overview.members)
    services = len(overview.graph.services) - groups
    if services or not groups:
        yield _share(services, sum(hidden.services for hidden in overview.hidden), "service")
    if groups:
        yield plural(groups, "box", "boxes")
    hidden = sum(hidden.dependencies for hidden in overview.hidden)
    yield _share(_dependencies(overview.graph), hidden, "dependency", "dependencies")
    yield _shown_waves(overview)


def _shown_waves(overview: Overview) -> str:
    """Count start waves: of a part those that it has a share in; boxes have waves of their own."""
    if overview.waves is None:
        return "no start order" if overview.cycles.services else "no order of the boxes"
    shown = sum(map(bool, overview.waves))
    noun = "start wave of boxes" if overview.members else "start wave"
    return _share(shown, len(overview.waves) - shown, noun, noun.replace("wave", "waves"))


def _share(shown: int, hidden: int, noun: str, many: str = "") -> str:
    """Write `3 services`, or `1 of 3 services` if some are hidden."""
    total = plural(shown + hidden, noun, many)
    return f"{shown:,} of {total}" if hidden else total


def _wave_words(waves: Waves | None, wave: str) -> str:
    return "no start order" if waves is None else plural(len(waves), wave)


def _dependencies(graph: Graph) -> int:
    return sum(1 for _ in graph.edges())
