from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

from hypothesis import given

from tests.report.hostile import ANY_TEXT, PROBLEMS, REPORT
from tiktoktoe_cli.report import Case, CaseOutcome, Report, ReportKind, View, render_report


def _parsed(report: Report) -> ET.Element:
    return ET.fromstring(render_report(report, ReportKind.JUNIT, View()))  # our own output


def test_counts_each_outcome() -> None:
    """A no is a failure, a could-not-find-out is an error, and the totals add up."""
    root = _parsed(REPORT)

    assert {key: root.get(key) for key in ("tests", "failures", "errors", "skipped")} == {
        "tests": "4",
        "failures": "1",
        "errors": "1",
        "skipped": "1",
    }


def test_names_the_group_where_gitlab_looks() -> None:
    """The group is the class name of every case."""
    names = [case.get("classname") for case in _parsed(REPORT).iter("testcase")]

    assert names == ["payments", "payments", "日本語🎉", "日本語🎉"]


def test_writes_out_what_xml_cannot_hold() -> None:
    """Colours disappear from messages, other control characters are written out, line feeds stay."""
    failure = _parsed(REPORT).find(".//failure")

    assert failure is not None
    assert failure.text == "expired\nhunter2\\x00"


@given(texts=ANY_TEXT.flatmap(lambda first: ANY_TEXT.map(lambda second: (first, second))))
def test_parses_whatever_the_texts_are(texts: tuple[str, str]) -> None:
    """Any group, name and message give well-formed XML with one case in it."""
    case = Case(texts[0], texts[1], CaseOutcome.ERROR, texts[0] + texts[1])

    root = _parsed(Report("x", ok=False, verdict="", cases=(case,)))

    assert len(list(root.iter("testcase"))) == len(list(root.iter("error"))) == 1


def test_tells_problems_as_cases_if_there_are_no_others() -> None:
    """A configuration check fails in the CI's test tab too, file by file."""
    cases = list(_parsed(replace(REPORT, cases=(), problems=PROBLEMS[1:2])).iter("testcase"))

    assert [(case.get("classname"), case.get("name"), case.get("line")) for case in cases] == [
        ("checks.yaml", "unknown-key at line 4, column 2", "4")
    ]


def test_tells_the_verdict_if_there_is_nothing_else() -> None:
    """A file without any case counts as broken in CI systems: the verdict is the case."""
    root = _parsed(Report("config check", ok=True, verdict="no problems"))

    assert (root.get("tests"), root.get("failures")) == ("1", "0")


def test_what_a_passed_case_has_to_say_is_kept() -> None:
    """A service that works, but not as it should, passes; its reason stands in the output of the case."""
    case = Case("payments", "api", CaseOutcome.PASSED, "`timing.total` is 2s")

    [drawn] = _parsed(Report("x", ok=True, verdict="", cases=(case,))).iter("testcase")

    assert [(part.tag, part.text) for part in drawn] == [("system-out", "`timing.total` is 2s")]
