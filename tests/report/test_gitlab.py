"""GitLab code quality: a list that a merge request can show."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hypothesis import given

from tests.report.hostile import ANY_TEXT, REPORT, SECRET, mask
from tests.report.test_sarif import CYCLE
from tiktoktoe_cli.errors import Place, Problem, Severity
from tiktoktoe_cli.report import Acceptance, AcceptanceKind, Report, ReportKind, View, render_report

if TYPE_CHECKING:
    from pathlib import Path

KEYS = {"description", "check_name", "fingerprint", "severity", "location"}


def entries_of(report: Report) -> list[dict[str, Any]]:  # JSON
    """Draw a report and read it."""
    entries: list[dict[str, Any]] = json.loads(render_report(report, ReportKind.GITLAB, View(mask=mask)))
    return entries


def report_of(*problems: Problem) -> Report:
    """Make the report of a validation that found these."""
    return Report("graph validate", ok=not problems, verdict="", problems=problems)


def test_a_finding_is_an_entry(vectors: Path) -> None:
    """The entry has the keys, the severity and the line of the example that GitLab accepts."""
    example = json.loads(
        (vectors / "graph" / "formats" / "gitlab_codequality.json").read_text(encoding="utf-8")
    )[0]

    (entry,) = entries_of(report_of(CYCLE))

    assert entry.keys() == example.keys()
    assert (entry["check_name"], entry["severity"]) == (example["check_name"], example["severity"])
    assert entry["location"] == example["location"]


def test_severities_are_gitlabs() -> None:
    """Errors, warnings and notes are major, minor and info."""
    problems = [replace(CYCLE, severity=severity) for severity in Severity]

    assert [entry["severity"] for entry in entries_of(report_of(*problems))] == ["major", "minor", "info"]


def test_fingerprints_are_unique_and_survive_a_move() -> None:
    """GitLab drops what has the fingerprint of another entry, and tells new from old by it."""
    moved = replace(CYCLE, place=Place("services.yaml", 99, 1))

    first, second = (entry["fingerprint"] for entry in entries_of(report_of(CYCLE, moved)))
    (alone,) = (entry["fingerprint"] for entry in entries_of(report_of(moved)))

    assert first == alone != second


def test_nothing_found_is_an_empty_list() -> None:
    """An empty list says that all is well; an empty file would be an error."""
    assert entries_of(report_of()) == []


def test_what_is_accepted_is_no_entry() -> None:
    """GitLab knows no suppressions: what does not count is left out."""
    accepted = ((CYCLE, Acceptance(AcceptanceKind.EXTERNAL, "known")),)

    assert entries_of(replace(report_of(), accepted=accepted)) == []


def test_a_finding_without_a_place_is_about_the_whole_project() -> None:
    """Every entry needs a path."""
    (entry,) = entries_of(report_of(Problem("x", "no service at all")))

    assert entry["location"] == {"path": ".", "lines": {"begin": 1}}


def test_the_hostile_report_keeps_its_secret() -> None:
    """Control characters and secrets do not get into the file."""
    text = render_report(REPORT, ReportKind.GITLAB, View(mask=mask))

    assert SECRET not in text
    assert all("\x1b" not in entry["description"] for entry in json.loads(text))


@given(text=ANY_TEXT)
def test_any_text_gives_a_list_of_entries(text: str) -> None:
    """Whatever a user writes, an entry has its keys."""
    (entry,) = entries_of(report_of(Problem(text, text, Place(text, 1, 1), text)))

    assert entry.keys() == KEYS
    assert entry["severity"] == "major"
