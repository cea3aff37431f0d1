"""What a user can be told: problems in the order in which a reader meets them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tiktoktoe_cli.errors import ENDING_SIGNALS, ExitCode, Place, Problem, Severity, worst_first

if TYPE_CHECKING:
    import signal


def test_orders_problems_as_a_reader_meets_them() -> None:
    """File by file, from top to bottom; what has no place comes last."""
    places = [None, Place("b", 1, 1), Place("a", 9, 1), Place("a", 2, 5), Place("a", 2, 1)]

    ordered = worst_first([Problem("x", "m", place) for place in places], ["a"])

    assert [str(problem.place) for problem in ordered] == ["a:2:1", "a:2:5", "a:9:1", "b:1:1", "None"]


def test_the_worst_problems_come_first() -> None:
    """A warning at the top of the file waits for the error below it, and for the one that has no place."""
    problems = [
        Problem("x", severity.value, place, severity=severity)
        for severity, place in (
            (Severity.INFO, Place("a", 1, 1)),
            (Severity.WARNING, Place("a", 2, 1)),
            (Severity.ERROR, None),
            (Severity.WARNING, None),
            (Severity.ERROR, Place("b", 9, 1)),
        )
    ]

    ordered = [(one.message, str(one.place)) for one in worst_first(problems, ["a", "b"])]

    assert ordered == [
        ("error", "b:9:1"),
        ("error", "None"),
        ("warning", "a:2:1"),
        ("warning", "None"),
        ("info", "a:1:1"),
    ]


@pytest.mark.parametrize("number", ENDING_SIGNALS)
def test_only_an_interrupt_counts_as_interrupted(number: signal.Signals) -> None:
    """A shell's 128 + 2 for Ctrl-C; every other end from outside is that of SIGTERM, 128 + 15."""
    assert ExitCode.of_signal(number) == (130 if number == 2 else 143)


def test_a_problem_is_the_same_as_long_as_it_is_about_the_same() -> None:
    """Neither its line nor its words count; what is about nothing is known by its words and its file."""
    known = Problem("TTG105", "2 ways", Place("a", 1, 1), about=("orders", "db"))
    moved = Problem("TTG105", "3 ways", Place("b", 9, 1), about=("orders", "db"))
    worded, lower = (Problem("unknown-key", "m", Place("a", line, 1)) for line in (1, 9))

    assert known.identity == moved.identity == ("TTG105", "orders", "db")
    assert worded.identity == lower.identity != Problem("unknown-key", "m", Place("b", 1, 1)).identity
