"""JUnit XML: the subset of xunit2 that Jenkins, GitLab, GitHub actions and Azure read alike.

A failure says that the answer is no, an error that it could not be found out. The group stands in `classname`
because GitLab shows that one and ignores the suite's name.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from tiktoktoe_cli.report.cases import cases_of
from tiktoktoe_cli.report.facts import CaseOutcome
from tiktoktoe_cli.report.text import many_lines, without_ansi

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tiktoktoe_cli.report.facts import Case, Report
    from tiktoktoe_cli.report.view import Mask, View

_ELEMENTS = {CaseOutcome.FAILED: "failure", CaseOutcome.ERROR: "error", CaseOutcome.SKIPPED: "skipped"}


def draw_junit(report: Report, view: View) -> str:
    """Write one suite per group; a report without cases tells its problems, or else its verdict, as cases."""
    cases = cases_of(report)
    root = ET.Element("testsuites", _counts(f"tiktoktoe {report.command}", cases))
    groups: dict[str, list[Case]] = {}
    for case in cases:
        groups.setdefault(case.group, []).append(case)
    for together in groups.values():
        _add_suite(root, report, together, view.mask)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _add_suite(root: ET.Element, report: Report, cases: list[Case], mask: Mask) -> None:
    suite = ET.SubElement(root, "testsuite", _counts(_clean(cases[0].group, mask), cases))
    if report.started_at:
        suite.set("timestamp", report.started_at.astimezone(UTC).isoformat(timespec="seconds"))
    for case in cases:
        _add_case(suite, case, mask)


def _add_case(suite: ET.Element, case: Case, mask: Mask) -> None:
    group, name, message = (_clean(text, mask) for text in (case.group, case.name, case.message))
    element = ET.SubElement(suite, "testcase", classname=group, name=name, time=f"{case.duration_s:.3f}")
    if case.place:
        element.set("file", _clean(case.place.file, mask))
        element.set("line", str(case.place.line))
    if tag := _ELEMENTS.get(case.outcome):
        inner = ET.SubElement(element, tag, message=message.partition("\n")[0])
        inner.text = message
    elif message:
        ET.SubElement(element, "system-out").text = message


def _counts(name: str, cases: Iterable[Case]) -> dict[str, str]:
    outcomes = [case.outcome for case in cases]
    return {
        "name": name,
        "tests": str(len(outcomes)),
        "failures": str(outcomes.count(CaseOutcome.FAILED)),
        "errors": str(outcomes.count(CaseOutcome.ERROR)),
        "skipped": str(outcomes.count(CaseOutcome.SKIPPED)),
        "time": f"{sum(case.duration_s for case in cases):.3f}",
    }


def _clean(text: str, mask: Mask) -> str:
    return many_lines(without_ansi(mask(text)))
