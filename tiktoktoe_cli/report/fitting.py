"""A table on a terminal that is too narrow for it: nothing is cut, but some columns are left out."""

from __future__ import annotations

from dataclasses import replace
from textwrap import wrap
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.report.palette import paint
from tiktoktoe_cli.report.table import draw_wide
from tiktoktoe_cli.report.text import one_line, width_of, without_ansi

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from tiktoktoe_cli.report.facts import Report
    from tiktoktoe_cli.report.view import View

_INDENT: Final = 4
_LEAST: Final = 20


def draw_fitting(report: Report, view: View, spare: Sequence[Collection[str]], details: Sequence[str]) -> str:
    """Draw all columns, or as many as a terminal has room for: `spare` names what it can do without, more and more.

    The `details` of the items stand under their rows if the column `detail` is left out.
    """
    text, shown = "", report.columns
    for without in ((), *spare):
        shown = tuple(column for column in report.columns if column.key not in without)
        text = draw_wide(replace(report, columns=shown), view)
        if not view.terminal or max(map(width_of, without_ansi(text).splitlines()), default=0) <= view.width:
            break
    left_out = {column.key for column in report.columns} - {column.key for column in shown}
    return "".join(_with_details(text, details, view)) if text and "detail" in left_out else text


def indented(words: str, view: View) -> Iterator[str]:
    """Break words into lines, for below what they are about."""
    for line in wrap(words, max(view.width - _INDENT, _LEAST)):
        yield f"{' ' * _INDENT}{paint(line, 'dim', color=view.color)}\n"


def _with_details(text: str, details: Sequence[str], view: View) -> Iterator[str]:
    head, *lines = text.splitlines()
    yield f"{head}\n"
    for line, detail in zip(lines, details, strict=True):
        yield f"{line}\n"
        yield from indented(one_line(view.mask(detail)), view)
