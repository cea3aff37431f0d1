"""The tree view: what each service depends on, below it; a service that several depend on is unfolded once.

    frontend
    ├── cart
    │   ├── redis
    │   └── mail (runtime)
    └── catalog
        ├── postgres (optional)
        └── cart (*)

It has a line for each dependency and one for each service that nothing depends on: it grows as the graph does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tiktoktoe_cli.graph.algorithms.depth_first import roots_of
from tiktoktoe_cli.graph.render.text.words import edge_words, spell
from tiktoktoe_cli.report.palette import paint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.graph.model import Edge, Graph
    from tiktoktoe_cli.graph.selection.overview import Overview
    from tiktoktoe_cli.report.view import View

MOST_LEVELS = (
    60  # what is deeper is drawn as a tree of its own, or the margin would grow with the square of the depth
)
SHOWN, CYCLE, BELOW, ABOVE = "(*)", "(cycle)", "(below)", "(from above)"
_STYLES = {SHOWN: "dim", CYCLE: "red", BELOW: "dim", ABOVE: "dim"}


class _Glyphs(NamedTuple):
    """What stands before a name: of one that others follow, of the last, and the same for what is below them."""

    tee: str
    end: str
    past: str
    blank: str


_UNICODE = _Glyphs("├── ", "└── ", "│   ", "    ")
_ASCII = _Glyphs("|-- ", "`-- ", "|   ", "    ")


def draw_tree(overview: Overview, view: View, _width: int | None = None) -> list[str]:
    """Draw what each service depends on, whatever width that takes."""
    return list(_Forest(overview.graph, view).lines())


def legend(_view: View) -> dict[str, str]:
    """Say what the marks mean."""
    return {
        SHOWN: "what it depends on is shown above",
        CYCLE: "leads back up its own branch",
        BELOW: "goes on in a tree of its own below",
    }


class _Branch(NamedTuple):
    """A service whose dependencies are being drawn: what stands before them, and what is to come, last one first."""

    name: str
    margin: str
    edges: list[Edge]


class _Forest:
    """The trees as they are drawn: who is unfolded already, and whose tree has to wait."""

    def __init__(self, graph: Graph, view: View) -> None:
        self._graph, self._view = graph, view
        self._glyphs = _UNICODE if view.unicode else _ASCII
        self._unfolded: set[str] = set()
        self._postponed: dict[str, None] = {}

    def lines(self) -> Iterator[str]:
        """Draw a tree for each root, those that depend on nothing last, and then what was too deep for these."""
        for root in sorted(roots_of(self._graph), key=lambda name: not self._edges(name)):
            yield self._name(root)
            yield from self._tree(root)
            while self._postponed:
                name = next(iter(self._postponed))
                del self._postponed[name]
                yield f"{self._name(name)}{self._painted(ABOVE)}"
                yield from self._tree(name)

    def _tree(self, root: str) -> Iterator[str]:
        self._unfolded.add(root)
        path = [_Branch(root, "", self._edges(root))]
        while path:
            branch = path[-1]
            if not branch.edges:
                path.pop()
                continue
            edge = branch.edges.pop()
            mark = self._mark(edge.target, path)
            elbow, margin = (
                (self._glyphs.tee, self._glyphs.past)
                if branch.edges
                else (self._glyphs.end, self._glyphs.blank)
            )
            yield f"{branch.margin}{elbow}{self._line(edge, mark)}"
            if not mark and edge.target in self._graph.services:
                self._unfolded.add(edge.target)
                path.append(_Branch(edge.target, branch.margin + margin, self._edges(edge.target)))

    def _mark(self, name: str, path: list[_Branch]) -> str:
        """Say why what a service depends on is not drawn here; nothing if it is."""
        if any(branch.name == name for branch in path):
            return CYCLE
        if name not in self._graph.services or not self._graph.services[name].dependencies:
            return ""
        if name in self._postponed:
            return BELOW
        if name in self._unfolded:
            return SHOWN
        if len(path) < MOST_LEVELS:
            return ""
        self._postponed[name] = None
        return BELOW

    def _edges(self, name: str) -> list[Edge]:
        return list(reversed(self._graph.services[name].dependencies))

    def _line(self, edge: Edge, mark: str) -> str:
        words = ", ".join(edge_words(edge, self._graph))
        about = paint(f" ({words})", "dim", color=self._view.color) if words else ""
        return f"{spell(edge.target, self._view)}{about}{self._painted(mark)}"

    def _name(self, root: str) -> str:
        return paint(spell(root, self._view), "bold", color=self._view.color)

    def _painted(self, mark: str) -> str:
        return paint(f" {mark}", _STYLES[mark], color=self._view.color) if mark else ""
