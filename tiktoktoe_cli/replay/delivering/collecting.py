"""A destination in memory, in the place of one of the pipeline's: for a run that leaves nothing behind."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tiktoktoe_cli.replay.delivering.destination import Position, Refusal
    from tiktoktoe_cli.replay.events.record import Origin


@dataclass(slots=True)
class Collecting:
    """Keeps the `lines` that it is given, or only counts them where it does not keep.

    `place` is where they would have gone.
    """

    place: str
    is_keeping: bool = True
    lines: list[bytes] = field(default_factory=list)
    events: int = 0
    size_bytes: int = 0

    @property
    def files(self) -> Sequence[Path]:
        """There are none."""
        return ()

    @property
    def can_refuse(self) -> bool:
        """It takes everything."""
        return False

    @property
    def is_exact(self) -> bool:
        """It is gone with the run."""
        return True

    def open(self, position: Position | None) -> None:
        """Begin; there is never anything to go on after."""

    def write(self, events: Sequence[bytes], origins: Sequence[Origin]) -> None:  # noqa: ARG002  # one that refuses
        """Keep or count events."""
        self.events += len(events)
        self.size_bytes += sum(map(len, events)) + len(events)
        if self.is_keeping:
            self.lines.extend(events)

    def settle(self) -> Sequence[Refusal]:
        """Refuse nothing."""
        return ()

    def complete(self) -> None:
        """Hold nothing back."""

    def position(self) -> Position:
        """Tell how many events it has."""
        return self.events

    def secure(self) -> None:
        """Do nothing: memory is not durable."""

    def publish(self) -> None:
        """Do nothing: whoever made it has the lines."""

    def close(self) -> None:
        """Do nothing: nothing is open."""
