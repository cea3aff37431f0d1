"""The graph in DOT, for Graphviz and all that reads it: numbered nodes, quoted labels, a cluster for each group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.graph.model import EdgeKind
from tiktoktoe_cli.graph.render.scene import CYCLE_COLOURS, CYCLES, FLAW, reading, scene_of
from tiktoktoe_cli.report.labels import dot_label

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tiktoktoe_cli.graph.render.scene import Look, Node, Scene
    from tiktoktoe_cli.graph.selection.overview import Overview
    from tiktoktoe_cli.report.view import View

_STYLES: Final = {EdgeKind.START: "solid", EdgeKind.RUNTIME: "dashed", EdgeKind.SOFT: "dotted"}


def draw_dot(overview: Overview, view: View) -> str:
    """Write one digraph; what is hidden and which cycle there is stands in its label."""
    scene = scene_of(overview, view.mask)
    return "".join(f"{line}\n" for line in _lines(scene))


def _lines(scene: Scene) -> Iterator[str]:
    yield f"// {reading('->')}"
    yield "digraph {"
    yield "  rankdir=LR;"
    yield f"  label={dot_label('; '.join(scene.words))};"
    yield '  node [shape=box, style=rounded, fontname="sans-serif"];'
    yield '  edge [fontname="sans-serif", fontsize=10];'
    yield from _clusters(scene)
    yield from (f"  n{arrow.source} -> n{arrow.target} [{_edge(arrow.look)}];" for arrow in scene.arrows)
    yield "}"


def _clusters(scene: Scene) -> Iterator[str]:
    nodes = list(enumerate(scene.nodes))
    for number, group in enumerate(scene.groups):
        yield f"  subgraph cluster_{number} {{"
        yield f"    label={dot_label(group)}; style=dashed; color=gray;"
        yield from _nodes(((at, node) for at, node in nodes if node.group == group), "    ")
        yield "  }"
    yield from _nodes(((at, node) for at, node in nodes if node.group is None), "  ")


def _nodes(nodes: Iterable[tuple[int, Node]], indent: str) -> Iterator[str]:
    for number, node in nodes:
        missing = f', style="rounded,dashed", color="{FLAW.day}"' if node.is_missing else ""
        yield f"{indent}n{number} [label={dot_label(node.name)}, tooltip={dot_label(node.about)}{missing}];"


def _edge(look: Look) -> str:
    said = [f"style={_STYLES[look.kind]}"]
    if look.optional:
        said.append("arrowhead=empty")
    if look.cycle:
        said.append(f'color="{CYCLE_COLOURS[look.cycle].day}", penwidth=2, tooltip="{CYCLES[look.cycle]}"')
    return ", ".join(said)
