"""The graph in Markdown: its size, a Mermaid diagram where Mermaid can draw it, and the table of services."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.graph.render.mermaid import flowchart_of
from tiktoktoe_cli.graph.reports.overview import report_of
from tiktoktoe_cli.graph.selection.words import absent_words, disorder_words, title_words
from tiktoktoe_cli.report.markdown import draw_markdown, escaped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.graph.selection.overview import Overview
    from tiktoktoe_cli.report.view import Mask, View


def draw_graph_markdown(overview: Overview, view: View) -> str:
    """Write what a merge request or a page of a wiki shows."""
    return draw_markdown(report_of(overview), view, "\n\n".join(_blocks(overview, view.mask)))


def _blocks(overview: Overview, mask: Mask) -> Iterator[str]:
    words = (title_words(overview), absent_words(overview.hidden), *disorder_words(overview.cycles))
    yield from (escaped(line, mask) for line in words if line)
    try:
        chart = flowchart_of(overview, mask)
    except UsageError as error:
        yield escaped(error.message, mask)
        return
    if chart.remark:
        yield escaped(chart.remark, mask)
    yield f"```mermaid\n{chart.text}```"
