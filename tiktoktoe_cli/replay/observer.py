"""What a run tells while it goes on."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tiktoktoe_cli.replay.facts import ReplayFacts


class Phase(StrEnum):
    """What a run is doing."""

    READING = "reading"
    FOLLOWING = "following"
    DELIVERING = "delivering"


class ReplayObserver(Protocol):
    """Someone who wants to know how far a run is; called from the thread that runs it, once in a while."""

    def advanced(self, phase: Phase, done: int, total: int | None) -> None:
        """Learn that `done` lines (reading) or events (delivering) are through, of `total` if that is known."""

    def counted(self, facts: ReplayFacts) -> None:
        """Learn the counts of the stages, a few times a second."""


class SilentObserver:
    """The observer of a run that nobody watches."""

    def advanced(self, phase: Phase, done: int, total: int | None) -> None:
        """Take no notice."""

    def counted(self, facts: ReplayFacts) -> None:
        """Take no notice."""
