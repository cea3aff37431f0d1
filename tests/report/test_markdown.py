from __future__ import annotations

from html import unescape

from hypothesis import given
from markdown_it import MarkdownIt

from tests.report.hostile import ANY_TEXT
from tiktoktoe_cli.errors import Place, Problem
from tiktoktoe_cli.report import Column, Report, ReportKind, View, render_report
from tiktoktoe_cli.report.facts import Acceptance, AcceptanceKind
from tiktoktoe_cli.report.text import one_line, without_ansi

RENDERER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def _rendered(report: Report) -> str:
    return str(RENDERER.render(render_report(report, ReportKind.MARKDOWN, View())))


@given(text=ANY_TEXT)
def test_shows_any_text_as_it_is(text: str) -> None:
    """Pipes, backticks, HTML and line feeds neither break the table nor become markup."""
    words = without_ansi(f"<{text}>").replace("\r\n", "\n")
    report = Report(
        "x",
        ok=True,
        verdict="v",
        items=[{"a": words, "b": "end"}],
        columns=(Column("a", "A"), Column("b", "B")),
    )

    html = _rendered(report)

    shown = html.partition("<td")[2].partition(">")[2].partition("</td>")[0]
    assert unescape(shown).split("<br>") == [one_line(line) for line in words.split("\n")]
    assert html.count("<td") == 2


def test_shows_verdict_and_problems() -> None:
    """A reader of the summary sees the verdict first, then each problem with its place and advice."""
    problem = Problem("unknown-key", "unknown key `a_b`", Place("x.yaml", 4, 5), hint="did you mean `ab`?")

    text = render_report(
        Report("config check", ok=False, verdict="1 error", problems=(problem,)), ReportKind.MARKDOWN, View()
    )

    assert text == (
        "### ✗ config check: 1 error\n\n"
        "- **error\\[unknown-key\\]** at x.yaml:4:5: unknown key \\`a\\_b\\`\n"
        "  - help: did you mean \\`ab\\`?\n"
    )


def test_a_problem_has_its_other_places_below() -> None:
    """A cycle is told edge by edge, each with its place; of very many the first ten."""
    related = tuple((f"edge {line}", Place("a.yaml", line, 1)) for line in range(1, 13))
    report = Report("x", ok=False, verdict="", problems=(Problem("x", "a cycle", related=related),))

    text = render_report(report, ReportKind.MARKDOWN, View())

    assert "  - note: edge 1 at a.yaml:1:1\n" in text
    assert text.count("  - note: ") == 10


def test_what_is_accepted_is_listed_with_its_reason() -> None:
    """Who reads of a clean report sees on which grounds it is clean."""
    accepted = (
        (
            Problem("TTG105", "`a` needs `c`", Place("a.yaml", 3, 7)),
            Acceptance(AcceptanceKind.IN_SOURCE, "a_b|c"),
        ),
        (Problem("TTG901", "a part"), Acceptance(AcceptanceKind.EXTERNAL, "known")),
    )
    report = Report("graph validate", ok=True, verdict="2 accepted", accepted=accepted)

    assert render_report(report, ReportKind.MARKDOWN, View()) == (
        "### ✓ graph validate: 2 accepted\n\n"
        "**Accepted**\n\n"
        "- **error\\[TTG105\\]** at a.yaml:3:7: \\`a\\` needs \\`c\\`\n"
        "  - reason: a\\_b\\|c\n"
        "- **error\\[TTG901\\]**: a part\n"
        "  - reason: known\n"
    )
    assert _rendered(report).count("<li>") == 4
