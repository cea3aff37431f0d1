"""What ends a run before its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiktoktoe_cli.replay.events.letter import DeadLetter


class StoppedError(Exception):
    """Ends a run before its end: the user asked for it (no letter), or an event that `fail` does not let pass."""

    def __init__(self, letter: DeadLetter | None = None) -> None:
        super().__init__()
        self.letter = letter
