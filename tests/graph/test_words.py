"""How messages name paths, cycles and conditions."""

from __future__ import annotations

from tiktoktoe_cli.graph import Condition
from tiktoktoe_cli.graph.words import condition_words, cycle_words, path_words


def test_every_condition_is_said_in_words() -> None:
    """Nobody has to read the words of the configuration in a sentence."""
    assert list(map(condition_words, Condition)) == [
        "is started",
        "is healthy",
        "has ended",
        "has ended well",
        "has printed its line",
    ]


def test_a_cycle_ends_where_it_began_and_a_path_does_not() -> None:
    """Both are written with an arrow from each service to the next."""
    assert path_words(["a", "b"]) == "`a` → `b`"
    assert cycle_words(["a", "b"]) == "`a` → `b` → `a`"


def test_the_middle_of_a_long_path_is_counted() -> None:
    """Eight names are enough: four from either end."""
    assert path_words(list("abcdefghij")) == "`a` → `b` → `c` → `d` → 2 more → `g` → `h` → `i` → `j`"
