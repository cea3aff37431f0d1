"""The last lines of a run: the verdict, and for persons what more there is to say and to type next."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import Severity
from tiktoktoe_cli.report.palette import BAD, GOOD, WARN, paint
from tiktoktoe_cli.report.text import one_line

if TYPE_CHECKING:
    from tiktoktoe_cli.report.facts import Report
    from tiktoktoe_cli.report.palette import Tone
    from tiktoktoe_cli.report.view import View


def draw_closing(report: Report, view: View) -> str:
    """Draw what stands under a table; it belongs on standard error, so that the answer stays data.

    A pipe or a log gets the verdict and the advice; a terminal also a symbol, the remarks and the next steps.
    """
    tone = tone_of_verdict(report)
    verdict = one_line(view.mask(report.verdict))
    if not view.terminal:
        advice = (f"  {one_line(view.mask(one))}\n" for one in report.advice)
        return "".join([f"{paint(verdict, tone.style, color=view.color)}\n", *advice])
    symbol = paint(tone.mark(unicode=view.unicode), tone.style, color=view.color)
    told = (*report.advice, *report.remarks)
    remarks = (_wrapped(one_line(view.mask(remark)), view.width) for remark in told)
    steps = (one_line(view.mask(step)) for step in report.next_steps)
    return "".join(
        [
            f"{symbol} {_wrapped(verdict, view.width)}\n",
            *(f"  {remark}\n" for remark in remarks),
            *(f"  next: {paint(step, 'cyan', color=view.color)}\n" for step in steps),
        ]
    )


def tone_of_verdict(report: Report) -> Tone:
    """Find how an answer looks: a no, a yes with doubts, or a plain yes."""
    if not report.ok:
        return BAD
    has_doubts = report.has_doubts or any(
        problem.severity.reaches(Severity.WARNING) for problem in report.problems
    )
    return WARN if has_doubts else GOOD


def _wrapped(verdict: str, width: int) -> str:
    """Break a long verdict between words, with the other lines under the first."""
    return "\n  ".join(wrap(verdict, max(width - 2, 20), break_long_words=False, break_on_hyphens=False))
