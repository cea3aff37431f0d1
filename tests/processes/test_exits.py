"""How the end of a program reads."""

from __future__ import annotations

import pytest

from tiktoktoe_cli.processes import Exit


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (0, "exited with 0"),
        (3, "exited with 3"),
        (-9, "was ended by SIGKILL"),
        (-63, "was ended by signal 63"),
    ],
)
def test_says_how_a_program_ended(status: int, words: str) -> None:
    """A status is told as a number, a signal by its name."""
    assert str(Exit(status)) == words


def test_only_zero_is_success() -> None:
    """A program that was ended by a signal did not succeed either."""
    assert [Exit(status).is_success for status in (0, 1, -15)] == [True, False, False]
