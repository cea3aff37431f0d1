from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.report.hostile import ANY_TEXT, REPORT
from tiktoktoe_cli.errors import Place, Problem, Severity
from tiktoktoe_cli.report import Report, ReportKind, View, render_report
from tiktoktoe_cli.report.github import Annotation, step_summary

VECTORS = Path(__file__).parents[3] / "shared" / "vectors" / "graph" / "formats" / "github_annotations.json"


def _annotations(*problems: Problem) -> list[str]:
    report = Report("x", ok=False, verdict="", problems=problems)
    return render_report(report, ReportKind.GITHUB, View()).splitlines()


def test_escapes_as_githubs_own_toolkit_does() -> None:
    """The published cases of actions/toolkit give the published commands."""
    if not VECTORS.exists():
        pytest.skip("the shared vectors are not beside the checkout")
    cases = json.loads(VECTORS.read_text(encoding="utf-8"))["cases"]

    for case in cases:
        place = Place(case["file"], case["line"], case["col"])
        assert Annotation(case["level"], case["title"], case["message"], place).command() == case["expect"]


def test_escapes_data_and_properties() -> None:
    """Percent signs come first, so that nothing is escaped twice; properties also hide their separators."""
    problem = Problem("a:b,c", "50%\nof 100%0A", Place("d,e:f.yaml", 3, 4, 9), severity=Severity.WARNING)

    assert _annotations(problem) == [
        "::warning title=a%3Ab%2Cc,file=d%2Ce%3Af.yaml,line=3,col=4,endColumn=9::50%25%0Aof 100%250A"
    ]


@given(text=ANY_TEXT)
def test_starts_no_second_command(text: str) -> None:
    """No text of a user can smuggle another workflow command into the log."""
    problem = Problem(text, text, Place(text, 1, 1), hint=text)

    lines = "\n".join(_annotations(problem)).splitlines()

    assert len(lines) == 1
    assert lines[0].startswith("::error ")


def test_shows_the_worst_first_and_counts_the_rest() -> None:
    """GitHub drops the eleventh annotation of a level in silence: the tenth says how many there are."""
    warnings = [Problem("w", f"warning {number}", severity=Severity.WARNING) for number in range(12)]
    errors = [Problem("e", f"error {number}") for number in range(10)]

    lines = _annotations(*warnings, *errors)

    assert [line.rpartition("::")[2] for line in lines] == [
        *(f"error {number}" for number in range(10)),
        *(f"warning {number}" for number in range(9)),
        "and 3 more warnings",
    ]


def test_writes_the_whole_summary_if_there_is_room() -> None:
    """The summary of a step is the Markdown report."""
    assert step_summary(REPORT, View()) == render_report(REPORT, ReportKind.MARKDOWN, View())


@given(room=st.integers(-5, 1500))
def test_cuts_the_summary_at_a_line(room: int) -> None:
    """Too long a summary keeps whole lines, says that it was cut, and never exceeds the room there is."""
    whole = step_summary(REPORT, View())

    cut = step_summary(REPORT, View(), room)

    assert len(cut.encode()) <= max(0, room)
    kept, note, _ = cut.partition("\n… cut here")
    assert cut in {"", whole} or (note and whole.startswith(kept) and kept[-1:] in {"", "\n"})


def test_an_annotation_tells_of_other_places_as_well() -> None:
    """A cycle is told edge by edge, each with its line; of very many the first ten."""
    related = tuple((f"edge {line}", Place("a.yaml", line, 1)) for line in range(1, 13))

    (line,) = _annotations(Problem("x", "a cycle", hint="cut it", related=related))

    message = line.rpartition("::")[2].split("%0A")
    assert message[:3] == ["a cycle", "help: cut it", "note: edge 1 (a.yaml:1:1)"]
    assert len(message) == 12
