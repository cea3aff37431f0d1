"""The forms in which the graph is drawn by itself; what draws one is imported when it is asked for."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tiktoktoe_cli.report.catalog import OutputFormat

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from tiktoktoe_cli.graph.facts import Overview
    from tiktoktoe_cli.report import Drawing
    from tiktoktoe_cli.report.view import View


def drawings_of(overview: Overview) -> Mapping[str, Drawing]:
    """Offer the graph's own forms of `-o` and `--report`, which bear the same names.

    The one for Mermaid raises UsageError if the graph is too large for it.
    """
    drawings: dict[str, Drawing] = {
        OutputFormat.DOT: partial(_dot, overview),
        OutputFormat.MERMAID: partial(_mermaid, overview),
        OutputFormat.SVG: partial(_svg, overview),
        OutputFormat.HTML: partial(_html, overview),
        OutputFormat.MARKDOWN: partial(_markdown, overview),
    }
    return drawings


def remarks_on(overview: Overview, forms: Collection[str], view: View) -> Iterator[str]:
    """Say what the forms that were asked for have to leave out of the graph."""
    if OutputFormat.MERMAID in forms:
        from tiktoktoe_cli.graph.render.mermaid import flowchart_of

        remark = flowchart_of(overview, view.mask).remark
        if remark:
            yield remark


def _dot(overview: Overview, view: View) -> str:
    from tiktoktoe_cli.graph.render.dot import draw_dot

    return draw_dot(overview, view)


def _mermaid(overview: Overview, view: View) -> str:
    from tiktoktoe_cli.graph.render.mermaid import flowchart_of

    return flowchart_of(overview, view.mask).text


def _svg(overview: Overview, view: View) -> str:
    from tiktoktoe_cli.graph.render.svg import draw_svg

    return draw_svg(overview, view)


def _html(overview: Overview, view: View) -> str:
    from tiktoktoe_cli.graph.render.html import draw_html

    return draw_html(overview, view)


def _markdown(overview: Overview, view: View) -> str:
    from tiktoktoe_cli.graph.render.markdown import draw_graph_markdown

    return draw_graph_markdown(overview, view)
