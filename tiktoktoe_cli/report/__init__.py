"""Facts → bytes: what a command found out, drawn for a person, a pipe or another tool.

May touch: the streams it was given, the report files that the user named, rich (on a terminal only).
Must not: read the environment (it arrives as a mapping), decide anything about the facts, know any feature.
Everything that users or services wrote is made harmless (`text`) and masked (`View.mask`) before it is shown.
The modules are imported when one of their names is first asked for (PEP 562): `--help` needs two of them.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiktoktoe_cli.report.capabilities import ColorChoice, ProgressChoice
    from tiktoktoe_cli.report.catalog import OutputFormat, ReportKind, render, render_report
    from tiktoktoe_cli.report.closing import draw_closing
    from tiktoktoe_cli.report.diagnostics import draw_problems
    from tiktoktoe_cli.report.facts import (
        Acceptance,
        AcceptanceKind,
        Case,
        CaseOutcome,
        Column,
        Drawing,
        Json,
        Metric,
        MetricKind,
        Report,
        RuleText,
        Sample,
        Shows,
    )
    from tiktoktoe_cli.report.files import write
    from tiktoktoe_cli.report.progress import Progress, open_progress
    from tiktoktoe_cli.report.terminal import Terminal, TerminalOptions
    from tiktoktoe_cli.report.view import Mask, View

__all__ = [
    "Acceptance",
    "AcceptanceKind",
    "Case",
    "CaseOutcome",
    "ColorChoice",
    "Column",
    "Drawing",
    "Json",
    "Mask",
    "Metric",
    "MetricKind",
    "OutputFormat",
    "Progress",
    "ProgressChoice",
    "Report",
    "ReportKind",
    "RuleText",
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

_LIGHTEST_FIRST = (
    "capabilities",
    "catalog",
    "view",
    "facts",
    "terminal",
    "files",
    "progress",
    "diagnostics",
    "closing",
)


def __getattr__(name: str) -> object:
    """Import the modules up to the one that has a public name."""
    if name in __all__:
        for module in _LIGHTEST_FIRST:
            found = getattr(import_module(f"{__name__}.{module}"), name, None)
            if found is not None:
                return found
    raise AttributeError(f"module `{__name__}` has no attribute `{name}`")
