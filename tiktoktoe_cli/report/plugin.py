"""What a monitoring plugin prints: a line with its state, and what else stands in that line.

Follows the Monitoring Plugins Development Guidelines (monitoring-plugins.org/doc/guidelines.html): `STATE - text`,
then `|` and the performance data.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from tiktoktoe_cli.report.text import one_line

if TYPE_CHECKING:
    from tiktoktoe_cli.report.view import View


class PluginState(IntEnum):
    """What a plugin can answer; the number is its exit code."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


def plugin_line(state: PluginState, words: str, view: View, data: str = "") -> str:
    """Write the line, without a newline at its end; the performance data is harmless already."""
    return f"{state.name} - {plugin_text(words, view)}" + (f" | {data}" if data else "")


def plugin_text(words: str, view: View) -> str:
    """Write words on one line; a `|` would begin the performance data."""
    return one_line(view.mask(words)).replace("|", "¦" if view.unicode else "/")
