"""Waits stay within the bounds of their strategy."""

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.resilience.backoff import (
    DECORRELATED,
    EQUAL,
    FULL,
    NONE,
    Backoff,
    Jitter,
    exponential_backoff,
)

VECTORS = Path(__file__).parents[3] / "shared" / "vectors" / "replay" / "backoff.json"

backoffs = st.builds(
    lambda base, extra, jitter: Backoff(base, base + extra, jitter.number),
    st.integers(0, 10**10),
    st.integers(0, 10**12),
    st.sampled_from(Jitter),
)


@pytest.fixture(scope="module")
def published() -> Any:
    """The published bounds, where they are at hand."""
    if not VECTORS.is_file():
        pytest.skip("the published backoff bounds are not here")
    return json.loads(VECTORS.read_text(encoding="utf-8"))


LOWEST, HIGHEST = 0.0, 1 - 2**-53
"""The smallest random number, and the largest one below 1."""


def waits(jitter: int, draw: float, count: int = 6) -> list[int]:
    """Chain the waits before the first retries, base 100 and cap 1000."""
    found: list[int] = []
    for retry in range(1, count + 1):
        previous = found[-1] if found else 0
        found.append(exponential_backoff(Backoff(100, 1000, jitter), retry, previous, draw))
    return found


def test_without_jitter_each_wait_doubles_up_to_the_cap() -> None:
    """The waits are base, 2 base, 4 base, ... and never more than the cap."""
    assert waits(NONE, HIGHEST) == [100, 200, 400, 800, 1000, 1000]


def test_full_jitter_lies_between_nothing_and_the_bound() -> None:
    """Full jitter spreads the waits over everything below the bound."""
    assert waits(FULL, LOWEST) == [0] * 6
    assert waits(FULL, HIGHEST) == [99, 199, 399, 799, 999, 999]


def test_equal_jitter_keeps_half_of_the_bound() -> None:
    """Equal jitter never waits less than half of the bound."""
    assert waits(EQUAL, LOWEST) == [50, 100, 200, 400, 500, 500]
    assert waits(EQUAL, HIGHEST) == [99, 199, 399, 799, 999, 999]


def test_decorrelated_jitter_grows_from_the_wait_before() -> None:
    """Decorrelated jitter lies between base and three times the wait before, capped."""
    assert waits(DECORRELATED, LOWEST) == [100] * 6
    assert waits(DECORRELATED, HIGHEST) == [299, 896, 1000, 1000, 1000, 1000]


def test_full_jitter_has_the_bounds_that_aws_published(published: Any) -> None:
    """Our n-th retry has the bound of AWS' (n-1)-th: their simulator doubles before the first wait."""
    full = published["full_jitter"]
    backoff = Backoff(full["base"], full["cap"], FULL)

    bounds = [
        [exponential_backoff(backoff, retry + 1, 0, draw) for draw in (0.0, 1.0)]
        for retry in range(1, len(full["bounds_ms"]) + 1)
    ]

    assert bounds == full["bounds_ms"]


@given(backoffs, st.integers(1, 10_000), st.integers(0, 10**12), st.floats(0, 1, exclude_max=True))
def test_no_wait_exceeds_the_cap(backoff: Backoff, retry: int, previous: int, draw: float) -> None:
    """However often a call is retried, the wait is between nothing and the cap."""
    delay = exponential_backoff(backoff, retry, previous, draw)

    assert 0 <= delay <= backoff.cap_ns


def test_full_jitter_is_uniform() -> None:
    """The mean of many fully jittered waits is half of the bound."""
    random = Random(7)  # noqa: S311  # a reproducible test
    drawn = [exponential_backoff(Backoff(1000, 1000, FULL), 1, 0, random.random()) for _ in range(10_000)]

    mean = sum(drawn) / len(drawn)

    standard_error = 1000 / 12**0.5 / 100
    assert abs(mean - 500) < 4 * standard_error


def test_the_numbers_are_those_of_the_words() -> None:
    """The settings' words and the decision's numbers mean the same jitter."""
    assert [(jitter.value, jitter.number) for jitter in Jitter] == [
        ("none", NONE),
        ("equal", EQUAL),
        ("full", FULL),
        ("decorrelated", DECORRELATED),
    ]


def test_doubling_is_exact_up_to_the_cap() -> None:
    """A base that reaches the cap by doubling alone is not cut before it."""
    backoff = Backoff(1, 2**62, NONE)

    assert [exponential_backoff(backoff, retry, 0, 0.0) for retry in (62, 63, 64, 1000)] == [
        2**61,
        2**62,
        2**62,
        2**62,
    ]
