"""The forms in which the graph is drawn by itself; what draws one is imported when it is asked for."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.report.catalog import OutputFormat, ReportKind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from tiktoktoe_cli.graph.selection.overview import Overview
    from tiktoktoe_cli.report import Drawing
    from tiktoktoe_cli.report.view import View

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


def drawings_of(overview: Overview) -> Mapping[str, Drawing]:
    """Offer the graph's own forms.

    The one for Mermaid raises UsageError if the graph is too large for it.
    """
    return {form: partial(_draw, target, overview) for form, target in _DRAWERS.items()}


def remarks_on(overview: Overview, forms: Collection[str], view: View) -> Iterator[str]:
    """Say what the forms that were asked for have to leave out of the graph."""
    if OutputFormat.MERMAID in forms:
        from tiktoktoe_cli.graph.render.mermaid import flowchart_of

        remark = flowchart_of(overview, view.mask).remark
        if remark:
            yield remark


def _draw(target: str, overview: Overview, view: View) -> str:
    module, _, function = target.partition(":")
    drawn: str = getattr(import_module(f"{__package__}.{module}"), function)(overview, view)
    return drawn
