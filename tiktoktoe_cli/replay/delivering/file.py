"""A file as a destination: one event a line, whole or not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.replay.delivering.line_file import LineFile

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tiktoktoe_cli.replay.events.record import Origin


class FileDestination:
    """Writes to a file."""

    can_refuse = False
    is_exact = True

    def __init__(self, path: Path) -> None:
        self.file = LineFile(path)

    def write(self, events: Sequence[bytes], _origins: Sequence[Origin]) -> None:
        """Add events."""
        self.file.write(events)
