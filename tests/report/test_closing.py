from __future__ import annotations

from tests.report.hostile import REPORT
from tiktoktoe_cli.errors import Problem, Severity
from tiktoktoe_cli.report import Report, View, draw_closing


def test_tells_a_log_the_verdict_alone() -> None:
    """Off a terminal the verdict is one harmless line."""
    assert draw_closing(REPORT, View()) == "2 of 4 services unhealthy in 1.2 s\\x1b]0;owned\\x07\n"


def test_tells_a_person_what_to_type_next() -> None:
    """On a terminal a symbol and the next commands join the verdict."""
    report = Report("x", ok=True, verdict="done", next_steps=("tiktoktoe graph plan",))

    assert draw_closing(report, View(terminal=True)) == "✓ done\n  next: tiktoktoe graph plan\n"


def test_tells_a_person_more() -> None:
    """On a terminal the remarks stand under the verdict; a log does not need them."""
    report = Report("x", ok=True, verdict="done", remarks=("slowest: dns 3ms of `a`",))

    assert draw_closing(report, View(terminal=True)) == "✓ done\n  slowest: dns 3ms of `a`\n"
    assert draw_closing(report, View()) == "done\n"


def test_tells_a_log_what_to_do() -> None:
    """Advice stands under the verdict wherever it is read, and above the remarks."""
    report = Report("x", ok=True, verdict="done", advice=("write `a`",), remarks=("slowest: 3ms",))

    assert draw_closing(report, View()) == "done\n  write `a`\n"
    assert draw_closing(report, View(terminal=True)) == "✓ done\n  write `a`\n  slowest: 3ms\n"


def test_a_yes_may_have_doubts() -> None:
    """An answer that is no plain yes looks like a warning."""
    report = Report("x", ok=True, verdict="risk high", has_doubts=True)

    assert draw_closing(report, View(terminal=True)) == "! risk high\n"


def test_colours_by_the_answer() -> None:
    """A no is red, beside its symbol."""
    assert (
        draw_closing(Report("x", ok=False, verdict="no"), View(terminal=True, color=True))
        == "\x1b[31m✗\x1b[0m no\n"
    )


def test_a_yes_with_a_warning_does_not_look_like_a_plain_yes() -> None:
    """Something went wrong that the answer does not depend on: the symbol says so."""
    warning = Problem("service-failed", "`nice` died", severity=Severity.WARNING)
    report = Report("x", ok=True, verdict="1 service healthy, 1 failed", problems=(warning,))

    assert draw_closing(report, View(terminal=True)) == "! 1 service healthy, 1 failed\n"
