"""The graph as a person wants to see it: the view that was asked for, or the first one that fits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.graph.choices import LADDER, GraphView
from tiktoktoe_cli.graph.model import EdgeKind
from tiktoktoe_cli.graph.render.text import matrix, rails, table, tree
from tiktoktoe_cli.graph.render.text.rows import rail_kind
from tiktoktoe_cli.graph.selection.words import disorder_words, hidden_words
from tiktoktoe_cli.report.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tiktoktoe_cli.graph.selection.overview import Overview
    from tiktoktoe_cli.report.view import View

_Draw: TypeAlias = "Callable[[Overview, View, int | None], list[str] | None]"
_Legend: TypeAlias = "Callable[[View], dict[str, str]]"


CALLS: Final = "no start dependencies: rails and order are those of runtime dependencies"
"""What is said below rails that are calls."""
_WITH_RAILS: Final = {GraphView.RAILS, GraphView.FOLDED}


class Picture(NamedTuple):
    """A drawn graph, in which view, and how to read it."""

    kind: GraphView
    text: str
    legend: str


_VIEWS: dict[GraphView, tuple[_Draw, _Legend]] = {
    GraphView.RAILS: (rails.draw_rails, rails.legend),
    GraphView.FOLDED: (rails.draw_folded, rails.legend),
    GraphView.TREE: (tree.draw_tree, tree.legend),
    GraphView.TABLE: (table.draw_table, table.legend),
    GraphView.MATRIX: (matrix.draw_matrix, matrix.legend),
}


def draw_graph(overview: Overview, view: View, wanted: GraphView | None = None) -> Picture:
    """Draw the view that is wanted, even if it is wider than the terminal; without one, the first that fits.

    Off a terminal everything fits that a person could follow.

    Raises:
        UsageError: if the view that is wanted would have more rails or columns than anybody could follow.
    """
    kind, lines = _drawn(overview, view, wanted)
    footer = list(_footer(kind, overview, view))
    text = "".join(f"{line}\n" for line in [*lines, *([""] if lines and footer else []), *footer])
    return Picture(kind, text, _legend(kind, overview, view, text))


def _drawn(overview: Overview, view: View, wanted: GraphView | None) -> tuple[GraphView, list[str]]:
    width = view.width if view.terminal else None
    for kind, room in [(wanted, width), (wanted, None)] if wanted else [(kind, width) for kind in LADDER]:
        lines = _VIEWS[kind][0](overview, view, room)
        if lines is not None:
            return kind, lines
    hint = "show less of it (--focus, --kind, --group, --collapse), or as --view tree or table"
    raise UsageError(f"the graph is too large for the view `{wanted}`", hint=hint)


def _footer(kind: GraphView, overview: Overview, view: View) -> Iterator[str]:
    """Say what the picture cannot show, or is not to."""
    if kind in _WITH_RAILS and rail_kind(overview.graph) is EdgeKind.RUNTIME:
        yield CALLS
    for words in disorder_words(overview.cycles):
        yield one_line(view.mask(words if view.unicode else words.replace("→", "->")))
    if overview.hidden:
        yield hidden_words(overview.hidden)


def _legend(kind: GraphView, overview: Overview, view: View, text: str) -> str:
    """Explain the marks that occur."""
    entries = []
    for marks, meaning in _VIEWS[kind][1](view).items():
        found = [mark for mark in marks.split() if mark in text]
        if found or (text and not marks):
            entries.append(" ".join([*found, meaning]))
    if overview.members:
        entries.append("name/ is a box: a group of services, drawn as one")
    return "; ".join(entries)
