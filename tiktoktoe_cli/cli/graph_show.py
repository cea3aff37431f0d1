"""`tiktoktoe graph show`: the picture of the system, or of a part of it."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from tiktoktoe_cli.cli.graph_options import (
    Collapse,
    CollapsedGroups,
    Depth,
    Focus,
    Kinds,
    Reduce,
    Views,
    Way,
    app,
)
from tiktoktoe_cli.cli.options import Groups, Tags, add_command
from tiktoktoe_cli.errors import ExitCode
from tiktoktoe_cli.graph.choices import Direction, GraphView
from tiktoktoe_cli.graph.model import EdgeKind
from tiktoktoe_cli.graph.render.drawings import OUTPUTS, REPORTS, drawings_of
from tiktoktoe_cli.report.catalog import OutputFormat

if TYPE_CHECKING:
    from tiktoktoe_cli.cli.desk import Desk
    from tiktoktoe_cli.graph.selection.selection import Selection
    from tiktoktoe_cli.system import System


@add_command(
    app,
    "show",
    examples=(
        "tiktoktoe graph show",
        "tiktoktoe graph show --focus payments --direction up",
        "tiktoktoe graph show --view tree --kind start --kind runtime",
        "tiktoktoe graph show --collapse --view matrix",
        "tiktoktoe graph show --group core --reduce -o json",
        "tiktoktoe graph show -o mermaid",
        "tiktoktoe graph show --report html=graph.html --report svg=graph.svg",
    ),
    outputs=OUTPUTS,
    reports=REPORTS,
)
def show(  # noqa: PLR0913  # an option each
    desk: Desk,
    *,
    view: Views = None,
    focus: Focus = None,
    depth: Depth = None,
    direction: Way = None,
    kind: Kinds = None,
    tag: Tags = None,
    group: Groups = None,
    collapse: Collapse = False,
    collapse_group: CollapsedGroups = None,
    reduce: Reduce = False,
) -> ExitCode:
    """Draw the services in start order, one line each, with a rail for each service that others depend on.

    Where there are only calls, their order and their rails are shown. What is not shown is counted below the picture.
    """
    from tiktoktoe_cli.cli.desk import choose
    from tiktoktoe_cli.graph.selection.selection import Selection

    wanted = choose(GraphView, view, "--view") if view else None
    selection = Selection(
        focus=focus or (),
        depth=depth,
        direction=choose(Direction, direction, "--direction") if direction else None,
        kinds=[choose(EdgeKind, word, "--kind") for word in kind or ()],
        tags=tag or (),
        groups=group or (),
        collapse=() if collapse else collapse_group,
        reduce=reduce,
    )
    return _show(desk, selection, wanted)


def _show(desk: Desk, selection: Selection, wanted: GraphView | None) -> ExitCode:
    from tiktoktoe_cli.graph.render.text import draw_graph
    from tiktoktoe_cli.graph.reports.overview import report_of
    from tiktoktoe_cli.graph.selection.overview import survey

    system = desk.load("services")
    overview = survey(system.graph(), selection, _name_of(system))
    drawings = drawings_of(overview, desk.forms, desk.terminal.mask)
    if drawings.remark:
        desk.terminal.say(drawings.remark)
    report = replace(report_of(overview), drawings=drawings.forms)
    if desk.output is not OutputFormat.TABLE:
        return desk.answer(report)
    picture = draw_graph(overview, desk.terminal.answer_view, wanted)
    return desk.answer(replace(report, remarks=tuple(filter(None, [picture.legend]))), drawing=picture.text)


def _name_of(system: System) -> str:
    """Name a system for titles: as its configuration does, else by the first file or its folder; a pipe has no name."""
    from tiktoktoe_cli.config import FILE_NAME
    from tiktoktoe_cli.config.reader import identify

    if system.document.node(("system",)):
        return system.name
    source = next(iter(system.document.sources), "")
    if not os.path.isfile(source):  # noqa: PTH113  # pathlib's raises where nobody may look
        return ""
    path = identify(source)
    return path.parent.name if path.name == FILE_NAME else path.stem
