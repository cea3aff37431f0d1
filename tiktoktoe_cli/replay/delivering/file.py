"""A file as a destination: one event a line, whole or not there; compressed, in parts, or one for each value."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.replay.delivering.line_file import LineFile
from tiktoktoe_cli.replay.delivering.packing import PACKS
from tiktoktoe_cli.replay.delivering.partitioned import PartitionedFiles
from tiktoktoe_cli.replay.delivering.rotating import RotatingFile

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tiktoktoe_cli.replay.delivering.destination import Destination, Position, Refusal
    from tiktoktoe_cli.replay.delivering.surroundings import Surroundings
    from tiktoktoe_cli.replay.events.record import Origin
    from tiktoktoe_cli.replay.settings.destination import FileSettings


class Lines(Protocol):
    """A file, or several in a row, that takes lines; the parts of the protocol of destinations that files have."""

    path: Path

    @property
    def files(self) -> Sequence[Path]:
        """What it consists of."""

    @property
    def lines(self) -> int:
        """How many it took."""

    @property
    def size_bytes(self) -> int:
        """How large it is."""

    def open(self, position: Any = None) -> None:  # what its own `position` told
        """Begin, or go on at a position."""

    def write(self, lines: Sequence[bytes]) -> None:
        """Add lines."""

    def complete(self) -> None:
        """Hold nothing back."""

    def position(self) -> Position:
        """Tell where it stands."""

    def secure(self) -> None:
        """Make that durable."""

    def finish(self) -> None:
        """Write all there is, and let go of it."""

    def publish(self) -> None:
        """Put it in its place."""

    def close(self) -> None:
        """Let go of it."""


class FileDestination:
    """Writes to one file after the other, or to just one."""

    can_refuse = False
    is_exact = True

    def __init__(self, file: Lines) -> None:
        self._file = file
        self.open, self.complete, self.position = file.open, file.complete, file.position
        self.secure, self.publish, self.close = file.secure, file.publish, file.close

    @property
    def place(self) -> str:
        """The file; of several in a row the name that they are made of."""
        return str(self._file.path)

    @property
    def files(self) -> Sequence[Path]:
        """The file, or its parts."""
        return self._file.files

    @property
    def events(self) -> int:
        """How many lines there are."""
        return self._file.lines

    @property
    def size_bytes(self) -> int:
        """How large all of it is."""
        return self._file.size_bytes

    def write(self, events: Sequence[bytes], _origins: Sequence[Origin] = ()) -> None:
        """Add events."""
        self._file.write(events)

    def settle(self) -> Sequence[Refusal]:
        """Refuse nothing."""
        return ()


def build(name: str, settings: FileSettings, around: Surroundings) -> Destination:
    """Make the destination.

    Raises:
        UsageError: it would be added to, and is more than one file.
    """
    if around.is_adding:
        if settings.template or settings.rotate:
            hint = "correct the events or the pipeline, and run it anew over the whole input"
            raise UsageError(f"nothing can be added to `{name}`: it is more than one file", hint=hint)
        return FileDestination(LineFile(settings.path, PACKS[settings.compression], is_adding=True))
    if settings.template:
        return PartitionedFiles(name, settings.template, partial(_make, settings))
    return FileDestination(_make(settings, settings.path))


def _make(settings: FileSettings, path: Path) -> Lines:
    pack = PACKS[settings.compression]
    if settings.rotate is None:
        return LineFile(path, pack)
    size = settings.rotate.bytes_
    return RotatingFile(path, pack, settings.rotate.events, None if size is None else size.whole)
