"""The words of every message: counts, lists, shortened texts, the nearest right word, a reason."""

from __future__ import annotations

import errno
import os
from gzip import BadGzipFile

import pytest

from tiktoktoe_cli.words import listed, plural, quoted, reason_of, shortened, suggestion


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 errors"), (1, "1 error"), (2, "2 errors"), (12_345, "12,345 errors")]
)
def test_counts_in_words(count: int, words: str) -> None:
    """One is singular, everything else is not, and long numbers can be read."""
    assert plural(count, "error") == words


@pytest.mark.parametrize(("count", "words"), [(1, "1 dependency"), (2, "2 dependencies")])
def test_a_noun_may_have_its_own_plural(count: int, words: str) -> None:
    """What takes more than an `s` is said as it should be."""
    assert plural(count, "dependency", "dependencies") == words


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ("", ""),
        ("a", "`a`"),
        ("ab", "`a` and `b`"),
        ("abc", "`a`, `b` and `c`"),
        ("abcd", "`a`, `b`, `c` and 1 more"),
        ("abcdef", "`a`, `b`, `c` and 3 more"),
    ],
)
def test_lists_names_and_counts_the_rest(names: str, words: str) -> None:
    """A message names some, however many there are."""
    assert listed(names, limit=3) == words


def test_lists_a_choice() -> None:
    """Of these words one is to be chosen."""
    assert listed("abc", 3, "or") == "`a`, `b` or `c`"


@pytest.mark.parametrize(("text", "words"), [("x" * 5, "xxxxx"), ("x" * 6, "xxxxx…")])
def test_shortens_only_what_is_longer(text: str, words: str) -> None:
    """A text that fits stays whole; of a longer one it is said that it was cut."""
    assert shortened(text, 5) == words


def test_a_long_name_does_not_fill_the_message() -> None:
    """Its first 80 characters tell which one is meant."""
    assert quoted("n" * 1_000) == f"`{'n' * 80}…`"


@pytest.mark.parametrize(
    ("word", "known", "hint"),
    [
        ("timout", ["timeout", "retries"], "did you mean `timeout`?"),
        ("Depends-On", ["depends_on"], "did you mean `depends_on`?"),
        ("xyz", ["timeout"], None),
        ("x", [], None),
        ("nam" * 100_000, ["name"], None),
        ("envoy", ["envoy_outlier", "hystrix"], "did you mean `envoy_outlier`?"),
        ("polly", ["polly_v7", "polly_v8"], "did you mean `polly_v7` or `polly_v8`?"),
        ("a", ["a_long_name", "another_name"], None),
    ],
)
def test_suggests_the_nearest_word(word: str, known: list[str], hint: str | None) -> None:
    """A slip, other letters' case, another dash or a beginning is recognized; what is far off is not."""
    assert suggestion(word, known) == hint


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOENT, os.strerror(errno.ENOENT)), os.strerror(errno.ENOENT).lower()),
        (BadGzipFile("Not a gzipped file"), "not a gzipped file"),
        (OSError(), "oserror"),
    ],
)
def test_says_why_the_system_refused(error: OSError, words: str) -> None:
    """What the system says comes first, then what the library says, at last what kind of error it is."""
    assert reason_of(error) == words
