"""`-o name`: one name per line, for `xargs` and shell loops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.report.cells import reach
from tiktoktoe_cli.report.text import one_line

if TYPE_CHECKING:
    from tiktoktoe_cli.report.facts import Report
    from tiktoktoe_cli.report.view import View


def draw_names(report: Report, view: View) -> str:
    """Write the name of every item that has one, each name once."""
    names = (reach(item, report.name_key) for item in report.items)
    shown = (one_line(view.mask(str(name))) for name in names if name is not None)
    return "".join(f"{name}\n" for name in dict.fromkeys(shown))
