"""The forms in which the graph is drawn by itself; what draws one is imported when it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.report.catalog import OutputFormat, ReportKind
from tiktoktoe_cli.report.view import show_everything

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tiktoktoe_cli.graph.selection.overview import Overview
    from tiktoktoe_cli.report import Drawing
    from tiktoktoe_cli.report.view import Mask, View

_DRAWERS: Final[Mapping[str, str]] = {
    OutputFormat.DOT: "dot:draw_dot",
    OutputFormat.MERMAID: "mermaid:draw_mermaid",
    OutputFormat.SVG: "svg:draw_svg",
    OutputFormat.HTML: "html:draw_html",
    OutputFormat.MARKDOWN: "markdown:draw_graph_markdown",
}
"""By the word of the form, of `-o` as of `--report`: the function of this room that draws it, as `module:function`."""

OUTPUTS: Final = tuple(form for form in OutputFormat if form in _DRAWERS)
REPORTS: Final = tuple(kind for kind in ReportKind if kind in _DRAWERS)


@dataclass(frozen=True, slots=True)
class Drawings:
    """The graph's own forms, by their words, and what those that were asked for have to leave out of the graph."""

    forms: Mapping[str, Drawing]
    remark: str = ""


def drawings_of(overview: Overview, wanted: Collection[str] = (), mask: Mask = show_everything) -> Drawings:
    """Offer the graph's own forms; what is `wanted` for Mermaid is drawn at once, since only then it is known to fit.

    Raises:
        UsageError: if the graph is too large for Mermaid, and that is wanted; else its form raises that.
    """
    forms: dict[str, Drawing] = {form: partial(_draw, target, overview) for form, target in _DRAWERS.items()}
    if OutputFormat.MERMAID not in wanted:
        return Drawings(forms)
    from tiktoktoe_cli.graph.render.mermaid import flowchart_of

    chart = flowchart_of(overview, mask)
    return Drawings(forms | {OutputFormat.MERMAID: lambda _: chart.text}, chart.remark)


def _draw(target: str, overview: Overview, view: View) -> str:
    module, _, function = target.partition(":")
    drawn: str = getattr(import_module(f"{__package__}.{module}"), function)(overview, view)
    return drawn
