"""The last lines of a run: the verdict, and for persons the commands to type next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.report.palette import BAD, GOOD, paint
from tiktoktoe_cli.report.text import one_line

if TYPE_CHECKING:
    from tiktoktoe_cli.report.facts import Report
    from tiktoktoe_cli.report.view import View


def draw_closing(report: Report, view: View) -> str:
    """Draw what stands under a table; it belongs on standard error, so that the answer stays data.

    A pipe or a log gets the verdict alone; a terminal also a symbol and the next steps.
    """
    tone = GOOD if report.ok else BAD
    verdict = one_line(view.mask(report.verdict))
    if not view.terminal:
        return paint(verdict, tone.style, color=view.color) + "\n"
    symbol = paint(tone.mark(unicode=view.unicode), tone.style, color=view.color)
    steps = (one_line(view.mask(step)) for step in report.next_steps)
    return f"{symbol} {verdict}\n" + "".join(
        f"  next: {paint(step, 'cyan', color=view.color)}\n" for step in steps
    )
