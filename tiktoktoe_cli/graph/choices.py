"""The words that one may choose from; apart from what they do, since the command line needs them for help."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class GraphView(StrEnum):
    """How the graph is drawn as text."""

    RAILS = "rails"
    FOLDED = "folded"  # rails, with one line for services that look alike
    TREE = "tree"
    TABLE = "table"
    MATRIX = "matrix"


LADDER: Final = (GraphView.RAILS, GraphView.FOLDED, GraphView.MATRIX, GraphView.TABLE)
"""What is tried if nothing was asked for; the last one always fits."""


class Direction(StrEnum):
    """Which way to go from a service: to what it depends on, to who depends on it, or both ways."""

    DOWN = "down"
    UP = "up"
    BOTH = "both"


class Preference(StrEnum):
    """Which of several answers is the better one."""

    DEPLOYED = "deployed"  # the one that changes the fewest services; then the newest versions
    NEWEST = "newest"  # the one with the newest versions


USUAL_DIRECTION: Final = Direction.BOTH
"""Which way to go if nothing was asked for."""


class Risk(StrEnum):
    """How dangerous a change is, the worst first."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    NONE = "none"  # nothing is different


RISKS: Final = (Risk.HIGH, Risk.MEDIUM, Risk.LOW)
"""From which on a change may be refused."""
