"""Chance that comes out the same every time."""

from __future__ import annotations

from random import Random


def chance(seed: int = 1) -> Random:
    """Begin the same series of numbers again."""
    return Random(seed)  # noqa: S311  # a test, and nothing to guess
