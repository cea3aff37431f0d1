from __future__ import annotations

import re

import pytest
import yaml
from hypothesis import given

from tests.report.hostile import ANY_TEXT, REPORT, mask
from tiktoktoe_cli.errors import Place
from tiktoktoe_cli.report import Case, CaseOutcome, Report, ReportKind, View, render_report

POINT = re.compile(r"(not )?ok (\d+) - (.*?)(?: (?<!\\)# (SKIP)(?: (.*))?)?")


def drawn(*cases: Case) -> list[str]:
    """Draw some cases, and return the lines."""
    text = render_report(Report("x", ok=False, verdict="", cases=cases), ReportKind.TAP, View(mask=mask))
    assert text.endswith("\n")
    return text[:-1].split("\n")


def test_begins_with_the_version_and_the_plan() -> None:
    """A harness knows how many cases to wait for before the first one."""
    lines = render_report(REPORT, ReportKind.TAP, View(mask=mask)).splitlines()

    assert lines[:3] == ["TAP version 14", "1..4", "ok 1 - payments: api"]


@pytest.mark.parametrize(
    ("outcome", "line"),
    [
        (CaseOutcome.PASSED, "ok 1 - payments: api"),
        (CaseOutcome.FAILED, "not ok 1 - payments: api"),
        (CaseOutcome.ERROR, "not ok 1 - payments: api"),
        (CaseOutcome.SKIPPED, "ok 1 - payments: api # SKIP"),
    ],
)
def test_says_how_each_case_ended(outcome: CaseOutcome, line: str) -> None:
    """What was not found out is not ok; what was skipped is, with a directive."""
    assert drawn(Case("payments", "api", outcome))[2] == line


def test_says_why_a_case_failed() -> None:
    """The diagnostics are a YAML document, indented by two, with the place that the case is about."""
    case = Case("a", "b", CaseOutcome.ERROR, "no route\nto host", 0.25, Place("a.yaml", 3, 1))

    lines = drawn(case)

    assert (lines[3], lines[-1]) == ("  ---", "  ...")
    assert yaml.safe_load("\n".join(lines[4:-1])) == {
        "message": "no route\nto host",
        "severity": "error",
        "duration_ms": 250.0,
        "at": {"file": "a.yaml", "line": 3},
    }


def test_what_a_passed_case_has_to_say_is_kept() -> None:
    """A service that works, but not as it should, passes, and says what is wrong."""
    assert '  message: "slow"' in drawn(Case("a", "b", CaseOutcome.PASSED, "slow"))


def test_a_name_cannot_end_the_description() -> None:
    r"""A `#` would begin a directive, and a backslash an escape: TAP 14 writes `\#` and `\\`."""
    lines = drawn(
        Case("a", r"b # SKIP \c", CaseOutcome.FAILED), Case("a", "b", CaseOutcome.SKIPPED, "see #7")
    )

    assert lines[2] == r"not ok 1 - a: b \# SKIP \\c"
    assert lines[-1] == r"ok 2 - a: b # SKIP see \#7"


@given(ANY_TEXT, ANY_TEXT)
def test_whatever_the_texts_are_there_is_one_point_a_case(name: str, message: str) -> None:
    """No text adds a test point, or skips one."""
    lines = drawn(
        Case(name, name, CaseOutcome.FAILED, message), Case("a", name, CaseOutcome.SKIPPED, message)
    )

    points = [match for line in lines if (match := POINT.fullmatch(line))]

    assert [(match[1], match[2], match[4]) for match in points] == [("not ", "1", None), (None, "2", "SKIP")]
    assert len(lines) == 2 + 1 + 5 + 1
