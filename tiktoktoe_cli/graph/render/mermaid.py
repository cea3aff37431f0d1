"""The graph as a Mermaid flowchart, which GitHub, GitLab and many others draw where they find it in a text.

Mermaid draws at most 500 edges and 50,000 characters (`maxEdges` and `maxTextSize` of its configuration, which a
diagram cannot set), and an error in place of what is larger. So a large graph is drawn without the dependencies that
others imply, or by groups, and says so; what is still too large is not drawn.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.graph.model import EdgeKind
from tiktoktoe_cli.graph.render.scene import CYCLE_COLOURS, FLAW, reading, scene_of
from tiktoktoe_cli.graph.selection.overview import survey
from tiktoktoe_cli.report.labels import mermaid_label

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tiktoktoe_cli.graph.render.scene import Look, Node, Scene
    from tiktoktoe_cli.graph.selection.overview import Overview
    from tiktoktoe_cli.report.view import Mask, View

MOST_EDGES: Final = 500
MOST_CHARACTERS: Final = 50_000

_REMARK: Final = "this is more than Mermaid draws, so it is shown"
_ARROWS: Final = {EdgeKind.START: "-->", EdgeKind.RUNTIME: "-.->", EdgeKind.SOFT: "-.->"}


@dataclass(frozen=True, slots=True)
class Flowchart:
    """A text that Mermaid draws; `remark` says what it had to leave out, if anything."""

    text: str
    remark: str = ""


def draw_mermaid(overview: Overview, view: View) -> str:
    """Write the flowchart.

    Raises:
        UsageError: if the graph is too large for one.
    """
    return flowchart_of(overview, view.mask).text


def flowchart_of(overview: Overview, mask: Mask) -> Flowchart:
    """Write the most of a graph that Mermaid draws.

    Raises:
        UsageError: if not even its groups are few enough.
    """
    for shown, remark in _steps(overview):
        if sum(1 for _ in shown.graph.edges()) <= MOST_EDGES:
            text = _text(scene_of(shown, mask), remark)
            if len(text) <= MOST_CHARACTERS:
                return Flowchart(text, remark)
    limits = f"at most {MOST_EDGES} dependencies and {MOST_CHARACTERS:,} characters"
    raise UsageError(
        f"the graph is too large for Mermaid, which draws {limits}",
        hint="`-o svg` and `-o html` draw any size; or show less of it (--focus, --kind, --group)",
    )


def _steps(overview: Overview) -> Iterator[tuple[Overview, str]]:
    """Yield what is meant, then less and less of it, with what is to be said of that."""
    yield overview, ""
    whole, selection, system = overview.whole, replace(overview.selection, reduce=True), overview.system
    yield survey(whole, selection, system), f"{_REMARK} without the dependencies that others imply"
    boxes = replace(selection, collapse=())
    yield survey(whole, boxes, system), f"{_REMARK} with each group as one, and without what others imply"


def _text(scene: Scene, remark: str) -> str:
    return "".join(f"{line}\n" for line in _lines(scene, remark))


def _lines(scene: Scene, remark: str) -> Iterator[str]:
    words = [*scene.words, *filter(None, [remark])]
    if len(words) > 1:
        yield from ("---", f"title: {_title(words)}", "---")
    yield "flowchart LR"
    yield f"%% {reading('-->')}"
    if remark:
        yield f"%% {remark}"
    yield from _subgraphs(scene)
    yield from (f"  n{one.source} {_arrow(one.look)} n{one.target}" for one in scene.arrows)
    yield from _cycles(scene)
    missing = [f"n{number}" for number, node in enumerate(scene.nodes) if node.is_missing]
    if missing:
        yield f"  classDef missing stroke:{FLAW.day},stroke-dasharray:4 3"
        yield f"  class {','.join(missing)} missing"


def _title(words: Iterable[str]) -> str:
    """Write a text as YAML that no other part of Mermaid takes for its own."""
    return json.dumps("; ".join(words)).replace("%", r"\u0025").replace("{", r"\u007b")


def _subgraphs(scene: Scene) -> Iterator[str]:
    for number, group in enumerate(scene.groups):
        yield f"  subgraph g{number}[{mermaid_label(group)}]"
        yield from _nodes(scene.nodes, group, "    ")
        yield "  end"
    yield from _nodes(scene.nodes, None, "  ")


def _nodes(nodes: Iterable[Node], group: str | None, indent: str) -> Iterator[str]:
    for number, node in enumerate(nodes):
        if node.group == group:
            yield f"{indent}n{number}[{mermaid_label(node.name)}]"


def _arrow(look: Look) -> str:
    words = [str(look.kind)] if look.kind is not EdgeKind.START else []
    words += ["optional"] if look.optional else []
    words += ["cycle"] if look.cycle else []
    return f'{_ARROWS[look.kind]}|"{", ".join(words)}"|' if words else _ARROWS[look.kind]


def _cycles(scene: Scene) -> Iterator[str]:
    for cycle, colour in CYCLE_COLOURS.items():
        found = [str(number) for number, one in enumerate(scene.arrows) if one.look.cycle is cycle]
        if found:
            yield f"  linkStyle {','.join(found)} stroke:{colour.day},stroke-width:2px"
