"""What a running simulation tells whoever watches."""

from __future__ import annotations

from typing import Protocol


class SimulationObserver(Protocol):
    """Takes the events of a run; replications count from 1."""

    def started(self, scenario: str, replications: int) -> None:
        """Take note that a scenario begins."""
        ...

    def advanced(self, replication: int, share: float) -> None:
        """Take note of the share of a replication's time that has passed."""
        ...

    def finished(self, replication: int) -> None:
        """Take note that a replication is complete."""
        ...


class SilentObserver:
    """Takes no notice."""

    def started(self, scenario: str, replications: int) -> None:
        """Ignore it."""

    def advanced(self, replication: int, share: float) -> None:
        """Ignore it."""

    def finished(self, replication: int) -> None:
        """Ignore it."""
