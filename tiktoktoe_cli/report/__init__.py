"""Facts → bytes: what a command found out, drawn for a person, a pipe or another tool.

May touch: the streams it was given, the report files that the user named, rich (on a terminal only).
Must not: read the environment, decide anything about the facts, know any feature.
Everything that users or services wrote is made harmless (`text`) and masked (`View.mask`) before it is shown.
Names are imported when they are first asked for (PEP 562): `--help` needs four of them.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiktoktoe_cli.report.capabilities import ColorChoice, ProgressChoice
    from tiktoktoe_cli.report.catalog import OutputFormat, ReportKind, render, render_report
    from tiktoktoe_cli.report.closing import draw_closing
    from tiktoktoe_cli.report.diagnostics import draw_problems
    from tiktoktoe_cli.report.facts import (
        Align,
        Case,
        CaseOutcome,
        Column,
        Json,
        Metric,
        MetricKind,
        Report,
        Sample,
        Shows,
    )
    from tiktoktoe_cli.report.files import write
    from tiktoktoe_cli.report.progress import Progress, open_progress
    from tiktoktoe_cli.report.terminal import Terminal, TerminalOptions
    from tiktoktoe_cli.report.view import Mask, View

__all__ = [
    "Align",
    "Case",
    "CaseOutcome",
    "ColorChoice",
    "Column",
    "Json",
    "Mask",
    "Metric",
    "MetricKind",
    "OutputFormat",
    "Progress",
    "ProgressChoice",
    "Report",
    "ReportKind",
    "Sample",
    "Shows",
    "Terminal",
    "TerminalOptions",
    "View",
    "draw_closing",
    "draw_problems",
    "open_progress",
    "render",
    "render_report",
    "write",
]

_HOMES = {
    "capabilities": "ColorChoice ProgressChoice",
    "catalog": "OutputFormat ReportKind render render_report",
    "closing": "draw_closing",
    "diagnostics": "draw_problems",
    "facts": "Align Case CaseOutcome Column Json Metric MetricKind Report Sample Shows",
    "files": "write",
    "progress": "Progress open_progress",
    "terminal": "Terminal TerminalOptions",
    "view": "Mask View",
}


def __getattr__(name: str) -> object:
    """Import the module where a public name lives."""
    for module, names in _HOMES.items():
        if name in names.split():
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module `{__name__}` has no attribute `{name}`")
