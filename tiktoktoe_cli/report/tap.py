"""TAP, the Test Anything Protocol, version 14 (testanything.org): a line for each case, and why it did not pass.

A case that was skipped is `ok` with the directive `SKIP`; the diagnostics are YAML 1.2, of which JSON is a part.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.report.cases import cases_of
from tiktoktoe_cli.report.facts import CaseOutcome
from tiktoktoe_cli.report.text import escape_hidden, one_line, without_ansi

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.report.facts import Case, Json, Report
    from tiktoktoe_cli.report.view import Mask, View

_SEVERITIES: Final = {CaseOutcome.PASSED: "comment", CaseOutcome.FAILED: "fail", CaseOutcome.ERROR: "error"}
_ESCAPES: Final = str.maketrans({"\\": r"\\", "#": r"\#"})


def draw_tap(report: Report, view: View) -> str:
    """Write the plan, then a test point for each case."""
    cases = cases_of(report)
    lines = [line for number, case in enumerate(cases, 1) for line in _test_point(number, case, view)]
    return "\n".join(["TAP version 14", f"1..{len(cases)}", *lines, ""])


def _test_point(number: int, case: Case, view: View) -> Iterator[str]:
    failed = "not " if case.outcome in {CaseOutcome.FAILED, CaseOutcome.ERROR} else ""
    described = f"{failed}ok {number} - {_escaped(f'{case.group}: {case.name}', view.mask)}"
    if case.outcome is CaseOutcome.SKIPPED:
        yield f"{described} # SKIP {_escaped(case.message, view.mask)}".rstrip()
        return
    yield described
    if failed or case.message:
        yield from _diagnostics(case, view)


def _diagnostics(case: Case, view: View) -> Iterator[str]:
    said: dict[str, Json] = {
        "message": without_ansi(view.mask(case.message)),
        "severity": _SEVERITIES[case.outcome],
        "duration_ms": round(case.duration_s * 1000, 3),
    }
    if case.place:
        said["at"] = {"file": view.mask(case.place.file), "line": case.place.line}
    yield "  ---"
    for key, value in said.items():
        yield f"  {key}: {escape_hidden(json.dumps(value, ensure_ascii=not view.unicode))}"
    yield "  ..."


def _escaped(text: str, mask: Mask) -> str:
    """Write a text on one line; an unescaped `#` would begin a directive."""
    return one_line(without_ansi(mask(text))).translate(_ESCAPES)
